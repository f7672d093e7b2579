"""What a token would refuse, judged from how it stands."""

from dataclasses import replace

import pytest

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.at import At
from jp20.domain.token.reasons import Reason
from jp20.domain.token.state import RecordDate, Redemption, Status, TokenState, Tranche
from jp20.domain.token.terms import Placement, Terms

TERMS = Terms(
    name="N",
    symbol="S",
    code="C",
    product="P",
    right="R",
    perfection="F",
    decimals=0,
    cap=1_000,
    lot_size=1,
    unit_price=100,
    issuer_account=ZERO_ADDRESS,
    maturity=2_000,
    locked_until=0,
    holder_cap=0,
    placement=Placement.PUBLIC,
    classes=2,
    residencies=2,
    whole_position_only=False,
    consent_required=False,
    expired_may_dispose=False,
    early_redemption=True,
    partial_redemption=False,
    holder_redemption=False,
    term_sheet_hash=b"\1" * 32,
)

# 600 of 1,000 units are issued; it is a second before maturity.
OPEN = TokenState(
    address=ZERO_ADDRESS,
    block=9,
    time=1_999,
    terms=TERMS,
    issuer="I",
    registrar="R",
    supply=600,
    undistributed=600,
    holders=0,
    cap=1_000,
    lot_size=1,
    price_yen=100,
    price_units=1,
    splits=0,
    locked_until=0,
    halted=False,
    paused=False,
    redeemed=False,
    tranches=(Tranche(1, 600, 0, At(5, b"", 0, 0)),),
    documents=(),
    record_dates=(),
)
HALTED, PAUSED = replace(OPEN, halted=True), replace(OPEN, paused=True)
MATURED, REDEEMED = replace(OPEN, time=2_000), replace(OPEN, redeemed=True, supply=0)
FOR_GOOD = replace(OPEN, terms=replace(TERMS, maturity=0), time=10**10)


@pytest.mark.requirement("G1")
@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (OPEN, Status.OPEN),
        (FOR_GOOD, Status.OPEN),
        (replace(HALTED, paused=True, redeemed=True), Status.HALTED),
        (replace(PAUSED, redeemed=True), Status.PAUSED),
        (replace(REDEEMED, time=2_000), Status.REDEEMED),
        (MATURED, Status.MATURED),
        (replace(OPEN, tranches=()), Status.NOT_ISSUED),
    ],
)
def test_the_strongest_status_is_shown(state, expected):
    assert state.status is expected


@pytest.mark.requirement("G5")
@pytest.mark.parametrize(
    ("state", "units", "expected"),
    [
        (OPEN, 400, Reason.NONE),  # 1,000 − 600
        (OPEN, 401, Reason.CAP_EXCEEDED),
        (OPEN, 0, Reason.ZERO_AMOUNT),
        (HALTED, 1, Reason.PLATFORM_HALTED),
        (PAUSED, 1, Reason.TOKEN_PAUSED),
        (REDEEMED, 1, Reason.TOKEN_REDEEMED),
        (MATURED, 1, Reason.TOKEN_MATURED),
        (FOR_GOOD, 1, Reason.NONE),
    ],
)
def test_an_issue_is_judged(state, units, expected):
    assert state.refusal_of_issue(units) is expected


@pytest.mark.requirement("G6")
def test_a_split_is_judged():
    small = replace(OPEN, terms=replace(TERMS, placement=Placement.SMALL_NUMBER))

    assert OPEN.refusal_of_split() is Reason.NONE
    assert small.refusal_of_split() is Reason.SPLIT_FORBIDDEN
    assert MATURED.refusal_of_split() is Reason.TOKEN_MATURED
    assert HALTED.refusal_of_split() is Reason.PLATFORM_HALTED
    assert not OPEN.takes_ratio(1)
    assert OPEN.takes_ratio(2)
    # cap × ratio stays below 2^104 − 1
    assert replace(OPEN, cap=2**103 - 1).takes_ratio(2)
    assert not replace(OPEN, cap=2**103).takes_ratio(2)


@pytest.mark.requirement("G4")
def test_each_way_of_redemption_is_judged():
    not_allowed = Reason.REDEMPTION_NOT_ALLOWED

    assert OPEN.refusal_of_redemption(Redemption.EARLY) is Reason.NONE
    assert OPEN.refusal_of_redemption(Redemption.MATURITY) is not_allowed
    assert MATURED.refusal_of_redemption(Redemption.MATURITY) is Reason.NONE
    assert MATURED.refusal_of_redemption(Redemption.EARLY) is not_allowed
    assert OPEN.refusal_of_redemption(Redemption.PART) is not_allowed
    assert OPEN.refusal_of_redemption(Redemption.HOLDER) is not_allowed
    assert PAUSED.refusal_of_redemption(Redemption.EARLY) is Reason.TOKEN_PAUSED


@pytest.mark.requirement("G5", "G21")
def test_a_record_date_lies_ahead_after_the_last_and_sixteen_at_most_are_pending():
    def dates(*times: int) -> TokenState:
        found = tuple(RecordDate(i, at, 600 if at < 1_999 else None) for i, at in enumerate(times))
        return replace(OPEN, record_dates=found)

    assert OPEN.takes_record_date(2_000)
    assert not OPEN.takes_record_date(1_999)  # now
    assert dates(2_500).takes_record_date(2_501)
    assert not dates(2_500).takes_record_date(2_500)
    assert dates(*range(3_000, 3_015)).takes_record_date(4_000)  # 15 are pending
    assert not dates(*range(3_000, 3_016)).takes_record_date(4_000)  # 16 are
    assert dates(1_000, *range(3_000, 3_015)).takes_record_date(4_000)  # one has come
