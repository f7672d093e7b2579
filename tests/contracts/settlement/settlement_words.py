"""Words in which the tests of the settlement contract speak."""

from typing import NamedTuple

from eth_abi import encode
from eth_utils import keccak
from token_words import NOBODY, ZERO_ADDRESS

SETTLEMENT = 4  # Kind
PROPOSED, MATCHED, SETTLED, CANCELLED = range(1, 5)
# the organisations that a trade through a bank names, and one that it does not
BANK, BROKER, STRANGER = 3, 5, 9


class Trade(NamedTuple):
    """A trade as the contract takes it."""

    externalId: str = NOBODY  # noqa: N815
    token: str = ZERO_ADDRESS
    seller: str = ZERO_ADDRESS
    buyer: str = ZERO_ADDRESS
    units: int = 0
    payment: str = ZERO_ADDRESS
    price: int = 0
    deadline: int = 0
    payingAgent: int = 0  # noqa: N815
    broker: int = 0


def status(settlement, trade) -> int:
    return settlement.progressOf(settlement.idOf(trade))[0]


def commitments(settlement, trade) -> tuple[int, int]:
    """The seller's and the buyer's."""
    return tuple(settlement.progressOf(settlement.idOf(trade))[8:10])


def error(signature: str, *arguments: object) -> str:
    """A custom error as a contract gives it back."""
    types = signature[signature.index("(") + 1 : -1]
    return (keccak(text=signature)[:4] + encode(types.split(",") if types else [], arguments)).hex()


def refused(reason: int) -> str:
    """A token's `TransferRefused(reason)`, as it comes back inside another error."""
    return "0x" + error("TransferRefused(uint8)", reason)
