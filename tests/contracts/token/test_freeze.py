"""Freezes: by decision, and at once by the AML officer alone (G7, G17, G19)."""

import pytest
from token_words import (
    CREDITOR,
    DAY,
    EVERYTHING,
    PLEDGEE,
    Position,
    at,
    emitted,
    names,
    now,
    position,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G19")

AML, AUDITOR = 2, 4


def test_frozen_units_stay_and_the_others_move(token, alice, bob, decided):
    tx = token.setFrozenTokens(alice, 60, decided)

    assert emitted(tx, "Frozen") == [(alice, 60)]
    assert token.getFrozenTokens(alice) == 60
    # 100 − 60
    assert position(token, alice) == Position(balance=100, frozen=60, free=40)
    assert token.preview(alice, alice, bob, 40) == Reason.NONE
    assert token.preview(alice, alice, bob, 41) == Reason.FROZEN
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 41, 40):
        token.transfer.call(bob, 41, {"from": alice})


def test_setting_a_freeze_answers_true(token, alice, decided):
    assert token.setFrozenTokens.call(alice, 60, decided) is True


def test_a_freeze_is_raised_to_an_amount_not_by_it_and_never_lowered(token, alice, decided):
    token.setFrozenTokens(alice, 60, decided)
    token.setFrozenTokens(alice, 70, decided)
    assert token.freeBalanceOf(alice) == 30

    for amount in (70, 69, 0):
        with reverts_with("NotAnIncrease", 70, amount):
            token.setFrozenTokens.call(alice, amount, decided)


def test_a_freeze_is_lowered_from_what_it_is(token, alice, bob, decided):
    token.setFrozenTokens(alice, 60, decided)

    tx = token.unfreeze(alice, 60, 10, decided)

    assert emitted(tx, "Frozen") == [(alice, 10)]
    assert token.freeBalanceOf(alice) == 90
    token.unfreeze(alice, 10, 0, decided)
    assert token.preview(alice, alice, bob, 100) == Reason.NONE


def test_unfreezing_lowers(token, alice, decided):
    token.setFrozenTokens(alice, 60, decided)

    for amount in (60, 61):
        with reverts_with("NotADecrease", 60, amount):
            token.unfreeze.call(alice, 60, amount, decided)


def test_a_freeze_of_everything_is_named_as_everything(token, alice, decided):
    token.setFrozenTokens(alice, 2**256 - 1, decided)

    token.unfreeze(alice, 2**256 - 1, 100, decided)

    assert token.getFrozenTokens(alice) == 100


def test_a_decision_about_one_freeze_does_not_lift_a_later_one(token, alice, aml, decided):
    token.freezeAtOnce([alice], [10], {"from": aml})
    # decided now: lift the 10; then, before it is executed, a hit on a sanctions list
    token.setFrozenTokens(alice, 2**256 - 1, decided)

    with reverts_with("FrozenAmountChanged", 10, EVERYTHING):
        token.unfreeze.call(alice, 10, 0, decided)


@pytest.mark.requirement("G12")
def test_while_halted_a_freeze_is_raised_and_not_lowered(token, platform, alice, decided):
    token.setFrozenTokens(alice, 60, decided)
    platform.halt(decided)

    with reverts_with("PlatformHalted"):
        token.unfreeze.call(alice, 60, 59, decided)
    token.setFrozenTokens.call(alice, 61, decided)


def test_a_freeze_may_exceed_the_balance_and_reaches_what_comes_in(token, alice, bob, decided):
    token.setFrozenTokens(alice, 120, decided)
    assert token.getFrozenTokens(alice) == 120
    assert token.freeBalanceOf(alice) == 0

    token.transfer(alice, 30, {"from": bob})

    # 130 − 120
    assert token.freeBalanceOf(alice) == 10
    assert token.preview(alice, alice, bob, 11) == Reason.FROZEN


