"""Units that are promised to a settlement stay the holder's, and are sold to nobody else (G14)."""

import pytest
from token_words import (
    CANCELLED,
    CONSENTED,
    DAY,
    OPEN,
    REJECTED,
    SETTLED,
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

pytestmark = pytest.mark.requirement("G14")

SETTLEMENT = 4  # Kind
WHY = name_hash("not agreed")


@pytest.fixture(scope="module")
def agent(accounts, authority, decided):
    """Takes the part of a settlement contract."""
    authority.setKind(accounts[16], SETTLEMENT, decided)
    return accounts[16]


@pytest.fixture(scope="module")
def deadline():
    return now() + DAY


@pytest.fixture(scope="module")
def consent(make_issue, alice, bob):
    """A token whose transfers need consent."""
    return make_issue({alice: 100, bob: 50}, consentRequired=True)


def commit(token, agent, holder, to, amount, deadline):
    tx = token.commitTransfer(agent, to, amount, deadline, {"from": holder})
    return emitted(tx, "TransferCommitted")[0][0]


def test_committed_units_are_the_holders_until_the_agent_moves_them(
    token, agent, alice, bob, deadline
):
    expected = token.commitTransfer.call(agent, bob, 30, deadline, {"from": alice})

    tx = token.commitTransfer(agent, bob, 30, deadline, {"from": alice})

    assert emitted(tx, "TransferCommitted") == [(expected, alice, agent, bob, 30, deadline)]
    assert position(token, alice) == Position(balance=100, committed=30, free=70)
    assert tuple(token.commitment(expected)) == (agent, alice, bob, 30, deadline, True)
    assert token.consentTransfer(expected)["status"] == OPEN

    settled = token.settleTransfer(expected, {"from": agent})

    assert names(settled) == ["Transfer", "CommitmentSettled"]
    assert emitted(settled, "Transfer") == [(alice, bob, 30)]
    assert emitted(settled, "CommitmentSettled") == [(expected, agent, 30)]
    assert position(token, alice) == Position(balance=70, free=70)
    assert token.balanceOf(bob) == 80
    assert tuple(token.commitment(expected)) == (agent, alice, bob, 30, deadline, False)
    assert token.consentTransfer(expected)["status"] == SETTLED


def test_the_agent_is_a_contract_that_the_consortium_lets(
    token, authority, agent, platform, alice, bob, stranger, deadline, decided
):
    for other in (stranger, platform, token, alice, ZERO_ADDRESS):
        with reverts_with("AgentUnknown", other):
            token.commitTransfer.call(other, bob, 30, deadline, {"from": alice})


def test_an_agent_of_one_tokens_scope_acts_on_no_other(
    token, consent, authority, agent, alice, bob, deadline, decided
):
    authority.setScope(agent, consent, decided)

    with reverts_with("AgentUnknown", agent):
        token.commitTransfer.call(agent, bob, 30, deadline, {"from": alice})
    id = commit(consent, agent, alice, bob, 30, deadline)
    consent.approveTransfer(id, decided)
    consent.settleTransfer(id, {"from": agent})

    assert consent.balanceOf(bob) == 80  # 50 + 30


def test_an_agent_whose_scope_became_another_tokens_settles_nothing_and_frees_the_holder(
    token, consent, authority, agent, alice, bob, deadline, decided
):
    id = commit(token, agent, alice, bob, 30, deadline)
    authority.setScope(agent, consent, decided)

    with reverts_with("AgentUnknown", agent):
        token.settleTransfer.call(id, {"from": agent})
    token.releaseTransfer(id, {"from": alice})

    assert position(token, alice) == Position(balance=100, free=100)


def test_only_the_agent_settles(token, agent, authority, alice, bob, stranger, deadline, decided):
    id = commit(token, agent, alice, bob, 30, deadline)
    authority.setKind(stranger, SETTLEMENT, decided)

    for caller in (alice, bob, stranger, decided["from"]):
        with reverts_with("AgentUnknown", caller):
            token.settleTransfer.call(id, {"from": caller})


def test_a_commitment_is_judged_by_all_rules_of_a_transfer_but_the_consent(
    token, platform, agent, alice, bob, carol, stranger, deadline, decided
):
    platform.suspend([carol], decided)
    for sender, to, amount, reason in (
        (stranger, bob, 1, Reason.SENDER_UNKNOWN),
        (alice, stranger, 1, Reason.RECIPIENT_UNKNOWN),
        (alice, carol, 1, Reason.RECIPIENT_SUSPENDED),
        (alice, alice, 1, Reason.SAME_WALLET),
        (alice, bob, 0, Reason.ZERO_AMOUNT),
    ):
        with reverts_with("TransferRefused", reason):
            token.commitTransfer.call(agent, to, amount, deadline, {"from": sender})
    with reverts_with("ERC20InsufficientBalance", alice, 100, 101):
        token.commitTransfer.call(agent, bob, 101, deadline, {"from": alice})
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.commitTransfer.call(agent, bob, 1, now(), {"from": alice})


def test_units_are_promised_once(token, agent, alice, bob, carol, deadline):
    commit(token, agent, alice, bob, 30, deadline)
    # 100 − 30
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 71, 70):
        token.commitTransfer.call(agent, carol, 71, deadline, {"from": alice})
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 71, 70):
        token.transfer.call(carol, 71, {"from": alice})


