"""What the events of a transaction mean for the ledger: pure, and at the cost of what they change.

Whatever the Consortium calls happens between its event and the transaction's end: so what follows
rests on the decision that it names. What a holder does with own units rests on none.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, get_args

from eth_typing import ChecksumAddress

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
    TransferCancelled,
    TransferCommitted,
    TransferRequested,
)
from jp20.domain.register.explain_consortium import explain_consortium, grounds_of
from jp20.domain.register.explain_platform import explain_platform
from jp20.domain.register.explain_token import TokenTransaction
from jp20.domain.register.ledger import Draft, JournalEntry, Ledger
from jp20.domain.register.movements import BrokenRegister, Grounds, Split

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
    entries, save that without the Consortium's nothing has grounds. Raises BrokenRegister where
    they do not add up.
    """
    draft = Draft(ledger)
    tokens: dict[ChecksumAddress, TokenTransaction] = {}
    grounds: Grounds | None = None
    found: list[JournalEntry] = []
    since = ledger.place
    for number, logged in enumerate(transaction):
        at, event = logged.at, logged.event
        if (at.block, at.log) <= since:
            raise BrokenRegister(at, "they are out of order", "順序が正しくありません")
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
        own = kind in _OWN
        found.append(
            JournalEntry(logged, since, draft.take_changes(), None, None if own else grounds)
        )
        since = found[-1].place
    for token in tokens.values():
        for number, movement in token.movements():
            entry = found[number]
            if isinstance(movement, Split):
                found[number] = replace(entry, movement=movement)
            else:
                rests_on = None if token.is_holders_own(number) else entry.grounds
                moved = replace(movement, grounds=rests_on)
                found[number] = replace(entry, movement=moved, grounds=rests_on)
    return tuple(found)
