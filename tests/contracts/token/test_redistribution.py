"""Units that an investor lost by a system error come back, against a recorded incident (G9)."""

import pytest
from token_words import (
    DAY,
    NOBODY,
    ZERO_ADDRESS,
    at,
    emitted,
    name_hash,
    names,
    now,
    refusals,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G9")

INCIDENT = name_hash("incident 2024-7")


@pytest.fixture(scope="module")
def token(make_issue, alice, bob, decided):
    """10,000 units less the 40 of Alice's that went in the incident: she has 60, Bob 50."""
    token = make_issue({alice: 100, bob: 50}, holderRedemption=True)
    token.redeemFrom(alice, 40, b"", decided)
    return token


@pytest.fixture
def recorded(token, alice, decided):
    token.recordIncident(INCIDENT, 10_000, [alice], [40], decided)
    return token


def test_an_incident_is_recorded_with_its_losses(token, alice, bob, decided):
    tx = token.recordIncident(INCIDENT, 10_000, [alice], [40], decided)

    assert names(tx) == ["IncidentRecorded", "LossRecorded"]
    assert emitted(tx, "IncidentRecorded") == [(INCIDENT, 10_000)]
    assert emitted(tx, "LossRecorded") == [(INCIDENT, alice, 40)]
    assert (token.lossOf(INCIDENT, alice), token.lossOf(INCIDENT, bob)) == (40, 0)


def test_exactly_what_was_lost_comes_back(recorded, alice, decided):
    tx = recorded.redistribute(INCIDENT, [alice], [alice], decided)

    assert names(tx) == ["Transfer", "Redistributed"]
    assert emitted(tx, "Transfer") == [(ZERO_ADDRESS, alice, 40)]
    assert emitted(tx, "Redistributed") == [(INCIDENT, alice, alice, 40)]
    assert recorded.balanceOf(alice) == 100
    assert recorded.totalSupply() == 10_000
    assert recorded.lossOf(INCIDENT, alice) == 0
    # not a tranche
    assert recorded.tranches() == 1


def test_it_comes_back_once(recorded, alice, decided):
    tx = recorded.redistribute(INCIDENT, [alice, alice], [alice, alice], decided)
    assert refusals(tx) == [(1, alice, Reason.LOSS_EXCEEDED)]

    tx = recorded.redistribute(INCIDENT, [alice], [alice], decided)
    assert refusals(tx) == [(0, alice, Reason.LOSS_EXCEEDED)]
    assert recorded.balanceOf(alice) == 100


def test_a_loss_is_recorded_once_even_after_it_came_back(recorded, alice, decided):
    tx = recorded.recordIncident(INCIDENT, 10_000, [alice], [40], decided)
    assert refusals(tx) == [(0, alice, Reason.LOSS_EXCEEDED)]
    recorded.redistribute(INCIDENT, [alice], [alice], decided)

    tx = recorded.recordIncident(INCIDENT, 10_000, [alice], [40], decided)

    assert refusals(tx) == [(0, alice, Reason.LOSS_EXCEEDED)]


def test_more_holders_are_recorded_later(recorded, bob, carol, decided):
    tx = recorded.recordIncident(INCIDENT, 10_000, [bob, carol, carol], [1, 0, 2], decided)

    assert names(tx) == ["LossRecorded", "RowRefused", "LossRecorded"]
    assert refusals(tx) == [(1, carol, Reason.ZERO_AMOUNT)]
    assert recorded.lossOf(INCIDENT, carol) == 2


def test_who_lost_nothing_gets_nothing(recorded, bob, decided):
    tx = recorded.redistribute(INCIDENT, [bob], [bob], decided)

    assert refusals(tx) == [(0, bob, Reason.LOSS_EXCEEDED)]


def test_nobody_lost_more_than_there_was(token, alice, decided):
    tx = token.recordIncident(INCIDENT, 10_000, [alice, alice], [10_001, 2**256 - 1], decided)

    assert refusals(tx) == [(0, alice, Reason.LOSS_EXCEEDED), (1, alice, Reason.LOSS_EXCEEDED)]


def test_the_supply_is_never_more_than_before_the_incident(token, alice, bob, decided):
    token.recordIncident(INCIDENT, 10_000, [alice, bob], [30, 11], decided)

    tx = token.redistribute(INCIDENT, [alice, bob], [alice, bob], decided)

    # 9,960 + 30 + 11 = 10,001
    assert refusals(tx) == [(1, bob, Reason.LOSS_EXCEEDED)]
    assert token.totalSupply() == 9_990


@pytest.mark.parametrize("supply_before", [0, 9_959, 1_000_001])
def test_an_incident_without_a_possible_supply_is_refused(token, alice, decided, supply_before):
    with reverts_with("InvalidIncident", INCIDENT):
        token.recordIncident.call(INCIDENT, supply_before, [alice], [1], decided)


def test_an_incident_has_one_supply_and_a_name(recorded, alice, bob, decided):
    with reverts_with("InvalidIncident", INCIDENT):
        recorded.recordIncident.call(INCIDENT, 10_001, [bob], [1], decided)
    with reverts_with("InvalidIncident", NOBODY):
        recorded.recordIncident.call(bytes(32), 10_000, [bob], [1], decided)


def test_nothing_comes_back_for_an_incident_that_nobody_recorded(token, alice, decided):
    with reverts_with("InvalidIncident", INCIDENT):
        token.redistribute.call(INCIDENT, [alice], [alice], decided)


def test_the_lists_have_one_length(recorded, alice, decided):
    with reverts_with("LengthMismatch", 1, 0):
        recorded.recordIncident.call(INCIDENT, 10_000, [alice], [], decided)
    with reverts_with("LengthMismatch", 1, 0):
        recorded.redistribute.call(INCIDENT, [alice], [], decided)


# To whom


def test_kyc_and_class_that_ran_out_meanwhile_do_not_stop_it(recorded, platform, alice, decided):
    lapse = now() + DAY
    platform.renew([(alice, lapse)], decided)
    at(lapse)

    tx = recorded.redistribute(INCIDENT, [alice], [alice], decided)

    assert refusals(tx) == []
    assert recorded.balanceOf(alice) == 100


def test_another_wallet_of_the_same_investor_receives(
    recorded, platform, alice, alices_other, decided
):
    platform.retireWallets([alice], decided)

    tx = recorded.redistribute(INCIDENT, [alice, alice], [alice, alices_other], decided)

    assert refusals(tx) == [(0, alice, Reason.RECIPIENT_RETIRED)]
    assert recorded.balanceOf(alices_other) == 40


def test_nobody_else_receives(recorded, platform, alice, bob, stranger, decided):
    tx = recorded.redistribute(INCIDENT, [alice] * 3, [bob, stranger, ZERO_ADDRESS], decided)

    assert refusals(tx) == [
        (0, alice, Reason.NOT_SAME_INVESTOR),
        (1, alice, Reason.RECIPIENT_UNKNOWN),
        (2, alice, Reason.RECIPIENT_ZERO),
    ]
    platform.suspend([alice], decided)
    tx = recorded.redistribute(INCIDENT, [alice], [alice], decided)
    assert refusals(tx) == [(0, alice, Reason.RECIPIENT_SUSPENDED)]
    assert recorded.lossOf(INCIDENT, alice) == 40


# In between


@pytest.mark.requirement("G6")
def test_a_split_in_between_scales_what_was_lost_and_the_ceiling(recorded, alice, bob, decided):
    recorded.split(3, decided)
    assert recorded.lossOf(INCIDENT, alice) == 120

    # recorded later, in today's units: 10,000 × 3
    recorded.recordIncident(INCIDENT, 30_000, [bob], [1], decided)
    recorded.redistribute(INCIDENT, [alice], [alice], decided)

    assert recorded.balanceOf(alice) == 300
    assert recorded.totalSupply() == 30_000
    tx = recorded.redistribute(INCIDENT, [bob], [bob], decided)
    assert refusals(tx) == [(0, bob, Reason.LOSS_EXCEEDED)]


@pytest.mark.requirement("G7")
def test_who_lost_all_counts_again(make_issue, alice, bob, decided):
    token = make_issue({alice: 100, bob: 50}, holderRedemption=True, holderCap=2)
    token.redeemFrom(alice, 100, b"", decided)
    assert token.holderCount() == 1
    token.recordIncident(INCIDENT, 10_000, [alice], [100], decided)

    token.redistribute(INCIDENT, [alice], [alice], decided)

    assert token.holderCount() == 2


@pytest.mark.requirement("G4")
def test_an_issue_redeemed_by_error_is_restored_and_goes_on(
    make_issue, alice, issuer_account, decided
):
    token = make_issue({alice: 10_000}, earlyRedemption=True)
    token.redeemEarly([alice], decided)
    assert token.isIssuable() is False
    token.recordIncident(INCIDENT, 10_000, [alice], [10_000], decided)

    token.redistribute(INCIDENT, [alice], [alice], decided)

    assert token.balanceOf(alice) == 10_000
    assert token.isIssuable() is True


@pytest.mark.requirement("G12")
def test_it_works_while_paused_and_not_while_halted(recorded, platform, alice, bob, decided):
    recorded.pause(decided)
    recorded.recordIncident.call(INCIDENT, 10_000, [bob], [1], decided)
    recorded.redistribute.call(INCIDENT, [alice], [alice], decided)

    platform.halt(decided)
    with reverts_with("PlatformHalted"):
        recorded.recordIncident.call(INCIDENT, 10_000, [bob], [1], decided)
    with reverts_with("PlatformHalted"):
        recorded.redistribute.call(INCIDENT, [alice], [alice], decided)
