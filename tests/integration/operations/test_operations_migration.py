"""The platform is replaced: planned, carried out, broken off anywhere, proved (G12, G32)."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from breaking_off import BrokenOff, broken_off_until, transactions, transactions_of
from example_world import (
    ISSUER,
    KEYS,
    TRUST_BANK,
    World,
    alice,
    allotments,
    bob,
    carol,
    dave,
    erin,
    evidence,
    frank,
    pass_time,
)

from jp20.domain.base.errors import JP20Error
from jp20.domain.governance.migration import NotAMigration, Stage
from jp20.domain.register.events import (
    PlatformSucceeded,
    TokenAdopted,
    VersionApproved,
    WalletCarried,
)
from jp20.domain.token.reasons import Reason
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.decide import NotBefore
from jp20.operations.governance.emergency import halt
from jp20.operations.governance.migration import (
    AlreadyReplaced,
    OtherPlan,
    apply_migration,
    load_migration,
    plan_migration,
    progress_of,
    prove_migration,
    save_migration,
)
from jp20.operations.governance.platform import load_deployment, save_deployment
from jp20.operations.investors.whitelist import (
    add_wallets,
    retire_wallets,
    suspend,
    suspend_at_once,
)
from jp20.operations.plans.plan import distribute
from jp20.operations.session import open_session
from jp20.operations.token.issue import create_token, issue_units
from jp20.operations.token.transfer import preview

pytestmark = pytest.mark.requirement("G32")


class Move:
    """A migration in a folder: its files, and a session with all keys that waits for no delay."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.file = folder / "migration.json"
        self.deployment_file = folder / "31337.json"
        save_deployment(self.deployment_file, world.deployment)
        self.steps: list[str] = []

    def session(self, wait=True):
        connection = self.world.session.connection
        deployment = load_deployment(self.deployment_file)

        def pass_until(time: int) -> None:
            pass_time(connection, time - session.now())

        session = open_session(
            connection, deployment, KEYS, pass_until if wait else None, outbox=self.folder / "box"
        )
        return session

    def plan(self) -> None:
        with self.session() as session:
            save_migration(self.file, plan_migration(session, evidence("MIGRATE-1")))

    def apply(self, until: Stage | None = None, wait=True) -> None:
        """`until`: breaks off when that stage is done."""

        def told(stage: Stage, step) -> None:
            self.steps += [] if step is None else [step.what]
            if step is None and stage is until:
                raise BrokenOff

        with self.session(wait) as session:
            apply_migration(session, self.file, self.deployment_file, told)

    def prove(self):
        with self.session() as session:
            return prove_migration(session, load_migration(self.file))


@pytest.fixture
def market(world: World) -> World:
    """Two tokens; holders with two wallets, with a retired one, suspended; alice, bob, carol hold
    the first, alice 5 of the second."""
    session = world.session
    second = replace(
        world.sheet.terms, code="JP20-TWO", symbol="TWO", holder_cap=10, holder_redemption=True
    )
    sheet = replace(world.sheet, terms=second)
    token = create_token(session, sheet, ISSUER, TRUST_BANK, evidence("CREATE-2")).token
    issue_units(session, token, 100, evidence("ISSUE-2"))
    carry_out(
        session,
        add_wallets(
            session,
            [(alice.address, erin.address), (bob.address, frank.address)],
            evidence("WALLETS"),
        ),
    )
    carry_out(session, retire_wallets(session, [frank.address], evidence("RETIRE")))
    distribute(session, token, allotments((erin, 5)), evidence("AL-2"))
    carry_out(session, suspend(session, [carol.address], evidence("SUSPEND")))
    carry_out(session, suspend_at_once(session, [dave.address], evidence("AT-ONCE")))
    return world


@pytest.fixture
def move(market: World, tmp_path: Path) -> Move:
    return Move(market, tmp_path)


def test_a_plan_says_what_is_moved(move: Move):
    move.plan()

    migration = load_migration(move.file)
    assert migration.old == move.world.deployment.platform.address
    # Alice and bob with two wallets each, carol and dave with one.
    assert (len(migration.tokens), migration.wallets) == (2, 6)
    with move.session() as session:
        stages = {each.stage: (each.done, each.all) for each in progress_of(session, migration)}
    # Consortium, creation code and Settlement stay, six of nine contracts are to be deployed.
    assert stages[Stage.DEPLOY] == (3, 9)
    assert stages[Stage.CARRY] == (0, 6)
    assert stages[Stage.ADOPT] == (0, 2)


