"""The index read: the books as of a block, and the events that led there."""

import json
from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Any, Final, TypeVar

from eth_typing import ChecksumAddress
from sqlalchemy import Connection, Select, and_, func, or_, select, text

from jp20.domain.base.at import At
from jp20.domain.base.ids import CaseId, OrganisationId, RequestId, TxHash
from jp20.domain.register.books import BALANCES, FACTORS, Quantity
from jp20.domain.register.events import (
    Event,
    LoggedEvent,
    Transfer,
)
from jp20.domain.register.explain_token import UNSPLIT
from jp20.domain.register.journal import Journal
from jp20.domain.register.ledger import Book, Ledger, Place
from jp20.domain.register.movements import Grounds, Movement
from jp20.register.by_ledger import Header
from jp20.register.index.addresses import Addresses
from jp20.register.index.database import Prepared, decoded_number
from jp20.register.index.event_rows import WHYS, event_of
from jp20.register.index.schema import (
    BLOCKS,
    BOOKS,
    CONTRACTS,
    DECISIONS,
    EVENTS,
    MOVEMENTS,
    STATE,
    TRANSACTIONS,
)
from jp20.register.index.stored_ledger import BookReader, latest_rows
from jp20.register.index.values import Identity

_K = TypeVar("_K")
_V = TypeVar("_V")

_MANY: Final = 5_000
"""Accounts of a token."""

_LAST: Final = (
    "(SELECT {0} FROM balances WHERE token = :token AND account = {1} AND block <= :block"
    " ORDER BY block DESC LIMIT 1)"
)

_BY_ACCOUNT: Final = (
    # Account after account, by one seek each: a DISTINCT would read the whole past.
    "WITH RECURSIVE held(account) AS ("
    " SELECT min(account) FROM balances WHERE token = :token"
    " UNION ALL SELECT (SELECT min(account) FROM balances WHERE token = :token"
    " AND account > held.account) FROM held WHERE held.account IS NOT NULL)"
    # Written so, SQLite keeps the order, and ends the recursion with the last row that is wanted.
    " SELECT a.address, {0} FROM held CROSS JOIN addresses a WHERE a.id = held.account LIMIT :most"
)

_BY_ADDRESS: Final = "SELECT a.address, {0} FROM addresses a"


class IndexReader:
    """Reads in one transaction of the database, in which nothing changes, as long as it is open."""

    def __init__(self, connection: Connection) -> None:
        self.connection: Final = connection
        self.addresses: Final = Addresses(connection)
        self._readers: Final[dict[str, BookReader]] = {}

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

    def balances(self, token: ChecksumAddress, block: int) -> dict[ChecksumAddress, int]:
        """The units that each account has as of a block, at the split count of then: one seek an
        account, however long the past is.
        """
        number = self.addresses.known_number(token)
        if number is None:
            return {}
        factors = self.value(FACTORS, token, block) or UNSPLIT
        found = self._last_balances(number, block, with_splits=factors != UNSPLIT)
        if factors == UNSPLIT:
            return {each: decoded_number(units) for each, units in found if units is not None}
        now = {
            each: Quantity(decoded_number(units), int(splits)).at(factors)
            for each, units, splits in found
            if units is not None
        }
        return {each: units for each, units in now.items() if units}

    def _last_balances(self, token: int, block: int, *, with_splits: bool) -> list[Any]:
        """Address, units, and the split count at which they were written. Where a token has many
        accounts, it is quicker to ask for each address that there is.
        """
        columns = ("units", "splits") if with_splits else ("units",)
        asked = {"token": token, "block": block}
        of_token = ", ".join(_LAST.format(each, "a.id") for each in columns)
        few = Prepared(self.connection, text(_BY_ACCOUNT.format(of_token)))
        found = few.rows(self.connection, {**asked, "most": _MANY})
        if len(found) < _MANY:
            return found
        all_of_them = Prepared(self.connection, text(_BY_ADDRESS.format(of_token)))
        return all_of_them.rows(self.connection, asked)

    def value(self, book: Book[_K, _V], key: _K, block: int) -> _V | None:
        """The value of a key as of a block; None where there is none."""
        reader = self._readers.get(book.name)
        if reader is None:
            reader = BookReader(self.connection, self.addresses, BOOKS[book.name])
            self._readers[book.name] = reader
        found: _V | None = reader.latest(key, block)
        return found

    def history(
        self, token: ChecksumAddress, account: ChecksumAddress, block: int
    ) -> list[Movement]:
        """What moved units of an account up to a block, in the chain's order."""
        own, other = self.addresses.known_number(token), self.addresses.known_number(account)
        if own is None or other is None:
            return []
        balances, moved = BOOKS[BALANCES.name].table.c, MOVEMENTS.c
        blocks = select(balances.block).where(
            balances.token == own, balances.account == other, balances.block <= block
        )
        rows = select(MOVEMENTS).where(
            moved.block.in_(blocks),
            moved.token == own,
            or_(moved.giver == other, moved.taker == other),
        )
        return [self._movement(row) for row in self._placed(rows, MOVEMENTS, block)]

    def _movement(self, row: Any) -> Movement:
        address = self.addresses.address
        reference = row.reference if row.reference_hash is None else row.reference_hash
        return Movement(
            _at(row),
            address(row.giver),
            address(row.taker),
            row.units,
            row.splits,
            WHYS[row.why],
            reference,
            None if row.decision is None else self._grounds(row.block, row.decision),
        )

    def _grounds(self, block: int, log: int) -> Grounds:
        decided = DECISIONS.c
        row = self.connection.execute(
            select(DECISIONS).where(decided.block == block, decided.log == log)
        ).one()
        return Grounds(
            CaseId(row.case_id),
            row.document_hash,
            None if row.request is None else RequestId(row.request),
            OrganisationId(row.proposer),
            tuple(OrganisationId(each) for each in json.loads(row.signers)),
            OrganisationId(row.executor),
            self.addresses.address(row.key),
        )

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
