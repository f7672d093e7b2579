"""XLSX read as rows of text.

calamine reads. A workbook from outside is not trusted: calamine is handed an archive of our own
making, of the parts it needs, each unpacked within a bound, found to be plain XML, and no sheet
reaching further than there is memory for. Whatever is wrong is a BrokenWorkbook.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from xml.parsers import expat

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from jp20.domain.base.errors import Text

MOST_UNPACKED: Final = 256 * 2**20
"""Bytes that the parts of a workbook may have together: 600,000 rows of a whitelist."""

MOST_PARTS: Final = 10_000

MOST_COLUMNS: Final = 256
"""Columns of a sheet that may have something in them."""

MOST_CELLS: Final = 10_000_000
"""Cells of a sheet from its corner to the last row and column with something in them; calamine
keeps a place for each.
"""

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_PART: Final = b"PK\x01\x02"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")

_BOOK: Final = re.compile(r"([^/]+/)?workbook\.xml")

_JAPANESE_DATE: Final = re.compile(rb'numFmtId="(?:2[7-9]|3[0-6]|5[0-8])"')
"""Date formats that the Japanese Excel has built in and calamine does not know (yyyy年m月d日)."""

_ERROR_CELL: Final = re.compile(rb'(<(?:\w+:)?c\b[^<>]*\st=)"e"')
"""The type of a cell with an error. calamine gives nothing for it; as text it is told by its code.
"""

_ERRORS: Final = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"}
)

_PLACE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROUNDED_FROM: Final = 10**15
"""A spreadsheet keeps 15 digits of a number; further ones become zeros."""

_Value = int | float | str | bool | time | date | datetime | timedelta


class BrokenWorkbook(Exception):
    """The file is no workbook that can be read. `what` is wrong, and the `next_step`."""

    def __init__(self, what: Text, next_step: Text) -> None:
        super().__init__(what.en)
        self.what = what
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet by its number there, from the first column of the sheet that has something.
    `problems` are cells without a value that could be meant, by their place among `cells`.
    """

    number: int
    cells: list[str]
    problems: Mapping[int, Text]


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are a spreadsheet program's own file rather than text."""
    return data.startswith((*_ZIP, _COMPOUND))


class Workbook:
    """A workbook's visible sheets, by name in their order. Raises BrokenWorkbook, and so does
    `rows`.
    """

    def __init__(self, data: bytes) -> None:
        if data.startswith(_COMPOUND):
            raise BrokenWorkbook(*(_ENCRYPTED_FILE if _ENCRYPTED in data else _OLD_FILE))
        with _damage_told():
            self._book = CalamineWorkbook.from_filelike(_repacked(data))
            self.sheets: Sequence[str] = [
                sheet.name
                for sheet in self._book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet
                and sheet.visible == SheetVisibleEnum.Visible
            ]
        if not self.sheets:
            raise BrokenWorkbook(*_NO_SHEET)

    def rows(self, sheet: str) -> Iterator[SheetRow]:
        """The rows of a sheet from the first to the last that has something, all equally long."""
        with _damage_told():
            found = self._book.get_sheet_by_name(sheet)
            first = found.start[0] if found.start else 0
            for number, values in enumerate(found.to_python(), first + 1):
                yield SheetRow(number, [_text(value) for value in values], _problems(values))


@contextmanager
def _damage_told() -> Iterator[None]:
    """Whatever a damaged or made-up workbook sets off in the readers of ZIP, XML and cells becomes
    a BrokenWorkbook. A panic of calamine is no Exception, and its class cannot be imported.
    """
    try:
        yield
    except BrokenWorkbook:
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise BrokenWorkbook(*_DAMAGED) from None
        raise


def _repacked(data: bytes) -> io.BytesIO:
    """The workbook with nothing in it but the parts that hold cells, and those checked.

    A size that is declared can be a lie, so no more than it is unpacked; what is left over then
    has another check sum.
    """
    if data.count(_PART) > MOST_PARTS:
        raise BrokenWorkbook(*_TOO_LARGE)
    repacked = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        zipfile.ZipFile(repacked, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as handed,
    ):
        book = next((name for name in archive.namelist() if _BOOK.fullmatch(name)), None)
        if book is None:
            raise BrokenWorkbook(*_NOT_A_WORKBOOK)
        folder = book.removesuffix("workbook.xml")
        parts = {
            part.filename: part
            for part in archive.infolist()
            if part.filename.startswith((folder, "_rels/"))
            and part.filename.endswith((".xml", ".rels"))
        }
        if sum(part.file_size for part in parts.values()) > MOST_UNPACKED:
            raise BrokenWorkbook(*_TOO_LARGE)
        for name, part in parts.items():
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise BrokenWorkbook(*_DAMAGED)  # the others would be unpacked without a bound
            with archive.open(part) as source:
                content = source.read(part.file_size)
            _check_reach(content)
            if name == f"{folder}styles.xml":
                content = _JAPANESE_DATE.sub(b'numFmtId="14"', content)
            elif b't="e"' in content:
                content = _ERROR_CELL.sub(rb'\1"str"', content)
            handed.writestr(name, content)
    repacked.seek(0)
    return repacked


