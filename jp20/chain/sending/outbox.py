"""The outbox: every transaction of one signer on one chain, from the intent to its end.

A file a signer (SQLite, WAL): what is to be sent is written down, with its nonce, before it is
signed, and what is signed before it is sent. So a process can end at any moment, and the next one
knows what may be on its way. This file keeps the record and knows no node.

Three things hold at all times, and the file itself sees to the first two:

- No two entries that are live or in a block have the same nonce, but for one that was withdrawn
  and what took its place.
- A key has one entry an attempt; a new attempt is made only where the last one is over.
- An entry that was signed has its bytes here for good.

Each entry has a checksum over all its columns, which the database makes and which is compared when
the file is opened and whenever an entry is read: a flipped bit in a key or a nonce would have a
transaction made twice.

synchronous=FULL: a commit is on the disk when it returns. A transaction that was sent and is not
remembered after a power cut could be sent a second time; four commits for 200 transactions
are cheap beside that.
"""

import os
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.chain.sending.lock import Lock, Locked, is_running
from jp20.chain.sending.outbox_errors import DamagedOutbox as DamagedOutbox
from jp20.chain.sending.outbox_errors import NotThisOutbox as NotThisOutbox
from jp20.chain.sending.outbox_errors import OtherKindOfNode as OtherKindOfNode
from jp20.chain.sending.outbox_errors import OutboxUnfit as OutboxUnfit
from jp20.chain.sending.outbox_errors import OutboxUnusable as OutboxUnusable
from jp20.chain.sending.outbox_errors import RebuildBrokenOff as RebuildBrokenOff
from jp20.chain.sending.outbox_errors import SignerBusy as SignerBusy
from jp20.chain.sending.outbox_errors import usable
from jp20.domain.base.ids import BlockHash, TxHash
from jp20.domain.base.text import Text, TextEnum
from jp20.domain.governance.requests import Call
from jp20.domain.transactions.transactions import Signed, Unsigned

SCHEMA: Final = 4
"""The version of the tables; a file with another one is refused, but for version 2, to which the
checksums are added.
"""

UNCHECKED: Final = 2

_TABLES: Final = """
CREATE TABLE outbox (
    schema INTEGER NOT NULL, chain_id INTEGER NOT NULL, genesis BLOB NOT NULL,
    signer TEXT NOT NULL, development INTEGER NOT NULL, pid INTEGER NOT NULL
) STRICT;
CREATE TABLE entries (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL, attempt INTEGER NOT NULL, label TEXT NOT NULL,
    target TEXT NOT NULL, data BLOB NOT NULL,
    nonce INTEGER NOT NULL, gas INTEGER NOT NULL, gas_price INTEGER NOT NULL,
    state TEXT NOT NULL, changed_at REAL NOT NULL, intended_at REAL NOT NULL,
    raw BLOB, hash BLOB, block INTEGER, block_hash BLOB, final INTEGER NOT NULL DEFAULT 0,
    after INTEGER NOT NULL, withdrawn INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0, checksum BLOB,
    UNIQUE (key, attempt)
) STRICT;
CREATE UNIQUE INDEX one_a_nonce ON entries (nonce)
    WHERE state IN ('INTENDED', 'SIGNED', 'SENT', 'SUCCEEDED', 'FAILED') AND withdrawn = 0;
CREATE INDEX unfinished ON entries (nonce) WHERE state IN ('INTENDED', 'SIGNED', 'SENT');
CREATE INDEX in_blocks ON entries (block) WHERE block IS NOT NULL;
CREATE INDEX untold ON entries (id) WHERE told = 0;
CREATE INDEX not_final ON entries (block) WHERE block IS NOT NULL AND final = 0;
"""

_COLUMNS: Final = (
    "id, key, attempt, label, target, data, nonce, gas, gas_price, state, changed_at, intended_at,"
    " raw, hash, block, block_hash, after, withdrawn"
)

CHECKED: Final = [*_COLUMNS.split(", "), "final", "told"]
"""The columns of which the checksum is made, in this order."""