def test_a_settled_commitment_is_over(token, agent, alice, bob, deadline, decided):
    id = commit(token, agent, alice, bob, 30, deadline)
    token.settleTransfer(id, {"from": agent})

    for act in (token.settleTransfer, token.releaseTransfer):
        with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
            act.call(id, {"from": agent})
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.approveTransfer.call(id, decided)


# The end of it


def test_the_agent_releases_at_any_time_and_the_holder_from_the_deadline_on(
    token, agent, alice, bob, stranger, deadline
):
    by_agent = commit(token, agent, alice, bob, 30, deadline)
    by_holder = commit(token, agent, alice, bob, 20, deadline)
    tx = token.releaseTransfer(by_agent, {"from": agent})
    assert emitted(tx, "CommitmentReleased") == [(by_agent,)]
    assert position(token, alice) == Position(balance=100, committed=20, free=80)
    assert token.consentTransfer(by_agent)["status"] == CANCELLED

    at(deadline - 1)
    for caller in (alice, bob, stranger):
        with reverts_with("NotReleasable", by_holder, caller):
            token.releaseTransfer.call(by_holder, {"from": caller})
    at(deadline)
    for caller in (bob, stranger):
        with reverts_with("NotReleasable", by_holder, caller):
            token.releaseTransfer.call(by_holder, {"from": caller})
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.settleTransfer.call(by_holder, {"from": agent})
    token.releaseTransfer(by_holder, {"from": alice})
    assert position(token, alice) == Position(balance=100, free=100)


def test_a_holder_does_not_take_a_commitment_back_as_a_request(token, agent, alice, bob, deadline):
    id = commit(token, agent, alice, bob, 30, deadline)

    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.cancelTransfer.call(id, {"from": alice})


def test_a_request_for_consent_is_no_commitment(consent, agent, alice, bob, deadline):
    tx = consent.requestTransfer(bob, 30, deadline, {"from": alice})
    id = emitted(tx, "TransferRequested")[0][0]

    assert tuple(consent.commitment(id)) == (ZERO_ADDRESS, ZERO_ADDRESS, ZERO_ADDRESS, 0, 0, False)
    with reverts_with("AgentUnknown", agent):
        consent.settleTransfer.call(id, {"from": agent})
    at(deadline)
    with reverts_with("NotReleasable", id, alice):
        consent.releaseTransfer.call(id, {"from": alice})


def test_where_there_is_none_nothing_is_settled_or_released(token, agent, alice):
    assert tuple(token.commitment(99)) == (ZERO_ADDRESS, ZERO_ADDRESS, ZERO_ADDRESS, 0, 0, False)
    with reverts_with("AgentUnknown", agent):
        token.settleTransfer.call(99, {"from": agent})
    with reverts_with("NotReleasable", 99, alice):
        token.releaseTransfer.call(99, {"from": alice})


def test_an_agent_that_the_consortium_no_longer_lets_holds_nobody(
    token, authority, agent, alice, bob, deadline, decided
):
    id = commit(token, agent, alice, bob, 30, deadline)
    authority.setKind(agent, 0, decided)

    with reverts_with("AgentUnknown", agent):
        token.settleTransfer.call(id, {"from": agent})
    token.releaseTransfer(id, {"from": alice})
    assert position(token, alice) == Position(balance=100, free=100)


@pytest.mark.requirement("G12")
def test_while_halted_a_commitment_is_only_released(
    token, platform, agent, alice, bob, deadline, decided
):
    id = commit(token, agent, alice, bob, 30, deadline)
    platform.halt(decided)

    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.commitTransfer.call(agent, bob, 30, deadline, {"from": alice})
    with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
        token.settleTransfer.call(id, {"from": agent})
    token.releaseTransfer(id, {"from": agent})
    assert position(token, alice) == Position(balance=100, free=100)


# Consent beforehand


@pytest.mark.requirement("G3")
def test_consent_is_given_beforehand_and_moves_nothing(
    consent, agent, alice, bob, deadline, decided
):
    id = commit(consent, agent, alice, bob, 30, deadline)
    with reverts_with("TransferRefused", Reason.CONSENT_REQUIRED):
        consent.settleTransfer.call(id, {"from": agent})

    tx = consent.approveTransfer(id, decided)

    assert names(tx) == ["CommitmentApproved"]
    assert position(consent, alice) == Position(balance=100, committed=30, free=70)
    assert consent.consentTransfer(id)["status"] == CONSENTED
    consent.settleTransfer(id, {"from": agent})
    assert consent.balanceOf(bob) == 80


