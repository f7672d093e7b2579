"""Addresses and their numbers in an index."""

import json
from collections.abc import Iterable
from typing import Final, cast

from eth_typing import ChecksumAddress
from sqlalchemy import Connection, bindparam, func, select

from jp20.register.index.database import Prepared, is_sqlite, write_rows
from jp20.register.index.schema import ADDRESSES

MOST_KEPT: Final = 200_000
"""Addresses that are remembered, about 60 MB; where there are more, they are asked for again."""


class Addresses:
    """Both ways. Those that come up for the first time get a number at once, and are written by
    `write_new`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection: Final = connection
        self.numbers: Final[dict[ChecksumAddress, int]] = {}
        """Those that are remembered."""
        self._texts: Final[dict[int, ChecksumAddress]] = {}
        self._new: Final[list[tuple[int, str]]] = []
        self._first_new = 0
        self._next = 0
        table = ADDRESSES.c
        self._by_text = Prepared(
            connection, select(table.id).where(table.address == bindparam("address"))
        )
        self._by_number = Prepared(
            connection, select(table.address).where(table.id == bindparam("id"))
        )

    def begin(self) -> None:
        """Before the first number of a transaction is asked for."""
        if len(self.numbers) > MOST_KEPT or len(self._texts) > MOST_KEPT:
            self.forget()
        if not self._next:
            last = self._connection.execute(select(func.max(ADDRESSES.c.id))).scalar()
            self._next = (last or 0) + 1
        self._first_new = self._next

    def forget(self) -> None:
        """What is not written, and what was read."""
        self.numbers.clear()
        self._texts.clear()
        self._new.clear()
        self._next = 0

    def number(self, address: ChecksumAddress) -> int:
        """The number of an address; a new one where it has none."""
        known = self.numbers.get(address)
        return self._learn(address) if known is None else known

    def known_number(self, address: ChecksumAddress) -> int | None:
        """The number of an address; None where it never came up."""
        known = self.numbers.get(address)
        if known is None:
            found = self._by_text.rows(self._connection, {"address": address})
            if not found:
                return None
            known = self._keep(address, found[0][0])
        return known

    def address(self, number: int) -> ChecksumAddress:
        """The address of a number."""
        known = self._texts.get(number)
        if known is None:
            ((text,),) = self._by_number.rows(self._connection, {"id": number})
            known = self._texts[number] = cast(ChecksumAddress, text)
        return known

    def is_new(self, number: int) -> bool:
        """Whether it came up in this transaction: then nothing is known of it."""
        return number >= self._first_new

    def learn(self, addresses: Iterable[ChecksumAddress]) -> None:
        """Those of a window in one question."""
        unknown = [each for each in dict.fromkeys(addresses) if each not in self.numbers]
        if not unknown:
            return
        sql = (
            "SELECT address, id FROM addresses WHERE address IN (SELECT value FROM json_each(?))"
            if is_sqlite(self._connection)
            else "SELECT address, id FROM addresses WHERE address = ANY(%s)"
        )
        asked = json.dumps(unknown) if is_sqlite(self._connection) else unknown
        for address, number in self._connection.exec_driver_sql(sql, (asked,)):
            self._keep(cast(ChecksumAddress, address), number)
        for address in unknown:
            if address not in self.numbers:
                self._give(address)

    def write_new(self) -> None:
        write_rows(self._connection, ADDRESSES, self._new)
        self._new.clear()

    def _learn(self, address: ChecksumAddress) -> int:
        known = self.known_number(address)
        return self._give(address) if known is None else known

    def _give(self, address: ChecksumAddress) -> int:
        number = self._next
        self._next += 1
        self._new.append((number, address))
        return self._keep(address, number)

    def _keep(self, address: ChecksumAddress, number: int) -> int:
        self.numbers[address] = number
        self._texts[number] = address
        return number
