"""Validators that die, hang, forget and are cut from each other: the chain goes on or stands still,
and is one (S8). Every unit is where it should be.
"""

import random
import threading
import time
from collections import Counter
from contextlib import suppress

import pytest
from network_world import EACH, HOLDERS, TOKEN, World, settle

from jp20.chain.rpc.connection import Connection, NodeFailure, connect
from jp20.chain.rpc.receipts import Receipt
from jp20.chain.sending.outbox import open_outbox
from jp20.chain.sending.sender import Sender
from jp20.chain.sending.waiting import OutcomeUnknown
from jp20.chain.signing.signers import KeySigner
from jp20.network.check import check_network
from jp20.network.findings import Level
from jp20.network.genesis import ascending
from jp20.network.network_file import Consensus
from jp20.network.operator_channel import OperatorChannel
from jp20.network.sealing import sealer
from jp20.network.stall import Stall, unstick
from poa_network import PoaNetwork, PoaNode, wait_until


def moves(network: PoaNetwork, seconds: float = 60) -> None:
    """Waits until two more blocks have come."""
    newest = max(network.heads())
    wait_until(lambda: max(network.heads()) >= newest + 2, "blocks come", seconds)


def stands_still(nodes: list[PoaNode]) -> list[int]:
    """The heads after which no block comes: a branch may be finished, and then nothing more."""
    time.sleep(6)
    heads = [node.head()[0] for node in nodes]
    time.sleep(6)
    assert [node.head()[0] for node in nodes] == heads
    return heads


@pytest.mark.requirement("S8")
def test_one_of_four_down_and_work_goes_on(network: PoaNetwork):
    network.nodes[0].kill()

    moves(network)

    assert len(network.running) == 3


@pytest.mark.requirement("S8")
def test_two_down_and_it_stands_still_until_one_is_back(network: PoaNetwork):
    first, second, *others = network.nodes
    first.kill()
    moves(network)
    second.kill()

    stopped = stands_still(others)
    findings = check_network(network.file, network.folder)

    (blocks,) = [each for each in findings if each.check == "blocks" and each.node is None]
    assert blocks.level is Level.FAULT
    assert str(max(stopped)) in blocks.what.en.replace(",", "")
    assert "bring one back" in (blocks.next_step.en if blocks.next_step else "")
    # Looking whether the chain stands still does no harm here.
    for node in others:
        assert unstick(network.file, node.entry, node.operator, still=1) is Stall.MISSING
    second.start()
    second.wait_until_it_answers()
    moves(network)
    wait_until(network.is_one_chain, "one chain")


@pytest.mark.requirement("S8")
def test_a_validator_that_hangs_is_done_without_and_catches_up(network: PoaNetwork):
    hanging = network.nodes[2]
    hanging.pause()
    moves(network)
    moves(network)

    hanging.resume()

    wait_until(lambda: hanging.head()[0] >= max(network.heads()) - 1, "it has caught up", 120)
    wait_until(network.is_one_chain, "one chain")


@pytest.mark.requirement("S8")
@pytest.mark.parametrize("other", [1, 2])
def test_two_halves_cut_from_each_other_stand_still_and_joined_are_one_chain(
    network: PoaNetwork, other: int
):
    half = [network.nodes[0], network.nodes[other]]
    rest = [node for node in network.nodes if node not in half]
    before = max(network.heads())
    network.cut(half)

    ends = stands_still(half) + stands_still(rest)

    # Two of four may seal one block each, and the block under way when they were cut.
    assert max(ends) <= before + 3
    network.join(half)
    moves(network, 120)
    wait_until(network.is_one_chain, "one chain", 60)