def _check_reach(content: bytes) -> None:
    """Raises BrokenWorkbook where cells that have something reach too far, each where calamine puts
    it, or where a formula has no value, which would be an empty cell; ValueError or ExpatError
    where the part is not plain XML in UTF-8.
    """
    row, column = 1, 0
    cell_row = 1
    last_row, last_column = 0, 0
    has_formula = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, cell_row, last_row, last_column, has_formula
        tag = name.partition(":")[2] if ":" in name else name
        if tag == "c":
            place = attributes.get("r")
            # Without a place of its own a cell follows the one before it.
            cell_row, column = (row, column + 1) if place is None else _place(place)
        elif tag == "v" or tag == "is":
            last_row = max(last_row, cell_row)
            last_column = max(last_column, column)
            has_formula = False
        elif tag == "f":
            has_formula = True
        elif tag == "row" and "r" in attributes:
            row, _ = _place("A" + attributes["r"])

    def end(name: str) -> None:
        nonlocal row, column
        tag = name.partition(":")[2] if ":" in name else name
        if tag == "row":
            row, column = row + 1, 0
        elif tag == "c" and has_formula:
            raise BrokenWorkbook(_not_calculated(cell_row), _CALCULATE)

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.Parse(content, True)
    if last_column > MOST_COLUMNS or last_row * last_column > MOST_CELLS:
        raise BrokenWorkbook(_too_far(last_row, last_column), _TAKE_OUT)


def _place(coordinate: str) -> tuple[int, int]:
    """A cell's row and column, from 1."""
    found = _PLACE.fullmatch(coordinate)
    if found is None:
        raise ValueError("no place in a sheet")
    return int(found[2]), _column(found[1])


@cache
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _refuse_document_type(*_: object) -> None:
    raise ValueError("a document type")


def _text(value: _Value) -> str:
    """A cell as people write it: 20.0 is 20, a date is in ISO 8601, to the second."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, datetime | time):
        return value.isoformat(timespec="seconds").removesuffix("T00:00:00")
    return str(value).upper() if isinstance(value, bool) else str(value)


def _problems(values: Sequence[_Value]) -> dict[int, Text]:
    found: dict[int, Text] = {}
    for place, value in enumerate(values):
        if isinstance(value, float) and abs(value) >= _ROUNDED_FROM:
            found[place] = _ROUNDED
        elif value in _ERRORS:
            found[place] = Text(
                f"The cell has an error: {value}.", f"セルがエラー値です({value})。"
            )
    return found


_SAVE_AS: Final = Text(
    "Save it as an XLSX workbook or as CSV.", "XLSX形式またはCSV形式で保存してください。"
)
_DAMAGED: Final = (
    Text("The workbook is damaged.", "ブックが破損しています。"),
    Text(
        "Open it in the spreadsheet program and save it again as XLSX.",
        "表計算ソフトで開き、XLSX形式で保存し直してください。",
    ),
)
_NOT_A_WORKBOOK: Final = (
    Text("This is not an XLSX workbook.", "XLSX形式のブックではありません。"),
    _SAVE_AS,
)
_NO_SHEET: Final = (
    Text("The workbook has no visible sheet.", "表示されているシートがありません。"),
    _SAVE_AS,
)
_OLD_FILE: Final = (
    Text(
        "This is a file of an old spreadsheet program (XLS).",
        "旧形式(XLS)のファイルです。",
    ),
    _SAVE_AS,
)
_ENCRYPTED_FILE: Final = (
    Text("The workbook is protected by a password.", "ブックがパスワードで保護されています。"),
    Text(
        "Remove the password in the spreadsheet program, and save it again.",
        "表計算ソフトでパスワードを解除し、保存し直してください。",
    ),
)
_TOO_LARGE: Final = (
    Text(
        f"The workbook unpacks to more than {MOST_UNPACKED // 2**20} MB.",
        f"ブックの展開後の大きさが {MOST_UNPACKED // 2**20} MB を超えています。",
    ),
    Text(
        "Take out what does not belong to the table, or split it.",
        "表以外の内容を削除するか、ファイルを分割してください。",
    ),
)
_TAKE_OUT: Final = Text(
    "Take out what does not belong to the table.", "表以外の内容を削除してください。"
)
_CALCULATE: Final = Text(
    "Open it in the spreadsheet program and save it again.",
    "表計算ソフトで開き、保存し直してください。",
)
_ROUNDED: Final = Text(
    "The number has more digits than a spreadsheet keeps.",
    "表計算ソフトが保持できる桁数(15桁)を超える数値です。",
)


def _too_far(rows: int, columns: int) -> Text:
    return Text(
        f"A sheet has something as far as row {rows} and column {columns}.",
        f"シートの {rows} 行目、{columns} 列目まで値があります。",
    )


def _not_calculated(row: int) -> Text:
    return Text(
        f"A formula in row {row} was never calculated.",
        f"{row} 行目に計算されていない数式があります。",
    )
