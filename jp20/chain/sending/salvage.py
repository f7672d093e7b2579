"""What can still be read of a damaged outbox (G2).

An entry whose checksum fits is as it was written, wherever it stands; of the others nothing is
taken.
"""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jp20.chain.sending.outbox import (
    CHECKED,
    LOCKED,
    UNCHECKED,
    Entry,
    Whose,
    checksum_of,
    entry_of,
    write_ahead,
)
from jp20.chain.sending.outbox_errors import usable


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What can be read of a file: the entries whose checksum fits. `is_sound`: nothing else is in
    it, and it is the outbox of this key on this chain. `rows`: how many entries there were, as far
    as the file still says.
    """

    entries: tuple[Entry, ...]
    is_sound: bool
    rows: int


def salvage(file: Path, whose: "Whose") -> Salvaged:
    """Reads a file that is perhaps damaged, which stays as it is. Of a file that does not say that
    it is this key's on this chain nothing is taken. Raises OutboxUnusable.
    """
    with usable(file), tempfile.TemporaryDirectory(prefix=".salvage-", dir=file.parent) as folder:
        copy = Path(folder) / "copy.sqlite"
        for each, to in ((file, copy), (write_ahead(file), write_ahead(copy))):
            if each.exists():
                shutil.copyfile(each, to)
        with closing(sqlite3.connect(copy, timeout=LOCKED, isolation_level=None)) as database:
            database.text_factory = lambda text: text.decode("utf-8", "replace")
            try:
                found = database.execute("SELECT * FROM outbox").fetchall()
            except sqlite3.DatabaseError:
                return Salvaged((), is_sound=False, rows=0)
            if [each[1:4] for each in found] != [whose[1:4]]:
                return Salvaged((), is_sound=False, rows=0)
            if found[0][0] == UNCHECKED:
                return Salvaged((), is_sound=True, rows=0)  # of an earlier version: it is opened
            return _salvaged(database)


def _salvaged(database: sqlite3.Connection) -> Salvaged:
    """From either end as far as the pages can be read."""
    read: dict[object, tuple[Any, ...]] = {}
    is_sound, rows = True, 0
    try:
        (rows,) = database.execute("SELECT MAX(id) FROM entries").fetchone()
        (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
        is_sound = said == "ok"
    except sqlite3.DatabaseError:
        is_sound = False
    for order in ("ASC", "DESC"):
        try:
            for row in database.execute(
                f"SELECT {', '.join(CHECKED)}, checksum FROM entries"  # noqa: S608
                f" NOT INDEXED ORDER BY id {order}"
            ):
                read[row[0]] = row
        except sqlite3.DatabaseError:
            is_sound = False
    fitting = [row[:-1] for row in read.values() if row[-1] == checksum_of(*row[:-1])]
    is_sound = is_sound and len(fitting) == len(read)
    entries = [
        replace(entry_of(tuple(fields)), acknowledged=bool(told)) for *fields, _, told in fitting
    ]
    by_id = sorted(entries, key=lambda entry: entry.id)
    return Salvaged(tuple(by_id), is_sound, max(rows or 0, len(read)))
