"""Changes of owner that happened elsewhere: sale, gift, inheritance, merger (G3)."""

import pytest
from token_words import (
    ATTACHMENT,
    CREDITOR,
    DAY,
    GIFT,
    INHERITANCE,
    LOCK_UP,
    MERGER,
    PLEDGE,
    PLEDGEE,
    SALE,
    Position,
    Restraint,
    at,
    emitted,
    names,
    now,
    position,
    refusals,
    restraints,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G3")


def record(token, cause):
    """A succession has a function of its own, with more signatures."""
    return token.recordSuccession if cause in (INHERITANCE, MERGER) else token.recordTransfer


each_cause = pytest.mark.parametrize("cause", [SALE, GIFT, INHERITANCE, MERGER])
each_succession = pytest.mark.parametrize("cause", [INHERITANCE, MERGER])
each_dealing = pytest.mark.parametrize("cause", [SALE, GIFT])


@each_cause
def test_a_transfer_made_elsewhere_is_recorded_with_its_cause(token, alice, carol, decided, cause):
    tx = record(token, cause)([alice], [carol], [30], cause, decided)

    assert names(tx) == ["Transfer", "TransferRecorded"]
    assert emitted(tx, "Transfer") == [(alice, carol, 30)]
    assert emitted(tx, "TransferRecorded") == [(alice, carol, 30, cause)]
    assert (token.balanceOf(alice), token.balanceOf(carol)) == (70, 30)


def test_the_lists_have_one_length(token, alice, bob, carol, decided):
    with reverts_with("LengthMismatch", 1, 2):
        token.recordTransfer.call([alice], [bob, carol], [1], SALE, decided)
    with reverts_with("LengthMismatch", 1, 2):
        token.recordTransfer.call([alice], [bob], [1, 2], SALE, decided)


@each_cause
def test_a_row_that_is_refused_by_now_is_reported(
    token, platform, alice, bob, carol, dave, decided, cause
):
    platform.suspend([carol], decided)

    tx = record(token, cause)([alice, bob, bob], [carol, dave, alice], [10, 20, 51], cause, decided)

    assert refusals(tx) == [
        (0, alice, Reason.RECIPIENT_SUSPENDED),
        # 50 − 20 = 30 are left
        (2, bob, Reason.INSUFFICIENT_BALANCE),
    ]
    assert emitted(tx, "TransferRecorded") == [(bob, dave, 20, cause)]


@each_cause
def test_the_recipient_is_judged_by_all_rules(token, alice, stranger, decided, cause):
    tx = record(token, cause)([alice], [stranger], [1], cause, decided)

    assert refusals(tx) == [(0, alice, Reason.RECIPIENT_UNKNOWN)]


@each_dealing
def test_a_sale_needs_no_other_consent_and_passes_nothing_else(
    make_issue, platform, alice, bob, decided, cause
):
    token = make_issue({alice: 100}, consentRequired=True, lotSize=10)
    token.lockUp([alice], [50], now() + DAY, decided)

    tx = record(token, cause)([alice] * 3, [bob] * 3, [15, 60, 50], cause, decided)

    assert refusals(tx) == [
        (0, alice, Reason.NOT_WHOLE_LOTS),
        (1, alice, Reason.LOCKED_UP),
    ]
    assert (token.balanceOf(alice), token.balanceOf(bob)) == (50, 50)


@each_dealing
def test_a_sale_is_refused_where_the_senders_kyc_ran_out(
    token, platform, alice, bob, decided, cause
):
    lapse = now() + DAY
    platform.renew([(alice, lapse)], decided)
    at(lapse)

    tx = record(token, cause)([alice], [bob], [1], cause, decided)

    assert refusals(tx) == [(0, alice, Reason.SENDER_KYC_EXPIRED)]


@each_succession
def test_an_heir_takes_over_where_kyc_ran_out_and_in_any_amount(
    make_issue, platform, alice, bob, decided, cause
):
    token = make_issue({alice: 100}, lotSize=10, lockedUntil=now() + 2 * DAY)
    lapse = now() + DAY
    platform.renew([(alice, lapse)], decided)
    at(lapse)

    tx = record(token, cause)([alice], [bob], [15], cause, decided)

    assert refusals(tx) == []
    assert token.balanceOf(bob) == 15


@each_succession
def test_an_heir_takes_over_a_part_of_what_moves_only_as_a_whole(
    make_issue, alice, bob, decided, cause
):
    token = make_issue({alice: 100}, wholePositionOnly=True)

    record(token, cause)([alice], [bob], [40], cause, decided)

    assert (token.balanceOf(alice), token.balanceOf(bob)) == (60, 40)


@each_succession
def test_all_restraints_go_with_a_whole_inheritance(token, alice, carol, decided, cause):
    until = now() + DAY
    token.lockUp([alice], [70], until, decided)
    token.pledge(alice, 40, PLEDGEE, decided)
    token.placeAttachment(alice, 120, CREDITOR, decided)

    tx = record(token, cause)([alice], [carol], [100], cause, decided)

    assert refusals(tx) == []
    assert restraints(token, alice) == []
    assert position(token, alice) == Position()
    lock, pledge, attachment = restraints(token, carol)
    assert lock == Restraint(lock.id, LOCK_UP, 70, until)
    assert pledge == Restraint(pledge.id, PLEDGE, 40, 0, PLEDGEE)
    assert attachment == Restraint(attachment.id, ATTACHMENT, 120, 0, CREDITOR)
    assert position(token, carol) == Position(balance=100, locked=70, pledged=40, attached=120)


@each_succession
def test_the_holder_keeps_the_restraints_that_the_rest_still_covers(
    token, alice, carol, decided, cause
):
    until = now() + DAY
    token.lockUp([alice], [70], until, decided)
    token.pledge(alice, 40, PLEDGEE, decided)

    # 60 go, 40 stay: they cover 40 of the 70 locked and all of the 40 pledged
    tx = record(token, cause)([alice], [carol], [60], cause, decided)

    assert position(token, alice) == Position(balance=40, locked=40, pledged=40, free=0)
    # 70 − 40 = 30 locked go along: 60 − 30 = 30 are free
    assert position(token, carol) == Position(balance=60, locked=30, free=30)
    ((_, id, *_), *_) = emitted(tx, "RestraintChanged")
    assert emitted(tx, "RestraintChanged") == [(alice, id, 40, until)]
    assert [event[2:5] for event in emitted(tx, "RestraintSet")] == [(LOCK_UP, 30, until)]


@pytest.mark.requirement("G8")
def test_a_lock_up_that_ran_out_does_not_go_along(token, alice, carol, decided):
    until = now() + DAY
    token.lockUp([alice], [70], until, decided)
    at(until)

    token.recordSuccession([alice], [carol], [100], INHERITANCE, decided)

    assert position(token, carol) == Position(balance=100, free=100)


@pytest.mark.requirement("G24")
def test_the_senior_pledge_stays_senior_with_the_heir(token, alice, carol, dave, decided):
    """Two pledges that cover the position twice: only the older may be executed for its 60."""
    token.pledge(alice, 60, PLEDGEE, decided)
    token.pledge(alice, 40, CREDITOR, decided)

    token.recordSuccession([alice], [carol], [100], INHERITANCE, decided)

    older, younger = restraints(token, carol)
    assert (older.claimant, younger.claimant) == (PLEDGEE, CREDITOR)
    assert older.id < younger.id


@each_succession
def test_a_freeze_is_not_passed_and_stays(token, alice, carol, decided, cause):
    token.setFrozenTokens(alice, 60, decided)

    tx = record(token, cause)([alice, alice], [carol, carol], [41, 40], cause, decided)

    assert refusals(tx) == [(0, alice, Reason.FROZEN)]
    # 100 − 40
    assert position(token, alice) == Position(balance=60, frozen=60)
    assert position(token, carol) == Position(balance=40, free=40)


@each_succession
def test_promised_units_stay(make_issue, alice, bob, carol, decided, cause):
    token = make_issue({alice: 100}, consentRequired=True)
    token.requestTransfer(bob, 30, now() + DAY, {"from": alice})

    tx = record(token, cause)([alice, alice], [carol, carol], [71, 70], cause, decided)

    assert refusals(tx) == [(0, alice, Reason.COMMITTED)]
    assert position(token, alice) == Position(balance=30, committed=30)


@each_succession
@pytest.mark.parametrize("sender", ["unknown", "issuer", "suspended"])
def test_nobody_inherits_from_who_is_no_investor_or_suspended(
    token, platform, alice, bob, stranger, issuer_account, decided, cause, sender
):
    platform.suspend([alice], decided)
    who, reason = {
        "unknown": (stranger, Reason.SENDER_UNKNOWN),
        "issuer": (issuer_account, Reason.SENDER_UNKNOWN),
        "suspended": (alice, Reason.SENDER_SUSPENDED),
    }[sender]

    tx = record(token, cause)([who], [bob], [1], cause, decided)

    assert refusals(tx) == [(0, who, reason)]


@each_succession
def test_an_heir_takes_over_from_a_wallet_that_was_given_up(
    token, platform, alice, bob, decided, cause
):
    platform.retireWallets([alice], decided)

    tx = record(token, cause)([alice], [bob], [100], cause, decided)

    assert refusals(tx) == []
    assert token.balanceOf(bob) == 150


@each_cause
def test_nothing_and_to_oneself_is_no_change_of_owner(token, alice, bob, decided, cause):
    tx = record(token, cause)([alice, alice], [bob, alice], [0, 10], cause, decided)

    assert refusals(tx) == [(0, alice, Reason.ZERO_AMOUNT), (1, alice, Reason.SAME_WALLET)]


@each_succession
def test_nothing_is_inherited_after_maturity(make_issue, alice, bob, decided, cause):
    maturity = now() + DAY
    token = make_issue({alice: 100}, maturity=maturity)
    at(maturity)

    tx = record(token, cause)([alice], [bob], [10], cause, decided)

    assert refusals(tx) == [(0, alice, Reason.TOKEN_MATURED)]


@each_succession
def test_heirs_are_holders_and_counted(make_issue, alice, bob, carol, decided, cause):
    token = make_issue({alice: 100, bob: 50}, holderCap=2)

    tx = record(token, cause)([alice, alice], [carol, carol], [60, 100], cause, decided)

    # a part would make three holders, the whole makes room
    assert refusals(tx) == [(0, alice, Reason.HOLDER_CAP)]
    assert token.holderCount() == 2
    assert token.balanceOf(carol) == 100


@each_succession
def test_an_heir_has_room_for_the_restraints(token, alice, bob, decided, cause):
    token.lockUp([alice] * 9, [1] * 9, now() + DAY, decided)
    token.lockUp([bob] * 8, [1] * 8, now() + DAY, decided)

    tx = record(token, cause)([alice], [bob], [100], cause, decided)

    # 9 + 8 = 17 > 12
    assert refusals(tx) == [(0, alice, Reason.TOO_MANY_RESTRAINTS)]


@pytest.mark.requirement("G8")
def test_restraints_that_ran_out_need_no_room(token, alice, bob, decided):
    soon = now() + DAY
    token.lockUp([alice] * 9, [1] * 9, soon, decided)
    token.lockUp([bob] * 8, [1] * 8, soon + DAY, decided)
    at(soon)

    tx = token.recordSuccession([alice], [bob], [100], INHERITANCE, decided)

    assert refusals(tx) == []
    assert position(token, bob) == Position(balance=150, locked=8, free=142)


@each_cause
@pytest.mark.requirement("G12")
def test_nothing_is_recorded_while_halted_or_paused(token, platform, alice, bob, decided, cause):
    token.pause(decided)
    with reverts_with("TransferRefused", Reason.TOKEN_PAUSED):
        record(token, cause).call([alice], [bob], [1], cause, decided)
    platform.halt(decided)
    with reverts_with("PlatformHalted"):
        record(token, cause).call([alice], [bob], [1], cause, decided)


def test_a_succession_is_recorded_as_one_and_nothing_else_is(token, alice, bob, decided):
    for cause in (SALE, GIFT):
        with reverts_with("InvalidCause", cause):
            token.recordSuccession.call([alice], [bob], [1], cause, decided)
    for cause in (INHERITANCE, MERGER):
        with reverts_with("InvalidCause", cause):
            token.recordTransfer.call([alice], [bob], [1], cause, decided)


@pytest.mark.requirement("G24")
def test_what_goes_as_a_whole_keeps_its_number_and_a_part_gets_one(token, alice, carol, decided):
    """Pledged 30 for one, then 40 for another; 50 of the 100 go, so 50 stay: they cover the first
    and 20 of the second."""
    token.pledge(alice, 30, PLEDGEE, decided)
    token.pledge(alice, 40, CREDITOR, decided)
    first, second = (each.id for each in restraints(token, alice))

    tx = token.recordSuccession([alice], [carol], [50], INHERITANCE, decided)

    # of the second 40 − 20 = 20 go
    (part,) = restraints(token, carol)
    assert emitted(tx, "RestraintCarried") == [(second, part.id, alice, carol, 20)]
    assert [(each.id, each.amount) for each in restraints(token, alice)] == [
        (first, 30),
        (second, 20),
    ]
    assert part.id > second
    # the rest goes: both keep their numbers, and the part is where it was
    token.recordSuccession([alice], [carol], [50], INHERITANCE, decided)
    assert [each.id for each in restraints(token, carol)] == [first, part.id, second]


@pytest.mark.requirement("G24")
def test_what_is_inherited_is_senior_to_what_the_heir_pledged_later(token, alice, carol, decided):
    token.pledge(alice, 60, PLEDGEE, decided)
    token.deliver([carol], [50], decided)
    token.pledge(carol, 50, CREDITOR, decided)

    token.recordSuccession([alice], [carol], [100], INHERITANCE, decided)

    assert [each.claimant for each in restraints(token, carol)] == [PLEDGEE, CREDITOR]
    # the younger is executed only out of what the older leaves: 150 − 60 = 90, and for its 50
    younger = restraints(token, carol)[1].id
    token.forcedTransferWith.call((carol, alice, 50, 0, younger), decided)
