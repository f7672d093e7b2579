"""Redemption: each way only as the term sheet allows (G4)."""

import pytest
from token_words import (
    CANCELLED,
    CREDITOR,
    DAY,
    PLEDGEE,
    ZERO_ADDRESS,
    Position,
    at,
    claims,
    emitted,
    names,
    now,
    position,
    refusals,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G4")


@pytest.fixture(scope="module")
def maturity():
    return now() + 100 * DAY


@pytest.fixture(scope="module")
def bond(make_issue, maturity, alice, bob):
    """Redeemed at maturity only."""
    return make_issue({alice: 100, bob: 50}, maturity=maturity)


@pytest.fixture(scope="module")
def callable_bond(make_issue, maturity, alice, bob):
    """Redeemed in every way that there is."""
    return make_issue(
        {alice: 100, bob: 50},
        maturity=maturity,
        earlyRedemption=True,
        partialRedemption=True,
        holderRedemption=True,
    )


# What the terms allow


def test_what_the_terms_do_not_name_is_not_allowed(bond, alice, decided):
    for refused in (
        lambda: bond.redeemAtMaturity.call([alice], decided),
        lambda: bond.redeemEarly.call([alice], decided),
        lambda: bond.redeemPart.call([alice], [1], decided),
        lambda: bond.redeemFrom.call(alice, 1, b"", decided),
        lambda: bond.controllerRedeem.call(alice, 1, b"", b"", decided),
        lambda: bond.redeem.call(1, b"", {"from": alice}),
    ):
        with reverts_with("TransferRefused", Reason.REDEMPTION_NOT_ALLOWED):
            refused()


def test_early_means_before_maturity_and_at_maturity_means_from_then_on(
    callable_bond, maturity, alice, decided
):
    at(maturity - 1)
    callable_bond.redeemEarly.call([alice], decided)
    with reverts_with("TransferRefused", Reason.REDEMPTION_NOT_ALLOWED):
        callable_bond.redeemAtMaturity.call([alice], decided)

    at(maturity)
    callable_bond.redeemAtMaturity.call([alice], decided)
    with reverts_with("TransferRefused", Reason.REDEMPTION_NOT_ALLOWED):
        callable_bond.redeemEarly.call([alice], decided)


def test_what_has_no_maturity_is_never_redeemed_at_it(token, alice, decided):
    at(now() + 1_000 * 365 * DAY)

    with reverts_with("TransferRefused", Reason.REDEMPTION_NOT_ALLOWED):
        token.redeemAtMaturity.call([alice], decided)


# The whole issue


def test_at_maturity_the_whole_issue_goes_and_the_supply_is_zero(
    bond, maturity, alice, bob, issuer_account, decided
):
    at(maturity)

    tx = bond.redeemAtMaturity([alice, bob], decided)

    assert names(tx) == ["Transfer", "Redeemed", "Transfer", "Redeemed"]
    assert emitted(tx, "Transfer") == [(alice, ZERO_ADDRESS, 100), (bob, ZERO_ADDRESS, 50)]
    operator = decided["from"]
    assert emitted(tx, "Redeemed") == [(operator, alice, 100, "0x"), (operator, bob, 50, "0x")]
    assert (bond.totalSupply(), bond.balanceOf(alice)) == (9_850, 0)
    bond.redeemAtMaturity([issuer_account], decided)
    assert (bond.totalSupply(), bond.undistributed()) == (0, 0)


def test_nothing_is_transferred_from_the_second_of_maturity(bond, maturity, alice, bob):
    at(maturity - 1)
    assert bond.preview(alice, alice, bob, 1) == Reason.NONE
    assert bond.transfer.call(bob, 1, {"from": alice}) is True

    at(maturity)
    assert bond.preview(alice, alice, bob, 1) == Reason.TOKEN_MATURED
    with reverts_with("TransferRefused", Reason.TOKEN_MATURED):
        bond.transfer.call(bob, 1, {"from": alice})


def test_who_has_nothing_left_is_reported_and_holds_up_nobody(
    bond, maturity, alice, bob, carol, decided
):
    at(maturity)

    tx = bond.redeemAtMaturity([carol, alice, alice, bob], decided)

    assert refusals(tx) == [
        (0, carol, Reason.INSUFFICIENT_BALANCE),
        (2, alice, Reason.INSUFFICIENT_BALANCE),
    ]
    assert len(emitted(tx, "Redeemed")) == 2


def test_a_holder_out_of_reach_is_redeemed_as_well(bond, platform, maturity, alice, bob, decided):
    platform.suspend([alice], decided)
    platform.retireWallets([bob], decided)
    at(maturity)

    tx = bond.redeemAtMaturity([alice, bob], decided)

    assert refusals(tx) == []
    assert (bond.balanceOf(alice), bond.balanceOf(bob)) == (0, 0)


@pytest.mark.requirement("G4", "G24")
def test_claims_on_redeemed_units_continue_on_the_money(bond, maturity, alice, decided):
    pledge = emitted(bond.pledge(alice, 40, PLEDGEE, decided), "ClaimSet")[0][1]
    attachment = emitted(bond.attach(alice, 70, CREDITOR, decided), "ClaimSet")[0][1]
    lock = emitted(bond.lockUp([alice], [80], maturity + DAY, decided), "ClaimSet")[0][1]
    bond.setFrozenTokens(alice, 90, decided)
    at(maturity)

    tx = bond.redeemAtMaturity([alice], decided)

    assert sorted(emitted(tx, "ClaimOnProceeds")) == [
        (alice, pledge, PLEDGEE, 40),
        (alice, attachment, CREDITOR, 70),
    ]
    assert sorted(emitted(tx, "ClaimChanged")) == [
        (alice, pledge, 0, 0),
        (alice, attachment, 0, 0),
        (alice, lock, 0, maturity + DAY),
    ]
    assert emitted(tx, "Frozen") == [(alice, 0)]
    assert names(tx)[-2:] == ["Transfer", "Redeemed"]
    assert position(bond, alice) == Position()
    assert claims(bond, alice) == []


@pytest.mark.requirement("G4", "G6")
def test_claims_on_the_money_are_in_todays_units(bond, maturity, alice, decided):
    pledge = emitted(bond.pledge(alice, 40, PLEDGEE, decided), "ClaimSet")[0][1]
    bond.split(10, decided)
    at(maturity)

    tx = bond.redeemAtMaturity([alice], decided)

    assert emitted(tx, "ClaimOnProceeds") == [(alice, pledge, PLEDGEE, 400)]
    assert emitted(tx, "Redeemed")[0][2] == 1_000


def test_a_request_ends_when_the_whole_position_is_redeemed(
    make_issue, maturity, alice, bob, decided
):
    token = make_issue(
        {alice: 100, bob: 50}, maturity=maturity, earlyRedemption=True, consentRequired=True
    )
    tx = token.requestTransfer(bob, 30, now() + DAY, {"from": alice})
    id = emitted(tx, "TransferRequested")[0][0]

    token.redeemEarly([alice], decided)

    assert position(token, alice) == Position()
    assert token.transferRequest(id)["status"] == CANCELLED
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.approveTransfer.call(id, decided)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.cancelTransfer.call(id, {"from": alice})
    # nor does it take units that come later
    token.deliver([alice], [100], decided)
    assert refusals(token.approveTransfers([id], decided)) == [(0, alice, Reason.REQUEST_CLOSED)]
    assert position(token, alice) == Position(balance=100, free=100)


@pytest.mark.requirement("G7")
def test_who_was_redeemed_counts_no_more(make_issue, maturity, alice, bob, carol, decided):
    token = make_issue({alice: 100, bob: 50}, maturity=maturity, earlyRedemption=True, holderCap=2)

    token.redeemEarly([alice], decided)

    assert token.holderCount() == 1
    assert token.preview(bob, bob, carol, 1) == Reason.NONE


# A part of every holder's


def test_a_part_of_each_is_redeemed_as_the_list_says(callable_bond, alice, bob, decided):
    tx = callable_bond.redeemPart([alice, bob], [10, 5], decided)

    operator = decided["from"]
    assert emitted(tx, "Redeemed") == [(operator, alice, 10, "0x"), (operator, bob, 5, "0x")]
    # 10,000 − 10 − 5
    assert callable_bond.totalSupply() == 9_985
    assert (callable_bond.balanceOf(alice), callable_bond.balanceOf(bob)) == (90, 45)


@pytest.mark.requirement("G8")
def test_locked_units_are_redeemed_and_others_rely_on_theirs(callable_bond, investors, decided):
    token = callable_bond
    locked, frozen, pledged, attached, short = investors
    token.deliver(investors, [100] * 5, decided)
    token.lockUp([locked], [100], now() + DAY, decided)
    token.setFrozenTokens(frozen, 60, decided)
    token.pledge(pledged, 60, PLEDGEE, decided)
    token.attach(attached, 60, CREDITOR, decided)

    tx = token.redeemPart(investors, [100, 41, 41, 41, 101], decided)

    assert refusals(tx) == [
        (1, frozen, Reason.FROZEN),
        (2, pledged, Reason.PLEDGED),
        (3, attached, Reason.ATTACHED),
        (4, short, Reason.INSUFFICIENT_BALANCE),
    ]
    tx = token.redeemPart([frozen, pledged, attached, short], [40, 40, 40, 0], decided)
    assert refusals(tx) == [(3, short, Reason.ZERO_AMOUNT)]
    assert [token.balanceOf(who) for who in investors] == [0, 60, 60, 60, 100]


def test_the_lists_of_a_partial_redemption_have_one_length(callable_bond, alice, decided):
    with reverts_with("LengthMismatch", 1, 0):
        callable_bond.redeemPart.call([alice], [], decided)


# One holder's


def test_one_holders_units_are_redeemed(callable_bond, alice, decided):
    tx = callable_bond.redeemFrom(alice, 30, "0x1234", decided)

    assert emitted(tx, "Transfer") == [(alice, ZERO_ADDRESS, 30)]
    assert emitted(tx, "Redeemed") == [(decided["from"], alice, 30, "0x1234")]
    assert (callable_bond.balanceOf(alice), callable_bond.totalSupply()) == (70, 9_970)


def test_one_holders_redemption_is_refused_where_others_rely_on_the_units(
    callable_bond, alice, decided
):
    token = callable_bond
    with reverts_with("TransferRefused", Reason.ZERO_AMOUNT):
        token.redeemFrom.call(alice, 0, b"", decided)
    with reverts_with("ERC20InsufficientBalance", alice, 100, 101):
        token.redeemFrom.call(alice, 101, b"", decided)
    token.pledge(alice, 60, PLEDGEE, decided)
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 41, 40):
        token.redeemFrom.call(alice, 41, b"", decided)
    token.redeemFrom.call(alice, 40, b"", decided)


