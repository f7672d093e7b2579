"""An outbox that is damaged or lost is made again from the chain: nothing is done twice (G2)."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from breaking_off import BrokenOff
from example_world import BROKER, World, alice, allotments, bob, dave, evidence

from jp20.chain.rpc.connection import connect
from jp20.chain.sending.outbox import (
    DamagedOutbox,
    NotThisOutbox,
    RebuildBrokenOff,
    State,
    open_outbox,
    outbox_file,
    view_outbox,
)
from jp20.chain.sending.rebuild import (
    NotFinalYet,
    OutboxIsSound,
    SignedDiffers,
    UnknownUnderWay,
)
from jp20.chain.sending.waiting import OutcomeUnknown
from jp20.chain.signing.signers import AwaitingSignature, OfflineSigner
from jp20.domain.base.finality import Finality
from jp20.domain.base.roles import Role
from jp20.domain.governance.policy import Kind, Rule
from jp20.domain.transactions.transaction_file import SignedFile, SignedTransaction
from jp20.operations.governance.policy import PolicyChange, change_policy
from jp20.operations.plans.plan import apply_plan, prepare_distribution
from jp20.operations.plans.rebuild import plan_rebuild, rebuild
from jp20.operations.session import Session, open_session
from jp20.operations.token.transfer import transfer_act
from jp20.operations.transactions.acts import done_before, make_once, mark_reported
from jp20.operations.transactions.sending import NotExported, export_unsigned, send_signed

pytestmark = pytest.mark.requirement("G2", "G17")


class Place:
    """A folder of outboxes, and whoever works with it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.connection = world.session.connection

    def session(self, *keys) -> Session:
        return open_session(self.connection, self.world.deployment, keys, outbox=self.folder)

    def file(self, signer) -> Path:
        chain = self.connection
        return outbox_file(self.folder, chain.chain_id, chain.genesis, signer.address)

    def rebuild(self, signer, *signed):
        view = self.world.session
        return rebuild(self.connection, view, self.folder, signer.address, signed)

    def plan(self, signer, *signed):
        view = self.world.session
        return plan_rebuild(self.connection, view, self.folder, signer.address, signed)

    def entries(self, signer) -> list[tuple]:
        """Of the outbox as it is: nonce, key, state, whether the bytes are there."""
        with closing(sqlite3.connect(self.file(signer))) as database:
            return database.execute(
                "SELECT nonce, key, state, raw IS NOT NULL FROM entries ORDER BY nonce, id"
            ).fetchall()

    def pays(self, units: int, *, again: bool = False):
        """Alice's transfer to bob, once, reported; the transaction that it was before, or None."""
        with self.session(alice) as session:
            act = transfer_act(session, self.world.token, alice, bob.address, units, again=again)
            before = done_before(session, act)
            done = before or make_once(session, act)
            mark_reported(session, act)
            return None if before is None else done.transaction

    def sent(self, signer) -> int:
        return self.connection.next_nonce(signer.address)


@pytest.fixture
def place(world, tmp_path) -> Place:
    return Place(world, tmp_path / "outbox")


def damage(file: Path, change: str) -> None:
    """What a checksum finds."""
    with closing(sqlite3.connect(file)) as database:
        for name in ("checked", "checked_new"):
            database.execute(f"DROP TRIGGER {name}")
        database.execute(change)
        database.commit()


def lose(file: Path) -> None:
    for each in file.parent.glob(f"{file.stem}.sqlite*"):
        each.unlink()


# What was done is known


@pytest.mark.parametrize("what", ["lost", "empty", "no database", "one entry"])
def test_a_holders_transfer_is_known_as_done_and_made_again_only_on_purpose(place, what):
    # given
    place.pays(7)
    file = place.file(alice)
    match what:
        case "lost":
            lose(file)
        case "empty":
            file.write_bytes(b"")
        case "no database":
            file.write_bytes(b"x" * 9_000)
        case "one entry":
            damage(file, "UPDATE entries SET nonce = nonce + 1")
    sent = place.sent(alice)

    # when
    made = place.rebuild(alice)

    # then: nothing was sent, and the same act is done before
    assert place.sent(alice) == sent
    assert len(made.in_blocks) == sent
    assert (made.under_way, made.to_be_signed) == ((), ())
    assert place.pays(7) is not None
    assert place.world.balance(bob) == 60 + 7
    # and once that was said, it is made again with a word of its own
    assert place.pays(7, again=True) is None
    assert place.world.balance(bob) == 60 + 7 + 7
    assert place.pays(8) is None
    assert place.world.balance(bob) == 60 + 7 + 7 + 8


