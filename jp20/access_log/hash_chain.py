"""A file of lines of which each commits to all before it (G28).

A line is JSON: its number `n` from 1, what it says under `entry`, and `hash`. With `previous` the
hash of the line before (32 zero bytes for the first):

    leaf = SHA-256(0x00 ‖ canonical JSON of {"entry": …, "n": …})
    hash = SHA-256(0x01 ‖ previous ‖ leaf)

The leaf is that of RFC 6962, so that a tree can be built over the same lines. The head, the last
line's number and hash, is kept in another file: what is cut off at the end, or added by others, is
missed there. Before lines are added it says which head is to come, so that after a crash both ends
are known; what came of an append that did not return is taken away by the next one, unless it came
whole. Who can rewrite both files is found out by a head that was signed or anchored.

One process at a time appends; others wait.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from filelock import FileLock

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text

START: Final = bytes(32)
_FIELDS: Final = {"n", "entry", "hash"}
_TAIL: Final = 2**16

Entry = Mapping[str, Any]
"""What a line says: values of JSON."""


class LogTampered(JP20Error):
    """The log is not the one that was written. `line` is the first that shows it."""

    what = Text("{file}: the log was changed at line {line}.")
    next_step = Text(
        "Keep the files as they are, and compare them with a backup: until then nothing is added."
    )

    def __init__(self, file: Path, line: int, why: Text) -> None:
        super().__init__(why=why, file=file, line=line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain has come: the number of its last line, 0 without one, and its hash."""

    count: int
    hash: bytes


