"""Creation from a term sheet, issue to the issuer, additional issues (G1, G5)."""

import pytest
from token_words import (
    DAY,
    EVERYTHING,
    GENERAL,
    PROFESSIONAL,
    QUALIFIED_INSTITUTION,
    RESIDENT,
    SMALL_NUMBER,
    TERMS,
    US_PERSON,
    ZERO_ADDRESS,
    at,
    emitted,
    name_hash,
    names,
    now,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G1")

ISSUER, REGISTRAR = 7, 8


@pytest.fixture(scope="module")
def empty(make_token):
    """A token of which nothing is issued yet."""
    return make_token()


# The term sheet on chain


def test_the_chain_keeps_the_term_sheet(make_token, platform, authority, version, issuer_account):
    maturity, locked_until = now() + 1000 * DAY, now() + DAY
    token = make_token(
        name="Kyoto Machiya",
        symbol="KYO",
        code="JP3000000001",
        decimals=2,
        cap=5_000_00,
        lotSize=1_00,
        unitPrice=50_000,
        maturity=maturity,
        lockedUntil=locked_until,
        holderCap=49,
        placement=SMALL_NUMBER,
        classes=1 << GENERAL | 1 << PROFESSIONAL,
        residencies=1 << RESIDENT | 1 << US_PERSON,
        consentRequired=True,
        expiredMayDispose=True,
        termSheetHash=name_hash("kyoto.pdf"),
    )

    assert (token.name(), token.symbol(), token.code()) == ("Kyoto Machiya", "KYO", "JP3000000001")
    assert (token.decimals(), token.cap(), token.lotSize()) == (2, 500_000, 100)
    assert tuple(token.unitPrice()) == (50_000, 1)
    assert (token.maturity(), token.lockedUntil()) == (maturity, locked_until)
    assert token.termSheetHash() == name_hash("kyoto.pdf")
    assert token.issuerAccount() == issuer_account
    # classes 2 + 4, residencies 2 + 8, holder cap, placement, whole position, consent, dispose
    assert tuple(token.rules()) == (6, 10, 49, SMALL_NUMBER, False, True, True)
    assert (token.totalSupply(), token.undistributed(), token.tranches()) == (0, 0, 0)
    assert (token.splits(), token.splitFactor(0), token.paused()) == (0, 1, False)
    assert token.recordDates() == []
    assert (token.platform(), token.authority()) == (platform, authority)
    assert tuple(token.modules()) == tuple(module.address for module in version.modules)


def test_terms_that_say_nothing_read_as_none(empty):
    assert (empty.maturity(), empty.lockedUntil(), empty.lotSize()) == (0, 0, 1)
    classes = 1 << GENERAL | 1 << PROFESSIONAL | 1 << QUALIFIED_INSTITUTION
    assert tuple(empty.rules()) == (classes, 1 << RESIDENT, 0, 0, False, False, False)


def test_the_whole_term_sheet_is_emitted_at_creation(platform, version, term_sheet, decided):
    sheet = term_sheet(symbol="EMIT", code="JP4000000001")

    tx = platform.createToken(version.number, sheet, ISSUER, REGISTRAR, decided)

    ((emitted_sheet,),) = emitted(tx, "TermsSet")
    *fields, extra = emitted_sheet
    assert [str(field) for field in fields] == [str(field) for field in sheet[:-1]]
    assert str(extra) == "0x"
    assert names(tx).index("TermsSet") < names(tx).index("AuthorityUpdated")


PAST, LATER = 1, 2**40 - 2


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"name": ""}, "name"),
        ({"cap": 0}, "cap"),
        ({"cap": EVERYTHING}, "cap"),
        ({"lotSize": TERMS["cap"] + 1}, "lotSize"),
        ({"issuerAccount": ZERO_ADDRESS}, "issuerAccount"),
        ({"maturity": PAST}, "maturity"),
        ({"maturity": LATER, "lockedUntil": LATER + 1}, "lockedUntil"),
        ({"classes": 0}, "classes"),
        ({"classes": 1 | 1 << GENERAL}, "classes"),
        ({"residencies": 0}, "residencies"),
        ({"residencies": 1 | 1 << RESIDENT}, "residencies"),
        ({"wholePositionOnly": True, "lotSize": 2}, "wholePositionOnly"),
        ({"termSheetHash": "0x" + "0" * 64}, "termSheetHash"),
        ({"extra": "0x01"}, "extra"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_terms_that_contradict_themselves_make_no_token(
    platform, version, term_sheet, decided, terms, field
):
    sheet = term_sheet(symbol="BAD", code="JP5000000001", **terms)

    with reverts_with("InvalidTerms", field):
        platform.createToken.call(version.number, sheet, ISSUER, REGISTRAR, decided)


def test_terms_at_the_edge_make_a_token(platform, version, term_sheet, decided):
    for terms in (
        {"cap": EVERYTHING - 1, "lotSize": EVERYTHING - 1},
        {"maturity": LATER, "lockedUntil": LATER},
        {"wholePositionOnly": True, "lotSize": 1},
    ):
        sheet = term_sheet(symbol="EDGE", code="JP6000000001", **terms)
        platform.createToken.call(version.number, sheet, ISSUER, REGISTRAR, decided)


def test_the_issuer_account_is_no_investors_wallet(platform, version, term_sheet, alice, decided):
    sheet = term_sheet(symbol="OWN", code="JP7000000001", issuerAccount=alice.address)

    with reverts_with("InvestorAccount", alice):
        platform.createToken.call(version.number, sheet, ISSUER, REGISTRAR, decided)


# Issue


def test_units_are_issued_to_the_issuer_and_shown_as_undistributed(empty, issuer_account, decided):
    tx = empty.issue(700, decided)

    assert names(tx) == ["Transfer", "Issued", "TrancheIssued"]
    assert emitted(tx, "Transfer") == [(ZERO_ADDRESS, issuer_account, 700)]
    assert emitted(tx, "Issued") == [(decided["from"], issuer_account, 700, "0x")]
    assert emitted(tx, "TrancheIssued") == [(1, 700)]
    assert (empty.totalSupply(), empty.undistributed(), empty.tranches()) == (700, 700, 1)
    assert empty.balanceOf(issuer_account) == 700


@pytest.mark.requirement("G5")
def test_an_additional_issue_is_the_next_tranche_of_the_same_token(token, issuer_account, decided):
    tx = token.issue(500, decided)

    assert emitted(tx, "TrancheIssued") == [(2, 500)]
    # 10,000 + 500; 9,850 + 500
    assert (token.totalSupply(), token.undistributed(), token.tranches()) == (10_500, 10_350, 2)


def test_the_standards_issue_names_the_issuer_account_and_carries_data(
    empty, issuer_account, alice, decided
):
    tx = empty.issue(issuer_account, 700, "0x1234", decided)

    assert emitted(tx, "Issued") == [(decided["from"], issuer_account, 700, "0x1234")]
    assert emitted(tx, "TrancheIssued") == [(1, 700)]


def test_units_are_issued_to_nobody_but_the_issuer(empty, alice, decided):
    with reverts_with("TransferRefused", Reason.RECIPIENT_UNKNOWN):
        empty.issue.call(alice, 700, b"", decided)


def test_no_more_is_issued_than_the_cap(empty, decided):
    for amount in (1_000_001, 2**256 - 1):
        with reverts_with("TransferRefused", Reason.CAP_EXCEEDED):
            empty.issue.call(amount, decided)

    empty.issue(1_000_000, decided)

    with reverts_with("TransferRefused", Reason.CAP_EXCEEDED):
        empty.issue.call(1, decided)


def test_nothing_is_no_issue(empty, decided):
    with reverts_with("TransferRefused", Reason.ZERO_AMOUNT):
        empty.issue.call(0, decided)


def test_nothing_is_issued_from_the_second_of_maturity(make_token, decided):
    maturity = now() + DAY
    token = make_token(maturity=maturity)

    at(maturity - 1)
    assert token.isIssuable() is True
    token.issue.call(1, decided)
    at(maturity)
    assert token.isIssuable() is False
    with reverts_with("TransferRefused", Reason.TOKEN_MATURED):
        token.issue.call(1, decided)


@pytest.mark.requirement("G4", "G5")
def test_nothing_is_issued_after_the_whole_issue_was_redeemed(
    make_issue, alice, issuer_account, decided
):
    token = make_issue({alice: 100}, earlyRedemption=True)
    token.redeemEarly(decided)
    with reverts_with("TransferRefused", Reason.TOKEN_MATURED):
        token.issue.call(1, decided)
    token.redeemAtMaturity([alice, issuer_account], decided)

    assert token.totalSupply() == 0
    assert token.isIssuable() is False
    with reverts_with("TransferRefused", Reason.TOKEN_REDEEMED):
        token.issue.call(1, decided)


@pytest.mark.requirement("G4", "G5")
def test_what_reached_the_cap_may_be_issued_again_where_units_were_redeemed(
    make_issue, alice, decided
):
    """ERC-1594: so `isIssuable` is true at the cap, for it never comes back from false."""
    token = make_issue({alice: 100}, cap=10_000, holderRedemption=True)
    assert token.isIssuable() is True
    with reverts_with("TransferRefused", Reason.CAP_EXCEEDED):
        token.issue.call(1, decided)

    token.redeem(1, b"", {"from": alice})

    token.issue.call(1, decided)


@pytest.mark.requirement("G5", "G6")
def test_the_cap_of_an_additional_issue_has_split_too(token, decided):
    token.split(3, decided)

    # 10,000 × 3 of 1,000,000 × 3
    assert (token.totalSupply(), token.cap()) == (30_000, 3_000_000)
    token.issue.call(2_970_000, decided)
    with reverts_with("TransferRefused", Reason.CAP_EXCEEDED):
        token.issue.call(2_970_001, decided)


@pytest.mark.requirement("G5")
def test_an_additional_issue_after_a_record_date_does_not_count_there(
    token, issuer_account, decided
):
    date = now() + DAY
    token.setRecordDate(date, decided)
    token.issue(500, decided)
    at(date + 1)
    token.issue(700, decided)

    # 10,000 + 500, of which 9,850 + 500 undistributed
    assert token.supplyAtRecordDate(0) == 10_500
    assert token.balanceAtRecordDate(issuer_account, 0) == 10_350
    assert token.totalSupply() == 11_200
