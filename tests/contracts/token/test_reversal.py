"""The inverse of one identified earlier transfer, whole or in part (G10)."""

import pytest
from eth_abi import encode
from eth_utils import keccak
from token_words import (
    CREDITOR,
    DAY,
    GENERAL,
    NEVER,
    NON_RESIDENT,
    PLEDGEE,
    ZERO_ADDRESS,
    Position,
    at,
    emitted,
    names,
    now,
    position,
    reverts_with,
)

from jp20.domain.base.roles import Role
from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G10")


@pytest.fixture(scope="module")
def original(token, alice, bob):
    """Alice sent 40 of her 100 to Bob, who has 90 since."""
    tx = token.transfer(bob, 40, {"from": alice})
    return (tx.txid, 0, alice.address, bob.address, 40, 0)


def test_a_transfer_is_reversed_and_stays_in_the_record(token, alice, bob, original, decided):
    assert token.reverse.call(original, bob, alice, 40, decided) == 40

    tx = token.reverse(original, bob, alice, 40, decided)

    assert names(tx) == ["Transfer", "TransferReversed"]
    assert emitted(tx, "Transfer") == [(bob, alice, 40)]
    amount, original_id = token.reversed(original)
    assert emitted(tx, "TransferReversed") == [(original_id, bob, alice, 40, 0)]
    assert amount == 40
    assert (token.balanceOf(alice), token.balanceOf(bob)) == (100, 50)


def test_the_id_is_the_hash_of_the_place_in_the_log(token, original):
    place = encode(["bytes32", "uint32"], [bytes.fromhex(original[0][2:]), original[1]])

    assert token.reversed(original)["originalId"] == "0x" + keccak(place).hex()


def test_one_transfer_put_in_two_ways_is_reversed_once(token, alice, bob, original, decided):
    token.split(2, decided)
    token.reverse(original, bob, alice, 80, decided)  # all: 40 at split 0 are 80 now
    place, parties = original[:2], original[2:4]

    # As units of now; as one more than there were, 82 now, of which 2 are left; as too few.
    for amount, splits, asked in ((80, 1, 1), (41, 0, 3), (40, 1, 1)):
        with reverts_with("TransferRefused", Reason.REVERSAL_EXCEEDED):
            token.reverse.call((*place, *parties, amount, splits), bob, alice, asked, decided)


def test_parts_are_reversed_until_the_original_is_used_up(token, alice, bob, original, decided):
    token.reverse(original, bob, alice, 15, decided)
    token.reverse(original, bob, alice, 20, decided)

    # 15 + 20 = 35 of 40
    assert token.reversed(original)["amount"] == 35
    for amount in (6, 40, 2**256 - 1):
        with reverts_with("TransferRefused", Reason.REVERSAL_EXCEEDED):
            token.reverse.call(original, bob, alice, amount, decided)
    token.reverse(original, bob, alice, 5, decided)
    with reverts_with("TransferRefused", Reason.REVERSAL_EXCEEDED):
        token.reverse.call(original, bob, alice, 1, decided)


def test_nothing_is_no_reversal(token, alice, bob, original, decided):
    with reverts_with("TransferRefused", Reason.ZERO_AMOUNT):
        token.reverse.call(original, bob, alice, 0, decided)


def test_two_transfers_have_two_references(token, alice, bob, original, decided):
    tx = token.transfer(bob, 40, {"from": alice})
    second = (tx.txid, *original[1:])
    third = (tx.txid, 1, *original[2:])
    token.reverse(original, bob, alice, 40, decided)

    assert token.reversed(second)["amount"] == 0
    token.reverse.call(second, bob, alice, 40, decided)
    assert token.reversed(second)["originalId"] != token.reversed(third)["originalId"]


# Units that have moved on


