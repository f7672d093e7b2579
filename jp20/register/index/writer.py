"""The one writer of an index: what the chain said is folded and stored, or taken back.

Invariant: the tables are what the events from the first block to the last one give. A stretch and
the block that it ends with are written in one transaction of the database; so is what is taken
back.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from operator import itemgetter
from typing import Any, Final

from eth_typing import ChecksumAddress
from sqlalchemy import Engine, delete, func, insert, select, union, update

from jp20.domain.register.books import ARRIVING, BALANCES, FACTORS, Quantity
from jp20.domain.register.events import ActedDirectly, CallExecuted, Event, LoggedEvent, Transfer
from jp20.domain.register.explain import explain_transaction
from jp20.domain.register.explain_token import UNSPLIT
from jp20.domain.register.ledger import NOWHERE, BookChange, JournalEntry, apply
from jp20.domain.register.movements import Movement
from jp20.domain.register.plain_transfers import PlainBalances, PlainTransfers
from jp20.register.by_ledger import Header
from jp20.register.index.addresses import Addresses
from jp20.register.index.database import MOST_PLAIN, encoded_number, is_sqlite, run_many, write_rows
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
from jp20.register.index.stored_ledger import MOST_KEPT, StoredLedger, latest_balances
from jp20.register.index.values import Identity, Stretch, Watched, WatchedContract

_STATE: Final = 1

_by_account: Final = itemgetter(0, 1, 2)

_LOCK: Final = 0x4A50_3230
"""The number of the lock on PostgreSQL, for as long as the connection lives."""


class IndexWriter:
    """Writes an index whose tables are there; nobody else does meanwhile."""

    def __init__(self, engine: Engine) -> None:
        self._connection: Final = engine.connect()
        self._addresses: Final = Addresses(self._connection)
        self._ledger: Final = StoredLedger(self._connection, self._addresses)
        self._plain: Final[dict[ChecksumAddress, PlainBalances[int]]] = {}
        self._shared: Final[defaultdict[ChecksumAddress, set[int]]] = defaultdict(set)
        """Accounts whose balances the ledger remembers as well."""
        self._plain_block = -1
        self._mixed_block = -1
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
                if isinstance(transaction, PlainTransfers) and self._is_plain(transaction):
                    self._take_plain(transaction)
                else:
                    self._take(_events_of(transaction))
            self._end_plain_block()
            self._keep_heads(stretch)
            self._store()
            self._settle_plain()
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
        self._forget_if_much()
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
        self._plain.clear()
        self._shared.clear()
        self._ledger.forget()
        self._addresses.forget()

    def _forget_if_much(self) -> None:
        self._ledger.forget_if_much()
        for token, balances in list(self._plain.items()):
            if len(balances.units) > MOST_KEPT:
                del self._plain[token]
                self._shared.pop(token, None)

    def _learn(self, transactions: Sequence[Sequence[LoggedEvent[Event]] | PlainTransfers]) -> None:
        """Reads in few questions what the transfers will ask for."""
        accounts: dict[ChecksumAddress, set[ChecksumAddress]] = defaultdict(set)
        for transaction in transactions:
            if isinstance(transaction, PlainTransfers):
                for _, token, giver, taker, _ in transaction.transfers:
                    of_token = accounts[token]
                    of_token.add(giver)
                    of_token.add(taker)
                continue
            for each in transaction:
                if isinstance(each.event, Transfer):
                    accounts[each.emitter].update((each.event.from_, each.event.to))
        self._addresses.learn(
            [*accounts, *(account for each in accounts.values() for account in each)]
        )
        known, numbers = self._ledger.known(BALANCES), self._addresses.numbers
        for token, of_token in accounts.items():
            plain = self._plain.get(token)
            units = plain.units if plain is not None else {}
            unread = [
                each
                for each in of_token
                if numbers[each] not in units and (token, each) not in known
            ]
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

    # Plain transfers

    def _is_plain(self, transaction: PlainTransfers) -> bool:
        """Whether the tokens are in force: one that is to replace another counts otherwise."""
        tokens = {token for _, token, _, _, _ in transaction.transfers}
        return all(self._ledger.get(ARRIVING, token) is None for token in tokens)

    def _take_plain(self, transaction: PlainTransfers) -> None:
        at, numbers = transaction.at, self._addresses.numbers
        block, dialect = at.block, self._connection.dialect
        if block != self._plain_block:
            self._end_plain_block()
            self._plain_block = block
        self._rows[TRANSACTIONS.name].append((block, at.log, at.transaction))
        add = self._rows[MOVEMENTS.name].append
        last: ChecksumAddress | None = None
        for log, token, giver, taker, amount in transaction.transfers:
            if token != last:
                last, balances, number = token, self._plain_balances(token), numbers[token]
                splits, move = balances.splits, balances.move
            from_, to = numbers[giver], numbers[taker]
            move(from_, to, amount, at, giver)
            stored = amount if amount < MOST_PLAIN else encoded_number(dialect, amount)
            add((block, log, number, from_, to, stored, splits, 0, None, None, None))
        self._ledger.place = (block, log)

    def _plain_balances(self, token: ChecksumAddress) -> PlainBalances[int]:
        found = self._plain.get(token)
        if found is None:
            ledger, address = self._ledger, self._addresses.address
            factors = ledger.get(FACTORS, token) or UNSPLIT
            known = ledger.known(BALANCES)

            def read(account: int) -> int:
                """It is kept here from now on."""
                key = (token, address(account))
                held = ledger.get(BALANCES, key)
                known.pop(key, None)
                return 0 if held is None else held.at(factors)

            found = self._plain[token] = PlainBalances(read, len(factors) - 1)
        return found

    def _end_plain_block(self) -> None:
        """The balances after the block in which units moved, as rows."""
        block, dialect = self._plain_block, self._connection.dialect
        rows, changed = self._rows[BALANCES.name], self._changed[BALANCES.name]
        for token, balances in self._plain.items():
            number, splits, units = self._addresses.number(token), balances.splits, balances.units
            for account in balances.touched:
                held = units[account]
                if block == self._mixed_block:
                    key = (token, self._addresses.address(account))
                    changed[key, block] = Quantity(held, splits) if held else None
                elif not held:
                    rows.append((number, account, block, None, None))
                else:
                    stored = held if held < MOST_PLAIN else encoded_number(dialect, held)
                    rows.append((number, account, block, stored, splits))
            balances.unsettled |= balances.touched
            balances.touched.clear()

    def _begin_others(self, transaction: Sequence[LoggedEvent[Event]]) -> None:
        """Before a transaction in which more happens: what moved before it is the ledger's too."""
        block = transaction[0].at.block
        if block == self._plain_block:
            self._mixed_block = block
        self._end_plain_block()
        self._plain_block = self._mixed_block = block
        known = self._ledger.known(BALANCES)
        for token in {each.emitter for each in transaction} & self._plain.keys():
            balances = self._plain[token]
            for account in balances.unsettled:
                units = balances.units[account]
                value = Quantity(units, balances.splits) if units else None
                known[token, self._addresses.address(account)] = value
            self._shared[token] |= balances.unsettled
            balances.unsettled.clear()

    def _end_others(self, changes: Sequence[BookChange]) -> None:
        """What it changed is the ledger's alone."""
        for change in changes:
            if change.book is BALANCES and change.key[0] in self._plain:
                account = self._addresses.number(change.key[1])
                self._plain[change.key[0]].units.pop(account, None)
                self._shared[change.key[0]].discard(account)
            elif change.book is FACTORS or change.book is ARRIVING:
                self._plain.pop(change.key, None)
                self._shared.pop(change.key, None)

    def _settle_plain(self) -> None:
        """The rows are written: what the ledger has of balances that moved since is out of date."""
        known = self._ledger.known(BALANCES)
        for token, balances in self._plain.items():
            stale = self._shared[token] & balances.unsettled
            for account in stale:
                known.pop((token, self._addresses.address(account)), None)
            self._shared[token] -= stale
            balances.unsettled.clear()

    # All others

    def _take(self, transaction: Sequence[LoggedEvent[Event]]) -> None:
        self._begin_others(transaction)
        at = transaction[0].at
        self._rows[TRANSACTIONS.name].append((at.block, at.log, at.transaction))
        decision: int | None = None
        entries = explain_transaction(transaction, self._ledger)
        for entry in entries:
            apply(self._ledger, entry)
            if isinstance(entry.logged.event, CallExecuted | ActedDirectly):
                decision = entry.logged.at.log
                self._rows[DECISIONS.name].append(self._decision(entry))
            self._take_entry(entry, None if entry.grounds is None else decision)
        self._end_others([change for entry in entries for change in entry.changes])

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
        # In the order of their key they go into the same pages, one after the other.
        self._rows[BALANCES.name].sort(key=_by_account)
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
                select(moved.token, account.label("account")).where(moved.block > after)
                for account in (moved.giver, moved.taker)
            )
        )
        if is_sqlite(self._connection):
            keys = self._connection.execute(touched).all()
            run_many(
                self._connection,
                "DELETE FROM balances WHERE token = ? AND account = ? AND block > ?",
                [(token, account, after) for token, account in keys],
            )
        else:
            of = touched.subquery()
            self._connection.execute(
                delete(balances).where(
                    balances.c.token == of.c.token,
                    balances.c.account == of.c.account,
                    balances.c.block > after,
                )
            )


def _events_of(
    transaction: Sequence[LoggedEvent[Event]] | PlainTransfers,
) -> Sequence[LoggedEvent[Event]]:
    if not isinstance(transaction, PlainTransfers):
        return transaction
    at = transaction.at
    return [
        LoggedEvent(Transfer(giver, taker, units), token, replace(at, log=log))
        for log, token, giver, taker, units in transaction.transfers
    ]
