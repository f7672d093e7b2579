"""`jp20 network check` at an address behind which are several nodes: it says what it met (S8)."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest
from faulty_proxy import FaultyProxy

from jp20.chain.local import LocalChain
from jp20.chain.rpc.access import NONE
from jp20.chain.rpc.connection import Connection
from jp20.chain.rpc.networks import Network
from jp20.network.balancer import SeveralChains, SeveralHeights, several_behind
from jp20.network.check import check_network
from jp20.network.findings import Finding, Level
from jp20.network.looks import Look, look_at
from jp20.network.network_file import parse_network

EXAMPLE = Path(__file__).parents[2] / "examples" / "network.toml"


@pytest.fixture(scope="module")
def anvil() -> Iterator[Connection]:
    with LocalChain("anvil") as connection:
        connection.rpc("anvil_mine", hex(100))
        yield connection


@pytest.fixture
def balancer(anvil: Connection) -> Iterator[FaultyProxy]:
    proxy = FaultyProxy(anvil.network.url)
    yield proxy
    proxy.stop()


def chains_in_turn(balancer: FaultyProxy) -> None:
    turns = cycle(["", "other chain"])
    balancer.fault = lambda methods: next(turns)


def heights_in_turn(balancer: FaultyProxy) -> None:
    """Every second call is answered by a node that is 40 blocks behind."""
    turns = cycle([0, 40])
    balancer.lag = lambda: next(turns)


def checked(anvil: Connection, balancer: FaultyProxy, folder: Path) -> tuple[Finding, ...]:
    example = parse_network(EXAMPLE.read_bytes(), "network.toml")
    first, *others = [
        replace(
            each,
            nodes=tuple(replace(node, host="127.0.0.1", rpc_url=None) for node in each.nodes),
        )
        for each in example.organisations
    ]
    balanced = replace(first.nodes[0], name="node-1", rpc_url=balancer.url)
    file = replace(
        example,
        chain_id=31337,
        genesis=anvil.genesis,
        organisations=(replace(first, nodes=(balanced,)), *others),
    )
    return check_network(file, folder, holders=["組織"], since=1, pause=lambda seconds: None)


@pytest.mark.requirement("S8")
def test_one_node_is_one(balancer: FaultyProxy):
    assert several_behind(balancer.url, NONE) is None
    balancer.limit = 2  # a batch of three is refused: nothing is known, and nothing is said
    assert several_behind(balancer.url, NONE) is None


@pytest.mark.requirement("S8")
def test_nodes_of_two_chains_in_turn_are_named(anvil: Connection, balancer: FaultyProxy):
    chains_in_turn(balancer)

    found = look_at(Network(balancer.url))

    assert isinstance(found, SeveralChains)
    assert found.why is not None
    for said in (found.why.en, found.why.ja):
        assert "31337" in said
        assert anvil.genesis.hex() in said
    assert "5" in found.why.en.split("chain ")[1]


@pytest.mark.requirement("S8")
def test_two_heights_in_turn_are_said_of_a_node_that_can_be_used(balancer: FaultyProxy):
    heights_in_turn(balancer)

    found = look_at(Network(balancer.url))

    assert isinstance(found, Look)
    assert isinstance(found.several, SeveralHeights)
    assert found.several.why is not None
    assert found.several.why.en == (
        "Its newest block was 100, and 60 when it was asked again."  # 100 - 40
    )


@pytest.mark.requirement("S8")
@pytest.mark.parametrize("in_turn", [chains_in_turn, heights_in_turn])
def test_a_network_files_check_comes_to_its_end(
    anvil: Connection, balancer: FaultyProxy, tmp_path: Path, in_turn
):
    in_turn(balancer)

    findings = checked(anvil, balancer, tmp_path)

    (one,) = [each for each in findings if each.check == "one-node"]
    assert (one.node, one.level) == ("node-1", Level.FAULT)
    assert one.what.en.startswith("Nodes of different ")
    assert one.next_step is not None
    assert "load balancer" in one.next_step.en
    (seals,) = [each for each in findings if each.check == "validators"]  # anvil has no seal
    assert seals.what.en.startswith("Who seals cannot be read")
    assert all(each.what.en and each.what.ja for each in findings)


@pytest.mark.requirement("S8")
@pytest.mark.parametrize("every", [1, 4])
@pytest.mark.parametrize(
    "fault", ["page", "other json", "unavailable", "cut", "reset", "other id", "limited", "refused"]
)
def test_whatever_every_second_node_answers_the_check_has_words_for_it(
    anvil: Connection, balancer: FaultyProxy, tmp_path: Path, fault: str, every: int
):
    turns = cycle([""] * every + [fault])
    balancer.fault = lambda methods: next(turns)

    findings = checked(anvil, balancer, tmp_path)

    assert findings[-1].check in ("validators", "blocks")  # it came to its end
    assert all(each.what.en and each.what.ja for each in findings)


@pytest.mark.requirement("S8")
def test_what_the_check_opened_is_closed(anvil: Connection, balancer: FaultyProxy, tmp_path: Path):
    def sockets_to(balancer: FaultyProxy) -> int:
        """Connections of this process to the balancer's port that are established (state 01)."""
        rows = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
        return sum(row[2].endswith(f":{balancer.port:04X}") and row[3] == "01" for row in rows)

    gc.disable()  # what nobody refers to any more would be closed too
    try:
        look_at(Network(balancer.url))
        checked(anvil, balancer, tmp_path)
        assert sockets_to(balancer) == 0
    finally:
        gc.enable()
