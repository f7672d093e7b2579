"""Story 2: a bond for qualified institutions, 200 units at ¥10 m, to maturity."""

import pytest
from world import EXAMPLES, case, investor

from jp20.chain.contracts.errors import Refused
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.register.movements import Movement, Why
from jp20.domain.token.reasons import Reason
from jp20.operations.files.inputs import (
    evidence_of,
    load_allotments,
    load_investors,
    load_term_sheet,
)
from jp20.operations.governance.acts import carry_out
from jp20.operations.plans.plan import distribute, enrol
from jp20.operations.register.report import read_register, report
from jp20.operations.token import lifecycle
from jp20.operations.token.issue import create_token, issue_units
from jp20.operations.token.transfer import preview, transfer

SHEET = EXAMPLES / "term-sheets" / "qualified-bond.toml"
INVESTORS = EXAMPLES / "qualified-bond" / "investors.csv"
ALLOTMENTS = EXAMPLES / "qualified-bond" / "allotments.csv"
TOKEN = "JP20-BD-0001"


def holdings(world) -> list[int]:
    found = report(world.session(), TOKEN)
    assert found.reconciled
    held = found.register.holders()
    return [held.get(investor(f"B1-000{n}").address, 0) for n in range(1, 8)]


@pytest.mark.requirement("G1", "G2", "G3", "G4", "G7", "G15")
def test_a_qualified_institution_bond_from_issue_to_maturity(world):
    session = world.session()
    sheet = load_term_sheet(SHEET)
    investors = load_investors(INVESTORS)
    first, second, professional, general = (investor(f"B1-000{number}") for number in (1, 2, 8, 9))

    enrol(session, investors, evidence_of("WL-2", INVESTORS))
    create_token(session, sheet, "港南リアルティ", "ひいらぎ信託銀行", evidence_of("CR-2", SHEET))
    issue_units(session, TOKEN, 200, evidence_of("IS-2", SHEET))
    allotments = load_allotments(ALLOTMENTS, investors)
    distribute(session, TOKEN, allotments, evidence_of("AL-2", ALLOTMENTS))

    # 60 + 40 + 30 + 30 + 20 + 10 + 10 = 200 units; 200 × ¥10,000,000 = ¥2 bn
    assert holdings(world) == [60, 40, 30, 30, 20, 10, 10]
    assert 200 * sheet.terms.unit_price == 2_000_000_000

    # The holder of 40 sells 5 to who may not hold it: refused, the preview says so too.
    for outsider in (general, professional):
        with pytest.raises(Refused) as refusal:
            transfer(session, TOKEN, second, outsider.address, 5)
        assert refusal.value.reason == Reason.RECIPIENT_CLASS
        assert "投資家区分" in str(refusal.value)
        asked = preview(session, TOKEN, second.address, outsider.address, 5)
        assert (asked.allowed, asked.reason) == (False, Reason.RECIPIENT_CLASS)
    assert holdings(world) == [60, 40, 30, 30, 20, 10, 10]

    # To the first holder: 60 + 5 = 65 and 40 − 5 = 35.
    sold = transfer(session, TOKEN, second, first.address, 5)
    assert holdings(world) == [65, 35, 30, 30, 20, 10, 10]

    # Not before maturity, and nothing else at maturity.
    with pytest.raises(Refused) as refusal:
        carry_out(session, lifecycle.redeem_at_maturity(session, TOKEN, case("RD-2-early")))
    assert refusal.value.reason == Reason.REDEMPTION_NOT_ALLOWED
    world.move_time_to(sheet.terms.maturity)
    with pytest.raises(Refused) as refusal:
        transfer(session, TOKEN, first, second.address, 1)
    assert refusal.value.reason == Reason.TOKEN_MATURED

    redeemed = carry_out(session, lifecycle.redeem_at_maturity(session, TOKEN, case("RD-2")))

    assert sum(row.units for row in redeemed.done) == 200
    assert holdings(world) == [0] * 7
    found = report(session, TOKEN).register
    assert (found.supply, found.undistributed, found.holders()) == (0, 0, {})

    # The history is whole: 1 issue, 7 deliveries, 1 sale, 7 redemptions; any past block is there.
    movements = [entry for entry in found.history if isinstance(entry, Movement)]
    assert [entry.why for entry in movements] == [
        Why.ISSUED,
        *[Why.DELIVERED] * 7,
        Why.TRANSFERRED,
        *[Why.REDEEMED] * 7,
    ]
    came = sum(entry.units for entry in movements if entry.from_ == ZERO_ADDRESS)
    went = sum(entry.units for entry in movements if entry.to == ZERO_ADDRESS)
    assert came == went == 200
    then = read_register(session, TOKEN, block=sold.block)
    assert then.supply == 200
    assert (then.balance_of(first.address), then.balance_of(second.address)) == (65, 35)
    before = read_register(session, TOKEN, block=sold.block - 1)
    assert (before.balance_of(first.address), before.balance_of(second.address)) == (60, 40)
