"""A token listens to another platform: its facts, its stop (G32)."""

import pytest
from token_words import ZERO_ADDRESS, emitted, request, reverts_with

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G32")


@pytest.fixture(scope="module")
def second(make_platform):
    """Another platform that knows the same investors."""
    return make_platform()


def test_the_platform_is_replaced(token, platform, second, decided):
    tx = token.setPlatform(second, decided)

    assert emitted(tx, "PlatformReplaced") == [(platform, second)]
    assert token.platform() == second
    tx = token.setPlatform(platform, decided)
    assert emitted(tx, "PlatformReplaced") == [(second, platform)]


def test_from_then_on_its_facts_count(token, platform, second, alice, bob, decided):
    second.suspend([bob], decided)
    assert token.preview(alice, alice, bob, 1) == Reason.NONE

    token.setPlatform(second, decided)

    assert token.preview(alice, alice, bob, 1) == Reason.RECIPIENT_SUSPENDED
    with reverts_with("TransferRefused", Reason.RECIPIENT_SUSPENDED):
        token.transfer.call(bob, 1, {"from": alice})


def test_from_then_on_its_stop_counts(token, platform, second, alice, bob, decided):
    platform.halt(decided)
    # replacing works while halted
    token.setPlatform(second, decided)

    assert token.transfer.call(bob, 1, {"from": alice}) is True
    token.issue.call(1, decided)
    second.halt(decided)
    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.transfer.call(bob, 1, {"from": alice})
    with reverts_with("PlatformHalted"):
        token.issue.call(1, decided)


def test_the_spender_is_judged_there_too(token, second, alice, bob, carol, decided):
    token.approve(bob, 1, {"from": alice})
    second.suspend([bob], decided)

    token.setPlatform(second, decided)

    assert token.preview(bob, alice, carol, 1) == Reason.SPENDER_SUSPENDED


def test_other_tokens_stay_where_they_are(token, make_issue, platform, second, alice, decided):
    other = make_issue({alice: 1})

    token.setPlatform(second, decided)

    assert other.platform() == platform


@pytest.mark.requirement("G2", "G11")
def test_the_issuer_account_stays_closed_where_the_new_platform_does_not_know_it(
    token, second, issuer_account, alice, decided
):
    token.setPlatform(second, decided)

    assert token.preview(issuer_account, issuer_account, alice, 1) == Reason.SENDER_UNKNOWN
    with reverts_with("TransferRefused", Reason.SENDER_IS_ISSUER_ACCOUNT):
        token.forcedTransfer.call(issuer_account, alice, 1, decided)
    token.deliver(
        [alice],
        [1],
        decided,
    )
    assert token.balanceOf(alice) == 101


def test_what_is_no_platform_is_refused(token, authority, alice, decided):
    # nobody, a key, a contract that does not say what it is, and one that is something else
    for address in (ZERO_ADDRESS, alice.address, authority.address, token.address):
        with reverts_with("InvalidPlatform", address):
            token.setPlatform.call(address, decided)


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
