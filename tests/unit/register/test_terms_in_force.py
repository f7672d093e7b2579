"""The terms as of any time, folded from a token's events. Each figure is worked out beside it."""

from dataclasses import replace

import pytest
from solidity import CONTRACTS

from jp20.domain.base.addresses import address_of
from jp20.domain.base.at import At
from jp20.domain.investors.investors import InvestorClass, Residency
from jp20.domain.register.books import TERMS
from jp20.domain.register.events import (
    CapChanged,
    ClassesChanged,
    ConsentRequiredChanged,
    HolderCapChanged,
    LoggedEvent,
    LotSizeChanged,
    MaturityChanged,
    Paused,
    ResidenciesChanged,
    TermsSet,
    TokenLockUpSet,
    UnitsSplit,
)
from jp20.domain.register.journal import Journal
from jp20.domain.register.terms_in_force import (
    TermsInForce,
    begun,
    term_changes,
    terms_after,
    terms_in_force,
)
from jp20.domain.token.changeable import FIXED, Term, TermNeverChanges
from jp20.domain.token.term_sheet import parse_term_sheet
from jp20.domain.token.terms import Terms

pytestmark = pytest.mark.requirement("G15", "G32")

TOKEN = address_of(1)
SHEET = (CONTRACTS.parent / "examples/term-sheets/qualified-bond.toml").read_bytes()
AT_FIRST = replace(
    parse_term_sheet(SHEET, "t").terms,
    cap=200,
    lot_size=1,
    maturity=5_000,
    locked_until=0,
    holder_cap=49,
    classes=1 << InvestorClass.QUALIFIED_INSTITUTION,
    residencies=1 << Residency.RESIDENT,
    consent_required=False,
)


def past(*events):
    """One event a block, from block 1 on."""
    return [
        LoggedEvent(event, TOKEN, At(block, bytes([block]) * 32, 0, 1000 + block))
        for block, event in enumerate((TermsSet(AT_FIRST), *events), 1)
    ]


def after(*events) -> TermsInForce:
    return terms_in_force(past(*events))


def test_a_token_begins_with_its_term_sheet():
    assert after() == TermsInForce(AT_FIRST, 5_000, 0)


@pytest.mark.parametrize(
    ("event", "field", "to"),
    [
        (ClassesChanged(8, 12), "classes", 12),
        (ResidenciesChanged(2, 6), "residencies", 6),
        (HolderCapChanged(49, 99), "holder_cap", 99),
        (LotSizeChanged(1, 10), "lot_size", 10),
        (ConsentRequiredChanged(False, True), "consent_required", True),
        (CapChanged(200, 300), "cap", 300),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "to") else "",
)
def test_a_change_changes_its_term_and_no_other(event, field, to):
    assert after(event) == TermsInForce(replace(AT_FIRST, **{field: to}), 5_000, 0)


def test_maturity_that_was_put_off_is_a_term_and_one_that_was_brought_forward_is_not():
    put_off = after(MaturityChanged(5_000, 9_000))
    called = after(MaturityChanged(5_000, 9_000), MaturityChanged(9_000, 1_003))

    assert (put_off.terms.maturity, put_off.maturity) == (9_000, 9_000)
    assert (called.terms.maturity, called.maturity) == (9_000, 1_003)


def test_an_early_redemption_of_a_token_without_maturity_gives_its_terms_none():
    begin = begun(replace(AT_FIRST, maturity=0))

    called = terms_after(begin, MaturityChanged(0, 1_003))

    assert (called.terms.maturity, called.maturity) == (0, 1_003)


def test_cap_and_lot_are_in_units_of_the_last_split():
    # cap 200 × 3 = 600, changed to 900, × 2 = 1,800; lot 10 × 2 = 20; no lot stays none
    changed = after(UnitsSplit(1, 3), CapChanged(600, 900), LotSizeChanged(1, 10), UnitsSplit(2, 2))
    without_lots = after(UnitsSplit(1, 3))

    assert (changed.cap, changed.terms.cap, changed.terms.lot_size) == (1_800, 1_800, 20)
    assert (without_lots.cap, without_lots.terms.lot_size) == (600, 1)


def test_the_lock_up_of_the_token_is_followed():
    assert after(TokenLockUpSet(4_000)).locked_until == 4_000


def test_as_of_a_block_is_what_came_up_to_it():
    events = past(CapChanged(200, 300), CapChanged(300, 250))

    assert [terms_in_force(events[:count]).cap for count in (1, 2, 3)] == [200, 300, 250]


def test_the_changes_are_told_in_order_and_nothing_else():
    events = past(
        CapChanged(200, 300), UnitsSplit(1, 2), Paused(TOKEN), MaturityChanged(5_000, 9_000)
    )

    assert [(at.block, change) for at, change in term_changes(events)] == [
        (2, CapChanged(200, 300)),
        (5, MaturityChanged(5_000, 9_000)),
    ]


def test_without_terms_there_is_no_answer():
    with pytest.raises(LookupError):
        terms_in_force([])


def test_the_journal_follows_terms_and_takes_them_back():
    journal = Journal()
    journal.follow(past(ClassesChanged(8, 12), UnitsSplit(1, 3), MaturityChanged(5_000, 9_000)))
    latest = journal.ledger.get(TERMS, TOKEN)
    journal.back_to(2)
    second = journal.ledger.get(TERMS, TOKEN)
    journal.back_to(1)

    assert latest == TermsInForce(replace(AT_FIRST, classes=12, cap=600, maturity=9_000), 9_000, 0)
    assert second == TermsInForce(replace(AT_FIRST, classes=12), 5_000, 0)
    assert journal.ledger.get(TERMS, TOKEN) == begun(AT_FIRST)


def test_each_field_of_the_term_sheet_can_be_changed_or_is_fixed():
    written = {"consent_required": "consent"}
    other = {"locked_until", "term_sheet_hash", "extra"}  # acts of its own; of the first sheet
    fields = {written.get(field, field) for field in Terms.__dataclass_fields__} - other

    assert {field.replace("_", "-") for field in fields} == FIXED | {each.value for each in Term}
    assert FIXED.isdisjoint(each.value for each in Term)


def test_what_never_changes_says_so_and_what_does():
    error = TermNeverChanges("decimals")

    assert error.what.en == "decimals never changes."
    assert error.next_step is not None
    assert "classes" in error.next_step.en
    assert "classes" in error.next_step.ja