@pytest.mark.requirement("G8")
def test_a_lock_up_does_not_stop_the_issuer_from_redeeming(callable_bond, alice, decided):
    callable_bond.lockUp([alice], [100], now() + DAY, decided)

    callable_bond.redeemFrom(alice, 100, b"", decided)

    assert callable_bond.balanceOf(alice) == 0


def test_a_holder_gives_up_free_units(callable_bond, alice):
    tx = callable_bond.redeem(30, "0x1234", {"from": alice})

    assert emitted(tx, "Transfer") == [(alice, ZERO_ADDRESS, 30)]
    assert emitted(tx, "Redeemed") == [(alice, alice, 30, "0x1234")]
    assert (callable_bond.balanceOf(alice), callable_bond.totalSupply()) == (70, 9_970)


def test_a_holder_gives_up_only_what_is_free_and_only_as_a_holder(
    callable_bond, platform, maturity, alice, bob, stranger, issuer_account, decided
):
    token = callable_bond
    with reverts_with("TransferRefused", Reason.ZERO_AMOUNT):
        token.redeem.call(0, b"", {"from": alice})
    with reverts_with("ERC20InsufficientBalance", alice, 100, 101):
        token.redeem.call(101, b"", {"from": alice})
    with reverts_with("TransferRefused", Reason.SENDER_UNKNOWN):
        token.redeem.call(1, b"", {"from": stranger})
    with reverts_with("TransferRefused", Reason.SENDER_IS_ISSUER_ACCOUNT):
        token.redeem.call(1, b"", {"from": issuer_account})
    token.lockUp([alice], [60], now() + DAY, decided)
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 41, 40):
        token.redeem.call(41, b"", {"from": alice})
    platform.suspend([bob], decided)
    with reverts_with("TransferRefused", Reason.SENDER_SUSPENDED):
        token.redeem.call(1, b"", {"from": bob})
    token.setTokenLockUp(now() + DAY, decided)
    with reverts_with("TransferRefused", Reason.TOKEN_LOCKED_UP):
        token.redeem.call(1, b"", {"from": alice})


