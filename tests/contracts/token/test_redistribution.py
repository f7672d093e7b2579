"""Units that an investor lost by a system error come back, against a recorded incident (G9)."""

import pytest
from eth_abi import encode
from eth_utils import keccak
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

INCIDENT, OTHER_INCIDENT = name_hash("incident 2024-7"), name_hash("incident 2024-8")


def lose(token, holder, units, decided):
    """Extinguishes units of a holder by error; the log that took them."""
    tx = token.controllerRedeem(holder, units, b"", b"", decided)
    return (tx.txid, 0, holder.address, ZERO_ADDRESS, units, 0)


def loss_id(loss):
    place = encode(["bytes32", "uint32"], [bytes.fromhex(loss[0][2:]), loss[1]])
    return "0x" + keccak(place).hex()


@pytest.fixture(scope="module")
def token(make_issue, alice, bob):
    return make_issue({alice: 100, bob: 50}, holderRedemption=True, partialRedemption=True)


@pytest.fixture(scope="module")
def loss(token, alice, decided):
    """10,000 units less 40 of Alice's: she has 60, Bob 50."""
    return lose(token, alice, 40, decided)


@pytest.fixture
def recorded(token, loss, decided):
    token.recordIncident(INCIDENT, [loss], decided)
    return token


def test_an_incident_is_recorded_with_its_losses(token, loss, alice, decided):
    tx = token.recordIncident(INCIDENT, [loss], decided)

    assert names(tx) == ["LossRecorded"]
    ((incident, found_id, found),) = emitted(tx, "LossRecorded")
    assert (incident, found_id, str(found[2])) == (INCIDENT, loss_id(loss), alice.address)
    assert tuple(map(str, found)) == tuple(map(str, loss))
    assert token.lossOf(INCIDENT, loss) == 40
    assert token.lossOf(OTHER_INCIDENT, loss) == 0
    assert token.lossOf(INCIDENT, (*loss[:4], 41, 0)) == 0


def test_exactly_what_was_lost_comes_back(recorded, loss, alice, decided):
    tx = recorded.redistribute(INCIDENT, [loss], [alice], decided)

    assert names(tx) == ["Transfer", "Issued", "Redistributed"]
    assert emitted(tx, "Transfer") == [(ZERO_ADDRESS, alice, 40)]
    assert emitted(tx, "Issued") == [(decided["from"], alice, 40, INCIDENT)]
    assert emitted(tx, "Redistributed") == [(INCIDENT, loss_id(loss), alice, alice, 40)]
    assert recorded.balanceOf(alice) == 100
    assert recorded.totalSupply() == 10_000
    assert recorded.lossOf(INCIDENT, loss) == 0
    # not a tranche
    assert recorded.tranches() == 1


def test_it_comes_back_once(recorded, loss, alice, decided):
    tx = recorded.redistribute(INCIDENT, [loss, loss], [alice, alice], decided)
    assert refusals(tx) == [(1, alice, Reason.LOSS_EXCEEDED)]

    tx = recorded.redistribute(INCIDENT, [loss], [alice], decided)
    assert refusals(tx) == [(0, alice, Reason.LOSS_EXCEEDED)]
    assert recorded.balanceOf(alice) == 100


@pytest.mark.parametrize("incident", [INCIDENT, OTHER_INCIDENT])
def test_a_log_is_recorded_once_under_whatever_incident(recorded, loss, alice, decided, incident):
    again = (*loss[:4], 60, 0)  # the same place, put otherwise
    tx = recorded.recordIncident(incident, [loss, again], decided)
    assert refusals(tx) == [(0, alice, Reason.LOSS_EXCEEDED), (1, alice, Reason.LOSS_EXCEEDED)]
    tx = recorded.redistribute(OTHER_INCIDENT, [loss], [alice], decided)
    assert refusals(tx) == [(0, alice, Reason.NO_SUCH_LOSS)]
    recorded.redistribute(INCIDENT, [loss], [alice], decided)

    tx = recorded.recordIncident(incident, [loss], decided)
    assert refusals(tx) == [(0, alice, Reason.LOSS_EXCEEDED)]
    tx = recorded.redistribute(incident, [loss], [alice], decided)
    assert refusals(tx) == [(0, alice, Reason.LOSS_EXCEEDED)]
    assert recorded.totalSupply() == 10_000


