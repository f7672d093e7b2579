"""Lock-ups, of the token and of holders, to the second (G8)."""

import pytest
from token_words import (
    DAY,
    EVERYTHING,
    LOCK_UP,
    NEVER,
    NOBODY,
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

pytestmark = pytest.mark.requirement("G8")

# Of the token


def test_the_token_is_locked_up_until_the_second_named(token, alice, bob, decided):
    until = now() + DAY
    tx = token.setTokenLockUp(until, decided)
    assert emitted(tx, "TokenLockUpSet") == [(until,)]
    assert token.lockedUntil() == until

    at(until - 1)
    assert token.preview(alice, alice, bob, 1) == Reason.TOKEN_LOCKED_UP
    with reverts_with("TransferRefused", Reason.TOKEN_LOCKED_UP):
        token.transfer.call(bob, 1, {"from": alice})

    at(until)
    assert token.preview(alice, alice, bob, 1) == Reason.NONE
    assert token.transfer.call(bob, 1, {"from": alice}) is True


def test_a_lock_up_of_the_term_sheet_runs_from_the_beginning(make_issue, alice, bob):
    token = make_issue({alice: 100}, lockedUntil=now() + DAY)

    assert token.preview(alice, alice, bob, 1) == Reason.TOKEN_LOCKED_UP


def test_units_are_delivered_while_the_token_is_locked_up(make_issue, alice):
    token = make_issue({alice: 100}, lockedUntil=now() + DAY)

    assert token.balanceOf(alice) == 100


def test_the_token_lock_up_is_set_only_to_a_later_time(token, decided):
    until = now() + DAY
    token.setTokenLockUp(until, decided)

    for time in (until - 1, until, now(), 0):
        with reverts_with("InvalidTime", time):
            token.setTokenLockUp.call(time, decided)
    token.setTokenLockUp.call(until + 1, decided)


def test_the_token_is_not_locked_up_beyond_maturity(make_token, decided):
    maturity = now() + DAY
    token = make_token(maturity=maturity)

    with reverts_with("InvalidTime", maturity + 1):
        token.setTokenLockUp.call(maturity + 1, decided)
    token.setTokenLockUp.call(maturity, decided)


def test_the_token_lock_up_is_shortened_to_an_earlier_time(token, alice, bob, decided):
    until = now() + DAY
    token.setTokenLockUp(until, decided)
    for time in (until, until + 1):
        with reverts_with("InvalidTime", time):
            token.shortenTokenLockUp.call(time, decided)

    tx = token.shortenTokenLockUp(until - 3600, decided)

    assert emitted(tx, "TokenLockUpSet") == [(until - 3600,)]
    at(until - 3600)
    assert token.preview(alice, alice, bob, 1) == Reason.NONE


def test_a_token_lock_up_is_ended_by_a_time_that_has_passed(token, alice, bob, decided):
    token.setTokenLockUp(now() + DAY, decided)

    token.shortenTokenLockUp(now(), decided)

    assert token.preview(alice, alice, bob, 1) == Reason.NONE


# Of a holder


def test_locked_units_stay_and_the_others_move(token, alice, bob, decided):
    until = now() + DAY

    tx = token.lockUp([alice], [60], until, decided)

    assert names(tx) == ["RestraintSet"]
    ((holder, id, kind, amount, time, claimant),) = emitted(tx, "RestraintSet")
    assert (holder, kind, amount, time, claimant) == (alice, LOCK_UP, 60, until, NOBODY)
    assert restraints(token, alice) == [Restraint(id, LOCK_UP, 60, until)]
    # 100 − 60
    assert position(token, alice) == Position(balance=100, locked=60, free=40)
    assert token.freeBalanceOf(alice) == 40
    assert token.preview(alice, alice, bob, 40) == Reason.NONE
    assert token.preview(alice, alice, bob, 41) == Reason.LOCKED_UP
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 41, 40):
        token.transfer.call(bob, 41, {"from": alice})


def test_locked_units_are_free_from_the_second_named(token, alice, bob, decided):
    until = now() + DAY
    token.lockUp([alice], [100], until, decided)

    at(until - 1)
    assert token.preview(alice, alice, bob, 1) == Reason.LOCKED_UP
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 1, 0):
        token.transfer.call(bob, 1, {"from": alice})

    at(until)
    assert restraints(token, alice) == []
    assert token.freeBalanceOf(alice) == 100
    assert token.preview(alice, alice, bob, 100) == Reason.NONE
    token.transfer(bob, 100, {"from": alice})
    assert token.balanceOf(alice) == 0


def test_several_lock_ups_add_up_and_end_one_by_one(token, alice, bob, decided):
    first, second = now() + DAY, now() + 2 * DAY
    token.lockUp([alice], [30], first, decided)
    token.lockUp([alice], [50], second, decided)
    # 100 − (30 + 50)
    assert token.freeBalanceOf(alice) == 20

    at(first - 1)
    assert token.preview(alice, alice, bob, 21) == Reason.LOCKED_UP
    at(first)
    assert token.freeBalanceOf(alice) == 50
    assert token.preview(alice, alice, bob, 50) == Reason.NONE
    assert token.preview(alice, alice, bob, 51) == Reason.LOCKED_UP
    at(second)
    assert token.freeBalanceOf(alice) == 100


