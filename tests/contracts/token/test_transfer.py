"""Transfers by holders and their spenders, and the previews that answer the same (G3)."""

import pytest
from token_words import EVERYTHING, ZERO_ADDRESS, emitted, names, reverts_with

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G3")


def test_units_go_from_holder_to_holder(token, alice, bob):
    assert token.preview(alice, alice, bob, 30) == Reason.NONE

    tx = token.transfer(bob, 30, {"from": alice})

    # 100 − 30 and 50 + 30
    assert (token.balanceOf(alice), token.balanceOf(bob)) == (70, 80)
    assert token.totalSupply() == 10_000
    assert names(tx) == ["Transfer"]
    assert emitted(tx, "Transfer") == [(alice, bob, 30)]


def test_a_transfer_answers_true(token, alice, bob):
    assert token.transfer.call(bob, 30, {"from": alice}) is True


def test_a_whole_position_can_go(token, alice, bob):
    token.transfer(bob, 100, {"from": alice})

    assert (token.balanceOf(alice), token.balanceOf(bob)) == (0, 150)


def test_more_than_the_balance_is_refused(token, alice, bob):
    assert token.preview(alice, alice, bob, 101) == Reason.INSUFFICIENT_BALANCE
    with reverts_with("ERC20InsufficientBalance", alice, 100, 101):
        token.transfer.call(bob, 101, {"from": alice})


def test_an_amount_beyond_all_units_is_refused_and_nothing_overflows(token, alice, bob):
    assert token.preview(alice, alice, bob, 2**256 - 1) == Reason.INSUFFICIENT_BALANCE
    with reverts_with("ERC20InsufficientBalance", alice, 100, 2**256 - 1):
        token.transfer.call(bob, 2**256 - 1, {"from": alice})
    assert token.preview(alice, alice, bob, EVERYTHING) == Reason.INSUFFICIENT_BALANCE


def test_a_transfer_of_nothing_is_a_transfer(token, alice, bob):
    """ERC-20: "Transfers of 0 values MUST be treated as normal transfers"."""
    assert token.preview(alice, alice, bob, 0) == Reason.NONE

    tx = token.transfer(bob, 0, {"from": alice})

    assert emitted(tx, "Transfer") == [(alice, bob, 0)]
    assert (token.balanceOf(alice), token.balanceOf(bob)) == (100, 50)


def test_a_transfer_of_nothing_by_somebody_who_may_not_send_is_refused(token, stranger, bob):
    assert token.preview(stranger, stranger, bob, 0) == Reason.SENDER_UNKNOWN
    with reverts_with("TransferRefused", Reason.SENDER_UNKNOWN):
        token.transfer.call(bob, 0, {"from": stranger})


def test_a_transfer_to_oneself_changes_nothing(token, alice):
    assert token.preview(alice, alice, alice, 100) == Reason.NONE

    tx = token.transfer(alice, 100, {"from": alice})

    assert emitted(tx, "Transfer") == [(alice, alice, 100)]
    assert token.balanceOf(alice) == 100


def test_more_than_one_has_does_not_go_to_oneself_either(token, alice):
    assert token.preview(alice, alice, alice, 101) == Reason.INSUFFICIENT_BALANCE
    with reverts_with("ERC20InsufficientBalance", alice, 100, 101):
        token.transfer.call(alice, 101, {"from": alice})


def test_the_zero_address_receives_nothing(token, alice):
    assert token.preview(alice, alice, ZERO_ADDRESS, 1) == Reason.RECIPIENT_ZERO
    with reverts_with("ERC20InvalidReceiver", ZERO_ADDRESS):
        token.transfer.call(ZERO_ADDRESS, 1, {"from": alice})


@pytest.mark.parametrize("contract", ["token", "platform", "authority"])
def test_a_contract_is_no_investor(token, platform, authority, alice, contract):
    recipient = {"token": token, "platform": platform, "authority": authority}[contract].address

    assert token.preview(alice, alice, recipient, 1) == Reason.RECIPIENT_UNKNOWN
    with reverts_with("TransferRefused", Reason.RECIPIENT_UNKNOWN):
        token.transfer.call(recipient, 1, {"from": alice})


