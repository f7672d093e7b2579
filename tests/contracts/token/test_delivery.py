"""Delivery from the issuer's account to investors (G2)."""

import pytest
from token_words import (
    DAY,
    GENERAL,
    NEVER,
    NON_RESIDENT,
    PROFESSIONAL,
    RESIDENT,
    ZERO_ADDRESS,
    at,
    emitted,
    names,
    now,
    refusals,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G2")


def test_units_are_delivered_from_the_issuer_account(token, issuer_account, carol, dave, decided):
    tx = token.deliver([carol, dave], [30, 20], decided)

    assert names(tx) == ["Transfer", "Transfer", "Delivered"]
    assert emitted(tx, "Transfer") == [(issuer_account, carol, 30), (issuer_account, dave, 20)]
    assert emitted(tx, "Delivered") == [(50,)]  # 30 + 20
    assert (token.balanceOf(carol), token.balanceOf(dave)) == (30, 20)
    # 9,850 − 30 − 20
    assert token.undistributed() == 9_800
    assert token.totalSupply() == 10_000


def test_each_bad_row_is_reported_with_its_reason_and_the_others_go_through(
    token, platform, alice, bob, carol, dave, professional, stranger, issuer_account, decided
):
    platform.suspend([alice], decided)
    platform.retireWallets([bob], decided)
    platform.reclassify([(carol, GENERAL, NEVER, NON_RESIDENT)], decided)

    tx = token.deliver(
        [alice, bob, carol, stranger, ZERO_ADDRESS, issuer_account, token, dave, dave, dave],
        [1, 1, 1, 1, 1, 1, 1, 0, 9_851, 9_850],
        decided,
    )

    assert refusals(tx) == [
        (0, alice, Reason.RECIPIENT_SUSPENDED),
        (1, bob, Reason.RECIPIENT_RETIRED),
        (2, carol, Reason.RECIPIENT_RESIDENCY),
        (3, stranger, Reason.RECIPIENT_UNKNOWN),
        (4, ZERO_ADDRESS, Reason.RECIPIENT_ZERO),
        (5, issuer_account, Reason.RECIPIENT_UNKNOWN),
        (6, token, Reason.RECIPIENT_UNKNOWN),
        (7, dave, Reason.ZERO_AMOUNT),
        (8, dave, Reason.INSUFFICIENT_BALANCE),
    ]
    assert emitted(tx, "Delivered") == [(9_850,)]
    assert token.undistributed() == 0


def test_rows_take_from_what_the_rows_before_left(token, carol, dave, decided):
    # 9,850 − 9,800 = 50
    tx = token.deliver([carol, dave, dave], [9_800, 51, 50], decided)

    assert refusals(tx) == [(1, dave, Reason.INSUFFICIENT_BALANCE)]
    assert token.balanceOf(dave) == 50


@pytest.mark.requirement("G7")
def test_class_and_kyc_of_the_recipient_are_judged(
    make_issue, platform, alice, bob, professional, decided
):
    token = make_issue({}, classes=1 << PROFESSIONAL)
    lapse = now() + DAY
    platform.reclassify([(bob, PROFESSIONAL, lapse, RESIDENT)], decided)
    platform.renew([(professional, lapse)], decided)
    at(lapse)

    tx = token.deliver([alice, bob, professional], [1, 1, 1], decided)

    assert refusals(tx) == [
        (0, alice, Reason.RECIPIENT_CLASS),
        (1, bob, Reason.RECIPIENT_CLASS_EXPIRED),
        (2, professional, Reason.RECIPIENT_KYC_EXPIRED),
    ]


def test_consent_whole_position_and_the_token_lock_up_do_not_stand_in_the_way(
    make_issue, alice, decided
):
    token = make_issue({}, consentRequired=True, wholePositionOnly=True, lockedUntil=now() + DAY)

    tx = token.deliver([alice], [1], decided)

    assert refusals(tx) == []


def test_nothing_is_delivered_after_maturity(make_issue, alice, decided):
    maturity = now() + DAY
    token = make_issue({}, maturity=maturity)
    at(maturity)

    tx = token.deliver([alice], [1], decided)

    assert refusals(tx) == [(0, alice, Reason.TOKEN_MATURED)]


def test_the_lists_of_a_delivery_have_one_length(token, alice, decided):
    with reverts_with("LengthMismatch", 1, 0):
        token.deliver.call([alice], [], decided)


def test_a_frozen_or_locked_holder_still_receives(token, alice, decided):
    token.setFrozenTokens(alice, 100, decided)

    tx = token.deliver([alice], [10], decided)

    assert refusals(tx) == []
    assert token.balanceOf(alice) == 110


# The preview of a delivery


def preview_and_deliver(token, recipients, amounts, decided):
    """The reasons of the rows beforehand, and those of the rows that were then left out."""
    before = [int(reason) for reason in token.previewDelivery(recipients, amounts)]
    left_out = {
        row: int(reason) for row, _, reason in refusals(token.deliver(recipients, amounts, decided))
    }
    return before, [left_out.get(row, Reason.NONE) for row in range(len(recipients))]


def test_the_preview_gives_each_row_the_reason_that_delivering_gives(
    token, platform, alice, bob, carol, dave, stranger, issuer_account, decided
):
    platform.suspend([alice], decided)
    platform.retireWallets([bob], decided)
    platform.reclassify([(carol, GENERAL, NEVER, NON_RESIDENT)], decided)
    recipients = [
        alice,
        bob,
        carol,
        stranger,
        ZERO_ADDRESS,
        issuer_account,
        token,
        dave,
        dave,
        dave,
    ]
    amounts = [1, 1, 1, 1, 1, 1, 1, 0, 9_851, 9_850]

    before, then = preview_and_deliver(token, recipients, amounts, decided)

    assert before == [
        Reason.RECIPIENT_SUSPENDED,
        Reason.RECIPIENT_RETIRED,
        Reason.RECIPIENT_RESIDENCY,
        Reason.RECIPIENT_UNKNOWN,
        Reason.RECIPIENT_ZERO,
        Reason.RECIPIENT_UNKNOWN,
        Reason.RECIPIENT_UNKNOWN,
        Reason.ZERO_AMOUNT,
        Reason.INSUFFICIENT_BALANCE,
        Reason.NONE,
    ]
    assert then == before


def test_in_the_preview_a_row_finds_what_the_rows_before_left(token, carol, dave, decided):
    # 9,850 − 9,800 = 50; the refused row takes nothing.
    before, then = preview_and_deliver(token, [carol, dave, dave], [9_800, 51, 50], decided)

    assert before == [Reason.NONE, Reason.INSUFFICIENT_BALANCE, Reason.NONE]
    assert then == before


@pytest.mark.requirement("G7")
def test_in_the_preview_who_comes_by_a_row_is_a_holder_for_the_next(
    make_issue, alice, alices_other, bob, carol, dave, decided
):
    # Alice and Bob hold: one place is left. Carol takes it, in two rows; Alice's other wallet and
    # Bob take none.
    token = make_issue({alice: 100, bob: 50}, holderCap=3)

    before, then = preview_and_deliver(
        token, [alices_other, carol, carol, dave, bob], [1, 1, 1, 1, 1], decided
    )

    assert before == [Reason.NONE, Reason.NONE, Reason.NONE, Reason.HOLDER_CAP, Reason.NONE]
    assert then == before


def test_a_row_that_is_refused_in_the_preview_takes_nobodys_place(
    make_issue, alice, bob, carol, dave, decided
):
    token = make_issue({alice: 100, bob: 50}, holderCap=3)

    before, then = preview_and_deliver(token, [carol, dave], [9_851, 1], decided)

    assert before == [Reason.INSUFFICIENT_BALANCE, Reason.NONE]
    assert then == before


def test_the_preview_judges_lots_and_maturity(make_issue, alice, decided):
    maturity = now() + DAY
    token = make_issue({}, lotSize=10, maturity=maturity)

    before, then = preview_and_deliver(token, [alice, alice], [15, 20], decided)
    at(maturity)
    after, matured = preview_and_deliver(token, [alice], [10], decided)

    assert before == then == [Reason.NOT_WHOLE_LOTS, Reason.NONE]
    assert after == matured == [Reason.TOKEN_MATURED]


def test_the_preview_speaks_of_units_after_a_split(make_issue, alice, decided):
    # 10,000 × 3 = 30,000 in lots of 10 × 3 = 30
    token = make_issue({}, lotSize=10)
    token.split(3, decided)

    before, then = preview_and_deliver(token, [alice, alice], [10, 30_000], decided)

    assert before == [Reason.NOT_WHOLE_LOTS, Reason.NONE]
    assert then == before


@pytest.mark.requirement("G12")
def test_while_stopped_the_preview_says_so_of_each_row(token, platform, alice, bob, decided):
    token.pause(decided)
    paused = token.previewDelivery([alice, bob], [1, 0])
    platform.halt(decided)
    halted = token.previewDelivery([alice, bob], [1, 0])

    assert list(paused) == [Reason.TOKEN_PAUSED, Reason.TOKEN_PAUSED]
    assert list(halted) == [Reason.PLATFORM_HALTED, Reason.PLATFORM_HALTED]


def test_the_lists_of_a_preview_have_one_length(token, alice):
    with reverts_with("LengthMismatch", 2, 1):
        token.previewDelivery([alice, alice], [1])


def test_the_preview_of_no_row_has_no_reason(token):
    assert list(token.previewDelivery([], [])) == []