@pytest.mark.requirement("S8")
def test_two_branches_of_equal_weight_and_how_they_become_one(network: PoaNetwork):
    """Made on purpose (EIP-3436): on one branch two blocks that were sealed out of turn, which
    weigh one each, on the other one that was sealed in turn, which weighs two.
    """
    network.is_watched = False
    newest, turns = sealed_in_turn(network)
    # Of three blocks in a row each has another signer. Those of the last two are:
    before, last = (turns[(newest - 1) % 4], turns[newest % 4])
    heavy, light = (turns[(newest + 1) % 4], turns[(newest + 2) % 4])
    network.cut([light, before])
    for node, wanted in ((light, newest + 1), (before, newest + 2), (heavy, newest + 1)):
        node.operator.rpc("miner_start")
        wait_until(lambda node=node, wanted=wanted: node.head()[0] == wanted, "it sealed")
    last.operator.rpc("miner_start")
    weights = {
        node.operator.rpc("eth_getBlockByNumber", "latest", False)["totalDifficulty"]
        for node in network.nodes
    }
    assert len(weights) == 1

    network.join([light, before])

    # All are up and connected, and nobody can seal: who may on one branch is on the other.
    heads = [node.head() for node in network.nodes]
    assert len(set(heads)) == 2
    time.sleep(8)
    assert [node.head() for node in network.nodes] == heads
    findings = check_network(network.file, network.folder)
    (found,) = [each for each in findings if each.check == "blocks" and each.node is None]
    assert found.level is Level.FAULT
    assert "jp20 network unstick" in (found.next_step.en if found.next_step else "")

    network.is_watched = True
    moves(network, 180)
    wait_until(network.is_one_chain, "one chain", 60)
    assert network.unstuck
    node = network.nodes[0]
    assert unstick(network.file, node.entry, node.operator) is Stall.MOVING


@pytest.mark.requirement("S8")
def test_no_block_is_given_up_while_blocks_come_however_old_they_are(
    network: PoaNetwork, monkeypatch: pytest.MonkeyPatch
):
    """Busy validators make blocks that are old when they come: here every block counts as old."""
    network.is_watched = False
    by = {node.entry.validator: node for node in network.nodes}
    node = by[ascending(by)[0]]  # whose turn is the first

    channel = node.operator
    asked: list[str] = []

    def rpc(method: str, *params: object) -> object:
        asked.append(method)
        return OperatorChannel.rpc(channel, method, *params)

    monkeypatch.setattr(channel, "rpc", rpc)
    found = unstick(network.file, node.entry, channel, still=-60, turn=1_000, watch=4)

    assert found is Stall.MOVING
    assert "clique_getSigners" in asked  # it was this node's turn
    assert "debug_setHead" not in asked


def sealed_in_turn(network: PoaNetwork) -> tuple[int, list[PoaNode]]:
    """Stops all from sealing where the last two blocks were in turn: the number of the last one,
    and whose turn it is at a block by its number.
    """
    by = {node.entry.validator: node for node in network.nodes}
    turns = [by[address] for address in ascending(by)]
    for _ in range(10):
        for node in network.nodes:
            node.operator.rpc("miner_stop")
        time.sleep(2)
        newest = network.nodes[0].head()[0]
        is_one = len({node.head() for node in network.nodes}) == 1
        if is_one and all(signer(network, n, by) is turns[n % 4] for n in (newest - 1, newest)):
            return newest, turns
        for node in network.nodes:
            node.operator.rpc("miner_start")
        moves(network)
    raise AssertionError("never two blocks in turn")


def signer(network: PoaNetwork, number: int, by: dict) -> PoaNode:
    """Whose block it is."""
    header = network.nodes[0].operator.rpc("eth_getBlockByNumber", hex(number), False)
    return by[sealer(header, Consensus.CLIQUE)]


# Under load


@pytest.fixture(scope="module")
def world(started: PoaNetwork, tmp_path_factory: pytest.TempPathFactory) -> World:
    return settle(started, tmp_path_factory.mktemp("world"))


TRANSFERS = 120
SENDERS = 4


class Load(threading.Thread):
    """A holder who sends one unit to each other holder in turn, through all nodes, whatever comes
    between, until the chain has all of it, and for good: a block that is not final may be replaced
    by one without what was in it, and the node that had it may have been killed.
    """

    def __init__(self, world: World, connection: Connection, holder: KeySigner) -> None:
        super().__init__(daemon=True)
        self.holder = holder
        self.others = [each for each in world.holders if each is not holder]
        self.failure: BaseException | None = None
        self.unknown = 0
        token = world.session().token(TOKEN)
        self._calls = [
            token.call("transfer", self.recipient(number), 1) for number in range(TRANSFERS)
        ]
        outbox = open_outbox(
            world.folder / "load", connection.chain_id, connection.genesis, holder.address
        )
        interfaces = {token.address: token.interface}
        self._sender = Sender(connection, holder, interfaces, patience=15, outbox=outbox)
        self.outbox = outbox

    def recipient(self, number: int) -> str:
        return self.others[number % len(self.others)].address

    def run(self) -> None:
        try:
            for start in range(0, TRANSFERS, 10):
                self._part(range(start, start + 10))
            while self.outbox.not_final():
                with suppress(OutcomeUnknown, NodeFailure):
                    self._sender.recover()
                time.sleep(0.5)
        except BaseException as error:
            self.failure = error

    def _part(self, numbers: range) -> None:
        keys = [number.to_bytes(32, "big") for number in numbers]
        while True:
            try:
                done = self._sender.send_all([self._calls[n] for n in numbers], keys=keys)
            except (OutcomeUnknown, NodeFailure):
                self.unknown += 1  # nothing is known to have failed: the same again
                time.sleep(0.5)
            else:
                assert all(isinstance(each, Receipt) and each.succeeded for each in done)
                return


