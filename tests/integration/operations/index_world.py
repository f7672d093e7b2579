"""An index compared with the fold of the whole past, at every block."""

import os
import signal
from dataclasses import replace
from pathlib import Path

from crashing import ended, in_child
from past_world import whole_past
from sqlalchemy import event

from jp20.chain.rpc import log_windows
from jp20.chain.rpc.connection import connect
from jp20.domain.base.finality import Finality
from jp20.domain.register.books import TERMS
from jp20.domain.register.journal import Journal
from jp20.domain.register.movements import Movement
from jp20.domain.register.register import register_of
from jp20.operations.register.follow import Follower, FollowProgress
from jp20.operations.session import Session, open_session
from jp20.register.index import writer as writer_module
from jp20.register.index.database import open_database
from jp20.register.index.digest import logical_hash
from jp20.register.index.migrations import bring_up_to_date
from jp20.register.index.reader import IndexReader
from jp20.register.index.writer import IndexWriter


class Place:
    """A database for an index."""

    def __init__(self, named: Path | str) -> None:
        self.named = named
        self.engine = open_database(named)
        bring_up_to_date(self.engine)


def with_finality(world, depth: int) -> Session:
    """A session that has read nothing, on a chain whose blocks are final after some more."""
    network = replace(world.session.connection.network, finality=Finality(depth))
    return open_session(connect(network), world.deployment, world.session.signers.values())


def followed(session: Session, place: Place, *, again: bool = False) -> FollowProgress:
    """The index brought up to the chain's newest block; `again`: from the beginning."""
    writer = IndexWriter(place.engine)
    try:
        if again:
            writer.clear()
        return Follower(session.connection, session.deployment, writer).follow()
    finally:
        writer.close()


def hash_of(place: Place) -> bytes:
    with place.engine.connect() as connection:
        return logical_hash(connection)


def require_index_agrees(session: Session, place: Place, first: int = 0) -> int:
    """Compares the index with the fold: the events of every contract, the journal, and all books
    as of every block from `first` on. Returns how many values were compared.
    """
    compared, journal = 0, whole_past(session)
    with place.engine.connect() as connection:
        reader = IndexReader(connection)
        last, newest = reader.last(), session.connection.block()
        assert (last.number, last.hash) == (newest.number, newest.hash)
        for address in reader.contracts():
            assert reader.events(address) == session.history.events(address, last.number)
        assert reader.journal(reader.contracts()).entries == journal.entries
        for block in range(last.number, first - 1, -1):
            journal.back_to(block)
            ours = reader.ledger(block)
            assert ours == journal.ledger, block
            compared += sum(len(each) for each in ours._books.values())
            compared += require_answers_agree(reader, journal, block)
    return compared


def require_answers_agree(reader: IndexReader, journal: Journal, block: int) -> int:
    """The questions that are answered by SQL of their own, as of a block."""
    compared = 0
    for token in set(journal.ledger.rows(TERMS)):
        register = register_of(journal, token, block)
        assert reader.balances(token, block) == register.balances()
        for account in register.holdings:
            moved = [each for each in register.history_of(account) if isinstance(each, Movement)]
            assert reader.history(token, account, block) == moved
            compared += 1 + len(moved)
    return compared


def killed_while_following(world, place: Place, point: int) -> bool:
    """Follows in a process that is killed at a point: before or after rows of a table are written,
    before a commit, or after a stretch. False where it came to the end.
    """
    passed = 0

    def pass_by() -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def in_short_stretches() -> None:
        log_windows._FIRST_SPAN, log_windows._MOST_BLOCKS = 8, 8
        write = writer_module.write_rows

        def watched(connection, table, rows) -> None:
            if rows:
                pass_by()
            write(connection, table, rows)
            if rows:
                pass_by()

        writer_module.write_rows = watched
        engine = open_database(place.named)
        event.listen(engine, "commit", lambda connection: pass_by())
        connection = connect(world.session.connection.network)
        follower = Follower(
            connection, world.deployment, IndexWriter(engine), lambda progress: pass_by()
        )
        follower.follow()

    code = ended(in_child(in_short_stretches))
    assert code in (0, -signal.SIGKILL)
    return code != 0
