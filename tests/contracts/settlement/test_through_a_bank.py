"""Delivery against a bank's confirmation: the paying agent's and the buyer's broker's (G14)."""

import pytest
from settlement_words import (
    BANK,
    BROKER,
    CANCELLED,
    MATCHED,
    PROPOSED,
    SETTLED,
    STRANGER,
    commitments,
    status,
)
from token_words import (
    ZERO_ADDRESS,
    Position,
    at,
    emitted,
    name_hash,
    names,
    position,
    reverts_with,
)

pytestmark = pytest.mark.requirement("G14", "G17")


@pytest.fixture
def trade(through_a_bank, match):
    match(through_a_bank)
    return through_a_bank


@pytest.fixture
def confirm(settlement, key_of):
    """One key of an organisation confirms, at once."""

    def confirm(function, organisation, *trades):
        return getattr(settlement, function)(list(trades), key_of(organisation))

    return confirm


def test_two_organisations_confirm_and_the_units_are_delivered(
    settlement, trade, token, alice, bob, stranger, confirm
):
    trade_id = settlement.idOf(trade)
    with reverts_with("NotConfirmed", trade_id):
        settlement.settle.call(trade, {"from": bob})

    paid = confirm("confirmPayment", BROKER, trade)
    assert emitted(paid, "PaymentConfirmed") == [(trade_id, BROKER)]
    with reverts_with("NotConfirmed", trade_id):
        settlement.settle.call(trade, {"from": bob})
    received = confirm("confirmReceipt", BANK, trade)
    assert emitted(received, "ReceiptConfirmed") == [(trade_id, BANK)]
    assert position(token, alice) == Position(balance=100, committed=30, free=70)

    tx = settlement.settle(trade, {"from": stranger})

    commitment, _ = commitments(settlement, trade)
    assert names(tx) == ["Transfer", "CommitmentSettled", "TradeSettled"]
    assert emitted(tx, "TradeSettled") == [(trade_id, token, commitment, 30, ZERO_ADDRESS, 0, 300)]
    assert token.balanceOf(bob) == 80
    assert status(settlement, trade) == SETTLED


def test_the_bank_may_come_first(settlement, trade, bob, confirm):
    confirm("confirmReceipt", BANK, trade)
    with reverts_with("NotConfirmed", settlement.idOf(trade)):
        settlement.settle.call(trade, {"from": bob})
    confirm("confirmPayment", BROKER, trade)
    settlement.settle(trade, {"from": bob})
    assert status(settlement, trade) == SETTLED


@pytest.mark.parametrize(
    ("function", "organisation"),
    [
        ("confirmPayment", BANK),
        ("confirmPayment", STRANGER),
        ("confirmReceipt", BROKER),
        ("confirmReceipt", STRANGER),
    ],
)
def test_another_organisation_than_the_trade_names_confirms_nothing(
    settlement, trade, key_of, function, organisation
):
    with reverts_with("NotNamed", settlement.idOf(trade), organisation):
        getattr(settlement, function).call([trade], key_of(organisation))


def test_where_a_request_decided_the_policy_names_the_organisations(settlement, trade, confirm):
    tx = confirm("confirmReceipt", 0, trade)
    assert emitted(tx, "ReceiptConfirmed") == [(settlement.idOf(trade), 0)]


@pytest.mark.parametrize("function", ["confirmPayment", "confirmReceipt"])
def test_who_has_no_leave_confirms_nothing(settlement, trade, alice, bob, stranger, function):
    for caller in (alice, bob, stranger):
        with reverts_with("AccessManagedUnauthorized", caller):
            getattr(settlement, function).call([trade], {"from": caller})


@pytest.mark.parametrize(
    ("function", "organisation"), [("confirmPayment", BROKER), ("confirmReceipt", BANK)]
)
def test_each_confirms_once_and_only_a_matched_trade_of_a_bank_in_time(
    settlement,
    platform,
    sale,
    through_a_bank,
    agree,
    match,
    alice,
    bob,
    confirm,
    decided,
    function,
    organisation,
):
    ask = getattr(settlement, function)
    bank_id = settlement.idOf(through_a_bank)
    agree(through_a_bank, alice)
    with reverts_with("TradeNotIn", bank_id, MATCHED, PROPOSED):
        ask.call([through_a_bank], decided)
    agree(through_a_bank, bob)
    match(sale)
    with reverts_with("InvalidTrade", "payment"):
        ask.call([through_a_bank, sale], decided)
    confirm(function, organisation, through_a_bank)
    with reverts_with("AlreadyConfirmed", bank_id):
        ask.call([through_a_bank], decided)

    at(through_a_bank.deadline)
    with reverts_with("TradeExpired", bank_id, through_a_bank.deadline):
        ask.call([through_a_bank], decided)


@pytest.mark.requirement("G12")
def test_while_the_platform_is_halted_nobody_confirms(settlement, platform, trade, decided):
    platform.halt(decided)
    for function in ("confirmPayment", "confirmReceipt"):
        with reverts_with("PlatformHalted"):
            getattr(settlement, function).call([trade], decided)


def test_many_are_confirmed_together_or_none(
    settlement, through_a_bank, trade, match, confirm, decided
):
    second = through_a_bank._replace(externalId=name_hash("second"))
    unmatched = through_a_bank._replace(externalId=name_hash("third"))
    match(second)
    with reverts_with("TradeNotIn", settlement.idOf(unmatched), MATCHED, 0):
        settlement.confirmReceipt.call([trade, second, unmatched], decided)
    with reverts_with("TooManyTrades", 101, 100):
        settlement.confirmReceipt.call([trade] * 101, decided)

    tx = confirm("confirmReceipt", BANK, trade, second)

    assert emitted(tx, "ReceiptConfirmed") == [
        (settlement.idOf(trade), BANK),
        (settlement.idOf(second), BANK),
    ]


def test_money_that_came_and_a_deadline_that_passed_is_money_that_goes_back(
    settlement, trade, token, alice, bob, confirm
):
    """Nothing is delivered from the deadline on, whoever confirmed: the bank pays back."""
    confirm("confirmPayment", BROKER, trade)
    confirm("confirmReceipt", BANK, trade)
    at(trade.deadline)

    with reverts_with("TradeExpired", settlement.idOf(trade), trade.deadline):
        settlement.settle.call(trade, {"from": bob})
    settlement.cancel(trade, {"from": bob})

    assert status(settlement, trade) == CANCELLED
    assert position(token, alice) == Position(balance=100, free=100)