EMPTY: Final = Head(0, START)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that was verified."""

    n: int
    entry: Entry
    hash: bytes


class HashChain:
    """The chain in a file, and its head in another one, which may lie elsewhere. Neither needs to
    be there yet.
    """

    def __init__(self, file: Path, head_file: Path) -> None:
        self.file: Final = file
        self.head_file: Final = head_file
        self._lock = FileLock(f"{file}.lock", mode=0o600)

    def append(self, *entries: Entry) -> Head:
        """Adds lines, which are on the disk when it returns. Raises LogTampered where the end is
        not as the head says.
        """
        with self._locked():
            before = head = self._end()
            lines = []
            for entry in entries:
                hashed = _hash(head.hash, head.count + 1, entry)
                head = Head(head.count + 1, hashed)
                lines.append(_row(head.count, entry, hashed) + b"\n")
            self._write_head(before, head)
            self._write(b"".join(lines))
            self._write_head(head)
            return head

    def verify(self, heads: "tuple[Head, ...]" = ()) -> Head:
        """Reads all lines and compares them with the head and with others that were kept
        elsewhere. Raises LogTampered.
        """
        head = EMPTY
        for line in self.lines(heads):
            head = Head(line.n, line.hash)
        return head

    def lines(self, heads: "tuple[Head, ...]" = ()) -> Iterator[LogLine]:
        """The lines, each as soon as it is verified; the last ones compared with the head. Raises
        LogTampered at the first line that is not what was written.
        """
        with self._locked():
            content, (kept, coming) = self._read(self.file), self._heads()
        wanted: dict[int, bytes] = {}
        for each in (*heads, kept):
            if wanted.setdefault(each.count, each.hash) != each.hash:
                raise LogTampered(self.file, each.count, _TWO_HEADS)
        rows = content.split(b"\n")
        rest = rows.pop()
        previous, n = START, 0
        for n, row in enumerate(rows, 1):
            line = self._verified(n, row, previous)
            if wanted.get(n, line.hash) != line.hash:
                raise LogTampered(self.file, n, _OTHER_HEAD)
            if n > kept.count and (coming is None or n > coming.count):
                raise LogTampered(self.file, n, _ADDED)
            previous = line.hash
            yield line
        if max(wanted) > n:
            why = Text("It ends there; line {last} was written.", last=max(wanted))
            raise LogTampered(self.file, n + 1, why)
        if rest and coming is None:
            raise LogTampered(self.file, n + 1, _CUT_OFF)

    @property
    def head(self) -> Head:
        """As the head's file has it. Raises LogTampered where that cannot be read."""
        return self._heads()[0]

    def _verified(self, n: int, row: bytes, previous: bytes) -> LogLine:
        try:
            said = json.loads(row)
            entry, hashed = said["entry"], bytes.fromhex(said["hash"])
            is_fit = said.keys() == _FIELDS and said["n"] == n and row == _row(n, entry, hashed)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise LogTampered(self.file, n, _NO_LINE) from None
        if not is_fit or _hash(previous, n, entry) != hashed:
            raise LogTampered(self.file, n, _OTHER_LINE)
        return LogLine(n, entry, hashed)

    def _end(self) -> Head:
        """The head on which the next line stands. Raises LogTampered where the file does not end
        with it.
        """
        kept, coming = self._heads()
        if coming is not None:
            return self._after_a_crash(kept, coming)
        size, tail = 0, b""
        if self.file.exists():
            size = self.file.stat().st_size
            with self.file.open("rb") as source:
                tail = _last_lines(source, size)
        if tail and not tail.endswith(b"\n"):
            raise LogTampered(self.file, kept.count + 1, _CUT_OFF)
        found = self._head_of(tail[:-1].rpartition(b"\n")[2], kept) if tail else EMPTY
        if found.count < kept.count:
            why = Text("It ends there; line {last} was written.", last=kept.count)
            raise LogTampered(self.file, found.count + 1, why)
        if found.count > kept.count:
            raise LogTampered(self.file, kept.count + 1, _ADDED)
        if found.hash != kept.hash:
            raise LogTampered(self.file, kept.count, _OTHER_HEAD)
        return found

    def _after_a_crash(self, kept: Head, coming: Head) -> Head:
        """Where an append did not return: its lines stay if all came, else they are taken away."""
        found = self.verify()
        if found == coming:
            return found
        rows = self._read(self.file).split(b"\n")[: kept.count]
        if self.file.exists():
            os.truncate(self.file, sum(len(row) + 1 for row in rows))
        return kept

    def _head_of(self, row: bytes, kept: Head) -> Head:
        """What the last line makes the head. Raises LogTampered where it is not one."""
        try:
            said = json.loads(row)
            found = Head(int(said["n"]), bytes.fromhex(said["hash"]))
            if row == _row(found.count, said["entry"], found.hash):
                return found
        except (ValueError, KeyError, TypeError):
            pass
        raise LogTampered(self.file, max(kept.count, 1), _NO_LINE)

    def _heads(self) -> tuple[Head, Head | None]:
        """The head, and the one that was to come where an append did not return."""
        content = self._read(self.head_file)
        if not content:
            return EMPTY, None
        try:
            said = json.loads(content)
            coming = said.get("coming")
            return _head(said), None if coming is None else _head(coming)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise LogTampered(self.head_file, 1, _NO_LINE) from None

    def _write(self, lines: bytes) -> None:
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            written = 0
            while written < len(lines):
                written += os.write(descriptor, lines[written:])
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _write_head(self, head: Head, coming: Head | None = None) -> None:
        said = {"count": head.count, "hash": head.hash.hex()}
        later = coming and {"count": coming.count, "hash": coming.hash.hex()}
        content = json.dumps({**said, "coming": later} if later else said).encode()
        beside = self.head_file.with_name(f".{self.head_file.name}.new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(self.head_file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        for each in (self.file.parent, self.head_file.parent):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock:
            yield

    @staticmethod
    def _read(file: Path) -> bytes:
        return file.read_bytes() if file.exists() else b""


_NO_LINE: Final = Text("This is not a line of the log.")
_OTHER_LINE: Final = Text("It does not follow from the line before.")
_OTHER_HEAD: Final = Text("It differs from the line that the head was made from.")
_TWO_HEADS: Final = Text("Two heads of this line differ.")
_ADDED: Final = Text("The head does not cover it: somebody else added it.")
_CUT_OFF: Final = Text("The last line is incomplete.")


def _last_lines(source: BinaryIO, size: int) -> bytes:
    """The end of a file: its last whole line at least, and what follows it."""
    reach, tail = 0, b""
    while reach < size and tail[:-1].count(b"\n") < 2:
        reach = min(size, max(reach * 2, _TAIL))
        source.seek(size - reach)
        tail = source.read(reach)
    return tail


def _hash(previous: bytes, n: int, entry: Entry) -> bytes:
    leaf = hashlib.sha256(b"\0" + _canonical({"n": n, "entry": entry})).digest()
    return hashlib.sha256(b"\x01" + previous + leaf).digest()


def _row(n: int, entry: Entry, hashed: bytes) -> bytes:
    return _canonical({"n": n, "entry": entry, "hash": hashed.hex()})


def _head(said: Mapping[str, Any]) -> Head:
    return Head(int(said["count"]), bytes.fromhex(said["hash"]))


def _canonical(value: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys, no blanks, in ASCII: one form for one value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
