"""A distribution while nodes and networks fail, carried out once (issue 4)."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from crashing import (
    TRANSACTIONS,
    UNITS,
    Delivery,
    Points,
    ended,
    in_child,
    killed_at,
    run_until_it_ends,
)
from example_world import found
from faulty_proxy import FaultyProxy
from kept_chain import KeptChain

from jp20.chain.local import LocalChain
from jp20.chain.rpc import node
from jp20.chain.rpc.networks import Network
from jp20.chain.sending.outbox import SignerBusy, State
from jp20.domain.base.errors import JP20Error
from jp20.operations.transactions.sending import Where, sending_status

pytestmark = [pytest.mark.requirement("G2"), pytest.mark.usefixtures("five_at_once")]


@pytest.fixture(scope="module")
def founded_delivery(policy, organisations, tmp_path_factory) -> Iterator[Delivery]:
    with LocalChain("anvil") as connection:
        file = tmp_path_factory.mktemp("deployment") / "deployment.json"
        yield Delivery.of(found(connection, policy, organisations, file))


@pytest.fixture
def delivery(founded_delivery) -> Iterator[Delivery]:
    connection = founded_delivery.world.session.connection
    snapshot = connection.rpc("evm_snapshot")
    yield founded_delivery
    connection.rpc("evm_revert", snapshot)


@pytest.fixture
def proxy(delivery) -> Iterator[FaultyProxy]:
    proxy = FaultyProxy(delivery.world.session.connection.network.url)
    yield proxy
    proxy.stop()


# Two at once


def test_of_two_that_apply_the_same_at_once_one_works_and_the_other_says_so(delivery, tmp_path):
    # given: a process that waits in the midst of its executions
    here, there = os.pipe()

    def wait() -> None:
        os.write(there, b".")
        signal.pause()  # until it is killed

    def paused() -> None:
        with Points(24, wait).watched():
            delivery.run(tmp_path)

    child = in_child(paused)
    os.read(here, 1)

    # when: another begins the same
    with pytest.raises(SignerBusy) as refused:
        delivery.run(tmp_path)

    # then: it names the process; and once that is gone it goes on from there
    assert refused.value.pid == child
    os.kill(child, signal.SIGKILL)
    assert ended(child) == -signal.SIGKILL
    delivery.run(tmp_path)
    assert (delivery.balances, delivery.mined) == (UNITS, TRANSACTIONS)


# The node


@pytest.mark.parametrize("program", ["anvil", "ganache"])
def test_a_node_that_forgets_its_pool_gets_the_same_bytes_again(
    program, policy, organisations, tmp_path
):
    # given: a proposal that is with the node, which makes no block for now
    chain = KeptChain(program, tmp_path)
    connection = chain.start()
    try:
        delivery = Delivery.of(found(connection, policy, organisations, tmp_path / "chain.json"))
        connection.rpc("miner_stop") if program == "ganache" else connection.rpc(
            "evm_setAutomine", False
        )
        folder = tmp_path / "outbox"
        child = in_child(lambda: delivery.run(folder))
        sent = until_sent(delivery, folder)

        # when: the node is stopped and started, while the process waits
        chain.stop()
        time.sleep(0.5)
        chain.start()

        # then: the process goes on by itself
        assert ended(child) == 0
        assert (delivery.balances, delivery.mined) == (UNITS, TRANSACTIONS)
        assert connection.rpc("eth_getTransactionReceipt", f"0x{sent.hex()}") is not None
    finally:
        chain.stop()


def until_sent(delivery: Delivery, folder: Path) -> bytes:
    """The hash of the first transaction that is with the node."""
    connection = delivery.world.session.connection
    while True:
        for each in sending_status(connection, folder) if folder.exists() else ():
            for one in each.under_way:
                if one.where is Where.WITH_NODE and one.entry.state is State.SENT:
                    return one.entry.signed.hash
        time.sleep(0.05)


def test_a_node_that_refuses_connections_for_a_while_at_any_point(delivery, proxy, tmp_path):
    network = Network(proxy.url)
    connection = delivery.world.session.connection
    point, passed = 1, True

    def refuse() -> None:
        proxy.stop()
        threading.Timer(0.3, restart).start()

    def restart() -> None:
        proxy.fault = ""
        proxy.start()

    while passed:
        snapshot = connection.rpc("evm_snapshot")
        points = Points(point, refuse)
        with points.watched():
            run_until_it_ends(delivery, tmp_path / str(point), network)
        assert (delivery.balances, delivery.mined) == (UNITS, TRANSACTIONS), point
        passed = points.passed >= point
        point += 3
        connection.rpc("evm_revert", snapshot)
    assert point > 30


@pytest.mark.requirement("S8")
@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("point", [5, 6, 16, 25, 26, 28])
def test_a_node_that_dies_at_a_point_is_replaced_by_the_next(delivery, proxy, tmp_path, point):
    # given: two ways to the chain, of which the one in use goes away before or after a hand-over
    other = FaultyProxy(delivery.world.session.connection.network.url)
    network = Network((proxy.url, other.url))

    # when, then: the same run goes on through the other
    points = Points(point, proxy.stop)
    with points.watched():
        delivery.run(tmp_path, network)
    other.stop()
    assert points.passed > point
    assert (delivery.balances, delivery.mined) == (UNITS, TRANSACTIONS)


@pytest.mark.parametrize("fault", ["lost", "late", "taken, error", "limited"])
@pytest.mark.parametrize("number", range(1, 4))
def test_a_transaction_that_was_taken_without_an_answer_is_sent_once(
    delivery, proxy, tmp_path, monkeypatch, fault, number
):
    # given: a node that takes what it is sent, and the answer to one request does not arrive:
    # that to the proposal, the signature, or the executions
    monkeypatch.setattr(node.Node.ask, "__defaults__", (1.0,))
    handed = []

    def unanswered(methods: list[str]) -> str:
        if "eth_sendRawTransaction" not in methods:
            return ""
        handed.append(fault)
        return fault if len(handed) == number else ""

    proxy.fault = unanswered

    # when, then: it is found out in the same run, and nothing is made twice
    delivery.run(tmp_path, Network(proxy.url))
    assert len(handed) >= number
    assert (delivery.balances, delivery.mined) == (UNITS, TRANSACTIONS)


# All of it


@pytest.mark.parametrize("seed", range(8))
def test_random_faults_at_random_points(delivery, proxy, tmp_path, seed):
    # given: a network that loses every tenth request or answer, and a process that is often killed
    chance = random.Random(seed)
    faults = ["reset", "lost", "cut", "unavailable", "limited", "taken, error"]
    proxy.fault = lambda methods: chance.choice(faults) if chance.random() < 0.1 else ""
    network = Network(proxy.url)

    def tried() -> None:
        with suppress(JP20Error):
            delivery.run(tmp_path, network)

    # when
    for _ in range(4):
        killed_at(chance.randint(1, 40), tried)
    proxy.fault = ""
    delivery.run(tmp_path, network)

    # then
    assert (delivery.balances, delivery.mined) == (UNITS, TRANSACTIONS)
