"""A plan that others made beside one's own copy of its file."""

from dataclasses import replace

import pytest
from test_plans import ALICE, BOB, GENERAL, NOW, PLAN, PROFESSIONAL, TWO_SIGN

from jp20.domain.base.addresses import address_of
from jp20.domain.base.text import Text
from jp20.domain.investors.investors import parse_investors
from jp20.domain.plans.allotments import parse_allotments
from jp20.domain.plans.costs import PlannedAct
from jp20.domain.plans.outcomes import Outcome, RowOutcome
from jp20.domain.plans.plan import DeliveryRow, PlanKind, PlannedDecision, RefusedRow, WhitelistRow
from jp20.domain.plans.source import OtherRows, differences, left_out

CAROL, MALLORY = (address_of(number << 96 | number) for number in (0xCA401, 0xBAD))
NO = Text.both("No.", "不可。")

ALLOTMENTS = f"wallet,units\n{ALICE},7\n{BOB},5\nnobody,1\n{CAROL},9\n"
"""Line 2 is planned, 3 delivered before, 4 faulty, 5 refused by the chain."""

FAULTY = RefusedRow(4, None, None, "wallet", "FILE", NO)
REFUSED = RefusedRow(5, CAROL, 9, "wallet", "RECIPIENT_UNKNOWN", NO)
SETTLED = RowOutcome(3, BOB, 5, Outcome.ALREADY_DONE)


def plan(*rows: DeliveryRow, settled=(SETTLED,), refused=(FAULTY, REFUSED)):
    decisions = (PlannedDecision(PlannedAct.DELIVER, TWO_SIGN.word, rows),)
    return replace(PLAN, decisions=decisions, settled=settled, refused=refused)


def found(planned, text: str = ALLOTMENTS) -> list[Text]:
    return differences(planned, parse_allotments(text.encode(), "own.csv"))


@pytest.mark.requirement("G2", "S3")
def test_a_plan_of_the_same_file_does_what_it_says():
    assert found(plan(DeliveryRow(2, ALICE, 7))) == []


@pytest.mark.requirement("G2", "S3")
@pytest.mark.parametrize(
    ("other", "line", "said"),
    [
        (plan(DeliveryRow(2, MALLORY, 7)), 2, f"the plan: 7 units to {MALLORY}"),
        (plan(DeliveryRow(2, ALICE, 8)), 2, "the plan: 8 units"),
        (plan(), 2, "the plan: no such row"),
        (plan(DeliveryRow(2, ALICE, 7), DeliveryRow(6, MALLORY, 1)), 6, "the file: no such row"),
        # Two rows that claim the same line of the file.
        (plan(DeliveryRow(2, ALICE, 7), DeliveryRow(2, MALLORY, 7)), 2, MALLORY),
        (plan(DeliveryRow(2, ALICE, 7), settled=()), 3, "the plan: no such row"),
        (
            plan(DeliveryRow(2, ALICE, 7), settled=(replace(SETTLED, units=6),)),
            3,
            "the plan: 6 units",
        ),
        # Called faulty, and it is not.
        (plan(refused=(replace(FAULTY, line=2), FAULTY, REFUSED)), 2, "the plan: left out"),
        (plan(DeliveryRow(2, ALICE, 7), refused=(FAULTY,)), 5, "the plan: no such row"),
        (
            plan(DeliveryRow(2, ALICE, 7), refused=(FAULTY, replace(REFUSED, units=1))),
            5,
            "the plan: 1 unit",
        ),
    ],
)
def test_the_line_on_which_a_distribution_differs_is_named(other, line, said):
    (difference,) = found(other)

    assert difference.en.startswith(f"Line {line}: ")
    assert said in difference.en
    assert difference.ja.startswith(f"{line}行目: ")


@pytest.mark.requirement("G2")
def test_two_wallets_that_changed_places_differ_on_both_lines():
    own = f"wallet,units\n{ALICE},7\n{CAROL},9\n"
    swapped = plan(DeliveryRow(2, CAROL, 7), DeliveryRow(3, ALICE, 9), settled=(), refused=())

    assert [each.en[:7] for each in found(swapped, own)] == ["Line 2:", "Line 3:"]


@pytest.mark.requirement("G2")
def test_a_file_whose_total_is_missed_is_not_what_any_plan_does():
    own = f"wallet,units\n{ALICE},7\n合計,8\n"
    planned = plan(DeliveryRow(2, ALICE, 7), settled=(), refused=())

    (difference,) = found(planned, own)

    assert "The file: " in difference.en


INVESTORS = (
    "investor,wallet,class,residency,kyc_expiry,further_wallet\n"
    f"A-1,{ALICE},general,resident,2035-03-31,\n"
    f"A-1,{BOB},general,resident,2035-03-31,yes\n"
)
(INVESTOR,) = parse_investors(INVESTORS.encode(), "own.csv", NOW).investors
AFTER = replace(GENERAL, kyc_expiry=INVESTOR.kyc_expiry)
REGISTER = WhitelistRow(2, ALICE, None, None, AFTER)
ADD = WhitelistRow(3, BOB, ALICE, None, AFTER)


def whitelist(register: WhitelistRow, add: WhitelistRow):
    decisions = (
        PlannedDecision(PlannedAct.REGISTER, TWO_SIGN.word, (register,)),
        PlannedDecision(PlannedAct.ADD_WALLETS, TWO_SIGN.word, (add,)),
    )
    return replace(
        PLAN,
        kind=PlanKind.WHITELIST,
        token=None,
        undistributed=None,
        splits=None,
        decisions=decisions,
        settled=(),
        refused=(),
    )


@pytest.mark.requirement("G7", "S3")
@pytest.mark.parametrize(
    ("register", "add", "lines"),
    [
        (REGISTER, ADD, []),
        (replace(REGISTER, account=MALLORY), ADD, ["Line 2"]),
        (REGISTER, replace(ADD, account=MALLORY), ["Line 3"]),
        (REGISTER, replace(ADD, existing=MALLORY), ["Line 3"]),
        (replace(REGISTER, after=PROFESSIONAL), ADD, ["Line 2"]),
        (replace(REGISTER, line=9), ADD, ["Line 9"]),
    ],
)
def test_the_line_on_which_a_whitelist_differs_is_named(register, add, lines):
    own = parse_investors(INVESTORS.encode(), "own.csv", NOW)

    told = differences(whitelist(register, add), own)

    assert [each.en.partition(":")[0] for each in told] == lines


@pytest.mark.requirement("G7", "S3")
def test_what_a_whitelist_plan_leaves_out_of_what_is_needed_is_named():
    planned = whitelist(REGISTER, ADD)
    needed = {
        PlannedAct.REGISTER: [REGISTER],
        PlannedAct.RECLASSIFY: [WhitelistRow(5, CAROL, None, GENERAL, PROFESSIONAL)],
    }

    (told,) = left_out(planned, needed)
    refused = replace(planned, refused=(RefusedRow(5, CAROL, None, "wallet", "RETIRED", NO),))

    assert told.en.startswith(f"Line 5: the plan: no such row; the file: reclassify {CAROL}")
    assert left_out(refused, needed) == []


@pytest.mark.requirement("S3")
def test_of_many_differences_the_first_are_told_and_how_many_more_there_are():
    told = OtherRows("own.csv", [Text.both(f"Line {n}", f"{n}行目") for n in range(2, 10)])

    assert told.lines("en")[1].split("\n") == [
        *(f"Line {n}" for n in range(2, 7)),
        "… and 3 more",  # of 8 five are told
    ]
    assert "… 他 3 件" in told.lines("ja")[1]