def test_a_freeze_of_everything_holds_everything(token, alice, bob, decided):
    tx = token.setFrozenTokens(alice, 2**256 - 1, decided)

    assert token.getFrozenTokens(alice) == EVERYTHING
    assert emitted(tx, "Frozen") == [(alice, EVERYTHING)]
    assert token.preview(alice, alice, bob, 1) == Reason.FROZEN


def test_a_freeze_and_a_lock_up_overlap(token, alice, bob, decided):
    token.setFrozenTokens(alice, 60, decided)
    token.lockUp([alice], [50], now() + 3600, decided)

    # the higher of the two: 100 − 60
    assert token.freeBalanceOf(alice) == 40
    assert token.preview(alice, alice, bob, 41) == Reason.FROZEN

    token.lockUp([alice], [20], now() + 3600, decided)
    # 50 + 20 = 70 locked
    assert token.freeBalanceOf(alice) == 30
    assert token.preview(alice, alice, bob, 31) == Reason.LOCKED_UP


def test_a_spender_moves_no_frozen_units(token, alice, bob, stranger, decided):
    token.approve(stranger, 100, {"from": alice})
    token.setFrozenTokens(alice, 60, decided)

    assert token.preview(stranger, alice, bob, 41) == Reason.FROZEN
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 41, 40):
        token.transferFrom.call(alice, bob, 41, {"from": stranger})


def test_a_frozen_account_still_receives(token, alice, bob, decided):
    token.setFrozenTokens(alice, 60, decided)

    assert token.preview(bob, bob, alice, 50) == Reason.NONE


def test_units_of_an_account_that_nobody_knows_can_be_frozen(token, stranger, decided):
    token.setFrozenTokens(stranger, 5, decided)

    assert token.getFrozenTokens(stranger) == 5


# At once, by the AML officer alone


@pytest.mark.requirement("G17")
def test_the_aml_officer_freezes_at_once(token, alice, bob, aml):
    tx = token.freezeAtOnce([alice, bob], [60, 50], {"from": aml})

    assert names(tx) == ["Frozen", "FrozenAtOnce"] * 2
    assert emitted(tx, "FrozenAtOnce") == [(alice, AML, 60), (bob, AML, 50)]
    assert (token.getFrozenTokens(alice), token.getFrozenTokens(bob)) == (60, 50)
    assert tuple(token.freezeAtOnceOf(alice, AML)) == (now(), False)
    assert tuple(token.freezeAtOnceOf(alice, AUDITOR)) == (0, False)


@pytest.mark.requirement("G17")
def test_at_once_one_can_freeze_more_not_less(token, alice, aml, decided):
    token.setFrozenTokens(alice, 60, decided)

    for amount in (0, 59, 60):
        with reverts_with("NotAnIncrease", 60, amount):
            token.freezeAtOnce.call([alice], [amount], {"from": aml})
    token.freezeAtOnce.call([alice], [61], {"from": aml})


@pytest.mark.requirement("G17")
def test_nothing_is_frozen_beyond_everything(token, alice, aml, decided):
    token.setFrozenTokens(alice, 2**256 - 1, decided)

    with reverts_with("NotAnIncrease", EVERYTHING, EVERYTHING):
        token.freezeAtOnce.call([alice], [2**256 - 1], {"from": aml})


@pytest.mark.requirement("G17")
def test_an_unconfirmed_freeze_is_not_repeated_by_the_same_organisation(token, alice, aml, auditor):
    token.freezeAtOnce([alice], [60], {"from": aml})

    with reverts_with("FreezeNotConfirmed", alice, AML):
        token.freezeAtOnce.call([alice], [61], {"from": aml})
    # another organisation's freeze is its own matter
    token.freezeAtOnce.call([alice], [61], {"from": auditor})


