"""Who held what when a second ended: read from the chain for good (G5, G15)."""

import pytest
from token_words import DAY, NEVER, at, emitted, now, reverts_with

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G15")


@pytest.fixture
def date(token, decided):
    """A record date that has been set and lies ahead."""
    second = now() + DAY
    token.setRecordDate(second, decided)
    return second


def test_a_record_date_is_set_and_listed(token, decided):
    first, second = now() + DAY, now() + 2 * DAY

    assert token.setRecordDate.call(first, decided) == 0
    tx = token.setRecordDate(first, decided)
    assert emitted(tx, "RecordDateSet") == [(0, first)]
    tx = token.setRecordDate(second, decided)
    assert emitted(tx, "RecordDateSet") == [(1, second)]

    assert list(token.recordDates()) == [first, second]


def test_a_record_date_lies_in_the_future_and_after_the_last(token, date, decided):
    for time in (0, now(), date - 1, date):
        with reverts_with("InvalidRecordDate", time):
            token.setRecordDate.call(time, decided)
    token.setRecordDate.call(date + 1, decided)
    # the highest time there is stands for "none"
    with reverts_with("InvalidRecordDate", NEVER):
        token.setRecordDate.call(NEVER, decided)


def test_a_record_date_lies_after_the_last_even_when_that_has_passed(token, date, decided):
    at(date + 10)

    for time in (date, date + 10):
        with reverts_with("InvalidRecordDate", time):
            token.setRecordDate.call(time, decided)
    token.setRecordDate.call(date + 11, decided)


def test_at_most_sixteen_are_pending(token, decided):
    first = now() + DAY
    for number in range(16):
        token.setRecordDate(first + number, decided)

    with reverts_with("InvalidRecordDate", first + 16):
        token.setRecordDate.call(first + 16, decided)
    at(first + 1)
    token.setRecordDate.call(first + 16, decided)


def test_a_record_date_is_read_once_its_second_has_ended(token, alice, date):
    at(date)
    with reverts_with("RecordDateNotReached", 0):
        token.balanceAtRecordDate.call(alice, 0, {"from": alice})
    with reverts_with("RecordDateNotReached", 0):
        token.supplyAtRecordDate.call(0, {"from": alice})

    at(date + 1)
    assert token.balanceAtRecordDate(alice, 0) == 100
    assert token.supplyAtRecordDate(0) == 10_000


def test_a_record_date_that_was_never_set_is_not_reached(token, alice):
    with reverts_with("RecordDateNotReached", 0):
        token.balanceAtRecordDate.call(alice, 0, {"from": alice})
    with reverts_with("RecordDateNotReached", 7):
        token.supplyAtRecordDate.call(7, {"from": alice})


def test_what_moves_before_counts_and_what_moves_after_does_not(
    token, alice, bob, carol, date, issuer_account
):
    token.transfer(bob, 30, {"from": alice})
    at(date + 1)
    token.transfer(carol, 70, {"from": alice})
    token.transfer(alice, 80, {"from": bob})

    # 100 − 30; 50 + 30
    assert [token.balanceAtRecordDate(who, 0) for who in (alice, bob, carol)] == [70, 80, 0]
    assert token.balanceAtRecordDate(issuer_account, 0) == 9_850
    assert [token.balanceOf(who) for who in (alice, bob, carol)] == [80, 0, 70]


def test_the_first_change_after_it_is_the_one_that_counts(token, alice, bob, date):
    at(date + 1)
    for amount in (1, 2, 3):
        token.transfer(bob, amount, {"from": alice})

    assert [token.balanceAtRecordDate(who, 0) for who in (alice, bob)] == [100, 50]


