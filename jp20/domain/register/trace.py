"""Where the units of one transfer went since (G10, S4).

Units are alike: of a holder's balance nobody can say which ones were given on. So a rule says it:
**the disputed units leave last**. As long as what else a holder has is enough for what the holder
gives on, the disputed ones are deemed to be still there; only beyond that have they gone on. It is
chosen over last-in-first-out and pro rata because

- it agrees with the contract, which takes a reversal from the recipient's whole balance: where it
  says that units remain, a reversal finds them;
- it touches the fewest third parties: nobody who bought from the recipient is followed while the
  recipient still holds enough;
- it is exact: no unit is divided, as pro rata would, and the same register always gives the same
  answer.

What comes to the recipient later from elsewhere is not disputed, though a reversal may take it.
Of several disputed portions of one holder the one that came first goes first. A reversal gives back
what came, so there the portion that it gives back goes first of all.

Invariant: what remains, what was taken back and what was redeemed add up to the transfer.
"""

from dataclasses import dataclass

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.ids import TxHash
from jp20.domain.register.movements import Movement, Why
from jp20.domain.register.register import Register


@dataclass(frozen=True, slots=True)
class Hop:
    """A movement that carried disputed units; all in units of now.

    `depth` is 0 for the transfer itself. `units` are those of the movement, `disputed` those of
    them that it carried; `remaining` of these are with the recipient still. `sources` says out of
    which hops (by place) how many came.
    """

    movement: Movement
    depth: int
    units: int
    disputed: int
    remaining: int
    sources: tuple[tuple[int, int], ...]

    @property
    def is_redemption(self) -> bool:
        """Whether the units ended there: nothing can bring them back."""
        return self.movement.to == ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class Trace:
    """The hops in the register's order, the transfer itself first. `returned` were taken back by
    reversals of it.
    """

    hops: tuple[Hop, ...]
    returned: int

    @property
    def redeemed(self) -> int:
        return sum(hop.disputed for hop in self.hops if hop.is_redemption)

    @property
    def moved_on(self) -> int:
        """Units that are with somebody else than the recipient of the transfer."""
        recipient = self.hops[0].movement.to
        return sum(hop.remaining for hop in self.hops if hop.movement.to != recipient)


def trace(register: Register, transaction: TxHash, log: int, reference: bytes) -> Trace:
    """Follows the units of the movement at a log (its index in the block) through the register.

    `reference` is the id under which it is reversed. ValueError where there is no such movement.
    """
    fold = _Fold(register, reference)
    for entry in register.history:
        if isinstance(entry, Movement):
            begins = (entry.at.transaction, entry.at.log) == (transaction, log)
            fold.take(entry, begins=begins)
    if not fold.hops:
        raise ValueError("the register has no such movement")
    return fold.trace()


@dataclass(slots=True)
class _Portion:
    """Disputed units that a hop brought to a holder."""

    hop: int
    units: int


class _Fold:
    """A trace being made. Everything is in units of now, so that splits need no step of their
    own.
    """

    def __init__(self, register: Register, reference: bytes) -> None:
        self.hops: list[Hop] = []
        self._factors = register.factors
        self._reference = reference
        self._balances: dict[ChecksumAddress, int] = {}
        self._portions: dict[ChecksumAddress, list[_Portion]] = {}
        self._returned = 0

    def trace(self) -> Trace:
        remaining = [0] * len(self.hops)
        for portions in self._portions.values():
            for portion in portions:
                remaining[portion.hop] += portion.units
        return Trace(
            tuple(
                Hop(hop.movement, hop.depth, hop.units, hop.disputed, left, hop.sources)
                for hop, left in zip(self.hops, remaining, strict=True)
            ),
            self._returned,
        )

    def take(self, movement: Movement, *, begins: bool) -> None:
        units = movement.units * self._factors[-1] // self._factors[movement.splits]
        if begins:
            self._arrive(movement, units, units, ())
        elif movement.from_ != movement.to:
            self._follow(movement, units)
        self._balances[movement.from_] = self._balances.get(movement.from_, 0) - units
        self._balances[movement.to] = self._balances.get(movement.to, 0) + units

    def _follow(self, movement: Movement, units: int) -> None:
        if movement.why is Why.REVERSED and movement.reference == self._reference:
            self._give_back(movement.from_, units)
            return
        portions = self._portions.get(movement.from_)
        if not portions:
            return
        disputed = sum(portion.units for portion in portions)
        others = self._balances.get(movement.from_, 0) - disputed
        leaving = max(0, units - others)
        if movement.why is Why.REVERSED:
            portions.sort(key=lambda portion: not self._came_from(portion, movement.to))
            given_back = sum(p.units for p in portions if self._came_from(p, movement.to))
            leaving = max(leaving, min(units, given_back))
        if leaving:
            self._arrive(movement, units, leaving, self._carry(portions, leaving))

    def _came_from(self, portion: _Portion, sender: ChecksumAddress) -> bool:
        return self.hops[portion.hop].movement.from_ == sender

    def _arrive(
        self, movement: Movement, units: int, disputed: int, sources: tuple[tuple[int, int], ...]
    ) -> None:
        depth = max((self.hops[hop].depth + 1 for hop, _ in sources), default=0)
        self.hops.append(Hop(movement, depth, units, disputed, 0, sources))
        if movement.to != ZERO_ADDRESS:
            portion = _Portion(len(self.hops) - 1, disputed)
            self._portions.setdefault(movement.to, []).append(portion)

    def _carry(self, portions: list[_Portion], units: int) -> tuple[tuple[int, int], ...]:
        """Takes units out of portions, the first ones first; says out of which hops."""
        taken: list[tuple[int, int]] = []
        while units and portions:
            part = min(units, portions[0].units)
            taken.append((portions[0].hop, part))
            portions[0].units -= part
            units -= part
            if not portions[0].units:
                portions.pop(0)
        return tuple(taken)

    def _give_back(self, recipient: ChecksumAddress, units: int) -> None:
        """A reversal of the transfer itself. Where it took more than was deemed to remain there,
        as many fewer of those that went on are disputed, the last ones first.
        """
        self._returned += units
        own = self._carry(self._portions.get(recipient, []), units)
        excess = units - sum(part for _, part in own)
        everywhere = [
            (portion, portions) for portions in self._portions.values() for portion in portions
        ]
        for portion, portions in sorted(everywhere, key=lambda each: -each[0].hop):
            part = min(excess, portion.units)
            portion.units -= part
            excess -= part
            if not portion.units:
                portions.remove(portion)
