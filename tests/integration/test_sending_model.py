"""The sender against a model of a node that refuses, forgets, lags, limits and lies (G2).

What is stated from outside: each call that was intended is carried out exactly once, or the sender
names it as unknown, refused or overtaken; and what it says was carried out was.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from model_node import ModelChain, ModelNode

from jp20.chain.rpc import blocks, connection, nodes
from jp20.chain.rpc.connection import GasPriceTooHigh, connect
from jp20.chain.rpc.networks import Finality, Network
from jp20.chain.rpc.pruned import TransactionsPruned
from jp20.chain.rpc.receipts import Receipt
from jp20.chain.sending import broadcaster, location, waiting
from jp20.chain.sending.outbox import Outbox, State, open_outbox
from jp20.chain.sending.sender import NonceTaken, Sender, SendingRefused
from jp20.chain.sending.waiting import OutcomeUnknown
from jp20.chain.signing.signers import KeySigner
from jp20.domain.base.addresses import address_of
from jp20.domain.base.errors import JP20Error
from jp20.domain.governance.requests import Call
from jp20.domain.transactions.transactions import Unsigned

pytestmark = pytest.mark.requirement("G2")

SIGNER = KeySigner(b"\x51" * 32)
TARGET = address_of(0xDEAD)
DEPTH = 3


def call(number: int) -> Call:
    return Call(TARGET, b"call" + number.to_bytes(4, "big"))


def key(number: int) -> bytes:
    return number.to_bytes(32, "big")


class World:
    """A model chain, a folder with an outbox, and processes that send and end or are killed."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, depth: int = 0) -> None:
        self.chain = ModelChain()
        self.folder = folder
        self.network = Network("http://model", finality=Finality(depth))
        patch.setattr(nodes, "Node", lambda url, access: ModelNode(self.chain, url))
        clock = SimpleNamespace(sleep=self.chain.sleep, monotonic=self.chain.monotonic)
        for module in (blocks, connection, broadcaster, nodes, waiting, location):
            patch.setattr(module, "time", clock)
        patch.setattr(nodes.Nodes, "_look_round", lambda self: None)
        self.outbox: Outbox | None = None
        self.sender = self.started()

    def started(self, patience: float = 60.0) -> Sender:
        """A new process; the one before is gone, whatever it was doing."""
        self.ended()
        chain = connect(self.network)
        self.outbox = open_outbox(self.folder, chain.chain_id, chain.genesis, SIGNER.address)
        self.sender = Sender(chain, SIGNER, {}, patience=patience, outbox=self.outbox)
        return self.sender

    def ended(self) -> None:
        if self.outbox is not None:
            self.outbox._database.close()
            self.outbox._lock.release()
        self.outbox = None

    def foreign(self, number: int) -> None:
        """Another program uses the key's next nonce, in a block at once."""
        count = self.chain.count(SIGNER.address)
        raw = SIGNER.sign_transaction(
            Unsigned(4242, count, 10**6, 30_000, TARGET, b"else" + number.to_bytes(4, "big"))
        ).raw
        self.chain.pool.pop((SIGNER.address, count), None)
        assert self.chain.take(raw) is None
        self.chain.mine()

    def times(self, number: int) -> int:
        """How often a call was carried out."""
        return self.chain.executed().count(call(number).data)

    def send(self, *numbers: int) -> list[Receipt]:
        return self.sender.send_all(
            [call(n) for n in numbers], keys=[key(n) for n in numbers], gas=30_000
        )


@pytest.fixture
def world(tmp_path) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        world = World(tmp_path, patch)
        yield world
        world.ended()


# What a node answers


def test_a_rate_limit_is_waited_for(world):
    world.chain.sending_faults = ["limited"] * 4
    world.send(*range(10))
    assert [world.times(n) for n in range(10)] == [1] * 10


def test_a_rate_limit_within_an_answer_is_waited_for(world):
    world.chain.sending_faults = ["too busy"] * 4
    world.send(*range(10))
    assert [world.times(n) for n in range(10)] == [1] * 10


def test_reads_that_a_single_node_does_not_answer_are_asked_again(world):
    world.chain.reading_faults = ["limited", "lost before", "lost after", "limited"]
    world.send(*range(3))
    assert [world.times(n) for n in range(3)] == [1] * 3


@pytest.mark.parametrize("distance", [1, 64, 200])
def test_a_pool_that_takes_few_future_nonces_makes_the_window_smaller(world, distance):
    # 450 calls, blocks of one second: with one a block 450 s, each of which is progress
    world.chain.distance = distance
    world.send(*range(450))
    assert [world.times(n) for n in range(450)] == [1] * 450
    # what a pool did not take is not offered again and again: for each block once at most
    assert len(world.chain.handed_over) < 450 + 450 * 4


