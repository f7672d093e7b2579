"""A file of movements: from whom, to whom, how many units (G3, G11)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.text import Text
from jp20.domain.files.tables import PLAIN, Column, Layout, Row, parse_whole
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
    return MovesFile(
        *parse_whole(
            data,
            file,
            COLUMNS,
            _move,
            lambda move: (move.from_, move.to, move.units),
            Text("Remove it, or put the units into one row."),
            layout,
        )
    )


def _move(row: Row, fault: Callable[[str, Text, Text], None]) -> Move | None:
    from_ = wallet_in(row.cells["from"], lambda _, what, step: fault("from", what, step))
    to = wallet_in(row.cells["to"], lambda _, what, step: fault("to", what, step))
    try:
        units = parse_units(row.cells["units"], MAX_UNITS)
    except NotUnits as unfit:
        fault("units", unfit.what, unfit.next_step)
        return None
    return Move(row.line, from_, to, units) if from_ and to else None
