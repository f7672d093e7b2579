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
