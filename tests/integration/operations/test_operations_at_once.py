"""A halt comes through whatever else is under way (G12)."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from example_world import AML, EMERGENCY, ISSUER, KEYS, World, alice, bob, evidence
from faulty_proxy import FaultyProxy

from jp20.chain.rpc.connection import connect
from jp20.chain.rpc.networks import Network
from jp20.chain.sending.outbox import Entry, Intent, Outbox, State, open_outbox
from jp20.chain.sending.sender import SendingRefused
from jp20.chain.signing.signers import KeySigner
from jp20.domain.governance.requests import Call
from jp20.operations.governance import urgent
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.emergency import halt, platform_status
from jp20.operations.investors.whitelist import suspend_at_once
from jp20.operations.session import Session, open_session
from jp20.operations.token.lifecycle import pause
from jp20.operations.token.transfer import transfer
from jp20.operations.transactions import sending
from jp20.operations.transactions.sending import NothingToCancel, Where, cancel_transaction

pytestmark = pytest.mark.requirement("G12")

PRICE = 10**9


@pytest.fixture
def node(world) -> Iterator[FaultyProxy]:
    """A node that has raised its minimum price since."""
    proxy = FaultyProxy(world.session.connection.network.url)
    proxy.minimum = PRICE
    yield proxy
    proxy.stop()


@pytest.fixture
def session(world, node, tmp_path, monkeypatch) -> Iterator[Session]:
    """A session with the keys of all, whose outboxes are in a folder."""
    monkeypatch.setattr(urgent, "MOMENT", 0.3)
    network = Network(node.url, gas_price=PRICE)
    with open_session(connect(network), world.deployment, KEYS, outbox=tmp_path) as session:
        yield session


@pytest.fixture
def keys(world) -> list[KeySigner]:
    """The two keys of the emergency operator."""
    addresses = world.session.organisation(EMERGENCY).keys
    return [signer for signer in KEYS if signer.address in addresses]


def opened(world: World, folder: Path, signer: KeySigner) -> Outbox:
    chain = world.session.connection
    return open_outbox(folder, chain.chain_id, chain.genesis, signer.address, development=True)


def stuck(world: World, folder: Path, signer: KeySigner, call: Call) -> Entry:
    """What an earlier run sent too cheap: the node has thrown it away, and takes it no more."""
    chain = world.session.connection
    outbox = opened(world, folder, signer)
    (entry,) = outbox.intend([Intent(call, 200_000)], 1, chain.next_nonce(signer.address))
    signed = signer.sign_transaction(entry.unsigned(chain.chain_id))
    (entry,) = outbox.send(outbox.sign([(entry, signed)]))
    outbox.close()
    return entry


def latest(world: World, folder: Path, signer: KeySigner, entry: Entry) -> Entry:
    outbox = opened(world, folder, signer)
    (found,) = outbox.latest([entry])
    outbox.close()
    return found


def test_what_another_key_has_under_way_holds_nothing_up(world, session, tmp_path):
    # given
    key = world.key(AML)
    call = world.session.platform.call("suspendAtOnce", [bob.address])
    entry = stuck(world, tmp_path, key, call)
    # when
    carry_out(session, halt(session))
    # then: the other stays as it is
    assert platform_status(world.session).halted
    session.close()
    assert latest(world, tmp_path, key, entry).state is State.SENT


def test_another_key_halts_where_one_has_something_under_way(world, session, tmp_path, keys):
    first, second = keys
    entry = stuck(world, tmp_path, first, Call(first.address, b""))
    done = carry_out(session, halt(session))
    assert [step.key for step in done.steps] == [second.address]
    session.close()
    assert latest(world, tmp_path, first, entry).state is State.SENT


def test_another_key_halts_where_another_process_has_the_one(world, session, tmp_path, keys):
    first, second = keys
    busy = opened(world, tmp_path, first)
    done = carry_out(session, halt(session))
    assert [step.key for step in done.steps] == [second.address]
    busy.close()


def test_where_every_key_has_something_under_way_the_halt_takes_its_place(
    world, session, tmp_path, keys
):
    # given: both keys with something that the node takes no more
    entries = [stuck(world, tmp_path, key, Call(key.address, b"")) for key in keys]
    # when
    done = carry_out(session, halt(session))
    # then: the halt has the nonce of the first, which can never come
    assert platform_status(world.session).halted
    (step,) = done.steps
    assert step.key == keys[0].address
    session.close()
    assert latest(world, tmp_path, keys[0], entries[0]).state is State.REPLACED
    assert latest(world, tmp_path, keys[1], entries[1]).state is State.SENT


def test_where_no_outbox_can_be_had_it_is_halted_without(world, session, tmp_path, keys):
    busy = [opened(world, tmp_path, key) for key in keys]
    carry_out(session, halt(session))
    assert platform_status(world.session).halted
    for each in busy:
        each.close()


def test_a_pause_and_a_suspension_are_not_held_up_either(world, session, tmp_path):
    key, issuer = world.key(AML), world.key(ISSUER)
    for each in (key, issuer):
        stuck(world, tmp_path, each, Call(each.address, b""))
    carry_out(session, pause(session, world.token, evidence("ALONE-1")))
    carry_out(session, suspend_at_once(session, [bob.address], evidence("ALONE-1")))
    assert world.session.token(world.token).read(bool, "paused")


def test_what_does_not_stop_anything_waits_for_its_own_key_only(world, session, tmp_path):
    # given: something of the issuer's key that the node takes no more
    stuck(world, tmp_path, world.key(ISSUER), Call(alice.address, b""))
    # when, then: a holder transfers; and what takes the issuer's key is told what stands in the way
    transfer(session, world.token, alice, bob.address, 5)
    with pytest.raises(SendingRefused, match="did not take") as told:
        session.settle(world.key(ISSUER))
    assert "jp20 tx cancel" in told.value.next_step.en


# Given up


@pytest.mark.requirement("G2")
def test_what_no_node_takes_any_more_is_cancelled_and_its_key_goes_on(world, session, tmp_path):
    # given: alice's transfer, sent before the node raised its price
    call = world.session.token(world.token).call("transfer", bob.address, 5)
    entry = stuck(world, tmp_path, alice, call)
    with pytest.raises(SendingRefused, match="did not take"):
        transfer(session, world.token, alice, bob.address, 7)
    # when
    first, instead = cancel_transaction(session, alice, entry.nonce)
    # then: it can never come, and another can
    assert (first.state, instead.state) == (State.REPLACED, State.SUCCEEDED)
    assert instead.nonce == entry.nonce
    assert instead.gas_price >= PRICE
    assert world.balance(alice) == 100
    transfer(session, world.token, alice, bob.address, 7)
    assert world.balance(alice) == 93
    with pytest.raises(NothingToCancel):
        cancel_transaction(session, alice, entry.nonce)


@pytest.mark.requirement("G2")
def test_what_waits_in_a_pool_is_cancelled_for_more(world, session, node, tmp_path):
    # given: a transfer of alice's that waits with the node, at more than the price of today
    chain = world.session.connection
    chain.rpc("evm_setAutomine", False)
    outbox = opened(world, tmp_path, alice)
    call = world.session.token(world.token).call("transfer", bob.address, 5)
    (entry,) = outbox.intend([Intent(call, 200_000)], 8 * PRICE, chain.next_nonce(alice.address))
    (entry,) = outbox.sign([(entry, alice.sign_transaction(entry.unsigned(chain.chain_id)))])
    outbox.send([entry])
    outbox.close()
    chain.send_raw([entry.signed.raw])
    # when
    miner = threading.Timer(1.0, lambda: chain.rpc("evm_setAutomine", True))
    miner.start()
    first, instead = cancel_transaction(session, alice, entry.nonce)
    miner.join()
    # then: it has an eighth more for the miner
    assert (first.state, instead.state) == (State.REPLACED, State.SUCCEEDED)
    assert instead.gas_price == 9 * PRICE + 1
    assert world.balance(alice) == 100


@pytest.mark.requirement("G2")
def test_the_first_may_win_against_its_cancellation(world, session, node, tmp_path, monkeypatch):
    # given: a transfer of alice's that is in no pool, and a node that puts it into a block just
    # before the cancellation arrives
    call = world.session.token(world.token).call("transfer", bob.address, 5)
    entry = stuck(world, tmp_path, alice, call)
    sign = KeySigner.sign_transaction

    def late(signer, transaction):
        monkeypatch.setattr(KeySigner, "sign_transaction", sign)
        world.session.connection.send_raw([entry.signed.raw])
        return sign(signer, transaction)

    monkeypatch.setattr(KeySigner, "sign_transaction", late)
    # when
    first, instead = cancel_transaction(session, alice, entry.nonce)
    # then
    assert (first.state, instead.state) == (State.SUCCEEDED, State.REPLACED)
    assert world.balance(alice) == 95


@pytest.mark.requirement("G2")
def test_a_cancellation_that_is_refused_withdraws_nothing(world, session, node, tmp_path):
    entry = stuck(world, tmp_path, alice, Call(bob.address, b""))
    node.minimum = 10 * PRICE
    with pytest.raises(SendingRefused):
        cancel_transaction(session, alice, entry.nonce)
    node.minimum = 0
    session.settle(alice)
    session.close()
    assert latest(world, tmp_path, alice, entry).state is State.SUCCEEDED


@pytest.mark.requirement("G2")
def test_what_is_withdrawn_is_shown_so_and_not_handed_over(world, session, tmp_path):
    # given: a process that ended after it had withdrawn, and before it had sent
    entry = stuck(world, tmp_path, alice, Call(bob.address, b""))
    outbox = opened(world, tmp_path, alice)
    instead = outbox.withdraw(entry, Intent(Call(alice.address, b""), 21_000), PRICE, 0)
    signed = alice.sign_transaction(instead.unsigned(world.session.connection.chain_id))
    outbox.sign([(instead, signed)])
    outbox.close()
    (found,) = sending.sending_status(session.connection, tmp_path)
    assert [each.where for each in found.under_way] == [Where.WITHDRAWN, Where.NOT_SENT]
    # when, then: the next run sends the cancellation, and the other can never come
    session.settle(alice)
    session.close()
    assert latest(world, tmp_path, alice, entry).state is State.REPLACED


@pytest.mark.requirement("G2")
def test_a_cancellation_is_cancelled_too(world, session, tmp_path):
    entry = stuck(world, tmp_path, alice, Call(bob.address, b""))
    outbox = opened(world, tmp_path, alice)
    cheap = outbox.withdraw(
        entry, Intent(Call(alice.address, b""), 21_000, label="cancel: x"), 1, 0
    )
    signed = alice.sign_transaction(cheap.unsigned(world.session.connection.chain_id))
    outbox.send(outbox.sign([(cheap, signed)]))
    outbox.close()
    first, instead = cancel_transaction(session, alice, entry.nonce)
    assert (first.id, first.state) == (cheap.id, State.REPLACED)
    assert (instead.state, instead.label) == (State.SUCCEEDED, "cancel: x")
    session.settle(alice)
    session.close()
    assert latest(world, tmp_path, alice, entry).state is State.REPLACED
