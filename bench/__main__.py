"""Measures, prints the tables, and writes bench/results/gas.json."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench import gas, peers, rows
from bench.chain import Chain
from bench.rows import Row
from jp20.chain.local import LocalChain

WIDTH: Final = 110  # of the tables where stdout is no terminal
RESULTS: Final = Path(__file__).parent / "results"


def main() -> None:
    with LocalChain("anvil") as connection:
        chain = Chain(connection)
        measured = [*peers.measure_plain(chain), *gas.measure(chain), *peers.measure_trex(chain)]
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / "gas.json"
    file.write_text(json.dumps([row.fields for row in measured], indent=1) + "\n")
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(compared(measured))
    console.print(against_marks(measured))
    console.print(f"Written to bench/results/{file.name}.")


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
        met = {None: "", True: "[green]met[/]", False: "[red]missed[/]"}[row.met]
        table.add_row(row.name, f"{row.value:,}", mark, met)
    return table


if __name__ == "__main__":
    main()
