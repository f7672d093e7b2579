"""A register as a file, for the registrar's own books: CSV in UTF-8 or CP932, XLSX, JSON; each
names the block that it speaks of (G15).
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from jp20.chain.new_files import write_new
from jp20.domain.base.text import Language, Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.files.export_forms import Content, Encoding
from jp20.domain.files.letters import harmless
from jp20.operations.plans.results import require_format
from jp20.operations.register.report import (
    RegisterTable,
    Report,
    differences_table,
    holders_table,
    movements_table,
    register_to_json,
    summary_table,
    to_csv,
)

_AS_OF: Final = (Text("as of block"), Text("as of", context="export"))

_MOST_EXACT: Final = 10**15
"""From here on a spreadsheet program rounds a number."""


def export(
    file: Path,
    report: Report,
    content: Content = Content.HOLDERS,
    encoding: Encoding = Encoding.UTF_8,
    language: Language = "en",
) -> None:
    """Writes a register into a new file, all of it or nothing, in the form that its name ends in.

    `content` and `encoding` are a CSV file's. Raises UnknownFormat, FileExists, CannotWrite.
    """
    require_format(file)
    match file.suffix.lower():
        case ".csv":
            table = (holders_table if content is Content.HOLDERS else movements_table)(
                report, language
            )
            codec = "utf-8-sig" if encoding is Encoding.UTF_8 else "cp932"
            write_new(file, to_csv(_with_block(table, report, language), codec))
        case ".xlsx":
            write_new(file, _workbook(report, language))
        case _:
            write_new(file, register_to_json(report).encode())


# Inside


def _with_block(table: RegisterTable, report: Report, language: Language) -> RegisterTable:
    """Each row says of which block it speaks: a CSV file has no other place for it."""
    names = tuple(name.to(language) for name in _AS_OF)
    as_of = (report.block, in_tokyo(report.time))
    return RegisterTable((*table.columns, *names), tuple((*row, *as_of) for row in table.rows))


def _workbook(report: Report, language: Language) -> bytes:
    book = Workbook(write_only=True)
    sheets = (
        (Text("register"), summary_table(report, language)),
        (Text("holders"), holders_table(report, language)),
        (Text("history"), movements_table(report, language)),
        (Text("differences", context="workbook"), differences_table(report, language)),
    )
    for title, table in sheets:
        sheet = book.create_sheet(title.to(language))
        for row in (table.columns, *table.rows):
            _append(sheet, row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _append(sheet: WriteOnlyWorksheet, row: Sequence[str | int]) -> None:
    """Numbers as numbers where they stay exact; text as text, never as a formula."""
    cells = []
    for value in row:
        is_exact = isinstance(value, int) and value < _MOST_EXACT
        cell = WriteOnlyCell(sheet, value if is_exact else harmless(str(value)))
        if not is_exact:
            cell.data_type = "s"
        cells.append(cell)
    sheet.append(cells)
