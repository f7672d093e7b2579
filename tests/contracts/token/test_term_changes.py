"""Terms that are changed by decision, and those that never change (G32)."""

import pytest
from token_words import (
    CONSENTED,
    DAY,
    GENERAL,
    NEVER,
    NON_RESIDENT,
    OPEN,
    PROFESSIONAL,
    RESIDENT,
    SMALL_NUMBER,
    at,
    emitted,
    name_hash,
    names,
    now,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G32")

BOTH = 1 << RESIDENT | 1 << NON_RESIDENT
PROFESSIONALS = 1 << PROFESSIONAL

CHANGES = [
    ("changeClasses", PROFESSIONALS),
    ("changeResidencies", BOTH),
    ("changeHolderCap", 5),
    ("changeLotSize", 10),
    ("changeConsentRequired", True),
    ("changeCap", 20_000),
    ("extendMaturity", 2**40 - 2),
]


def rules(token) -> list[int]:
    """Classes, residencies, holder cap, placement, whole position, consent, disposal after KYC."""
    return [int(each) for each in token.rules()]


# Who may hold


def test_the_classes_that_may_hold_are_changed(token, alice, professional, decided):
    tx = token.changeClasses(PROFESSIONALS, decided)

    # GENERAL 1, PROFESSIONAL 2, QUALIFIED_INSTITUTION 3: 2 + 4 + 8
    assert emitted(tx, "ClassesChanged") == [(14, PROFESSIONALS)]
    assert names(tx) == ["ClassesChanged"]
    assert rules(token)[0] == PROFESSIONALS
    # Who holds stays a holder, and may sell.
    assert token.preview(alice, alice, professional, 10) == Reason.NONE
    assert token.preview(alice, alice, alice, 10) == Reason.RECIPIENT_CLASS


def test_the_residencies_that_may_hold_are_changed(token, platform, alice, bob, decided):
    platform.reclassify([(bob, GENERAL, NEVER, NON_RESIDENT)], decided)
    before = token.preview(alice, alice, bob, 10)

    tx = token.changeResidencies(BOTH, decided)

    assert before == Reason.RECIPIENT_RESIDENCY
    assert emitted(tx, "ResidenciesChanged") == [(1 << RESIDENT, BOTH)]
    assert rules(token)[1] == BOTH
    assert token.preview(alice, alice, bob, 10) == Reason.NONE


@pytest.mark.parametrize(
    ("change", "field"), [("changeClasses", "classes"), ("changeResidencies", "residencies")]
)
@pytest.mark.parametrize("mask", [0, 1, 3])
def test_nobody_or_the_unknown_cannot_be_the_holders(token, decided, change, field, mask):
    with reverts_with("InvalidTerms", field):
        getattr(token, change).call(mask, decided)


def test_one_field_of_the_word_changes_and_no_other(make_issue, alice, decided):
    """Classes, residencies and maturity are neighbours in one storage word."""
    maturity = now() + DAY
    token = make_issue(
        {alice: 100}, maturity=maturity, lockedUntil=maturity, consentRequired=True, holderCap=9
    )
    token.setRecordDate(maturity - 1, decided)

    token.changeClasses(PROFESSIONALS, decided)
    token.changeResidencies(BOTH, decided)
    token.extendMaturity(maturity + DAY, decided)

    assert rules(token) == [PROFESSIONALS, BOTH, 9, 0, False, True, False]
    assert token.maturity() == maturity + DAY
    assert token.lockedUntil() == maturity
    assert list(token.recordDates()) == [maturity - 1]
    assert not token.paused()


# Holder cap


@pytest.mark.requirement("G7")
def test_the_holder_cap_is_raised(make_issue, alice, bob, carol, decided):
    token = make_issue({alice: 100, bob: 50}, holderCap=2)
    before = token.preview(alice, alice, carol, 10)

    tx = token.changeHolderCap(3, decided)

    assert before == Reason.HOLDER_CAP
    assert emitted(tx, "HolderCapChanged") == [(2, 3)]
    assert rules(token)[2] == 3
    assert token.preview(alice, alice, carol, 10) == Reason.NONE


@pytest.mark.requirement("G7")
def test_below_the_number_of_holders_nobody_new_comes_and_nobody_has_to_go(
    make_issue, alice, bob, carol, decided
):
    token = make_issue({alice: 100, bob: 50}, holderCap=5)

    token.changeHolderCap(1, decided)

    assert token.holderCount() == 2
    assert token.preview(alice, alice, bob, 10) == Reason.NONE
    assert token.preview(alice, alice, carol, 10) == Reason.HOLDER_CAP
    # Bob's place is free when Bob leaves with all; then there are two holders for one place still.
    assert token.preview(bob, bob, carol, 50) == Reason.NONE


def test_a_token_without_a_holder_cap_gets_none(token, decided):
    with reverts_with("TermFixed", "holderCap"):
        token.changeHolderCap.call(5, decided)


def test_a_holder_cap_is_not_taken_away(make_issue, decided):
    token = make_issue({}, holderCap=5)

    with reverts_with("TermFixed", "holderCap"):
        token.changeHolderCap.call(0, decided)


# Lots


@pytest.mark.requirement("G7")
def test_lots_are_introduced_changed_and_given_up(token, alice, bob, decided):
    introduced = token.changeLotSize(10, decided)
    in_tens = token.preview(alice, alice, bob, 15), token.preview(alice, alice, bob, 20)
    changed = token.changeLotSize(15, decided)
    in_fifteens = token.preview(alice, alice, bob, 15), token.preview(alice, alice, bob, 20)
    given_up = token.changeLotSize(0, decided)

    assert emitted(introduced, "LotSizeChanged") == [(1, 10)]
    assert in_tens == (Reason.NOT_WHOLE_LOTS, Reason.NONE)
    assert emitted(changed, "LotSizeChanged") == [(10, 15)]
    assert in_fifteens == (Reason.NONE, Reason.NOT_WHOLE_LOTS)
    assert emitted(given_up, "LotSizeChanged") == [(15, 1)]
    assert token.lotSize() == 1
    assert token.preview(alice, alice, bob, 7) == Reason.NONE


@pytest.mark.requirement("G6")
def test_a_lot_speaks_of_the_units_of_its_time_and_scales_from_there(
    make_issue, alice, bob, decided
):
    token = make_issue({alice: 100}, lotSize=10)
    token.split(3, decided)  # the lot is 30
    tx = token.changeLotSize(6, decided)
    token.split(2, decided)

    assert emitted(tx, "LotSizeChanged") == [(30, 6)]
    # 6 × 2, not 6 × 3 × 2
    assert token.lotSize() == 12
    assert token.preview(alice, alice, bob, 12) == Reason.NONE
    assert token.preview(alice, alice, bob, 18) == Reason.NOT_WHOLE_LOTS


def test_a_lot_is_at_most_the_cap(token, decided):
    with reverts_with("InvalidTerms", "lotSize"):
        token.changeLotSize.call(1_000_001, decided)
    token.changeLotSize(1_000_000, decided)


def test_a_token_that_moves_as_a_whole_position_has_no_lots(make_issue, decided):
    token = make_issue({}, wholePositionOnly=True)

    with reverts_with("TermFixed", "lotSize"):
        token.changeLotSize.call(10, decided)


# Consent


@pytest.mark.requirement("G3")
def test_consent_is_introduced(token, alice, bob, decided):
    tx = token.changeConsentRequired(True, decided)

    assert emitted(tx, "ConsentRequiredChanged") == [(False, True)]
    assert token.preview(alice, alice, bob, 10) == Reason.CONSENT_REQUIRED
    assert token.previewRequest(alice, bob, 10) == Reason.NONE


@pytest.mark.requirement("G3")
def test_an_open_request_is_answered_after_consent_was_given_up(make_issue, alice, bob, decided):
    token = make_issue({alice: 100}, consentRequired=True)
    token.requestTransfer(bob, 10, now() + DAY, {"from": alice})
    token.requestTransfer(bob, 20, now() + DAY, {"from": alice})

    tx = token.changeConsentRequired(False, decided)
    token.approveTransfer(0, decided)
    token.rejectTransfer(1, name_hash("no"), decided)

    assert emitted(tx, "ConsentRequiredChanged") == [(True, False)]
    assert token.balanceOf(bob) == 10
    # 100 − 10, and nothing is committed any more
    assert token.freeBalanceOf(alice) == 90


@pytest.mark.requirement("G14")
def test_a_commitment_from_before_needs_the_consent_from_then_on(
    token, authority, alice, bob, carol, decided
):
    agent = carol
    authority.setKind(agent, 4, decided)
    token.commitTransfer(agent, bob, 10, now() + DAY, {"from": alice})

    token.changeConsentRequired(True, decided)

    with reverts_with("TransferRefused", Reason.CONSENT_REQUIRED):
        token.settleTransfer.call(0, {"from": agent})
    assert token.consentTransfer(0)[4] == OPEN
    token.approveTransfer(0, decided)
    assert token.consentTransfer(0)[4] == CONSENTED
    token.settleTransfer(0, {"from": agent})
    assert token.balanceOf(bob) == 60  # 50 + 10


# Cap


@pytest.mark.requirement("G5")
def test_the_cap_is_raised_and_lowered_to_the_supply(token, decided):
    raised = token.changeCap(2_000_000, decided)
    lowered = token.changeCap(10_000, decided)

    assert emitted(raised, "CapChanged") == [(1_000_000, 2_000_000)]
    assert emitted(lowered, "CapChanged") == [(2_000_000, 10_000)]
    assert token.cap() == 10_000
    with reverts_with("TransferRefused", Reason.CAP_EXCEEDED):
        token.issue.call(1, decided)


def test_the_cap_is_never_below_the_supply(token, decided):
    with reverts_with("CapBelowSupply", 9_999, 10_000):
        token.changeCap.call(9_999, decided)


def test_the_cap_is_never_zero(make_token, decided):
    token = make_token()  # nothing is issued

    with reverts_with("InvalidTerms", "cap"):
        token.changeCap.call(0, decided)


def test_the_cap_is_never_everything(token, decided):
    with reverts_with("InvalidTerms", "cap"):
        token.changeCap.call(2**104 - 1, decided)
    token.changeCap(2**104 - 2, decided)


def test_the_cap_holds_a_lot(make_token, decided):
    token = make_token(lotSize=100)

    with reverts_with("InvalidTerms", "cap"):
        token.changeCap.call(99, decided)
    token.changeCap(100, decided)


@pytest.mark.requirement("G9")
def test_the_cap_is_not_lowered_while_a_loss_is_to_be_restored(make_issue, alice, decided):
    token = make_issue({alice: 100}, holderRedemption=True)
    token.controllerRedeem(alice, 30, b"", b"", decided)
    loss = (name_hash("tx"), 0, alice, "0x" + "0" * 40, 30, 0)
    token.recordIncident(name_hash("INC-1"), [loss], decided)

    with reverts_with("InvalidTerms", "cap"):
        token.changeCap.call(9_970, decided)
    token.changeCap(1_000_001, decided)
    token.redistribute(name_hash("INC-1"), [loss], [alice], decided)
    token.changeCap(10_000, decided)  # 10,000 − 30 + 30

    assert token.cap() == token.totalSupply() == 10_000


@pytest.mark.requirement("G6")
def test_the_cap_speaks_of_todays_units(token, decided):
    token.split(2, decided)

    tx = token.changeCap(20_000, decided)
    token.split(3, decided)

    assert emitted(tx, "CapChanged") == [(2_000_000, 20_000)]
    assert token.cap() == 60_000


# Maturity


@pytest.mark.requirement("G4")
def test_maturity_is_put_off(make_issue, alice, bob, decided):
    maturity = now() + DAY
    token = make_issue({alice: 100}, maturity=maturity)

    tx = token.extendMaturity(maturity + DAY, decided)
    at(maturity)

    assert emitted(tx, "MaturityChanged") == [(maturity, maturity + DAY)]
    assert token.maturity() == maturity + DAY
    assert token.preview(alice, alice, bob, 10) == Reason.NONE
    with reverts_with("TransferRefused", Reason.REDEMPTION_NOT_ALLOWED):
        token.redeemAtMaturity.call([alice], decided)


@pytest.mark.parametrize("earlier", [0, 1])
def test_maturity_is_not_brought_forward(make_issue, decided, earlier):
    maturity = now() + DAY
    token = make_issue({}, maturity=maturity)

    with reverts_with("MaturityNotLater", maturity, maturity - earlier):
        token.extendMaturity.call(maturity - earlier, decided)


def test_a_token_without_maturity_gets_none(token, decided):
    with reverts_with("TermFixed", "maturity"):
        token.extendMaturity.call(now() + DAY, decided)


def test_no_token_loses_its_maturity(make_issue, decided):
    token = make_issue({}, maturity=now() + DAY)

    with reverts_with("TermFixed", "maturity"):
        token.extendMaturity.call(2**40 - 1, decided)


def test_what_was_called_for_redemption_stays_so(make_issue, decided):
    token = make_issue({}, maturity=now() + DAY, earlyRedemption=True)
    token.redeemEarly(decided)

    with reverts_with("TransferRefused", Reason.TOKEN_MATURED):
        token.extendMaturity.call(now() + DAY, decided)
    assert not token.isIssuable()


# What is common to all


@pytest.fixture
def all_terms(make_issue):
    return make_issue({}, holderCap=9, maturity=now() + DAY)


@pytest.mark.parametrize(("change", "to"), CHANGES)
def test_only_the_authority_changes_terms(all_terms, stranger, change, to):
    with reverts_with("AccessManagedUnauthorized", stranger):
        getattr(all_terms, change).call(to, {"from": stranger})


@pytest.mark.requirement("G12")
@pytest.mark.parametrize(("change", "to"), CHANGES)
def test_no_term_changes_while_the_platform_is_halted(all_terms, platform, decided, change, to):
    platform.halt(decided)

    with reverts_with("PlatformHalted"):
        getattr(all_terms, change).call(to, decided)


@pytest.mark.parametrize(("change", "to"), CHANGES)
def test_terms_change_while_the_token_is_paused(all_terms, decided, change, to):
    all_terms.pause(decided)

    assert len(getattr(all_terms, change)(to, decided).events) == 1


@pytest.mark.parametrize(("change", "to"), CHANGES)
def test_no_term_changes_after_maturity(all_terms, decided, change, to):
    at(all_terms.maturity())

    with reverts_with("TransferRefused", Reason.TOKEN_MATURED):
        getattr(all_terms, change).call(to, decided)


@pytest.mark.parametrize(
    ("change", "present", "field"),
    [
        ("changeClasses", 14, "classes"),
        ("changeResidencies", 2, "residencies"),
        ("changeHolderCap", 9, "holderCap"),
        ("changeLotSize", 1, "lotSize"),
        ("changeLotSize", 0, "lotSize"),
        ("changeConsentRequired", False, "consentRequired"),
        ("changeCap", 1_000_000, "cap"),
    ],
)
def test_a_change_that_changes_nothing_is_refused(all_terms, decided, change, present, field):
    with reverts_with("TermUnchanged", field):
        getattr(all_terms, change).call(present, decided)


def test_what_never_changes_stays_as_it_was(make_issue, issuer_account, decided):
    token = make_issue(
        {}, holderCap=9, maturity=now() + DAY, placement=SMALL_NUMBER, expiredMayDispose=True
    )

    def fixed():
        return (
            token.name(),
            token.symbol(),
            token.code(),
            token.decimals(),
            [int(each) for each in token.unitPrice()],
            token.issuerAccount(),
            token.termSheetHash(),
            rules(token)[3:5],  # placement, whole position
            rules(token)[6],  # may dispose after KYC ran out
        )

    before = fixed()
    for change, to in CHANGES:
        getattr(token, change)(to, decided)

    assert fixed() == before
    assert rules(token)[:3] == [PROFESSIONALS, BOTH, 5]


@pytest.mark.requirement("G5", "G15")
def test_a_record_date_that_went_by_is_written_before_a_term_changes(token, alice, bob, decided):
    record_date = now() + DAY
    token.setRecordDate(record_date, decided)
    at(record_date + 1)

    token.changeLotSize(10, decided)
    token.split(2, decided)

    assert token.balanceAtRecordDate(alice, 0) == 100
    assert token.supplyAtRecordDate(0) == 10_000
