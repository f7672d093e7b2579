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
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from xml.parsers import expat

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from jp20.domain.base.text import Text

MOST_UNPACKED: Final = 256 * 2**20
"""Bytes that the parts of a workbook may have together: 600,000 rows of a whitelist."""

MOST_PARTS: Final = 10_000

MOST_COLUMNS: Final = 256
"""Columns of a sheet that may have something in them."""

MOST_CELLS: Final = 10_000_000
"""Cells of a sheet from its corner to the last row and column with something in them; calamine
keeps a place for each.
"""

MOST_CHARACTERS: Final = 64 * 2**20
"""Characters that the cells of a workbook may have together, a text that several cells share
counted for each: as many as a CSV file may have.
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
    `problems` are cells without a value that could be meant, by their place among `cells`. `mark`
    is "hidden" for a row that is hidden or filtered away, "struck" for one with a cell struck
    through, else "".
    """

    number: int
    cells: list[str]
    problems: Mapping[int, Text]
    mark: str = ""


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
            repacked, self._marks = _repacked(data)
            self._book = CalamineWorkbook.from_filelike(repacked)
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
            marks = self._marks.get(sheet, {})
            for number, values in enumerate(found.to_python(), first + 1):
                cells = [_text(value) for value in values]
                yield SheetRow(number, cells, _problems(values), marks.get(number, ""))


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


