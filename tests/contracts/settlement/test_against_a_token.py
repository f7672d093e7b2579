"""Units of one JP20 token against units of another, in one transaction (G22)."""

import pytest
from brownie import Contract
from eth_abi import encode
from settlement_words import CANCELLED, MATCHED, SETTLED, commitments, status
from token_words import Position, emitted, name_hash, names, position, reverts_with

from jp20.domain.token.reasons import Reason
from jp20.domain.token.storage import request_slots

pytestmark = pytest.mark.requirement("G22", "G14")


@pytest.fixture
def matched(match, exchange):
    return match(exchange, units_paid=True)


def test_both_sides_commit_and_both_legs_move_in_one_transaction(
    settlement, exchange, matched, token, other, alice, bob, stranger
):
    sold, paid = commitments(settlement, exchange)
    assert position(token, alice) == Position(balance=100, committed=30, free=70)
    assert position(other, bob) == Position(balance=500, committed=60, free=440)
    assert settlement.tradeOf(other, paid) == matched

    tx = settlement.settle(exchange, {"from": stranger})

    assert names(tx) == [
        "Transfer",
        "CommitmentSettled",
        "Transfer",
        "CommitmentSettled",
        "TradeSettled",
    ]
    assert emitted(tx, "Transfer") == [(alice, bob, 30), (bob, alice, 60)]
    assert emitted(tx, "TradeSettled") == [(matched, token, sold, 30, other, paid, 60)]
    assert (token.balanceOf(alice), token.balanceOf(bob)) == (70, 80)
    assert (other.balanceOf(alice), other.balanceOf(bob)) == (60, 440)
    assert status(settlement, exchange) == SETTLED


@pytest.mark.requirement("G6")
def test_each_leg_scales_with_the_splits_of_its_own_token(
    settlement, exchange, matched, token, other, alice, bob, decided
):
    other.split(5, decided)

    tx = settlement.settle(exchange, {"from": bob})

    # 60 × 5
    assert emitted(tx, "TradeSettled")[0][3:] == (30, other, 0, 300)
    assert (other.balanceOf(alice), other.balanceOf(bob)) == (300, 2_200)
    assert token.balanceOf(bob) == 80


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("buyer frozen", Reason.FROZEN),
        ("buyer attached", Reason.ATTACHED),
        ("other paused", Reason.TOKEN_PAUSED),
        ("seller suspended", Reason.SENDER_SUSPENDED),
        ("short by one", Reason.INSUFFICIENT_BALANCE),
    ],
)
def test_what_stops_the_second_leg_stops_the_first(
    settlement, platform, exchange, matched, token, other, alice, bob, carol, decided, event, reason
):
    {
        # 441 + 60 > 500
        "buyer frozen": lambda: other.setFrozenTokens(bob, 441, decided),
        "buyer attached": lambda: other.placeAttachment(bob, 441, name_hash("court"), decided),
        "other paused": lambda: other.pause(decided),
        "seller suspended": lambda: platform.suspend([alice], decided),
        # 500 − 441 = 59
        "short by one": lambda: other.forcedTransfer(bob, carol, 441, decided),
    }[event]()
    paid = other.balanceOf(bob)

    with reverts_with("TransferRefused", reason):
        settlement.settle.call(exchange, {"from": bob})

    assert (token.balanceOf(alice), token.balanceOf(bob)) == (100, 50)
    assert (other.balanceOf(alice), other.balanceOf(bob)) == (0, paid)
    assert status(settlement, exchange) == MATCHED


def test_the_buyer_commits_the_price_to_the_seller(
    settlement, exchange, other, alice, bob, carol, agree, commit
):
    agree(exchange, alice)
    for to, units in ((alice, 59), (alice, 61), (carol, 60)):
        commitment = commit(other, bob, to, units, exchange.deadline)
        with reverts_with("CommitmentMismatch", other, commitment):
            settlement.agree.call(exchange, commitment, {"from": bob})


def test_both_commitments_are_released_where_both_sides_cancel(
    settlement, exchange, matched, token, other, alice, bob
):
    settlement.cancel(exchange, {"from": alice})
    tx = settlement.cancel(exchange, {"from": bob})

    assert names(tx) == ["CommitmentReleased", "CommitmentReleased", "TradeCancelled"]
    assert position(token, alice) == Position(balance=100, free=100)
    assert position(other, bob) == Position(balance=500, free=500)


@pytest.fixture
def make_successor(platform, version, term_sheet, token_abi, decided):
    """Puts another token in the place of one."""

    def make(old, holders):
        terms = {"name": old.name(), "symbol": old.symbol(), "code": old.code()}
        extra = encode(["address", "uint256"], [old.address, 1])
        platform.createToken(version.number, term_sheet(extra=extra, **terms), 7, 8, decided)
        new = Contract.from_abi("successor", platform.tokens()[-1], token_abi, persist=False)
        old.closeFor(new, decided)
        new.carryHolders(holders, decided)
        slots = [f"0x{slot:064x}" for slot in request_slots(1)]
        new.carrySlots(slots, decided)
        return new

    return make


@pytest.mark.requirement("G32")
@pytest.mark.parametrize("leg", ["token", "payment"])
def test_a_trade_whose_token_was_replaced_is_ended_by_anybody_and_its_units_are_free(
    settlement,
    exchange,
    matched,
    token,
    other,
    alice,
    bob,
    issuer_account,
    stranger,
    decided,
    make_successor,
    leg,
):
    old, kept = (token, other) if leg == "token" else (other, token)
    new = make_successor(old, [alice, bob, issuer_account])
    # While it is closed nothing moves, and the trade stands.
    with reverts_with("NotCancellable", matched, stranger):
        settlement.cancel.call(exchange, {"from": stranger})
    new.takeOver(decided)
    # 30 of Alice's 100, 60 of Bob's 500.
    assert position(new, alice if leg == "token" else bob).committed == (30, 60)[leg == "payment"]
    with reverts_with("TransferRefused", Reason.TOKEN_CLOSED):
        settlement.settle.call(exchange, {"from": bob})

    settlement.cancel(exchange, {"from": stranger})

    assert status(settlement, exchange) == CANCELLED
    for each in (new, kept):
        assert (position(each, alice).committed, position(each, bob).committed) == (0, 0)


@pytest.mark.requirement("G3")
def test_tokens_that_ask_for_consent_settle_with_consent_given_beforehand(
    settlement, make_issue, sale, alice, bob, match, decided
):
    one, two = (make_issue({holder: 100}, consentRequired=True) for holder in (alice, bob))
    trade = sale._replace(token=one.address, payment=two.address, price=60)
    match(trade, units_paid=True)
    sold, paid = commitments(settlement, trade)

    for token, commitment in ((one, sold), (two, paid)):
        with reverts_with("TransferRefused", Reason.CONSENT_REQUIRED):
            settlement.settle.call(trade, {"from": bob})
        tx = token.approveTransfer(commitment, decided)
        assert names(tx) == ["CommitmentApproved"]
    settlement.settle(trade, {"from": bob})

    assert (one.balanceOf(bob), two.balanceOf(alice)) == (30, 60)


def test_two_tokens_settle_within_150000_gas(settlement, exchange, matched, other, alice, decided):
    """Existing holders on both sides, as `make bench` measures it under the real Consortium."""
    other.deliver([alice], [1], decided)

    tx = settlement.settle(exchange, {"from": alice})

    assert tx.gas_used <= 150_000