def test_what_remains_is_taken_and_the_shortfall_recorded(
    token, alice, bob, carol, original, decided
):
    token.transfer(carol, 75, {"from": bob})

    tx = token.reverse(original, bob, alice, 40, decided)

    # 90 − 75 = 15 are there, 25 are not
    original_id = token.reversed(original)["originalId"]
    assert emitted(tx, "TransferReversed") == [(original_id, bob, alice, 15, 25)]
    assert (token.balanceOf(alice), token.balanceOf(bob)) == (75, 0)
    # what was short may be taken later
    assert token.reversed(original)["amount"] == 15
    token.transfer(bob, 75, {"from": carol})
    token.reverse.call(original, bob, alice, 25, decided)
    with reverts_with("TransferRefused", Reason.REVERSAL_EXCEEDED):
        token.reverse.call(original, bob, alice, 26, decided)


def test_where_nothing_remains_only_the_shortfall_is_recorded(
    token, alice, bob, carol, original, decided
):
    token.transfer(carol, 90, {"from": bob})

    tx = token.reverse(original, bob, alice, 40, decided)

    assert names(tx) == ["TransferReversed"]
    assert emitted(tx, "TransferReversed")[0][3:] == (0, 40)
    assert token.reversed(original)["amount"] == 0


@pytest.mark.requirement("G24")
def test_units_on_which_others_have_a_restraint_are_a_shortfall(
    token, alice, bob, original, decided
):
    token.pledge(bob, 60, PLEDGEE, decided)
    token.placeAttachment(bob, 70, CREDITOR, decided)

    tx = token.reverse(original, bob, alice, 40, decided)

    # 90 − max(60, 70) = 20
    assert emitted(tx, "TransferReversed")[0][3:] == (20, 20)
    assert token.balanceOf(bob) == 70


def test_lock_up_and_freeze_of_the_recipient_are_passed(token, alice, bob, original, decided):
    token.lockUp([bob], [90], now() + DAY, decided)
    token.setFrozenTokens(bob, 80, decided)
    token.setTokenLockUp(now() + DAY, decided)
    token.pause(decided)

    tx = token.reverse(original, bob, alice, 40, decided)

    # 10 are unfrozen; 80 − 30
    assert names(tx) == ["Frozen", "Transfer", "TransferReversed"]
    assert emitted(tx, "Frozen") == [(bob, 50)]
    assert position(token, bob) == Position(balance=50, locked=90, frozen=50)


def test_promised_units_of_the_recipient_are_taken(make_issue, alice, bob, carol, decided):
    token = make_issue({alice: 100, bob: 50}, consentRequired=True)
    tx = token.recordTransfer([alice], [bob], [40], 0, decided)
    original = (tx.txid, 0, alice.address, bob.address, 40, 0)
    tx = token.requestTransfer(carol, 90, now() + DAY, {"from": bob})
    id = emitted(tx, "TransferRequested")[0][0]

    token.reverse(original, bob, alice, 40, decided)

    assert position(token, bob) == Position(balance=50, committed=90)
    with reverts_with("TransferRefused", Reason.INSUFFICIENT_BALANCE):
        token.approveTransfer.call(id, decided)


def test_who_received_may_be_suspended_given_up_or_lapsed(
    token, platform, alice, bob, original, decided
):
    platform.suspend([bob], decided)
    platform.retireWallets([bob], decided)

    assert token.reverse.call(original, bob, alice, 40, decided) == 40


# To whom units return


def test_the_original_sender_gets_units_back_where_kyc_class_and_residency_lapsed(
    make_issue, platform, alice, bob, decided
):
    token = make_issue({alice: 100}, classes=1 << GENERAL)
    tx = token.transfer(bob, 40, {"from": alice})
    original = (tx.txid, 0, alice.address, bob.address, 40, 0)
    lapse = now() + DAY
    platform.renew([(alice, lapse)], decided)
    platform.reclassify([(alice, GENERAL + 1, lapse, NON_RESIDENT)], decided)
    at(lapse)

    token.reverse(original, bob, alice, 40, decided)

    assert token.balanceOf(alice) == 100


