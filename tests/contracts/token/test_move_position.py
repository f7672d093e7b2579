"""A lost key: a whole position moves to another wallet of the same investor (G13)."""

import pytest
from token_words import (
    ATTACHMENT,
    CANCELLED,
    CREDITOR,
    DAY,
    EVERYTHING,
    LOCK_UP,
    PLEDGE,
    PLEDGEE,
    ZERO_ADDRESS,
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

pytestmark = pytest.mark.requirement("G13")


@pytest.fixture
def lost(platform, alice, decided):
    """Alice gave up her first wallet."""
    platform.retireWallets([alice], decided)
    return alice


def test_the_whole_position_moves(token, lost, alices_other, decided):
    tx = token.movePosition(lost, alices_other, decided)

    assert names(tx) == ["Transfer", "PositionMoved"]
    assert emitted(tx, "Transfer") == [(lost, alices_other, 100)]
    assert emitted(tx, "PositionMoved") == [(lost, alices_other, 100)]
    assert (token.balanceOf(lost), token.balanceOf(alices_other)) == (0, 100)
    assert token.totalSupply() == 10_000


def test_it_is_added_to_what_the_other_wallet_holds(
    token, alice, alices_other, bob, platform, decided
):
    token.transfer(alices_other, 20, {"from": bob})
    platform.retireWallets([alice], decided)

    token.movePosition(alice, alices_other, decided)

    assert token.balanceOf(alices_other) == 120


@pytest.mark.requirement("G8", "G24")
def test_every_restraint_moves_with_it(token, alice, alices_other, platform, decided):
    until = now() + DAY
    token.lockUp([alice], [70], until, decided)
    token.pledge(alice, 40, PLEDGEE, decided)
    token.placeAttachment(alice, 120, CREDITOR, decided)
    token.setFrozenTokens(alice, 60, decided)
    token.setFrozenTokens(alices_other, 5, decided)
    platform.retireWallets([alice], decided)

    tx = token.movePosition(alice, alices_other, decided)

    assert emitted(tx, "Frozen") == [(alice, 0), (alices_other, 65)]
    assert position(token, alice) == Position()
    assert restraints(token, alice) == []
    assert position(token, alices_other) == Position(
        balance=100, locked=70, frozen=65, pledged=40, attached=120
    )
    lock, pledge, attachment = restraints(token, alices_other)
    # under the numbers that they had
    ids = [event[0] for event in emitted(tx, "RestraintCarried")]
    assert lock == Restraint(ids[0], LOCK_UP, 70, until)
    assert pledge == Restraint(ids[1], PLEDGE, 40, 0, PLEDGEE)
    assert attachment == Restraint(ids[2], ATTACHMENT, 120, 0, CREDITOR)
    assert [event[1:] for event in emitted(tx, "RestraintCarried")] == [
        (ids[0], alice, alices_other, 70),
        (ids[1], alice, alices_other, 40),
        (ids[2], alice, alices_other, 120),
    ]
    assert [token.restraintOf(id)["holder"] for id in ids] == [alices_other] * 3


@pytest.mark.requirement("G8", "G19", "G24")
def test_restraints_move_from_a_wallet_without_units_too(
    token, carol, alice, alices_other, platform, decided
):
    """What is still to come is restrained; giving up the wallet is no way out."""
    token.transfer(carol, 100, {"from": alice})
    token.setFrozenTokens(alice, EVERYTHING, decided)
    token.placeAttachment(alice, 120, CREDITOR, decided)
    token.lockUp([alice], [5], now() + DAY, decided)
    platform.retireWallets([alice], decided)

    tx = token.movePosition(alice, alices_other, decided)

    assert emitted(tx, "Transfer") == []
    assert emitted(tx, "PositionMoved") == [(alice, alices_other, 0)]
    assert position(token, alice) == Position()
    assert position(token, alices_other) == Position(locked=5, frozen=EVERYTHING, attached=120)


@pytest.mark.requirement("G24")
def test_what_moves_is_senior_to_what_came_later(
    token, alice, alices_other, bob, platform, decided
):
    token.transfer(alices_other, 20, {"from": bob})
    token.pledge(alice, 60, PLEDGEE, decided)
    token.pledge(alices_other, 20, CREDITOR, decided)
    token.pledge(alice, 10, CREDITOR, decided)
    platform.retireWallets([alice], decided)

    token.movePosition(alice, alices_other, decided)

    assert [each.amount for each in restraints(token, alices_other)] == [60, 20, 10]
    assert [each.id for each in restraints(token, alices_other)] == [1, 2, 3]


@pytest.mark.requirement("G24")
def test_the_senior_pledge_stays_senior(token, alice, alices_other, carol, platform, decided):
    token.pledge(alice, 60, PLEDGEE, decided)
    token.placeAttachment(alice, 60, CREDITOR, decided)
    token.placeAttachment(alice, 10, CREDITOR, decided)
    platform.retireWallets([alice], decided)
    token.movePosition(alice, alices_other, decided)

    pledge, attachment, _ = restraints(token, alices_other)

    assert (pledge.kind, attachment.kind, attachment.amount) == (PLEDGE, ATTACHMENT, 60)
    # the attaching creditor comes after the pledgee's 60 of 100
    move = (alices_other.address, carol.address, 41, 0, attachment.id)
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alices_other, 41, 30):
        token.forcedTransferWith.call(move, decided)
    move = (alices_other.address, carol.address, 60, 0, pledge.id)
    token.forcedTransferWith.call(move, decided)


