"""Tables as Japanese offices write them: XLSX, or CSV in UTF-8 with or without BOM or in CP932,
with English or Japanese headers.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jp20.domain.base.errors import Text
from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.files.workbooks import BrokenWorkbook, SheetRow, Workbook, is_workbook

MOST_BYTES: Final = 64 * 2**20
"""A file may have: 600,000 rows of a whitelist."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its English header and the Japanese ones that mean the same."""

    name: str
    japanese: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line of the file on which it ends, or its number in the sheet, and a cell for each
    column, "" where it is empty or missing.
    """

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that have the header's shape, and a fault for each that has not."""

    file: str
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def parse_table(data: bytes, file: str, columns: Sequence[Column]) -> Table:
    """Reads an XLSX or a CSV file, whatever its name is. Cells come without blanks around them and
    with full-width letters and digits made plain; dates of a workbook in ISO 8601.

    Raises FaultyFile where there is nothing to read rows by: too large, damaged or protected, not
    text, no header, a column missing or unknown.
    """
    if len(data) > MOST_BYTES:
        raise FaultyFile([_too_large(file, len(data))])
    return (parse_xlsx if is_workbook(data) else parse_csv)(data, file, columns)


def parse_csv(data: bytes, file: str, columns: Sequence[Column]) -> Table:
    """Reads a CSV file; see `parse_table`."""
    lines = csv.reader(io.StringIO(_decode(data, file), newline=""), strict=True)
    table = _TableReader(file, columns)
    try:
        for values in lines:
            table.take(lines.line_num, [_plain(value) for value in values])
    except csv.Error as error:
        table.faults.append(
            Fault(
                file,
                lines.line_num,
                "",
                Text(f"This is not CSV: {error}.", f"CSVとして読めません({error})。"),
                Text("Check the quotation marks.", "引用符を確認してください。"),
                whole=True,
            )
        )
    return table.table()


def parse_xlsx(data: bytes, file: str, columns: Sequence[Column]) -> Table:
    """Reads a workbook; see `parse_table`. It is the sheet with these columns that is read, and the
    first where none has them; hidden sheets are not looked at. Two with them are a fault.
    """
    try:
        book = Workbook(data)
        fitting = book.sheets
        if len(fitting) > 1:
            fitting = [name for name in fitting if _fits(book.rows(name), columns)]
        if len(fitting) > 1:
            raise FaultyFile([_two_sheets(file, fitting)])
        table = _TableReader(file, columns)
        for row in book.rows((fitting or book.sheets)[0]):
            table.take_of_sheet(row)
    except BrokenWorkbook as broken:
        raise FaultyFile([Fault(file, None, "", broken.what, broken.next_step)]) from None
    return table.table()


class _TableReader:
    """A table being read: the first row that is not empty is the header."""

    def __init__(self, file: str, columns: Sequence[Column]) -> None:
        self.faults: list[Fault] = []
        self._file = file
        self._columns = columns
        self._names: list[str] = []
        self._absent: dict[str, str] = {}
        self._rows: list[Row] = []

    def table(self) -> Table:
        if not self._names:
            raise FaultyFile([*self.faults, _empty(self._file)])
        return Table(self._file, tuple(self._rows), tuple(self.faults))

    def take(self, line: int, cells: list[str]) -> None:
        """A row whose every cell is there. Blank ones beyond the header's are none."""
        if not any(cells):
            return
        if not self._names:
            cells = _without_blank_end(cells)
            self._names = _header(cells, self._file, line, self._columns)
            self._absent = {c.name: "" for c in self._columns if c.name not in self._names}
            return
        needed = len(self._names)
        if len(cells) > needed and not any(cells[needed:]):
            cells = cells[:needed]
        if len(cells) != needed:
            self.faults.append(_misshapen(self._file, line, len(cells), needed))
        else:
            self._rows.append(Row(line, dict(zip(self._names, cells, strict=True)) | self._absent))

    def take_of_sheet(self, row: SheetRow) -> None:
        """A row of a sheet, unless a cell of it has a problem."""
        if self._names and self._problems_told(row.number, row.problems):
            return
        self.take(row.number, [_plain(cell) for cell in row.cells])

    def _problems_told(self, line: int, problems: Mapping[int, Text]) -> bool:
        """Whether cells have no value that could be meant; the row is left out then."""
        for place, what in problems.items():
            field = self._names[place] if place < len(self._names) else ""
            self.faults.append(Fault(self._file, line, field, what, _WRITE_THE_VALUE))
        return bool(problems)