@pytest.mark.requirement("G3")
def test_a_consent_that_was_given_is_not_taken_back(consent, agent, alice, bob, deadline, decided):
    id = commit(consent, agent, alice, bob, 30, deadline)
    consent.approveTransfer(id, decided)

    for act, arguments in ((consent.rejectTransfer, (id, WHY)), (consent.approveTransfer, (id,))):
        with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
            act.call(*arguments, decided)
    consent.releaseTransfer(id, {"from": agent})
    assert position(consent, alice) == Position(balance=100, free=100)


@pytest.mark.requirement("G3")
def test_a_consent_that_is_refused_frees_the_units(consent, agent, alice, bob, deadline, decided):
    id = commit(consent, agent, alice, bob, 30, deadline)

    consent.rejectTransfer(id, WHY, decided)

    assert position(consent, alice) == Position(balance=100, free=100)
    assert consent.consentTransfer(id)["status"] == REJECTED
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        consent.settleTransfer.call(id, {"from": agent})


def test_where_no_consent_is_asked_none_is_refused(token, agent, alice, bob, deadline, decided):
    """Neither the issuer nor the registrar alone ends what two investors agreed."""
    id = commit(token, agent, alice, bob, 30, deadline)

    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        token.rejectTransfer.call(id, WHY, decided)


@pytest.mark.requirement("G3")
def test_consent_to_many_is_given_to_those_who_may(
    consent, platform, agent, alice, bob, carol, dave, deadline, decided
):
    kept = commit(consent, agent, alice, carol, 10, deadline)
    lapsed = commit(consent, agent, alice, dave, 20, deadline)
    platform.suspend([dave], decided)

    tx = consent.approveTransfers([kept, lapsed], decided)

    assert refusals(tx) == [(1, alice, Reason.RECIPIENT_SUSPENDED)]
    assert emitted(tx, "CommitmentApproved") == [(kept,)]
    at(deadline)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        consent.approveTransfer.call(lapsed, decided)


# What else happens to the position


@pytest.mark.requirement("G6")
def test_a_split_scales_what_is_committed(token, agent, alice, bob, deadline, decided):
    id = commit(token, agent, alice, bob, 30, deadline)
    token.split(10, decided)

    assert position(token, alice) == Position(balance=1_000, committed=300, free=700)
    assert token.commitment(id)["amount"] == 300
    tx = token.settleTransfer(id, {"from": agent})
    assert emitted(tx, "Transfer") == [(alice, bob, 300)]


@pytest.mark.requirement("G11")
def test_a_forced_transfer_passes_a_commitment(token, agent, alice, bob, carol, deadline, decided):
    id = commit(token, agent, alice, bob, 80, deadline)
    token.forcedTransfer(alice, carol, 60, decided)

    assert position(token, alice) == Position(balance=40, committed=80, free=0)
    with reverts_with("TransferRefused", Reason.INSUFFICIENT_BALANCE):
        token.settleTransfer.call(id, {"from": agent})
    assert token.commitment(id)["open"]
    # units that come back are there for it
    token.transfer(alice, 40, {"from": carol})
    token.settleTransfer(id, {"from": agent})
    assert token.balanceOf(bob) == 130


@pytest.mark.requirement("G13")
def test_a_move_to_a_new_wallet_ends_a_commitment(
    token, platform, agent, alice, alices_other, bob, deadline, decided
):
    id = commit(token, agent, alice, bob, 30, deadline)
    platform.retireWallets([alice], decided)
    token.movePosition(alice, alices_other, decided)

    assert position(token, alices_other) == Position(balance=100, free=100)
    assert not token.commitment(id)["open"]
    for act in (token.settleTransfer, token.releaseTransfer):
        with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
            act.call(id, {"from": agent})


@pytest.mark.requirement("G4")
def test_a_commitment_does_not_dodge_a_redemption(make_issue, agent, alice, bob, deadline, decided):
    maturity = now() + 3600
    token = make_issue({alice: 100}, maturity=maturity)
    id = commit(token, agent, alice, bob, 100, deadline)
    at(maturity)

    token.redeemAtMaturity([alice], decided)

    assert position(token, alice) == Position()
    assert not token.commitment(id)["open"]


@pytest.mark.requirement("G7")
def test_the_recipient_is_judged_again(token, platform, agent, alice, bob, deadline, decided):
    id = commit(token, agent, alice, bob, 30, deadline)
    lapse = now() + 3600
    platform.renew([(bob, lapse)], decided)
    at(lapse)

    with reverts_with("TransferRefused", Reason.RECIPIENT_KYC_EXPIRED):
        token.settleTransfer.call(id, {"from": agent})
    platform.renew([(bob, lapse + DAY)], decided)
    token.settleTransfer(id, {"from": agent})
    assert token.consentTransfer(id)["status"] == SETTLED
