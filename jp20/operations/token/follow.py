"""A transfer before it is reversed: what can be taken back now, and where the rest is (G10, S4)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract
from jp20.domain.base.ids import TxHash
from jp20.domain.register.movements import Why
from jp20.domain.register.trace import Hop, Trace, trace
from jp20.domain.token.movements import Original
from jp20.operations.register.report import read_register
from jp20.operations.session import Session, TokenName
from jp20.operations.token.enforce import FoundOriginal, find_original, take_from
from jp20.operations.token.restraints import Position, position


@dataclass(frozen=True, slots=True)
class Onward:
    """A hop after the transfer: where it stands in its transaction's logs, and how many units its
    own reversal could bring now, those included that reversals further on bring first.
    """

    hop: Hop
    ordinal: int
    could_bring: int

    @property
    def is_reversible(self) -> bool:
        """A position that moved to a new wallet of its investor has no way back: what it carried
        is taken there by a reversal of the hop before.
        """
        return self.hop.movement.why is not Why.POSITION_MOVED


@dataclass(frozen=True, slots=True)
class Followed:
    """A transfer and its units, all in units of now.

    `takable`: what a reversal would take of `found.remaining` now from `source`, a wallet in use of
    who received it, whose position `recipient` is; `shortfall`: what it would not.
    `onward` are the hops by which units went on, in the register's order.
    """

    found: FoundOriginal
    trace: Trace
    source: ChecksumAddress
    recipient: Position
    takable: int
    onward: tuple[Onward, ...]

    @property
    def shortfall(self) -> int:
        return self.found.remaining - self.takable

    @property
    def could_come(self) -> int:
        """What of the shortfall reversals of the onward transfers could bring to the recipient, to
        be taken from there.
        """
        directly = sum(
            min(each.could_bring, units)
            for each in self.onward
            for source, units in each.hop.sources
            if source == 0
        )
        return min(self.shortfall, directly)


def follow(
    session: Session, token: TokenName, transaction: TxHash, ordinal: int | None = None
) -> Followed:
    """Finds a transfer and follows its units up to now; sends nothing. Raises NoOriginal."""
    contract = session.token(token)
    found = find_original(session, contract, transaction, ordinal)
    register = read_register(session, contract)
    receipt = session.receipts([transaction])[transaction]
    log = receipt.logs[found.original.ordinal].index
    traced = trace(register, transaction, log, found.reference)
    source = take_from(session, found.original)
    recipient = position(session, contract, source)
    return Followed(
        found,
        traced,
        source,
        recipient,
        min(found.remaining, _takable(recipient)),
        _onward(session, contract, traced, source),
    )


def _takable(of: Position) -> int:
    """What no senior restraint keeps: the contract's rule for every movement without consent."""
    return max(0, of.balance - max(of.pledged, of.attached))


def _onward(
    session: Session, token: Contract, traced: Trace, source: ChecksumAddress
) -> tuple[Onward, ...]:
    hops = traced.hops[1:]
    receipts = session.receipts_at(hop.movement.at for hop in hops)
    ordinals = [receipts[hop.movement.at.transaction].ordinal(hop.movement.at.log) for hop in hops]
    could_bring = _could_bring(session, token, traced, ordinals, source)
    return tuple(
        Onward(hop, place, units)
        for hop, place, units in zip(hops, ordinals, could_bring, strict=True)
    )


def _could_bring(
    session: Session,
    token: Contract,
    traced: Trace,
    ordinals: Sequence[int],
    source: ChecksumAddress,
) -> list[int]:
    """For each onward hop, from the last to the first: what of its units is still with the
    recipient and can be taken, and what comes to the recipient by reversals further on.
    """
    first = traced.hops[0].movement.to
    left: dict[ChecksumAddress, int] = {}
    arriving: dict[int, int] = defaultdict(int)
    result = [0] * len(ordinals)
    for place in range(len(ordinals), 0, -1):
        hop = traced.hops[place]
        holder = hop.movement.to
        if hop.is_redemption or holder in (
            first,
            source,
        ):  # ended, or counted where the recipient is
            continue
        if holder not in left:
            left[holder] = _takable(position(session, token, holder))
        there = min(hop.remaining, left[holder])
        left[holder] -= there
        units = min(there + arriving[place], _not_reversed(token, hop, ordinals[place - 1]))
        result[place - 1] = units
        for before, part in hop.sources:
            arriving[before] += min(units, part)
            units -= min(units, part)
    return result


def _not_reversed(token: Contract, hop: Hop, ordinal: int) -> int:
    """What of a movement was not taken back yet, in units of now."""
    of = hop.movement
    original = Original(of.at.transaction, ordinal, of.from_, of.to, of.units, of.splits)
    taken, _ = token.read(tuple[int, bytes], "reversed", original)
    return hop.units - taken