def test_what_has_its_checksum_is_taken_over_and_the_damaged_file_is_kept(place):
    # given: three transfers, of which the middle one's entry is damaged
    for units in (1, 2, 3):
        place.pays(units)
    before = place.entries(alice)
    damage(place.file(alice), "UPDATE entries SET key = x'99' WHERE id = 2")
    damaged = place.file(alice).read_bytes()

    # when
    planned = place.plan(alice)
    made = place.rebuild(alice)

    # then
    assert (planned.lost, len(planned.in_blocks), planned.kept) == (1, len(before), None)
    now = place.entries(alice)
    assert now[0] == before[0]
    assert now[2] == before[2]
    assert now[1][1] not in (b"\x99", before[1][1])  # no key says which act it was: its call does
    assert made.kept.read_bytes() == damaged
    assert made.kept.suffix == ".kept"
    assert [place.pays(units) is not None for units in (1, 2, 3)] == [True, True, True]
    assert place.world.balance(bob) == 66


def test_a_delivery_that_one_key_makes_alone_has_its_key_again(place, policy):
    # given: a policy with one signature, and a delivery of two rows
    world = place.world
    act = policy.act(Kind.TOKEN, "deliver(address[],uint256[])")
    broker = frozenset({Role.BROKER})
    alone = Rule(broker, (broker,), broker, 0, act.rule.lifetime)
    everybody = world.session_of(*range(1, 11), wait=lambda until: world.pass_time(8 * 86_400))
    change_policy(everybody, PolicyChange((replace(act, rule=alone),), ()), evidence("POLICY-1"))
    key = world.key(BROKER)
    with place.session(key) as session:
        rows = allotments((dave, 7), (bob, 3))
        plan = prepare_distribution(session, world.token, rows, evidence("C-1"))
        apply_plan(session, plan)
    keys = {each[1] for each in place.entries(key)}
    lose(place.file(key))

    # when
    place.rebuild(key)

    # then: the delivery has the key that it had, and the plan, and one with a row more, know it
    assert keys <= {each[1] for each in place.entries(key)}
    with place.session(key) as session:
        again = apply_plan(session, plan)
        assert again.steps == ()
        longer = allotments((dave, 7), (bob, 3), (alice, 1))
        apply_plan(session, prepare_distribution(session, world.token, longer, evidence("C-1")))
    assert (world.balance(dave), world.balance(bob), world.balance(alice)) == (7, 63, 101)


# What is under way


def test_what_was_signed_and_is_in_no_block_keeps_its_bytes_and_nothing_is_sent(place):
    # given: of two transfers the second waits in the pool; the first one's entry is damaged
    place.pays(1)
    place.connection.rpc("evm_setAutomine", False)
    try:
        with place.session(alice) as session:
            session.sender(alice).patience = 0.5
            act = transfer_act(session, place.world.token, alice, bob.address, 2)
            with pytest.raises(OutcomeUnknown):
                make_once(session, act)
        before = place.entries(alice)
        damage(place.file(alice), "UPDATE entries SET attempt = 7 WHERE id = 1")

        # when
        made = place.rebuild(alice)

        # then
        assert [entry.nonce for entry in made.under_way] == [before[-1][0]]
        assert place.entries(alice)[-1] == before[-1]
    finally:
        place.connection.rpc("evm_setAutomine", True)
    place.connection.rpc("evm_mine")
    assert place.pays(2) is not None
    assert place.world.balance(bob) == 63


def test_what_the_node_has_and_nobody_here_knows_is_waited_for(place):
    place.pays(1)
    place.connection.rpc("evm_setAutomine", False)
    try:
        with place.session(alice) as session:
            session.sender(alice).patience = 0.5
            act = transfer_act(session, place.world.token, alice, bob.address, 2)
            with pytest.raises(OutcomeUnknown):
                make_once(session, act)
        lose(place.file(alice))

        with pytest.raises(UnknownUnderWay, match="1 transactions"):
            place.rebuild(alice)

        assert list(place.folder.glob("*.sqlite*")) == []
    finally:
        place.connection.rpc("evm_setAutomine", True)
    place.connection.rpc("evm_mine")
    place.rebuild(alice)
    assert place.pays(2) is not None
    assert place.world.balance(bob) == 63


def test_what_is_not_final_is_waited_for(place):
    place.pays(1)
    lose(place.file(alice))
    network = place.connection.network
    deep = connect(replace(network, finality=Finality(3)))
    with pytest.raises(NotFinalYet):
        rebuild(deep, place.world.session, place.folder, alice.address)
    for _ in range(3):
        deep.rpc("evm_mine")
    assert rebuild(deep, place.world.session, place.folder, alice.address).in_blocks


# A key on another machine


@pytest.fixture
def offline(place):
    """A transfer of alice's that was exported, and the file in which it came back."""
    signer = OfflineSigner(alice.address)
    with place.session(signer) as session:
        act = replace(
            transfer_act(session, place.world.token, alice, bob.address, 9), signer=signer
        )
        with pytest.raises(AwaitingSignature):
            make_once(session, act)
    unsigned = export_unsigned(place.connection, place.folder, alice.address)
    signed = tuple(
        SignedTransaction(each.key, alice.sign_transaction(each.transaction), each.transaction)
        for each in unsigned.transactions
    )
    return SignedFile(unsigned.checksum, unsigned.chain_id, alice.address, signed)


