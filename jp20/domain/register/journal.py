"""The entries of the past in their order, and the ledger that they add up to (G15).

A journal is followed block by block, and taken back where the chain gave up its last ones.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from jp20.domain.register.events import Event, LoggedEvent
from jp20.domain.register.explain import explain_transaction
from jp20.domain.register.ledger import JournalEntry, Ledger, apply, undo


class Journal:
    """Invariant: the ledger is what the entries make of an empty one."""

    def __init__(self) -> None:
        self.ledger: Final = Ledger()
        self.entries: Final[list[JournalEntry]] = []

    def follow(self, events: Iterable[LoggedEvent[Event]]) -> None:
        """Goes on with the events that come next, those of a transaction all in one call. Raises
        BrokenRegister where they do not add up; the transactions before stay followed.
        """
        for _, transaction in groupby(events, key=lambda each: each.at.transaction):
            entries = explain_transaction(list(transaction), self.ledger)
            for entry in entries:
                apply(self.ledger, entry)
            self.entries.extend(entries)

    def back_to(self, block: int) -> None:
        """Takes back what came after a block."""
        while self.entries and self.entries[-1].logged.at.block > block:
            undo(self.ledger, self.entries.pop())