_CHECKSUMS: Final = """
CREATE TRIGGER checked_new AFTER INSERT ON entries BEGIN
    UPDATE entries SET checksum = checksum_of({new}) WHERE id = NEW.id;
END;
CREATE TRIGGER checked AFTER UPDATE OF {columns} ON entries BEGIN
    UPDATE entries SET checksum = checksum_of({new}) WHERE id = NEW.id;
END;
""".format(  # noqa: S608
    columns=", ".join(CHECKED), new=", ".join(f"NEW.{each}" for each in CHECKED)
)

UNNAMED: Final = bytes(8)
"""With what a key begins that nobody chose."""

_INSERT: Final = (
    "INSERT INTO entries (id, key, attempt, label, target, data, nonce, gas, gas_price, state,"
    " changed_at, intended_at, after, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

_INSERT_WHOLE: Final = (
    f"INSERT INTO entries ({_COLUMNS}, final, told)"  # noqa: S608
    f" VALUES ({', '.join('?' * (_COLUMNS.count(',') + 3))})"
)

_UNFINISHED: Final = "state IN ('INTENDED', 'SIGNED', 'SENT')"

_HAS_ITS_NONCE: Final = (
    "state IN ('INTENDED', 'SIGNED', 'SENT', 'SUCCEEDED', 'FAILED') AND withdrawn = 0"
)

_EXECUTED: Final = "key BETWEEN ? AND ? AND state = 'SUCCEEDED'"

_NOT_FINAL: Final = "block IS NOT NULL AND final = 0"

_AT_ONCE: Final = 500
"""Keys in one question to SQLite."""

LOCKED: Final = 30.0
"""Seconds to wait for another program, a backup say, that keeps the file locked."""


class State(TextEnum):
    """Where an entry is. That nobody knows yet what became of it is no state of its own: it is
    SENT, and in no block.
    """

    INTENDED = Text("to be signed")
    SIGNED = Text("signed, to be sent")
    SENT = Text("sent, in no block yet")
    SUCCEEDED = Text("carried out")
    FAILED = Text("refused on the chain")
    REPLACED = Text("replaced: its nonce was used by another")
    DROPPED = Text("given up, nothing was sent")
    UNDONE = Text("undone: the development chain was wound back")

    @property
    def is_live(self) -> bool:
        """Whether it can still come."""
        return self in (State.INTENDED, State.SIGNED, State.SENT)

    @property
    def is_in_block(self) -> bool:
        return self in (State.SUCCEEDED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Intent:
    """A call to be sent, once: under one key it is carried out once.

    `key` None: a call that nothing else could be. `again`: a call of this key that was carried out
    may be followed by another, since somebody looked at the chain and found it needed. `reported`:
    whoever asked will say when a person was told what became of it (see `acknowledge`); until then
    no other takes its place, `again` or not.
    """

    call: Call
    gas: int
    key: bytes | None = None
    label: str = ""
    again: bool = False
    reported: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A transaction. `label` says what it is, for people; times are unix seconds. `raw` and `hash`
    are there once it is signed, `block` and `block_hash` while it is in a block. It is in none up
    to `after`, the newest block when it was intended. `withdrawn`: it is not handed over any more,
    and another has its nonce; it may come nevertheless. `acknowledged`: nobody waits to be told.
    """

    id: int
    key: bytes
    attempt: int
    label: str
    call: Call
    nonce: int
    gas: int
    gas_price: int
    state: State
    changed_at: float
    intended_at: float
    raw: bytes | None = None
    hash: TxHash | None = None
    block: int | None = None
    block_hash: BlockHash | None = None
    after: int = 0
    withdrawn: bool = False
    acknowledged: bool = field(default=True, compare=False)

    @property
    def signed(self) -> Signed:
        """The transaction as it was signed. ValueError where it is not."""
        if self.hash is None or self.raw is None:
            raise ValueError("not signed")
        return Signed(self.hash, self.raw)

    def unsigned(self, chain_id: int) -> Unsigned:
        """The transaction as it is signed."""
        to = None if self.call.is_creation else self.call.target
        return Unsigned(chain_id, self.nonce, self.gas_price, self.gas, to, self.call.data)

    @property
    def is_named(self) -> bool:
        """Whether it has a key by which whoever wanted it finds it again."""
        return not self.key.startswith(UNNAMED)

    def stands(self, *, again: bool) -> bool:
        """Whether this attempt is the one to go on with, and no other is made."""
        return self.state.is_live or (
            self.state is State.SUCCEEDED and not (again and self.acknowledged)
        )


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That an entry is in a block, and whether it was carried out there."""

    entry: Entry
    block: int
    block_hash: BlockHash
    succeeded: bool


class Outbox:
    """The outbox of a signer, opened to be written: nobody else writes while it is open."""

    def __init__(
        self,
        database: sqlite3.Connection,
        signer: ChecksumAddress,
        file: Path = Path(":memory:"),
        lock: Lock | None = None,
    ) -> None:
        self._database = database
        self._file = file
        self._lock = lock
        self.signer: Final = signer

    # What is there

    @property
    def file(self) -> Path:
        return self._file

    @property
    def is_kept(self) -> bool:
        """Whether it stays when this process ends."""
        return self._lock is not None

    def unfinished(self) -> list[Entry]:
        """What can still come, by nonce."""
        return self._select(f"{_UNFINISHED} ORDER BY nonce")

    @property
    def next_nonce(self) -> int:
        """The nonce after the highest that can still come or is in a block; 0 where none is."""
        with usable(self._file):
            (highest,) = self._database.execute(
                f"SELECT MAX(nonce) FROM entries WHERE {_HAS_ITS_NONCE}"  # noqa: S608
            ).fetchone()
        return 0 if highest is None else int(highest) + 1

    def unacknowledged(self) -> list[Entry]:
        """What is live or in a block, has no key by which it is found again, and of which nobody
        was told yet what became of it.
        """
        return self._select(f"told = 0 AND ({_UNFINISHED} OR block IS NOT NULL) ORDER BY nonce")

    def last_of(self, keys: Iterable[bytes]) -> dict[bytes, Entry]:
        """The last attempt of each key that there is."""
        wanted = list(keys)
        found: dict[bytes, Entry] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            for entry in self._select(f"key IN ({marks}) ORDER BY attempt", part):
                found[entry.key] = entry
        return found

    def executed(self, beginning: bytes) -> list[Entry]:
        """What was carried out under keys that begin so."""
        return self._select(_EXECUTED, _from_to(beginning))

    def latest(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries as they are now."""
        numbers = [entry.id for entry in entries]
        found: dict[int, Entry] = {}
        for start in range(0, len(numbers), _AT_ONCE):
            part = numbers[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            found |= {entry.id: entry for entry in self._select(f"id IN ({marks})", part)}
        return [found[number] for number in numbers]

    def newest_block(self) -> tuple[int, BlockHash] | None:
        """Number and hash of the highest block that has an entry."""
        with usable(self._file):
            row = self._database.execute(
                "SELECT block, block_hash FROM entries WHERE block IS NOT NULL"
                " ORDER BY block DESC LIMIT 1"
            ).fetchone()
        return None if row is None else (row[0], row[1])

    def in_blocks(self, last: int, most: int) -> list[Entry]:
        """The entries in at most so many blocks up to `last`, the highest first."""
        return self._select(
            "block IN (SELECT DISTINCT block FROM entries WHERE block <= ? ORDER BY block DESC"
            " LIMIT ?) ORDER BY block DESC",
            (last, most),
        )

    def in_block(self, number: int, hash: BlockHash) -> list[Entry]:
        """The entries in one block."""
        return self._select("block = ? AND block_hash = ?", (number, hash))

    def not_final(self) -> list[tuple[int, BlockHash]]:
        """The blocks with entries, by number and hash, that were not final when they were last
        looked at.
        """
        with usable(self._file):
            return self._database.execute(
                f"SELECT DISTINCT block, block_hash FROM entries WHERE {_NOT_FINAL} ORDER BY block"  # noqa: S608
            ).fetchall()

    # What happens to an entry

    def intend(
        self, intents: Sequence[Intent], gas_price: int, count: int, after: int = 0
    ) -> list[Entry]:
        """Writes down what is to be sent, each with its nonce, all or none.

        Where the last attempt of a key can still come or was carried out, that one is returned and
        nothing is made, but for a carried out one with `again`. `count` is the chain's count of the
        signer's transactions, the pending ones included: a new entry gets the lowest nonce from
        there on that no other entry has. `after` is the newest block.
        """
        now = time.time()
        with self._transaction() as database:
            known = self.last_of(intent.key for intent in intents if intent.key is not None)
            free = self._free_nonces(count)
            (number,) = database.execute("SELECT COALESCE(MAX(id), 0) FROM entries").fetchone()
            entries: list[Entry] = []
            new: list[Entry] = []
            for intent in intents:
                key = _unnamed() if intent.key is None else intent.key
                last = known.get(key)
                if last is not None and last.stands(again=intent.again):
                    entries.append(last)
                    continue
                number += 1
                attempt = 1 if last is None else last.attempt + 1
                entry = Entry(
                    number,
                    key,
                    attempt,
                    intent.label,
                    intent.call,
                    next(free),
                    intent.gas,
                    gas_price,
                    State.INTENDED,
                    now,
                    now,
                    after=after,
                    acknowledged=intent.key is not None and not intent.reported,
                )
                known[key] = entry
                entries.append(entry)
                new.append(entry)
            database.executemany(
                _INSERT, [(*_inserted(entry), entry.acknowledged) for entry in new]
            )
        return entries

    def withdraw(self, entry: Entry, intent: Intent, gas_price: int, after: int) -> Entry:
        """SIGNED or SENT, and not handed over any more: another entry, which is returned, gets its
        nonce. Whichever of the two comes, the other never can. Where the new one is dropped, the
        first is as it was.
        """
        now = time.time()
        with self._transaction() as database:
            withdrawn = database.execute(
                "UPDATE entries SET state = 'SENT', changed_at = ?, withdrawn = 1"
                " WHERE id = ? AND state IN ('SIGNED', 'SENT') AND withdrawn = 0",
                (now, entry.id),
            ).rowcount
            if withdrawn != 1:
                raise RuntimeError("the entry is not on its way")
            (number,) = database.execute("SELECT MAX(id) FROM entries").fetchone()
            key = secrets.token_bytes(32)
            instead = Entry(
                number + 1,
                key,
                1,
                intent.label,
                intent.call,
                entry.nonce,
                intent.gas,
                gas_price,
                State.INTENDED,
                now,
                now,
                after=after,
            )
            database.execute(_INSERT, (*_inserted(instead), 1))
        return instead

    def sign(self, signed: Sequence[tuple[Entry, Signed]]) -> list[Entry]:
        """INTENDED → SIGNED: keeps the bytes, before anybody else gets them."""
        now = time.time()
        self._move(
            "state = 'SIGNED', changed_at = ?, hash = ?, raw = ?",
            (State.INTENDED,),
            [(now, each.hash, each.raw, entry.id) for entry, each in signed],
        )
        return [
            replace(entry, state=State.SIGNED, changed_at=now, hash=each.hash, raw=each.raw)
            for entry, each in signed
        ]

    def send(self, entries: Sequence[Entry]) -> list[Entry]:
        """SIGNED → SENT: a node has them."""
        return self._change(entries, State.SENT, (State.SIGNED,))

    def include(self, inclusions: Sequence[Inclusion], *, final: bool) -> list[Entry]:
        """→ SUCCEEDED or FAILED: they are in blocks, final ones or not."""
        now = time.time()
        rows, entries = [], []
        for each in inclusions:
            state = State.SUCCEEDED if each.succeeded else State.FAILED
            rows.append((state.name, now, each.block, each.block_hash, final, each.entry.id))
            entries.append(
                replace(
                    each.entry,
                    state=state,
                    changed_at=now,
                    block=each.block,
                    block_hash=each.block_hash,
                )
            )
        self._move(
            "state = ?, changed_at = ?, block = ?, block_hash = ?, final = ?",
            (State.SIGNED, State.SENT),
            rows,
        )
        return entries

    def confirm(self, last: int) -> None:
        """The blocks up to `last` are final: what is in them stays."""
        with self._transaction() as database:
            database.execute(
                f"UPDATE entries SET final = 1 WHERE {_NOT_FINAL} AND block <= ?",  # noqa: S608
                (last,),
            )

    def reopen(self, entries: Sequence[Entry]) -> list[Entry]:
        """Back to SENT: the chain no longer has their blocks (a reorganisation)."""
        return self._change(entries, State.SENT, (State.SUCCEEDED, State.FAILED))

    def undo(self, entries: Sequence[Entry]) -> list[Entry]:
        """→ UNDONE: the chain no longer has their blocks, and they are not to come again."""
        return self._change(entries, State.UNDONE, (State.SUCCEEDED, State.FAILED))

    def replace(self, entries: Sequence[Entry]) -> list[Entry]:
        """→ REPLACED: another transaction used their nonces."""
        return self._change(entries, State.REPLACED, (State.INTENDED, State.SIGNED, State.SENT))

    def drop(self, entries: Sequence[Entry]) -> list[Entry]:
        """INTENDED or SIGNED → DROPPED: nobody else has them; the nonces are free again, or those
        of what was withdrawn for them.
        """
        if not entries:
            return []
        with self._transaction() as database:
            dropped = self._changed(entries, State.DROPPED, (State.INTENDED, State.SIGNED))
            database.executemany(
                "UPDATE entries SET withdrawn = 0 WHERE id = (SELECT MAX(id) FROM entries"  # noqa: S608
                f" WHERE nonce = ? AND withdrawn AND {_UNFINISHED})",
                [(entry.nonce,) for entry in entries],
            )
        return dropped

    def acknowledge(self, numbers: Iterable[int]) -> None:
        """That whoever wanted them knows what became of them, by their ids."""
        with self._transaction() as database:
            database.executemany(
                "UPDATE entries SET told = 1 WHERE id = ?", [(number,) for number in numbers]
            )

    # The end

    def close(self) -> None:
        """Closes the file and lets others write."""
        try:
            self._database.close()
        finally:
            if self._lock is not None:
                self._lock.release()

    # Inside

    def _free_nonces(self, count: int) -> Iterator[int]:
        taken = {
            nonce
            for (nonce,) in self._database.execute(
                f"SELECT nonce FROM entries WHERE nonce >= ? AND {_HAS_ITS_NONCE}",  # noqa: S608
                (count,),
            )
        }
        nonce = count
        while True:
            if nonce not in taken:
                yield nonce
            nonce += 1

    def _change(self, entries: Sequence[Entry], to: State, of: tuple[State, ...]) -> list[Entry]:
        if not entries:
            return []
        with self._transaction():
            return self._changed(entries, to, of)

    def _changed(self, entries: Sequence[Entry], to: State, of: tuple[State, ...]) -> list[Entry]:
        """The same, inside a transaction."""
        now = time.time()
        self._moved(
            f"state = '{to.name}', changed_at = ?, block = NULL, block_hash = NULL, final = 0",
            of,
            [(now, entry.id) for entry in entries],
        )
        return [
            replace(entry, state=to, changed_at=now, block=None, block_hash=None)
            for entry in entries
        ]

    def _move(self, change: str, of: tuple[State, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        """Changes the entries whose ids end the rows, which are all in one of some states."""
        if rows:
            with self._transaction():
                self._moved(change, of, rows)

    def _moved(self, change: str, of: tuple[State, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        """The same, inside a transaction."""
        states = ",".join(f"'{state.name}'" for state in of)
        changed = self._database.executemany(
            f"UPDATE entries SET {change} WHERE id = ? AND state IN ({states})",  # noqa: S608
            rows,
        ).rowcount
        if changed != len(rows):
            raise RuntimeError(f"{len(rows) - changed} entries are not in {states}")

    def _select(self, where: str, parameters: Sequence[object] = ()) -> list[Entry]:
        with usable(self._file):
            return _entries(self._database, self._file, where, parameters)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with usable(self._file):
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.commit()
            except BaseException:
                self._database.rollback()
                raise


def outbox_file(folder: Path, chain_id: int, genesis: bytes, signer: ChecksumAddress) -> Path:
    """Where a signer's outbox on a chain is. The first block's hash is in its name: a development
    chain that is started anew has an outbox of its own, and the old one stays with the old chain.
    """
    return folder / f"{chain_id}-{genesis[:4].hex()}-{signer}.sqlite"


def outbox_files(folder: Path, chain_id: int, genesis: bytes) -> list[Path]:
    """The outboxes on a chain that there are in a folder."""
    return sorted(folder.glob(f"{chain_id}-{genesis[:4].hex()}-*.sqlite"))


def open_outbox(
    folder: Path,
    chain_id: int,
    genesis: bytes,
    signer: ChecksumAddress,
    *,
    development: bool = False,
) -> Outbox:
    """Opens a signer's outbox to write in it, or makes it. `development`: the node is one for
    development; what was done there is not sent anywhere else.

    Raises SignerBusy where another process has it open, NotThisOutbox, OtherKindOfNode,
    OutboxUnusable.
    """
    file = outbox_file(folder, chain_id, genesis, signer)
    lock = lock_of(file, signer)
    try:
        with usable(file):
            require_not_rebuilding(file)
            whose = (SCHEMA, chain_id, genesis, signer, int(development))
            if not file.exists() or _was_never_made(file):
                make_outbox(file, whose)
            database = _connect(str(file))
            try:
                _take(database, file, whose)
            except BaseException:
                database.close()
                raise
            return Outbox(database, signer, file, lock)
    except BaseException:
        lock.release()
        raise


def lock_of(file: Path, signer: ChecksumAddress) -> Lock:
    """Keeps every other process from writing in an outbox. Raises SignerBusy, OutboxUnusable."""
    with usable(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    try:
        return Lock(file.with_suffix(".lock"))
    except Locked:
        pid = _pid(file)
        raise SignerBusy(signer, pid if is_running(pid) else 0) from None
    except OSError as error:
        raise OutboxUnusable(file, _no_lock(error)) from None


def outbox_in_memory(chain_id: int, genesis: bytes, signer: ChecksumAddress) -> Outbox:
    """An outbox that ends with this process: for scripts that begin anew, and for tests."""
    return Outbox(_filled(_connect(":memory:"), (SCHEMA, chain_id, genesis, signer, 0)), signer)


def _was_never_made(file: Path) -> bool:
    """Whether a file is a database without any table: making it was broken off by an earlier
    version, which did not see to it that it was whole. An empty file is none: somebody cut it.
    """
    if file.stat().st_size == 0 or write_ahead(file).exists():
        return False
    with suppress(sqlite3.DatabaseError), closing(_looked_at(file)) as database:
        (tables,) = database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        return int(tables) == 0
    return False


def make_outbox(file: Path, whose: "Whose", entries: Iterable[Entry] = ()) -> None:
    """Makes an outbox, in the place of whatever is there. Whoever looks finds it whole or not at
    all, whenever this breaks off.
    """
    made = file.with_suffix(".new")
    for each in (made, write_ahead(made), made.with_name(f"{made.name}-journal")):
        each.unlink(missing_ok=True)
    with closing(_filled(_connect(str(made), journal="DELETE"), whose)) as database:
        database.execute("BEGIN")
        database.executemany(_INSERT_WHOLE, (_whole(entry) for entry in entries))
        database.commit()
    to_disk(made)
    made.replace(file)
    to_disk(file.parent)


def to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_ahead(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _no_lock(error: OSError) -> Text:
    said = os.strerror(error.errno or 0)
    return Text(
        "Its folder's file system has no locks ({said}): put the working folder on a local disk.",
        said=said,
    )


@dataclass(frozen=True, slots=True)
class OutboxView:
    """An outbox as one looks at it without opening it: whose it is, what is unfinished, the highest
    block that has an entry, and what is in blocks that were not final. `development`: of a
    development node.
    """

    file: Path
    chain_id: int
    genesis: bytes
    signer: ChecksumAddress
    unfinished: tuple[Entry, ...]
    newest_block: tuple[int, BlockHash] | None
    not_final: tuple[Entry, ...]
    development: bool

    @property
    def has_not_final(self) -> bool:
        return bool(self.not_final)

    @property
    def under_way(self) -> tuple[Entry, ...]:
        """What is not done: unfinished, or in a block that may still be replaced."""
        return (*self.not_final, *self.unfinished)


def view_outbox(file: Path) -> OutboxView:
    """Looks at an outbox, also while another process writes in it. Raises NotThisOutbox,
    OutboxUnusable.
    """
    require_not_rebuilding(file)
    with usable(file), closing(_looked_at(file)) as database:
        whose = database.execute(
            "SELECT chain_id, genesis, signer, development FROM outbox WHERE schema = ?",
            (SCHEMA,),
        ).fetchone()
        if whose is None:
            raise NotThisOutbox(file)
        newest = _entries(database, file, "block IS NOT NULL ORDER BY block DESC LIMIT 1")
        return OutboxView(
            file,
            whose[0],
            whose[1],
            ChecksumAddress(whose[2]),
            tuple(_entries(database, file, f"{_UNFINISHED} ORDER BY nonce")),
            next(((e.block, e.block_hash) for e in newest if e.block and e.block_hash), None),
            tuple(_entries(database, file, f"{_NOT_FINAL} ORDER BY nonce")),
            bool(whose[3]),
        )


def executed(file: Path, beginning: bytes) -> list[Entry]:
    """What an outbox carried out under keys that begin so, also while another process writes in it.
    Raises NotThisOutbox, OutboxUnusable.
    """
    require_not_rebuilding(file)
    with usable(file), closing(_looked_at(file)) as database:
        return _entries(database, file, _EXECUTED, _from_to(beginning))


def rebuilding(file: Path) -> Path:
    """What stands beside an outbox while it is rebuilt, and names the copy of the damaged one."""
    return file.with_suffix(".rebuilding")


def require_not_rebuilding(file: Path) -> None:
    """Raises RebuildBrokenOff."""
    if rebuilding(file).exists():
        raise RebuildBrokenOff(file)


def _looked_at(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=LOCKED)


def _from_to(beginning: bytes) -> tuple[bytes, bytes]:
    """The first and the last key that begin so."""
    return beginning.ljust(32, b"\0"), beginning.ljust(32, b"\xff")


def _connect(name: str, journal: str = "WAL") -> sqlite3.Connection:
    database = sqlite3.connect(name, timeout=LOCKED, isolation_level=None, check_same_thread=False)
    try:
        database.create_function("checksum_of", -1, checksum_of, deterministic=True)
        database.execute(f"PRAGMA journal_mode = {journal}")
        database.execute("PRAGMA synchronous = FULL")
    except BaseException:
        database.close()
        raise
    return database


Whose = tuple[int, int, bytes, ChecksumAddress, int]
"""Schema, chain id, genesis, signer, and whether it is a development node's."""


def checksum_of(*columns: object) -> bytes:
    digest = blake2b(digest_size=8)
    for each in columns:
        if isinstance(each, bytes):
            digest.update(b"bytes %d:" % len(each))
            digest.update(each)
        else:
            digest.update(b"%r;" % (each,))
    return digest.digest()


def _filled(database: sqlite3.Connection, whose: Whose) -> sqlite3.Connection:
    """A new outbox."""
    try:
        database.executescript(_TABLES + _CHECKSUMS)
        database.execute("INSERT INTO outbox VALUES (?, ?, ?, ?, ?, 0)", whose)
    except BaseException:
        database.close()
        raise
    return database


def _take(database: sqlite3.Connection, file: Path, whose: Whose) -> None:
    """Makes one that there is this process's. Raises NotThisOutbox, DamagedOutbox,
    OtherKindOfNode.
    """
    found = database.execute(
        "SELECT schema, chain_id, genesis, signer, development FROM outbox"
    ).fetchall()
    if [each[:4] for each in found] == [(UNCHECKED, *whose[1:4])]:
        _add_checksums(database)
        found = [(SCHEMA, *found[0][1:])]
    if [each[:4] for each in found] != [whose[:4]]:
        raise NotThisOutbox(file)
    if found != [whose]:
        raise OtherKindOfNode(file, rehearsed=not whose[4])
    _require_whole(database, file)
    database.execute("UPDATE outbox SET pid = ?", (os.getpid(),))


def _add_checksums(database: sqlite3.Connection) -> None:
    """To an outbox of the version that had none."""
    database.execute("BEGIN IMMEDIATE")
    try:
        database.execute("ALTER TABLE entries ADD COLUMN checksum BLOB")
        for statement in _CHECKSUMS.split("END;")[:-1]:
            database.execute(f"{statement}END")
        database.execute("UPDATE entries SET told = told")
        database.execute("UPDATE outbox SET schema = ?", (SCHEMA,))
        database.commit()
    except BaseException:
        database.rollback()
        raise


def _require_whole(database: sqlite3.Connection, file: Path) -> None:
    """Raises DamagedOutbox where something is not as it was written."""
    try:
        (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
        unlike = database.execute(
            "SELECT 1 FROM entries WHERE checksum IS NOT"  # noqa: S608
            f" checksum_of({', '.join(CHECKED)}) LIMIT 1"
        ).fetchone()
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        raise DamagedOutbox(file) from None
    if said != "ok" or unlike is not None:
        raise DamagedOutbox(file)


def _pid(file: Path) -> int:
    """Who opened an outbox last; 0 where that cannot be read."""
    with suppress(sqlite3.Error), closing(_looked_at(file)) as database:
        (pid,) = database.execute("SELECT pid FROM outbox").fetchone()
        return int(pid)
    return 0


def _unnamed() -> bytes:
    return UNNAMED + secrets.token_bytes(24)


def _inserted(entry: Entry) -> tuple[object, ...]:
    return (
        entry.id,
        entry.key,
        entry.attempt,
        entry.label,
        entry.call.target,
        entry.call.data,
        entry.nonce,
        entry.gas,
        entry.gas_price,
        entry.state.name,
        entry.changed_at,
        entry.intended_at,
        entry.after,
    )


def _whole(entry: Entry) -> tuple[object, ...]:
    """All columns of an entry that is final where it is in a block."""
    key, attempt, label, target, data, nonce, gas, price, state, changed, intended, after = (
        _inserted(entry)[1:]
    )
    return (
        *(entry.id, key, attempt, label, target, data, nonce, gas, price, state, changed, intended),
        *(entry.raw, entry.hash, entry.block, entry.block_hash, after, entry.withdrawn),
        *(entry.state.is_in_block, entry.acknowledged),
    )


def _entries(
    database: sqlite3.Connection, file: Path, where: str, parameters: Sequence[object] = ()
) -> list[Entry]:
    """Raises DamagedOutbox."""
    columns = ", ".join(CHECKED)
    rows = database.execute(
        f"SELECT {columns}, checksum FROM entries WHERE {where}",  # noqa: S608
        parameters,
    )
    found = []
    for *row, checksum in rows:
        if checksum != checksum_of(*row):
            raise DamagedOutbox(file)
        *fields, _, told = row
        found.append(replace(entry_of(tuple(fields)), acknowledged=bool(told)))
    return found


def entry_of(row: tuple[Any, ...]) -> Entry:
    id, key, attempt, label, target, data, nonce, gas, gas_price, state, *times, withdrawn = row
    call = Call(ChecksumAddress(target), data)
    moved = (State[state], *times, bool(withdrawn))
    return Entry(id, key, attempt, label, call, nonce, gas, gas_price, *moved)