def test_what_came_back_signed_waits_to_be_sent_and_is_sent_on_purpose(place, offline):
    lose(place.file(alice))
    sent = place.sent(alice)

    made = place.rebuild(alice, offline)

    assert [entry.key for entry in made.to_be_signed] == [offline.transactions[0].key]
    assert place.sent(alice) == sent
    with place.session() as session:
        (entry,) = send_signed(session, offline)
    assert entry.state is State.SUCCEEDED
    assert place.world.balance(bob) == 69


def test_what_came_back_signed_and_is_in_a_block_has_its_key_again(place, offline):
    with place.session() as session:
        send_signed(session, offline)
    lose(place.file(alice))

    made = place.rebuild(alice, offline)

    (entry,) = [
        each for each in made.in_blocks if each.nonce == offline.transactions[0].transaction.nonce
    ]
    assert entry.key == offline.transactions[0].key
    with place.session() as session:
        send_signed(session, offline)  # once more changes nothing
    assert place.world.balance(bob) == 69


def test_what_came_back_signed_and_can_never_come_is_said(place, offline):
    lose(place.file(alice))
    with open_session(place.connection, place.world.deployment, [alice]) as other:
        make_once(other, transfer_act(other, place.world.token, alice, bob.address, 1))

    made = place.rebuild(alice, offline)

    assert made.superseded == (offline.transactions[0].transaction.nonce,)
    assert made.to_be_signed == ()


def test_signed_files_that_differ_or_are_anothers_are_refused(place, offline):
    (each,) = offline.transactions
    other = replace(each.transaction, gas_price=each.transaction.gas_price + 1)
    resigned = SignedTransaction(b"\7" * 32, alice.sign_transaction(other), other)
    lose(place.file(alice))
    with pytest.raises(SignedDiffers, match=f"Nonce {other.nonce}"):
        place.rebuild(alice, offline, replace(offline, transactions=(resigned,)))
    with pytest.raises(NotExported):
        place.rebuild(bob, offline)
    with pytest.raises(NotExported):
        place.rebuild(alice, replace(offline, chain_id=7))
    assert list(place.folder.glob("*.sqlite*")) == []


# Nothing is changed by mistake, or halfway


def test_a_sound_outbox_is_left_as_it_is(place):
    place.pays(1)
    before = place.file(alice).read_bytes()
    with pytest.raises(OutboxIsSound):
        place.rebuild(alice)
    assert place.file(alice).read_bytes() == before


def test_of_another_keys_file_nothing_is_taken(place):
    # given: bob's outbox, put in the place of alice's
    place.pays(1)
    with place.session(bob) as session:
        make_once(session, transfer_act(session, place.world.token, bob, alice.address, 1))
    bobs = {each[1] for each in place.entries(bob)}
    lose(place.file(alice))
    place.file(bob).replace(place.file(alice))
    with pytest.raises(NotThisOutbox):
        place.pays(1)

    made = place.rebuild(alice)

    assert not bobs & {entry.key for entry in made.entries}
    assert place.pays(1) is not None


def test_interrupted_at_any_step_it_is_refused_until_it_is_done_again(place):
    # given: a damaged outbox, and what comes of it undisturbed
    for units in (1, 2):
        place.pays(units)
    damage(place.file(alice), "UPDATE entries SET key = x'99' WHERE id = 1")
    chain, file = place.connection, place.file(alice)
    expected = [(e.nonce, e.state) for e in place.plan(alice).entries]
    files = {each.name: each.read_bytes() for each in place.folder.iterdir()}

    step, ended = 0, False
    while not ended:
        step += 1
        shutil.rmtree(place.folder)
        place.folder.mkdir()
        for name, content in files.items():
            (place.folder / name).write_bytes(content)

        # when: it is broken off before one of the calls by which it changes files
        ended = not broken_off_before(step, lambda: place.rebuild(alice))

        # then: the outbox is the damaged one, or being rebuilt, or the new one; never an empty one
        try:
            open_outbox(
                place.folder, chain.chain_id, chain.genesis, alice.address, development=True
            ).close()
        except DamagedOutbox:
            place.rebuild(alice)
        except RebuildBrokenOff:
            with pytest.raises(RebuildBrokenOff):
                view_outbox(file)
            place.rebuild(alice)
        assert [(entry[0], State[entry[2]]) for entry in place.entries(alice)] == expected, step
        # and the damaged file is there
        kept = [
            each for each in place.folder.glob("*.kept") if each.read_bytes() == files[file.name]
        ]
        assert kept, step
    assert step > 8
    assert [place.pays(units) is not None for units in (1, 2)] == [True, True]


def broken_off_before(step: int, run) -> bool:
    """Whether it was: there were so many calls."""
    made = 0

    def counted(call):
        def around(*arguments, **named):
            nonlocal made
            made += 1
            if made == step:
                raise BrokenOff
            return call(*arguments, **named)

        return around

    with pytest.MonkeyPatch.context() as patch:
        for name in ("fsync", "replace", "unlink"):
            patch.setattr(os, name, counted(getattr(os, name)))
        try:
            run()
        except BrokenOff:
            return True
    return False