@pytest.mark.requirement("G4", "G11")
def test_a_holders_units_are_redeemed_by_force(callable_bond, alice, decided):
    token = callable_bond
    token.setFrozenTokens(alice, 90, decided)
    token.lockUp([alice], [100], now() + DAY, decided)
    token.pledge(alice, 60, PLEDGEE, decided)

    tx = token.controllerRedeem(alice, 40, "0x12", "0x34", decided)

    # of the 90 frozen, 10 were free to go: 90 − (40 − 10)
    assert names(tx) == ["Frozen", "Transfer", "Redeemed", "ControllerRedemption"]
    assert emitted(tx, "Frozen") == [(alice, 60)]
    assert emitted(tx, "Redeemed") == [(decided["from"], alice, 40, "0x12")]
    assert emitted(tx, "ControllerRedemption") == [(decided["from"], alice, 40, "0x12", "0x34")]
    assert (token.balanceOf(alice), token.totalSupply()) == (60, 9_960)
    # the pledgee's 60 stay
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 1, 0):
        token.controllerRedeem.call(alice, 1, b"", b"", decided)
    with reverts_with("ERC20InsufficientBalance", alice, 60, 61):
        token.controllerRedeem.call(alice, 61, b"", b"", decided)
    with reverts_with("TransferRefused", Reason.ZERO_AMOUNT):
        token.controllerRedeem.call(alice, 0, b"", b"", decided)


@pytest.mark.requirement("G4", "G12")
def test_nothing_is_redeemed_while_halted_or_paused_but_by_force(
    callable_bond, platform, alice, decided
):
    token = callable_bond
    regular = (
        lambda: token.redeemEarly.call([alice], decided),
        lambda: token.redeemAtMaturity.call([alice], decided),
        lambda: token.redeemPart.call([alice], [1], decided),
        lambda: token.redeemFrom.call(alice, 1, b"", decided),
        lambda: token.redeem.call(1, b"", {"from": alice}),
    )
    token.pause(decided)
    for redeem in regular:
        with reverts_with("TransferRefused", Reason.TOKEN_PAUSED):
            redeem()
    token.controllerRedeem.call(alice, 1, b"", b"", decided)

    platform.halt(decided)
    for redeem in regular:
        with reverts_with("PlatformHalted"):
            redeem()
    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.controllerRedeem.call(alice, 1, b"", b"", decided)
