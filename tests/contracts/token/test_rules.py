"""Who may hold and transfer, and how much at a time: one reason for each rule (G7)."""

import pytest
from token_words import (
    DAY,
    GENERAL,
    NEVER,
    NON_RESIDENT,
    PROFESSIONAL,
    RESIDENT,
    US_PERSON,
    at,
    emitted,
    now,
    refusals,
    reverts_with,
    row,
)

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G7")


# Identity and status


def test_who_is_not_registered_does_not_send(token, stranger, bob):
    assert token.preview(stranger, stranger, bob, 1) == Reason.SENDER_UNKNOWN
    with reverts_with("TransferRefused", Reason.SENDER_UNKNOWN):
        token.transfer.call(bob, 1, {"from": stranger})


def test_who_is_not_registered_does_not_receive(token, alice, stranger):
    assert token.preview(alice, alice, stranger, 1) == Reason.RECIPIENT_UNKNOWN
    with reverts_with("TransferRefused", Reason.RECIPIENT_UNKNOWN):
        token.transfer.call(stranger, 1, {"from": alice})


def test_who_is_suspended_neither_sends_nor_receives(token, platform, alice, bob, decided):
    platform.suspend([alice], decided)

    assert token.preview(alice, alice, bob, 1) == Reason.SENDER_SUSPENDED
    with reverts_with("TransferRefused", Reason.SENDER_SUSPENDED):
        token.transfer.call(bob, 1, {"from": alice})
    assert token.preview(bob, bob, alice, 1) == Reason.RECIPIENT_SUSPENDED
    with reverts_with("TransferRefused", Reason.RECIPIENT_SUSPENDED):
        token.transfer.call(alice, 1, {"from": bob})


def test_a_suspension_reaches_every_wallet_and_ends(
    token, platform, alice, alices_other, bob, decided
):
    platform.suspend([alices_other], decided)
    assert token.preview(alice, alice, bob, 1) == Reason.SENDER_SUSPENDED

    platform.reinstate([(alice, platform.suspension(alice)["since"])], decided)

    assert token.preview(alice, alice, bob, 1) == Reason.NONE


def test_a_wallet_that_was_given_up_neither_sends_nor_receives(
    token, platform, alice, alices_other, bob, decided
):
    platform.retireWallets([alice], decided)

    assert token.preview(alice, alice, bob, 1) == Reason.SENDER_RETIRED
    with reverts_with("TransferRefused", Reason.SENDER_RETIRED):
        token.transfer.call(bob, 1, {"from": alice})
    assert token.preview(bob, bob, alice, 1) == Reason.RECIPIENT_RETIRED
    with reverts_with("TransferRefused", Reason.RECIPIENT_RETIRED):
        token.transfer.call(alice, 1, {"from": bob})
    # the investor's other wallet goes on
    assert token.preview(bob, bob, alices_other, 1) == Reason.NONE


# KYC, to the second


def test_kyc_lets_send_until_the_second_before_it_expires(token, platform, alice, bob, decided):
    expiry = now() + DAY
    platform.renew([(alice, expiry)], decided)

    at(expiry - 1)
    assert token.preview(alice, alice, bob, 1) == Reason.NONE
    assert token.transfer.call(bob, 1, {"from": alice}) is True

    at(expiry)
    assert token.preview(alice, alice, bob, 1) == Reason.SENDER_KYC_EXPIRED
    with reverts_with("TransferRefused", Reason.SENDER_KYC_EXPIRED):
        token.transfer.call(bob, 1, {"from": alice})


def test_kyc_lets_receive_until_the_second_before_it_expires(token, platform, alice, bob, decided):
    expiry = now() + DAY
    platform.renew([(bob, expiry)], decided)

    at(expiry - 1)
    assert token.preview(alice, alice, bob, 1) == Reason.NONE
    assert token.transfer.call(bob, 1, {"from": alice}) is True

    at(expiry)
    assert token.preview(alice, alice, bob, 1) == Reason.RECIPIENT_KYC_EXPIRED
    with reverts_with("TransferRefused", Reason.RECIPIENT_KYC_EXPIRED):
        token.transfer.call(bob, 1, {"from": alice})


def test_a_renewal_ends_the_lapse(token, platform, alice, bob, decided):
    expiry = now() + DAY
    platform.renew([(alice, expiry)], decided)
    at(expiry)

    platform.renew([(alice, expiry + DAY)], decided)

    assert token.preview(alice, alice, bob, 1) == Reason.NONE


def test_where_the_terms_let_a_holder_dispose_after_kyc_they_sell_and_do_not_buy(
    make_issue, platform, alice, bob, decided
):
    token = make_issue({alice: 100, bob: 50}, expiredMayDispose=True)
    expiry = now() + DAY
    platform.renew([(alice, expiry)], decided)
    at(expiry)

    assert token.preview(alice, alice, bob, 1) == Reason.NONE
    token.transfer(bob, 1, {"from": alice})
    assert token.preview(bob, bob, alice, 1) == Reason.RECIPIENT_KYC_EXPIRED
    with reverts_with("TransferRefused", Reason.RECIPIENT_KYC_EXPIRED):
        token.transfer.call(alice, 1, {"from": bob})


