"""What the events of a transaction mean for the ledger: pure, and at the cost of what they change.

Whatever the Consortium calls happens between its event and the transaction's end: so what follows
rests on the decision that it names. What a holder does with own units rests on none.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, get_args

from eth_typing import ChecksumAddress

from jp20.domain.base.text import Text
from jp20.domain.register.books import TRADES
from jp20.domain.register.events import (
    ActedDirectly,
    CallExecuted,
    ConsortiumEvent,
    Event,
    LoggedEvent,
    PlatformEvent,
    RequestProposed,
    RequestSigned,
    SignatureWithdrawn,
    TokenEvent,
    TradeSettled,
    TransferCancelled,
    TransferCommitted,
    TransferRequested,
)
from jp20.domain.register.explain_consortium import explain_consortium, grounds_of
from jp20.domain.register.explain_platform import explain_platform
from jp20.domain.register.explain_token import TokenTransaction
from jp20.domain.register.ledger import BookChange, Draft, JournalEntry, Ledger
from jp20.domain.register.movements import BrokenRegister, Grounds, Movement

_OWN: Final = (
    RequestProposed,
    RequestSigned,
    SignatureWithdrawn,
    TransferCancelled,
    TransferCommitted,
    TransferRequested,
)
"""Events of what is never called by the Consortium."""

_TOKEN: Final = frozenset(get_args(TokenEvent))
_PLATFORM: Final = frozenset(get_args(PlatformEvent))
_CONSORTIUM: Final = frozenset(get_args(ConsortiumEvent))


def explain_transaction(
    transaction: Sequence[LoggedEvent[Event]], ledger: Ledger
) -> tuple[JournalEntry, ...]:
    """An entry for each event of one transaction, of all contracts, in the chain's order, to be
    applied to the ledger one after the other.

    A contract's events begin with its first one. Those of some contracts alone give the same
    entries, save that without the Consortium's nothing has grounds, and that a token knows nothing
    of what was promised at the one that it replaced. Raises BrokenRegister where they do not add
    up.
    """
    draft = Draft(ledger)
    tokens: dict[ChecksumAddress, TokenTransaction] = {}
    grounds: Grounds | None = None
    found: list[tuple[LoggedEvent[Event], tuple[BookChange, ...], Grounds | None]] = []
    place = ledger.place
    for number, logged in enumerate(transaction):
        at, event = logged.at, logged.event
        if (at.block, at.log) <= place:
            raise BrokenRegister(at, Text("they are out of order"))
        place = (at.block, at.log)
        kind = type(event)
        if kind in _TOKEN:
            if logged.emitter not in tokens:
                tokens[logged.emitter] = TokenTransaction(draft, logged.emitter)
            tokens[logged.emitter].take(number, transaction)
        elif kind in _PLATFORM:
            explain_platform(draft, logged)
        elif kind in _CONSORTIUM:
            if isinstance(event, CallExecuted | ActedDirectly):
                grounds = grounds_of(draft, logged)
            explain_consortium(draft, logged)
        elif isinstance(event, TradeSettled):
            _settle(draft, event)
        found.append((logged, draft.take_changes(), None if kind in _OWN else grounds))
    movements = {number: moved for token in tokens.values() for number, moved in token.movements()}
    entries: list[JournalEntry] = []
    place = ledger.place
    for number, (logged, changes, rests_on) in enumerate(found):
        moved = movements.get(number)
        if isinstance(moved, Movement) and rests_on is not None:
            if tokens[logged.emitter].is_holders_own(number):
                rests_on = None
            else:
                moved = replace(moved, grounds=rests_on)
        entries.append(JournalEntry(logged, place, changes, moved, rests_on))
        place = entries[-1].place
    return tuple(entries)


def _settle(draft: Draft, settled: TradeSettled) -> None:
    """A number of 0 is no commitment: that side was paid elsewhere."""
    sides = (
        (settled.token, settled.seller_commitment),
        (settled.payment, settled.buyer_commitment),
    )
    for side in sides:
        if side[1]:
            draft.put(TRADES, side, settled.id)