def test_units_return_to_another_wallet_of_the_investor_where_the_old_one_was_given_up(
    token, platform, alice, bob, alices_other, original, decided
):
    with reverts_with("TransferRefused", Reason.WALLET_NOT_RETIRED):
        token.reverse.call(original, bob, alices_other, 40, decided)
    platform.retireWallets([alice], decided)
    with reverts_with("TransferRefused", Reason.RECIPIENT_RETIRED):
        token.reverse.call(original, bob, alice, 40, decided)

    token.reverse(original, bob, alices_other, 40, decided)

    assert token.balanceOf(alices_other) == 40


def test_units_return_to_nobody_else(
    token, platform, alice, bob, carol, stranger, original, decided
):
    platform.retireWallets([alice], decided)

    with reverts_with("TransferRefused", Reason.NOT_SAME_INVESTOR):
        token.reverse.call(original, bob, carol, 40, decided)
    with reverts_with("TransferRefused", Reason.RECIPIENT_UNKNOWN):
        token.reverse.call(original, bob, stranger, 40, decided)
    with reverts_with("TransferRefused", Reason.RECIPIENT_ZERO):
        token.reverse.call(original, bob, ZERO_ADDRESS, 40, decided)


def test_units_return_to_nobody_suspended(token, platform, alice, bob, original, decided):
    platform.suspend([alice], decided)

    with reverts_with("TransferRefused", Reason.RECIPIENT_SUSPENDED):
        token.reverse.call(original, bob, alice, 40, decided)


@pytest.mark.requirement("G1", "G2")
def test_a_delivery_is_reversed_to_the_issuer_account(
    make_issue, issuer_account, alice, bob, decided
):
    token = make_issue({})
    tx = token.deliver([alice], [100], decided)
    original = (tx.txid, 0, issuer_account.address, alice.address, 100, 0)

    tx = token.reverse(original, alice, issuer_account, 60, decided)

    assert emitted(tx, "Transfer") == [(alice, issuer_account, 60)]
    # 10,000 − 100 + 60
    assert token.undistributed() == 9_960
    with reverts_with("TransferRefused", Reason.NOT_SAME_INVESTOR):
        token.reverse.call(original, alice, bob, 40, decided)


@pytest.mark.requirement("S4")
def test_the_issuer_does_not_sign_the_reversal_of_a_delivery(
    make_issue, authority, issuer_account, alice, bob, decided
):
    token = make_issue({})
    tx = token.deliver([alice], [100], decided)
    delivery = (tx.txid, 0, issuer_account.address, alice.address, 100, 0)
    tx = token.reverse(delivery, alice, issuer_account, 60, decided)
    reversal = (tx.txid, 0, alice.address, issuer_account.address, 60, 0)
    tx = token.transfer(bob, 10, {"from": alice})
    sale = (tx.txid, 0, alice.address, bob.address, 10, 0)
    authority.setIssuerSigned(True, decided)

    with reverts_with("SignedByParty", Role.ISSUER):
        token.reverse.call(delivery, alice, issuer_account, 30, decided)
    with reverts_with("SignedByParty", Role.ISSUER):
        token.reverse.call(reversal, issuer_account, alice, 60, decided)
    # Between two holders it is no party.
    assert token.reverse.call(sale, bob, alice, 10, decided) == 10


def test_only_a_delivery_returns_to_the_issuer_account(
    token, bob, issuer_account, original, decided
):
    with reverts_with("TransferRefused", Reason.RECIPIENT_UNKNOWN):
        token.reverse.call(original, bob, issuer_account, 40, decided)


# Splits


@pytest.mark.requirement("G6")
def test_after_a_split_the_original_is_as_many_of_todays_units(
    token, alice, bob, original, decided
):
    token.reverse(original, bob, alice, 10, decided)
    token.split(3, decided)

    # (40 − 10) × 3
    with reverts_with("TransferRefused", Reason.REVERSAL_EXCEEDED):
        token.reverse.call(original, bob, alice, 91, decided)
    token.reverse(original, bob, alice, 90, decided)
    assert token.reversed(original)["amount"] == 120
    # 100 × 3; 50 × 3
    assert (token.balanceOf(alice), token.balanceOf(bob)) == (300, 150)