def test_two_losses_of_one_holder_both_come_back(recorded, loss, alice, decided):
    second = lose(recorded, alice, 25, decided)
    recorded.recordIncident(INCIDENT, [second], decided)

    tx = recorded.redistribute(INCIDENT, [loss, second], [alice, alice], decided)

    assert refusals(tx) == []
    # 60 − 25 + 40 + 25
    assert recorded.balanceOf(alice) == 100


def test_a_log_that_took_no_units_from_the_register_is_no_loss(token, alice, bob, decided):
    tx = token.transfer(bob, 40, {"from": alice})
    moved = (tx.txid, 0, alice.address, bob.address, 40, 0)
    issued = (tx.txid, 1, ZERO_ADDRESS, ZERO_ADDRESS, 40, 0)
    nothing = (tx.txid, 2, alice.address, ZERO_ADDRESS, 0, 0)
    of_the_future = (tx.txid, 3, alice.address, ZERO_ADDRESS, 40, 1)

    tx = token.recordIncident(INCIDENT, [moved, issued, nothing, of_the_future], decided)

    assert refusals(tx) == [
        (0, alice, Reason.NO_SUCH_LOSS),
        (1, ZERO_ADDRESS, Reason.NO_SUCH_LOSS),
        (2, alice, Reason.ZERO_AMOUNT),
        (3, alice, Reason.NO_SUCH_LOSS),
    ]


def test_nothing_comes_back_of_a_loss_that_nobody_recorded(token, recorded, loss, alice, decided):
    second = lose(token, alice, 5, decided)
    other_amount = (*loss[:4], 60, 0)

    tx = token.redistribute(INCIDENT, [second, other_amount], [alice, alice], decided)

    assert refusals(tx) == [(0, alice, Reason.NO_SUCH_LOSS), (1, alice, Reason.NO_SUCH_LOSS)]


def test_an_incident_has_a_name(token, loss, decided):
    with reverts_with("InvalidIncident", NOBODY):
        token.recordIncident.call(bytes(32), [loss], decided)


def test_the_lists_have_one_length(recorded, loss, decided):
    with reverts_with("LengthMismatch", 1, 0):
        recorded.redistribute.call(INCIDENT, [loss], [], decided)


# To whom


def test_kyc_and_class_that_ran_out_meanwhile_do_not_stop_it(
    recorded, loss, platform, alice, decided
):
    lapse = now() + DAY
    platform.renew([(alice, lapse)], decided)
    at(lapse)

    tx = recorded.redistribute(INCIDENT, [loss], [alice], decided)

    assert refusals(tx) == []
    assert recorded.balanceOf(alice) == 100


def test_another_wallet_of_the_same_investor_receives(
    recorded, loss, platform, alice, alices_other, decided
):
    platform.retireWallets([alice], decided)

    tx = recorded.redistribute(INCIDENT, [loss, loss], [alice, alices_other], decided)

    assert refusals(tx) == [(0, alice, Reason.RECIPIENT_RETIRED)]
    assert recorded.balanceOf(alices_other) == 40


def test_nobody_else_receives(recorded, loss, platform, alice, bob, stranger, decided):
    tx = recorded.redistribute(INCIDENT, [loss] * 3, [bob, stranger, ZERO_ADDRESS], decided)

    assert refusals(tx) == [
        (0, alice, Reason.NOT_SAME_INVESTOR),
        (1, alice, Reason.RECIPIENT_UNKNOWN),
        (2, alice, Reason.RECIPIENT_ZERO),
    ]
    platform.suspend([alice], decided)
    tx = recorded.redistribute(INCIDENT, [loss], [alice], decided)
    assert refusals(tx) == [(0, alice, Reason.RECIPIENT_SUSPENDED)]
    assert recorded.lossOf(INCIDENT, loss) == 40


