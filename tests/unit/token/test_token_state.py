"""What a token would refuse, judged from how it stands."""

from dataclasses import replace

import pytest

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.at import At
from jp20.domain.token.state import Status, TokenState, Tranche
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
    maturity=2_000,
    halted=False,
    paused=False,
    redeemed=False,
    tranches=(Tranche(1, 600, 0, At(5, b"", 0, 0)),),
    documents=(),
    record_dates=(),
)
HALTED, PAUSED = replace(OPEN, halted=True), replace(OPEN, paused=True)
MATURED, REDEEMED = replace(OPEN, time=2_000), replace(OPEN, redeemed=True, supply=0)
FOR_GOOD = replace(OPEN, terms=replace(TERMS, maturity=0), maturity=0, time=10**10)


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
