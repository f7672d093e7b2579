"""Measures, prints the tables, and writes bench/results/{gas,bounds,throughput}.json."""

import sys
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from bench import bounds, gas, peers, rows, startup, throughput
from bench.bounds import Bound
from bench.chain import Chain
from bench.rows import Row
from jp20.chain.local import LocalChain, stop_on_signals

WIDTH: Final = 110  # of the tables where stdout is no terminal


def main() -> None:
    stop_on_signals()
    with LocalChain("anvil") as connection:
        chain = Chain(connection)
        measured = [*peers.measure_plain(chain), *gas.measure(chain), *peers.measure_trex(chain)]
        batches = bounds.measure(chain)
    sent = [*throughput.measure(), *startup.measure()]
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(compared(measured))
    console.print(against_marks(measured))
    console.print(at_their_bounds(batches))
    console.print(speeds(sent))
    bounded = [row for each in batches for row in (each.whole, each.row)]
    files = {"gas.json": measured, "bounds.json": bounded, "throughput.json": sent}
    written = [rows.write(name, found) for name, found in files.items()]
    console.print(f"Written to {', '.join(written)}.")


def compared(measured: Sequence[Row]) -> Table:
    """The systems beside each other."""
    table = Table(
        title="Gas, one anvil, Berlin, optimiser on, 200 runs",
        caption="JP20: single acts are whole requests (propose, sign, execute), a batch is the"
        f" execution with {gas.BATCH} rows. T-REX: no compliance module; one claim.",
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("operation")
    for system in rows.SYSTEMS:
        table.add_column(system, justify="right")
    figures = {(row.name, row.system): row.value for row in measured}
    for name in rows.COMPARED:
        cells = (figures.get((name, system)) for system in rows.SYSTEMS)
        table.add_row(name, *(f"{cell:,}" if cell is not None else "–" for cell in cells))
    return table


def against_marks(measured: Sequence[Row]) -> Table:
    """What JP20 uses, and the mark."""
    table = Table(title="JP20, all checks on", title_justify="left")
    table.add_column("operation")
    table.add_column("gas", justify="right")
    table.add_column("mark", justify="right")
    table.add_column("")
    for row in measured:
        if row.system != rows.JP20:
            continue
        table.add_row(row.name, f"{row.value:,}", row.shown_mark, row.shown_met)
    return table


def at_their_bounds(batches: Sequence[Bound]) -> Table:
    """What each batch function needs with as many rows as are documented."""
    table = Table(
        title="JP20, batches at the bounds that their interfaces document: gas of the whole"
        f" transaction,\nmark ≤ {bounds.MARK:,}, two thirds of a block of {bounds.BLOCK:,}",
        caption="Gas is what the transaction needs, before refunds; where the act takes a request,"
        " its execution. With a holder\ncap and lots, after a split and a record date. All"
        " restraints: two lock-ups, a pledge, an attachment,\na freeze, an open request.",
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("function")
    table.add_column("case")
    for figure in ("rows", "gas", "a row"):
        table.add_column(figure, justify="right")
    table.add_column("")
    for each in batches:
        figures = (f"{figure:,}" for figure in (each.rows, each.gas, each.a_row))
        table.add_row(each.function, each.case, *figures, each.whole.shown_met)
    return table


def speeds(measured: Sequence[Row]) -> Table:
    """How fast the sender is on this machine, and the mark."""
    table = Table(
        title="JP20, the sender with its outbox on disk, one anvil, a block a second",
        caption=f"Single transfers: blocks of {throughput.LARGE_BLOCK:,} gas; the delivery, from"
        f" its first execution to the last\nreceipt: of {throughput.SMALL_BLOCK:,}.",
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("")
    for figure in ("measured", "mark"):
        table.add_column(figure, justify="right")
    table.add_column("")
    for row in measured:
        table.add_row(row.name, f"{row.value:,} {row.unit}", row.shown_mark, row.shown_met)
    return table


if __name__ == "__main__":
    main()