def test_it_is_carried_out_and_proved(move: Move):
    before = {each: move.world.balance(each) for each in (alice, bob, carol)}
    move.plan()

    move.apply()

    deployment = load_deployment(move.deployment_file)
    assert deployment.is_complete
    assert deployment.platform.address != move.world.deployment.platform.address
    kept = load_deployment(move.folder / "31337-before-1.json")
    assert kept == move.world.deployment
    with move.session() as session:
        assert session.platform.address == deployment.platform.address
        assert {token.address for token in session.tokens()} == set(
            load_migration(move.file).tokens
        )
        migration = load_migration(move.file)
        assert all(each.done == each.all for each in progress_of(session, migration))
        assert {each: move.world.balance(each) for each in before} == before
        # Who may trade trades, and who may not does not.
        first = move.world.token
        assert preview(session, first, alice.address, bob.address, 1).reason == Reason.NONE
        assert (
            preview(session, first, alice.address, carol.address, 1).reason
            == Reason.RECIPIENT_SUSPENDED
        )
        assert (
            preview(session, first, alice.address, frank.address, 1).reason
            == Reason.RECIPIENT_RETIRED
        )
        # The platform works on: a new token from the version that was approved there.
        sheet = replace(
            move.world.sheet,
            terms=replace(move.world.sheet.terms, code="JP20-THREE", symbol="THREE"),
        )
        made = create_token(session, sheet, ISSUER, TRUST_BANK, evidence("CREATE-3"))
        assert session.token("JP20-THREE").address == made.token

    proof = move.prove()
    assert proof.differences == ()
    # Six wallets; two tokens; of the first alice, bob and carol hold, of the second alice's other.
    assert (proof.wallets, proof.changed, proof.tokens, proof.holders) == (6, 0, 2, 4)


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

    runs = broken_off_until(lambda: _is_over(move), connection, move.apply, expected)

    # Six contracts; four decisions of four signatures (the proposer's comes with the proposal) and
    # an execution; one call that carries the six wallets.
    assert runs == 6 + 4 * 5 + 1
    _assert_done_once(move)
    assert move.prove().differences == ()
    assert load_deployment(move.deployment_file).is_complete


def _is_over(move: Move) -> bool:
    with move.session() as session:
        stages = progress_of(session, load_migration(move.file))
    return all(each.done == each.all for each in stages)


def _assert_done_once(move: Move) -> None:
    with move.session() as session:
        deployment = load_migration(move.file).deployment
        events = [entry.event for entry in session.events(deployment.platform.address)]
    carried = [each.wallet for each in events if isinstance(each, WalletCarried)]
    adopted = [each.token for each in events if isinstance(each, TokenAdopted)]
    assert (len(carried), len(set(carried))) == (6, 6)
    assert sorted(adopted) == sorted(load_migration(move.file).tokens)
    for kind in (PlatformSucceeded, VersionApproved):
        assert sum(isinstance(each, kind) for each in events) == 1


def test_while_a_delay_runs_it_says_until_when_and_goes_on_later(move: Move):
    move.plan()
    with pytest.raises(NotBefore):
        move.apply(wait=False)
    assert move.world.session.token(move.world.token).read(str, "code") == "JP20-TEST"

    move.apply()

    assert _is_over(move)


@pytest.mark.requirement("G12")
def test_halted_in_the_middle_it_goes_on_and_everything_stays_halted(move: Move):
    move.plan()
    with pytest.raises(BrokenOff):
        move.apply(until=Stage.REGISTER)
    carry_out(move.world.session, halt(move.world.session))

    move.apply()

    with move.session() as session:
        said = preview(session, move.world.token, alice.address, bob.address, 1)
        assert said.reason == Reason.PLATFORM_HALTED
    assert move.prove().differences == ()


def test_what_changed_since_is_not_taken_for_a_difference(move: Move):
    move.plan()
    move.apply()
    with move.session() as session:
        carry_out(session, suspend(session, [bob.address], evidence("SUSPEND-2")))

    proof = move.prove()

    # Both of bob's wallets.
    assert (proof.wallets, proof.changed, proof.differences) == (4, 2, ())


def test_before_the_investors_came_the_proof_says_who_is_missing(move: Move):
    move.plan()
    with pytest.raises(BrokenOff):
        move.apply(until=Stage.DEPLOY)

    differences = move.prove().differences

    facts = {each.account for each in differences if each.what.en == "facts"}
    assert len(facts) == 6
    tokens = [each for each in differences if each.what.en == "platform that the token asks"]
    assert len(tokens) == 2


def test_a_platform_is_replaced_once(move: Move):
    move.plan()
    move.apply()
    old = Move(move.world, move.folder / "old")

    with pytest.raises(AlreadyReplaced):
        old.plan()


def test_a_plan_about_another_platform_is_refused(move: Move):
    move.plan()
    content = json.loads(move.file.read_text())
    content["old"] = move.world.token
    move.file.write_text(json.dumps(content))

    with pytest.raises(OtherPlan):
        move.apply()


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 2}', '{"format": 1, "migration": "x"}'])
def test_what_is_no_plan_is_refused(move: Move, text: str):
    move.file.write_text(text)

    with pytest.raises(NotAMigration) as refusal:
        move.apply()
    assert isinstance(refusal.value, JP20Error)
