"""The database under the index: SQLite in a file, or PostgreSQL by URL; and how rows are written.

The schema and the questions are SQLAlchemy's. The one hot write is the driver's own.
"""

import importlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Numeric, Select, Table, TextClause, create_engine, event
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.text import Text

_PATIENCE: Final = 60
"""Seconds to wait for another program, a backup say, that keeps a SQLite file locked."""

MOST_PLAIN: Final = 2**63
"""The first number that SQLite's own do not hold."""


class UnfitDatabase(BadArgument):
    """The URL of the index names no database that JP20 knows."""

    what = Text("{url} is not a database for the index.")
    next_step = Text(
        "Write a file's name, or a URL of PostgreSQL without a password: "
        "postgresql://USER@HOST/DATABASE"
    )

    def __init__(self, url: str) -> None:
        super().__init__(url=url)


class DriverMissing(JP20Error):
    """PostgreSQL is named, and its driver is not installed."""

    what = Text("The index is on PostgreSQL, and the driver for it is not installed.")
    next_step = Text('Run: pip install "jp20[postgres]"')


def open_database(place: str | Path, password: str | None = None) -> Engine:
    """A file, or a URL of PostgreSQL. Raises UnfitDatabase, DriverMissing."""
    if isinstance(place, Path):
        return _sqlite(place)
    try:
        url = make_url(place)
    except ArgumentError:
        raise UnfitDatabase(place) from None
    if url.get_backend_name() != "postgresql" or url.password:
        raise UnfitDatabase(url.render_as_string(hide_password=True))
    try:
        importlib.import_module("psycopg")
    except ImportError:
        raise DriverMissing from None
    return create_engine(
        url.set(drivername="postgresql+psycopg", password=password), pool_size=1, max_overflow=4
    )


def _sqlite(file: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        connect_args={"timeout": _PATIENCE, "check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        for each in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "cache_size = -65536",
            "wal_autocheckpoint = 16384",  # of 4 KB: fewer are written twice
        ):
            connection.execute(f"PRAGMA {each}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver begins by itself only before a write, and a reader would see two states.
        connection.exec_driver_sql("BEGIN")

    return engine


def is_sqlite(connection: Connection) -> bool:
    """Whether it is SQLite, and else PostgreSQL."""
    return connection.dialect.name == "sqlite"


def write_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Adds rows whose values are the driver's own, in the order of the table's columns."""
    if not rows:
        return
    names = ", ".join(f'"{each.name}"' for each in table.columns)
    with _cursor(connection) as cursor:
        if is_sqlite(connection):
            places = ", ".join("?" * len(table.columns))
            sql = f'INSERT INTO "{table.name}" ({names}) VALUES ({places})'  # noqa: S608
            cursor.executemany(sql, rows)
        else:
            with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)


def run_many(connection: Connection, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Runs a statement of the driver's once for each row."""
    if rows:
        with _cursor(connection) as cursor:
            cursor.executemany(sql, rows)


class Prepared:
    """A SELECT that is asked very often: by the driver itself, its text made once. What it is
    asked with has names.
    """

    def __init__(self, connection: Connection, select: Select[Any] | TextClause) -> None:
        dialect = connection.dialect
        if dialect.name == "sqlite":
            dialect = SQLiteDialect_pysqlite(paramstyle="named")
        compiled = select.compile(dialect=dialect)
        self._sql: Final = str(compiled)
        self._given: Final = dict(compiled.params)

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        with _cursor(connection) as cursor:
            cursor.execute(self._sql, {**self._given, **values})
            found: list[Any] = cursor.fetchall()
            return found


class _cursor:  # noqa: N801
    """A cursor of the driver, closed at the end."""

    def __init__(self, connection: Connection) -> None:
        self._cursor = connection.connection.cursor()

    def __enter__(self) -> Any:
        return self._cursor

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):
            self._cursor.close()


def encoded_number(dialect: Dialect, number: int) -> int | bytes:
    """As a NUMBER column has it."""
    if number < MOST_PLAIN or dialect.name != "sqlite":
        return number
    return number.to_bytes(32, "big")


def decoded_number(found: Any) -> int:
    """The number that a NUMBER column has."""
    return int.from_bytes(found, "big") if isinstance(found, bytes) else int(found)


class WholeNumber(TypeDecorator[int]):
    """A whole number up to 2**256 - 1, in its order. SQLite's own go up to 2**63 - 1: a greater one
    is 32 bytes there, the highest first. SQLite sorts all numbers before all bytes.
    """

    impl = Numeric(78, 0)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_AsItComes() if dialect.name == "sqlite" else Numeric(78, 0))

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        return None if value is None else encoded_number(dialect, value)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else decoded_number(value)


class _AsItComes(UserDefinedType[Any]):
    """What SQLite does not convert."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "BLOB"