def test_dates_pass_while_nobody_moves(token, alice, bob, carol, date, decided):
    second, third = date + DAY, date + 2 * DAY
    token.setRecordDate(second, decided)
    token.setRecordDate(third, decided)
    token.transfer(carol, 10, {"from": alice})
    at(third + 1)
    # read before anybody has touched the token since
    for index in range(3):
        held = [token.balanceAtRecordDate(who, index) for who in (alice, bob, carol)]
        assert held == [90, 50, 10]
        assert token.supplyAtRecordDate(index) == 10_000

    token.transfer(bob, 90, {"from": alice})

    for index in range(3):
        held = [token.balanceAtRecordDate(who, index) for who in (alice, bob, carol)]
        assert held == [90, 50, 10]
        assert token.supplyAtRecordDate(index) == 10_000


def test_each_date_has_its_own_balances(token, alice, bob, carol, date, decided):
    second, third = date + DAY, date + 2 * DAY
    token.setRecordDate(second, decided)
    token.setRecordDate(third, decided)
    at(date + 1)
    token.transfer(carol, 40, {"from": alice})
    at(second + 1)
    token.transfer(bob, 60, {"from": alice})
    at(third + 1)
    token.transfer(alice, 110, {"from": bob})
    token.transfer(alice, 40, {"from": carol})

    held = [
        [token.balanceAtRecordDate(who, index) for who in (alice, bob, carol)] for index in range(3)
    ]
    # 100 → 60 → 0; 50 → 50 → 110; 0 → 40 → 40
    assert held == [[100, 50, 0], [60, 50, 40], [0, 110, 40]]
    assert [token.balanceOf(who) for who in (alice, bob, carol)] == [150, 0, 0]


def test_who_came_after_the_date_held_nothing_at_it(token, alice, carol, date, decided):
    token.setRecordDate(date + DAY, decided)
    at(date + 1)
    token.transfer(carol, 40, {"from": alice})
    at(date + DAY + 1)
    token.transfer(alice, 40, {"from": carol})

    assert [token.balanceAtRecordDate(carol, index) for index in (0, 1)] == [0, 40]


def test_who_left_and_came_back_held_nothing_in_between(token, alice, bob, date, decided):
    second, third = date + DAY, date + 2 * DAY
    token.setRecordDate(second, decided)
    token.setRecordDate(third, decided)
    at(date + 1)
    token.transfer(bob, 100, {"from": alice})
    at(second + 1)
    token.transfer(alice, 20, {"from": bob})
    at(third + 1)
    token.transfer(bob, 20, {"from": alice})

    assert [token.balanceAtRecordDate(alice, index) for index in range(3)] == [100, 0, 20]


def test_a_transfer_of_nothing_or_to_oneself_writes_no_wrong_balance(token, alice, bob, date):
    at(date + 1)
    token.transfer(bob, 0, {"from": alice})
    token.transfer(alice, 10, {"from": alice})

    assert [token.balanceAtRecordDate(who, 0) for who in (alice, bob)] == [100, 50]


def test_a_batch_after_the_date_leaves_it_alone(token, alice, bob, carol, date):
    at(date + 1)
    token.batchTransfer([bob, alice, carol, bob], [10, 10, 10, 10], {"from": alice})

    assert [token.balanceAtRecordDate(who, 0) for who in (alice, bob, carol)] == [100, 50, 0]
    assert [token.balanceOf(who) for who in (alice, bob, carol)] == [70, 70, 10]


@pytest.mark.requirement("G8", "G24")
def test_a_restraint_set_after_the_date_leaves_it_alone(token, alice, bob, date, decided):
    at(date + 1)
    token.setFrozenTokens(alice, 30, decided)
    token.transfer(bob, 70, {"from": alice})

    assert token.balanceAtRecordDate(alice, 0) == 100