# In between


@pytest.mark.requirement("G6")
def test_a_split_in_between_scales_what_was_lost(recorded, loss, alice, decided):
    recorded.split(3, decided)
    assert recorded.lossOf(INCIDENT, loss) == 120

    tx = recorded.redistribute(INCIDENT, [loss], [alice], decided)

    assert emitted(tx, "Redistributed")[0][-1] == 120
    assert recorded.balanceOf(alice) == 300
    assert recorded.totalSupply() == 30_000


@pytest.mark.requirement("G5")
def test_an_issue_in_between_does_not_stand_in_the_way(recorded, loss, alice, decided):
    recorded.issue(500, decided)

    assert refusals(recorded.redistribute(INCIDENT, [loss], [alice], decided)) == []
    # 9,960 + 500 + 40
    assert recorded.totalSupply() == 10_500


@pytest.mark.requirement("G4")
def test_a_redemption_in_between_brings_back_no_more_than_was_lost(
    recorded, loss, alice, bob, decided
):
    recorded.redeemPart([bob], [30], decided)
    too_much = (*loss[:1], 7, *loss[2:4], 1_000, 0)
    recorded.recordIncident(INCIDENT, [too_much], decided)

    tx = recorded.redistribute(INCIDENT, [loss, loss], [alice, alice], decided)

    # what lawfully went makes no room: once 40, and no more
    assert refusals(tx) == [(1, alice, Reason.LOSS_EXCEEDED)]
    assert recorded.totalSupply() == 9_970


@pytest.mark.requirement("G1")
def test_the_cap_stays_the_cap(make_issue, alice, decided):
    token = make_issue({alice: 100}, holderRedemption=True, cap=10_000)
    loss = lose(token, alice, 40, decided)
    token.recordIncident(INCIDENT, [loss], decided)
    token.issue(1, decided)

    # 9,961 + 40 = 10,001
    tx = token.redistribute(INCIDENT, [loss], [alice], decided)

    assert refusals(tx) == [(0, alice, Reason.CAP_EXCEEDED)]
    assert token.lossOf(INCIDENT, loss) == 40


@pytest.mark.requirement("G7")
def test_who_lost_all_counts_again(make_issue, alice, bob, decided):
    token = make_issue({alice: 100, bob: 50}, holderRedemption=True, holderCap=2)
    loss = lose(token, alice, 100, decided)
    assert token.holderCount() == 1
    token.recordIncident(INCIDENT, [loss], decided)

    token.redistribute(INCIDENT, [loss], [alice], decided)

    assert token.holderCount() == 2


@pytest.mark.requirement("G4")
def test_what_was_recorded_before_maturity_is_restored_after_it_and_nothing_else(
    make_issue, alice, bob, issuer_account, decided
):
    """ERC-1594: once no more units can be added, none are, and it stays so."""
    token = make_issue({alice: 100, bob: 50}, holderRedemption=True, earlyRedemption=True)
    first, second = lose(token, alice, 40, decided), lose(token, alice, 10, decided)
    token.recordIncident(INCIDENT, [first], decided)
    token.redeemEarly(decided)
    assert token.isIssuable() is True

    token.redistribute(INCIDENT, [first], [alice], decided)
    token.redeemAtMaturity([alice, bob, issuer_account], decided)

    assert (token.totalSupply(), token.isIssuable()) == (0, False)
    with reverts_with("TransferRefused", Reason.TOKEN_MATURED):
        token.recordIncident.call(INCIDENT, [second], decided)


@pytest.mark.requirement("G12")
def test_it_works_while_paused_and_not_while_halted(recorded, loss, platform, alice, decided):
    recorded.pause(decided)
    recorded.recordIncident.call(INCIDENT, [loss], decided)
    recorded.redistribute.call(INCIDENT, [loss], [alice], decided)

    platform.halt(decided)
    with reverts_with("PlatformHalted"):
        recorded.recordIncident.call(INCIDENT, [loss], decided)
    with reverts_with("PlatformHalted"):
        recorded.redistribute.call(INCIDENT, [loss], [alice], decided)
