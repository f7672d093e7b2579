"""Units move without the holder's consent: execution by a court or a creditor (G11)."""

import pytest
from token_words import (
    CREDITOR,
    DAY,
    EVERYTHING,
    GENERAL,
    NEVER,
    NON_RESIDENT,
    PLEDGEE,
    PROFESSIONAL,
    RESIDENT,
    WAIVE_CLASS,
    WAIVE_HOLDER_CAP,
    WAIVE_LOTS,
    WAIVE_RESIDENCY,
    ZERO_ADDRESS,
    Position,
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

pytestmark = pytest.mark.requirement("G11")


def set_restraint(tx) -> int:
    """The number of the restraint that was set."""
    return emitted(tx, "RestraintSet")[0][1]


# What it passes


def test_units_move_by_force(token, alice, carol, decided):
    assert token.forcedTransfer.call(alice, carol, 30, decided) is True

    tx = token.forcedTransfer(alice, carol, 30, decided)

    assert names(tx) == ["Transfer", "ForcedTransfer"]
    assert emitted(tx, "Transfer") == [(alice, carol, 30)]
    assert emitted(tx, "ForcedTransfer") == [(alice, carol, 30)]
    assert (token.balanceOf(alice), token.balanceOf(carol)) == (70, 30)


def test_frozen_units_are_unfrozen_before_they_move(token, alice, carol, decided):
    token.setFrozenTokens(alice, 80, decided)

    tx = token.forcedTransfer(alice, carol, 50, decided)

    # 20 of the 50 are free; 80 − 30 = 50 stay frozen
    assert names(tx) == ["Frozen", "Transfer", "ForcedTransfer"]
    assert emitted(tx, "Frozen") == [(alice, 50)]
    assert position(token, alice) == Position(balance=50, frozen=50)


def test_a_freeze_stays_where_the_free_units_are_enough(token, alice, carol, decided):
    token.setFrozenTokens(alice, 80, decided)

    tx = token.forcedTransfer(alice, carol, 20, decided)

    assert names(tx) == ["Transfer", "ForcedTransfer"]
    assert token.getFrozenTokens(alice) == 80


@pytest.mark.requirement("G19")
def test_a_freeze_of_more_than_there_is_still_reaches_what_comes_in(
    token, alice, bob, carol, decided
):
    token.setFrozenTokens(alice, 150, decided)
    token.setFrozenTokens(bob, EVERYTHING, decided)

    token.forcedTransfer(alice, carol, 60, decided)
    token.forcedTransfer(bob, carol, 50, decided)

    # 150 − 60; everything less 50 is more than there can be
    assert token.getFrozenTokens(alice) == 90
    assert token.getFrozenTokens(bob) == EVERYTHING - 50


@pytest.mark.requirement("G8")
def test_a_lock_up_of_the_holder_and_of_the_token_is_passed(token, alice, carol, decided):
    token.lockUp([alice], [100], now() + DAY, decided)
    token.setTokenLockUp(now() + DAY, decided)

    token.forcedTransfer(alice, carol, 100, decided)

    assert token.balanceOf(carol) == 100


def test_promised_units_consent_pause_and_kyc_of_the_holder_are_passed(
    make_issue, platform, alice, bob, carol, decided
):
    token = make_issue({alice: 100}, consentRequired=True)
    lapse = now() + DAY
    token.requestTransfer(bob, 100, lapse, {"from": alice})
    platform.renew([(alice, lapse)], decided)
    at(lapse)
    platform.suspend([alice], decided)
    token.pause(decided)

    token.forcedTransfer(alice, carol, 100, decided)

    assert token.balanceOf(carol) == 100


def test_units_are_taken_from_a_wallet_that_was_given_up(token, platform, alice, carol, decided):
    platform.retireWallets([alice], decided)

    token.forcedTransfer.call(alice, carol, 100, decided)


def test_units_move_by_force_after_maturity_too(make_issue, alice, carol, decided):
    maturity = now() + DAY
    token = make_issue({alice: 100}, maturity=maturity)
    at(maturity)

    token.forcedTransfer.call(alice, carol, 100, decided)


# What it does not pass


def test_nothing_and_more_than_is_there_are_refused(token, alice, carol, decided):
    with reverts_with("TransferRefused", Reason.ZERO_AMOUNT):
        token.forcedTransfer.call(alice, carol, 0, decided)
    with reverts_with("ERC20InsufficientBalance", alice, 100, 101):
        token.forcedTransfer.call(alice, carol, 101, decided)
    with reverts_with("ERC20InsufficientBalance", alice, 100, EVERYTHING):
        token.forcedTransfer.call(alice, carol, 2**256 - 1, decided)


def test_the_same_case_again_finds_only_what_is_left(token, alice, carol, decided):
    token.forcedTransfer(alice, carol, 60, decided)

    with reverts_with("ERC20InsufficientBalance", alice, 40, 60):
        token.forcedTransfer.call(alice, carol, 60, decided)


def test_the_issuers_account_is_no_debtor(token, issuer_account, carol, decided):
    with reverts_with("TransferRefused", Reason.SENDER_IS_ISSUER_ACCOUNT):
        token.forcedTransfer.call(issuer_account, carol, 1, decided)


def test_identity_and_status_of_the_recipient_are_never_passed(
    token, platform, alice, bob, carol, stranger, issuer_account, decided
):
    platform.suspend([bob], decided)
    platform.retireWallets([carol], decided)
    everything_waived = 1 + 2 + 4 + 8

    for recipient, reason in (
        (stranger, Reason.RECIPIENT_UNKNOWN),
        (issuer_account, Reason.RECIPIENT_UNKNOWN),
        (token, Reason.RECIPIENT_UNKNOWN),
        (bob, Reason.RECIPIENT_SUSPENDED),
        (carol, Reason.RECIPIENT_RETIRED),
    ):
        with reverts_with("TransferRefused", reason):
            token.forcedTransfer.call(alice, recipient, 1, decided)
        move = (alice.address, str(recipient), 1, everything_waived, 0)
        with reverts_with("TransferRefused", reason):
            token.forcedTransferWith.call(move, decided)
    with reverts_with("ERC20InvalidReceiver", ZERO_ADDRESS):
        token.forcedTransfer.call(alice, ZERO_ADDRESS, 1, decided)


def test_the_kyc_of_the_recipient_is_never_passed(token, platform, alice, bob, decided):
    lapse = now() + DAY
    platform.renew([(bob, lapse)], decided)
    at(lapse)

    move = (alice.address, bob.address, 1, WAIVE_CLASS | WAIVE_RESIDENCY, 0)
    with reverts_with("TransferRefused", Reason.RECIPIENT_KYC_EXPIRED):
        token.forcedTransferWith.call(move, decided)


# What the approved case may set aside


def test_the_class_is_set_aside_only_where_the_case_says_so(
    make_issue, platform, professional, alice, bob, decided
):
    token = make_issue({professional: 100}, classes=1 << PROFESSIONAL)
    lapse = now() + DAY
    platform.reclassify([(bob, PROFESSIONAL, lapse, RESIDENT)], decided)
    at(lapse)

    for recipient, reason in (
        (alice, Reason.RECIPIENT_CLASS),
        (bob, Reason.RECIPIENT_CLASS_EXPIRED),
    ):
        for waivers in (0, WAIVE_RESIDENCY | WAIVE_HOLDER_CAP | WAIVE_LOTS):
            move = (professional.address, recipient.address, 1, waivers, 0)
            with reverts_with("TransferRefused", reason):
                token.forcedTransferWith.call(move, decided)
        move = (professional.address, recipient.address, 1, WAIVE_CLASS, 0)
        token.forcedTransferWith.call(move, decided)


def test_the_residency_is_set_aside_only_where_the_case_says_so(
    token, platform, alice, bob, decided
):
    platform.reclassify([(bob, GENERAL, NEVER, NON_RESIDENT)], decided)

    for waivers in (0, WAIVE_CLASS | WAIVE_HOLDER_CAP | WAIVE_LOTS):
        with reverts_with("TransferRefused", Reason.RECIPIENT_RESIDENCY):
            move = (alice.address, bob.address, 1, waivers, 0)
            token.forcedTransferWith.call(move, decided)
    move = (alice.address, bob.address, 1, WAIVE_RESIDENCY, 0)
    token.forcedTransferWith.call(move, decided)


@pytest.mark.requirement("G7", "G11")
def test_the_holder_cap_is_set_aside_only_where_the_case_says_so(
    make_issue, alice, bob, carol, decided
):
    token = make_issue({alice: 100, bob: 50}, holderCap=2)

    for waivers in (0, WAIVE_CLASS | WAIVE_RESIDENCY | WAIVE_LOTS):
        with reverts_with("TransferRefused", Reason.HOLDER_CAP):
            move = (alice.address, carol.address, 1, waivers, 0)
            token.forcedTransferWith.call(move, decided)
    # who loses all makes room
    token.forcedTransfer.call(alice, carol, 100, decided)
    token.forcedTransferWith((alice.address, carol.address, 1, WAIVE_HOLDER_CAP, 0), decided)
    assert token.holderCount() == 3
    # above the cap nobody comes who is not there yet
    assert token.preview(bob, bob, alice, 1) == Reason.NONE


def test_lots_are_set_aside_only_where_the_case_says_so(make_issue, alice, bob, decided):
    token = make_issue({alice: 100}, lotSize=10)

    for waivers in (0, WAIVE_CLASS | WAIVE_RESIDENCY | WAIVE_HOLDER_CAP):
        with reverts_with("TransferRefused", Reason.NOT_WHOLE_LOTS):
            token.forcedTransferWith.call((alice.address, bob.address, 5, waivers, 0), decided)
    token.forcedTransferWith.call((alice.address, bob.address, 5, WAIVE_LOTS, 0), decided)


def test_the_whole_position_is_set_aside_only_where_the_case_says_so(
    make_issue, alice, bob, decided
):
    token = make_issue({alice: 100}, wholePositionOnly=True)

    with reverts_with("TransferRefused", Reason.NOT_WHOLE_POSITION):
        token.forcedTransfer.call(alice, bob, 99, decided)
    token.forcedTransferWith.call((alice.address, bob.address, 99, WAIVE_LOTS, 0), decided)


# Restraints


@pytest.mark.requirement("G24")
@pytest.mark.parametrize(
    ("set_", "reason"), [("pledge", Reason.PLEDGED), ("placeAttachment", Reason.ATTACHED)]
)
def test_what_somebody_else_has_a_restraint_on_stays(token, alice, carol, decided, set_, reason):
    getattr(token, set_)(alice, 60, CREDITOR, decided)

    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 41, 40):
        token.forcedTransfer.call(alice, carol, 41, decided)
    tx = token.batchForcedTransfer([(alice.address, carol.address, 41, 0, 0)], decided)
    assert refusals(tx) == [(0, alice, reason)]
    token.forcedTransfer.call(alice, carol, 40, decided)


