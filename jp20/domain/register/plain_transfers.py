"""Transactions in which units move and nothing else happens: most of a token's past. What they mean
is worked out without an entry for each, to the same end as `explain_transaction`; a test compares
the two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from eth_typing import ChecksumAddress

from jp20.domain.base.at import At
from jp20.domain.base.text import Text
from jp20.domain.register.movements import BrokenRegister

_A = TypeVar("_A")

PlainTransfer = tuple[int, ChecksumAddress, ChecksumAddress, ChecksumAddress, int]
"""The log's index, the token, who gives, who takes (neither of them the zero address), units (not
0)."""


@dataclass(frozen=True, slots=True)
class PlainTransfers:
    """A transaction whose events are Transfers between holders, and no others. `at` is the first
    one's place.
    """

    at: At
    transfers: Sequence[PlainTransfer]


class PlainBalances(Generic[_A]):
    """Units of a token's accounts, at one split count, as long as they only move. `read` gives
    those of an account that is not known yet. `touched` are the accounts whose units moved in the
    block that is read, `unsettled` those of the blocks before that are not stored yet.
    """

    def __init__(self, read: Callable[[_A], int], splits: int) -> None:
        self.splits: Final = splits
        self.units: Final[dict[_A, int]] = {}
        self.touched: Final[set[_A]] = set()
        self.unsettled: set[_A] = set()
        self._read: Final = read

    def move(self, giver: _A, taker: _A, amount: int, at: At, who: ChecksumAddress) -> None:
        """Raises BrokenRegister where the giver (`who`) does not have them."""
        units = self.units
        had = units.get(giver)
        left = (self._read(giver) if had is None else had) - amount
        if left < 0:
            raise gives_too_much(at, who)
        units[giver] = left
        had = units.get(taker)
        units[taker] = (self._read(taker) if had is None else had) + amount
        self.touched.add(giver)
        self.touched.add(taker)


def gives_too_much(at: At, account: ChecksumAddress) -> BrokenRegister:
    """What the register is where an account gives more than it has."""
    return BrokenRegister(
        at,
        Text("{account} gives units that it does not have", account=account),
    )
