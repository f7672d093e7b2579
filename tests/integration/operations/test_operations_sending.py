"""What is on its way is shown, resumed after a crash, and signed on another machine (G2, G13)."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from crashing import ended, in_child, killed_at
from example_world import BROKER, ISSUER, KEYS, World, alice, allotments, bob, carol, dave, evidence
from faulty_proxy import FaultyProxy

from jp20.chain.rpc.connection import connect
from jp20.chain.sending.outbox import Entry, State, open_outbox, outbox_files
from jp20.chain.signing.signers import AwaitingSignature, OfflineSigner
from jp20.domain.transactions.transaction_file import SignedFile, SignedTransaction
from jp20.operations.governance import requests
from jp20.operations.plans.plan import distribute
from jp20.operations.session import open_session
from jp20.operations.token.transfer import transfer
from jp20.operations.transactions.offline import (
    load_signed,
    load_unsigned,
    sign_file,
    write_unsigned,
)
from jp20.operations.transactions.sending import (
    NotExported,
    NothingUnsigned,
    Where,
    export_unsigned,
    give_up_unsigned,
    resume_sending,
    send_signed,
    sending_status,
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "outbox"


@pytest.fixture
def slow(world) -> Iterator[None]:
    """A chain that makes blocks only when it is told to."""
    world.session.connection.rpc("evm_setAutomine", False)
    yield
    world.session.connection.rpc("anvil_dropAllTransactions")  # else they come in the next test
    world.session.connection.rpc("evm_setAutomine", True)


def session(world: World, folder, *signers):
    return open_session(world.session.connection, world.deployment, signers or KEYS, outbox=folder)


def give(world: World, folder, units: int = 5, signer=alice):
    with session(world, folder) as own:
        return transfer(own, world.token, signer, bob.address, units)


# Shown and resumed


def killed_after_sending(world: World, folder) -> None:
    """A transfer whose process was killed once the node had it (the sixth point)."""
    assert killed_at(6, lambda: give(world, folder))


@pytest.mark.requirement("G2")
def test_what_a_killed_process_left_is_shown_and_resumed_without_its_key(world, folder, slow):
    connection = world.session.connection
    killed_after_sending(world, folder)
    (found,) = sending_status(connection, folder)
    assert found.signer == alice.address
    assert [(each.entry.label, each.where) for each in found.under_way] == [
        ("transfer", Where.WITH_NODE)
    ]
    assert (found.gap, found.under_way[0].is_long) == (None, False)
    assert "resume-sending" in found.advice.en

    connection.rpc("evm_mine")
    assert sending_status(connection, folder)[0].under_way[0].where is Where.IN_BLOCK
    with open_session(connection, world.deployment, [], outbox=folder) as nobody:
        (entry,) = resume_sending(nobody)
    assert (entry.state, entry.label) == (State.SUCCEEDED, "transfer")
    assert sending_status(connection, folder) == ()
    assert world.balance(alice) == 95


@pytest.mark.requirement("G2", "G3")
def test_what_an_earlier_run_sent_is_told_so_and_the_same_can_be_made_again(world, folder, slow):
    # given: a transfer that came after its process was killed
    connection = world.session.connection
    killed_after_sending(world, folder)
    (left,) = sending_status(connection, folder)[0].under_way
    connection.rpc("evm_setAutomine", True)
    count = connection.next_nonce(alice.address)
    # when
    done = give(world, folder)
    # then: that is what is told, nothing was sent, and the next one is another
    assert (done.transaction, done.earlier) == (left.entry.hash, left.entry.intended_at)
    assert connection.next_nonce(alice.address) == count
    assert give(world, folder).earlier is None
    assert world.balance(alice) == 90


@pytest.mark.requirement("G2")
def test_what_was_executed_is_told_by_a_node_that_forgot_its_transactions(world, folder):
    # given: a finished distribution, and a node that finds nothing as old by its hash
    file = allotments((dave, 7), (carol, 2))
    with session(world, folder) as own:
        done = distribute(own, world.token, file, evidence("C-9"))
    proxy = FaultyProxy(world.session.connection.network.url)
    proxy.forgotten = world.session.connection.block_number() + 1
    # when
    far = connect(proxy.url)
    with open_session(far, world.deployment, KEYS, outbox=folder) as own:
        again = distribute(own, world.token, file, evidence("C-9"))
    proxy.stop()
    # then
    assert [row.transaction for row in again.already] == [row.transaction for row in done.done]
    assert again.steps == ()


@pytest.mark.requirement("G2")
def test_what_the_node_lost_is_shown_and_comes_again(world, folder, slow):
    connection = world.session.connection
    killed_after_sending(world, folder)
    (hash,) = [each.entry.signed.hash for each in sending_status(connection, folder)[0].under_way]
    connection.rpc("anvil_dropTransaction", f"0x{hash.hex()}")
    assert sending_status(connection, folder)[0].under_way[0].where is Where.NOT_SENT
    connection.rpc("evm_setAutomine", True)
    with session(world, folder) as own:
        resume_sending(own)
    assert world.balance(alice) == 95


@pytest.mark.requirement("G2")
def test_a_missing_nonce_is_shown(world, folder, slow):
    connection = world.session.connection
    outbox = open_outbox(
        folder, connection.chain_id, connection.genesis, alice.address, development=True
    )
    count = connection.next_nonce(alice.address)
    entries = [_stored(world, outbox, count + 1)]
    outbox.close()
    (found,) = sending_status(connection, folder)
    assert (found.gap, found.under_way[0].entry.id) == (count, entries[0].id)
    assert f"Nonce {count} is missing" in found.advice.en


@pytest.mark.requirement("G2")
def test_what_was_sent_long_ago_asks_for_a_look_at_the_node(world, folder, slow, monkeypatch):
    killed_after_sending(world, folder)
    monkeypatch.setattr("jp20.operations.transactions.sending.LONG", 0.0)
    (found,) = sending_status(world.session.connection, folder)
    assert found.under_way[0].is_long
    assert "gas price" in found.advice.en


def test_where_nothing_was_sent_there_is_nothing_to_show(world, folder):
    assert sending_status(world.session.connection, folder) == ()
    with open_session(world.session.connection, world.deployment, [], outbox=folder) as nobody:
        assert resume_sending(nobody) == ()
    assert resume_sending(world.session) == ()


def _stored(world: World, outbox, nonce: int) -> Entry:
    from jp20.chain.sending.outbox import Intent

    call = world.session.token(world.token).call("transfer", bob.address, 1)
    (entry,) = outbox.intend([Intent(call, 100_000)], world.session.connection.gas_price(), nonce)
    (entry,) = outbox.sign(
        [(entry, alice.sign_transaction(entry.unsigned(world.session.connection.chain_id)))]
    )
    return entry


# Signed elsewhere


def propose(world: World, folder):
    """The broker proposes a delivery; its key is on another machine."""
    call = world.session.token(world.token).call("deliver", [dave.address], [3])
    with session(world, folder, OfflineSigner(world.key(BROKER).address)) as own:
        return requests.propose(own, *own.signers.values(), [call], evidence("OFF-1"))


def exported(world: World, folder, tmp_path) -> SignedFile:
    """What waits, carried to the key, signed, and carried back."""
    key = world.key(BROKER)
    name = f"{len(list(tmp_path.iterdir()))}"
    file = export_unsigned(world.session.connection, folder, key.address)
    write_unsigned(file, tmp_path / f"{name}-unsigned.json")
    unsigned = load_unsigned(tmp_path / f"{name}-unsigned.json")
    assert unsigned == file
    sign_file(unsigned, key, tmp_path / f"{name}-signed.json")
    return load_signed(tmp_path / f"{name}-signed.json")


@pytest.mark.requirement("G13")
def test_a_proposal_is_signed_on_another_machine_and_gone_on_with(world, folder, tmp_path):
    before = world.session.connection.block_number()
    with pytest.raises(AwaitingSignature) as waits:
        propose(world, folder)
    assert waits.value.count == 1
    with pytest.raises(AwaitingSignature) as waits:  # run again, it is still the same
        propose(world, folder)
    assert waits.value.count == 1
    (found,) = sending_status(world.session.connection, folder)
    assert found.under_way[0].where is Where.AWAITS_SIGNATURE
    assert "jp20 tx export" in found.advice.en
    assert world.session.connection.block_number() == before

    signed = exported(world, folder, tmp_path)
    assert signed.transactions[0].transaction.to == world.session.consortium.address
    with open_session(world.session.connection, world.deployment, [], outbox=folder) as nobody:
        (entry,) = send_signed(nobody, signed)
        assert (entry.state, entry.label) == (State.SUCCEEDED, "propose deliver (OFF-1)")
        assert send_signed(nobody, signed) == (entry,)  # the same file again
    assert world.session.connection.block_number() == before + 1

    # the others sign and execute it as any other
    (view,) = [each for each in requests.list_requests(world.session) if each.case == "OFF-1"]
    requests.sign(world.session, world.key(ISSUER), view.id)


@pytest.mark.requirement("G13")
def test_a_signed_transaction_that_was_changed_is_not_sent(world, folder, tmp_path):
    with pytest.raises(AwaitingSignature):
        propose(world, folder)
    signed = exported(world, folder, tmp_path)
    (only,) = signed.transactions
    dearer = replace(only.transaction, gas_price=only.transaction.gas_price + 1)
    other = SignedTransaction(only.key, world.key(BROKER).sign_transaction(dearer), dearer)
    strange = replace(only, key=hashlib.sha256(b"another").digest())
    with open_session(world.session.connection, world.deployment, [], outbox=folder) as nobody:
        for changed in (
            replace(signed, transactions=(other,)),
            replace(signed, transactions=(strange,)),
            replace(signed, chain_id=5),
        ):
            with pytest.raises(NotExported, match="does not wait"):
                send_signed(nobody, changed)
        assert send_signed(nobody, signed)[0].state is State.SUCCEEDED


@pytest.mark.requirement("G13")
def test_a_later_nonce_does_not_go_before_an_earlier_one(world, folder, tmp_path):
    call = world.session.token(world.token).call("deliver", [dave.address], [3])
    key = world.key(BROKER)
    with session(world, folder, OfflineSigner(key.address)) as own:
        for case in ("OFF-1", "OFF-2"):
            with pytest.raises(AwaitingSignature):
                requests.propose(own, own.signers[key.address], [call], evidence(case))
    signed = exported(world, folder, tmp_path)
    with open_session(world.session.connection, world.deployment, [], outbox=folder) as nobody:
        with pytest.raises(NotExported):
            send_signed(nobody, replace(signed, transactions=signed.transactions[1:]))
        done = send_signed(nobody, signed)
    assert [entry.state for entry in done] == [State.SUCCEEDED] * 2


@pytest.mark.requirement("G13")
def test_what_is_given_up_unsigned_frees_its_nonce(world, folder, tmp_path):
    key = world.key(BROKER).address
    with pytest.raises(AwaitingSignature):
        propose(world, folder)
    signed = exported(world, folder, tmp_path)
    with open_session(world.session.connection, world.deployment, [], outbox=folder) as nobody:
        (entry,) = give_up_unsigned(nobody, key)
        assert entry.state is State.DROPPED
        with pytest.raises(NotExported):
            send_signed(nobody, signed)
    with pytest.raises(NothingUnsigned, match="waits for a signature"):
        export_unsigned(world.session.connection, folder, key)
    with pytest.raises(AwaitingSignature):
        propose(world, folder)
    (found,) = sending_status(world.session.connection, folder)
    assert found.under_way[0].entry.nonce == entry.nonce


# The session


@pytest.mark.requirement("G2")
def test_a_delivery_is_known_by_its_steps(world, folder):
    with session(world, folder) as own:
        distribute(own, world.token, allotments((dave, 7), (carol, 2)), evidence("C-9"))
    labels = {
        entry.label
        for file in outbox_files(folder, own.connection.chain_id, own.connection.genesis)
        for entry in _all(world, folder, file.stem.split("-")[-1])
    }
    assert labels == {
        "propose deliver (C-9)",
        "sign deliver (C-9)",
        "execute deliver (C-9), 1/1",
    }


def _all(world: World, folder, signer: str) -> list[Entry]:
    connection = world.session.connection
    outbox = open_outbox(folder, connection.chain_id, connection.genesis, signer, development=True)
    found = outbox.in_blocks(10**9, 10**3)
    outbox.close()
    return found


@pytest.mark.requirement("G2")
def test_what_another_process_is_sending_is_left_to_it(world, folder, slow):
    # given: alice's transfer, left by a killed process, and another process that has her key
    killed_after_sending(world, folder)
    connection = world.session.connection
    busy = open_outbox(
        folder, connection.chain_id, connection.genesis, alice.address, development=True
    )
    connection.rpc("evm_setAutomine", True)

    # when, then: others go on with their keys
    child = in_child(lambda: give(world, folder, signer=carol))
    assert ended(child) == 0
    busy.close()
    assert (world.balance(alice), world.balance(carol)) == (95, 35)