@pytest.mark.requirement("G24")
def test_a_pledge_is_executed_for_what_it_is(token, alice, carol, decided):
    id = set_restraint(token.pledge(alice, 60, PLEDGEE, decided))
    token.lockUp([alice], [100], now() + DAY, decided)

    def move(amount):
        return (alice.address, carol.address, amount, 0, id)

    # no more than the restraint
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 61, 0):
        token.forcedTransferWith.call(move(61), decided)

    tx = token.forcedTransferWith(move(25), decided)
    assert emitted(tx, "RestraintChanged") == [(alice, id, 35, 0)]
    assert position(token, alice) == Position(balance=75, locked=100, pledged=35)
    tx = token.forcedTransferWith(move(35), decided)
    assert emitted(tx, "RestraintChanged") == [(alice, id, 0, 0)]
    assert position(token, alice) == Position(balance=40, locked=100)
    assert token.balanceOf(carol) == 60


@pytest.mark.requirement("G24")
def test_earlier_restraints_stay_covered_when_a_later_one_is_executed(token, alice, carol, decided):
    first = set_restraint(token.pledge(alice, 70, PLEDGEE, decided))
    second = set_restraint(token.placeAttachment(alice, 60, CREDITOR, decided))

    # of 100, 70 are the older pledgee's
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 31, 30):
        token.forcedTransferWith.call((alice.address, carol.address, 31, 0, second), decided)
    token.forcedTransferWith.call((alice.address, carol.address, 30, 0, second), decided)
    # the older takes its own before the younger
    token.forcedTransferWith.call((alice.address, carol.address, 70, 0, first), decided)


