"""Measures, prints the tables, and writes bench/results/gas.json and bounds.json."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench import bounds, gas, peers, rows
from bench.bounds import Bound
from bench.chain import Chain
from bench.rows import Row
from jp20.chain.local import LocalChain

WIDTH: Final = 110  # of the tables where stdout is no terminal
RESULTS: Final = Path(__file__).parent / "results"


def main() -> None:
    with LocalChain("anvil") as connection:
        chain = Chain(connection)
        measured = [*peers.measure_plain(chain), *gas.measure(chain), *peers.measure_trex(chain)]
        batches = bounds.measure(chain)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(compared(measured))
    console.print(against_marks(measured))
    console.print(at_their_bounds(batches))
    console.print(f"Written to {_write('gas.json', measured)} and", end=" ")
    console.print(
        f"{_write('bounds.json', [row for each in batches for row in (each.whole, each.row)])}."
    )


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
        mark = "" if row.mark is None else f"≤ {row.mark:,}"
        table.add_row(row.name, f"{row.value:,}", mark, _met(row))
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
        table.add_row(each.function, each.case, *figures, _met(each.whole))
    return table


def _met(row: Row) -> str:
    return {None: "", True: "[green]met[/]", False: "[red]missed[/]"}[row.met]


def _write(name: str, measured: Sequence[Row]) -> str:
    RESULTS.mkdir(exist_ok=True)
    content = json.dumps([row.fields for row in measured], indent=1)
    (RESULTS / name).write_text(content + "\n")
    return f"bench/results/{name}"


if __name__ == "__main__":
    main()