def test_what_a_gateway_took_and_answered_with_an_error_is_not_signed_again(world):
    world.chain.sending_faults = ["taken, error"] * 3
    world.send(*range(10))
    assert [world.times(n) for n in range(10)] == [1] * 10


def test_bytes_that_were_handed_over_keep_their_nonce_after_an_unfamiliar_refusal(world):
    # given: a node that answers with a time-out, and puts the transaction into its pool later
    world.chain.makes_blocks = False
    world.chain.sending_faults = ["later"] * 100
    world.started(patience=5.0)
    with pytest.raises(OutcomeUnknown, match="in no block"):
        world.send(1)
    assert [entry.nonce for entry in world.outbox.unfinished()] == [0]
    # when: it is run again, and the chain goes on
    world.chain.sending_faults = []
    world.chain.makes_blocks = True
    world.started().send_all([call(1)], keys=[key(1)], gas=30_000)
    assert world.times(1) == 1


def test_what_a_node_says_of_what_it_does_not_take_is_told(world):
    world.chain.sending_faults = ["unfamiliar"] * 100
    world.started(patience=5.0)
    with pytest.raises(OutcomeUnknown, match="the moon is not in the right place"):
        world.send(1)


def test_an_unfamiliar_refusal_is_no_refusal_until_the_chain_says_so(world):
    world.chain.sending_faults = ["unfamiliar"] * 3
    world.send(1, 2)
    assert [world.times(1), world.times(2)] == [1, 1]


def test_a_definitive_refusal_is_given_up_at_once(world):
    world.chain.sending_faults = ["poor"]
    before = world.chain.now
    with pytest.raises(SendingRefused, match="insufficient funds"):
        world.send(1, 2)
    assert world.chain.now - before < 2
    assert world.outbox.unfinished() == []
    world.send(1, 2)
    assert [world.times(1), world.times(2)] == [1, 1]


def test_null_receipts_are_no_proof_that_a_nonce_was_used_by_another(world):
    # given: four calls in blocks, of which the node gives no receipts for a while
    world.chain.makes_blocks = False
    world.started(patience=3.0)
    with pytest.raises(OutcomeUnknown):
        world.send(*range(4))
    world.chain.mine()
    world.chain.makes_blocks = True
    world.chain.reading_faults = ["nulls"] * 40
    for _ in range(10):
        try:
            world.started().send_all(
                [call(n) for n in range(4)], keys=[key(n) for n in range(4)], gas=30_000
            )
        except (OutcomeUnknown, TransactionsPruned):
            continue
        break
    assert [world.times(n) for n in range(4)] == [1] * 4


def test_a_receipt_that_is_missing_once_is_asked_for_again_though_no_block_comes(world):
    # given: a transaction in a block, a chain without further blocks, and one null receipt
    world.send(1)
    (hash,) = [entry.hash for entry in world.outbox.last_of([key(1)]).values()]
    world.chain.makes_blocks = False
    world.chain.reading_faults = ["", "nulls"]
    began = world.chain.now
    found = waiting.wait_for_receipts(
        world.sender.connection, [hash], 120.0, pause=world.chain.sleep
    )
    assert found.keys() == {hash}
    assert world.chain.now - began < 5


# A nonce that another program uses


def test_of_250_calls_the_one_whose_nonce_was_used_is_named_and_the_others_are_made(world):
    # given: another program uses the key's nonce just before the first hand-over
    once = [lambda: world.foreign(0)]
    world.chain.before_sending = lambda: once.pop()() if once else None
    # when
    with pytest.raises(NonceTaken) as taken:
        world.send(*range(250))
    # then: 200 were signed before that; the first of them has no nonce any more
    assert [entry.key for entry in taken.value.entries] == [key(0)]
    assert [world.times(n) for n in range(250)] == [0] + [1] * 249
    world.send(*range(250))
    assert [world.times(n) for n in range(250)] == [1] * 250


def test_missing_nonces_are_filled_with_transactions_that_do_nothing(world):
    # given: a call with a nonce that a node got wrong by three; nothing else of the key comes
    world.chain.false_pending = 3
    world.started(patience=5.0)
    world.chain.before_sending = lambda: setattr(world.chain, "false_pending", 0)
    with pytest.raises(
        OutcomeUnknown, match=r"nonce 0, which no transaction has\. Run: jp20 tx fill"
    ):
        world.send(1)
    # when
    sender = world.started()
    assert sender.missing_nonces == range(3)
    filled = sender.fill()
    # then
    assert len(filled) == 3
    world.send(1)
    assert world.chain.executed() == [b"", b"", b"", call(1).data]
    assert sender.fill() == []


def test_that_nothing_came_to_an_end_can_be_said_of_nothing():
    assert "0x" not in str(OutcomeUnknown([], 120.0))


def test_a_nonce_that_is_not_next_is_refused_while_nobody_explains_it(world):
    """One false count would give the calls nonces that never come."""
    world.chain.false_pending = 500
    with pytest.raises(JP20Error, match="nonce"):
        world.send(1)
    assert world.outbox.unfinished() == []
    world.chain.false_pending = 0
    world.send(1)
    assert world.times(1) == 1


