"""Trades under the real Consortium and the shipped policy, with the keys of their sides."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from example_world import (
    BROKER,
    FOUNDER,
    ISSUER,
    OTHER_BROKER,
    PAYING,
    TRUST_BANK,
    alice,
    allotments,
    bob,
    carol,
    evidence,
)

from jp20.chain.contracts.contract import token_at
from jp20.chain.contracts.errors import Reverted
from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.governance.requests import Call
from jp20.domain.register.movements import Movement, Why
from jp20.domain.settlement.trade_file import parse_trades
from jp20.domain.settlement.trades import Trade, TradeStatus
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.decide import decide
from jp20.operations.governance.emergency import halt
from jp20.operations.plans.plan import distribute
from jp20.operations.register.report import read_register
from jp20.operations.settlement.trades import (
    NoPaymentToken,
    accept,
    all_trades,
    cancel,
    confirm,
    offer,
    owed_of,
    settle,
    settle_net,
    states,
    trade_of,
)
from jp20.operations.token.issue import create_token, issue_units
from jp20.operations.token.transfer import ConsentStatus, approve_transfers, transfer_requests

pytestmark = pytest.mark.requirement("G14")


@pytest.fixture(scope="session")
def deposit_code() -> bytes:
    """A payment token's creation code; it is in no package."""
    sys.path.append(str(Path(__file__).parents[3] / "tools"))
    from compile_contracts import compile_sources

    return bytes.fromhex(compile_sources("Deposit")["Deposit"]["evm"]["bytecode"]["object"])


@pytest.fixture
def deposit(world, deposit_code):
    """Bob has 1,000 yen of it."""
    founder = world.session.sender(FOUNDER)
    made = founder.send(Call(ZERO_ADDRESS, deposit_code), label="deploy Deposit").contract
    mint = bytes.fromhex(f"40c10f19{bob.address[2:].rjust(64, '0')}{1_000:064x}")
    founder.send(Call(made, mint), label="mint(address,uint256)")
    return token_at(world.session.connection, made)


@pytest.fixture
def other(world) -> str:
    """Another token, of which Bob has 500 units."""
    return issue_another(world, "JP20-O", 0x15E6 << 100, bob, 500)


def issue_another(world, code, issuer_account, holder, units, **terms) -> str:
    named = {"code": code, "symbol": code[-1], "issuer_account": address_of(issuer_account)}
    sheet = replace(world.sheet, terms=replace(world.sheet.terms, **named, **terms))
    create_token(world.session, sheet, ISSUER, TRUST_BANK, evidence(f"{code}-1"))
    issue_units(world.session, code, 1_000, evidence(f"{code}-2"))
    distribute(world.session, code, allotments((holder, units)), evidence(f"{code}-3"))
    return code


def trades_of(world, *rows: str) -> list[Trade]:
    head = "trade,token,seller,buyer,units,payment,price,deadline,paying agent,broker\n"
    file = parse_trades((head + "\n".join(rows)).encode(), "trades.csv")
    return [trade_of(world.session, row) for row in file]


def row(name, seller, buyer, units, payment, price, agent="", broker="", token="JP20-TEST") -> str:
    parties = f"{seller.address},{buyer.address}"
    return f"{name},{token},{parties},{units},{payment},{price},2099-03-31,{agent},{broker}"


def name_of(world, organisation: int) -> str:
    return world.session.organisation(organisation).name


def status(world, trade) -> TradeStatus:
    return states(world.session, [trade])[0].status


def agree(world, *trades) -> None:
    """Both sides, as one who has the keys of both."""
    for trade in trades:
        offer(world.session, trade)
    owed = owed_of(states(world.session, trades))
    for trade in trades:
        accept(world.session, trade, owed[trade.buyer, trade.payment])


def test_a_trade_against_an_erc20_is_settled_and_stands_in_the_register(world, deposit):
    (trade,) = trades_of(world, row("T-1", alice, bob, 30, deposit.address, 300))
    agree(world, trade)
    assert status(world, trade) is TradeStatus.MATCHED
    assert world.balance(alice) == 100

    settle(world.session, trade, carol)

    assert status(world, trade) is TradeStatus.SETTLED
    assert (world.balance(alice), world.balance(bob)) == (70, 90)
    assert deposit.read(int, "balanceOf", alice.address) == 300
    last = read_register(world.session, world.token).history[-1]
    assert isinstance(last, Movement)
    assert (last.why, last.reference, last.units) == (Why.SETTLED, trade.id, 30)
    assert [each.trade for each in all_trades(world.session)] == [trade]


