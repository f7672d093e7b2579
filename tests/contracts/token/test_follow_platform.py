"""A token follows its platform to the one that comes after it: its facts, its stop (G12, G32)."""

import pytest
from token_words import ZERO_ADDRESS, emitted, request, reverts_with

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G32")

PLATFORM = 2


@pytest.fixture(scope="module")
def token(make_issue, alice, bob):
    return make_issue({alice: 100, bob: 50}, holderCap=3)


@pytest.fixture(scope="module")
def other(make_issue, alice):
    return make_issue({alice: 1})


@pytest.fixture(scope="module")
def second(Platform, authority, platform, token, other, decided):
    """The platform in charge now; no wallet was carried yet. Taken back after the module: the first
    platform is that of all modules.
    """
    beginning = request("evm_snapshot")
    second = Platform.deploy(authority, decided)
    authority.setKind(platform, PLATFORM, decided)
    authority.setKind(second, PLATFORM, decided)
    platform.appointSuccessor(second, decided)
    yield second
    request("evm_revert", beginning)


@pytest.fixture
def carried(second, alice, bob, carol, dave, professional, institution, investors, decided):
    second.carry([alice, bob, carol, dave, professional, institution, *investors], decided)
    return second


# The platform has no successor yet: before `second` is made


@pytest.mark.requirement("G12")
def test_a_platform_that_does_not_answer_moves_nothing(
    make_issue, platform, alice, bob, decided, web3
):
    """Fails closed: the platform's code is gone."""
    token = make_issue({alice: 100})
    method = "anvil_setCode" if "anvil" in web3.client_version.lower() else "evm_setAccountCode"
    request(method, platform.address, "0x")

    with reverts_with("PlatformUnavailable"):
        token.transfer.call(bob, 1, {"from": alice})
    # ERC-7943: its questions are answered all the same
    assert (token.canSend(alice), token.canReceive(bob)) == (False, False)
    assert token.canTransfer["address,address,uint256"](alice, bob, 1) is False


@pytest.mark.requirement("G7")
def test_a_holder_whose_first_wallet_was_given_up_sells_as_before(
    make_issue, platform, Platform, authority, alice, alices_other, bob, decided, investors,
    carol, dave, professional, institution,
):  # fmt: skip
    capped = make_issue({alices_other: 50, bob: 50}, holderCap=3)
    platform.retireWallets([alice], decided)
    second = Platform.deploy(authority, decided)
    for each in (platform, second):
        authority.setKind(each, PLATFORM, decided)
    platform.appointSuccessor(second, decided)
    # Named by the wallet that is left.
    everybody = [alices_other, bob, carol, dave, professional, institution, *investors]
    second.carry(everybody, decided)
    second.adopt([capped], decided)

    capped.transfer(bob, 50, {"from": alices_other})

    assert capped.holderCount() == 1


# It has one


def test_a_token_follows_when_it_is_adopted(token, other, platform, carried, decided):
    tx = carried.adopt([token], decided)

    assert emitted(tx, "PlatformReplaced") == [(platform, carried)]
    assert token.platform() == carried
    # One at a time: the others stay where they are.
    assert other.platform() == platform
    assert carried.left()[1] == platform.tokenCount() - 1


def test_nobody_leads_a_token_elsewhere(token, platform, second, stranger, decided):
    for sender in (decided, {"from": stranger}):
        with reverts_with("NotAdopted", second):
            token.followPlatform.call(sender)
    assert token.platform() == platform


def test_without_a_successor_a_token_stays(token, carried, decided):
    carried.adopt([token], decided)

    with reverts_with("NotAdopted", ZERO_ADDRESS):
        token.followPlatform.call(decided)


def test_holders_sell_and_are_redeemed_as_before(
    token, carried, alice, alices_other, bob, carol, decided
):
    """Holders are counted by the ids that they had."""
    carried.adopt([token], decided)

    token.transfer(alices_other, 40, {"from": alice})
    assert token.holderCount() == 2
    token.transfer(carol, 60, {"from": alice})
    assert token.holderCount() == 3
    token.transfer(carol, 40, {"from": alices_other})
    assert token.holderCount() == 2
    token.transfer(bob, 100, {"from": carol})
    assert token.holderCount() == 1


def test_a_suspension_at_the_new_platform_reaches_the_tokens_of_both(
    token, other, carried, alice, bob, decided
):
    carried.adopt([token], decided)

    carried.suspend([bob], decided)

    for each in (token, other):
        assert each.preview(alice, alice, bob, 1) == Reason.RECIPIENT_SUSPENDED


@pytest.mark.requirement("G12")
def test_one_halt_at_either_stops_the_tokens_of_both(
    token, other, platform, carried, alice, bob, decided
):
    carried.adopt([token], decided)
    for halting, resuming in ((platform, carried), (carried, platform)):
        halting.halt(decided)
        for each in (token, other):
            with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
                each.transfer.call(bob, 1, {"from": alice})
        resuming.resume(resuming.haltedSince(), decided)
        for each in (token, other):
            assert each.preview(alice, alice, bob, 1) == Reason.NONE


@pytest.mark.requirement("G12")
def test_a_token_that_is_halted_stays_halted_when_it_follows(
    token, platform, carried, alice, bob, decided
):
    platform.halt(decided)

    carried.adopt([token], decided)

    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.transfer.call(bob, 1, {"from": alice})


@pytest.mark.requirement("G2", "G11")
def test_the_issuers_account_stays_closed(
    token, carried, issuer_account, alice, kyc_expiry, decided
):
    carried.adopt([token], decided)

    assert (
        token.preview(issuer_account, issuer_account, alice, 1) == Reason.SENDER_IS_ISSUER_ACCOUNT
    )
    with reverts_with("TransferRefused", Reason.SENDER_IS_ISSUER_ACCOUNT):
        token.forcedTransfer.call(issuer_account, alice, 1, decided)
    supply = token.totalSupply()
    tx = token.deliver([alice, issuer_account], [1, 300], decided)
    assert emitted(tx, "RowRefused") == [(1, issuer_account, Reason.RECIPIENT_UNKNOWN)]
    assert token.balanceOf(alice) == 101
    assert token.totalSupply() == supply