@pytest.mark.requirement("G6")
def test_nothing_is_reversed_under_a_split_that_has_not_been(token, alice, bob, original, decided):
    of_the_future = (*original[:5], 1)

    with reverts_with("TransferRefused", Reason.REVERSAL_EXCEEDED):
        token.reverse.call(of_the_future, bob, alice, 1, decided)


# Counting


@pytest.mark.requirement("G7")
def test_units_return_even_above_the_holder_cap_and_holders_are_counted(
    make_issue, alice, bob, carol, decided
):
    token = make_issue({alice: 100, bob: 50}, holderCap=2)
    tx = token.transfer(bob, 100, {"from": alice})
    original = (tx.txid, 0, alice.address, bob.address, 100, 0)
    token.transfer(carol, 20, {"from": bob})
    assert token.holderCount() == 2

    token.reverse(original, bob, alice, 100, decided)

    assert token.holderCount() == 3


@pytest.mark.requirement("G12")
def test_nothing_is_reversed_while_the_platform_is_halted(
    token, platform, alice, bob, original, decided
):
    platform.halt(decided)

    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.reverse.call(original, bob, alice, 40, decided)


def test_an_expiry_that_never_comes_is_no_obstacle(token, platform, alice, bob, original, decided):
    platform.renew([(alice, NEVER)], decided)

    assert token.reverse.call(original, bob, alice, 40, decided) == 40


# Following the wrongdoer


@pytest.mark.usefixtures("original")
def test_a_reversal_follows_to_another_wallet_of_who_received(
    token, platform, alice, alices_other, bob, decided
):
    """Alice received 30 from Bob, gave up her wallet, and moved everything to her other one."""
    tx = token.transfer(alice, 30, {"from": bob})
    original = (tx.txid, 0, bob.address, alice.address, 30, 0)
    platform.retireWallets([alice], decided)
    token.movePosition(alice, alices_other, decided)

    tx = token.reverse(original, alices_other, bob, 30, decided)

    original_id = token.reversed(original)["originalId"]
    assert emitted(tx, "TransferReversed") == [(original_id, alices_other, bob, 30, 0)]
    # 60 + 30 − 30; 90 − 30 + 30
    assert (token.balanceOf(alices_other), token.balanceOf(bob)) == (60, 90)


def test_the_wallets_of_who_received_together_give_back_no_more_than_the_original(
    token, alice, alices_other, bob, decided
):
    tx = token.transfer(alice, 30, {"from": bob})
    original = (tx.txid, 0, bob.address, alice.address, 30, 0)
    token.transfer(alices_other, 20, {"from": alice})
    token.reverse(original, alices_other, bob, 20, decided)

    with reverts_with("TransferRefused", Reason.REVERSAL_EXCEEDED):
        token.reverse.call(original, alice, bob, 11, decided)
    token.reverse.call(original, alice, bob, 10, decided)


def test_nobody_else_gives_units_back(token, alice, carol, stranger, original, decided):
    for other in (carol, stranger):
        with reverts_with("TransferRefused", Reason.NOT_SAME_INVESTOR):
            token.reverse.call(original, other, alice, 40, decided)


def test_a_reversal_to_where_the_units_are_changes_nothing(
    token, alice, alices_other, bob, decided
):
    """All of Alice's units are frozen; 40 went from her to herself."""
    tx = token.transfer(alice, 40, {"from": alice})
    original = (tx.txid, 0, alice.address, alice.address, 40, 0)
    token.setFrozenTokens(alice, 100, decided)

    for from_, to in ((alice, alice), (alices_other, alice)):
        with reverts_with("TransferRefused", Reason.SAME_WALLET):
            token.reverse.call(original, from_, to, 40, decided)
    assert token.getFrozenTokens(alice) == 100
