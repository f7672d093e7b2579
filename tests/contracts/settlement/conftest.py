"""A settlement contract beside tokens, made as in `tests/contracts/token`.

Alice sells 30 units to Bob, for 300 yen of a deposit that is a token.
"""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TOKEN_TESTS = Path(__file__).parent.parent / "token"
sys.path.append(str(TOKEN_TESTS))


def shared_fixtures() -> dict[str, Any]:
    """What `tests/contracts/token/conftest.py` gives to its tests."""
    spec = importlib.util.spec_from_file_location("token_fixtures", TOKEN_TESTS / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: thing for name, thing in vars(module).items() if not name.startswith("__")}


globals().update(shared_fixtures())

from settlement_words import BANK, BROKER, SETTLEMENT, STRANGER, Trade  # noqa: E402
from token_words import DAY, ZERO_ADDRESS, emitted, now  # noqa: E402


@pytest.fixture(scope="session")
def settlement(Settlement, authority, decided, platform):
    settlement = Settlement.deploy(authority, decided)
    authority.setKind(settlement, SETTLEMENT, decided)
    return settlement


@pytest.fixture(scope="session")
def key_of(authority, accounts, decided) -> Callable[[int], dict[str, Any]]:
    """Sent with a key of an organisation; of none: decided by a request."""
    keys = {BANK: accounts[13], BROKER: accounts[14], STRANGER: accounts[15]}
    for organisation, key in keys.items():
        authority.setOrganisation(key, organisation, decided)
    return lambda organisation: {"from": keys.get(organisation, decided["from"])}


@pytest.fixture(scope="session")
def another_settlement(Settlement, settlement, authority, decided):
    another = Settlement.deploy(authority, decided)
    authority.setKind(another, SETTLEMENT, decided)
    return another


@pytest.fixture(scope="module")
def deadline():
    return now() + DAY


@pytest.fixture(scope="module")
def make_deposit(settlement, bob, decided) -> Callable[..., Any]:
    """Makes a payment token in which Bob has 1,000 yen and allows all of it."""

    def make(kind, owner=bob):
        money = kind.deploy(decided)
        money.mint(owner, 1_000, decided)
        money.approve(settlement, 1_000, {"from": owner})
        return money

    return make


@pytest.fixture(scope="module")
def deposit(Deposit, make_deposit):
    return make_deposit(Deposit)


@pytest.fixture(scope="module")
def odd_deposits(
    FeeFromPayee,
    FeeFromPayer,
    Pretender,
    FalseDeposit,
    PayingLiar,
    SilentDeposit,
    Reentering,
    make_deposit,
) -> dict[str, Any]:
    """Payment tokens that do something else than pay, by name."""
    kinds = (
        FeeFromPayee,
        FeeFromPayer,
        Pretender,
        FalseDeposit,
        PayingLiar,
        SilentDeposit,
        Reentering,
    )
    return {kind._name: make_deposit(kind) for kind in kinds}


@pytest.fixture(scope="module")
def other(make_issue, bob):
    """Another token, of which Bob has 500 units."""
    return make_issue({bob: 500})


@pytest.fixture(scope="module")
def sale(token, alice, bob, deposit, deadline) -> Trade:
    """30 units for 300 yen."""
    return Trade(
        token=token.address,
        seller=alice.address,
        buyer=bob.address,
        units=30,
        payment=deposit.address,
        price=300,
        deadline=deadline,
    )


@pytest.fixture(scope="module")
def exchange(sale, other) -> Trade:
    """30 units for 60 units of the other token."""
    return sale._replace(payment=other.address, price=60)


@pytest.fixture(scope="module")
def through_a_bank(sale) -> Trade:
    """30 units for 300 yen on Alice's account."""
    return sale._replace(payment=ZERO_ADDRESS, payingAgent=BANK, broker=BROKER)


@pytest.fixture(scope="session")
def commit(settlement) -> Callable[..., int]:
    """A holder commits units to the settlement contract; answers with the commitment."""

    def commit(token, holder, to, amount, deadline):
        tx = token.commitTransfer(settlement, to, amount, deadline, {"from": holder})
        return emitted(tx, "TransferCommitted")[0][0]

    return commit


@pytest.fixture(scope="session")
def agree(settlement, commit, accounts, token_abi) -> Callable[..., Any]:
    """One side agrees, and commits before where it delivers units; answers with the transaction."""
    from brownie import Contract

    def at(address):
        return Contract.from_abi("token", address, token_abi, persist=False)

    def agree(trade, by, units_paid=False):
        commitment = 0
        if by == trade.seller:
            commitment = commit(at(trade.token), by, trade.buyer, trade.units, trade.deadline)
        elif units_paid:
            commitment = commit(at(trade.payment), by, trade.seller, trade.price, trade.deadline)
        return settlement.agree(trade, commitment, {"from": by})

    return agree


@pytest.fixture(scope="session")
def match(settlement, agree, accounts) -> Callable[..., str]:
    """Both sides agree; answers with the trade's id."""

    def match(trade, units_paid=False):
        for side in (trade.seller, trade.buyer):
            agree(trade, accounts.at(side), units_paid)
        return settlement.idOf(trade)

    return match
