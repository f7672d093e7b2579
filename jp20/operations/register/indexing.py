"""The index of a working folder: followed, looked at, read from (G15, G25)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eth_typing import ChecksumAddress
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from jp20.chain.rpc.node_errors import NodeFailure
from jp20.chain.sending.lock import Lock, Locked
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.register.events import Event, LoggedEvent
from jp20.operations.register.follow import Follower, FollowProgress
from jp20.operations.register.index_place import IndexPlace, Whose
from jp20.operations.session import Session
from jp20.register.by_ledger import Header
from jp20.register.index.database import open_database
from jp20.register.index.digest import logical_hash
from jp20.register.index.migrations import bring_up_to_date, is_up_to_date
from jp20.register.index.reader import IndexReader
from jp20.register.index.writer import IndexWriter

POLL: Final = 0.5
"""Seconds between two looks at the chain."""


class IndexUnusable(JP20Error):
    """The database of the index cannot be opened, read or written."""

    what = Text("The index in {place} cannot be used.")
    next_step = Text(
        "Check that the database is there and may be written. The index can always be made "
        "again: jp20 index rebuild"
    )

    def __init__(self, place: str, why: Text) -> None:
        super().__init__(why=why, place=place)


class IndexBusy(JP20Error):
    """Another process follows the chain into the same index."""

    what = Text("Another process writes the index in {place}.")
    next_step = Text("Leave it to that one, or end it first.")

    def __init__(self, place: str) -> None:
        super().__init__(place=place)


class NoIndex(JP20Error):
    """There is no index yet, or one of an earlier version."""

    what = Text("There is no index in {place}, or one of another version.")
    next_step = Text("Make it, or bring it up to date: jp20 index follow --once")

    def __init__(self, place: str) -> None:
        super().__init__(place=place)


@contextmanager
def opened(place: IndexPlace) -> Iterator[Engine]:
    """The database of an index. Raises IndexUnusable, UnfitDatabase, DriverMissing."""
    engine = open_database(place.named, place.password())
    try:
        yield engine
    except SQLAlchemyError as error:
        raise IndexUnusable(str(place), Text.verbatim(_first_line(error))) from None
    finally:
        engine.dispose()


@contextmanager
def written(place: IndexPlace) -> Iterator[IndexWriter]:
    """The one writer; the tables are made, or brought up to date. Raises IndexBusy besides."""
    lock = _lock(place)
    try:
        with opened(place) as engine:
            bring_up_to_date(engine)
            writer = IndexWriter(engine)
            try:
                if not writer.is_alone():
                    raise IndexBusy(str(place))
                yield writer
            finally:
                writer.close()
    finally:
        if lock is not None:
            lock.release()


@contextmanager
def read(place: IndexPlace) -> Iterator[IndexReader]:
    """A reader to whom nothing changes. Raises NoIndex besides."""
    if not place.may_be_there:
        raise NoIndex(str(place))
    with opened(place) as engine, engine.connect() as connection:
        if not is_up_to_date(connection):
            raise NoIndex(str(place))
        yield IndexReader(connection)


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """Up to where an index reads and the chain is. `agrees`: the chain has the index's last block;
    None where the node does not have that block yet.
    """

    place: str
    last: Header
    final: int
    head: int
    contracts: int
    agrees: bool | None

    @property
    def behind(self) -> int:
        """How many blocks the chain is ahead."""
        return max(self.head - self.last.number, 0)


def follow_chain(
    session: Session,
    place: IndexPlace,
    told: Callable[[FollowProgress], None],
    is_over: Callable[[], bool],
    *,
    once: bool = False,
    again: bool = False,
) -> FollowProgress:
    """Brings an index up to the chain's newest block, and unless `once` goes on until `is_over`.
    A node that fails is waited for then. `again`: from the beginning.

    Raises IndexBusy, IndexUnusable, OtherRegister, FinalBlockGivenUp, BrokenRegister.
    """
    with written(place) as writer:
        if again:
            writer.clear()
        follower = Follower(session.connection, session.deployment, writer, told)
        done = follower.follow(is_over)
        while not once and not is_over():
            time.sleep(POLL)
            try:
                done = follower.follow(is_over)
            except NodeFailure:
                continue
        return done


def index_status(session: Session, place: IndexPlace) -> IndexStatus:
    """Raises NoIndex, IndexUnusable."""
    connection = session.connection
    with read(place) as reader:
        last = _last(reader, place)
        head = connection.block_number()
        agrees = connection.block(last.number).hash == last.hash if last.number <= head else None
        return IndexStatus(str(place), last, reader.final(), head, len(reader.contracts()), agrees)


def index_hash(place: IndexPlace) -> tuple[Header, bytes]:
    """The last block of an index, and the hash of all that it has up to there. Raises NoIndex,
    IndexUnusable.
    """
    with read(place) as reader:
        return _last(reader, place), logical_hash(reader.connection)


def past_in(
    place: IndexPlace, whose: Whose, address: ChecksumAddress
) -> tuple[int, bytes, tuple[LoggedEvent[Event], ...]] | None:
    """All events of a contract up to a block, and that block's number and hash. None where the
    index has none, is of others or cannot be used.
    """
    try:
        with read(place) as reader:
            last, identity = reader.last(), reader.identity()
            if last is None or identity is None or address not in reader.contracts():
                return None
            if (identity.chain_id, identity.genesis, identity.consortium) != whose:
                return None
            return last.number, last.hash, reader.events(address)
    except JP20Error:
        return None


def _lock(place: IndexPlace) -> Lock | None:
    """Of a file; PostgreSQL has locks of its own."""
    if not isinstance(place.named, Path):
        return None
    try:
        place.named.parent.mkdir(parents=True, exist_ok=True)
        return Lock(place.named.with_name(f"{place.named.name}.lock"))
    except Locked:
        raise IndexBusy(str(place)) from None
    except OSError as error:
        raise IndexUnusable(str(place), Text.verbatim(str(error))) from None


def _last(reader: IndexReader, place: IndexPlace) -> Header:
    last = reader.last()
    if last is None:
        raise NoIndex(str(place))
    return last


def _first_line(error: SQLAlchemyError) -> str:
    said = str(getattr(error, "orig", None) or error)
    return said.strip().partition("\n")[0]
