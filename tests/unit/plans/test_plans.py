"""Plans as values: what a file of one says and refuses, and how the chain stands to a row."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jp20.domain.base.addresses import address_of
from jp20.domain.base.faults import Fault
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.policy import Rule
from jp20.domain.investors.facts import Facts
from jp20.domain.investors.investors import NEVER, InvestorClass, Residency
from jp20.domain.plans import costs
from jp20.domain.plans.costs import PlannedAct, cost_of
from jp20.domain.plans.outcomes import Outcome, RowOutcome
from jp20.domain.plans.plan import (
    DeliveryRow,
    NotAPlan,
    Plan,
    PlanKind,
    PlannedDecision,
    PlanOutOfDate,
    RefusedRow,
    Registration,
    RowState,
    Source,
    TamperedPlan,
    WhitelistRow,
    plan_from_json,
    plan_to_json,
    refused_of,
)
from jp20.domain.token.terms import MAX_UNITS

ALICE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
BOB = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
ALICE_ID = int(ALICE, 16) >> 8
NOW = 1_000
GENERAL = Registration(InvestorClass.GENERAL, Residency.RESIDENT, 2_000, NEVER)
PROFESSIONAL = Registration(InvestorClass.PROFESSIONAL, Residency.RESIDENT, 2_000, 3_000)
TWO_SIGN = Rule(
    frozenset({Role.BROKER}),
    (frozenset({Role.BROKER}), frozenset({Role.ISSUER})),
    frozenset({Role.REGISTRAR}),
    0,
    604_800,
)
ALONE = Rule(frozenset({Role.KYC}), (frozenset({Role.KYC}),), frozenset({Role.KYC}), 0, 604_800)
RESULTS = Path(__file__).parents[3] / "bench" / "results"

PLAN = Plan(
    PlanKind.DISTRIBUTION,
    31337,
    b"\1" * 32,
    ALICE,
    BOB,
    7,
    b"\2" * 32,
    NOW,
    Evidence("AL-1", b"\3" * 32, (2, 4)),
    Source("割当.csv", b"\4" * 32),
    800,
    0,
    (PlannedDecision(PlannedAct.DELIVER, TWO_SIGN.word, (DeliveryRow(2, ALICE, 7),)),),
    (RowOutcome(3, BOB, 5, Outcome.ALREADY_DONE, transaction=b"\5" * 32, block=6),),
    (RefusedRow(4, None, None, "units", "FILE", Text.both("No.", "不可。")),),
)


def facts(standing: Registration | None, investor: int = ALICE_ID, **more: bool) -> Facts:
    marks = {"suspended": False, "retired": False, "reserved": False} | more
    if standing is None:
        return Facts(0, InvestorClass.NONE, Residency.NONE, 0, 0, **marks)
    return Facts(
        investor,
        standing.investor_class,
        standing.residency,
        standing.kyc_expiry,
        standing.class_expiry,
        **marks,
    )


@pytest.mark.requirement("G7", "G17")
@pytest.mark.parametrize(
    ("found", "state"),
    [
        (facts(None), RowState.BEFORE),
        (facts(GENERAL), RowState.AFTER),
        (facts(GENERAL, suspended=True), RowState.AFTER),
        (facts(PROFESSIONAL), RowState.MOVED),
        (facts(GENERAL, investor=5), RowState.MOVED),  # another one's wallet by now
        (facts(GENERAL, retired=True), RowState.MOVED),
        (facts(None, reserved=True), RowState.MOVED),
    ],
)
def test_how_the_chain_stands_to_a_registration(found, state):
    row = WhitelistRow(2, ALICE, None, None, GENERAL)
    assert row.state(PlannedAct.REGISTER, found, None, NOW) is state


def test_a_registration_whose_kyc_has_run_out_by_now_is_not_begun():
    row = WhitelistRow(2, ALICE, None, None, GENERAL)
    assert row.state(PlannedAct.REGISTER, facts(None), None, 2_000) is RowState.MOVED


@pytest.mark.requirement("G7", "G17")
@pytest.mark.parametrize(
    ("found", "existing", "state"),
    [
        (facts(None), facts(GENERAL), RowState.BEFORE),
        (facts(None), facts(None), RowState.BEFORE),  # registered first, by the same plan
        (facts(GENERAL), facts(GENERAL), RowState.AFTER),
        (facts(GENERAL, investor=5), facts(GENERAL), RowState.MOVED),
        (facts(None), facts(GENERAL, suspended=True), RowState.MOVED),
        (facts(None), facts(GENERAL, retired=True), RowState.MOVED),
    ],
)
def test_how_the_chain_stands_to_a_further_wallet(found, existing, state):
    row = WhitelistRow(2, BOB, ALICE, None, GENERAL)
    assert row.state(PlannedAct.ADD_WALLETS, found, existing, NOW) is state


@pytest.mark.requirement("G7", "G17")
@pytest.mark.parametrize(
    ("act", "found", "state"),
    [
        (PlannedAct.RENEW, facts(GENERAL), RowState.BEFORE),
        (PlannedAct.RENEW, facts(replace(GENERAL, kyc_expiry=5_000)), RowState.AFTER),
        (PlannedAct.RENEW, facts(replace(GENERAL, kyc_expiry=4_000)), RowState.MOVED),
        (PlannedAct.RENEW, facts(None), RowState.MOVED),
        (PlannedAct.RENEW, facts(GENERAL, suspended=True), RowState.MOVED),
        # Each looks at what it sets: the other may be done already.
        (PlannedAct.RENEW, facts(replace(PROFESSIONAL, kyc_expiry=2_000)), RowState.BEFORE),
        (PlannedAct.RECLASSIFY, facts(GENERAL), RowState.BEFORE),
        (PlannedAct.RECLASSIFY, facts(replace(GENERAL, kyc_expiry=5_000)), RowState.BEFORE),
        (PlannedAct.RECLASSIFY, facts(PROFESSIONAL), RowState.AFTER),
        (PlannedAct.RECLASSIFY, facts(replace(PROFESSIONAL, class_expiry=9)), RowState.MOVED),
    ],
)
def test_how_the_chain_stands_to_a_change(act, found, state):
    row = WhitelistRow(2, ALICE, None, GENERAL, replace(PROFESSIONAL, kyc_expiry=5_000))
    assert row.state(act, found, None, NOW) is state


@pytest.mark.requirement("G2", "G17")
def test_how_the_chain_stands_to_a_delivery():
    states = [DeliveryRow(2, ALICE, 7).state(delivered) for delivered in (0, 7, 5, 8)]
    assert states == [RowState.BEFORE, RowState.AFTER, RowState.MOVED, RowState.MOVED]


@pytest.mark.requirement("G17")
def test_a_plan_is_what_it_was_after_it_was_written_and_read():
    assert plan_from_json(plan_to_json(PLAN), "plan.json") == PLAN


@pytest.mark.requirement("G17")
def test_a_plan_has_a_row_a_line_for_whoever_looks_at_it():
    (line,) = [line for line in plan_to_json(PLAN).splitlines() if ALICE in line and "act" in line]
    assert json.loads(line) == {"act": "deliver", "line": 2, "account": ALICE, "units": 7}


@pytest.mark.requirement("G17")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"units": 7', '"units": 70'),
        ("AL-1", "AL-2"),
        ("不可", "可"),
        ('"chain_id": 31337', '"chain_id": 1'),
    ],
)
def test_a_plan_that_was_changed_is_not_read(old, new):
    written = plan_to_json(PLAN)
    assert old in written
    with pytest.raises(TamperedPlan):
        plan_from_json(written.replace(old, new), "plan.json")


WHITELIST = replace(
    PLAN,
    kind=PlanKind.WHITELIST,
    token=None,
    undistributed=None,
    splits=None,
    decisions=(
        PlannedDecision(
            PlannedAct.REGISTER, ALONE.word, (WhitelistRow(2, ALICE, None, None, GENERAL),)
        ),
    ),
    settled=(),
)


def with_rows(plan: Plan, *rows: DeliveryRow | WhitelistRow) -> Plan:
    return replace(plan, decisions=(replace(plan.decisions[0], rows=rows),))


@pytest.mark.requirement("G17", "G26")
@pytest.mark.parametrize(
    "plan",
    [
        # Written with its right checksum: what it says cannot be what is sent, or is no delivery.
        with_rows(PLAN, DeliveryRow(2, ALICE, 0)),
        with_rows(PLAN, DeliveryRow(2, ALICE, MAX_UNITS)),
        with_rows(PLAN, DeliveryRow(2, ALICE, 7), DeliveryRow(3, ALICE, 7)),
        # The expiries stand beside the account in one word: 2^40 is the account's lowest bit.
        with_rows(
            WHITELIST, WhitelistRow(2, ALICE, None, None, replace(GENERAL, kyc_expiry=2**40))
        ),
        with_rows(
            WHITELIST, WhitelistRow(2, ALICE, None, None, replace(GENERAL, class_expiry=2**40))
        ),
        replace(PLAN, settled=(replace(PLAN.settled[0], outcome=Outcome.DONE),)),
    ],
)
def test_a_plan_that_no_file_could_have_made_is_none_whatever_its_checksum(plan):
    with pytest.raises(NotAPlan):
        plan_from_json(plan_to_json(plan), "plan.json")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"checksum": 5}', "[" * 100_000, '{"a": NaN, "checksum": ""}']
)
def test_what_is_no_plan_says_so(text):
    with pytest.raises((NotAPlan, TamperedPlan)) as refused:
        plan_from_json(text, "plan.json")
    assert "plan.json" in refused.value.what.en


def test_the_id_is_of_what_is_done_and_not_of_when_it_was_planned():
    later = replace(PLAN, block=9, block_hash=b"\7" * 32, time=NOW + 50, refused=())
    assert later.id == PLAN.id
    rows = (DeliveryRow(2, ALICE, 8),)
    assert replace(PLAN, decisions=(replace(PLAN.decisions[0], rows=rows),)).id != PLAN.id
    assert replace(PLAN, evidence=Evidence("AL-2", b"\3" * 32)).id != PLAN.id


@pytest.mark.requirement("S5", "G28")
def test_what_stands_in_a_faulty_cell_is_not_in_the_plan():
    what = Text.both(
        '"山田 "太郎"" is not an address.', "「山田「太郎」」はアドレスではありません。"
    )
    (row,) = refused_of([Fault("a.csv", 3, "wallet", what, Text.verbatim(""))])
    assert (row.line, row.field) == (3, "wallet")
    assert row.reason == Text.both('"…" is not an address.', "「…」はアドレスではありません。")


def test_several_faults_of_a_line_are_one_row_of_the_result():
    faults = (
        RefusedRow(4, None, None, "units", "FILE", Text.both("a", "あ")),
        RefusedRow(4, None, None, "wallet", "FILE", Text.both("b", "い")),
    )
    (told,) = replace(PLAN, settled=(), refused=faults).outcomes
    assert (told.line, told.code, told.reason) == (
        4,
        "FILE",
        Text.both("[units] a [wallet] b", "[units] あ [wallet] い"),
    )


def test_an_error_names_ten_rows_and_counts_the_others():
    why = str(PlanOutOfDate([Text.both(f"row {n}", f"行{n}") for n in range(12)]))
    assert "row 9" in why
    assert "row 10" not in why
    assert "and 2 more" in why


@pytest.mark.requirement("G17")
def test_what_a_plan_costs():
    found = cost_of([(PlannedAct.DELIVER, TWO_SIGN, 501), (PlannedAct.RENEW, ALONE, 101)])
    # Three calls of 250 rows, the proposal that signs a slot, another signature; two calls of 100.
    assert found.transactions == 3 + 1 + 1 + 2
    assert found.gas == (
        501 * 29_675
        + 103_127
        + 50_548
        + 3 * 76_772  # the request
        + 101 * 31_212
    )
    assert [approval.slots for approval in found.approvals] == [TWO_SIGN.slots, ALONE.slots]


def test_the_figures_are_those_that_were_measured():
    rows = [
        row
        for name in ("gas.json", "bounds.json")
        for row in json.loads((RESULTS / name).read_text())
        if row["system"] == "JP20"
    ]

    def measured(start: str) -> int:
        return next(row["value"] for row in rows if row["name"].startswith(start))

    for ours, name in (
        (costs.PROPOSE, "request: propose, signing a slot"),
        (costs.SIGN, "request: sign"),
        (costs.EXECUTE, "request: execute beyond the call"),
        (PlannedAct.REGISTER.gas_per_row, "whitelist one investor, in a batch, each"),
        (PlannedAct.DELIVER.gas_per_row, "issue to a new holder, in a batch, each"),
        (PlannedAct.ADD_WALLETS.gas_per_row, "addWallets, each row"),
        (PlannedAct.RENEW.gas_per_row, "renew, each row"),
        (PlannedAct.RECLASSIFY.gas_per_row, "reclassify, each row"),
    ):
        assert ours == pytest.approx(measured(name), rel=0.02), name


# Any plan is the same after it was written and read.

hashes = st.binary(min_size=32, max_size=32)
wallets = st.integers(1, 2**160 - 1).map(address_of)
numbers = st.integers(0, 2**104 - 1)
times = st.integers(0, NEVER)
texts = st.text(st.characters(blacklist_categories=("Cs",)), max_size=20)
standings = st.builds(
    Registration, st.sampled_from(InvestorClass), st.sampled_from(Residency), times, times
)
rules = st.sampled_from([TWO_SIGN.word, ALONE.word])


@st.composite
def decisions(draw, kind: PlanKind):
    if kind is PlanKind.DISTRIBUTION:
        rows = st.builds(DeliveryRow, numbers, wallets, st.integers(1, MAX_UNITS - 1))
        acts = [PlannedAct.DELIVER]
    else:
        rows = None
        acts = draw(st.permutations([act for act in PlannedAct if act is not PlannedAct.DELIVER]))
    found = []
    for act in acts[: draw(st.integers(0, len(acts)))]:
        existing = wallets if act is PlannedAct.ADD_WALLETS else st.none()
        of_act = rows or st.builds(
            WhitelistRow, numbers, wallets, existing, st.none() | standings, standings
        )
        once = st.lists(of_act, min_size=1, max_size=4, unique_by=lambda row: row.account)
        given_rows = tuple(draw(once))
        found.append(PlannedDecision(act, draw(rules), given_rows))
    return tuple(found)


@st.composite
def plans(draw):
    kind = draw(st.sampled_from(PlanKind))
    is_distribution = kind is PlanKind.DISTRIBUTION
    settled = st.builds(
        RowOutcome,
        st.none() | numbers,
        st.none() | wallets,
        st.none() | numbers,
        st.sampled_from([Outcome.ALREADY_DONE, Outcome.UNCHANGED]),
        transaction=st.none() | hashes,
        block=st.none() | numbers,
    )
    refused = st.builds(
        RefusedRow,
        st.none() | numbers,
        st.none() | wallets,
        st.none() | numbers,
        texts,
        texts,
        st.builds(Text.both, texts, texts),
        whole=st.booleans(),
    )
    case = draw(
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=32)
    )
    return Plan(
        kind,
        draw(numbers),
        draw(hashes),
        draw(wallets),
        draw(wallets) if is_distribution else None,
        draw(numbers),
        draw(hashes),
        draw(times),
        Evidence(case, draw(hashes.filter(any)), tuple(draw(st.lists(numbers, max_size=3)))),
        Source(draw(texts), draw(hashes)),
        draw(numbers) if is_distribution else None,
        draw(numbers) if is_distribution else None,
        draw(decisions(kind)),
        tuple(draw(st.lists(settled, max_size=3))),
        tuple(draw(st.lists(refused, max_size=3))),
    )


@pytest.mark.requirement("G17")
@settings(deadline=None, derandomize=True, max_examples=150)
@given(plans())
def test_any_plan_is_what_it_was_after_it_was_written_and_read(plan):
    again = plan_from_json(plan_to_json(plan), "plan.json")
    assert again == plan
    assert again.id == plan.id
    assert plan_to_json(again) == plan_to_json(plan)


@pytest.mark.requirement("G26")
@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.data())
def test_a_plan_with_any_piece_changed_is_refused_or_the_same(data):
    written = plan_to_json(PLAN)
    start = data.draw(st.integers(0, len(written)))
    end = min(len(written), start + data.draw(st.integers(0, 6)))
    changed = written[:start] + data.draw(st.text('",:{}[]0x19anulse ', max_size=4)) + written[end:]
    try:
        found = plan_from_json(changed, "plan.json")
    except (NotAPlan, TamperedPlan):
        return
    assert found == PLAN  # only white space was changed
