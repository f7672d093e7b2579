"""A file of losses: which logs took units from the register by an error (G9)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jp20.domain.base.ids import TxHash
from jp20.domain.base.text import Text
from jp20.domain.files.tables import Column, Row, parse_whole

_COLUMNS: Final = (
    Column("transaction", ("取引", "取引ハッシュ")),
    Column("log", ("ログ", "ログ番号")),
)


@dataclass(frozen=True, slots=True)
class LossRow:
    """A row: a transaction, and the place of the log among its logs, from 0."""

    line: int
    transaction: TxHash
    log: int


def parse_losses(data: bytes, file: str) -> tuple[LossRow, ...]:
    """Reads a file (CSV or XLSX) as a whole: where one row is faulty, or stands there twice,
    nothing of it is taken. Raises FaultyFile with every fault.
    """
    losses, _ = parse_whole(
        data, file, _COLUMNS, _loss, lambda loss: (loss.transaction, loss.log), Text("Remove it.")
    )
    return losses


def _loss(row: Row, fault: Callable[[str, Text, Text], None]) -> LossRow | None:
    hashed, place = row.cells["transaction"], row.cells["log"]
    try:
        transaction = bytes.fromhex(hashed.removeprefix("0x"))
    except ValueError:
        transaction = b""
    if len(transaction) != 32:
        fault(
            "transaction",
            Text('"{hashed}" is not the hash of a transaction.', hashed=hashed),
            Text("Write 64 hexadecimal digits."),
        )
    if not (place.isascii() and place.isdigit() and int(place) < 2**32):
        fault(
            "log",
            Text('"{place}" is not the place of a log.', place=place),
            Text("Write it as jp20 register history TOKEN WALLET has it."),
        )
        return None
    return LossRow(row.line, TxHash(transaction), int(place)) if len(transaction) == 32 else None
