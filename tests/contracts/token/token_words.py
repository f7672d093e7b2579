"""Words in which the tests of the token speak: facts, term sheets, seconds, refusals."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from brownie import web3
from brownie.exceptions import VirtualMachineError
from eth_utils import is_address, keccak, to_checksum_address

NEVER = 2**40 - 1
YEAR = 365 * 24 * 3600
DAY = 24 * 3600
ZERO_ADDRESS = "0x" + "0" * 40
EVERYTHING = 2**104 - 1

GENERAL, PROFESSIONAL, QUALIFIED_INSTITUTION = 1, 2, 3
RESIDENT, NON_RESIDENT, US_PERSON = 1, 2, 3
PUBLIC, SMALL_NUMBER = 0, 1
LOCK_UP, PLEDGE, ATTACHMENT = 0, 1, 2
SALE, GIFT, INHERITANCE, MERGER = range(4)
NO_REQUEST, OPEN, APPROVED, REJECTED, CANCELLED, CONSENTED, SETTLED = range(7)
WAIVE_CLASS, WAIVE_RESIDENCY, WAIVE_HOLDER_CAP, WAIVE_LOTS = 1, 2, 4, 8


def name_hash(text: str) -> str:
    """32 bytes that stand for a text which is kept elsewhere."""
    return "0x" + keccak(text=text).hex()


NOBODY = "0x" + "0" * 64
CREDITOR, PLEDGEE = name_hash("creditor"), name_hash("pledgee")

TERMS = {
    "name": "Tokyo One",
    "symbol": "TK1",
    "code": "JP0000000001",
    "product": "real estate trust beneficiary interest",
    "right": "one of a million shares",
    "perfection": "this register",
    "decimals": 0,
    "cap": 1_000_000,
    "lotSize": 0,
    "unitPrice": 100_000,
    "issuerAccount": ZERO_ADDRESS,
    "maturity": 0,
    "lockedUntil": 0,
    "holderCap": 0,
    "placement": PUBLIC,
    "classes": 1 << GENERAL | 1 << PROFESSIONAL | 1 << QUALIFIED_INSTITUTION,
    "residencies": 1 << RESIDENT,
    "wholePositionOnly": False,
    "consentRequired": False,
    "expiredMayDispose": False,
    "earlyRedemption": False,
    "partialRedemption": False,
    "holderRedemption": False,
    "termSheetHash": name_hash("term sheet"),
    "extra": b"",
}


def wallet(number: int) -> str:
    """An address as a key would give it: the same for the same number."""
    return to_checksum_address(keccak(number.to_bytes(32, "big"))[-20:])


def row(account, kyc_expiry, class_=GENERAL, residency=RESIDENT, class_expiry=NEVER) -> int:
    """A row of the whitelist."""
    return (
        int(str(account), 16) << 96
        | kyc_expiry << 56
        | class_expiry << 16
        | class_ << 8
        | residency
    )


# Chain and time


def request(method: str, *parameters: Any) -> Any:
    """What the development chain does beyond Ethereum."""
    answer = web3.provider.make_request(method, list(parameters))
    assert "error" not in answer, answer
    return answer["result"]


def now() -> int:
    """The last block's second, which is also what calls are answered as of."""
    return web3.eth.get_block("latest").timestamp


def at(second: int) -> None:
    """Mines a block at exactly this second. The next transaction comes then or a bit later."""
    if "anvil" in web3.client_version.lower():
        request("evm_setNextBlockTimestamp", second)
    else:
        request("evm_setTime", second * 1000)
    request("evm_mine")
    assert now() == second


# What a token says


class Position(NamedTuple):
    """What `positionOf` answers; what is not named is zero."""

    balance: int = 0
    committed: int = 0
    locked: int = 0
    frozen: int = 0
    pledged: int = 0
    attached: int = 0
    free: int = 0


def position(token, holder) -> Position:
    return Position(*(int(units) for units in token.positionOf(holder)))


class Restraint(NamedTuple):
    """A lock-up, pledge or attachment, as `restraintsOf` answers it: what is not a part of another
    one has its id as its rank, and is so compared.
    """

    id: int
    kind: int
    amount: int
    until: int = 0
    claimant: str = NOBODY


def restraints(token, holder) -> list[Restraint]:
    """What keeps units of the holder, in today's units: the oldest first."""
    return [
        Restraint(int(id), int(kind), int(amount), int(until), str(claimant))
        for id, _, kind, amount, _, until, claimant in token.restraintsOf(holder)
    ]


# What a transaction did


def emitted(tx, name: str) -> list[tuple[Any, ...]]:
    """What the events of that name say, in order: their fields as they are declared."""
    events = (event for event in tx.events if event.name == name)
    return [tuple(event[field] for field in event.keys()) for event in events]  # noqa: SIM118


def names(tx) -> list[str]:
    """The names of all events, in order."""
    return [event.name for event in tx.events]


def refusals(tx) -> list[tuple[int, str, int]]:
    """(index, account, reason) of each row of a batch that was left out."""
    return emitted(tx, "RowRefused")


# What is refused


@contextmanager
def reverts_with(error: str, *arguments: object) -> Iterator[None]:
    """What happens inside is refused with this custom error and these arguments.

    Brownie finds the error's name by the selector in the data that the chain gives back; ask with
    `token.function.call(…, {"from": …})`, which costs no block.
    """
    with pytest.raises(VirtualMachineError) as refusal:
        yield

    def word(argument: object) -> str:
        """As Brownie writes it: addresses in small letters, 32 bytes as Python does."""
        text = str(argument)
        if is_address(text):
            return text.lower()
        return str(bytes.fromhex(text[2:])) if text.startswith("0x") else text

    assert refusal.value.revert_msg == f"{error}: {', '.join(map(word, arguments))}"
