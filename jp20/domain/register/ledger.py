"""What is known after a place on the chain, and the entries that led there.

A ledger has books, and a book has a value for each key. An entry says of every value that an event
changed what it was before and what it is after: so it is applied, or undone, at the cost of what
changed, however long the past is; and a store that keeps *(key, block) → value after* can answer as
of any block.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Generic, TypeAlias, TypeVar

from jp20.domain.register.events import Event, LoggedEvent
from jp20.domain.register.movements import Grounds, Movement, Split

_K = TypeVar("_K")
_V = TypeVar("_V")

Place: TypeAlias = tuple[int, int]
"""A block, and the index of a log in it."""

NOWHERE: Final[Place] = (-1, -1)
"""Before the first block."""


@dataclass(frozen=True, slots=True)
class Book(Generic[_K, _V]):
    """Values of one kind by key."""

    name: str


@dataclass(frozen=True, slots=True)
class BookChange:
    """A value of a book, before and after; None where there is none."""

    book: Book[Any, Any]
    key: Any
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An event and what it changed. `since` is the place of the entry before it.

    `movement` is there where units changed hands or were split; `grounds` where an act or a request
    of the Consortium led to the event.
    """

    logged: LoggedEvent[Event]
    since: Place
    changes: tuple[BookChange, ...] = ()
    movement: Movement | Split | None = None
    grounds: Grounds | None = None

    @property
    def place(self) -> Place:
        return (self.logged.at.block, self.logged.at.log)


class Ledger:
    """The books after the event at `place`."""

    def __init__(self) -> None:
        self.place: Place = NOWHERE
        self._books: Final[dict[str, dict[Any, Any]]] = {}

    @classmethod
    def of(cls, place: Place, values: Mapping[str, Mapping[Any, Any]]) -> "Ledger":
        """The books as a store has them after an event, by the books' names."""
        made = cls()
        made.place = place
        made._books.update({name: dict(of_book) for name, of_book in values.items() if of_book})
        return made

    def get(self, book: Book[_K, _V], key: _K) -> _V | None:
        """The value of a key; None where there is none."""
        found = self._books.get(book.name)
        return None if found is None else found.get(key)

    def rows(self, book: Book[_K, _V]) -> Mapping[_K, _V]:
        """All values of a book, as they stand; not to be kept while the ledger goes on."""
        return MappingProxyType(self._books.get(book.name, {}))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ledger):
            return NotImplemented
        return self.place == other.place and self._books == other._books

    __hash__ = None  # type: ignore[assignment]

    def _write(self, book: Book[Any, Any], key: Any, before: Any, after: Any) -> None:
        values = self._books.get(book.name)
        if values is None:
            values = self._books[book.name] = {}
        found = values.get(key)
        if found is not before and found != before:
            raise ValueError(f"{book.name} of {key} is not {before}")
        if after is not None:
            values[key] = after
        else:
            values.pop(key, None)
            if not values:
                del self._books[book.name]


def apply(ledger: Ledger, entry: JournalEntry) -> None:
    """Brings the ledger past an entry. ValueError where it is not the next one."""
    if entry.since != ledger.place:
        raise ValueError(f"the entry follows {entry.since}, the ledger is at {ledger.place}")
    for change in entry.changes:
        ledger._write(change.book, change.key, change.before, change.after)
    ledger.place = entry.place


def undo(ledger: Ledger, entry: JournalEntry) -> None:
    """Takes the ledger back before its last entry. ValueError where it is another one."""
    if entry.place != ledger.place:
        raise ValueError(f"the entry is at {entry.place}, the ledger is at {ledger.place}")
    for change in reversed(entry.changes):
        ledger._write(change.book, change.key, change.after, change.before)
    ledger.place = entry.since


class Draft:
    """A ledger with changes on it that are not applied."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger: Final = ledger
        self._written: Final[dict[str, dict[Any, Any]]] = {}
        self._changes: list[BookChange] = []

    def get(self, book: Book[_K, _V], key: _K) -> _V | None:
        written = self._written.get(book.name)
        if written is not None and key in written:
            found: _V | None = written[key]
            return found
        return self._ledger.get(book, key)

    def put(self, book: Book[_K, _V], key: _K, value: _V | None) -> None:
        """Sets a value; None: there is none any more. Nothing where it is that already."""
        before = self.get(book, key)
        if before != value:
            self._changes.append(BookChange(book, key, before, value))
            self._written.setdefault(book.name, {})[key] = value

    def take_changes(self) -> tuple[BookChange, ...]:
        """What was changed since this was asked last."""
        taken, self._changes = tuple(self._changes), []
        return taken