@pytest.mark.requirement("G24")
def test_of_two_pledges_the_older_is_senior(token, alice, carol, decided):
    older = set_restraint(token.pledge(alice, 60, PLEDGEE, decided))
    younger = set_restraint(token.pledge(alice, 40, CREDITOR, decided))
    token.placeAttachment(alice, 10, CREDITOR, decided)

    token.forcedTransferWith.call((alice.address, carol.address, 40, 0, younger), decided)
    tx = token.forcedTransferWith((alice.address, carol.address, 60, 0, older), decided)

    # the younger's 40 are what is left; the attachment overlaps with it
    assert emitted(tx, "RestraintChanged") == [(alice, older, 0, 0)]
    assert position(token, alice) == Position(balance=40, pledged=40, attached=10)
    assert [restraint.id for restraint in restraints(token, alice)] == [younger, younger + 1]


def test_a_restraint_that_is_none_or_a_lock_up_is_not_executed(token, alice, bob, carol, decided):
    tx = token.lockUp([alice], [10], now() + DAY, decided)
    lock = set_restraint(tx)
    of_bob = set_restraint(token.pledge(bob, 10, PLEDGEE, decided))

    for restraint in (lock, of_bob, 999):
        with reverts_with("TransferRefused", Reason.NO_SUCH_RESTRAINT):
            token.forcedTransferWith.call((alice.address, carol.address, 1, 0, restraint), decided)


