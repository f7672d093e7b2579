"""Several nodes a client: each fault of one is got over by another, and nothing happens twice."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from faulty_proxy import FaultyProxy

from jp20.chain.local import PATIENCE, LocalChain
from jp20.chain.rpc import nodes
from jp20.chain.rpc.connection import (
    CannotConnect,
    Connection,
    ConnectionLost,
    NodeRefused,
    NodesBehind,
    NodeTimedOut,
    NodeUnavailable,
    NoNode,
    NotANode,
    WrongChain,
    WrongGenesis,
    connect,
)
from jp20.chain.rpc.networks import Finality, Network
from jp20.chain.rpc.web3_provider import web3_through
from jp20.chain.sending.waiting import wait_for_receipts
from jp20.chain.signing.signers import Signer, development_signers
from jp20.domain.base.addresses import address_of
from jp20.domain.transactions.transactions import Signed, Unsigned

SIGNERS = development_signers(12)
SINK = address_of(0xDEAD)
FAULTS = (
    "reset",
    "lost",
    "cut",
    "hang",
    "page",
    "other json",
    "other id",
    "unavailable",
    "refused",
)


class TwinChain(LocalChain):
    """An anvil whose genesis block is the same each time: two of them are nodes of one chain that
    do not hear of one another.
    """

    def _options(self) -> list[str]:
        return [*super()._options(), "--timestamp", "1700000000"]

    def signal(self, number: int) -> None:
        """Sends a signal. A stop is waited for: until all threads have stopped, one still
        answers.
        """
        assert self._process is not None
        os.kill(self._process.pid, number)
        if number == signal.SIGSTOP:
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)


@pytest.fixture(scope="module")
def anvil() -> Iterator[Connection]:
    with LocalChain("anvil") as connection:
        yield connection


@pytest.fixture
def proxies(anvil: Connection) -> Iterator[list[FaultyProxy]]:
    made = [FaultyProxy(anvil.network.url) for _ in range(4)]
    yield made
    for proxy in made:
        proxy.stop()


def through(*proxies: FaultyProxy, **known: object) -> Connection:
    return connect(Network([proxy.url for proxy in proxies], **known))


def signed(signer: Signer, nonce: int, value: int = 0) -> Signed:
    return signer.sign_transaction(
        Unsigned(31337, nonce, 2 * 10**9, 30_000, SINK, value.to_bytes(2, "big"))
    )


def mine(anvil: Connection, blocks: int = 1) -> int:
    anvil.rpc("anvil_mine", hex(blocks))
    return anvil.block_number()


def eventually(happens, seconds: float = PATIENCE) -> bool:
    deadline = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


# A node fails


@pytest.mark.requirement("S6", "S8")
@pytest.mark.parametrize("fault", FAULTS)
def test_when_a_node_fails_the_next_answers(proxies, anvil, hasty, fault: str):
    a, b, *_ = proxies
    connection = through(a, b)
    assert (a.asked[-2], b.asked.count("eth_getBalance")) == ("eth_blockNumber", 0)

    a.fault = fault

    assert int(connection.rpc("eth_getBalance", SIGNERS[0].address, "latest"), 16) > 0
    assert b.asked.count("eth_getBalance") == 1
    assert connection.changes == 1
    assert len(connection.batch([("eth_chainId", ())] * 250)) == 250
    assert connection.block_number() == anvil.block_number()
    assert connection.changes == 1  # it is not asked for a while


@pytest.mark.requirement("S6", "S8")
@pytest.mark.parametrize("fault", FAULTS)
def test_a_node_that_fails_at_the_start_is_passed_over(proxies, hasty, fault: str):
    a, b, *_ = proxies
    a.fault = fault
    assert through(a, b).chain_id == 31337


@pytest.mark.requirement("S6", "S8")
def test_a_node_that_is_gone_is_passed_over_and_used_again_when_it_is_back(proxies, hasty):
    a, b, *_ = proxies
    connection = through(a, b)
    a.stop()
    connection.block_number()
    assert "eth_blockNumber" in b.asked

    a.fault = ""
    a.start()

    def comes_back() -> bool:
        before = a.asked.count("eth_gasPrice")
        connection.rpc("eth_gasPrice")
        return a.asked.count("eth_gasPrice") > before

    assert eventually(comes_back)
    assert "eth_chainId" in a.asked[-12:]  # it had to show its chain before


@pytest.mark.requirement("S6")
def test_when_all_fail_the_error_names_each_and_what_became_of_it(proxies, hasty):
    a, b, c, d = proxies
    connection = through(a, b, c, d)
    a.stop()
    connection.block_number()
    b.fault, c.fault, d.fault = "page", "unavailable", "hang"
    with pytest.raises(NoNode) as error:
        connection.block_number()
    assert error.value.what.en == "None of the 4 nodes can be used."
    for said in (
        f"No connection to {a.url}.",
        f"{b.url} is not an Ethereum node.",
        f"{c.url} does not answer now (HTTP 502).",
        f"{d.url} did not answer.",
    ):
        assert said in error.value.why.en
    assert f"{a.url} に接続できません。" in error.value.why.ja
    assert [type(each) for each in error.value.failures] == [
        CannotConnect,
        NotANode,
        NodeUnavailable,
        NodeTimedOut,
    ]


@pytest.mark.requirement("S6")
def test_a_call_asks_each_node_once_and_then_ends(proxies, hasty):
    a, b, *_ = proxies
    connection = through(a, b)
    assert eventually(lambda: "eth_chainId" in b.asked)
    a.fault = b.fault = lambda methods: "reset" if "eth_gasPrice" in methods else ""
    before = a.asked.count("eth_gasPrice"), b.asked.count("eth_gasPrice")
    with pytest.raises(NoNode):
        connection.rpc("eth_gasPrice")
    assert a.asked.count("eth_gasPrice") - before[0] == 1
    assert b.asked.count("eth_gasPrice") - before[1] == 1


@pytest.mark.requirement("S6")
def test_a_slow_answer_is_waited_for_while_the_node_is_alive(proxies, hasty):
    a, b, *_ = proxies
    connection = through(a, b)
    a.slow = 1.0  # five times what makes one ask whether it hangs
    assert connection.rpc("eth_call", {"to": SINK, "data": "0x"}, "latest") == "0x"
    assert connection.changes == 0
    assert "eth_call" not in b.asked


def test_a_single_node_is_waited_for(proxies, hasty):
    alone = through(proxies[0])
    proxies[0].slow = 1.0
    assert alone.rpc("eth_call", {"to": SINK, "data": "0x"}, "latest") == "0x"
    proxies[0].fault = "lost"
    with pytest.raises(ConnectionLost):
        alone.block_number()
    proxies[0].fault = ""
    assert alone.block_number() >= 0


@pytest.mark.requirement("S6")
def test_what_would_happen_twice_is_not_asked_twice(proxies, anvil, hasty):
    a, b, *_ = proxies
    for connection in (through(a, b), through(a)):
        before = anvil.block_number()
        a.fault = "lost"
        with pytest.raises(ConnectionLost):
            connection.rpc("evm_mine")
        a.fault = ""
        assert anvil.block_number() == before + 1
        assert "evm_mine" not in b.asked


@pytest.mark.requirement("G2")
def test_a_transaction_is_not_handed_over_again_without_its_sender(proxies, anvil, hasty):
    # given: a single node that takes a transaction, and whose answer is lost
    (signer,) = development_signers(1)
    count = anvil.next_nonce(signer.address)
    transaction = Unsigned(anvil.chain_id, count, 10**10, 21_000, SINK, b"")
    alone = through(proxies[0])
    proxies[0].fault = "lost"
    # when
    with pytest.raises(ConnectionLost):
        alone.send_raw([signer.sign_transaction(transaction).raw])
    # then
    assert proxies[0].asked.count("eth_sendRawTransaction") == 1
    assert anvil.next_nonce(signer.address) == count + 1


def test_several_threads_read_while_nodes_come_and_go(proxies, anvil, hasty):
    a, b, c, _ = proxies
    connection = through(a, b, c)
    wrong: list[object] = []

    def read(signer: Signer) -> None:
        try:
            for _ in range(40):
                answers = connection.batch([("eth_chainId", ())] * 3)
                if answers != ["0x7a69"] * 3:
                    wrong.append(answers)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=read, args=(signer,)) for signer in SIGNERS[:4]]
    for thread in threads:
        thread.start()
    for victim, fault in ((a, "reset"), (b, "page"), (a, ""), (b, "")):
        victim.fault = fault
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert not wrong


# Real processes


@pytest.mark.requirement("S6", "S8")
def test_a_node_stopped_or_killed_is_got_over(hasty):
    first, second = TwinChain("anvil"), TwinChain("anvil")
    with first as one, second as other:
        connection = connect(Network([one.network.url, other.network.url]))

        first.signal(signal.SIGSTOP)
        try:
            assert connection.next_nonce(SIGNERS[0].address) == 0
            assert connection.changes == 1
        finally:
            first.signal(signal.SIGCONT)

        newest = mine(other, nodes.LAG + 1)
        assert eventually(lambda: connection.block_number() == newest)
        first.signal(signal.SIGKILL)
        assert connection.block_number() == newest


@pytest.mark.requirement("S6")
def test_another_chain_at_the_same_address_is_not_taken_for_the_one_that_was(hasty):
    first = TwinChain("anvil")
    with first as connection:
        assert connection.block_number() == 0
    with (
        LocalChain("anvil", port=first.port, chain_id=5),
        pytest.raises(WrongChain, match="on chain 5, not on 31337"),
    ):
        connection.block_number()
    with LocalChain("anvil", port=first.port), pytest.raises(WrongGenesis):
        connection.block_number()
    with TwinChain("anvil", port=first.port):
        assert connection.block_number() == 0


# A node answers for another chain


@pytest.mark.requirement("S6", "G27")
def test_a_node_of_another_chain_or_genesis_is_not_used(anvil, hasty):
    with LocalChain("anvil", chain_id=5) as other, LocalChain("anvil", accounts=3) as twin:
        urls = [other.network.url, twin.network.url, anvil.network.url]
        connection = connect(Network(urls, anvil.chain_id, genesis=anvil.genesis))
        assert connection.rpc("eth_getBlockByNumber", "0x0", False)["hash"] == (
            f"0x{anvil.genesis.hex()}"
        )
        assert connection.genesis == anvil.genesis

        with pytest.raises(NoNode) as error:
            connect(Network(urls[:2], anvil.chain_id, genesis=anvil.genesis))
    assert f"{urls[0]} is on chain 5, not on 31337." in error.value.why.en
    assert f"0x{twin.genesis.hex()}, not 0x{anvil.genesis.hex()}" in error.value.why.en


@pytest.mark.requirement("S6")
def test_where_nothing_is_known_of_the_chain_the_first_node_says_which_it_is(anvil, hasty):
    with LocalChain("anvil", accounts=3) as twin, ExitStack() as stack:
        proxy = FaultyProxy(anvil.network.url)
        stack.callback(proxy.stop)
        connection = connect(Network([proxy.url, twin.network.url]))
        assert connection.genesis == anvil.genesis

        proxy.fault = "reset"
        with pytest.raises(NoNode, match="None of the 2 nodes") as error:
            connection.block_number()
    assert "another chain of the same number" in error.value.why.en


def test_a_genesis_that_a_single_node_does_not_have_is_refused(anvil):
    with pytest.raises(WrongGenesis):
        connect(Network(anvil.network.url, genesis=b"\x01" * 32))


@pytest.mark.requirement("S6")
def test_a_node_that_comes_back_on_another_chain_stays_out(proxies, hasty):
    a, b, *_ = proxies
    connection = through(a, b)
    a.fault = "reset"
    connection.block_number()
    a.fault = "other chain"
    before = a.asked.count("eth_chainId")
    assert eventually(lambda: connection.block_number() and a.asked.count("eth_chainId") > before)
    connection.rpc("eth_gasPrice")
    assert "eth_gasPrice" not in a.asked


# A node is behind


@pytest.mark.requirement("S6")
def test_nothing_is_read_that_is_older_than_what_was_seen(proxies, anvil, hasty):
    # given: a client that saw the newest block at one node, while the other is a block behind
    a, b, *_ = proxies
    connection = through(a, b)
    newest = mine(anvil)
    assert connection.block_number() == newest
    b.frozen = newest - 1

    # when: only the late one is there
    a.fault = "reset"

    # then: it is waited for, and not believed
    with pytest.raises(NodesBehind) as error:
        connection.block_number()
    assert error.value.what.en == (
        f"Every node is behind: the newest block is {newest - 1}; {newest} was seen already."
    )
    with pytest.raises(NodesBehind):
        connection.rpc("eth_getBalance", SINK, "latest")
    thread = threading.Timer(0.2, setattr, (b, "frozen", None))
    thread.start()
    assert connection.block_number() == newest
    thread.join()


@pytest.mark.requirement("S6")
def test_of_two_nodes_the_late_one_is_passed_over(proxies, anvil, hasty):
    a, b, *_ = proxies
    connection = through(a, b)
    newest = mine(anvil)
    assert connection.block_number() == newest
    a.frozen = newest - 1
    assert connection.block_number() == newest
    assert connection.block(newest).number == newest
    assert connection.changes == 0  # late is not dead


@pytest.mark.requirement("S6")
def test_a_node_that_stands_still_while_the_others_go_on_is_found_out(proxies, anvil, hasty):
    # given: the preferred node has stopped following the chain, and nobody has seen more
    a, b, *_ = proxies
    connection = through(a, b)
    a.frozen = connection.block_number()

    newest = mine(anvil, nodes.LAG + 1)

    assert eventually(lambda: connection.block_number() == newest)


@pytest.mark.requirement("S6")
def test_a_block_that_is_required_is_waited_for(proxies, anvil, hasty):
    a, b, *_ = proxies
    for connection in (through(a, b), through(a)):
        newest = mine(anvil)
        with pytest.raises(NodesBehind):
            connection.require_block(newest + 1, 0.3)
        assert connection.block_number() == newest  # nothing is required after that
        later = threading.Timer(0.3, mine, (anvil,))
        later.start()
        connection.require_block(newest + 1)
        assert connection.block_number() == newest + 1
        later.join()


@pytest.mark.requirement("S6")
def test_a_required_block_is_found_at_the_node_that_has_it(proxies, anvil, hasty):
    a, b, *_ = proxies
    newest = mine(anvil)
    a.frozen = newest - 2
    connection = through(a, b)
    connection.require_block(newest)
    assert connection.block_number() == newest


@pytest.mark.requirement("S8")
def test_after_a_reorganisation_the_chain_may_be_shorter(hasty):
    with TwinChain("anvil") as anvil:
        two = [FaultyProxy(anvil.network.url) for _ in range(2)]
        try:
            connection = through(*two, finality=Finality(6))
            snapshot = anvil.rpc("evm_snapshot")
            mine(anvil, 3)
            for number in (1, 2, 3):
                connection.block(number)
            assert connection.block_number() == 3

            # when: the three blocks are replaced by two others
            anvil.rpc("evm_revert", snapshot)
            anvil.rpc("evm_increaseTime", 100)
            mine(anvil, 2)

            # then
            assert connection.block_number() == 2
            assert connection.block(2).hash == anvil.block(2).hash
        finally:
            for proxy in two:
                proxy.stop()


@pytest.mark.requirement("S8")
def test_a_node_with_another_final_block_is_not_used(hasty):
    # given: two nodes that began alike and went on apart
    with TwinChain("anvil") as one, TwinChain("anvil") as other:
        proxy = FaultyProxy(one.network.url)
        try:
            connection = connect(Network([proxy.url, other.network.url]))
            mine(one)
            assert connection.block(1).hash == one.block(1).hash
            other.rpc("evm_increaseTime", 100)
            mine(other, 2)

            # when
            proxy.fault = "reset"

            # then
            with pytest.raises(NoNode) as error:
                connection.block(1)
            assert "has another block 1 than the one that was final" in error.value.why.en
        finally:
            proxy.stop()


@pytest.mark.requirement("S8")
def test_a_block_that_was_replaced_before_it_was_final_is_not_held_against_a_node(hasty):
    # given: a client that read block 1, which was replaced then; it never read the one there is now
    with TwinChain("anvil") as anvil:
        a, b = FaultyProxy(anvil.network.url), FaultyProxy(anvil.network.url)
        try:
            connection = through(a, b, finality=Finality(2))
            snapshot = anvil.rpc("evm_snapshot")
            mine(anvil)
            replaced = connection.block(1).hash
            anvil.rpc("evm_revert", snapshot)
            anvil.rpc("evm_increaseTime", 100)
            # when: the other one became final, and the node fails that was read from
            mine(anvil, 3)
            assert connection.block_number() == 3
            a.fault = "reset"

            # then
            assert connection.block_number() == 3
            assert connection.block(1).hash == anvil.block(1).hash != replaced
        finally:
            a.stop()
            b.stop()


@pytest.mark.requirement("S8")
def test_a_node_whose_final_block_is_another_by_depth_is_not_used(hasty):
    # given: two nodes that began alike and went on apart; block 3 is final at the first
    with TwinChain("anvil") as one, TwinChain("anvil") as other:
        proxy = FaultyProxy(one.network.url)
        try:
            connection = connect(Network([proxy.url, other.network.url], finality=Finality(2)))
            mine(one, 5)
            assert connection.block_number() == 5
            noted = proxy.asked.count("eth_getBlockByNumber") + 2
            assert eventually(
                lambda: (
                    connection.block_number() and proxy.asked.count("eth_getBlockByNumber") > noted
                )
            )
            other.rpc("evm_increaseTime", 100)
            mine(other, 6)

            # when
            proxy.fault = "reset"

            # then
            with pytest.raises(NoNode) as error:
                connection.block_number()
            assert "has another block 3 than the one that was final" in error.value.why.en
        finally:
            proxy.stop()


@pytest.mark.requirement("S8")
def test_what_is_final_follows_the_networks_rule(anvil):
    newest = mine(anvil, 7)
    deep = connect(Network(anvil.network.url, finality=Finality.parse("depth:6")))
    assert deep.final_block() == newest - 6
    assert anvil.final_block() == newest  # instant where nothing is said


@pytest.mark.requirement("S6")
def test_a_block_that_a_node_has_thrown_away_is_asked_of_another(anvil, hasty):
    # given: the first node was started anew from block 0 and knows no state of block 1
    with TwinChain("anvil") as whole, TwinChain("anvil") as bare:
        mine(whole)
        proxy = FaultyProxy(bare.network.url)
        try:
            connection = connect(Network([proxy.url, whole.network.url]))
            asked = ("eth_getBalance", SIGNERS[0].address, "0x1")
            assert int(connection.rpc(*asked), 16) == 10_000 * 10**18
            with pytest.raises(NodeRefused):
                bare.rpc(*asked)
        finally:
            proxy.stop()


# Sending


@pytest.mark.requirement("S6")
def test_lanes_are_spread_over_the_nodes_and_each_stays_on_its_own(proxies, anvil):
    connection = through(*proxies)
    assert eventually(lambda: all("eth_chainId" in proxy.asked for proxy in proxies))
    nonces = {each.address: connection.next_nonce(each.address) for each in SIGNERS[:8]}
    for step in range(3):
        for signer in SIGNERS[:8]:
            raw = signed(signer, nonces[signer.address] + step).raw
            assert connection.send_raw([raw], sender=signer.address) == [None]
    sent = [proxy.asked.count("eth_sendRawTransaction") for proxy in proxies]
    assert sent == [6, 6, 6, 6]  # 8 lanes × 3 over 4 nodes


@pytest.mark.requirement("S6")
@pytest.mark.parametrize("fault", ["lost", "cut", "hang", "reset", "page"])
def test_what_a_failed_node_may_have_is_given_to_the_next_and_happens_once(
    proxies, anvil, hasty, fault: str
):
    a, b, *_ = proxies
    connection = through(a, b)
    signer = SIGNERS[8]
    nonce = connection.next_nonce(signer.address)
    transactions = [signed(signer, nonce + step) for step in range(5)]

    a.fault = fault
    answers = connection.send_raw([each.raw for each in transactions], sender=signer.address)

    assert answers == [None] * 5
    receipts = wait_for_receipts(connection, [each.hash for each in transactions], 10)
    assert len(receipts) == 5
    assert connection.next_nonce(signer.address) == nonce + 5
    assert connection.changes == 1


@pytest.mark.requirement("S6")
def test_only_those_whose_node_is_given_up_have_to_hand_over_again(proxies, hasty):
    # given: two lanes, each with a node of its own
    a, b, *_ = proxies
    connection = through(a, b)
    nonce = connection.next_nonce(SIGNERS[0].address)
    transactions = [signed(SIGNERS[0], nonce + step).raw for step in range(3)]
    assert connection.send_raw(transactions[:1], sender="first") == [None]
    assert connection.send_raw(transactions[1:2], sender="second") == [None]
    before = connection.standing("first"), connection.standing("second")

    # when: the first node fails
    a.fault = "reset"
    assert connection.answers([("eth_chainId", ())], sender="first")[0]["result"] == "0x7a69"

    # then
    first, second = connection.standing("first"), connection.standing("second")
    assert (first == before[0], second == before[1]) == (False, True)

    # and: what comes next goes to the other, and stays there
    assert connection.send_raw(transactions[2:], sender="first") == [None]
    after = connection.standing("first")
    assert after != first
    a.fault = ""
    assert eventually(lambda: connection.send_raw(transactions[2:], sender="first") == [None])
    assert connection.standing("first") == after


@pytest.mark.requirement("S6")
def test_what_is_refused_stands_in_its_place(proxies, anvil):
    connection = through(*proxies[:2])
    signer = SIGNERS[9]
    nonce = connection.next_nonce(signer.address)
    first, rival, second = (
        signed(signer, nonce),
        signed(signer, nonce, 7),
        signed(signer, nonce + 1),
    )
    assert connection.send_raw([first.raw]) == [None]
    answers = connection.send_raw([first.raw, rival.raw, second.raw])
    assert [answer is None for answer in answers] == [True, False, True]
    assert isinstance(answers[1], NodeRefused)
    assert connection.send_raw([]) == []


@pytest.mark.requirement("S6")
def test_what_waits_in_a_pool_is_known_there(anvil, proxies):
    connection = through(*proxies[:2])
    signer = SIGNERS[10]
    nonce = connection.next_nonce(signer.address)
    waiting = signed(signer, nonce + 1)  # for the one before it
    assert connection.send_raw([waiting.raw]) == [None]
    assert connection.send_raw([waiting.raw], everywhere=True) == [None]
    assert connection.send_raw([signed(signer, nonce).raw]) == [None]
    assert eventually(lambda: connection.next_nonce(signer.address) == nonce + 2)


@pytest.mark.requirement("S6")
def test_everywhere_means_every_node_that_works(proxies, anvil, hasty):
    connection = through(*proxies)
    assert eventually(lambda: all("eth_chainId" in proxy.asked for proxy in proxies))
    signer = SIGNERS[11]
    nonce = connection.next_nonce(signer.address)
    proxies[1].fault = "reset"
    assert connection.send_raw([signed(signer, nonce).raw], everywhere=True) == [None]
    told = [proxy.asked.count("eth_sendRawTransaction") for proxy in proxies]
    assert (told[0], told[2], told[3]) == (1, 1, 1)

    spent = signed(signer, nonce, 9)
    assert isinstance(connection.send_raw([spent.raw], everywhere=True)[0], NodeRefused)
    for proxy in proxies:
        proxy.fault = "reset"
    with pytest.raises(NoNode):
        connection.send_raw([spent.raw], everywhere=True)
    with pytest.raises(NoNode):
        connection.send_raw([spent.raw])


@pytest.mark.requirement("S6")
def test_a_node_that_stands_still_is_not_left_alone_with_a_transaction(proxies, anvil):
    # given: two lanes, each with its node; the first node stands still from now on
    a, b, *_ = proxies
    connection = through(a, b)
    nonce = connection.next_nonce(SIGNERS[0].address)
    transactions = [signed(SIGNERS[0], nonce + step).raw for step in range(4)]
    assert connection.send_raw(transactions[:1], sender="first") == [None]
    a.frozen = anvil.block_number()
    mine(anvil, nodes.LAG + 1)
    assert connection.send_raw(transactions[1:2], sender="second") == [None]
    sent = a.asked.count("eth_sendRawTransaction"), b.asked.count("eth_sendRawTransaction")
    assert (*sent, connection.changes) == (1, 1, 0)

    # when
    assert connection.send_raw(transactions[2:3], sender="first") == [None]
    assert connection.send_raw(transactions[3:], sender="first") == [None]

    # then: what it was given is given to the other too, and what comes after only to that one
    sent = a.asked.count("eth_sendRawTransaction"), b.asked.count("eth_sendRawTransaction")
    assert (*sent, connection.changes) == (2, 3, 1)


# Requests that are too large


@pytest.mark.requirement("S6")
@pytest.mark.parametrize("manner", ["as geth", "as Besu", "as nginx"])
@pytest.mark.parametrize("several", [False, True])
def test_a_batch_that_is_too_large_is_halved(proxies, manner: str, several: bool):
    a, b, *_ = proxies
    connection = through(a, b) if several else through(a)
    if manner == "as nginx":
        a.most = b.most = 2_000  # bytes: some 15 calls
    else:
        a.limit = b.limit = 12
        a.fault = b.fault = manner
    wanted = [f"0x{number:040x}" for number in range(100)] + [SIGNERS[0].address]

    balances = connection.batch(("eth_getBalance", (each, "latest")) for each in wanted)

    assert [balance == "0x0" for balance in balances[20:]] == [True] * 80 + [False]
    assert connection.changes == 0
    if manner == "as geth":  # 100, 50, 25, 13, 6
        before = a.asked.count("eth_gasPrice"), a.requests
        connection.batch([("eth_gasPrice", ())] * 12)
        assert a.asked.count("eth_gasPrice") - before[0] == 12
        assert several or a.requests - before[1] == 2


def test_what_is_too_large_alone_is_refused(proxies):
    connection = through(proxies[0])
    proxies[0].most = 10
    with pytest.raises(NodeRefused, match="eth_chainId"):
        connection.rpc("eth_chainId")


def test_many_bytes_go_in_several_requests(proxies):
    # given: 40 calls of 50,000 bytes, 100,000 as hex: 8 fit into 900,000
    connection = through(proxies[0])
    before = proxies[0].requests
    connection.batch(
        ("eth_call", ({"to": SINK, "data": "0x" + "11" * 50_000}, "latest")) for _ in range(40)
    )
    assert proxies[0].requests - before == 5


# web3


def test_web3_goes_on_with_the_next_node_too(proxies, anvil, hasty):
    a, b, *_ = proxies
    web3 = web3_through(through(a, b))
    assert web3.is_connected()
    a.fault = "hang"
    assert web3.eth.get_block("latest")["number"] == anvil.block_number()
    assert web3.eth.get_balance(SIGNERS[1].address) > 0
    with web3.batch_requests() as batch:
        batch.add(web3.eth.get_block(0))
        batch.add(web3.eth.get_balance(SINK))
        assert [type(each).__name__ for each in batch.execute()] == ["AttributeDict", "int"]
    b.fault = "reset"
    assert not web3.is_connected()
    with pytest.raises(NoNode):
        web3.is_connected(show_traceback=True)
