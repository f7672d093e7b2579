"""Personal data in two files: records sealed with a key a person, and the keys (S7, G28).

`people.db` has the records, every version of each, and who wrote it and why. `people.keys` has each
person's key, sealed with the store key, and the blind index by which a person is found. Erasing a
person destroys their key and their lines of the index: what there is of them in `people.db`, and in
any copy of it, is noise from then on.

The store key comes out of a password. `rotate` seals all keys with that of a new password, and
makes the index with a new key: a copy of `people.keys` from before opens with the old password
alone, so that destroying that password ends it too.

Both files are SQLite with a rollback journal, which is gone after each commit, and `secure_delete`,
which overwrites what is deleted. Between the files there is no common transaction; what was begun
and not ended by a process that was killed is ended when the vault is opened next:

- A key without a record: the next record of the person takes it.
- A person marked as erased: their key and records are deleted.
"""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.investors.personal import PERSONAL_FIELDS, SEARCHED, folded
from jp20.vault.errors import (
    NoVault,
    PersonErased,
    PersonUnknown,
    SameStorePassword,
    StoreKeyReplaced,
    VaultBusy,
    VaultDamaged,
    VaultExists,
    WrongStorePassword,
)
from jp20.vault.sealing import (
    SALT,
    WORK,
    NotOpened,
    blind,
    new_key,
    seal,
    store_key,
    unseal,
)

FIELD_SET: Final = 1
"""The version of the fields; a record is bound to that with which it was sealed."""

_DATA_ID: Final = 0x4A503230
_KEYS_ID: Final = 0x4A50324B
_SCHEMA: Final = 1
_HEADER: Final = 100
_LOCKED: Final = 30.0
"""Seconds to wait for another process."""