# Many at once


def test_a_row_that_is_refused_by_now_is_reported_and_the_others_go_through(
    token, platform, alice, bob, carol, dave, issuer_account, decided
):
    released = set_restraint(token.pledge(bob, 10, PLEDGEE, decided))
    token.releasePledge(bob, released, 10, decided)
    platform.suspend([dave], decided)

    tx = token.batchForcedTransfer(
        [
            (alice.address, carol.address, 10, 0, 0),
            (alice.address, dave.address, 10, 0, 0),
            (bob.address, carol.address, 10, 0, released),
            (issuer_account.address, carol.address, 10, 0, 0),
            (bob.address, carol.address, 51, 0, 0),
            (bob.address, carol.address, 50, 0, 0),
        ],
        decided,
    )

    assert refusals(tx) == [
        (1, alice, Reason.RECIPIENT_SUSPENDED),
        (2, bob, Reason.NO_SUCH_RESTRAINT),
        (3, issuer_account, Reason.SENDER_IS_ISSUER_ACCOUNT),
        (4, bob, Reason.INSUFFICIENT_BALANCE),
    ]
    assert emitted(tx, "ForcedTransfer") == [(alice, carol, 10), (bob, carol, 50)]


# ERC-1644


def test_the_controller_transfer_is_the_same_act_by_another_name(token, alice, carol, decided):
    assert token.isControllable() is True

    tx = token.controllerTransfer(alice, carol, 30, "0x12", "0x34", decided)

    assert names(tx) == ["Transfer", "ForcedTransfer", "ControllerTransfer"]
    assert emitted(tx, "ControllerTransfer") == [
        (decided["from"], alice, carol, 30, "0x12", "0x34")
    ]
    with reverts_with("ERC20InsufficientBalance", alice, 70, 71):
        token.controllerTransfer.call(alice, carol, 71, b"", b"", decided)


@pytest.mark.requirement("G12")
def test_nothing_moves_by_force_while_the_platform_is_halted(
    token, platform, alice, carol, decided
):
    move = (alice.address, carol.address, 1, 0, 0)
    platform.halt(decided)

    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.forcedTransfer.call(alice, carol, 1, decided)
    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.forcedTransferWith.call(move, decided)
    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.controllerTransfer.call(alice, carol, 1, b"", b"", decided)
    with reverts_with("PlatformHalted"):
        token.batchForcedTransfer.call([move], decided)


def test_to_where_the_units_are_nothing_moves_and_nothing_is_released(token, alice, bob, decided):
    """Of Alice's 100 are 80 frozen and 60 pledged: a movement of nothing changes neither."""
    token.setFrozenTokens(alice, 80, decided)
    ((_, id, *_),) = emitted(token.pledge(alice, 60, PLEDGEE, decided), "RestraintSet")
    to_herself = (alice.address, alice.address, 60, 15, id)

    for force in (
        lambda: token.forcedTransfer.call(alice, alice, 40, decided),
        lambda: token.forcedTransferWith.call(to_herself, decided),
        lambda: token.controllerTransfer.call(alice, alice, 40, b"", b"", decided),
    ):
        with reverts_with("TransferRefused", Reason.SAME_WALLET):
            force()
    tx = token.batchForcedTransfer([to_herself, (alice.address, bob.address, 0, 15, id)], decided)

    assert refusals(tx) == [(0, alice, Reason.SAME_WALLET), (1, alice, Reason.ZERO_AMOUNT)]
    assert names(tx) == ["RowRefused", "RowRefused"]
    assert position(token, alice) == Position(balance=100, frozen=80, pledged=60, free=20)
