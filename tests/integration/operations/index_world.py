"""An index compared with the fold of the whole past, at every block."""

from past_world import whole_past

from jp20.domain.register.books import BALANCES
from jp20.domain.register.ledger import Ledger
from jp20.register.index.digest import logical_hash
from jp20.register.index.reader import IndexReader
from jp20.operations.register.follow import Follower
from jp20.operations.session import Session
from jp20.register.index.migrations import upgrade
from jp20.register.index.writer import IndexWriter


def followed(session: Session, engine, **more):
    """The index brought up to the chain's newest block."""
    upgrade(engine)
    writer = IndexWriter(engine)
    try:
        return Follower(session.connection, session.deployment, writer, **more).follow()
    finally:
        writer.close()


def hash_of(engine) -> bytes:
    with engine.connect() as connection:
        return logical_hash(connection)


def require_index_agrees(session: Session, engine, first: int = 0) -> int:
    """Compares the index with the fold: the events of every contract, and all books as of every
    block from `first` on. Returns how many values were compared.
    """
    compared, journal = 0, whole_past(session)
    with engine.connect() as connection:
        reader = IndexReader(connection)
        last = reader.last()
        newest = session.connection.block()
        assert (last.number, last.hash) == (newest.number, newest.hash)
        for address in reader.contracts():
            assert reader.events(address) == session.history.events(address, last.number)
        entries = reader.journal(reader.contracts()).entries
        assert entries == journal.entries
        for block in range(last.number, first - 1, -1):
            journal.back_to(block)
            ours = reader.ledger(block)
            assert ours == journal.ledger, block
            compared += sum(len(each) for each in ours._books.values())
    return compared
