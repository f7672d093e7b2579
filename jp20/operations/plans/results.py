"""The result file: what became of each row, for people and for the next plan (G2).

An allotment file's result is an allotment file itself: of it those rows are planned that were
refused (`jp20.domain.plans.allotments`).
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from jp20.chain.new_files import FileExists, try_place, write_new
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.ids import TxHash
from jp20.domain.base.text import Language, Text
from jp20.domain.files.letters import in_csv, in_json
from jp20.domain.plans.outcomes import RESULT_COLUMNS, Outcomes, RowOutcome
from jp20.views.xlsx import UNDATED, workbook


class UnknownFormat(JP20Error):
    """The file's name ends in none of the formats that results are written in."""

    exit_code = ExitCode.USAGE

    what = Text("{file} does not say in which format to write it.")
    next_step = Text("Let the name end in .csv, .json or .xlsx.")

    def __init__(self, file: Path) -> None:
        super().__init__(file=file.name)


def require_format(file: Path) -> None:
    """Raises UnknownFormat: to be asked before anything is sent whose result is to be kept."""
    if file.suffix.lower() not in _WRITERS:
        raise UnknownFormat(file)


def require_new(file: Path) -> None:
    """Tries whether a new file can be written: to be asked before anything is sent. Raises
    FileExists, CannotWrite.
    """
    if file.exists():
        raise FileExists(file)
    try_place(file)


def write_results(file: Path, outcomes: Outcomes, language: Language = "en") -> None:
    """Writes the rows into a file, all of it or nothing, in the format that its name ends in: .csv
    (UTF-8 with a BOM, so that Excel opens it), .xlsx, or .json with both languages.

    Raises UnknownFormat, FileExists, CannotWrite.
    """
    require_format(file)
    write_new(file, _WRITERS[file.suffix.lower()](outcomes.rows, language))


# Inside


def _csv(rows: Sequence[RowOutcome], language: Language) -> bytes:
    written = io.StringIO(newline="")
    lines = csv.writer(written)
    lines.writerow(_header(language))
    lines.writerows(_cells(row, language) for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _xlsx(rows: Sequence[RowOutcome], language: Language) -> bytes:
    out = io.BytesIO()
    book = workbook(out, UNDATED)
    sheet = book.add_worksheet("results")
    lines: list[list[int | str | None]] = [[*_header(language)]]
    lines += [_cells(each, language) for each in rows]
    for row, cells in enumerate(lines):
        for place, value in enumerate(cells):
            if isinstance(value, str):
                sheet.write_string(row, place, value)
            elif value is not None:
                sheet.write_number(row, place, value)
    book.close()
    return out.getvalue()


def _json(rows: Sequence[RowOutcome], language: Language) -> bytes:
    items = ",\n ".join(in_json(json.dumps(_object(row), ensure_ascii=False)) for row in rows)
    return f"[\n {items}\n]\n".encode() if items else b"[]\n"


_WRITERS: Final[dict[str, Callable[[Sequence[RowOutcome], Language], bytes]]] = {
    ".csv": _csv,
    ".json": _json,
    ".xlsx": _xlsx,
}


def _header(language: Language) -> list[str]:
    return list(RESULT_COLUMNS.values() if language == "ja" else RESULT_COLUMNS)


def _cells(row: RowOutcome, language: Language) -> list[int | str | None]:
    return [
        row.line,
        row.account,
        _units(row.units),
        row.outcome.text.to(language),
        None if row.code is None else in_csv(row.code),
        None if row.reason is None else in_csv(row.reason.to(language)),
        _hash(row.transaction),
        row.block,
    ]


def _object(row: RowOutcome) -> dict[str, Any]:
    reason = None if row.reason is None else {"en": row.reason.en, "ja": row.reason.ja}
    values = [row.line, row.account, row.units, row.outcome.text.en, row.code, reason]
    return dict(zip(RESULT_COLUMNS, [*values, _hash(row.transaction), row.block], strict=True))


def _units(units: int | None) -> int | str | None:
    """As text where a spreadsheet would round it."""
    return units if units is None or units < 10**15 else str(units)


def _hash(transaction: TxHash | None) -> str | None:
    return None if transaction is None else f"0x{transaction.hex()}"
