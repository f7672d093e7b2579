"""When an investor acquired the units that are left: lots, first in, first out (G15, G21).

An acquisition begins a lot. An inheritance, a merger and a new wallet carry the lots of who had the
units before, with their dates; between two wallets of one investor nothing is acquired. A split
multiplies lots and begins none. A reversal undoes: the recipient loses first what the reversed
movement brought, and the giver has back the lots that it took, the last ones first, as if less had
been given. What was lost in an incident comes back to its holder as the lots that were lost.

Invariant: an investor's lots add up to the investor's units.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.at import At
from jp20.domain.register.answers import Lot
from jp20.domain.register.movements import HistoryEntry, Movement, Why

Owner: TypeAlias = int | ChecksumAddress
"""An investor, or an account that is no investor's."""

_CARRIES: Final = frozenset({Why.INHERITANCE, Why.MERGER, Why.POSITION_MOVED})


def is_original(reference: bytes | int | None, at: At) -> bool:
    """Whether a reversal's reference is that of the movement at a place: the hash of transaction
    and place among the transaction's logs. How many logs of the block are other transactions' is
    not known here, so each place is tried that it can be.
    """
    return isinstance(reference, bytes) and any(
        keccak(at.transaction + place.to_bytes(32, "big")) == reference
        for place in range(at.log + 1)
    )


class Lots:
    """The lots of all owners, as a token's movements go by in the chain's order, those of the
    tokens that it replaced first. `owner` says whose an account is, `factors` are the token's.
    """

    def __init__(self, owner: Callable[[ChecksumAddress], Owner], factors: tuple[int, ...]) -> None:
        self._owner: Final = owner
        self._factors: Final = factors
        self._lots: Final[dict[Owner, list[_Part]]] = defaultdict(list)
        self._given: Final[dict[tuple[Owner, Owner], list[_Given]]] = defaultdict(list)

    def of(self, owner: Owner) -> tuple[Lot, ...]:
        """The oldest first."""
        units: dict[tuple[At, Why, bool], int] = defaultdict(int)
        for part in self._lots.get(owner, ()):
            units[part.acquired, part.why, part.carried] += part.units
        return tuple(
            Lot(acquired, why, total, carried) for (acquired, why, carried), total in units.items()
        )

    def take(self, entry: HistoryEntry) -> None:
        """The next entry of the history. A split needs no step: units are those of now."""
        if not isinstance(entry, Movement) or entry.why is Why.CARRIED:
            return
        units = entry.units * self._factors[-1] // self._factors[entry.splits]
        giver, taker = self._owner(entry.from_), self._owner(entry.to)
        if giver == taker or not units:
            return
        match entry.why:
            case Why.REVERSED:
                self._reverse(entry, giver, taker, units)
            case Why.REDISTRIBUTED:
                self._restore(entry, taker, units)
            case _:
                self._move(entry, giver, taker, units)

    def _move(self, entry: Movement, giver: Owner, taker: Owner, units: int) -> None:
        taken: list[_Part] = []
        if entry.from_ != ZERO_ADDRESS:
            taken = _take(self._lots[giver], units)
            self._given[giver, taker].append(_Given(entry, units, list(taken)))
        if entry.to == ZERO_ADDRESS:
            return
        if entry.why in _CARRIES:
            arrived = [_Part(each.acquired, each.why, each.units, True) for each in taken]
        else:
            arrived = [_Part(entry.at, entry.why, units, False)]
        self._add(taker, arrived)

    def _reverse(self, entry: Movement, giver: Owner, taker: Owner, units: int) -> None:
        found = next(
            (
                each
                for each in self._given[taker, giver]
                if is_original(entry.reference, each.movement.at)
            ),
            None,
        )
        lots = self._lots[giver]
        if found is None:
            _take(lots, units)
            self._add(taker, [_Part(entry.at, entry.why, units, False)])
            return
        lots.sort(key=lambda part: part.acquired != found.movement.at)
        _take(lots, units)
        lots.sort(key=_age)
        self._add(taker, _take_last(found.parts, units))

    def _restore(self, entry: Movement, taker: Owner, units: int) -> None:
        """Of several equal losses of one holder the first one comes back first."""
        losses = self._given[taker, self._owner(ZERO_ADDRESS)]
        found = next((each for each in losses if each.units == units and each.parts), None)
        if found is None:
            self._add(taker, [_Part(entry.at, entry.why, units, False)])
        else:
            self._add(taker, _take_last(found.parts, units))

    def _add(self, owner: Owner, parts: "list[_Part]") -> None:
        self._lots[owner] = sorted([*self._lots[owner], *parts], key=_age)


@dataclass(slots=True)
class _Part:
    acquired: At
    why: Why
    units: int
    carried: bool


@dataclass(slots=True)
class _Given:
    """A movement, and the lots that it took from its giver and that were not given back."""

    movement: Movement
    units: int
    parts: list[_Part]


def _age(part: _Part) -> tuple[int, int]:
    return (part.acquired.block, part.acquired.log)


def _take(parts: list[_Part], units: int) -> list[_Part]:
    """Takes units out of parts, the first ones first."""
    taken: list[_Part] = []
    while units and parts:
        first = parts[0]
        part = min(units, first.units)
        taken.append(_Part(first.acquired, first.why, part, first.carried))
        first.units -= part
        units -= part
        if not first.units:
            parts.pop(0)
    return taken


def _take_last(parts: list[_Part], units: int) -> list[_Part]:
    """The same, the last ones first."""
    parts.reverse()
    taken = _take(parts, units)
    parts.reverse()
    return taken