# Class and residency


@pytest.fixture(scope="module")
def professionals_only(make_issue, professional):
    return make_issue({professional: 100}, classes=1 << PROFESSIONAL)


def test_another_class_does_not_buy(professionals_only, professional, alice):
    token = professionals_only

    assert token.preview(professional, professional, alice, 1) == Reason.RECIPIENT_CLASS
    with reverts_with("TransferRefused", Reason.RECIPIENT_CLASS):
        token.transfer.call(alice, 1, {"from": professional})


def test_a_class_that_lapses_may_sell_but_not_buy_from_that_second(
    professionals_only, platform, professional, investors, alice, decided
):
    token = professionals_only
    expiry = now() + DAY
    platform.reclassify([(alice, PROFESSIONAL, expiry, RESIDENT)], decided)

    at(expiry - 1)
    assert token.preview(professional, professional, alice, 10) == Reason.NONE
    at(expiry - 1 + 1)
    assert token.preview(professional, professional, alice, 10) == Reason.RECIPIENT_CLASS_EXPIRED
    with reverts_with("TransferRefused", Reason.RECIPIENT_CLASS_EXPIRED):
        token.transfer.call(alice, 10, {"from": professional})


def test_who_holds_when_the_class_lapses_may_still_sell(
    professionals_only, platform, professional, alice, decided
):
    token = professionals_only
    expiry = now() + DAY
    platform.reclassify([(alice, PROFESSIONAL, expiry, RESIDENT)], decided)
    token.transfer(alice, 10, {"from": professional})
    at(expiry)

    assert token.preview(alice, alice, professional, 10) == Reason.NONE
    token.transfer(professional, 10, {"from": alice})
    assert token.balanceOf(alice) == 0


def test_who_is_put_into_another_class_may_still_sell(
    professionals_only, platform, professional, alice, decided
):
    token = professionals_only
    platform.reclassify([(alice, PROFESSIONAL, NEVER, RESIDENT)], decided)
    token.transfer(alice, 10, {"from": professional})
    platform.reclassify([(alice, GENERAL, NEVER, RESIDENT)], decided)

    assert token.preview(alice, alice, professional, 10) == Reason.NONE
    assert token.preview(professional, professional, alice, 1) == Reason.RECIPIENT_CLASS


@pytest.mark.parametrize("residency", [NON_RESIDENT, US_PERSON])
def test_another_residency_does_not_buy_and_may_sell(
    token, platform, alice, bob, decided, residency
):
    platform.reclassify([(bob, GENERAL, NEVER, residency)], decided)

    assert token.preview(alice, alice, bob, 1) == Reason.RECIPIENT_RESIDENCY
    with reverts_with("TransferRefused", Reason.RECIPIENT_RESIDENCY):
        token.transfer.call(bob, 1, {"from": alice})
    assert token.preview(bob, bob, alice, 1) == Reason.NONE


def test_each_token_has_its_own_rules_on_the_same_facts(
    token, make_issue, platform, alice, bob, decided
):
    both = 1 << RESIDENT | 1 << NON_RESIDENT
    abroad = make_issue({alice: 100}, residencies=both)
    platform.reclassify([(bob, GENERAL, NEVER, NON_RESIDENT)], decided)

    assert abroad.preview(alice, alice, bob, 1) == Reason.NONE
    assert token.preview(alice, alice, bob, 1) == Reason.RECIPIENT_RESIDENCY


# Lots


def test_units_move_in_whole_lots(make_issue, alice, bob):
    token = make_issue({alice: 100}, lotSize=10)

    assert token.preview(alice, alice, bob, 30) == Reason.NONE
    assert token.transfer.call(bob, 30, {"from": alice}) is True
    for amount in (1, 15, 99):
        assert token.preview(alice, alice, bob, amount) == Reason.NOT_WHOLE_LOTS
    with reverts_with("TransferRefused", Reason.NOT_WHOLE_LOTS):
        token.transfer.call(bob, 15, {"from": alice})


def test_units_are_delivered_in_whole_lots(make_issue, alice, bob, decided):
    token = make_issue({alice: 100}, lotSize=10)

    tx = token.deliver([alice, bob], [15, 20], decided)

    assert refusals(tx) == [(0, alice, Reason.NOT_WHOLE_LOTS)]
    assert (token.balanceOf(alice), token.balanceOf(bob)) == (100, 20)


# Whole position