def test_what_is_done_is_not_done_again(world, deposit):
    """A run that broke off between commitment and agreement is run again: nothing is committed
    twice.
    """
    (trade,) = trades_of(world, row("T-1", alice, bob, 30, deposit.address, 300))
    token = world.session.token(world.token)
    agent = world.session.settlement.address
    call = token.call("commitTransfer", agent, bob.address, 30, trade.deadline)
    world.session.send(alice, call)

    assert offer(world.session, trade) is not None
    assert offer(world.session, trade) is None
    assert accept(world.session, trade, 300) is not None
    assert accept(world.session, trade, 300) is None

    committed = token.read(tuple[int, int, int, int, int, int, int], "positionOf", alice.address)[1]
    assert committed == 30


def test_the_chain_knows_a_trade_by_the_same_id(world, deposit):
    (trade,) = trades_of(world, row("T-1", alice, bob, 30, deposit.address, 300))
    assert world.session.settlement.read(bytes, "idOf", trade.fields) == trade.id


def test_bank_and_broker_confirm_each_what_the_trade_names_it_for(world):
    bank, broker = name_of(world, PAYING), name_of(world, BROKER)
    (trade,) = trades_of(world, row("T-1", alice, bob, 30, "銀行", 3_000_000, bank, broker))
    assert (trade.payment, trade.paying_agent, trade.broker) == (ZERO_ADDRESS, PAYING, BROKER)
    agree(world, trade)

    assert confirm(world.session, [trade], OTHER_BROKER, evidence("PAY-0")) == ()
    confirm(world.session, [trade], BROKER, evidence("PAY-1"))
    with pytest.raises(Reverted):
        settle(world.session, trade, carol)
    confirm(world.session, [trade], PAYING, evidence("PAY-2"))
    assert confirm(world.session, [trade], PAYING, evidence("PAY-2")) == ()

    settle(world.session, trade, carol)

    assert world.balance(bob) == 90


def test_an_organisation_that_the_trade_does_not_name_confirms_nothing(world):
    bank, broker = name_of(world, PAYING), name_of(world, OTHER_BROKER)
    (trade,) = trades_of(world, row("T-1", alice, bob, 30, "bank", 3_000_000, bank, broker))
    agree(world, trade)
    call = world.session.settlement.call("confirmPayment", [trade.fields])
    with pytest.raises(Reverted):
        decide(world.session_of(BROKER), [call], evidence("PAY-1"))


@pytest.mark.requirement("G22")
def test_units_for_units_in_one_transaction(world, other):
    (trade,) = trades_of(world, row("T-1", alice, bob, 30, other, 60))
    agree(world, trade)

    settle(world.session, trade, carol)

    assert (world.balance(alice), world.balance(bob)) == (70, 90)
    assert world.session.token(other).read(int, "balanceOf", alice.address) == 60
    assert read_register(world.session, other).history[-1].reference == trade.id


@pytest.mark.requirement("G3")
def test_a_consent_tokens_commitment_waits_on_the_registrars_desk(world, deposit):
    code = issue_another(world, "JP20-C", 0x15E7 << 100, alice, 30, consent_required=True)
    (trade,) = trades_of(world, row("T-1", alice, bob, 30, deposit.address, 300, token=code))
    agree(world, trade)
    with pytest.raises(Reverted):
        settle(world.session, trade, carol)
    (asked,) = transfer_requests(world.session, code)
    assert (asked.from_, asked.to, asked.units) == (alice.address, bob.address, 30)
    assert asked.status is ConsentStatus.OPEN

    carry_out(
        world.session, approve_transfers(world.session, code, [asked.id], evidence("CONSENT"))
    )

    (asked,) = transfer_requests(world.session, code)
    assert asked.status is ConsentStatus.CONSENTED
    settle(world.session, trade, carol)
    assert world.session.token(code).read(int, "balanceOf", bob.address) == 30


def test_trades_are_netted(world, deposit):
    """Alice gets 300 of Bob, who gets 200 back: 100 are paid."""
    trades = trades_of(
        world,
        row("T-1", alice, bob, 30, deposit.address, 300),
        row("T-2", bob, alice, 10, deposit.address, 200),
    )
    agree(world, *trades)

    settle_net(world.session, trades, carol)

    assert (world.balance(alice), world.balance(bob)) == (80, 80)
    assert deposit.read(int, "balanceOf", alice.address) == 100


@pytest.mark.requirement("G12")
def test_a_halt_stops_a_settlement_and_not_its_end(world, deposit):
    (trade,) = trades_of(world, row("T-1", alice, bob, 30, deposit.address, 300))
    agree(world, trade)
    carry_out(world.session, halt(world.session))

    with pytest.raises(Reverted):
        settle(world.session, trade, carol)
    for side in (alice, bob):
        cancel(world.session, trade, side)

    assert status(world, trade) is TradeStatus.CANCELLED


def test_what_is_no_token_is_no_payment(world):
    for name in ("JP20-NONE", address_of(0xDEAD)):
        with pytest.raises(NoPaymentToken):
            trades_of(world, row("T-1", alice, bob, 30, name, 300))
