"""A token is replaced: planned, carried out, broken off anywhere, proved (G32)."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from breaking_off import BrokenOff, broken_off_until, transactions, transactions_of
from example_world import (
    AML,
    KEYS,
    World,
    alice,
    allotments,
    bob,
    carol,
    dave,
    erin,
    evidence,
    pass_time,
)

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.errors import JP20Error
from jp20.domain.governance.migration import NotAMigration
from jp20.domain.register.events import PositionCarried, TookOver
from jp20.domain.token.replacement import TakeoverStage
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.decide import NotBefore, decide
from jp20.operations.governance.emergency import halt
from jp20.operations.investors.whitelist import add_wallets
from jp20.operations.plans.plan import distribute
from jp20.operations.register.report import report
from jp20.operations.session import open_session
from jp20.operations.token.replacement import (
    OtherSuccessor,
    load_replacement,
    plan_replacement,
    prove_replacement,
    reached,
    replace_token,
    replacing_token,
    save_replacement,
)
from jp20.operations.token.transfer import preview, transfer

pytestmark = pytest.mark.requirement("G32")

PLEDGEE = b"\1" * 32
HOLDERS = (alice, bob, carol, dave, erin)


class Move:
    """A replacement in a folder, and sessions with all keys that wait for no delay."""

    def __init__(self, world: World, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.world = world
        self.folder = folder
        self.file = folder / "replacement.json"
        self.steps: list[str] = []

    def session(self, wait=True):
        connection = self.world.session.connection

        def pass_until(time: int) -> None:
            pass_time(connection, time - session.now())

        session = open_session(
            connection,
            self.world.deployment,
            KEYS,
            pass_until if wait else None,
            outbox=self.folder / "box",
        )
        return session

    def plan(self) -> None:
        with self.session() as session:
            planned = plan_replacement(session, self.world.token, evidence("REPLACE-1"))
            save_replacement(self.file, planned)

    def apply(self, until: TakeoverStage | None = None, wait=True) -> None:
        """`until`: breaks off when that stage is done."""

        def told(stage: TakeoverStage, step) -> None:
            self.steps += [] if step is None else [step.what]
            if step is None and stage is until:
                raise BrokenOff

        with self.session(wait) as session:
            replace_token(session, load_replacement(self.file), told)

    def prove(self):
        with self.session() as session:
            return prove_replacement(session, load_replacement(self.file))

    def new(self):
        return replacing_token(self.world.session, load_replacement(self.file))

    def stages(self) -> dict[TakeoverStage, tuple[int, int]]:
        with self.session() as session:
            found = reached(session, load_replacement(self.file))
        return {each.stage: (each.done, each.all) for each in found}


@pytest.fixture
def life(world: World) -> World:
    """Alice has two wallets. Units were transferred, reversed, pledged, frozen and split; a record
    date has passed, another is to come; a document stands; an allowance was given."""
    session = world.session
    token = session.token(world.token)
    carry_out(session, add_wallets(session, [(alice.address, erin.address)], evidence("WALLETS")))
    distribute(session, token, allotments((erin, 5)), evidence("AL-2"))
    decide(session, [token.call("pledge", bob.address, 7, PLEDGEE)], evidence("PLEDGE"))
    first = session.now() + 86_400
    for at in (first, first + 30 * 86_400):
        decide(session, [token.call("setRecordDate", at)], evidence(f"RD-{at}"))
    pass_time(session.connection, 86_402)
    decide(session, [token.call("split", 2)], evidence("SPLIT"))
    moved = transfer(session, token, alice, bob.address, 10)
    original = (moved.transaction, 0, alice.address, bob.address, 10, 1)
    reverse = token.call("reverse", original, bob.address, alice.address, 4)
    decide(session, [reverse], evidence("REVERSE"))
    aml = world.session_of(AML)
    call = token.call("freezeAtOnce", [dave.address], [9])
    decide(aml, [call], evidence("FREEZE"))
    document = token.call("setDocument", b"p".ljust(32, b"\0"), "https://e.jp/" + "p" * 40, PLEDGEE)
    decide(session, [document], evidence("DOCUMENT"))
    session.sender(alice).send(token.call("approve", carol.address, 3))
    return world


@pytest.fixture
def move(life: World, tmp_path: Path) -> Move:
    return Move(life, tmp_path / "move")


def test_a_plan_says_what_is_carried(move: Move):
    move.plan()

    stages = move.stages()
    # Alice, her other wallet, bob, carol, dave who is frozen, and the issuer's account.
    assert stages[TakeoverStage.HOLDERS] == (0, 6)
    assert stages[TakeoverStage.CREATE] == (0, 1)
    assert stages[TakeoverStage.WORDS][0] == 0
    assert stages[TakeoverStage.WORDS][1] > 0
    assert move.new() is None
    assert move.prove() is None


def test_it_is_carried_out_and_proved(move: Move):
    session = move.world.session
    old = session.token(move.world.token)
    position = tuple[int, int, int, int, int, int, int]
    before = [old.read(position, "positionOf", holder.address) for holder in HOLDERS]
    move.plan()

    move.apply()

    new = move.new()
    assert [new.read(position, "positionOf", holder.address) for holder in HOLDERS] == before
    # (1,000 units, of which alice 100 – 5 …) × 2
    assert new.read(int, "totalSupply") == 2_000
    assert old.read(int, "totalSupply") == 0
    assert session.token("JP20-TEST").address == new.address
    assert all(done == whole for done, whole in move.stages().values())
    proof = move.prove()
    assert (proof.differences, proof.in_force, proof.holders) == ((), True, 6)
    # Alice had 100 at the record date, before the split.
    for token in (old, new):
        assert token.read(int, "balanceAtRecordDate", alice.address, 0) == 100
    assert new.read(int, "allowance", alice.address, carol.address) == 3
    transfer(session, new, alice, bob.address, 1)
    # What came after the takeover is no difference.
    assert move.prove().differences == ()


def test_the_registers_of_both_agree_with_the_chain_at_every_stage(move: Move):
    move.plan()
    for stage in TakeoverStage:
        with suppress(BrokenOff):
            move.apply(until=stage)
        for token in (move.world.session.token(move.world.token), move.new()):
            found = report(move.world.session, token)
            assert found.differences == (), stage
    new = report(move.world.session, move.new())
    assert new.register.supply == 2_000
    assert new.register.balance_of(carol.address) == 80


def test_run_again_it_does_nothing_more(move: Move):
    move.plan()
    move.apply()
    sent = transactions(move.world.session.connection)

    move.steps.clear()
    move.apply()

    assert transactions(move.world.session.connection) == sent
    assert move.steps == []


def test_broken_off_after_every_transaction_nothing_is_done_twice(move: Move):
    connection = move.world.session.connection
    whole = Move(move.world, move.folder / "whole")

    def undisturbed() -> None:
        whole.plan()
        whole.apply()

    expected = transactions_of(connection, undisturbed)
    move.plan()

    runs = broken_off_until(
        lambda: move.stages()[TakeoverStage.OPEN] == (1, 1), connection, move.apply, expected
    )

    # The creation takes two signatures and an execution, closing and opening three each (the
    # proposer's signature comes with the proposal); positions and words one call each.
    assert runs == 3 + 4 + 4 + 1 + 1
    events = [entry.event for entry in move.world.session.events(move.new().address)]
    carried = [each.holder for each in events if isinstance(each, PositionCarried)]
    assert (len(carried), len(set(carried))) == (6, 6)
    assert sum(isinstance(each, TookOver) for each in events) == 1
    assert move.prove().differences == ()


def test_while_the_delay_runs_everything_works_and_the_run_says_until_when(move: Move):
    move.plan()
    with pytest.raises(NotBefore):
        move.apply(wait=False)

    session = move.world.session
    said = preview(session, move.world.token, alice.address, bob.address, 1)
    assert said.reason.name == "NONE"
    assert move.stages()[TakeoverStage.CLOSE] == (0, 1)


@pytest.mark.requirement("G12")
def test_halted_in_the_middle_it_goes_on_and_stays_halted(move: Move):
    move.plan()
    with pytest.raises(BrokenOff):
        move.apply(until=TakeoverStage.CLOSE)
    carry_out(move.world.session, halt(move.world.session))

    move.apply()

    said = preview(move.world.session, move.new(), alice.address, bob.address, 1)
    assert said.reason.name == "PLATFORM_HALTED"
    assert move.prove().differences == ()


def test_broken_off_for_good_the_old_token_goes_on_and_another_attempt_is_made(move: Move):
    session = move.world.session
    old = session.token(move.world.token)
    move.plan()
    with pytest.raises(BrokenOff):
        move.apply(until=TakeoverStage.HOLDERS)

    decide(session, [old.call("reopen")], evidence("BREAK-OFF"))

    transfer(session, old, alice, bob.address, 1)
    assert old.read(str, "successor") == ZERO_ADDRESS
    again = Move(move.world, move.folder / "again")
    again.plan()
    assert load_replacement(again.file).number == 2
    again.apply()
    assert session.token("JP20-TEST").address == again.new().address
    assert again.prove().differences == ()


def test_what_is_missing_is_named_and_the_new_token_is_not_put_in_force(
    move: Move, monkeypatch: pytest.MonkeyPatch
):
    move.plan()
    with pytest.raises(BrokenOff):
        move.apply(until=TakeoverStage.HOLDERS)

    differences = move.prove().differences

    named = {each.what.en for each in differences}
    assert {"document", "balance at a record date", "what was reversed"} <= named
    assert {"freeze at once", "allowance"} <= named
    assert "position" not in named


def test_a_token_is_replaced_once(move: Move):
    move.plan()
    move.apply()
    with pytest.raises(OtherSuccessor):
        plan_replacement(move.world.session, move.world.token, evidence("TWICE"))
    # The new one can be.
    planned = plan_replacement(move.world.session, "JP20-TEST", evidence("NEXT"))
    assert planned.old == move.new().address


def test_a_plan_of_another_attempt_is_refused(move: Move):
    move.plan()
    with pytest.raises(BrokenOff):
        move.apply(until=TakeoverStage.CLOSE)
    other = replace(load_replacement(move.file), number=5)
    save_replacement(move.file, other)

    with pytest.raises(OtherSuccessor):
        move.apply()


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"format": 2}', '{"format": 1, "migration": "platform"}']
)
def test_what_is_no_plan_is_refused(move: Move, text: str):
    move.file.write_text(text)

    with pytest.raises(NotAMigration) as refusal:
        load_replacement(move.file)
    assert isinstance(refusal.value, JP20Error)
    assert "token migrate plan" in str(refusal.value.next_step)


def test_a_plan_can_be_read_by_people(move: Move):
    move.plan()
    content = json.loads(move.file.read_text())
    assert content["old"] == move.world.token
    assert (content["case"], content["number"]) == ("REPLACE-1", 1)