def test_the_issuer_account_is_no_recipient_of_a_transfer(token, alice, issuer_account):
    assert token.preview(alice, alice, issuer_account, 1) == Reason.RECIPIENT_UNKNOWN
    with reverts_with("TransferRefused", Reason.RECIPIENT_UNKNOWN):
        token.transfer.call(issuer_account, 1, {"from": alice})


@pytest.mark.requirement("G2")
def test_undistributed_units_leave_the_issuer_account_by_delivery_only(
    token, issuer_account, alice
):
    # 10,000 issued less 100 and 50 delivered
    assert token.balanceOf(issuer_account) == 9_850

    assert token.preview(issuer_account, issuer_account, alice, 1) == (
        Reason.SENDER_IS_ISSUER_ACCOUNT
    )
    with reverts_with("TransferRefused", Reason.SENDER_IS_ISSUER_ACCOUNT):
        token.transfer.call(alice, 1, {"from": issuer_account})


# Spenders


def test_an_allowance_is_used_up_by_transfers(token, alice, bob, carol, stranger):
    tx = token.approve(stranger, 40, {"from": alice})
    assert emitted(tx, "Approval") == [(alice, stranger, 40)]
    assert token.preview(stranger, alice, carol, 30) == Reason.NONE

    tx = token.transferFrom(alice, carol, 30, {"from": stranger})

    # 40 − 30; the platform does not know the spender, as it knows no settlement contract
    assert token.allowance(alice, stranger) == 10
    assert (token.balanceOf(alice), token.balanceOf(carol)) == (70, 30)
    assert names(tx) == ["Transfer"]

    assert token.preview(stranger, alice, carol, 11) == Reason.INSUFFICIENT_ALLOWANCE
    with reverts_with("ERC20InsufficientAllowance", stranger, 10, 11):
        token.transferFrom.call(alice, carol, 11, {"from": stranger})


def test_without_an_allowance_nobody_spends(token, alice, bob, stranger):
    assert token.preview(stranger, alice, bob, 1) == Reason.INSUFFICIENT_ALLOWANCE
    with reverts_with("ERC20InsufficientAllowance", stranger, 0, 1):
        token.transferFrom.call(alice, bob, 1, {"from": stranger})


def test_a_holder_who_uses_transfer_from_needs_an_allowance_like_anybody(token, alice, bob):
    """As OpenZeppelin's ERC-20; `preview` of one's own is that of `transfer`."""
    assert token.preview(alice, alice, bob, 1) == Reason.NONE
    with reverts_with("ERC20InsufficientAllowance", alice, 0, 1):
        token.transferFrom.call(alice, bob, 1, {"from": alice})
    token.approve(alice, 3, {"from": alice})

    token.transferFrom(alice, bob, 2, {"from": alice})

    assert token.allowance(alice, alice) == 1


def test_an_unlimited_allowance_is_not_used_up(token, alice, bob, stranger):
    token.approve(stranger, 2**256 - 1, {"from": alice})

    token.transferFrom(alice, bob, 30, {"from": stranger})

    assert token.allowance(alice, stranger) == 2**256 - 1


def test_an_allowance_is_replaced_not_added_to(token, alice, stranger):
    token.approve(stranger, 40, {"from": alice})
    token.approve(stranger, 5, {"from": alice})

    assert token.allowance(alice, stranger) == 5


def test_nobody_can_allow_the_zero_address(token, alice):
    with reverts_with("ERC20InvalidSpender", ZERO_ADDRESS):
        token.approve.call(ZERO_ADDRESS, 1, {"from": alice})


def test_a_stale_allowance_gives_no_more_than_the_balance(token, alice, bob, stranger):
    token.approve(stranger, 100, {"from": alice})
    token.transfer(bob, 90, {"from": alice})

    # Alice has 10 left, though 100 are allowed
    assert token.preview(stranger, alice, bob, 11) == Reason.INSUFFICIENT_BALANCE
    with reverts_with("ERC20InsufficientBalance", alice, 10, 11):
        token.transferFrom.call(alice, bob, 11, {"from": stranger})