@pytest.mark.requirement("G6")
def test_a_split_between_two_dates(token, alice, bob, carol, date, decided):
    token.setRecordDate(date + DAY, decided)
    at(date + 1)
    token.split(10, decided)
    token.transfer(carol, 300, {"from": alice})
    at(date + DAY + 1)
    token.split(2, decided)
    token.transfer(carol, 100, {"from": bob})

    # in the units of each date: 100 and 50; 1,000 − 300 and 500; never × 2
    assert [token.balanceAtRecordDate(who, 0) for who in (alice, bob, carol)] == [100, 50, 0]
    assert [token.balanceAtRecordDate(who, 1) for who in (alice, bob, carol)] == [700, 500, 300]
    assert [token.supplyAtRecordDate(index) for index in (0, 1)] == [10_000, 100_000]


@pytest.mark.requirement("G6")
def test_a_split_in_the_block_after_the_date_of_holders_that_nobody_touched(
    token, alice, date, decided
):
    at(date + 1)
    token.split(10, decided)

    assert token.balanceAtRecordDate(alice, 0) == 100
    assert token.balanceOf(alice) == 1_000


@pytest.mark.requirement("G4")
def test_history_stays_readable_at_supply_zero(make_issue, alice, bob, issuer_account, decided):
    token = make_issue({alice: 100, bob: 50}, earlyRedemption=True)
    date = now() + DAY
    token.setRecordDate(date, decided)
    at(date + 1)

    token.redeemEarly(decided)
    token.redeemAtMaturity([alice, bob, issuer_account], decided)

    assert token.totalSupply() == 0
    assert token.supplyAtRecordDate(0) == 10_000
    assert [token.balanceAtRecordDate(who, 0) for who in (alice, bob)] == [100, 50]


# Taken back


def test_a_date_that_was_set_too_far_away_is_taken_back(token, alice, date, decided):
    """It would shut out all that come before it, for ever."""
    token.setRecordDate(date + 900 * DAY, decided)
    with reverts_with("InvalidRecordDate", date + DAY):
        token.setRecordDate.call(date + DAY, decided)

    tx = token.withdrawRecordDate(1, decided)

    assert emitted(tx, "RecordDateWithdrawn") == [(1, date + 900 * DAY)]
    assert list(token.recordDates()) == [date]
    token.setRecordDate(date + DAY, decided)
    assert list(token.recordDates()) == [date, date + DAY]


def test_without_a_date_to_come_none_passes(token, alice, bob, date, decided):
    token.withdrawRecordDate(0, decided)
    at(date + 1)
    token.transfer(bob, 100, {"from": alice})

    assert list(token.recordDates()) == []
    with reverts_with("RecordDateNotReached", 0):
        token.balanceAtRecordDate(alice, 0)
    # the next one has its number, and counts who holds then
    token.setRecordDate(now() + DAY, decided)
    at(now() + DAY + 1)
    assert [token.balanceAtRecordDate(who, 0) for who in (alice, bob)] == [0, 150]


def test_only_the_last_date_to_come_is_taken_back(token, date, decided):
    token.setRecordDate(date + DAY, decided)
    for index in (0, 2):
        with reverts_with("NotTheLastPending", index):
            token.withdrawRecordDate.call(index, decided)

    at(date + DAY + 1)
    with reverts_with("NotTheLastPending", 1):
        token.withdrawRecordDate.call(1, decided)


@pytest.mark.requirement("G12")
def test_no_date_is_set_while_halted_or_paused(token, platform, decided):
    token.pause(decided)
    with reverts_with("TransferRefused", Reason.TOKEN_PAUSED):
        token.setRecordDate.call(now() + DAY, decided)
    platform.halt(decided)
    with reverts_with("PlatformHalted"):
        token.setRecordDate.call(now() + DAY, decided)


@pytest.mark.requirement("G10", "G11", "G13")
def test_enforcement_after_the_date_leaves_it_alone(
    token, platform, alice, alices_other, bob, carol, date, decided
):
    at(date + 1)
    token.forcedTransfer(bob, carol, 20, decided)
    platform.retireWallets([alice], decided)
    token.movePosition(alice, alices_other, decided)

    held = [token.balanceAtRecordDate(who, 0) for who in (alice, alices_other, bob, carol)]
    assert held == [100, 0, 50, 0]
