"""The tables of the index.

Every book of the fold is a table of *(key, block) → value after that block*, and is only ever added
to: a past block is one seek a key. A row without values says that there is none any more. What a
block changed is in it even where it came back to what it was, so that the blocks of a key are
those in which something happened to it.

An address stands once, in `addresses`, and is a number everywhere else; numbers are given in the
order in which addresses come up, and say nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args, get_type_hints

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
)
from sqlalchemy.types import TypeEngine

from jp20.domain.register import books
from jp20.domain.register.ledger import Book
from jp20.register.index.database import WholeNumber
from jp20.register.index.shapes import ColumnKind, Shape, ValueColumn, shape_of, shape_of_key

ADDRESS_TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte on both databases."""

NUMBER: Final = WholeNumber()

_TYPES: Final[Mapping[ColumnKind, TypeEngine[Any]]] = {
    ColumnKind.ADDRESS: Integer(),
    ColumnKind.NUMBER: NUMBER,
    ColumnKind.SMALL: Integer(),
    ColumnKind.BYTES: LargeBinary(),
    ColumnKind.TEXT: Text(),
    ColumnKind.FLAG: Boolean(),
    ColumnKind.JSON: Text(),
}

_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "balances": ("token", "account"),
    "supply": ("token",),
    "arriving": ("token",),
    "factors": ("token",),
    "terms": ("token",),
    "paused": ("token",),
    "followed": ("token",),
    "record_dates": ("token", "number"),
    "restraints": ("token", "id"),
    "restrained": ("token", "account"),
    "frozen": ("token", "account"),
    "consents": ("token", "id"),
    "promised": ("token", "account"),
    "trades": ("token", "commitment"),
    "tokens": ("token",),
    "facts": ("platform", "wallet"),
    "suspensions": ("platform", "investor"),
    "halted": ("platform",),
    "organisations": ("organisation",),
    "keys": ("key",),
    "roles": ("organisation", "scope"),
    "rules": ("kind", "selector"),
    "targets": ("target",),
    "requests": ("request",),
    "executions": ("case_id", "root", "call"),
    "executed": ("case_id", "root"),
}
"""What the parts of each book's key are called."""

METADATA: Final = MetaData()


@dataclass(frozen=True, slots=True)
class BookTable:
    """A book's table: its key's columns, `block`, its value's columns."""

    book: Book[Any, Any]
    key: Shape
    value: Shape
    table: Table


def column(part: ValueColumn, *, key: bool = False) -> Column[Any]:
    """A column of that part of a key or of a value. `info` keeps what stands in it."""
    return Column(
        part.name,
        _TYPES[part.kind],
        primary_key=key,
        autoincrement=False,
        nullable=not key,
        info={"kind": part.kind},
    )


def block_column() -> Column[Any]:
    """The block of a row, as a part of its key."""
    return Column("block", BigInteger, primary_key=True, autoincrement=False)


def _log_column(name: str = "log", *, key: bool = True) -> Column[Any]:
    return Column(name, Integer, primary_key=key, autoincrement=False, nullable=not key)


def _address(name: str) -> Column[Any]:
    return Column(name, Integer, nullable=False, info={"kind": ColumnKind.ADDRESS})


def _number(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, NUMBER, nullable=nullable, info={"kind": ColumnKind.NUMBER})


def _all_books() -> Iterator[BookTable]:
    for name, hint in get_type_hints(books).items():
        book = getattr(books, name)
        if not isinstance(book, Book):
            continue
        (of_book,) = get_args(hint)
        kind_of_key, kind_of_value = get_args(of_book)
        names = _KEYS[book.name]
        kinds = get_args(kind_of_key) if len(names) > 1 else (kind_of_key,)
        key, value = shape_of_key(kinds, names), shape_of(kind_of_value)
        table = Table(
            book.name,
            METADATA,
            *(column(part, key=True) for part in key.parts),
            block_column(),
            *(column(part) for part in value.parts),
            sqlite_with_rowid=False,
        )
        if book is not books.BALANCES:
            Index(f"{book.name}_by_block", table.c.block)
        yield BookTable(book, key, value, table)


BOOKS: Final[Mapping[str, BookTable]] = {each.book.name: each for each in _all_books()}
"""The tables of the books by their names. That of the balances has no index by block: the accounts
of a block are those of its movements.
"""

ADDRESSES: Final = Table(
    "addresses",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("address", ADDRESS_TEXT, nullable=False, unique=True),
)

STATE: Final = Table(
    "state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _number("chain_id"),
    Column("genesis", LargeBinary, nullable=False),
    Column("consortium", ADDRESS_TEXT, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("block", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("final", BigInteger, nullable=False),
)
"""One row: of which chain, from which block on, up to which block, and which one is final."""

HEADS: Final = Table(
    "heads",
    METADATA,
    block_column(),
    Column("hash", LargeBinary, nullable=False),
    Column("time", BigInteger, nullable=False),
)
"""The blocks that may yet be given up, and the final one below them."""

CONTRACTS: Final = Table(
    "contracts",
    METADATA,
    Column(
        "address",
        Integer,
        primary_key=True,
        autoincrement=False,
        info={"kind": ColumnKind.ADDRESS},
    ),
    Column("kind", SmallInteger, nullable=False),
    Column("block", BigInteger, nullable=False),
)
"""Whose events are read, and the block in which the Consortium registered it."""

BLOCKS: Final = Table(
    "blocks",
    METADATA,
    block_column(),
    Column("hash", LargeBinary, nullable=False),
    Column("time", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""The blocks that have events."""

TRANSACTIONS: Final = Table(
    "transactions",
    METADATA,
    block_column(),
    _log_column(),
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""The transactions that have events, each at its first one: an event is of the last before it."""

Index("transactions_by_hash", func.substr(TRANSACTIONS.c.hash, 1, 8))

MOVEMENTS: Final = Table(
    "movements",
    METADATA,
    block_column(),
    _log_column(),
    _address("token"),
    _address("giver"),
    _address("taker"),
    _number("units"),
    Column("splits", SmallInteger, nullable=False),
    Column("why", SmallInteger, nullable=False),
    _number("reference", nullable=True),
    Column("reference_hash", LargeBinary),
    _log_column("decision", key=False),
    sqlite_with_rowid=False,
)
"""The Transfers of units, and why they moved. `decision` is the log, in the same block, of what the
Consortium said when it decided them.
"""

EVENTS: Final = Table(
    "events",
    METADATA,
    block_column(),
    _log_column(),
    _address("emitter"),
    Column("kind", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    _log_column("decision", key=False),
    sqlite_with_rowid=False,
)
"""All other events: the name of the class, the arguments as JSON."""

Index("events_by_emitter", EVENTS.c.emitter, EVENTS.c.block, EVENTS.c.log)

DECISIONS: Final = Table(
    "decisions",
    METADATA,
    block_column(),
    _log_column(),
    Column("case_id", LargeBinary, nullable=False),
    Column("document_hash", LargeBinary, nullable=False),
    Column("request", LargeBinary),
    _number("proposer"),
    Column("signers", Text, nullable=False),
    _number("executor"),
    _address("key"),
    sqlite_with_rowid=False,
)
"""The executions and acts that changes rest on, at their event."""

OF_THE_CHAIN: Final = (
    CONTRACTS,
    BLOCKS,
    TRANSACTIONS,
    MOVEMENTS,
    EVENTS,
    DECISIONS,
    *(each.table for each in BOOKS.values()),
)
"""The tables that are the same whenever the same chain is read."""
