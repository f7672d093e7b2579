"""CSV as Japanese offices write it: UTF-8 with or without BOM, or CP932, with English or Japanese
headers.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jp20.domain.errors import Text
from jp20.domain.faults import Fault, FaultyFile


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its English header and the Japanese ones that mean the same."""

    name: str
    japanese: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line of the file on which it ends, and a cell for each column, "" where it is
    empty or missing.
    """

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that have the header's shape, and a fault for each that has not."""

    file: str
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def parse_csv(data: bytes, file: str, columns: Sequence[Column]) -> Table:
    """Reads a CSV file. Cells come without blanks around them and with full-width letters and
    digits made plain.

    Raises FaultyFile where there is nothing to read rows by: not text, no header, a column
    missing or unknown.
    """
    lines = csv.reader(io.StringIO(_decode(data, file), newline=""), strict=True)
    rows: list[Row] = []
    faults: list[Fault] = []
    names: list[str] | None = None
    try:
        for values in lines:
            cells = [unicodedata.normalize("NFKC", value).strip() for value in values]
            if not any(cells):
                continue
            if names is None:
                names = _header(cells, file, lines.line_num, columns)
                absent = [column.name for column in columns if column.name not in names]
            elif len(cells) != len(names):
                faults.append(_misshapen(file, lines.line_num, len(cells), len(names)))
            else:
                row = dict(zip(names, cells, strict=True))
                row.update(dict.fromkeys(absent, ""))
                rows.append(Row(lines.line_num, row))
    except csv.Error as error:
        faults.append(
            Fault(
                file,
                lines.line_num,
                "",
                Text(f"This is not CSV: {error}.", f"CSVとして読めません({error})。"),
                Text("Check the quotation marks.", "引用符を確認してください。"),
            )
        )
    if names is None:
        raise FaultyFile([*faults, _empty(file)])
    return Table(file, tuple(rows), tuple(faults))


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


def _empty(file: str) -> Fault:
    return Fault(
        file,
        None,
        "",
        Text("The file is empty.", "ファイルが空です。"),
        Text("The first line names the columns.", "先頭行に列名を記載してください。"),
    )
