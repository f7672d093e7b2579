"""Transfers that wait for the consent of the registrar or the issuer (G3)."""

import pytest
from token_words import (
    APPROVED,
    CANCELLED,
    DAY,
    NO_REQUEST,
    OPEN,
    REJECTED,
    ZERO_ADDRESS,
    Position,
    at,
    emitted,
    name_hash,
    names,
    now,
    position,
    refusals,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G3")

WHY = name_hash("not agreed")


@pytest.fixture(scope="module")
def token(make_issue, alice, bob):
    """A token whose transfers need consent."""
    return make_issue({alice: 100, bob: 50}, consentRequired=True)


@pytest.fixture(scope="module")
def deadline():
    return now() + DAY


def ask(token, holder, to, amount, deadline):
    """Requests a transfer and answers with its number."""
    tx = token.requestTransfer(to, amount, deadline, {"from": holder})
    return emitted(tx, "TransferRequested")[0][0]


def test_without_consent_nothing_is_transferred(token, alice, bob):
    assert token.preview(alice, alice, bob, 30) == Reason.CONSENT_REQUIRED
    with reverts_with("TransferRefused", Reason.CONSENT_REQUIRED):
        token.transfer.call(bob, 30, {"from": alice})
    with reverts_with("RowInTheWay", 0, Reason.CONSENT_REQUIRED):
        token.batchTransfer.call([bob], [30], {"from": alice})


def test_a_request_commits_the_units_and_moves_none(token, alice, bob, deadline):
    assert token.previewRequest(alice, bob, 30) == Reason.NONE
    expected = token.requestTransfer.call(bob, 30, deadline, {"from": alice})

    tx = token.requestTransfer(bob, 30, deadline, {"from": alice})

    assert emitted(tx, "TransferRequested") == [(expected, alice, bob, 30, deadline)]
    assert names(tx) == ["TransferRequested"]
    # 100 − 30
    assert position(token, alice) == Position(balance=100, committed=30, free=70)
    assert tuple(token.consentTransfer(expected)) == (alice, bob, 30, deadline, OPEN)


def test_an_approval_is_the_transfer(token, alice, bob, deadline, decided):
    id = ask(token, alice, bob, 30, deadline)

    tx = token.approveTransfer(id, decided)

    assert names(tx) == ["Transfer", "TransferApproved"]
    assert emitted(tx, "Transfer") == [(alice, bob, 30)]
    assert emitted(tx, "TransferApproved") == [(id, 30)]
    assert position(token, alice) == Position(balance=70, free=70)
    assert token.balanceOf(bob) == 80
    assert token.consentTransfer(id)["status"] == APPROVED


def test_a_rejection_gives_the_units_back(token, alice, bob, deadline, decided):
    id = ask(token, alice, bob, 30, deadline)

    tx = token.rejectTransfer(id, WHY, decided)

    assert emitted(tx, "TransferRejected") == [(id, WHY)]
    assert position(token, alice) == Position(balance=100, free=100)
    assert token.consentTransfer(id)["status"] == REJECTED


def test_a_holder_takes_a_request_back(token, alice, bob, deadline):
    id = ask(token, alice, bob, 30, deadline)

    tx = token.cancelTransfer(id, {"from": alice})

    assert emitted(tx, "TransferCancelled") == [(id,)]
    assert position(token, alice) == Position(balance=100, free=100)
    assert token.consentTransfer(id)["status"] == CANCELLED


def test_nobody_takes_back_the_request_of_another(token, alice, bob, stranger, deadline, decided):
    id = ask(token, alice, bob, 30, deadline)

    for sender in (bob, stranger, decided["from"]):
        with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
            token.cancelTransfer.call(id, {"from": sender})


@pytest.mark.parametrize("how", ["approved", "rejected", "cancelled"])
def test_a_closed_request_stays_closed(token, alice, bob, deadline, decided, how):
    id = ask(token, alice, bob, 30, deadline)
    if how == "approved":
        token.approveTransfer(id, decided)
    elif how == "rejected":
        token.rejectTransfer(id, WHY, decided)
    else:
        token.cancelTransfer(id, {"from": alice})

    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.approveTransfer.call(id, decided)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.rejectTransfer.call(id, WHY, decided)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.cancelTransfer.call(id, {"from": alice})


def test_a_request_that_never_was_is_closed(token, alice, decided):
    assert tuple(token.consentTransfer(99)) == (ZERO_ADDRESS, ZERO_ADDRESS, 0, 0, NO_REQUEST)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.approveTransfer.call(99, decided)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.rejectTransfer.call(99, WHY, decided)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.cancelTransfer.call(99, {"from": alice})


def test_from_the_deadline_on_a_request_is_only_cancelled_or_rejected(
    token, alice, bob, deadline, decided
):
    id = ask(token, alice, bob, 30, deadline)

    at(deadline - 1)
    token.approveTransfer.call(id, decided)
    at(deadline)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.approveTransfer.call(id, decided)
    # the units stay promised until somebody ends it
    assert token.freeBalanceOf(alice) == 70
    token.rejectTransfer.call(id, WHY, decided)
    token.cancelTransfer(id, {"from": alice})
    assert token.freeBalanceOf(alice) == 100


def test_a_request_whose_deadline_has_passed_is_not_made(token, alice, bob):
    for time in (0, now() - 1, now()):
        with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
            token.requestTransfer.call(bob, 30, time, {"from": alice})


def test_a_request_is_judged_by_all_rules_of_a_transfer(
    token, platform, alice, bob, carol, stranger, deadline, decided
):
    platform.suspend([carol], decided)

    for sender, to, amount, reason in (
        (stranger, bob, 1, Reason.SENDER_UNKNOWN),
        (alice, stranger, 1, Reason.RECIPIENT_UNKNOWN),
        (alice, carol, 1, Reason.RECIPIENT_SUSPENDED),
        (alice, bob, 0, Reason.ZERO_AMOUNT),
    ):
        assert token.previewRequest(sender, to, amount) == reason
        with reverts_with("TransferRefused", reason):
            token.requestTransfer.call(to, amount, deadline, {"from": sender})
    assert token.previewRequest(alice, bob, 101) == Reason.INSUFFICIENT_BALANCE
    with reverts_with("ERC20InsufficientBalance", alice, 100, 101):
        token.requestTransfer.call(bob, 101, deadline, {"from": alice})


def test_promised_units_are_promised_once(token, alice, bob, deadline, decided):
    ask(token, alice, bob, 30, deadline)

    # 100 − 30 = 70 are free
    assert token.previewRequest(alice, bob, 70) == Reason.NONE
    assert token.previewRequest(alice, bob, 71) == Reason.COMMITTED
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 71, 70):
        token.requestTransfer.call(bob, 71, deadline, {"from": alice})


