"""The hash of what an index has: the same on every database, however often it was stopped, taken
back or made again.
"""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, select

from jp20.register.index.schema import ADDRESSES, OF_THE_CHAIN
from jp20.register.index.shapes import ColumnKind, compact

_AT_ONCE: Final = 10_000


def logical_hash(connection: Connection) -> bytes:
    """SHA-256 over all rows of all tables of the chain in the order of their keys, addresses as
    such: their numbers, and what the database makes of the rows, do not count.
    """
    digest = hashlib.sha256()
    for table in sorted(OF_THE_CHAIN, key=lambda each: each.name):
        digest.update(f"{table.name}\n".encode())
        for row in rows_in_order(connection, table):
            digest.update(f"{compact(row)}\n".encode())
    return digest.digest()


def rows_in_order(connection: Connection, table: Table) -> Iterator[list[Any]]:
    """The rows of a table in the order of its key, addresses as such, bytes in hex."""
    found = connection.execution_options(yield_per=_AT_ONCE).execute(_with_addresses(table))
    for row in found:
        yield [each.hex() if isinstance(each, bytes) else each for each in row]


def _with_addresses(table: Table) -> Select[Any]:
    columns: dict[str, Any] = {}
    joined: Any = table
    for each in table.columns:
        columns[each.name] = each
        if each.info.get("kind") is ColumnKind.ADDRESS:
            address = ADDRESSES.alias(f"address_of_{each.name}")
            joined = joined.outerjoin(address, address.c.id == each)
            columns[each.name] = address.c.address
    key = [columns[each.name] for each in table.primary_key.columns]
    return select(*columns.values()).select_from(joined).order_by(*key)
