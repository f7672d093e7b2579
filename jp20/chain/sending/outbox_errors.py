"""Why an outbox cannot be used, and what to do then (G2)."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.os_errors import reason
from jp20.domain.base.text import Text

_DAMAGED: Final = (
    sqlite3.SQLITE_ERROR,  # a table or a column is missing
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
)

_REASONS: Final = {
    sqlite3.SQLITE_FULL: Text("The disk is full."),
    sqlite3.SQLITE_READONLY: Text("It is read-only."),
    sqlite3.SQLITE_CANTOPEN: Text("It or its folder cannot be opened."),
    sqlite3.SQLITE_PERM: Text("Access is refused."),
    sqlite3.SQLITE_BUSY: Text("Another program, a backup say, keeps it locked."),
}


class SignerBusy(JP20Error):
    """Another process sends with this key. `pid` is its number; 0 where it is not known, or not one
    of this machine.
    """

    what = Text("Another process is sending with the key {signer}.")
    next_step = Text("Let it finish, then run this again; what it does will not be done twice.")

    def __init__(self, signer: ChecksumAddress, pid: int) -> None:
        super().__init__(
            why=Text("It is process {pid}.", pid=pid)
            if pid
            else Text("It runs on another machine that shares this folder, or begins just now."),
            signer=signer,
        )
        self.signer = signer
        self.pid = pid


class OutboxUnfit(JP20Error):
    """The file of a key's outbox cannot be used now."""


class NotThisOutbox(OutboxUnfit):
    """The file is no outbox of this signer on this chain, or of another version of this package."""

    what = Text("{file} is not the outbox of this key on this chain.")
    why = Text("It is damaged, or another version of jp20 wrote it.")
    next_step = Text(
        "Use the version that wrote it, or put it back as it was after the last command. "
        "Where that cannot be had, have it made again from what the chain has of the key: "
        "jp20 tx rebuild (docs/outbox.md). Do not delete the file."
    )

    def __init__(self, file: Path) -> None:
        super().__init__(file=file)


class DamagedOutbox(NotThisOutbox):
    """What stands in the file is not what was written: a checksum does not fit, or its pages do not
    fit together.
    """

    what = Text("The outbox {file} is damaged.")
    why = Text("What stands in it is not what was written. Nothing was sent.")


class RebuildBrokenOff(NotThisOutbox):
    """The outbox was being made again, and this was interrupted."""

    what = Text("The outbox {file} was being rebuilt, and that was interrupted.")
    why = Text("Nothing was sent.")
    next_step = Text("Run again: jp20 tx rebuild")


class OutboxUnusable(OutboxUnfit):
    """The system does not let the outbox be read or written: a full disk, a lock, permissions."""

    what = Text("The outbox {file} cannot be used.")
    next_step = Text(
        "Mend that, then run the same again: nothing is sent that was not noted before, "
        "and nothing is sent twice. Do not delete the file, and do not put an older copy "
        "in its place."
    )

    def __init__(self, file: Path, why: Text) -> None:
        super().__init__(why=why, file=file)


class OtherKindOfNode(OutboxUnfit):
    """An outbox of a development node meets another node of the same chain, or the other way: a
    rehearsal on a fork has the chain's number and first block, and nothing of it belongs there.
    """

    what = Text("The outbox {file} was written with {was}, and this is {is_now}.")
    why = Text("What was done on the one is not sent to the other. Nothing was sent.")

    def __init__(self, file: Path, *, rehearsed: bool) -> None:
        there = Text("a development node (a fork?)")
        here = Text("a node of the chain itself")
        was, is_now = (there, here) if rehearsed else (here, there)
        super().__init__(
            next_step=Text(
                "Move this file, which is the rehearsal's alone, out of the folder; and give "
                "a rehearsal a working folder of its own."
            )
            if rehearsed
            else Text(
                "Give the rehearsal a working folder of its own, and leave this file where it is."
            ),
            file=file,
            was=was,
            is_now=is_now,
        )


@contextmanager
def usable(file: Path) -> Iterator[None]:
    """Whatever keeps an outbox from being used inside is one of the errors above."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):  # a fault of ours
        raise
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _DAMAGED:
            raise NotThisOutbox(file) from None
        said = str(error)
        raise OutboxUnusable(file, _REASONS.get(code, Text.verbatim(said))) from None
    except OSError as error:
        raise OutboxUnusable(file, reason(error)) from None