def test_a_commitment_is_taken_from_what_no_floor_keeps(token, alice, bob, deadline, decided):
    token.setFrozenTokens(alice, 20, decided)
    ask(token, alice, bob, 30, deadline)

    # 100 − 30 − 20
    assert token.freeBalanceOf(alice) == 50
    assert token.previewRequest(alice, bob, 50) == Reason.NONE
    # 100 ≥ 51 + 20: the freeze alone would let it pass
    assert token.previewRequest(alice, bob, 51) == Reason.COMMITTED
    # 100 < 81 + 20
    assert token.previewRequest(alice, bob, 81) == Reason.FROZEN


def test_eligibility_that_lapses_before_the_approval_counts(
    token, platform, alice, bob, deadline, decided
):
    id = ask(token, alice, bob, 30, deadline)
    lapse = now() + 3600
    platform.renew([(bob, lapse)], decided)
    at(lapse)

    with reverts_with("TransferRefused", Reason.RECIPIENT_KYC_EXPIRED):
        token.approveTransfer.call(id, decided)
    # it stays open, and a renewal makes it good
    assert token.consentTransfer(id)["status"] == OPEN
    platform.renew([(bob, lapse + DAY)], decided)
    token.approveTransfer.call(id, decided)


def test_a_restraint_that_comes_before_the_approval_counts(token, alice, bob, deadline, decided):
    id = ask(token, alice, bob, 30, deadline)
    token.setFrozenTokens(alice, 71, decided)

    with reverts_with("TransferRefused", Reason.FROZEN):
        token.approveTransfer.call(id, decided)


def test_many_are_approved_and_a_row_that_is_refused_by_now_is_reported(
    token, platform, alice, bob, carol, dave, deadline, decided
):
    first = ask(token, alice, carol, 10, deadline)
    second = ask(token, alice, dave, 20, deadline)
    third = ask(token, bob, alice, 5, deadline)
    platform.suspend([dave], decided)

    tx = token.approveTransfers([first, second, third, 99], decided)

    assert refusals(tx) == [
        (1, alice, Reason.RECIPIENT_SUSPENDED),
        (3, ZERO_ADDRESS, Reason.REQUEST_CLOSED),
    ]
    assert emitted(tx, "TransferApproved") == [(first, 10), (third, 5)]
    # 100 − 10 + 5 = 95, of which 20 are still promised
    assert position(token, alice) == Position(balance=95, committed=20, free=75)
    assert token.consentTransfer(second)["status"] == OPEN