def test_a_gas_price_beyond_all_reason_is_not_paid(world):
    # given: a node that asks for all that the key has
    world.chain.gas_price = 10**20
    with pytest.raises(GasPriceTooHigh, match="100,000,000,000,000,000,000 wei"):
        world.send(1)
    assert world.outbox.unfinished() == []
    # and: for what is on its way it is not paid either
    world.chain.gas_price, world.chain.makes_blocks = 10, False
    world.started(patience=2.0)
    with pytest.raises(OutcomeUnknown):
        world.send(1)
    world.chain.gas_price = 10**20
    (entry,) = world.outbox.unfinished()
    with pytest.raises(GasPriceTooHigh):
        world.sender.replace(entry, call(2), 30_000, "instead")
    assert [each.withdrawn for each in world.outbox.unfinished()] == [False]


# All of it, in any order


class Killed(BaseException):
    """The process is gone."""


SENDING = [
    "limited",
    "lost before",
    "lost after",
    "too busy",
    "unfamiliar",
    "later",
    "taken, error",
    "poor",
]
READING = ["limited", "lost before", "lag 1", "lag 2", "nulls"]


class Sending(RuleBasedStateMachine):
    """Runs that send the same or other calls, killed at any hand-over, while the node does all that
    nodes do; between them blocks are replaced, pools are lost and others use the key.
    """

    @initialize(depth=st.sampled_from([0, DEPTH]))
    def begin(self, depth):
        self.patch = pytest.MonkeyPatch()
        self.world = World(Path(tempfile.mkdtemp(dir=self.root)), self.patch, depth)
        self.depth = depth
        self.wanted: set[int] = set()
        self.foreigners = 0

    @rule(
        numbers=st.lists(st.integers(0, 30), min_size=1, max_size=12, unique=True),
        sending=st.lists(st.sampled_from(SENDING), max_size=6),
        reading=st.lists(st.sampled_from(READING), max_size=6),
        killed=st.one_of(st.none(), st.integers(1, 4)),
        distance=st.sampled_from([1, 3, 10**9]),
        per_block=st.sampled_from([1, 5, 10**9]),
    )
    def send(self, numbers, sending, reading, killed, distance, per_block):
        world, chain = self.world, self.world.chain
        self.wanted |= set(numbers)
        chain.distance, chain.per_block = distance, per_block
        left = [killed or 0]

        def pull_the_plug():
            left[0] -= 1
            if left[0] == 0:
                raise Killed

        chain.before_sending = pull_the_plug
        world.started(patience=20.0)
        chain.sending_faults, chain.reading_faults = list(sending), list(reading)
        try:
            made = world.send(*numbers)
        except (JP20Error, Killed):
            return
        finally:
            chain.before_sending = lambda: None
            chain.sending_faults, chain.reading_faults = [], []
        for number, receipt in zip(numbers, made, strict=True):
            assert receipt.succeeded
            assert world.times(number) == 1

    @rule(seconds=st.integers(1, 5))
    def wait(self, seconds):
        self.world.chain.sleep(seconds)

    @rule()
    def lose_the_pool(self):
        self.world.chain.pool.clear()

    @precondition(lambda self: self.depth)
    @rule(depth=st.integers(1, DEPTH - 1), keeps=st.booleans())
    def reorganise(self, depth, keeps):
        self.world.chain.reorganise(depth, keeps=keeps)

    @rule()
    def another_program_uses_the_key(self):
        self.foreigners += 1
        self.world.foreign(self.foreigners)

    @invariant()
    def nothing_is_made_twice(self):
        if hasattr(self, "world"):
            for number in self.wanted:
                assert self.world.times(number) <= 1, number

    def teardown(self):
        if not hasattr(self, "world"):
            return
        try:
            self.end_honestly()
        finally:
            self.world.ended()
            self.patch.undo()

    def end_honestly(self):
        """Whatever was left is carried out when node and network are as they should be."""
        world, numbers = self.world, sorted(self.wanted)
        world.chain.distance = world.chain.per_block = 10**9
        for _ in range(5):
            world.started(patience=60.0).fill()
            try:
                world.send(*numbers) if numbers else None
            except NonceTaken:
                continue
            break
        world.chain.sleep(DEPTH + 2)
        assert [world.times(n) for n in numbers] == [1] * len(numbers)
        assert world.outbox is not None
        states = {entry.state for entry in world.outbox.last_of(map(key, numbers)).values()}
        assert states <= {State.SUCCEEDED}


def test_whatever_node_and_network_do_each_call_is_made_once(tmp_path, monkeypatch):
    monkeypatch.setattr(Sending, "root", tmp_path, raising=False)
    run_state_machine_as_test(
        Sending,
        settings=settings(
            max_examples=60,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