def test_a_stale_allowance_does_not_outlive_its_owners_standing(
    token, platform, alice, bob, stranger, decided
):
    token.approve(stranger, 100, {"from": alice})
    platform.suspend([alice], decided)

    assert token.preview(stranger, alice, bob, 1) == Reason.SENDER_SUSPENDED
    with reverts_with("TransferRefused", Reason.SENDER_SUSPENDED):
        token.transferFrom.call(alice, bob, 1, {"from": stranger})


@pytest.mark.requirement("G7")
@pytest.mark.parametrize("how", ["suspend", "retireWallets"])
def test_an_eligible_owners_units_are_not_moved_by_a_spender_in_disgrace(
    token, platform, alice, bob, carol, decided, how
):
    token.approve(bob, 100, {"from": alice})
    getattr(platform, how)([bob], decided)

    assert token.preview(bob, alice, carol, 1) == Reason.SPENDER_SUSPENDED
    with reverts_with("TransferRefused", Reason.SPENDER_SUSPENDED):
        token.transferFrom.call(alice, carol, 1, {"from": bob})


# Batches of one sender


def test_a_batch_moves_each_row(token, alice, bob, carol, dave):
    tx = token.batchTransfer([bob, carol, dave, bob], [10, 20, 30, 1], {"from": alice})

    # 100 − 10 − 20 − 30 − 1 = 39; 50 + 10 + 1 = 61
    assert [token.balanceOf(holder) for holder in (alice, bob, carol, dave)] == [39, 61, 20, 30]
    assert emitted(tx, "Transfer") == [
        (alice, bob, 10),
        (alice, carol, 20),
        (alice, dave, 30),
        (alice, bob, 1),
    ]


def test_a_batch_may_pass_through_the_sender(token, alice, bob):
    token.batchTransfer([alice, bob], [100, 100], {"from": alice})

    assert (token.balanceOf(alice), token.balanceOf(bob)) == (0, 150)


def test_one_bad_row_stops_the_whole_batch_and_is_named(token, alice, bob, carol, stranger):
    with reverts_with("RowInTheWay", 1, Reason.RECIPIENT_UNKNOWN):
        token.batchTransfer.call([bob, stranger, carol], [1, 1, 1], {"from": alice})


def test_a_batch_gives_no_more_than_the_balance(token, alice, bob, carol):
    # 60 + 41 = 101
    with reverts_with("RowInTheWay", 1, Reason.INSUFFICIENT_BALANCE):
        token.batchTransfer.call([bob, carol], [60, 41], {"from": alice})


@pytest.mark.requirement("G8", "G19")
def test_the_rows_of_a_batch_together_take_only_what_is_free(token, alice, bob, carol, decided):
    token.setFrozenTokens(alice, 40, decided)

    # 60 are free: the first row takes them all
    with reverts_with("RowInTheWay", 1, Reason.FROZEN):
        token.batchTransfer.call([bob, carol], [60, 1], {"from": alice})
    with reverts_with("RowInTheWay", 1, Reason.FROZEN):
        token.batchTransfer.call([bob, carol], [60, 40], {"from": alice})
    assert token.batchTransfer.call([bob, carol], [30, 30], {"from": alice}) is True


def test_the_lists_of_a_batch_have_one_length(token, alice, bob, carol):
    with reverts_with("LengthMismatch", 2, 1):
        token.batchTransfer.call([bob, carol], [1], {"from": alice})


def test_an_empty_batch_does_nothing(token, alice):
    assert token.batchTransfer.call([], [], {"from": alice}) is True


# What a token says without moving anything


def test_nobody_sends_coins_to_a_token(token, alice):
    before = token.balance()

    with pytest.raises(Exception, match="revert"):
        alice.transfer(token.address, 1)

    assert token.balance() == before
