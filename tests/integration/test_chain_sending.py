"""What the sender does when something comes between it and the chain, on real nodes (G2)."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from eth_typing import ChecksumAddress
from faulty_proxy import FaultyProxy

from jp20.chain.contracts.contract import artifact, consortium_at
from jp20.chain.contracts.errors import Reverted
from jp20.chain.local import PATIENCE, LocalChain
from jp20.chain.rpc.blocks import Blocks
from jp20.chain.rpc.connection import Connection, NoBlock, NodeRefused, connect
from jp20.chain.rpc.networks import Finality, Network
from jp20.chain.rpc.pruned import TransactionsPruned
from jp20.chain.rpc.receipts import Receipt, receipts_now
from jp20.chain.sending import broadcaster, sender
from jp20.chain.sending.outbox import (
    Intent,
    OtherKindOfNode,
    Outbox,
    OutboxUnusable,
    State,
    open_outbox,
)
from jp20.chain.sending.sender import NonceTaken, Sender, SendingRefused
from jp20.chain.sending.waiting import OutcomeUnknown
from jp20.chain.signing.signers import KeySigner, development_signers
from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.base.roles import Role
from jp20.domain.governance.requests import Call
from jp20.operations.governance.platform import contract_address

pytestmark = pytest.mark.requirement("G2")

FOUNDER, SIGNER, OTHER, *_ = development_signers(8)
BURNER = Call(address_of(0xDEAD), b"")
KEY = b"\x01" * 32


LOGGER = bytes.fromhex("6460006000a06000526005601bf3")
"""Creation code of a contract that leaves a log whenever it is called: PUSH1 0 PUSH1 0 LOG0."""


def burner(number: int) -> Call:
    return Call(address_of(0xDEAD), number.to_bytes(4, "big"))


@pytest.fixture(scope="module")
def anvil() -> Iterator[Connection]:
    with LocalChain("anvil") as connection:
        yield connection


@pytest.fixture
def node(anvil) -> Iterator[Connection]:
    """Every test begins from the same state."""
    snapshot = anvil.rpc("evm_snapshot")
    yield anvil
    anvil.rpc("evm_setAutomine", True)
    anvil.rpc("evm_revert", snapshot)


@pytest.fixture
def outbox(node, tmp_path) -> Iterator[Outbox]:
    outbox = open_outbox(tmp_path, node.chain_id, node.genesis, SIGNER.address)
    yield outbox
    outbox.close()


@contextmanager
def no_blocks(node: Connection) -> Iterator[None]:
    node.rpc("evm_setAutomine", False)
    yield
    node.rpc("evm_setAutomine", True)


def counted(node: Connection, address: ChecksumAddress = SIGNER.address) -> int:
    return int(node.rpc("eth_getTransactionCount", address, "latest"), 16)


def stored(outbox: Outbox, node: Connection, *calls: Call, state: State, key: bytes | None = None):
    """What a process leaves that is killed when its calls are in a state."""
    count = node.next_nonce(SIGNER.address)
    intents = [Intent(call, 30_000, key, "left") for call in calls]
    entries = outbox.intend(intents, node.gas_price(), count)
    if state is not State.INTENDED:
        entries = outbox.sign(
            [(e, SIGNER.sign_transaction(e.unsigned(node.chain_id))) for e in entries]
        )
    return entries


# What an earlier run left


def test_what_was_signed_and_not_sent_is_sent(node, outbox):
    (entry,) = stored(outbox, node, BURNER, state=State.SIGNED)
    Sender(node, SIGNER, {}, outbox=outbox).recover()
    (entry,) = outbox.latest([entry])
    assert entry.state is State.SUCCEEDED
    assert node.rpc("eth_getTransactionReceipt", f"0x{entry.signed.hash.hex()}") is not None


@pytest.mark.parametrize("program", ["anvil", "ganache"])
def test_what_is_in_a_block_already_is_not_sent_again(program, tmp_path):
    # given: the account's first transaction, which Ganache carries out as often as it is sent
    with LocalChain(program) as node:
        outbox = open_outbox(tmp_path, node.chain_id, node.genesis, SIGNER.address)
        (entry,) = stored(outbox, node, BURNER, state=State.SIGNED)
        node.send_raw([entry.signed.raw])
        while counted(node) == 0:
            time.sleep(0.05)
        Sender(node, SIGNER, {}, outbox=outbox).recover()
        assert outbox.latest([entry])[0].state is State.SUCCEEDED
        assert counted(node) == 1
        outbox.close()


@pytest.mark.parametrize(("since", "by_name"), [(0, 0), (50, 30)])
def test_many_that_an_earlier_run_sent_are_looked_for_in_the_newest_blocks_together(
    node, outbox, since, by_name
):
    """For each that is asked for by name a node reads its whole block."""
    # given: thirty calls in one block, which leave logs, and blocks since
    logger = Sender(node, OTHER, {}).send(Call(ZERO_ADDRESS, LOGGER)).contract
    calls = [Call(logger, bytes([number])) for number in range(30)]
    entries = stored(outbox, node, *calls, state=State.SIGNED)
    with no_blocks(node):
        assert node.send_raw([entry.signed.raw for entry in entries]) == [None] * 30
        node.rpc("evm_mine")
    node.rpc("anvil_mine", hex(since))
    proxy = FaultyProxy(node.network.url)

    # when
    try:
        Sender(connect(proxy.url), SIGNER, {}, outbox=outbox).recover()
    finally:
        proxy.stop()

    # then
    assert {entry.state for entry in outbox.latest(entries)} == {State.SUCCEEDED}
    assert proxy.asked.count("eth_getTransactionReceipt") == by_name
    assert "eth_sendRawTransaction" not in proxy.asked


def test_what_was_not_signed_is_dropped_and_its_nonce_used(node, outbox):
    (entry,) = stored(outbox, node, BURNER, state=State.INTENDED)
    sender = Sender(node, SIGNER, {}, outbox=outbox)
    sender.send(burner(1))
    assert outbox.latest([entry])[0].state is State.DROPPED
    assert counted(node) == 1


def test_a_key_is_carried_out_once_whatever_run_began_it(node, outbox):
    (entry,) = stored(outbox, node, BURNER, state=State.SIGNED, key=KEY)
    sender = Sender(node, SIGNER, {}, outbox=outbox)
    first = sender.send(BURNER, key=KEY)
    assert first.transaction == entry.signed.hash
    assert sender.send(BURNER, key=KEY) == first
    assert counted(node) == 1
    assert sender.send(BURNER, key=KEY, again=True) != first
    assert counted(node) == 2


def test_the_same_call_that_was_left_under_way_is_not_made_a_second_time(tmp_path, node):
    outbox = open_outbox(tmp_path, node.chain_id, node.genesis, SIGNER.address)
    left = stored(outbox, node, BURNER, BURNER, state=State.SIGNED)
    outbox._database.close()  # killed
    outbox._lock.release()
    outbox = open_outbox(tmp_path, node.chain_id, node.genesis, SIGNER.address)
    sender = Sender(node, SIGNER, {}, outbox=outbox)
    done = sender.send_all([BURNER, burner(7), BURNER, BURNER])
    # two of the three are those that were left, and the third is another
    assert [each.transaction for each in (done[0], done[2])] == [e.signed.hash for e in left]
    assert counted(node) == 4
    assert sender.send(BURNER).transaction not in {e.signed.hash for e in left}
    outbox.close()


# A disk that is full


@pytest.mark.parametrize("at", ["intend", "sign", "send", "include"])
def test_where_the_disk_is_full_at_any_step_nothing_is_lost_or_sent_twice(
    node, outbox, monkeypatch, at
):
    # given: a disk that takes nothing more when a step is to be noted
    step = getattr(Outbox, at)

    def full(receiver, *arguments, **named):
        receiver._database.execute("PRAGMA query_only = 1")
        return step(receiver, *arguments, **named)

    monkeypatch.setattr(Outbox, at, full)
    with pytest.raises(OutboxUnusable, match="cannot be used"):
        Sender(node, SIGNER, {}, outbox=outbox).send(BURNER, key=KEY)

    # when: it does again, and the same is run
    monkeypatch.setattr(Outbox, at, step)
    outbox._database.execute("PRAGMA query_only = 0")
    done = Sender(node, SIGNER, {}, outbox=outbox).send(BURNER, key=KEY)

    # then
    assert done.succeeded
    assert counted(node) == 1


# Nonces


def test_a_nonce_that_another_program_used_is_told_and_the_next_run_goes_on(node, outbox):
    # given: a call that was signed, and another transaction of the key with its nonce in a block
    (entry,) = stored(outbox, node, BURNER, state=State.SIGNED, key=KEY)
    Sender(node, SIGNER, {}).send(burner(9))
    sender = Sender(node, SIGNER, {}, outbox=outbox)
    receipt = sender.send(BURNER, key=KEY)
    assert outbox.latest([entry])[0].state is State.REPLACED
    assert receipt.transaction != entry.signed.hash
    assert counted(node) == 2


def test_a_transaction_that_is_replaced_while_it_waits_is_told(node, outbox):
    # given: a call that waits for a block
    sender = Sender(node, SIGNER, {}, outbox=outbox, patience=PATIENCE)
    told = []

    def send() -> None:
        try:
            sender.send(BURNER, key=KEY)
        except NonceTaken as error:
            told.append(error)

    with no_blocks(node):
        thread = threading.Thread(target=send)
        thread.start()
        while node.next_nonce(SIGNER.address) == 0:
            time.sleep(0.05)
        # when: another program replaces it with more for the miner
        other = Sender(node, SIGNER, {})
        node.send_raw([other.sign(burner(1), 0, 40_000, 3 * node.gas_price()).raw])
        node.rpc("evm_mine")
        thread.join()

    # then
    assert [entry.state for entry in told[0].entries] == [State.REPLACED]
    assert "Another program" in str(told[0])
    assert sender.send(BURNER, key=KEY).succeeded


def test_a_gap_is_not_waited_for_and_filled_by_the_next_call(node, outbox):
    # given: of two calls that a run left the first was given up, and the second is with the node
    first, second = stored(outbox, node, burner(1), burner(2), state=State.SIGNED)
    node.send_raw([second.signed.raw])
    outbox.send([second])
    outbox.drop([first])
    sender = Sender(node, SIGNER, {}, outbox=outbox, patience=5)
    sender.recover()
    assert outbox.latest([second])[0].state is State.SENT

    # when
    sender.send(burner(3))

    # then: its nonce was the missing one, and the other could come as well
    sender.recover()
    assert outbox.latest([second])[0].state is State.SUCCEEDED
    assert counted(node) == 2


# The pool


def test_what_a_node_will_not_take_is_given_up_and_stands_in_nobodys_way(node, tmp_path):
    # given: a key without funds, three calls, and a node that wants to be paid
    poor = KeySigner(b"\x77" * 32)
    outbox = open_outbox(tmp_path, node.chain_id, node.genesis, poor.address)
    paid = connect(Network(node.network.url, gas_price=10**9))
    sender = Sender(paid, poor, {}, outbox=outbox)
    with pytest.raises(SendingRefused, match="did not take") as refused:
        sender.send_all([burner(n) for n in range(3)], gas=30_000)
    assert "funds" in str(refused.value).lower()
    assert outbox.unfinished() == []

    # when: it has funds
    node.rpc("anvil_setBalance", poor.address, hex(10**18))

    # then: the next call is its first
    sender.send(burner(5))
    assert counted(node, poor.address) == 1
    outbox.close()


def test_a_full_pool_is_waited_for(node, outbox, monkeypatch):
    # given: a node whose pool has room for two of ours at a time; the chain makes blocks by itself
    give = Connection.send_raw

    def full(connection, raws, sender=None, *, everywhere=False):
        taken = give(connection, raws[:2], sender, everywhere=everywhere)
        refusal = NodeRefused("eth_sendRawTransaction", {"message": "txpool is full"})
        return [*taken, *([refusal] * (len(raws) - 2))]

    monkeypatch.setattr(Connection, "send_raw", full)
    sender = Sender(node, SIGNER, {}, outbox=outbox, patience=PATIENCE)
    over = threading.Event()

    def mine() -> None:
        while not over.wait(0.05):
            node.rpc("evm_mine")

    miner = threading.Thread(target=mine)
    with no_blocks(node):
        miner.start()
        # when
        done = sender.send_all([burner(n) for n in range(7)])
        over.set()
        miner.join()

    # then: all came, in order
    assert all(isinstance(each, Receipt) for each in done)
    assert [each.block for each in done] == sorted(each.block for each in done)
    assert counted(node) == 7


def test_the_window_slides(node, outbox, monkeypatch):
    # given: a window of ten
    monkeypatch.setattr(broadcaster, "WINDOW", 10)
    monkeypatch.setattr(sender, "BATCH_SIZE", 4)
    in_flight = []
    turn = broadcaster.Broadcaster.poll

    def watched(self):
        ended = turn(self)
        in_flight.append(self.in_flight)
        return ended

    monkeypatch.setattr(broadcaster.Broadcaster, "poll", watched)
    told = []
    # when
    done = Sender(node, SIGNER, {}, outbox=outbox).send_all(
        [burner(n) for n in range(35)], progress=lambda *how_far: told.append(how_far)
    )
    # then
    assert counted(node) == 35
    assert all(each.succeeded for each in done)
    assert max(in_flight) <= 10 + 4
    assert told == sorted(told)
    assert told[-1] == (35, 35)


# What stands before the node


@pytest.fixture
def gateway(node) -> Iterator[FaultyProxy]:
    gateway = FaultyProxy(node.network.url)
    yield gateway
    gateway.stop()


def on_sending(*faults: str):
    """These faults for the first requests that send something."""
    left = list(faults)
    return lambda methods: left.pop(0) if "eth_sendRawTransaction" in methods and left else ""


@pytest.mark.parametrize("fault", ["limited", "taken, error"])
def test_what_a_gateway_answers_by_itself_is_no_refusal(node, outbox, gateway, fault):
    # given: a gateway that is asked too often, or that answers for what it forwarded with an error
    gateway.fault = on_sending(*[fault] * 4)
    sender = Sender(connect(gateway.url), SIGNER, {}, outbox=outbox, patience=30)
    # when
    done = sender.send_all(
        [burner(n) for n in range(20)], keys=[KEY[:-1] + bytes([n]) for n in range(20)]
    )
    # then
    assert all(each.succeeded for each in done)
    assert counted(node) == 20
    assert len(outbox.in_blocks(10**9, 10**9)) == 20


def test_several_nodes_of_different_height_behind_one_address_send_nothing_twice(
    node, outbox, gateway
):
    # given: each call of a request is answered by one that is up to two blocks behind
    chance = random.Random(1)
    gateway.lag = lambda: chance.choice([0, 0, 1, 2])
    keys = [KEY[:-2] + n.to_bytes(2, "big") for n in range(300)]
    calls = [burner(n) for n in range(300)]
    for part in (100, 200, 300):
        sender = Sender(connect(gateway.url), SIGNER, {}, outbox=outbox, patience=30)
        done = sender.send_all(calls[:part], keys=keys[:part])
        assert all(each.succeeded for each in done)
        sender.recover()
    assert counted(node) == 300


def test_a_block_that_none_of_several_nodes_has_is_said_in_words(node, gateway):
    gateway.lag = lambda: 2
    chain = connect(gateway.url)
    node.rpc("anvil_mine", "0x3")
    with pytest.raises(NoBlock, match="load balancer"):
        chain.block(node.block_number())


# What does not come


def test_what_is_in_no_block_in_time_is_unknown_and_the_next_run_waits_for_it(node, outbox):
    first = Sender(node, SIGNER, {}, outbox=outbox, patience=0.3)
    with no_blocks(node), pytest.raises(OutcomeUnknown, match="in no block") as unknown:
        first.send(BURNER, key=KEY)
    (entry,) = unknown.value.entries
    assert (entry.state, entry.key) == (State.SENT, KEY)
    assert "resume-sending" in str(unknown.value)
    node.rpc("evm_mine")
    done = Sender(node, SIGNER, {}, outbox=outbox).send(BURNER, key=KEY)
    assert done.transaction == entry.signed.hash
    assert counted(node) == 1


def test_without_a_key_what_is_unknown_is_waited_for_in_the_same_run_too(node, outbox):
    sender = Sender(node, SIGNER, {}, outbox=outbox, patience=0.3)
    with no_blocks(node), pytest.raises(OutcomeUnknown):
        sender.send(BURNER)
    node.rpc("evm_mine")
    sender.send(BURNER)
    assert counted(node) == 1
    sender.send(BURNER)  # another one
    assert counted(node) == 2


def test_nothing_is_lost_while_nobody_answers(node, outbox):
    # given: a call that waits for a block, behind a proxy that goes away
    proxy = FaultyProxy(node.network.url)
    far = connect(proxy.url)
    sender = Sender(far, SIGNER, {}, outbox=outbox, patience=0.5)
    with no_blocks(node):

        def go_away() -> None:
            while node.next_nonce(SIGNER.address) == 0:
                time.sleep(0.02)
            proxy.stop()

        thread = threading.Thread(target=go_away)
        thread.start()
        with pytest.raises(OutcomeUnknown) as unknown:
            sender.send(BURNER, key=KEY)
        thread.join()
    assert "No connection" in str(unknown.value)
    assert [entry.state for entry in outbox.unfinished()] == [State.SENT]


# The chain goes back


def test_on_a_development_chain_that_was_wound_back_nothing_comes_again(node, outbox):
    sender = Sender(node, SIGNER, {}, outbox=outbox)
    snapshot = node.rpc("evm_snapshot")
    first = sender.send(BURNER, key=KEY)
    node.rpc("evm_revert", snapshot)
    sender.recover()
    assert outbox.last_of([KEY])[KEY].state is State.UNDONE
    assert counted(node) == 0
    second = sender.send(BURNER, key=KEY)
    assert (second.block, counted(node)) == (first.block, 1)


def test_on_a_chain_that_reorganises_the_same_bytes_come_again(tmp_path):
    with LocalChain("anvil") as node:
        deep = connect(Network(node.network.url, finality=Finality(3)))
        outbox = open_outbox(tmp_path, node.chain_id, node.genesis, SIGNER.address)
        sender = Sender(deep, SIGNER, {}, outbox=outbox)
        first = sender.send(BURNER, key=KEY)
        node.rpc("anvil_reorg", 1, [])
        assert counted(node) == 0
        sender.recover()
        assert outbox.last_of([KEY])[KEY].hash == first.transaction
        assert counted(node) == 1

        # and once its block is final it is not looked at any more
        node.rpc("anvil_mine", "0x4")
        sender.recover()
        assert outbox.not_final() == []
        outbox.close()


def test_what_comes_in_the_place_of_a_block_that_was_looked_through_is_found(tmp_path, monkeypatch):
    # given: nothing is asked for by name
    monkeypatch.setattr(broadcaster, "QUIET_BLOCKS", 1_000)
    monkeypatch.setattr(broadcaster, "QUIET_SECONDS", 1_000.0)
    with LocalChain("anvil") as node:
        deep = connect(Network(node.network.url, finality=Finality(1_000)))
        outbox = open_outbox(tmp_path, node.chain_id, node.genesis, SIGNER.address)
        sender = Sender(deep, SIGNER, {}, outbox=outbox)
        node.rpc("evm_setAutomine", False)
        waiting = threading.Thread(target=sender.send, args=(BURNER,), daemon=True)
        waiting.start()
        while node.next_nonce(SIGNER.address) < 1:
            time.sleep(0.02)

        # and: two blocks without the call that waits, which were looked through
        (entry,) = outbox.unfinished()
        node.rpc("anvil_dropTransaction", f"0x{entry.signed.hash.hex()}")
        node.rpc("anvil_mine", "0x2")
        waiting.join(1.0)
        assert waiting.is_alive()

        # when: the first of them is replaced by one that has it
        node.rpc("anvil_reorg", 2, [[f"0x{entry.signed.raw.hex()}", 0]])
        assert counted(node) == 1
        node.rpc("evm_mine")
        waiting.join(PATIENCE)

        # then
        assert not waiting.is_alive()
        outbox.close()


def test_where_blocks_may_be_replaced_what_a_pool_lost_is_sent_again_while_blocks_come(tmp_path):
    with LocalChain("anvil") as node:
        # given: an entry whose block is not final, and a call that waits
        deep = connect(Network(node.network.url, finality=Finality(1_000)))
        outbox = open_outbox(tmp_path, node.chain_id, node.genesis, SIGNER.address)
        sender = Sender(deep, SIGNER, {}, outbox=outbox)
        sender.send(BURNER)
        node.rpc("evm_setAutomine", False)
        waiting = threading.Thread(target=sender.send, args=(burner(1),), daemon=True)
        waiting.start()
        while node.next_nonce(SIGNER.address) < 2:
            time.sleep(0.02)

        # when: the pool loses it, and blocks come faster than one would ask for lack of them
        (entry,) = outbox.unfinished()
        node.rpc("anvil_dropTransaction", f"0x{entry.signed.hash.hex()}")
        for _ in range(40):
            node.rpc("evm_mine")
            waiting.join(0.25)

        # then
        assert not waiting.is_alive()
        assert counted(node) == 2
        outbox.close()


# A fork of the chain


def test_what_was_rehearsed_on_a_fork_is_not_sent_to_the_chain(tmp_path):
    # given: a chain's own node, and a fork of it, with the chain's number and first block
    with LocalChain("anvil") as node:
        own = FaultyProxy(node.network.url)
        own.version = "Geth/v1.13.15"
        chain = connect(own.url)
        blocks = Blocks(chain)
        assert not blocks.is_development
        rehearsal = open_outbox(
            tmp_path, node.chain_id, node.genesis, SIGNER.address, development=True
        )
        fork = Sender(node, SIGNER, {}, outbox=rehearsal)
        fork.send(BURNER)
        rehearsal.close()
        # when, then
        with pytest.raises(OtherKindOfNode, match="development node"):
            open_outbox(
                tmp_path,
                chain.chain_id,
                chain.genesis,
                SIGNER.address,
                development=blocks.has_development_node,
            )
        own.stop()


def test_a_fork_with_another_chains_number_is_not_wound_back_as_a_development_chain(tmp_path):
    with LocalChain("anvil") as node:
        chain_id = 5678
        node.rpc("anvil_setChainId", chain_id)
        blocks = Blocks(connect(node.network.url, chain_id))
        assert (blocks.has_development_node, blocks.is_development) == (True, False)


# A node that finds by hash what is new only


@pytest.fixture
def forgetful(node) -> Iterator[FaultyProxy]:
    proxy = FaultyProxy(node.network.url)
    yield proxy
    proxy.stop()


def test_what_a_node_forgot_is_not_taken_to_be_replaced(node, outbox, forgetful):
    # given: a call that came, which its process did not see, and a node that finds nothing as old
    count = node.block_number()
    (entry,) = stored(outbox, node, BURNER, state=State.SIGNED, key=KEY)
    node.send_raw([entry.signed.raw])
    Sender(node, OTHER, {}).send(burner(1))
    forgetful.forgotten = count + 2
    sender = Sender(connect(forgetful.url), SIGNER, {}, outbox=outbox)
    # when
    with pytest.raises(TransactionsPruned, match="does not find") as told:
        sender.send(BURNER, key=KEY)
    # then: it is on its way as before, and another node says what became of it
    assert "history.transactions" in str(told.value)
    assert outbox.latest([entry])[0].state is State.SIGNED
    assert Sender(node, SIGNER, {}, outbox=outbox).send(BURNER, key=KEY).succeeded
    assert counted(node) == 1


def test_what_is_newer_than_what_a_node_forgot_is_known_to_be_replaced(node, outbox, forgetful):
    # given: a call whose nonce another used, after the blocks of which nothing is found
    Sender(node, OTHER, {}).send(burner(1))
    forgetful.forgotten = node.block_number() + 1
    count = node.next_nonce(SIGNER.address)
    (entry,) = outbox.intend([Intent(BURNER, 30_000, KEY)], 10**10, count, node.block_number())
    outbox.sign([(entry, SIGNER.sign_transaction(entry.unsigned(node.chain_id)))])
    Sender(node, SIGNER, {}).send(burner(9))
    # when
    Sender(connect(forgetful.url), SIGNER, {}, outbox=outbox).send(BURNER, key=KEY)
    # then
    assert outbox.latest([entry])[0].state is State.REPLACED
    assert counted(node) == 2


def test_what_was_carried_out_and_forgotten_is_told_as_it_was(node, outbox, consortium, forgetful):
    # given: a call with a log, and one that was refused
    known = {consortium.address: consortium.interface}
    founder = open_outbox(outbox._file.parent, node.chain_id, node.genesis, FOUNDER.address)
    sender = Sender(node, FOUNDER, known, outbox=founder)
    adding = [
        consortium.call("addOrganisation", name, 1 << Role.KYC, [address_of(0x9)])
        for name in ("甲", "")
    ]
    keys = [KEY, b"\x02" * 32]
    done, _ = sender.send_all(adding, keys=keys, gas=1_000_000)
    forgetful.forgotten = node.block_number() + 1
    # when
    forgot = Sender(connect(forgetful.url), FOUNDER, known, outbox=founder)
    again = forgot.send(adding[0], key=KEY)
    # then
    assert (again.transaction, again.block, again.logs) == (done.transaction, done.block, done.logs)
    founder.close()


# Preflight


@pytest.fixture
def consortium(node):
    receipt = Sender(node, FOUNDER, {}).deploy(artifact("Consortium"))
    return consortium_at(node, receipt.contract)


def test_what_is_sent_without_being_tried_is_found_out_by_its_receipt(node, outbox, consortium):
    stranger = Sender(node, SIGNER, {consortium.address: consortium.interface}, outbox=outbox)
    call = consortium.call("addOrganisation", "甲", 1 << Role.KYC, [address_of(0x9)])
    refused, done = stranger.send_all([call, BURNER], gas=300_000)
    assert isinstance(refused, Reverted)
    assert refused.decoded.name == "NotGovernance"
    assert done.succeeded
    assert counted(node) == 2  # it cost its gas
    assert [e.state for e in outbox.in_blocks(10**9, 10)] == [State.SUCCEEDED, State.FAILED]


def test_of_many_in_one_block_each_is_known_by_its_own_outcome(node, outbox, consortium):
    # given: in one block 15 calls that leave logs, 10 that leave none, and 5 that are refused
    known = {consortium.address: consortium.interface}
    sender = Sender(node, FOUNDER, known, patience=PATIENCE)
    named = [
        consortium.call("addOrganisation", name, 1 << Role.KYC, [address_of(0x100 + n)])
        for n, name in enumerate([*(f"組織{n}" for n in range(15)), *[""] * 5])
    ]
    calls = [*named[:15], *(burner(n) for n in range(10)), *named[15:]]
    outcomes = []
    with no_blocks(node):
        thread = threading.Thread(
            target=lambda: outcomes.extend(sender.send_all(calls, gas=1_000_000))
        )
        before = node.next_nonce(FOUNDER.address)
        thread.start()
        while node.next_nonce(FOUNDER.address) < before + 30:
            time.sleep(0.05)
        # when
        node.rpc("evm_mine")
        thread.join()

    # then
    assert [isinstance(each, Receipt) and each.succeeded for each in outcomes] == (
        [True] * 25 + [False] * 5
    )
    assert {each.decoded.name for each in outcomes[25:]} == {"OrganisationNameMissing"}
    first = outcomes[0]
    (whole,) = receipts_now(node, [first.transaction]).values()
    assert (first.logs, first.block_hash) == (whole.logs, whole.block_hash)
    assert outcomes[20].logs == ()
    with pytest.raises(ValueError, match="only the logs"):
        first.gas_used  # noqa: B018


def test_of_many_deployments_in_one_block_each_has_its_address(node):
    # given: creation code that leaves a contract of one byte
    sender = Sender(node, FOUNDER, {}, patience=PATIENCE)
    creation = Call(ZERO_ADDRESS, bytes.fromhex("60016000f3"))
    count = node.next_nonce(FOUNDER.address)
    deployed = []
    with no_blocks(node):
        thread = threading.Thread(
            target=lambda: deployed.extend(sender.send_all([creation] * 25, gas=100_000))
        )
        thread.start()
        while node.next_nonce(FOUNDER.address) < count + 25:
            time.sleep(0.05)
        # when
        node.rpc("evm_mine")
        thread.join()
    # then
    assert [each.contract for each in deployed] == [
        contract_address(FOUNDER.address, count + n) for n in range(25)
    ]


def test_calls_of_one_shape_are_estimated_once(node):
    proxy = FaultyProxy(node.network.url)
    sender = Sender(connect(proxy.url), SIGNER, {})
    calls = [Call(address_of(0xDEAD), b"func" + bytes([0, 0, 0, n + 1])) for n in range(10)]
    gas = sender.preflight(calls)
    proxy.stop()
    # 21,000, five bytes at 16 and three noughts at 4, and a quarter on top
    assert gas == [int(21_092 * 1.25)] * 10
    assert proxy.asked.count("eth_estimateGas") == 1
    assert proxy.asked.count("eth_call") == 10


def test_a_call_that_needs_more_than_its_like_is_estimated_by_itself(node, consortium):
    founder = Sender(node, FOUNDER, {consortium.address: consortium.interface})
    cheap, dear, refused = (
        consortium.call("addOrganisation", name, roles, [address_of(0x9), address_of(0xA)])
        for name, roles in (("甲", 1 << Role.KYC), ("乙", 0x7FC), ("", 1 << Role.KYC))
    )
    alone = founder.preflight([dear])[0]
    first, second, third = founder.preflight([cheap, dear, refused])
    assert second == alone > first * 1.1
    assert isinstance(third, Reverted)
    assert third.decoded.name == "OrganisationNameMissing"