@pytest.mark.requirement("G2", "S1", "S6", "S8")
def test_killed_paused_and_restarted_at_random_under_load_every_unit_is_where_it_should_be(
    network: PoaNetwork, world: World
):
    before = world.balances(network.nodes[0])
    connection = connect(network.network())
    loads = [Load(world, connection, holder) for holder in world.holders[:SENDERS]]
    chance = random.Random(20_260)
    for load in loads:
        load.start()

    trouble: Counter[str] = Counter()
    deadline = time.monotonic() + 75
    while any(load.is_alive() for load in loads) and time.monotonic() < deadline:
        something_happens(network, chance, trouble)
        time.sleep(chance.uniform(0.5, 4))
    mend(network)
    for load in loads:
        load.join(180)

    assert [load.failure for load in loads] == [None] * SENDERS
    assert not any(load.is_alive() for load in loads)
    assert trouble["killed"] > 1
    assert trouble["paused"] > 1
    newest = max(network.heads())
    wait_until(lambda: min(network.heads()) >= newest, "all nodes have all blocks", 120)
    wait_until(network.is_one_chain, "one chain")
    # Each sent 120 units, one to each of the 19 others in turn: six to each, and to the first six
    # a seventh (19 × 6 + 6 = 120).
    wanted = Counter(before)
    for load in loads:
        wanted[load.holder.address] -= TRANSFERS
        for number in range(TRANSFERS):
            wanted[load.recipient(number)] += 1
    for node in network.nodes:
        assert world.balances(node) == dict(wanted)
    assert sum(wanted.values()) == HOLDERS * EACH


def something_happens(network: PoaNetwork, chance: random.Random, trouble: Counter[str]) -> None:
    """Up to two of the four are away at a time: with two the chain stands still for a while."""
    away = [node for node in network.nodes if not node.is_running or node.is_paused]
    comes_back = len(away) == 2 or (away and chance.random() < 0.5)
    node = chance.choice(away if comes_back else network.running)
    if node.is_paused:
        node.resume()
    elif not node.is_running:
        node.start()
        node.wait_until_it_answers()
    elif chance.random() < 0.5:
        node.pause()
        trouble["paused"] += 1
    else:
        node.kill()
        trouble["killed"] += 1


def mend(network: PoaNetwork) -> None:
    for node in network.nodes:
        node.resume()
        if not node.is_running:
            node.start()
            node.wait_until_it_answers()


@pytest.mark.requirement("G15", "S8")
def test_a_node_that_lost_its_chain_has_the_same_register_when_it_has_it_again(
    network: PoaNetwork, world: World
):
    lost, other = network.nodes[1], network.nodes[2]
    before = world.balances(other)
    lost.stop()
    lost.wipe()
    assert not (lost.folder / "data").exists()

    lost.start()
    lost.wait_until_it_answers()
    wait_until(lambda: lost.head()[0] >= other.head()[0] - 1, "it has caught up", 120)

    wait_until(network.is_one_chain, "one chain")
    assert world.balances(lost) == before
    moves(network)
    wait_until(lambda: seals(network, lost), "it seals again", 60)


def seals(network: PoaNetwork, node: PoaNode) -> bool:
    """Whether one of the newest blocks is its."""
    by = {each.entry.validator: each for each in network.nodes}
    newest = network.nodes[0].head()[0]
    return any(signer(network, number, by) is node for number in range(newest - 5, newest + 1))
