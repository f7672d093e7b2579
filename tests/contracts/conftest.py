"""What all contract tests share."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from brownie import web3
from web3.exceptions import TransactionNotFound


@pytest.fixture(scope="session", autouse=True)
def patient_lookup() -> Iterator[None]:
    """Anvil counts a nonce a moment before it can find the transaction. Brownie, looking in that
    moment, takes the transaction for dropped; here it looks again.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("get_transaction", "get_transaction_receipt"):
            patch.setattr(web3.eth, name, looking_again(getattr(web3.eth, name)))
        yield


def looking_again(look: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def found(transaction: Any) -> Any:
        for _ in range(10):
            try:
                return look(transaction)
            except TransactionNotFound:
                time.sleep(0.05)
        return look(transaction)

    return found
