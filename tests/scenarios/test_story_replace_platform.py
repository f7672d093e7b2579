"""A story: the platform contract is replaced in a market of 42 tokens (G12, G32)."""

from dataclasses import replace
from pathlib import Path

import pytest
from world import EXAMPLES, KEYS, World, case, investor

from jp20.domain.governance.migration import Stage
from jp20.domain.token.reasons import Reason
from jp20.domain.token.terms import Terms
from jp20.operations.files.inputs import load_investors, load_term_sheet
from jp20.operations.governance import emergency
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.decide import decide
from jp20.operations.governance.migration import (
    apply_migration,
    load_migration,
    plan_migration,
    prove_migration,
    save_migration,
)
from jp20.operations.governance.platform import save_deployment
from jp20.operations.investors.whitelist import reinstate, suspend_at_once
from jp20.operations.plans.plan import enrol
from jp20.operations.session import Session, open_session
from jp20.operations.token.transfer import preview, transfer

pytestmark = [pytest.mark.requirement("G12"), pytest.mark.requirement("G32")]

SHEET = load_term_sheet(EXAMPLES / "term-sheets" / "real-estate.toml")
ISSUER, TRUST_BANK = "港南リアルティ", "ひいらぎ信託銀行"
ALICE, BOB, CAROL = (investor(f"B1-000{number}") for number in (1, 2, 3))

HELD = (0, 20, 41)
"""Tokens of which Alice has 60 units and Bob 40: the first, one in the middle, the last."""


class BrokenOff(Exception):
    """The run ends in the middle."""


def terms(number: int) -> Terms:
    return replace(SHEET.terms, code=f"JP20-MG-{number:04d}", symbol=f"MG{number}", holder_cap=10)


@pytest.fixture(scope="module")
def tokens(world: World) -> list[str]:
    session = world.session()
    enrol(session, load_investors(EXAMPLES / "qualified-bond" / "investors.csv"), case("WL-MG"))
    issuer, registrar = (session.organisation(name).number for name in (ISSUER, TRUST_BANK))
    for first in (1, 15, 29):  # 3 decisions about 14 tokens each: what fits into a block
        creations = [
            session.platform.call("createToken", 1, terms(number), issuer, registrar)
            for number in range(first, first + 14)
        ]
        decide(session, creations, case(f"CR-MG-{first}"))
    made = session.tokens()
    for number in HELD:
        token = made[number]
        decide(session, [token.call("issue(uint256)", 100)], case(f"IS-MG-{number}"))
        deliveries = ([ALICE.address, BOB.address], [60, 40])
        decide(session, [token.call("deliver", *deliveries)], case(f"AL-MG-{number}"))
    return [token.address for token in made]


def test_a_platform_is_replaced_in_a_market_of_42_tokens(
    world: World, tokens: list[str], tmp_path: Path
):
    plan, record = tmp_path / "migration.json", tmp_path / "31337.json"
    save_deployment(record, world.deployment)
    save_migration(plan, plan_migration(world.session(), case("MG-1")))
    assert len(tokens) == 42

    # Broken off when the new platform is in charge and knows the investors, and no token followed.
    with pytest.raises(BrokenOff):
        move(world, world.deployment, plan, record, until=Stage.CARRY)
    old = world.session()
    new = open_session(world.connection, unfinished(plan), KEYS.values())
    assert reasons(old, tokens) == [Reason.NONE] * 42

    # One halt at either platform stops all, and a resumption at the other starts all.
    carry_out(new, emergency.halt(new))
    assert reasons(old, tokens) == [Reason.PLATFORM_HALTED] * 42
    carry_out(old, emergency.resume(old, case("RS-1")))
    assert reasons(old, tokens) == [Reason.NONE] * 42

    # A suspension at the new platform reaches the tokens that still ask the old one.
    carry_out(new, suspend_at_once(new, [BOB.address], case("SU-1")))
    assert reasons(old, tokens) == [Reason.RECIPIENT_SUSPENDED] * 42
    carry_out(new, reinstate(new, [BOB.address], case("RI-1")))
    transfer(old, tokens[0], ALICE, BOB.address, 10)

    # Halted, the rest is carried out: the tokens follow, and stay halted.
    carry_out(old, emergency.halt(old))
    move(world, world.deployment, plan, record)
    moved = open_session(world.connection, unfinished(plan), KEYS.values())
    assert [token.address for token in moved.tokens()] == tokens
    assert reasons(moved, tokens) == [Reason.PLATFORM_HALTED] * 42
    proof = prove_migration(moved, load_migration(plan))
    assert proof.differences == ()
    # Alice and Bob in three tokens each.
    assert (proof.tokens, proof.holders) == (42, 6)

    carry_out(moved, emergency.resume(moved, case("RS-2")))
    assert reasons(moved, tokens) == [Reason.NONE] * 42
    # Alice sold 10 of 60; who leaves is no holder any more, by the id that she came with.
    transfer(moved, tokens[0], ALICE, BOB.address, 50)
    token = moved.token(tokens[0])
    assert token.read(int, "balanceOf", BOB.address) == 100
    assert token.read(int, "holderCount") == 1


def move(world: World, deployment, plan: Path, record: Path, until: Stage | None = None) -> None:
    def told(stage: Stage, step) -> None:
        if step is None and stage is until:
            raise BrokenOff

    with open_session(
        world.connection, deployment, KEYS.values(), wait=world.move_time_to
    ) as session:
        apply_migration(session, plan, record, told)


def unfinished(plan: Path):
    """What was deployed so far, as officers have it who already work at the new platform."""
    return replace(load_migration(plan).deployment, is_complete=True)


def reasons(session: Session, tokens: list[str]) -> list[Reason]:
    """What keeps a unit from going from Alice to Bob, by token; of a token of which she has none
    the lack of units stands for "nothing".
    """
    said = [preview(session, token, ALICE.address, BOB.address, 1).reason for token in tokens]
    return [Reason.NONE if each is Reason.INSUFFICIENT_BALANCE else each for each in said]
