"""What a plan says becomes true: random small files, on a chain that does not move meanwhile."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from example_world import (
    ISSUER,
    KEYS,
    KYC,
    TERM_SHEET,
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
    grace,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jp20.domain.base.times import in_tokyo
from jp20.domain.investors.investors import InvestorFile, parse_investors
from jp20.domain.plans.outcomes import Outcome, Outcomes
from jp20.domain.plans.plan import Plan, plan_from_json, plan_to_json
from jp20.domain.token.term_sheet import parse_term_sheet
from jp20.operations.governance.acts import carry_out
from jp20.operations.investors.whitelist import renew, retire_wallets, suspend_at_once
from jp20.operations.plans.plan import apply_plan, enrol, prepare_distribution, prepare_whitelist
from jp20.operations.session import open_session
from jp20.operations.token.issue import create_token, issue_units

PEOPLE = [each.address for each in (alice, bob, carol, dave, erin, frank, grace)]
KNOWN = PEOPLE[:4]
NOBODY = "0x000000000000000000000000000000000000dEaD"
HEAD = "investor,name,wallet,class,residency,kyc_expiry,class_expiry\n"

few = settings(
    deadline=None,
    derandomize=True,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def capped(world: World) -> str:
    """A token for general and professional residents, in lots of 5, with three holders at most. Of
    its 400 units alice has 5 and bob 10. Erin is whitelisted too, and frank is alice's second
    wallet.
    """
    maturity = f'"{in_tokyo(world.year_from_now + 5 * 365 * 86400)}"'
    text = TERM_SHEET.format(maturity=maturity, digest=hashlib.sha256(b"p").hexdigest())
    text = (
        text.replace('"TEST"', '"CAPPED"')
        .replace('"JP20-TEST"', '"JP20-CAPPED"')
        .replace("cap = 10_000", "cap = 10_000\nlot_size = 5")
        .replace(', "qualified_institution"]', "]\nholder_cap = 3")
        .replace("15E5", "15E6")
    )
    sheet = parse_term_sheet(text.encode(), "t.toml")
    token = create_token(world.session, sheet, ISSUER, TRUST_BANK, evidence("CREATE-1")).token
    issue_units(world.session, token, 400, evidence("ISSUE-1"))
    rows = [row(world, 4, 4), row(world, 0, 0), row(world, 0, 5)]
    enrol(world.session, investors(world, rows), evidence("WL-9"))
    first = allotments((PEOPLE[0], 5), (PEOPLE[1], 10))
    apply_plan(world.session, prepare_distribution(world.session, token, first, evidence("AL-9")))
    return token


@contextmanager
def undone(world: World) -> Iterator[World]:
    """What is done inside is undone at the end; its session has noted nothing of it."""
    connection = world.session.connection
    snapshot = connection.rpc("evm_snapshot")
    yield replace(world, session=open_session(connection, world.deployment, KEYS))
    connection.rpc("evm_revert", snapshot)


def as_planned(plan: Plan, outcomes: Outcomes) -> None:
    """Every row that was to pass passed, every other one was refused as the plan said."""
    planned = sorted(row.line for each in plan.decisions for row in each.rows)
    assert sorted(row.line for row in outcomes.done) == planned
    assert {(row.line, row.code) for row in outcomes.refused} == {
        (row.line, row.code) for row in plan.refused
    }
    assert len(outcomes.rows) == len(planned) + len(plan.outcomes)
    assert {row.outcome for row in outcomes.rows} <= {
        Outcome.DONE,
        Outcome.REFUSED,
        Outcome.UNCHANGED,
        Outcome.ALREADY_DONE,
    }


@st.composite
def happenings(draw):
    """What happened to the investors before."""
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(["suspend", "retire", "renew", "new", "second"]),
                st.integers(0, 6),
            ),
            max_size=3,
            unique_by=lambda each: each[1],
        )
    )


def let_happen(world: World, events) -> None:
    for number, (what, who) in enumerate(events):
        wallet = PEOPLE[who]
        case = evidence(f"WAS-{number}")
        match what:
            case "suspend" if who < 4:
                carry_out(
                    world.session, suspend_at_once(world.session, [wallet], evidence("ALONE-1"))
                )
            case "retire" if who < 4:
                carry_out(
                    world.session, retire_wallets(world.session, [wallet], evidence("ALONE-1"))
                )
            case "renew" if who < 4:
                carry_out(
                    world.session_of(KYC),
                    renew(
                        world.session_of(KYC),
                        [(wallet, world.year_from_now + 77)],
                        evidence("ALONE-1"),
                    ),
                )
            case "new" if who >= 4:
                enrol(world.session, investors(world, [row(world, who, who)]), case)
            case "second" if who >= 4:
                rows = [row(world, 0, 0), row(world, 0, who)]
                enrol(world.session, investors(world, rows), case)


def row(
    world: World, reference: int, wallet: int | str, in_class: str = "general", years: int = 1
) -> str:
    address = PEOPLE[wallet] if isinstance(wallet, int) else wallet
    expiry = in_tokyo(world.year_from_now + (years - 1) * 365 * 86400)
    return f"K-{reference},名,{address},{in_class},resident,{expiry},"


def investors(world: World, rows) -> InvestorFile:
    return parse_investors((HEAD + "\n".join(rows)).encode(), "i.csv", world.session.now())


@pytest.mark.requirement("G7", "G17")
@few
@given(
    happenings(),
    st.lists(
        st.tuples(
            st.integers(0, 5),
            st.one_of(*[st.integers(0, 6)] * 6, st.sampled_from([NOBODY, "0x12", "token"])),
            st.sampled_from(["general", "general", "professional"]),
            st.sampled_from([1, 1, 2]),
        ),
        min_size=1,
        max_size=7,
        unique_by=lambda each: each[1],
    ),
)
def test_a_whitelist_plan_becomes_true(world, events, given_rows):
    with undone(world) as world:
        let_happen(world, events)
        file = investors(
            world,
            [
                row(world, who, world.token if wallet == "token" else wallet, in_class, years)
                for who, wallet, in_class, years in given_rows
            ],
        )
        plan = prepare_whitelist(world.session, file, evidence("C-1"))
        assert plan_from_json(plan_to_json(plan), "p") == plan
        as_planned(plan, apply_plan(world.session, plan))
        assert apply_plan(world.session, plan).steps == ()
        again = prepare_whitelist(world.session, file, evidence("C-2"))
        assert again.is_empty
        assert {(r.line, r.code) for r in again.refused} == {(r.line, r.code) for r in plan.refused}


@pytest.mark.requirement("G2", "G7", "G17")
@few
@given(
    happenings(),
    st.lists(
        st.tuples(
            st.one_of(*[st.integers(0, 6)] * 6, st.sampled_from([NOBODY, "0x12", "token"])),
            st.sampled_from([5, 5, 10, 10, 10, 200, 1, "0"]),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda each: each[0],
    ),
)
def test_a_distribution_plan_becomes_true(world, capped, events, given_rows):
    with undone(world) as world:
        let_happen(world, events)
        file = allotments(
            *(
                (PEOPLE[to] if isinstance(to, int) else capped if to == "token" else to, units)
                for to, units in given_rows
            )
        )
        token = world.session.token(capped)
        holders = [(each,) for each in (*PEOPLE, NOBODY, capped)]
        before = token.read_many(int, "balanceOf", holders)
        plan = prepare_distribution(world.session, capped, file, evidence("C-1"))
        assert plan_from_json(plan_to_json(plan), "p") == plan
        if plan.is_blocked:
            assert plan.total > 385  # 400 − 5 − 10 are undistributed
            return
        as_planned(plan, apply_plan(world.session, plan))
        given_to = {r.account: r.units for each in plan.decisions for r in each.rows}
        after = token.read_many(int, "balanceOf", holders)
        assert [b - a for a, b in zip(before, after, strict=True)] == [
            given_to.get(holder, 0) for (holder,) in holders
        ]
        assert apply_plan(world.session, plan).steps == ()
        assert token.read_many(int, "balanceOf", holders) == after