_DATA_TABLES: Final = """
CREATE TABLE records (
    person BLOB NOT NULL, version INTEGER NOT NULL, field_set INTEGER NOT NULL,
    written_at INTEGER NOT NULL, organisation INTEGER NOT NULL, login TEXT NOT NULL,
    purpose TEXT NOT NULL, reason TEXT NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (person, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE erased (
    person BLOB PRIMARY KEY, erased_at INTEGER NOT NULL, organisation INTEGER NOT NULL,
    login TEXT NOT NULL, reason TEXT NOT NULL, done INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
_KEYS_TABLES: Final = """
CREATE TABLE store (
    epoch INTEGER NOT NULL, since INTEGER NOT NULL, salt BLOB NOT NULL, work INTEGER NOT NULL,
    index_key BLOB NOT NULL
) STRICT;
CREATE TABLE keys (person BLOB PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE search (
    token BLOB NOT NULL, person BLOB NOT NULL, PRIMARY KEY (token, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_of ON search (person);
"""


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, for what purpose, and on what grounds: a case number, or the file's name."""

    organisation: int
    login: str
    purpose: str
    reason: str


@dataclass(frozen=True, slots=True)
class Version:
    """A person's fields as they were written at a time (unix seconds), and by whom. Nothing of the
    fields is in a representation. `salt` is sealed with them, and ends with the key.
    """

    number: int
    written_at: int
    author: Author
    fields: Mapping[str, str] = field(repr=False)
    salt: bytes = field(repr=False)

    @property
    def commitment(self) -> bytes:
        """SHA-256 of `jp20 commitment\\0`, the salt, and the fields as JSON in UTF-8 with sorted
        keys and no blanks. Who has the record and the salt can check it; without the salt it says
        nothing, and cannot be tried out.
        """
        return sha256(b"jp20 commitment\0" + self.salt + _canonical(self.fields)).digest()


@dataclass(frozen=True, slots=True)
class Erasure:
    """A person whose key was destroyed."""

    person: int
    erased_at: int
    organisation: int
    login: str
    reason: str


class Vault:
    """The vault of a folder, open. A person is named by the investor's opaque id."""

    def __init__(
        self,
        folder: Path,
        data: sqlite3.Connection,
        keys: sqlite3.Connection,
        opened: "_Opened",
        clock: Callable[[], float],
    ) -> None:
        self.folder: Final = folder
        self._data: Final = data
        self._keys: Final = keys
        self._opened = opened
        self._clock: Final = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._data.close()
        self._keys.close()

    @property
    def epoch(self) -> int:
        """How many store keys there were up to this one."""
        return self._opened.epoch

    # What is written

    def put(self, person: int, fields: Mapping[str, str], author: Author) -> int | None:
        """Writes what is known of a person, as a new version; returns its number, None where the
        last one says the same. Raises PersonErased: who was erased does not come back under the
        same id unnoticed.
        """
        unknown = fields.keys() - set(PERSONAL_FIELDS)
        if unknown:
            raise ValueError(f"no such fields: {sorted(unknown)}")
        kept = {name: fields[name] for name in PERSONAL_FIELDS if fields.get(name)}
        raw = _raw(person)
        with self._writing():
            self._require_not_erased(person)
            before = self._last(person)
            if before is not None and before.fields == kept:
                return None
            number = 1 if before is None else before.number + 1
            key = self._key_of(raw, make=True)
            self._index(raw, kept)
            self._keys.commit()
            content = _canonical({"fields": kept, "salt": os.urandom(SALT).hex()})
            self._data.execute(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    raw,
                    number,
                    FIELD_SET,
                    int(self._clock()),
                    author.organisation,
                    author.login,
                    author.purpose,
                    author.reason,
                    seal(key, content, _place(raw, number, FIELD_SET)),
                ),
            )
            self._data.commit()
        return number

    def erase(self, person: int, author: Author) -> None:
        """Destroys a person's key, their lines of the index and their records. Raises
        PersonUnknown, PersonErased.
        """
        raw = _raw(person)
        with self._writing():
            self._require_not_erased(person)
            if self._last(person) is None:
                raise PersonUnknown(person)
            self._data.execute(
                "INSERT INTO erased VALUES (?, ?, ?, ?, ?, 0)",
                (raw, int(self._clock()), author.organisation, author.login, author.reason),
            )
            self._data.commit()
            self._finish_erasing(raw)

    def rotate(self, password: str, work: int = WORK) -> int:
        """Seals all keys with a new store key, and makes the index with a new key. Returns the
        epoch. The old password opens nothing but old copies from then on. Raises SameStorePassword.
        """
        with self._writing():
            if self._opened.is_of(password):
                raise SameStorePassword
            epoch, salt = self._opened.epoch + 1, os.urandom(SALT)
            fresh = _Opened(epoch, salt, work, store_key(password, salt, work), new_key())
            keys = {
                raw: self._unsealed_key(raw, sealed)
                for raw, sealed in self._keys.execute("SELECT person, sealed FROM keys").fetchall()
            }
            self._keys.execute("DELETE FROM store")
            self._keys.execute("DELETE FROM keys")
            self._keys.execute("DELETE FROM search")
            self._keys.execute("INSERT INTO store VALUES (?, ?, ?, ?, ?)", fresh.row(self._clock()))
            self._keys.executemany(
                "INSERT INTO keys VALUES (?, ?)",
                [(raw, seal(fresh.key, key, _key_place(raw, epoch))) for raw, key in keys.items()],
            )
            old, self._opened = self._opened, fresh
            try:
                for raw, key in keys.items():
                    last = self._last(int.from_bytes(raw), key)
                    self._index(raw, last.fields if last else {})
                self._keys.commit()
            except BaseException:
                self._opened = old
                raise
        self._keys.execute("VACUUM")
        return epoch

    # What is read

    def record(self, person: int) -> Version:
        """The last version. Raises PersonUnknown, PersonErased, VaultDamaged."""
        with self._reading():
            self._require_not_erased(person)
            found = self._last(person)
        if found is None:
            raise PersonUnknown(person)
        return found

    def records(self, persons: Iterable[int]) -> dict[int, Version]:
        """The last version of each of some persons that there is."""
        with self._reading():
            found = {person: self._last(person) for person in dict.fromkeys(persons)}
        return {person: each for person, each in found.items() if each is not None}

    def versions(self, person: int) -> tuple[Version, ...]:
        """All versions, the first one first. Raises PersonUnknown, PersonErased, VaultDamaged."""
        raw = _raw(person)
        with self._reading():
            self._require_not_erased(person)
            rows = self._data.execute(
                f"SELECT {_COLUMNS} FROM records WHERE person = ? ORDER BY version",  # noqa: S608
                (raw,),
            ).fetchall()
            if not rows:
                raise PersonUnknown(person)
            key = self._key_of(raw)
            return tuple(self._version(raw, key, row) for row in rows)

    def find(self, written: str) -> tuple[int, ...]:
        """Whose customer number or name, in any writing, this is: none, one, or several. Names are
        compared whole.
        """
        wanted = folded(written)
        tokens = [blind(self._opened.index_key, each, wanted) for each in SEARCHED]
        marks = ",".join("?" * len(tokens))
        with self._reading():
            rows = self._keys.execute(
                f"SELECT DISTINCT person FROM search WHERE token IN ({marks}) ORDER BY person",  # noqa: S608
                tokens,
            ).fetchall()
        return tuple(int.from_bytes(raw) for (raw,) in rows)

    def persons(self) -> dict[int, int]:
        """All persons with a record, and when its last version was written (unix seconds)."""
        with self._reading():
            rows = self._data.execute(
                "SELECT person, max(written_at) FROM records WHERE person NOT IN"
                " (SELECT person FROM erased) GROUP BY person ORDER BY person"
            ).fetchall()
        return {int.from_bytes(raw): written_at for raw, written_at in rows}

    def erasures(self) -> tuple[Erasure, ...]:
        """Who was erased, by whom and why, the first one first."""
        with self._reading():
            rows = self._data.execute(
                "SELECT person, erased_at, organisation, login, reason FROM erased"
                " ORDER BY erased_at, person"
            ).fetchall()
        return tuple(Erasure(int.from_bytes(raw), *rest) for raw, *rest in rows)

    # Inside

    def _last(self, person: int, key: bytes | None = None) -> Version | None:
        raw = _raw(person)
        row = self._data.execute(
            f"SELECT {_COLUMNS} FROM records WHERE person = ? ORDER BY version DESC LIMIT 1",  # noqa: S608
            (raw,),
        ).fetchone()
        if row is None or self._erased(raw) is not None:
            return None
        return self._version(raw, key or self._key_of(raw), row)

    def _version(
        self, raw: bytes, key: bytes, row: tuple[int, int, int, int, str, str, str, bytes]
    ) -> Version:
        number, field_set, written_at, *_, sealed = row
        try:
            content = unseal(key, sealed, _place(raw, number, field_set))
        except NotOpened:
            raise VaultDamaged(self._data_file, _RECORD_CHANGED) from None
        said = json.loads(content)
        salt = bytes.fromhex(said["salt"])
        return Version(number, written_at, Author(*row[3:7]), said["fields"], salt)

    def _key_of(self, raw: bytes, *, make: bool = False) -> bytes:
        """A person's key. Raises VaultDamaged where there is none, unless one is to be made."""
        row = self._keys.execute("SELECT sealed FROM keys WHERE person = ?", (raw,)).fetchone()
        if row is not None:
            return self._unsealed_key(raw, row[0])
        if not make:
            raise VaultDamaged(self._keys_file, _KEY_MISSING)
        key = new_key()
        sealed = seal(self._opened.key, key, _key_place(raw, self._opened.epoch))
        self._keys.execute("INSERT INTO keys VALUES (?, ?)", (raw, sealed))
        return key

    def _unsealed_key(self, raw: bytes, sealed: bytes) -> bytes:
        try:
            return unseal(self._opened.key, sealed, _key_place(raw, self._opened.epoch))
        except NotOpened:
            raise VaultDamaged(self._keys_file, _KEY_CHANGED) from None

    def _index(self, raw: bytes, fields: Mapping[str, str]) -> None:
        self._keys.execute("DELETE FROM search WHERE person = ?", (raw,))
        tokens = {
            blind(self._opened.index_key, name, folded(fields[name]))
            for name in SEARCHED
            if name in fields
        }
        self._keys.executemany("INSERT INTO search VALUES (?, ?)", [(each, raw) for each in tokens])

    def _erased(self, raw: bytes) -> int | None:
        row = self._data.execute("SELECT erased_at FROM erased WHERE person = ?", (raw,)).fetchone()
        return None if row is None else int(row[0])

    def _require_not_erased(self, person: int) -> None:
        erased_at = self._erased(_raw(person))
        if erased_at is not None:
            raise PersonErased(person, in_tokyo(erased_at).partition("T")[0])

    def _finish_erasing(self, raw: bytes) -> None:
        self._keys.execute("DELETE FROM keys WHERE person = ?", (raw,))
        self._keys.execute("DELETE FROM search WHERE person = ?", (raw,))
        self._keys.commit()
        self._data.execute("DELETE FROM records WHERE person = ?", (raw,))
        self._data.execute("UPDATE erased SET done = 1 WHERE person = ?", (raw,))
        self._data.commit()

    def finish_what_was_begun(self) -> None:
        """Erases whom a process that was killed had begun to erase."""
        with self._writing():
            begun = self._data.execute("SELECT person FROM erased WHERE done = 0").fetchall()
            for (raw,) in begun:
                self._finish_erasing(raw)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Alone with both files, the keys locked first. What fails changes nothing."""
        with self._told():
            for connection in (self._keys, self._data):
                connection.execute("BEGIN IMMEDIATE")
            try:
                self._require_epoch()
                yield
            finally:
                for connection in (self._keys, self._data):
                    connection.rollback()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._told():
            self._require_epoch()
            yield

    @contextmanager
    def _told(self) -> Iterator[None]:
        with _told(self._data_file):
            yield

    def _require_epoch(self) -> None:
        (epoch,) = self._keys.execute("SELECT epoch FROM store").fetchone()
        if epoch != self._opened.epoch:
            raise StoreKeyReplaced(self.folder)

    @property
    def _data_file(self) -> Path:
        return data_file(self.folder)

    @property
    def _keys_file(self) -> Path:
        return keys_file(self.folder)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A store key, and what its password made it from."""

    epoch: int
    salt: bytes
    work: int
    key: bytes = field(repr=False)
    index_key: bytes = field(repr=False)

    def is_of(self, password: str) -> bool:
        return store_key(password, self.salt, self.work) == self.key

    def row(self, now: float) -> tuple[int, int, bytes, int, bytes]:
        sealed = seal(self.key, self.index_key, _index_place(self.epoch))
        return self.epoch, int(now), self.salt, self.work, sealed


def create_vault(
    folder: Path, password: str, work: int = WORK, clock: Callable[[], float] = time.time
) -> None:
    """A new vault in a folder. Raises VaultExists."""
    if data_file(folder).exists() or keys_file(folder).exists():
        raise VaultExists(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    salt = os.urandom(SALT)
    opened = _Opened(1, salt, work, store_key(password, salt, work), new_key())
    for file, id, tables in (
        (keys_file(folder), _KEYS_ID, _KEYS_TABLES),
        (data_file(folder), _DATA_ID, _DATA_TABLES),
    ):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with _told(file), closing(_connected(file)) as made:
            made.executescript(
                f"BEGIN; PRAGMA application_id = {id}; PRAGMA user_version = {_SCHEMA}; {tables}"
            )
            if id == _KEYS_ID:
                made.execute("INSERT INTO store VALUES (?, ?, ?, ?, ?)", opened.row(clock()))
            made.execute("COMMIT")


def open_vault(
    folder: Path, password: Callable[[], str], clock: Callable[[], float] = time.time
) -> Vault:
    """Opens a vault; the password is asked for once both files are found to be whole. Raises
    NoVault, VaultDamaged, WrongStorePassword.
    """
    files = {data_file(folder): _DATA_ID, keys_file(folder): _KEYS_ID}
    missing = [file for file in files if not file.exists()]
    if len(missing) == 2:
        raise NoVault(folder)
    if missing:
        raise VaultDamaged(missing[0], _FILE_MISSING)
    opened: list[sqlite3.Connection] = []
    try:
        for file, id in files.items():
            with _told(file):
                connection = _connected(file)
                opened.append(connection)
                _require_sound(file, connection, id)
        data, keys = opened
        with _told(keys_file(folder)):
            row = keys.execute("SELECT epoch, salt, work, index_key FROM store").fetchone()
        vault = Vault(folder, data, keys, _opened(folder, password(), row), clock)
        vault.finish_what_was_begun()
    except BaseException:
        for connection in opened:
            connection.close()
        raise
    return vault


def data_file(folder: Path) -> Path:
    """The records."""
    return folder / "people.db"


def keys_file(folder: Path) -> Path:
    """The keys: backed up apart from the records, and not longer than the retention."""
    return folder / "people.keys"


def _opened(folder: Path, password: str, row: tuple[int, bytes, int, bytes] | None) -> _Opened:
    if row is None:
        raise VaultDamaged(keys_file(folder), _KEY_MISSING)
    epoch, salt, work, sealed = row
    key = store_key(password, salt, work)
    try:
        return _Opened(epoch, salt, work, key, unseal(key, sealed, _index_place(epoch)))
    except NotOpened:
        raise WrongStorePassword(folder, epoch) from None


def _connected(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=_LOCKED, isolation_level=None)
    for setting in ("secure_delete = ON", "synchronous = FULL", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def _require_sound(file: Path, connection: sqlite3.Connection, id: int) -> None:
    (found,) = connection.execute("PRAGMA application_id").fetchone()
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    if (found, schema) != (id, _SCHEMA):
        raise VaultDamaged(file, _OTHER_FILE)
    with file.open("rb") as source:
        header = source.read(_HEADER)
        size = os.fstat(source.fileno()).st_size
    pages = int.from_bytes(header[28:32])
    (of_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    if size < pages * of_bytes:
        raise VaultDamaged(file, _CUT_OFF)
    (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise VaultDamaged(file, Text.verbatim(str(said)))


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """What SQLite cannot do, as an error of the vault's."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise VaultBusy(file) from None
        raise VaultDamaged(file, Text.verbatim(str(error))) from None
    except sqlite3.DatabaseError as error:
        raise VaultDamaged(file, Text.verbatim(str(error))) from None


def _canonical(value: object) -> bytes:
    said = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return said.encode()


def _raw(person: int) -> bytes:
    return person.to_bytes(19)


def _place(raw: bytes, version: int, field_set: int) -> bytes:
    return b"jp20 record\0" + raw + version.to_bytes(8) + field_set.to_bytes(4)


def _key_place(raw: bytes, epoch: int) -> bytes:
    return b"jp20 key\0" + raw + epoch.to_bytes(8)


def _index_place(epoch: int) -> bytes:
    return b"jp20 index\0" + epoch.to_bytes(8)


_COLUMNS: Final = "version, field_set, written_at, organisation, login, purpose, reason, sealed"
_FILE_MISSING: Final = Text("it is missing, and the vault's other file is there")
_CUT_OFF: Final = Text("it was cut off")
_OTHER_FILE: Final = Text("it is not a file of the vault, or of another version")
_KEY_MISSING: Final = Text("the key is missing")
_KEY_CHANGED: Final = Text("a key was changed, or is another person's")
_RECORD_CHANGED: Final = Text("a record was changed, or is another person's")
