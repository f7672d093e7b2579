"""Several trades in one transaction: units trade by trade, money net (G14)."""

import pytest
from settlement_words import BANK, BROKER, MATCHED, SETTLED, refused, status
from token_words import ZERO_ADDRESS, emitted, name_hash, names, reverts_with

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G14")


@pytest.fixture(scope="module")
def token(make_issue, alice, bob, carol):
    """10,000 units, of which three holders have 100 each."""
    return make_issue({alice: 100, bob: 100, carol: 100})


@pytest.fixture(scope="module")
def three(sale, deposit, settlement, alice, bob, carol, decided):
    """Alice sells 30 to Bob for 300, Bob 20 to Carol for 210, Carol 10 to Alice for 90.

    Alice is owed 300 and owes 90: +210. Bob owes 300 and is owed 210: −90. Carol owes 210 and is
    owed 90: −120.
    """
    for payer in (alice, carol):
        deposit.approve(settlement, 1_000, {"from": payer})
    deposit.mint(carol, 120, decided)
    return [
        sale._replace(seller=seller.address, buyer=buyer.address, units=units, price=price)
        for seller, buyer, units, price in (
            (alice, bob, 30, 300),
            (bob, carol, 20, 210),
            (carol, alice, 10, 90),
        )
    ]


@pytest.fixture
def matched(three, match):
    return [match(trade) for trade in three]


def units_and_money(token, deposit, *holders):
    return [(token.balanceOf(holder), deposit.balanceOf(holder)) for holder in holders]


def test_units_move_trade_by_trade_and_money_once(
    settlement, three, matched, token, deposit, alice, bob, carol, stranger
):
    """Alice has no yen at all, and Carol has 120 of the 210 that she owes."""
    tx = settlement.settleNet(three, {"from": stranger})

    assert emitted(tx, "Transfer") == [
        (alice, bob, 30),
        (bob, carol, 20),
        (carol, alice, 10),
        (bob, alice, 90),
        (carol, alice, 120),
    ]
    assert emitted(tx, "NetPaid") == [(deposit, bob, alice, 90), (deposit, carol, alice, 120)]
    assert [event[0] for event in emitted(tx, "TradeSettled")] == matched
    # units: 100 − 30 + 10, 100 + 30 − 20, 100 + 20 − 10
    assert units_and_money(token, deposit, alice, bob, carol) == [(80, 210), (110, 910), (110, 0)]
    assert [status(settlement, trade) for trade in three] == [SETTLED] * 3


def test_trades_that_cancel_out_move_no_money(settlement, sale, token, deposit, alice, bob, match):
    """Alice sells 30 for 300, and 20 go back for 300."""
    back = sale._replace(seller=sale.buyer, buyer=sale.seller, units=20)
    for trade in (sale, back):
        match(trade)

    tx = settlement.settleNet([sale, back], {"from": bob})

    assert emitted(tx, "NetPaid") == []
    assert units_and_money(token, deposit, alice, bob) == [(90, 0), (110, 1_000)]


def test_one_bad_trade_stops_all_and_is_named(
    settlement, three, matched, token, deposit, alice, bob, carol, decided
):
    token.setFrozenTokens(carol, 91, decided)

    with reverts_with("TradeInTheWay", 0, matched[2], refused(Reason.FROZEN)):
        settlement.settleNet.call([three[2], *three[:2]], {"from": alice})

    assert units_and_money(token, deposit, alice, bob, carol) == [
        (100, 0),
        (100, 1_000),
        (100, 120),
    ]
    assert [status(settlement, trade) for trade in three] == [MATCHED] * 3
    # after Bob's 20 she has 120, and 120 − 91 ≥ 10
    settlement.settleNet.call(three, {"from": alice})
    # and the rest goes without it: Alice is owed 300, Bob owes 90, Carol 210 and has 120
    with reverts_with("ERC20InsufficientBalance", carol, 120, 210):
        settlement.settleNet.call(three[:2], {"from": alice})
    deposit.mint(carol, 90, decided)
    settlement.settleNet(three[:2], {"from": alice})
    assert [status(settlement, trade) for trade in three] == [SETTLED, SETTLED, MATCHED]


def test_a_net_payer_who_is_short_by_one_stops_all(
    settlement, three, matched, token, deposit, alice, bob, carol, stranger
):
    deposit.transfer(stranger, 1, {"from": carol})

    with reverts_with("ERC20InsufficientBalance", carol, 119, 120):
        settlement.settleNet.call(three, {"from": alice})
    assert [status(settlement, trade) for trade in three] == [MATCHED] * 3


def test_the_same_trade_twice_is_settled_by_neither(settlement, three, matched, alice):
    with reverts_with("TradeNotIn", matched[0], MATCHED, SETTLED):
        settlement.settleNet.call([three[0], three[0]], {"from": alice})


def test_what_is_netted_is_paid_in_one_token(
    settlement, sale, make_deposit, odd_deposits, match, alice
):
    silent = odd_deposits["SilentDeposit"]
    other = sale._replace(payment=silent.address)
    for trade in (sale, other):
        match(trade)

    with reverts_with("PaymentsDiffer", 1, silent):
        settlement.settleNet.call([sale, other], {"from": alice})


@pytest.mark.requirement("G22")
def test_trades_against_units_and_through_a_bank_are_netted_along(
    settlement,
    sale,
    exchange,
    through_a_bank,
    token,
    other,
    deposit,
    alice,
    bob,
    match,
    key_of,
):
    match(sale)
    match(exchange, units_paid=True)
    match(through_a_bank)
    for function, organisation in (("confirmPayment", BROKER), ("confirmReceipt", BANK)):
        getattr(settlement, function)([through_a_bank], key_of(organisation))

    tx = settlement.settleNet([exchange, through_a_bank, sale], {"from": bob})

    # 3 × 30 units; 60 of the other; 300 yen of the sale alone
    assert units_and_money(token, deposit, alice, bob) == [(10, 300), (190, 700)]
    assert other.balanceOf(alice) == 60
    assert [event[4] for event in emitted(tx, "TradeSettled")] == [other, ZERO_ADDRESS, deposit]


def test_100_trades_at_most(settlement, sale, alice):
    with reverts_with("TooManyTrades", 101, 100):
        settlement.settleNet.call([sale] * 101, {"from": alice})


def test_nothing_is_netted_to_nothing(settlement, alice):
    assert names(settlement.settleNet([], {"from": alice})) == []


def test_many_parties_are_settled_within_a_block(
    settlement, sale, token, deposit, alice, bob, match
):
    """Ten trades both ways, of which 5 × 300 − 5 × 200 are left to pay."""
    there = [sale._replace(externalId=name_hash(f"there {n}"), units=2) for n in range(5)]
    back = [
        sale._replace(
            externalId=name_hash(f"back {n}"),
            seller=sale.buyer,
            buyer=sale.seller,
            price=200,
            units=1,
        )
        for n in range(5)
    ]
    for trade in there + back:
        match(trade)

    tx = settlement.settleNet(there + back, {"from": alice})

    assert emitted(tx, "NetPaid") == [(deposit, bob, alice, 500)]
    # 100 − 5 × 2 + 5 × 1
    assert units_and_money(token, deposit, alice, bob) == [(95, 500), (105, 500)]
