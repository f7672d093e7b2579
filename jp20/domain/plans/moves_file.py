"""A file of movements: from whom, to whom, how many units (G3, G11)."""

from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.text import Text
from jp20.domain.files.tables import PLAIN, Column, Layout, Row, parse_table
from jp20.domain.files.units import NotUnits, parse_units
from jp20.domain.investors.investors import wallet_in
from jp20.domain.token.terms import MAX_UNITS

COLUMNS: Final = (
    Column("from", ("移転元", "譲渡人", "被相続人")),
    Column("to", ("移転先", "譲受人", "相続人")),
    Column("units", ("数量", "口数")),
)


@dataclass(frozen=True, slots=True)
class Move:
    """A row: units that go from one wallet to another."""

    line: int
    from_: ChecksumAddress
    to: ChecksumAddress
    units: int


@dataclass(frozen=True, slots=True)
class MovesFile:
    """The rows of a file without a fault; `notes` see `Table`."""

    moves: tuple[Move, ...]
    notes: tuple[Text, ...]


def parse_moves(data: bytes, file: str, layout: Layout = PLAIN) -> MovesFile:
    """Reads a file (CSV or XLSX) as a whole: where one row is faulty, or stands there twice,
    nothing of it is taken. Raises FaultyFile with every fault.
    """
    table = parse_table(data, file, COLUMNS, layout)
    faults = list(table.faults)
    moves: list[Move] = []
    first_line_of: dict[tuple[ChecksumAddress, ChecksumAddress, int], int] = {}
    for row in table.rows:
        move = _move(file, row, faults)
        if move is None:
            continue
        first = first_line_of.setdefault((move.from_, move.to, move.units), row.line)
        if first != row.line:
            faults.append(
                Fault(
                    file,
                    row.line,
                    "",
                    Text("The same stands on line {line}.", line=first),
                    Text("Remove it, or put the units into one row."),
                )
            )
        moves.append(move)
    if faults:
        raise FaultyFile(sorted(faults, key=lambda fault: fault.line or 0))
    return MovesFile(tuple(moves), table.notes)


def _move(file: str, row: Row, faults: list[Fault]) -> Move | None:
    def fault(column: str, what: Text, next_step: Text) -> None:
        faults.append(Fault(file, row.line, column, what, next_step))

    from_ = wallet_in(row.cells["from"], lambda _, what, step: fault("from", what, step))
    to = wallet_in(row.cells["to"], lambda _, what, step: fault("to", what, step))
    try:
        units = parse_units(row.cells["units"], MAX_UNITS)
    except NotUnits as unfit:
        fault("units", unfit.what, unfit.next_step)
        return None
    return Move(row.line, from_, to, units) if from_ and to else None
