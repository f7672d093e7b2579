"""The index read: the books as of a block, and the events that led there."""

from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Any, Final

from eth_typing import ChecksumAddress
from sqlalchemy import Connection, Select, and_, func, select

from jp20.domain.base.at import At
from jp20.domain.base.ids import TxHash
from jp20.domain.register.events import (
    Event,
    LoggedEvent,
    Transfer,
)
from jp20.domain.register.journal import Journal
from jp20.domain.register.ledger import Ledger, Place
from jp20.register.by_ledger import Header
from jp20.register.index.addresses import Addresses
from jp20.register.index.event_rows import event_of
from jp20.register.index.schema import (
    BLOCKS,
    BOOKS,
    CONTRACTS,
    EVENTS,
    MOVEMENTS,
    STATE,
    TRANSACTIONS,
)
from jp20.register.index.stored_ledger import BookReader, latest_rows
from jp20.register.index.values import Identity


class IndexReader:
    """Reads in one transaction of the database, in which nothing changes, as long as it is open."""

    def __init__(self, connection: Connection) -> None:
        self.connection: Final = connection
        self.addresses: Final = Addresses(connection)

    def identity(self) -> Identity | None:
        """Of which Consortium it is; None where it is empty."""
        found = self.connection.execute(select(STATE)).one_or_none()
        if found is None:
            return None
        return Identity(found.chain_id, found.genesis, found.consortium, found.first)

    def last(self) -> Header | None:
        """The block up to which it reads; None where it has read none."""
        found = self.connection.execute(select(STATE)).one_or_none()
        if found is None or found.block < found.first:
            return None
        return Header(found.block, found.hash, found.time)

    def final(self) -> int:
        """The highest of its blocks that stays."""
        found: int = self.connection.execute(select(STATE.c.final)).scalar_one()
        return found

    def contracts(self) -> list[ChecksumAddress]:
        """Whose events it has, in the order in which they came."""
        rows = select(CONTRACTS.c.address).order_by(CONTRACTS.c.block, CONTRACTS.c.address)
        return [self.addresses.address(each) for (each,) in self.connection.execute(rows)]

    def ledger(self, block: int) -> Ledger:
        """All books as of a block."""
        values = {
            name: latest_rows(
                self.connection,
                BookReader(self.connection, self.addresses, book),
                book,
                block,
            )
            for name, book in BOOKS.items()
        }
        return Ledger.of(self._last_place(block), values)

    def events(
        self, address: ChecksumAddress, last: int | None = None
    ) -> tuple[LoggedEvent[Event], ...]:
        """All events of a contract in the chain's order, up to block `last` or the index's."""
        number = self.addresses.known_number(address)
        if number is None:
            return ()
        events = select(EVENTS.c.block, EVENTS.c.log, EVENTS.c.kind, EVENTS.c.arguments).where(
            EVENTS.c.emitter == number
        )
        others = self._placed(events, EVENTS, last)
        found = merge(
            (event_of(row.kind, row.arguments, address, _at(row)) for row in others),
            self._transfers(address, number, last),
            key=_place,
        )
        return tuple(found)

    def journal(self, addresses: Iterable[ChecksumAddress], last: int | None = None) -> Journal:
        """What the events of some contracts add up to."""
        found = Journal()
        found.follow(merge(*(self.events(each, last) for each in addresses), key=_place))
        return found

    # Inside

    def _transfers(
        self, token: ChecksumAddress, number: int, last: int | None
    ) -> Iterator[LoggedEvent[Event]]:
        moved, address = MOVEMENTS.c, self.addresses.address
        # The blocks in which a token's units moved are those of its balances.
        balances = BOOKS["balances"].table.c
        blocks = select(balances.block).where(balances.token == number).distinct()
        rows = select(moved.block, moved.log, moved.giver, moved.taker, moved.units).where(
            moved.block.in_(blocks), moved.token == number
        )
        for row in self._placed(rows, MOVEMENTS, last):
            event = Transfer(address(row.giver), address(row.taker), row.units)
            yield LoggedEvent(event, token, _at(row))

    def _placed(self, rows: Select[Any], table: Any, last: int | None) -> Iterable[Any]:
        """With transaction and time, in the chain's order."""
        earlier = TRANSACTIONS.alias()
        begun = (
            select(func.max(earlier.c.log))
            .where(earlier.c.block == table.c.block, earlier.c.log <= table.c.log)
            .correlate(table)
            .scalar_subquery()
        )
        placed = (
            rows.add_columns(BLOCKS.c.time, TRANSACTIONS.c.hash)
            .join(BLOCKS, BLOCKS.c.block == table.c.block)
            .join(
                TRANSACTIONS,
                and_(TRANSACTIONS.c.block == table.c.block, TRANSACTIONS.c.log == begun),
            )
            .order_by(table.c.block, table.c.log)
        )
        if last is not None:
            placed = placed.where(table.c.block <= last)
        return self.connection.execute(placed)

    def _last_place(self, block: int) -> Place:
        """Of the last event up to a block."""
        found = [
            self.connection.execute(
                select(table.c.block, table.c.log)
                .where(table.c.block <= block)
                .order_by(table.c.block.desc(), table.c.log.desc())
                .limit(1)
            ).one_or_none()
            for table in (MOVEMENTS, EVENTS)
        ]
        return max((tuple(each) for each in found if each is not None), default=(-1, -1))


def _at(row: Any) -> At:
    return At(row.block, TxHash(row.hash), row.log, row.time)


def _place(logged: LoggedEvent[Event]) -> Place:
    return (logged.at.block, logged.at.log)