@pytest.mark.requirement("G8")
def test_a_lock_up_that_ran_out_does_not_come_back(
    token, alice, alices_other, bob, platform, decided
):
    until = now() + DAY
    token.lockUp([alice], [100], until, decided)
    platform.retireWallets([alice], decided)
    at(until)

    token.movePosition(alice, alices_other, decided)

    assert position(token, alices_other) == Position(balance=100, free=100)
    assert token.preview(alices_other, alices_other, bob, 100) == Reason.NONE


def test_a_freeze_of_everything_moves_as_everything(token, alice, alices_other, platform, decided):
    token.setFrozenTokens(alice, EVERYTHING, decided)
    token.setFrozenTokens(alices_other, 5, decided)
    platform.retireWallets([alice], decided)

    token.movePosition(alice, alices_other, decided)

    assert token.getFrozenTokens(alices_other) == EVERYTHING


def test_open_requests_end_and_nothing_is_promised_any_more(
    make_issue, platform, alice, alices_other, bob, decided
):
    token = make_issue({alice: 100, bob: 50}, consentRequired=True)
    tx = token.requestTransfer(bob, 30, now() + DAY, {"from": alice})
    id = emitted(tx, "TransferRequested")[0][0]
    platform.retireWallets([alice], decided)

    token.movePosition(alice, alices_other, decided)

    assert token.consentTransfer(id)["status"] == CANCELLED
    assert position(token, alice) == Position()
    assert position(token, alices_other) == Position(balance=100, free=100)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.approveTransfer.call(id, decided)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.rejectTransfer.call(id, bytes(32), decided)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.cancelTransfer.call(id, {"from": alice})
    assert refusals(token.approveTransfers([id], decided)) == [(0, alice, Reason.REQUEST_CLOSED)]
    assert position(token, alice) == Position()


@pytest.mark.requirement("G7")
def test_the_number_of_holders_does_not_change(
    make_issue, platform, alice, alices_other, bob, carol, decided
):
    token = make_issue({alice: 100, bob: 50}, holderCap=2)
    platform.retireWallets([alice], decided)

    token.movePosition(alice, alices_other, decided)

    assert token.holderCount() == 2
    # and Alice still makes room when she leaves
    token.transfer(carol, 100, {"from": alices_other})
    assert token.holderCount() == 2


def test_an_old_key_that_reappears_does_nothing(token, lost, alices_other, bob, decided):
    token.movePosition(lost, alices_other, decided)

    assert token.preview(lost, lost, bob, 0) == Reason.SENDER_RETIRED
    with reverts_with("TransferRefused", Reason.SENDER_RETIRED):
        token.transfer.call(bob, 0, {"from": lost})
    assert token.preview(bob, bob, lost, 1) == Reason.RECIPIENT_RETIRED


@pytest.mark.requirement("G6")
def test_a_position_that_was_not_touched_since_a_split_moves_in_todays_units(
    token, lost, alices_other, decided
):
    token.split(10, decided)

    tx = token.movePosition(lost, alices_other, decided)

    assert emitted(tx, "PositionMoved") == [(lost, alices_other, 1_000)]
    assert token.balanceOf(alices_other) == 1_000


def test_lapsed_kyc_and_a_pause_do_not_stop_it(token, platform, lost, alices_other, decided):
    lapse = now() + DAY
    platform.renew([(alices_other, lapse)], decided)
    at(lapse)
    token.pause(decided)

    token.movePosition.call(lost, alices_other, decided)


# Refusals


def test_only_from_a_wallet_that_was_given_up(token, alice, alices_other, decided):
    with reverts_with("TransferRefused", Reason.WALLET_NOT_RETIRED):
        token.movePosition.call(alice, alices_other, decided)


def test_only_to_the_same_investor(token, lost, bob, stranger, decided):
    with reverts_with("TransferRefused", Reason.NOT_SAME_INVESTOR):
        token.movePosition.call(lost, bob, decided)
    with reverts_with("TransferRefused", Reason.RECIPIENT_UNKNOWN):
        token.movePosition.call(lost, stranger, decided)
    with reverts_with("TransferRefused", Reason.RECIPIENT_ZERO):
        token.movePosition.call(lost, ZERO_ADDRESS, decided)
    with reverts_with("TransferRefused", Reason.RECIPIENT_RETIRED):
        token.movePosition.call(lost, lost, decided)


def test_nobody_suspended_moves(token, platform, lost, alices_other, decided):
    platform.suspend([lost], decided)

    with reverts_with("TransferRefused", Reason.RECIPIENT_SUSPENDED):
        token.movePosition.call(lost, alices_other, decided)


def test_nothing_is_no_position(token, lost, alices_other, decided):
    token.movePosition(lost, alices_other, decided)

    with reverts_with("TransferRefused", Reason.INSUFFICIENT_BALANCE):
        token.movePosition.call(lost, alices_other, decided)


def test_the_other_wallet_has_room_for_the_restraints(
    token, platform, alice, alices_other, decided
):
    soon = now() + DAY
    token.lockUp([alice] * 9, [1] * 9, soon, decided)
    token.lockUp([alices_other] * 8, [1] * 8, soon + DAY, decided)
    platform.retireWallets([alice], decided)

    # 9 + 8 = 17 > 12
    with reverts_with("TransferRefused", Reason.TOO_MANY_RESTRAINTS):
        token.movePosition.call(alice, alices_other, decided)
    at(soon)
    token.movePosition.call(alice, alices_other, decided)


@pytest.mark.requirement("G12")
def test_nothing_moves_while_the_platform_is_halted(token, platform, lost, alices_other, decided):
    platform.halt(decided)

    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.movePosition.call(lost, alices_other, decided)