def test_a_request_in_a_batch_twice_is_one_transfer(token, alice, bob, deadline, decided):
    id = ask(token, alice, bob, 30, deadline)

    tx = token.approveTransfers([id, id], decided)

    assert refusals(tx) == [(1, alice, Reason.REQUEST_CLOSED)]
    assert token.balanceOf(bob) == 80


@pytest.mark.requirement("G7")
def test_the_holder_cap_is_judged_at_the_approval(make_issue, alice, bob, carol, deadline, decided):
    token = make_issue({alice: 100}, consentRequired=True, holderCap=2)
    to_bob = ask(token, alice, bob, 1, deadline)
    to_carol = ask(token, alice, carol, 1, deadline)
    token.approveTransfer(to_bob, decided)

    with reverts_with("TransferRefused", Reason.HOLDER_CAP):
        token.approveTransfer.call(to_carol, decided)


@pytest.mark.requirement("G12")
def test_while_the_platform_is_halted_a_request_is_only_taken_back(
    token, platform, alice, bob, deadline, decided
):
    id = ask(token, alice, bob, 30, deadline)
    platform.halt(decided)

    assert token.previewRequest(alice, bob, 30) == Reason.PLATFORM_HALTED
    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.requestTransfer.call(bob, 30, deadline, {"from": alice})
    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.approveTransfer.call(id, decided)
    with reverts_with("PlatformHalted"):
        token.approveTransfers.call([id], decided)
    with reverts_with("PlatformHalted"):
        token.rejectTransfer.call(id, WHY, decided)
    token.cancelTransfer(id, {"from": alice})
    assert token.freeBalanceOf(alice) == 100


@pytest.mark.requirement("G12")
def test_while_the_token_is_paused_a_request_is_rejected_not_approved(
    token, alice, bob, deadline, decided
):
    id = ask(token, alice, bob, 30, deadline)
    token.pause(decided)

    assert token.previewRequest(alice, bob, 30) == Reason.TOKEN_PAUSED
    with reverts_with("TransferRefused", Reason.TOKEN_PAUSED):
        token.requestTransfer.call(bob, 30, deadline, {"from": alice})
    with reverts_with("TransferRefused", Reason.TOKEN_PAUSED):
        token.approveTransfer.call(id, decided)
    with reverts_with("TransferRefused", Reason.TOKEN_PAUSED):
        token.approveTransfers.call([id], decided)
    token.rejectTransfer.call(id, WHY, decided)
    token.cancelTransfer.call(id, {"from": alice})


def test_a_suspended_holder_may_still_take_a_request_back(
    token, platform, alice, bob, deadline, decided
):
    id = ask(token, alice, bob, 30, deadline)
    platform.suspend([alice], decided)

    token.cancelTransfer(id, {"from": alice})

    assert position(token, alice) == Position(balance=100, free=100)


@pytest.mark.requirement("G11")
def test_promised_units_that_were_taken_by_force_are_missed_at_the_approval(
    token, alice, bob, carol, deadline, decided
):
    id = ask(token, alice, bob, 80, deadline)
    token.forcedTransfer(alice, carol, 60, decided)

    assert position(token, alice) == Position(balance=40, committed=80, free=0)
    with reverts_with("TransferRefused", Reason.INSUFFICIENT_BALANCE):
        token.approveTransfer.call(id, decided)
    token.approveTransfers([id], decided)
    assert position(token, alice) == Position(balance=40, committed=80, free=0)
    token.cancelTransfer(id, {"from": alice})
    assert position(token, alice) == Position(balance=40, free=40)


# Where it has no place


def test_where_no_consent_is_asked_for_there_is_nothing_to_request(
    make_issue, alice, bob, deadline
):
    token = make_issue({alice: 100})

    assert token.previewRequest(alice, bob, 30) == Reason.CONSENT_NOT_REQUIRED
    with reverts_with("TransferRefused", Reason.CONSENT_NOT_REQUIRED):
        token.requestTransfer.call(bob, 30, deadline, {"from": alice})


def test_nobody_asks_to_transfer_nothing_or_to_oneself(token, alice, bob, deadline):
    with reverts_with("TransferRefused", Reason.ZERO_AMOUNT):
        token.requestTransfer.call(bob, 0, deadline, {"from": alice})
    with reverts_with("TransferRefused", Reason.SAME_WALLET):
        token.requestTransfer.call(alice, 30, deadline, {"from": alice})