def test_a_lock_up_of_more_than_there_is_counts_for_what_comes_in(token, alice, bob, decided):
    token.lockUp([alice], [120], now() + DAY, decided)
    token.transfer(alice, 30, {"from": bob})

    # 130 − 120
    assert token.freeBalanceOf(alice) == 10
    assert token.preview(alice, alice, bob, 11) == Reason.LOCKED_UP


def test_a_lock_up_of_everything_holds_everything(token, alice, bob, decided):
    token.lockUp([alice], [2**256 - 1], now() + DAY, decided)

    assert restraints(token, alice)[0].amount == EVERYTHING
    assert token.preview(alice, alice, bob, 1) == Reason.LOCKED_UP


def test_a_batch_locks_up_many_and_skips_bad_rows(token, alice, bob, carol, decided):
    tx = token.lockUp([alice, bob, carol], [10, 0, 5], now() + DAY, decided)

    assert refusals(tx) == [(1, bob, Reason.ZERO_AMOUNT)]
    assert token.freeBalanceOf(alice) == 90
    assert token.freeBalanceOf(bob) == 50
    assert token.positionOf(carol)["locked"] == 5


def test_the_lists_of_a_lock_up_have_one_length(token, alice, decided):
    with reverts_with("LengthMismatch", 1, 2):
        token.lockUp.call([alice], [1, 2], now() + DAY, decided)


def test_a_lock_up_ends_in_the_future(token, alice, decided):
    for time in (0, now() - 1, now()):
        with reverts_with("InvalidTime", time):
            token.lockUp.call([alice], [1], time, decided)


def test_a_lock_up_can_last_for_ever(token, alice, decided):
    token.lockUp([alice], [1], NEVER, decided)

    at(now() + 1_000 * 365 * DAY)
    assert token.freeBalanceOf(alice) == 99


def test_a_holder_has_at_most_twelve_lock_ups_and_those_that_ran_out_make_room(
    token, alice, decided
):
    soon = now() + DAY
    token.lockUp([alice] * 4, [1] * 4, soon, decided)
    token.lockUp([alice] * 8, [1] * 8, soon + DAY, decided)

    tx = token.lockUp([alice], [1], soon + DAY, decided)
    assert refusals(tx) == [(0, alice, Reason.TOO_MANY_RESTRAINTS)]
    with reverts_with("TransferRefused", Reason.TOO_MANY_RESTRAINTS):
        token.pledge.call(alice, 1, NOBODY, decided)

    at(soon)
    tx = token.lockUp([alice] * 4, [1] * 4, soon + DAY, decided)
    assert refusals(tx) == []
    # 8 of the second day and 4 new ones
    assert token.positionOf(alice)["locked"] == 12


@pytest.mark.requirement("G11")
def test_lock_ups_and_pledges_leave_room_for_a_court(token, alice, decided):
    token.lockUp([alice] * 11, [1] * 11, now() + DAY, decided)
    token.pledge(alice, 1, NOBODY, decided)

    for _ in range(4):
        token.placeAttachment(alice, 1, NOBODY, decided)

    # 12 + 4 = 16
    with reverts_with("TransferRefused", Reason.TOO_MANY_RESTRAINTS):
        token.placeAttachment.call(alice, 1, NOBODY, decided)


def test_a_lock_up_is_shortened_to_an_earlier_time(token, alice, bob, decided):
    until = now() + 2 * DAY
    ((_, id, *_),) = emitted(token.lockUp([alice], [60], until, decided), "RestraintSet")
    for time in (until, until + 1):
        with reverts_with("InvalidTime", time):
            token.shortenLockUp.call(alice, id, time, decided)

    tx = token.shortenLockUp(alice, id, until - DAY, decided)

    assert emitted(tx, "RestraintChanged") == [(alice, id, 60, until - DAY)]
    at(until - DAY - 1)
    assert token.preview(alice, alice, bob, 41) == Reason.LOCKED_UP
    at(until - DAY)
    assert token.preview(alice, alice, bob, 41) == Reason.NONE


def test_a_lock_up_is_ended_by_a_time_that_has_passed(token, alice, bob, decided):
    ((_, id, *_),) = emitted(token.lockUp([alice], [60], now() + DAY, decided), "RestraintSet")

    tx = token.shortenLockUp(alice, id, 1, decided)

    assert emitted(tx, "RestraintChanged") == [(alice, id, 0, 1)]
    assert restraints(token, alice) == []
    assert token.preview(alice, alice, bob, 100) == Reason.NONE


def test_only_a_lock_up_of_that_holder_is_shortened(token, alice, bob, decided):
    ((_, lock, *_),) = emitted(token.lockUp([alice], [60], now() + DAY, decided), "RestraintSet")
    ((_, pledge, *_),) = emitted(token.pledge(alice, 1, NOBODY, decided), "RestraintSet")

    with reverts_with("NoSuchRestraint", bob, lock):
        token.shortenLockUp.call(bob, lock, 1, decided)
    with reverts_with("NoSuchRestraint", alice, pledge):
        token.shortenLockUp.call(alice, pledge, 1, decided)
    with reverts_with("NoSuchRestraint", alice, 999):
        token.shortenLockUp.call(alice, 999, 1, decided)


def test_who_holds_nothing_has_an_empty_position(token, stranger):
    assert position(token, stranger) == Position()
    assert restraints(token, stranger) == []