_WRITE_THE_VALUE: Final = Text("Write the value as text.", "値を文字列として入力してください。")


def _plain(cell: str) -> str:
    """Without blanks around it, with full-width letters and digits made plain."""
    return (cell if cell.isascii() else unicodedata.normalize("NFKC", cell)).strip()


def _without_blank_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _fits(rows: Iterable[SheetRow], columns: Sequence[Column]) -> bool:
    """Whether a sheet's first row that is not empty is a header of these columns."""
    for row in rows:
        cells = _without_blank_end([_plain(cell) for cell in row.cells])
        if cells:
            try:
                _header(cells, "", row.number, columns)
            except FaultyFile:
                return False
            return True
    return False


def _decode(data: bytes, file: str) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            at = error.start
    raise FaultyFile(
        [
            Fault(
                file,
                data.count(b"\n", 0, at) + 1,
                "",
                Text(
                    "This is neither UTF-8 nor CP932 (Shift_JIS).",
                    "UTF-8でもCP932(Shift_JIS)でもありません。",
                ),
                Text("Save it as CSV in UTF-8.", "UTF-8のCSVとして保存してください。"),
            )
        ]
    )


def _header(cells: Sequence[str], file: str, line: int, columns: Sequence[Column]) -> list[str]:
    known = {name: column.name for column in columns for name in (column.name, *column.japanese)}
    names: list[str] = []
    faults: list[Fault] = []
    for cell in cells:
        name = known.get(cell) or known.get(cell.casefold().replace(" ", "_").replace("-", "_"))
        if name is None or name in names:
            faults.append(_bad_column(file, line, cell, columns, twice=name is not None))
        else:
            names.append(name)
    for column in columns:
        if column.required and column.name not in names and not faults:
            faults.append(
                Fault(
                    file,
                    line,
                    column.name,
                    Text("This column is missing.", "この列がありません。"),
                    Text(
                        f"Add a column {column.name} ({column.japanese[0]}).",
                        f"列「{column.japanese[0]}」({column.name})を追加してください。",
                    ),
                )
            )
    if faults:
        raise FaultyFile(faults)
    return names


def _bad_column(
    file: str, line: int, cell: str, columns: Sequence[Column], *, twice: bool
) -> Fault:
    known = ", ".join(_both(columns))
    what = Text("This column is there twice.", "この列が重複しています。")
    if not twice:
        what = Text("There is no such column here.", "この列名は使用できません。")
    return Fault(
        file,
        line,
        cell,
        what,
        Text(f"Remove it; the columns are: {known}.", f"削除してください。使用できる列: {known}。"),
    )


def _both(columns: Sequence[Column]) -> Iterator[str]:
    return (f"{column.name} ({column.japanese[0]})" for column in columns)


def _misshapen(file: str, line: int, has: int, needs: int) -> Fault:
    return Fault(
        file,
        line,
        "",
        Text(
            f"The row has {has} cells, the header {needs}.",
            f"列数が見出しと異なります({has}列、見出しは{needs}列)。",
        ),
        Text(
            "Put text with commas into quotation marks.", "カンマを含む値は引用符で囲んでください。"
        ),
    )


def _two_sheets(file: str, sheets: Sequence[str]) -> Fault:
    named = ", ".join(sheets)
    return Fault(
        file,
        None,
        "",
        Text(
            f"Several sheets have this table: {named}.",
            f"同じ形式の表が複数のシートにあります: {named}。",
        ),
        Text(
            "Keep the one that is meant, or hide the others.",
            "対象のシート以外を削除するか、非表示にしてください。",
        ),
    )


def _too_large(file: str, size: int) -> Fault:
    return Fault(
        file,
        None,
        "",
        Text(
            f"The file has {size // 2**20} MB; {MOST_BYTES // 2**20} MB are read at most.",
            f"ファイルが大きすぎます({size // 2**20} MB、上限 {MOST_BYTES // 2**20} MB)。",
        ),
        Text("Split it.", "ファイルを分割してください。"),
    )


def _empty(file: str) -> Fault:
    return Fault(
        file,
        None,
        "",
        Text("The file is empty.", "ファイルが空です。"),
        Text("The first line names the columns.", "先頭行に列名を記載してください。"),
    )
