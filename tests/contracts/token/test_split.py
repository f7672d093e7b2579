"""Splits: one unit becomes many, for everybody at once, and everything scales with it (G6)."""

import pytest
from token_words import (
    ATTACHMENT,
    CREDITOR,
    DAY,
    EVERYTHING,
    LOCK_UP,
    PLEDGE,
    PLEDGEE,
    PROFESSIONAL,
    SMALL_NUMBER,
    ZERO_ADDRESS,
    Position,
    Restraint,
    at,
    emitted,
    name_hash,
    names,
    now,
    position,
    refusals,
    restraints,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G6")


def test_one_unit_becomes_many_for_every_holder(token, alice, bob, carol, issuer_account, decided):
    tx = token.split(10, decided)

    assert names(tx) == ["UnitsSplit"]
    assert emitted(tx, "UnitsSplit") == [(1, 10)]
    assert [token.balanceOf(who) for who in (alice, bob, carol)] == [1_000, 500, 0]
    # 9,850 × 10
    assert token.balanceOf(issuer_account) == token.undistributed() == 98_500
    assert (token.totalSupply(), token.cap()) == (100_000, 10_000_000)
    assert (token.splits(), token.splitFactor(0), token.splitFactor(1)) == (1, 10, 1)


def test_units_move_after_a_split_as_before(token, alice, bob, carol, decided):
    token.split(10, decided)
    assert token.preview(alice, alice, bob, 1_000) == Reason.NONE
    assert token.preview(alice, alice, bob, 1_001) == Reason.INSUFFICIENT_BALANCE

    token.transfer(bob, 300, {"from": alice})
    token.transfer(carol, 1, {"from": bob})

    # 1,000 − 300; 500 + 300 − 1
    assert [token.balanceOf(who) for who in (alice, bob, carol)] == [700, 799, 1]


def test_splits_multiply_whether_or_not_somebody_moves_in_between(
    token, alice, bob, carol, decided
):
    token.split(2, decided)
    token.transfer(carol, 50, {"from": bob})
    token.split(3, decided)

    # Alice was not touched: 100 × 2 × 3. Bob: (50 × 2 − 50) × 3. Carol: 50 × 3
    assert [token.balanceOf(who) for who in (alice, bob, carol)] == [600, 150, 150]
    assert (token.splitFactor(0), token.splitFactor(1), token.splitFactor(2)) == (6, 3, 1)
    assert token.totalSupply() == 60_000

    token.transfer(carol, 1, {"from": alice})
    assert [token.balanceOf(who) for who in (alice, bob, carol)] == [599, 150, 151]


def test_the_unit_price_is_for_as_many_units(token, decided):
    token.split(4, decided)

    # 100,000 yen for what is four units now
    assert tuple(token.unitPrice()) == (100_000, 4)


def test_the_lot_grows_too(make_issue, alice, bob, decided):
    token = make_issue({alice: 100}, lotSize=10)
    token.split(3, decided)

    assert token.lotSize() == 30
    assert token.preview(alice, alice, bob, 30) == Reason.NONE
    assert token.preview(alice, alice, bob, 10) == Reason.NOT_WHOLE_LOTS


def test_a_whole_position_is_still_whole(make_issue, alice, bob, decided):
    token = make_issue({alice: 100}, wholePositionOnly=True)
    token.split(3, decided)

    assert token.preview(alice, alice, bob, 300) == Reason.NONE
    assert token.preview(alice, alice, bob, 100) == Reason.NOT_WHOLE_POSITION


def test_allowances_do_not_scale(token, alice, bob, stranger, decided):
    token.approve(stranger, 40, {"from": alice})
    token.split(10, decided)

    assert token.allowance(alice, stranger) == 40
    assert token.preview(stranger, alice, bob, 41) == Reason.INSUFFICIENT_ALLOWANCE


@pytest.mark.requirement("G8", "G11", "G24")
def test_every_restraint_scales(token, alice, bob, decided):
    until = now() + DAY
    token.lockUp([alice], [20], until, decided)
    token.setFrozenTokens(alice, 30, decided)
    token.pledge(alice, 40, PLEDGEE, decided)
    token.placeAttachment(alice, 50, CREDITOR, decided)

    token.split(10, decided)

    # 100, 20, 30, 40, 50, each × 10; 1,000 − 500
    assert position(token, alice) == Position(
        balance=1_000, locked=200, frozen=300, pledged=400, attached=500, free=500
    )
    assert token.getFrozenTokens(alice) == 300
    lock, pledge, attachment = restraints(token, alice)
    assert lock == Restraint(lock.id, LOCK_UP, 200, until)
    assert pledge == Restraint(pledge.id, PLEDGE, 400, 0, PLEDGEE)
    assert attachment == Restraint(attachment.id, ATTACHMENT, 500, 0, CREDITOR)
    assert token.preview(alice, alice, bob, 500) == Reason.NONE
    assert token.preview(alice, alice, bob, 501) == Reason.ATTACHED


@pytest.mark.requirement("G8", "G24")
def test_a_restraint_is_changed_after_a_split_in_todays_units(token, alice, bob, decided):
    ((_, id, *_),) = emitted(token.pledge(alice, 40, PLEDGEE, decided), "RestraintSet")
    token.setFrozenTokens(alice, 30, decided)
    token.split(10, decided)

    tx = token.releasePledge(alice, id, 150, decided)
    token.unfreeze(alice, 300, 35, decided)
    token.split(2, decided)

    # (40 × 10 − 150) × 2 = 500; 35 × 2 = 70; 100 × 10 × 2 = 2,000
    assert emitted(tx, "RestraintChanged") == [(alice, id, 250, 0)]
    assert position(token, alice) == Position(balance=2_000, frozen=70, pledged=500, free=1_500)


def test_everything_stays_everything(make_token, alice, bob, decided):
    token = make_token(cap=EVERYTHING // 1_000)
    token.issue(100, decided)
    token.deliver([alice], [100], decided)
    token.setFrozenTokens(alice, EVERYTHING, decided)
    token.lockUp([alice], [EVERYTHING // 2], now() + DAY, decided)

    token.split(900, decided)

    assert position(token, alice) == Position(
        balance=90_000, locked=EVERYTHING, frozen=EVERYTHING, free=0
    )
    assert token.preview(alice, alice, bob, 1) == Reason.FROZEN


def test_promised_units_and_the_request_scale(make_issue, alice, bob, decided):
    token = make_issue({alice: 100}, consentRequired=True)
    tx = token.requestTransfer(bob, 30, now() + DAY, {"from": alice})
    id = emitted(tx, "TransferRequested")[0][0]

    token.split(10, decided)

    assert token.consentTransfer(id)["amount"] == 300
    assert position(token, alice) == Position(balance=1_000, committed=300, free=700)
    tx = token.approveTransfer(id, decided)
    assert emitted(tx, "TransferApproved") == [(id, 300)]
    assert position(token, alice) == Position(balance=700, free=700)
    assert token.balanceOf(bob) == 300


def test_a_request_taken_back_after_a_split_frees_todays_units(make_issue, alice, bob, decided):
    token = make_issue({alice: 100}, consentRequired=True)
    tx = token.requestTransfer(bob, 30, now() + DAY, {"from": alice})
    token.split(10, decided)
    token.requestTransfer(bob, 50, now() + DAY, {"from": alice})

    token.cancelTransfer(emitted(tx, "TransferRequested")[0][0], {"from": alice})

    # 300 + 50 − 300
    assert position(token, alice) == Position(balance=1_000, committed=50, free=950)


@pytest.mark.requirement("G10")
def test_what_may_be_reversed_scales(token, alice, bob, decided):
    tx = token.transfer(bob, 40, {"from": alice})
    original = (tx.txid, 0, alice.address, bob.address, 40, 0)
    token.reverse(original, bob, alice, 10, decided)
    assert token.reversed(original)["amount"] == 10

    token.split(5, decided)

    # 10 × 5 reversed of 40 × 5
    assert token.reversed(original)["amount"] == 50
    token.reverse.call(original, bob, alice, 150, decided)
    with reverts_with("TransferRefused", Reason.REVERSAL_EXCEEDED):
        token.reverse.call(original, bob, alice, 151, decided)


@pytest.mark.requirement("G9")
def test_what_was_lost_scales(token, alice, decided):
    incident = name_hash("incident")
    loss = (name_hash("transaction"), 0, alice.address, ZERO_ADDRESS, 7, 0)
    token.recordIncident(incident, [loss], decided)

    token.split(5, decided)

    # 7 × 5; 100 × 5 + 35; 10,000 × 5 + 35
    assert token.lossOf(incident, loss) == 35
    token.redistribute(incident, [loss], [alice], decided)
    assert token.balanceOf(alice) == 535
    assert token.totalSupply() == 50_035


@pytest.mark.requirement("G5")
def test_record_dates_that_have_come_do_not_scale_and_pending_ones_do(token, alice, bob, decided):
    past, pending = now() + DAY, now() + 3 * DAY
    token.setRecordDate(past, decided)
    token.setRecordDate(pending, decided)
    at(past + 1)
    token.split(10, decided)
    at(pending + 1)

    assert (token.balanceAtRecordDate(alice, 0), token.supplyAtRecordDate(0)) == (100, 10_000)
    assert (token.balanceAtRecordDate(alice, 1), token.supplyAtRecordDate(1)) == (1_000, 100_000)


@pytest.mark.requirement("G7")
def test_holders_are_as_many_as_before(make_issue, alice, bob, decided):
    token = make_issue({alice: 100, bob: 50}, holderCap=2)
    token.split(10, decided)
    assert token.holderCount() == 2

    token.transfer(alice, 500, {"from": bob})

    assert token.holderCount() == 1


def test_a_split_that_the_placement_forbids_is_refused(make_issue, decided):
    token = make_issue({}, placement=SMALL_NUMBER)

    with reverts_with("TransferRefused", Reason.SPLIT_FORBIDDEN):
        token.split.call(2, decided)


@pytest.mark.parametrize("placement", [0, 2, PROFESSIONAL + 1])
def test_other_placements_split(make_issue, decided, placement):
    make_issue({}, placement=placement).split.call(2, decided)


@pytest.mark.parametrize("ratio", [0, 1, 2**255, 2**256 - 1])
def test_a_ratio_is_whole_and_at_least_two(token, decided, ratio):
    with reverts_with("InvalidRatio", ratio):
        token.split.call(ratio, decided)


def test_the_cap_stays_countable(make_issue, decided):
    # 2^104 − 1 is "everything", which no cap may reach
    token = make_issue({}, cap=2**103)

    with reverts_with("InvalidRatio", 2):
        token.split.call(2, decided)
    make_issue({}, cap=2**103 - 1).split.call(2, decided)


def test_nothing_is_split_from_the_second_of_maturity(make_issue, decided):
    maturity = now() + DAY
    token = make_issue({}, maturity=maturity)

    at(maturity - 1)
    token.split.call(2, decided)
    at(maturity)
    with reverts_with("TransferRefused", Reason.TOKEN_MATURED):
        token.split.call(2, decided)


@pytest.mark.requirement("G2")
def test_units_are_delivered_after_a_split(token, alice, carol, decided):
    token.split(10, decided)

    tx = token.deliver([carol, alice], [98_000, 501], decided)

    # 98,500 − 98,000 = 500
    assert refusals(tx) == [(1, alice, Reason.INSUFFICIENT_BALANCE)]
    assert token.balanceOf(carol) == 98_000