def test_a_position_moves_only_as_a_whole(make_issue, alice, bob):
    token = make_issue({alice: 100}, wholePositionOnly=True)

    assert token.preview(alice, alice, bob, 99) == Reason.NOT_WHOLE_POSITION
    with reverts_with("TransferRefused", Reason.NOT_WHOLE_POSITION):
        token.transfer.call(bob, 99, {"from": alice})
    assert token.preview(alice, alice, bob, 101) == Reason.NOT_WHOLE_POSITION

    assert token.preview(alice, alice, bob, 100) == Reason.NONE
    token.transfer(bob, 100, {"from": alice})
    assert token.balanceOf(bob) == 100


# Holder cap


@pytest.fixture(scope="module")
def two_holders(make_issue, alice, bob):
    """At most two investors may hold, and two do."""
    return make_issue({alice: 100, bob: 50}, holderCap=2)


def test_without_a_cap_holders_are_not_counted(token):
    assert token.holderCount() == 0


def test_one_holder_too_many_is_refused(two_holders, alice, carol):
    token = two_holders
    assert token.holderCount() == 2

    assert token.preview(alice, alice, carol, 1) == Reason.HOLDER_CAP
    with reverts_with("TransferRefused", Reason.HOLDER_CAP):
        token.transfer.call(carol, 1, {"from": alice})


def test_holders_trade_among_themselves_at_the_cap(two_holders, alice, bob):
    token = two_holders
    assert token.preview(alice, alice, bob, 1) == Reason.NONE

    token.transfer(bob, 1, {"from": alice})

    assert token.holderCount() == 2


def test_one_investor_with_several_wallets_counts_once(two_holders, alice, alices_other, bob):
    token = two_holders
    assert token.preview(alice, alice, alices_other, 40) == Reason.NONE

    token.transfer(alices_other, 40, {"from": alice})
    assert token.holderCount() == 2
    # the first wallet is emptied, the second still holds
    token.transfer(bob, 60, {"from": alice})
    assert token.holderCount() == 2
    # now nothing is left of Alice's
    token.transfer(bob, 40, {"from": alices_other})
    assert token.holderCount() == 1


def test_who_leaves_with_all_makes_room_for_who_comes(two_holders, alice, carol):
    token = two_holders
    assert token.preview(alice, alice, carol, 100) == Reason.NONE

    token.transfer(carol, 100, {"from": alice})

    assert token.holderCount() == 2


def test_who_leaves_with_one_wallet_of_two_makes_no_room(two_holders, alice, alices_other, carol):
    token = two_holders
    token.transfer(alices_other, 40, {"from": alice})

    assert token.preview(alice, alice, carol, 60) == Reason.HOLDER_CAP
    with reverts_with("TransferRefused", Reason.HOLDER_CAP):
        token.transfer.call(carol, 60, {"from": alice})


def test_who_left_makes_room_for_the_next(two_holders, alice, bob, carol):
    token = two_holders
    token.transfer(alice, 50, {"from": bob})
    assert token.holderCount() == 1

    token.transfer(carol, 1, {"from": alice})

    assert token.holderCount() == 2


def test_a_transfer_of_nothing_makes_no_holder(two_holders, alice, carol):
    token = two_holders
    assert token.preview(alice, alice, carol, 0) == Reason.NONE

    tx = token.transfer(carol, 0, {"from": alice})

    assert emitted(tx, "Transfer") == [(alice, carol, 0)]
    assert token.holderCount() == 2


def test_a_transfer_to_oneself_makes_no_holder(two_holders, alice):
    two_holders.transfer(alice, 100, {"from": alice})

    assert two_holders.holderCount() == 2


@pytest.mark.requirement("G2")
def test_a_delivery_does_not_pass_the_cap(two_holders, alice, carol, decided):
    token = two_holders

    tx = token.deliver([carol, alice], [1, 1], decided)

    assert refusals(tx) == [(0, carol, Reason.HOLDER_CAP)]
    assert token.balanceOf(alice) == 101
    assert token.holderCount() == 2


def test_the_batch_counts_who_came_in_an_earlier_row(make_issue, alice, bob, carol):
    token = make_issue({alice: 100}, holderCap=2)

    with reverts_with("RowInTheWay", 1, Reason.HOLDER_CAP):
        token.batchTransfer.call([bob, carol], [1, 1], {"from": alice})
    assert token.batchTransfer.call([bob, bob], [1, 1], {"from": alice}) is True


@pytest.mark.requirement("G1")
def test_the_issuer_account_counts_in_no_cap(two_holders, issuer_account):
    assert two_holders.balanceOf(issuer_account) == 9_850
    assert two_holders.holderCount() == 2


def test_an_institution_registered_abroad_is_judged_like_any_other(
    token, platform, alice, decided, kyc_expiry
):
    newcomer = "0x" + "52" * 20
    platform.register([row(newcomer, kyc_expiry, GENERAL, US_PERSON)], decided)

    assert token.preview(alice, alice, newcomer, 1) == Reason.RECIPIENT_RESIDENCY