@pytest.mark.requirement("G17")
def test_what_a_decision_lowered_is_confirmed_by_nobody_and_the_next_freeze_is_free(
    token, alice, aml, auditor, decided
):
    token.freezeAtOnce([alice], [60], {"from": aml})
    frozen_at = now()
    token.unfreeze(alice, 60, 20, decided)

    with reverts_with("NothingToConfirm", alice, AML):
        token.confirmFreeze.call(alice, AML, frozen_at, {"from": auditor})
    # decided on, so not overdue either
    assert tuple(token.freezeAtOnceOf(alice, AML)) == (frozen_at, True)
    token.freezeAtOnce([alice], [60], {"from": aml})
    assert tuple(token.freezeAtOnceOf(alice, AML)) == (now(), False)


@pytest.mark.requirement("G17")
def test_another_organisation_confirms_and_the_next_freeze_is_free_again(
    token, alice, aml, auditor
):
    token.freezeAtOnce([alice], [60], {"from": aml})
    frozen_at = now()

    tx = token.confirmFreeze(alice, AML, frozen_at, {"from": auditor})

    assert emitted(tx, "FreezeConfirmed") == [(alice, AML, AUDITOR)]
    assert tuple(token.freezeAtOnceOf(alice, AML)) == (frozen_at, True)
    token.freezeAtOnce([alice], [61], {"from": aml})
    assert tuple(token.freezeAtOnceOf(alice, AML)) == (now(), False)


@pytest.mark.requirement("G17")
def test_a_confirmation_is_of_one_freeze_not_of_a_later_one(token, alice, aml, auditor):
    token.freezeAtOnce([alice], [60], {"from": aml})
    first = now()
    token.confirmFreeze(alice, AML, first, {"from": auditor})
    at(first + 60)
    token.freezeAtOnce([alice], [61], {"from": aml})

    with reverts_with("NothingToConfirm", alice, AML):
        token.confirmFreeze.call(alice, AML, first, {"from": auditor})


@pytest.mark.requirement("G17")
def test_nobody_confirms_their_own_freeze_or_none_or_twice(token, alice, bob, aml, auditor):
    token.freezeAtOnce([alice], [60], {"from": aml})
    frozen_at = now()

    with reverts_with("NothingToConfirm", alice, AML):
        token.confirmFreeze.call(alice, AML, frozen_at, {"from": aml})
    with reverts_with("NothingToConfirm", bob, AML):
        token.confirmFreeze.call(bob, AML, 0, {"from": auditor})
    token.confirmFreeze(alice, AML, frozen_at, {"from": auditor})
    with reverts_with("NothingToConfirm", alice, AML):
        token.confirmFreeze.call(alice, AML, frozen_at, {"from": auditor})


def test_the_lists_of_a_freeze_have_one_length(token, alice, bob, aml):
    with reverts_with("LengthMismatch", 2, 1):
        token.freezeAtOnce.call([alice, bob], [1], {"from": aml})


@pytest.mark.requirement("G2", "G8", "G11", "G24")
def test_the_issuers_account_is_no_holders_and_only_a_pause_restrains_it(
    token, issuer_account, carol, aml, decided
):
    """A restraint there would be accepted and ignored: a delivery asks for none."""
    no = Reason.SENDER_IS_ISSUER_ACCOUNT
    for restrain in (
        lambda: token.setFrozenTokens.call(issuer_account, 1, decided),
        lambda: token.freezeAtOnce.call([issuer_account], [1], {"from": aml}),
        lambda: token.pledge.call(issuer_account, 1, PLEDGEE, decided),
        lambda: token.placeAttachment.call(issuer_account, 1, CREDITOR, decided),
    ):
        with reverts_with("TransferRefused", no):
            restrain()

    tx = token.lockUp([issuer_account, carol], [1, 1], now() + DAY, decided)

    assert emitted(tx, "RowRefused") == [(0, issuer_account, no)]
    assert [holder for holder, *_ in emitted(tx, "RestraintSet")] == [carol]
    assert token.freeBalanceOf(issuer_account) == token.balanceOf(issuer_account)
