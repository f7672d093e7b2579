"""A ledger whose books stand in the index: it reads the values that it is asked for."""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, bindparam, select

from jp20.domain.register.ledger import Book, Ledger
from jp20.register.index.addresses import Addresses
from jp20.register.index.database import Prepared, decoded_number, encoded_number, is_sqlite
from jp20.register.index.schema import BOOKS, BookTable
from jp20.register.index.shapes import ColumnKind, ValueColumn

_K = TypeVar("_K")
_V = TypeVar("_V")

MOST_KEPT: Final = 200_000
"""Values of a book that are remembered."""

_UNREAD: Final[Any] = object()

_NEWEST: Final = 2**62
"""A block that comes after all others."""


class BookReader:
    """Rows of a book, and their values."""

    def __init__(self, connection: Connection, addresses: Addresses, book: BookTable) -> None:
        self._connection: Final = connection
        self._addresses: Final = addresses
        self._book: Final = book
        table = book.table
        keys = [table.c[part.name] for part in book.key.parts]
        values = [table.c[part.name] for part in book.value.parts]
        self._latest = Prepared(
            connection,
            select(*values)
            .where(
                *(each == bindparam(f"key_{n}") for n, each in enumerate(keys)),
                table.c.block <= bindparam("as_of"),
            )
            .order_by(table.c.block.desc())
            .limit(1),
        )

    def latest(self, key: Any, block: int = _NEWEST) -> Any:
        """The value of a key as of a block, or the newest; None where there is none."""
        asked: dict[str, Any] = {"as_of": block}
        for n, (part, plain) in enumerate(
            zip(self._book.key.parts, self._book.key.pack(key), strict=True)
        ):
            value = plain
            if part.kind is ColumnKind.ADDRESS:
                value = self._addresses.known_number(plain)
                if value is None:
                    return None
            elif part.kind is ColumnKind.NUMBER:
                value = encoded_number(self._connection.dialect, plain)
            asked[f"key_{n}"] = value
        found = self._latest.rows(self._connection, asked)
        return self.value(found[0]) if found else None

    def value(self, columns: Any) -> Any:
        """The value that the value's columns of a row have."""
        if columns[0] is None:
            return None
        return self._book.value.unpack(iter(self._plain(self._book.value.parts, columns)))

    def key(self, columns: Any) -> Any:
        """The key that the key's columns of a row have."""
        return self._book.key.unpack(iter(self._plain(self._book.key.parts, columns)))

    def row(self, key: Any, block: int, value: Any) -> tuple[Any, ...]:
        """The row of a value; addresses that are new get numbers."""
        book = self._book
        nothing = (None,) * len(book.value.parts)
        return (
            *self._stored(book.key.parts, book.key.pack(key)),
            block,
            *(nothing if value is None else self._stored(book.value.parts, book.value.pack(value))),
        )

    def _stored(self, parts: tuple[ValueColumn, ...], plain: tuple[Any, ...]) -> list[Any]:
        return [
            self._addresses.number(value)
            if part.kind is ColumnKind.ADDRESS
            else encoded_number(self._connection.dialect, value)
            if part.kind is ColumnKind.NUMBER
            else value
            for part, value in zip(parts, plain, strict=True)
        ]

    def _plain(self, parts: tuple[ValueColumn, ...], columns: Any) -> list[Any]:
        return [
            self._addresses.address(value)
            if part.kind is ColumnKind.ADDRESS
            else decoded_number(value)
            if part.kind is ColumnKind.NUMBER
            else value
            for part, value in zip(parts, columns, strict=True)
        ]


class StoredLedger(Ledger):
    """The books after the last event of the index. What is written stays here; the writer of the
    index brings it to the database.
    """

    def __init__(self, connection: Connection, addresses: Addresses) -> None:
        super().__init__()
        self.readers: Final = {
            name: BookReader(connection, addresses, book) for name, book in BOOKS.items()
        }
        self._connection: Final = connection

    def get(self, book: Book[_K, _V], key: _K) -> _V | None:
        values = self._values(book.name)
        found = values.get(key, _UNREAD)
        if found is _UNREAD:
            found = values[key] = self.readers[book.name].latest(key)
        value: _V | None = found
        return value

    def rows(self, book: Book[_K, _V]) -> Mapping[_K, _V]:
        """All values of a book. Those that are written and not stored are not to be lost, and so
        they go before those that are stored.
        """
        stored = latest_rows(self._connection, self.readers[book.name], BOOKS[book.name])
        known = {**stored, **self._values(book.name)}
        return MappingProxyType({key: value for key, value in known.items() if value is not None})

    def known(self, book: Book[_K, _V]) -> dict[_K, _V | None]:
        """What is remembered of a book: None where there is nothing."""
        return self._values(book.name)

    def forget(self) -> None:
        """What was read and written."""
        self._books.clear()

    def forget_if_much(self) -> None:
        for values in self._books.values():
            if len(values) > MOST_KEPT:
                values.clear()

    def _values(self, name: str) -> dict[Any, Any]:
        values = self._books.get(name)
        if values is None:
            values = self._books[name] = {}
        return values

    def _write(self, book: Book[Any, Any], key: Any, before: Any, after: Any) -> None:
        found = self.get(book, key)
        if found is not before and found != before:
            raise ValueError(f"{book.name} of {key} is not {before}")
        self._values(book.name)[key] = after


def latest_rows(
    connection: Connection, reader: BookReader, book: BookTable, block: int | None = None
) -> dict[Any, Any]:
    """All values of a book as of a block, by key."""
    table = book.table
    rows = select(table).order_by(*table.primary_key.columns)
    if block is not None:
        rows = rows.where(table.c.block <= block)
    width = len(book.key.parts)
    last: dict[Any, Any] = {}
    for row in connection.execute(rows):
        last[tuple(row[:width])] = row[width + 1 :]
    found = {reader.key(key): reader.value(columns) for key, columns in last.items()}
    return {key: value for key, value in found.items() if value is not None}


def latest_balances(
    connection: Connection, token: int, accounts: Sequence[int]
) -> Iterator[tuple[Any, ...]]:
    """Account, and the columns of its last balance, of those that ever had one; all are numbers of
    addresses.
    """
    if is_sqlite(connection):
        sql = (
            "SELECT a.value, b.units, b.splits FROM json_each(?1) a JOIN balances b"
            " ON b.token = ?2 AND b.account = a.value"
            " AND b.block ="
            " (SELECT max(block) FROM balances WHERE token = ?2 AND account = a.value)"
        )
        asked: tuple[Any, ...] = (json.dumps(accounts), token)
    else:
        sql = (
            "SELECT a.id, b.units, b.splits FROM unnest(%s::int[]) a(id) CROSS JOIN LATERAL"
            " (SELECT units, splits FROM balances WHERE token = %s AND account = a.id"
            " ORDER BY block DESC LIMIT 1) b"
        )
        asked = (list(accounts), token)
    yield from connection.exec_driver_sql(sql, asked)