def _repacked(data: bytes) -> tuple[io.BytesIO, dict[str, dict[int, str]]]:
    """The workbook with nothing in it but the parts that hold cells, and those checked; and the
    marked rows of each sheet, by its name.

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
        shared = _SharedParts()
        found: dict[str, _PartReader] = {}
        # What the sheets refer to comes before them.
        styles, texts = f"{folder}styles.xml", f"{folder}sharedStrings.xml"
        for name in sorted(parts, key=lambda name: (name != styles, name != texts)):
            part = parts[name]
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise BrokenWorkbook(*_DAMAGED)  # the others would be unpacked without a bound
            with archive.open(part) as source:
                content = source.read(part.file_size)
            found[name] = _PartReader(content, shared)
            if name == styles:
                content = _JAPANESE_DATE.sub(b'numFmtId="14"', content)
            elif b't="e"' in content:
                content = _ERROR_CELL.sub(rb'\1"str"', content)
            handed.writestr(name, content)
    repacked.seek(0)
    rels = found.get(f"{folder}_rels/workbook.xml.rels")
    targets = {} if rels is None else rels.targets
    marks = {
        sheet: found[name].marks
        for sheet, id in found[book].sheets.items()
        if (name := _part_name(folder, targets.get(id, ""))) in found
    }
    return repacked, marks


def _part_name(folder: str, target: str) -> str:
    """The part to which a relationship of the workbook points."""
    return target[1:] if target.startswith("/") else folder + target


@dataclass(slots=True)
class _SharedParts:
    """What the cells of all sheets refer to: the length of each shared text, and whether some of it
    is struck through; the cells' formats whose font is.
    """

    lengths: list[int] = field(default_factory=list)
    struck_texts: set[int] = field(default_factory=set)
    struck_formats: set[int] = field(default_factory=set)
    characters: int = 0


class _PartReader:
    """A part of a workbook, read through once before calamine sees it.

    Raises BrokenWorkbook where cells that have something reach too far, each where calamine puts
    it, where they come to too much text, or where a formula has no value, which would be an empty
    cell; ValueError or ExpatError where the part is not plain XML in UTF-8.
    """

    def __init__(self, content: bytes, shared: _SharedParts) -> None:
        self.marks: dict[int, str] = {}
        self.sheets: dict[str, str] = {}
        self.targets: dict[str, str] = {}
        self._shared = shared
        self._row, self._column, self._cell_row = 1, 0, 1
        self._last_row = self._last_column = 0
        self._kind, self._format = "", ""
        self._has_formula = False
        self._text: list[str] | None = None
        self._struck_fonts: list[bool] = []
        self._in_shared = self._in_formats = False
        self._formats = 0
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = _refuse_document_type
        parser.Parse(content, True)
        if self._last_column > MOST_COLUMNS or self._last_row * self._last_column > MOST_CELLS:
            raise BrokenWorkbook(_too_far(self._last_row, self._last_column), _TAKE_OUT)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.partition(":")[2] if ":" in name else name
        if tag == "c":
            place = attributes.get("r")
            # Without a place of its own a cell follows the one before it.
            self._cell_row, self._column = (
                (self._row, self._column + 1) if place is None else _place(place)
            )
            self._kind, self._format = attributes.get("t", ""), attributes.get("s", "")
            self._has_formula = False
        elif tag == "v":
            self._text = []
        elif tag == "is":
            self._has_something()
        elif tag == "f":
            self._has_formula = True
        elif tag == "row":
            if "r" in attributes:
                self._row, _ = _place("A" + attributes["r"])
            if attributes.get("hidden") in ("1", "true"):
                self.marks[self._row] = "hidden"
        else:
            self._start_of_what_is_shared(tag, attributes)

    def _start_of_what_is_shared(self, tag: str, attributes: dict[str, str]) -> None:
        shared = self._shared
        match tag:
            case "si":
                shared.lengths.append(0)
                self._in_shared = True
            case "t" if self._in_shared:
                self._text = []
            case "font":
                self._struck_fonts.append(False)
            case "strike" if attributes.get("val", "1") in ("1", "true"):
                if self._in_shared:
                    shared.struck_texts.add(len(shared.lengths) - 1)
                elif self._struck_fonts:
                    self._struck_fonts[-1] = True
            case "cellXfs":
                self._in_formats = True
            case "xf" if self._in_formats:
                font = int(attributes.get("fontId", "0"))
                if font < len(self._struck_fonts) and self._struck_fonts[font]:
                    shared.struck_formats.add(self._formats)
                self._formats += 1
            case "sheet":
                id = next((v for k, v in attributes.items() if k.endswith(":id")), "")
                self.sheets[attributes.get("name", "")] = id
            case "Relationship":
                self.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def _characters(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _end(self, name: str) -> None:
        tag = name.partition(":")[2] if ":" in name else name
        if tag == "row":
            self._row, self._column = self._row + 1, 0
        elif tag == "c":
            if self._has_formula and self._kind != "str":
                raise BrokenWorkbook(_not_calculated(self._cell_row), _CALCULATE)
        elif tag == "v":
            text = "".join(self._text or ())
            self._text = None
            self._has_something()
            self._has_formula = self._has_formula and not text
            if self._kind == "s":
                self._refer_to(text)
        elif tag == "t" and self._in_shared:
            self._shared.lengths[-1] += sum(map(len, self._text or ()))
            self._text = None
        elif tag == "si":
            self._in_shared = False
        elif tag == "cellXfs":
            self._in_formats = False

    def _has_something(self) -> None:
        self._last_row = max(self._last_row, self._cell_row)
        self._last_column = max(self._last_column, self._column)
        if self._format and int(self._format) in self._shared.struck_formats:
            self.marks.setdefault(self._cell_row, "struck")

    def _refer_to(self, place: str) -> None:
        """A cell has a shared text, which is as much for each cell that has it."""
        number = int(place or 0)
        shared = self._shared
        if 0 <= number < len(shared.lengths):
            shared.characters += shared.lengths[number]
        if shared.characters > MOST_CHARACTERS:
            raise BrokenWorkbook(*_TOO_MUCH_TEXT)
        if number in shared.struck_texts:
            self.marks.setdefault(self._cell_row, "struck")


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
            found[place] = Text("The cell has an error: {value}.", value=value)
    return found


_SAVE_AS: Final = Text("Save it as an XLSX workbook or as CSV.")
_DAMAGED: Final = (
    Text("The workbook is damaged."),
    Text("Open it in the spreadsheet program and save it again as XLSX."),
)
_NOT_A_WORKBOOK: Final = (Text("This is not an XLSX workbook."), _SAVE_AS)
_NO_SHEET: Final = (Text("The workbook has no visible sheet."), _SAVE_AS)
_OLD_FILE: Final = (Text("This is a file of an old spreadsheet program (XLS)."), _SAVE_AS)
_ENCRYPTED_FILE: Final = (
    Text("The workbook is protected by a password."),
    Text("Remove the password in the spreadsheet program, and save it again."),
)
_TOO_LARGE: Final = (
    Text("The workbook unpacks to more than {most} MB.", most=MOST_UNPACKED // 2**20),
    Text("Take out what does not belong to the table, or split it."),
)
_TOO_MUCH_TEXT: Final = (
    Text(
        "The cells of the workbook have more than {most} million characters.",
        most=MOST_CHARACTERS // 2**20,
    ),
    Text("Take out what does not belong to the table, or split it."),
)
_TAKE_OUT: Final = Text("Take out what does not belong to the table.")
_CALCULATE: Final = Text("Open it in the spreadsheet program and save it again.")
_ROUNDED: Final = Text("The number has more digits than a spreadsheet keeps.")


def _too_far(rows: int, columns: int) -> Text:
    return Text(
        "A sheet has something as far as row {rows} and column {columns}.",
        rows=rows,
        columns=columns,
    )


def _not_calculated(row: int) -> Text:
    return Text("A formula in row {row} was never calculated.", row=row)
