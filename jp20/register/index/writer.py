"""The one writer of an index: what the chain said is folded and stored, or taken back.

Invariant: the tables are what the events from the first block to the last one give. A stretch and
the block that it ends with are written in one transaction of the database; so is what is taken
back.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from eth_typing import ChecksumAddress
from sqlalchemy import Engine, bindparam, delete, func, insert, select, union, update

from jp20.domain.register.books import BALANCES
from jp20.domain.register.events import ActedDirectly, CallExecuted, Event, LoggedEvent, Transfer
from jp20.domain.register.explain import explain_transaction
from jp20.domain.register.ledger import NOWHERE, JournalEntry, apply
from jp20.domain.register.movements import Movement
from jp20.register.by_ledger import Header
from jp20.register.index.addresses import Addresses
from jp20.register.index.database import encoded_number, is_sqlite, write_rows
from jp20.register.index.event_rows import NUMBERS_OF_WHY, event_row
from jp20.register.index.schema import (
    BLOCKS,
    BOOKS,
    CONTRACTS,
    DECISIONS,
    EVENTS,
    HEADS,
    MOVEMENTS,
    OF_THE_CHAIN,
    STATE,
    TRANSACTIONS,
)
from jp20.register.index.shapes import compact
from jp20.register.index.stored_ledger import StoredLedger, latest_balances
from jp20.register.index.values import Identity, Stretch, Watched, WatchedContract

_STATE: Final = 1

_LOCK: Final = 0x4A50_3230
"""The number of the lock on PostgreSQL, for as long as the connection lives."""


class IndexWriter:
    """Writes an index whose tables are there; nobody else does meanwhile."""

    def __init__(self, engine: Engine) -> None:
        self._connection: Final = engine.connect()
        self._addresses: Final = Addresses(self._connection)
        self._ledger: Final = StoredLedger(self._connection, self._addresses)
        self._rows: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._changed: defaultdict[str, dict[tuple[Any, int], Any]] = defaultdict(dict)

    def close(self) -> None:
        self._connection.close()

    def is_alone(self) -> bool:
        """Whether no other writer is connected to the database: from now on none will be. A file
        of SQLite is locked by whoever opens it.
        """
        if is_sqlite(self._connection):
            return True
        with self._connection.begin():
            locked = select(func.pg_try_advisory_lock(_LOCK))
            return bool(self._connection.execute(locked).scalar_one())

    # What is there

    def identity(self) -> Identity | None:
        """Of which Consortium it is; None where it is empty."""
        with self._connection.begin():
            found = self._connection.execute(select(STATE)).one_or_none()
        if found is None:
            return None
        return Identity(found.chain_id, found.genesis, found.consortium, found.first)

    def last(self) -> Header | None:
        """The block up to which it reads; None where it has read none."""
        with self._connection.begin():
            found = self._connection.execute(select(STATE)).one_or_none()
        if found is None or found.block < found.first:
            return None
        return Header(found.block, found.hash, found.time)

    def heads(self) -> list[Header]:
        """The blocks that may yet be given up, and the final one below them, highest first."""
        with self._connection.begin():
            found = self._connection.execute(select(HEADS).order_by(HEADS.c.block.desc())).all()
        return [Header(each.block, each.hash, each.time) for each in found]

    def contracts(self) -> dict[ChecksumAddress, Watched]:
        """Whose events it has."""
        with self._connection.begin():
            found = self._connection.execute(select(CONTRACTS.c.address, CONTRACTS.c.kind)).all()
            return {self._addresses.address(each.address): Watched(each.kind) for each in found}

    # What is done

    def found(self, identity: Identity) -> None:
        """Makes an empty index that of a Consortium."""
        with self._writing():
            self._connection.execute(
                insert(STATE).values(
                    id=_STATE,
                    chain_id=identity.chain_id,
                    genesis=identity.genesis,
                    consortium=identity.consortium,
                    first=identity.first,
                    block=identity.first - 1,
                    hash=b"",
                    time=0,
                    final=0,
                )
            )
            of_consortium = WatchedContract(identity.consortium, Watched.CONSORTIUM, identity.first)
            self._register([of_consortium])
            self._store()

    def clear(self) -> None:
        """Empties it."""
        with self._writing():
            for table in (STATE, HEADS, *OF_THE_CHAIN):
                self._connection.execute(delete(table))
            self._forget()

    def append(self, stretch: Stretch) -> None:
        """Adds what comes next. Raises BrokenRegister where it does not add up; nothing is stored
        then.
        """
        with self._writing():
            self._learn(stretch.transactions)
            self._register(stretch.found)
            for number, header in sorted(stretch.blocks.items()):
                self._rows[BLOCKS.name].append((number, header.hash, header.time))
            self._ledger.place = NOWHERE
            for transaction in stretch.transactions:
                self._take(transaction)
            self._keep_heads(stretch)
            self._store()
            self._set_last(stretch.last, stretch.final)

    def back_to(self, header: Header, found: Sequence[WatchedContract] = ()) -> None:
        """Takes back what came after a block. `found` are contracts whose events are to be read
        from there on.
        """
        with self._writing():
            self._forget()
            self._addresses.begin()
            after = header.number
            self._take_back_balances(after)
            for table in (HEADS, *OF_THE_CHAIN):
                if table is not BOOKS[BALANCES.name].table:
                    self._connection.execute(delete(table).where(table.c.block > after))
            self._register(found)
            self._store()
            self._set_last(header, None)

    # Inside

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._ledger.forget_if_much()
        try:
            with self._connection.begin():
                self._addresses.begin()
                yield
        except BaseException:
            self._forget()
            raise

    def _forget(self) -> None:
        self._rows.clear()
        self._changed.clear()
        self._ledger.forget()
        self._addresses.forget()

    def _learn(self, transactions: Sequence[Sequence[LoggedEvent[Event]]]) -> None:
        """Reads in few questions what the transfers will ask for."""
        accounts: dict[ChecksumAddress, set[ChecksumAddress]] = defaultdict(set)
        for transaction in transactions:
            for each in transaction:
                if isinstance(each.event, Transfer):
                    accounts[each.emitter].update((each.event.from_, each.event.to))
        self._addresses.learn(
            [*accounts, *(account for each in accounts.values() for account in each)]
        )
        known = self._ledger.known(BALANCES)
        for token, of_token in accounts.items():
            unread = [each for each in of_token if (token, each) not in known]
            self._learn_balances(token, unread)

    def _learn_balances(self, token: ChecksumAddress, accounts: Sequence[ChecksumAddress]) -> None:
        known, numbers = self._ledger.known(BALANCES), self._addresses.number
        known.update(((token, account), None) for account in accounts)
        old = {
            numbers(each): each for each in accounts if not self._addresses.is_new(numbers(each))
        }
        if not old:
            return
        reader = self._ledger.readers[BALANCES.name]
        for number, *columns in latest_balances(self._connection, numbers(token), list(old)):
            known[token, old[number]] = reader.value(columns)

    def _register(self, found: Sequence[WatchedContract]) -> None:
        self._rows[CONTRACTS.name] += [
            (self._addresses.number(each.address), int(each.kind), each.block) for each in found
        ]

    def _take(self, transaction: Sequence[LoggedEvent[Event]]) -> None:
        at = transaction[0].at
        self._rows[TRANSACTIONS.name].append((at.block, at.log, at.transaction))
        decision: int | None = None
        for entry in explain_transaction(transaction, self._ledger):
            apply(self._ledger, entry)
            if isinstance(entry.logged.event, CallExecuted | ActedDirectly):
                decision = entry.logged.at.log
                self._rows[DECISIONS.name].append(self._decision(entry))
            self._take_entry(entry, None if entry.grounds is None else decision)

    def _take_entry(self, entry: JournalEntry, decision: int | None) -> None:
        block = entry.logged.at.block
        if isinstance(entry.movement, Movement):
            self._rows[MOVEMENTS.name].append(self._movement(entry, entry.movement, decision))
        else:
            number = self._addresses.number(entry.logged.emitter)
            self._rows[EVENTS.name].append(event_row(entry.logged, number, decision))
        for change in entry.changes:
            self._changed[change.book.name][change.key, block] = change.after

    def _movement(
        self, entry: JournalEntry, movement: Movement, decision: int | None
    ) -> tuple[Any, ...]:
        at, number, dialect = movement.at, self._addresses.number, self._connection.dialect
        reference = movement.reference
        return (
            at.block,
            at.log,
            number(entry.logged.emitter),
            number(movement.from_),
            number(movement.to),
            encoded_number(dialect, movement.units),
            movement.splits,
            NUMBERS_OF_WHY[movement.why],
            encoded_number(dialect, reference) if isinstance(reference, int) else None,
            reference if isinstance(reference, bytes) else None,
            decision,
        )

    def _decision(self, entry: JournalEntry) -> tuple[Any, ...]:
        at, grounds = entry.logged.at, entry.grounds
        if grounds is None:
            raise ValueError(f"a decision at {entry.place} without grounds")
        return (
            at.block,
            at.log,
            grounds.case_id,
            grounds.document_hash,
            grounds.request,
            grounds.proposer,
            compact(grounds.signers),
            grounds.executor,
            self._addresses.number(grounds.key),
        )

    def _keep_heads(self, stretch: Stretch) -> None:
        self._rows[HEADS.name] += [(each.number, each.hash, each.time) for each in stretch.heads]
        self._connection.execute(delete(HEADS).where(HEADS.c.block < stretch.final))

    def _store(self) -> None:
        for name, values in self._changed.items():
            row = self._ledger.readers[name].row
            self._rows[name] += [row(key, block, value) for (key, block), value in values.items()]
        self._addresses.write_new()
        for table in (HEADS, *OF_THE_CHAIN):
            write_rows(self._connection, table, self._rows.get(table.name, ()))
        self._rows.clear()
        self._changed.clear()

    def _set_last(self, header: Header, final: int | None) -> None:
        values = {"block": header.number, "hash": header.hash, "time": header.time}
        if final is not None:
            values["final"] = final
        self._connection.execute(update(STATE).values(**values))

    def _take_back_balances(self, after: int) -> None:
        """Of the accounts whose units moved since."""
        moved, balances = MOVEMENTS.c, BOOKS[BALANCES.name].table
        touched = union(
            *(
                select(moved.token, account).where(moved.block > after)
                for account in (moved.giver, moved.taker)
            )
        )
        keys = self._connection.execute(touched).all()
        if keys:
            self._connection.execute(
                delete(balances).where(
                    balances.c.token == bindparam("of_token"),
                    balances.c.account == bindparam("of_account"),
                    balances.c.block > after,
                ),
                [{"of_token": token, "of_account": account} for token, account in keys],
            )
