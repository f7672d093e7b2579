"""Redemption: each way only as the term sheet allows (G4)."""

import pytest
from token_words import (
    CANCELLED,
    CREDITOR,
    DAY,
    OPEN,
    PLEDGEE,
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


def preview(token, holders, amounts) -> list[int]:
    """The reasons, row by row."""
    return [int(reason) for reason in token.previewRedemption(holders, amounts)]


# What the terms allow


def test_what_the_terms_do_not_name_is_not_allowed(bond, alice, decided):
    for refused in (
        lambda: bond.redeemAtMaturity.call([alice], decided),
        lambda: bond.redeemEarly.call(decided),
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
    callable_bond.redeemEarly.call(decided)
    with reverts_with("TransferRefused", Reason.REDEMPTION_NOT_ALLOWED):
        callable_bond.redeemAtMaturity.call([alice], decided)

    at(maturity)
    callable_bond.redeemAtMaturity.call([alice], decided)
    with reverts_with("TransferRefused", Reason.REDEMPTION_NOT_ALLOWED):
        callable_bond.redeemEarly.call(decided)


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
def test_restraints_on_redeemed_units_continue_on_the_money(bond, maturity, alice, decided):
    pledge = emitted(bond.pledge(alice, 40, PLEDGEE, decided), "RestraintSet")[0][1]
    attachment = emitted(bond.placeAttachment(alice, 70, CREDITOR, decided), "RestraintSet")[0][1]
    lock = emitted(bond.lockUp([alice], [80], maturity + DAY, decided), "RestraintSet")[0][1]
    bond.setFrozenTokens(alice, 90, decided)
    at(maturity)

    tx = bond.redeemAtMaturity([alice], decided)

    assert sorted(emitted(tx, "RestraintOnProceeds")) == [
        (alice, pledge, PLEDGEE, 40),
        (alice, attachment, CREDITOR, 70),
    ]
    assert sorted(emitted(tx, "RestraintChanged")) == [
        (alice, pledge, 0, 0),
        (alice, attachment, 0, 0),
        (alice, lock, 0, maturity + DAY),
    ]
    assert emitted(tx, "Frozen") == [(alice, 0)]
    assert names(tx)[-2:] == ["Transfer", "Redeemed"]
    assert position(bond, alice) == Position()
    assert restraints(bond, alice) == []


@pytest.mark.requirement("G4", "G6")
def test_restraints_on_the_money_are_in_todays_units(bond, maturity, alice, decided):
    pledge = emitted(bond.pledge(alice, 40, PLEDGEE, decided), "RestraintSet")[0][1]
    bond.split(10, decided)
    at(maturity)

    tx = bond.redeemAtMaturity([alice], decided)

    assert emitted(tx, "RestraintOnProceeds") == [(alice, pledge, PLEDGEE, 400)]
    assert emitted(tx, "Redeemed")[0][2] == 1_000


def test_a_request_ends_when_the_whole_position_is_redeemed(
    make_issue, maturity, alice, bob, decided
):
    token = make_issue(
        {alice: 100, bob: 50}, maturity=maturity, earlyRedemption=True, consentRequired=True
    )
    tx = token.requestTransfer(bob, 30, now() + DAY, {"from": alice})
    id = emitted(tx, "TransferRequested")[0][0]

    token.redeemEarly(decided)
    token.redeemAtMaturity([alice], decided)

    assert position(token, alice) == Position()
    assert token.consentTransfer(id)["status"] == CANCELLED
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.approveTransfer.call(id, decided)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.cancelTransfer.call(id, {"from": alice})
    assert refusals(token.approveTransfers([id], decided)) == [(0, alice, Reason.REQUEST_CLOSED)]


@pytest.mark.requirement("G7")
def test_who_was_redeemed_counts_no_more(make_issue, alice, bob, carol, decided):
    token = make_issue({alice: 100, bob: 50}, partialRedemption=True, holderCap=2)

    token.redeemPart([alice], [100], decided)

    assert token.holderCount() == 1
    assert token.preview(bob, bob, carol, 1) == Reason.NONE


# Early


def test_an_early_redemption_brings_maturity_forward_for_everybody(
    callable_bond, maturity, alice, bob, issuer_account, decided
):
    """Nobody can be singled out: from here nothing trades, and all are redeemed."""
    token = callable_bond

    tx = token.redeemEarly(decided)

    assert names(tx) == ["MaturityChanged"]
    assert emitted(tx, "MaturityChanged") == [(maturity, now())]
    assert token.maturity() == now()
    assert token.isIssuable() is False
    for sender, recipient in ((alice, bob), (bob, alice)):
        assert token.preview(sender, sender, recipient, 1) == Reason.TOKEN_MATURED
    with reverts_with("TransferRefused", Reason.TOKEN_MATURED):
        token.issue.call(1, decided)
    token.redeemAtMaturity([alice, bob, issuer_account], decided)
    assert token.totalSupply() == 0


def test_an_early_redemption_of_what_had_no_maturity_gives_it_one(make_issue, alice, decided):
    token = make_issue({alice: 100}, earlyRedemption=True)

    tx = token.redeemEarly(decided)

    assert emitted(tx, "MaturityChanged") == [(0, now())]


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
    token.placeAttachment(attached, 60, CREDITOR, decided)

    asked = preview(token, investors, [100, 41, 41, 41, 101])
    tx = token.redeemPart(investors, [100, 41, 41, 41, 101], decided)

    # As it was said beforehand.
    assert asked == [
        Reason.NONE,
        Reason.FROZEN,
        Reason.PLEDGED,
        Reason.ATTACHED,
        Reason.INSUFFICIENT_BALANCE,
    ]
    assert refusals(tx) == [
        (1, frozen, Reason.FROZEN),
        (2, pledged, Reason.PLEDGED),
        (3, attached, Reason.ATTACHED),
        (4, short, Reason.INSUFFICIENT_BALANCE),
    ]
    rows = ([frozen, pledged, attached, short], [40, 40, 40, 0])
    assert preview(token, *rows) == [Reason.NONE] * 3 + [Reason.ZERO_AMOUNT]
    tx = token.redeemPart(*rows, decided)
    assert refusals(tx) == [(3, short, Reason.ZERO_AMOUNT)]
    assert [token.balanceOf(who) for who in investors] == [0, 60, 60, 60, 100]


def test_a_preview_of_a_part_says_what_stands_against_all_rows(
    callable_bond, bond, platform, alice, bob, decided
):
    rows = ([alice, bob], [1, 0])
    assert preview(bond, *rows) == [Reason.REDEMPTION_NOT_ALLOWED] * 2
    callable_bond.pause(decided)
    assert preview(callable_bond, *rows) == [Reason.TOKEN_PAUSED] * 2
    platform.halt(decided)
    assert preview(callable_bond, *rows) == [Reason.PLATFORM_HALTED] * 2
    assert preview(callable_bond, [], []) == []


def test_the_lists_of_a_partial_redemption_have_one_length(callable_bond, alice, decided):
    with reverts_with("LengthMismatch", 1, 0):
        callable_bond.redeemPart.call([alice], [], decided)
    with reverts_with("LengthMismatch", 1, 0):
        callable_bond.previewRedemption([alice], [])


# One holder's


def test_one_holders_units_are_redeemed(callable_bond, alice, decided):
    callable_bond.approve(decided["from"], 30, {"from": alice})

    tx = callable_bond.redeemFrom(alice, 30, "0x1234", decided)

    assert emitted(tx, "Transfer") == [(alice, ZERO_ADDRESS, 30)]
    assert emitted(tx, "Redeemed") == [(decided["from"], alice, 30, "0x1234")]
    assert (callable_bond.balanceOf(alice), callable_bond.totalSupply()) == (70, 9_970)


def test_one_holders_redemption_is_refused_where_others_rely_on_the_units(
    callable_bond, alice, decided
):
    token = callable_bond
    token.approve(decided["from"], 200, {"from": alice})
    with reverts_with("TransferRefused", Reason.ZERO_AMOUNT):
        token.redeemFrom.call(alice, 0, b"", decided)
    with reverts_with("ERC20InsufficientBalance", alice, 100, 101):
        token.redeemFrom.call(alice, 101, b"", decided)
    token.pledge(alice, 60, PLEDGEE, decided)
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 41, 40):
        token.redeemFrom.call(alice, 41, b"", decided)
    token.redeemFrom.call(alice, 40, b"", decided)


def test_one_holders_units_are_redeemed_out_of_an_allowance_only(callable_bond, alice, decided):
    """ERC-1594: the allowance is debited, one without end as well."""
    token, operator = callable_bond, decided["from"]
    with reverts_with("ERC20InsufficientAllowance", operator, 0, 1):
        token.redeemFrom.call(alice, 1, b"", decided)
    token.approve(operator, 30, {"from": alice})

    token.redeemFrom(alice, 20, b"", decided)

    assert token.allowance(alice, operator) == 10
    with reverts_with("ERC20InsufficientAllowance", operator, 10, 11):
        token.redeemFrom.call(alice, 11, b"", decided)
    token.approve(operator, 2**256 - 1, {"from": alice})
    token.redeemFrom(alice, 5, b"", decided)
    assert token.allowance(alice, operator) == 2**256 - 6


@pytest.mark.requirement("G8")
def test_a_lock_up_does_not_stop_the_issuer_from_redeeming(callable_bond, alice, decided):
    callable_bond.approve(decided["from"], 100, {"from": alice})
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


@pytest.mark.requirement("G3", "G7")
def test_a_holder_gives_up_units_under_the_conditions_of_sending(
    make_issue, maturity, alice, bob, decided
):
    allowed = {"holderRedemption": True, "maturity": maturity}
    in_lots = make_issue({alice: 100}, lotSize=10, **allowed)
    as_a_whole = make_issue({alice: 100}, wholePositionOnly=True, **allowed)
    by_consent = make_issue({alice: 100}, consentRequired=True, **allowed)

    with reverts_with("TransferRefused", Reason.NOT_WHOLE_LOTS):
        in_lots.redeem.call(15, b"", {"from": alice})
    in_lots.redeem.call(20, b"", {"from": alice})
    with reverts_with("TransferRefused", Reason.NOT_WHOLE_POSITION):
        as_a_whole.redeem.call(99, b"", {"from": alice})
    as_a_whole.redeem.call(100, b"", {"from": alice})
    with reverts_with("TransferRefused", Reason.CONSENT_REQUIRED):
        by_consent.redeem.call(1, b"", {"from": alice})
    at(maturity)
    with reverts_with("TransferRefused", Reason.TOKEN_MATURED):
        in_lots.redeem.call(20, b"", {"from": alice})


def test_what_a_holder_promised_is_no_way_out_of_a_redemption(
    make_issue, alice, bob, carol, decided
):
    token = make_issue(
        {alice: 100, bob: 100},
        consentRequired=True,
        partialRedemption=True,
        holderRedemption=True,
    )
    ids = [
        emitted(
            token.requestTransfer(carol, units, now() + DAY, {"from": holder}), "TransferRequested"
        )[0][0]
        for holder, units in ((alice, 100), (bob, 50))
    ]

    assert preview(token, [alice, bob], [50, 50]) == [Reason.NONE] * 2
    tx = token.redeemPart([alice, bob], [50, 50], decided)

    assert refusals(tx) == []
    # of Alice's 100 promised 50 are left: her request ends; Bob's 50 still fit
    assert position(token, alice) == Position(balance=50, free=50)
    assert position(token, bob) == Position(balance=50, committed=50)
    assert [token.consentTransfer(id)["status"] for id in ids] == [CANCELLED, OPEN]
    token.approve(decided["from"], 50, {"from": bob})
    token.redeemFrom(bob, 1, b"", decided)
    assert position(token, bob) == Position(balance=49, free=49)


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
def test_nothing_is_redeemed_before_maturity_while_halted_or_paused_but_by_force(
    callable_bond, platform, alice, decided
):
    token = callable_bond
    regular = (
        lambda: token.redeemEarly.call(decided),
        lambda: token.redeemPart.call([alice], [1], decided),
        lambda: token.redeemFrom.call(alice, 1, b"", decided),
    )
    token.pause(decided)
    for redeem in regular:
        with reverts_with("TransferRefused", Reason.TOKEN_PAUSED):
            redeem()
    with reverts_with("TransferRefused", Reason.TOKEN_PAUSED):
        token.redeem.call(1, b"", {"from": alice})
    token.controllerRedeem.call(alice, 1, b"", b"", decided)

    platform.halt(decided)
    for redeem in regular:
        with reverts_with("PlatformHalted"):
            redeem()
    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.redeem.call(1, b"", {"from": alice})
    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.controllerRedeem.call(alice, 1, b"", b"", decided)


@pytest.mark.requirement("G4", "G12")
def test_at_maturity_a_paused_token_is_redeemed_and_a_halted_one_is_not(
    bond, platform, maturity, alice, decided
):
    """Who alone may pause could alone withhold the redemption otherwise."""
    at(maturity)
    bond.pause(decided)
    bond.redeemAtMaturity.call([alice], decided)

    platform.halt(decided)
    with reverts_with("PlatformHalted"):
        bond.redeemAtMaturity.call([alice], decided)
