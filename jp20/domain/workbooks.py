"""XLSX read as rows of text, a row at a time.

A workbook from outside is not trusted: it is read with a bound on what it unpacks to, without
document types or entities, and whatever is wrong with it is a BrokenWorkbook. Styles are looked at
only to tell dates from numbers; of a formula the value counts that was stored with it.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from jp20.domain.errors import Text

MOST_UNPACKED: Final = 256 * 2**20
"""Bytes that all parts of a workbook may have together: 600,000 rows of a whitelist."""

MOST_PARTS: Final = 10_000

MOST_ROWS: Final = 2**20
"""Rows of a sheet, as Excel has it."""

MOST_COLUMNS: Final = 256
"""Columns of a sheet that may have something in them."""

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")

_CHUNK: Final = 2**18
_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_SHORT_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_KEPT_DIGITS: Final = 15
"""Digits of a number that a spreadsheet program keeps; further ones become zeros."""

_LONGEST: Final = 400
"""Digits of the largest and the smallest number that a cell can have."""

_RELATION_ID: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships id",
)
"""The attribute by which a sheet names its part, in the two forms of the standard."""

_PART_START: Final = b"PK\x01\x02"


class BrokenWorkbook(Exception):
    """The file is no workbook that can be read. `what` is wrong, and the `next_step`."""

    def __init__(self, what: Text, next_step: Text) -> None:
        super().__init__(what.en)
        self.what = what
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet by its number there. `problems` are cells without a value that could be
    meant, by their place.
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
        if data.count(_PART_START) > MOST_PARTS:
            raise BrokenWorkbook(*_TOO_LARGE)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except _UNREADABLE:
            raise BrokenWorkbook(*_DAMAGED) from None
        parts = self._archive.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise BrokenWorkbook(*_TOO_LARGE)
        if any(part.flag_bits & 1 for part in parts):
            raise BrokenWorkbook(*_ENCRYPTED_FILE)
        self._parts = {part.filename for part in parts}
        book = self._named("", "officeDocument")
        if book is None:
            raise BrokenWorkbook(*_NOT_A_WORKBOOK)
        targets = {relation.id: relation.target for relation in self._relations(book)}
        sheets, self._epoch = self._sheets(book)
        self._paths = {name: targets[id] for name, id in sheets.items() if id in targets}
        self._strings = self._shared_strings(self._named(book, "sharedStrings"))
        self._dates = self._date_styles(self._named(book, "styles"))
        if not self._paths:
            raise BrokenWorkbook(*_NO_SHEET)

    @property
    def sheets(self) -> Sequence[str]:
        return list(self._paths)

    def rows(self, sheet: str) -> Iterator[SheetRow]:
        """The rows of a sheet that there are, from above."""
        reader = _SheetReader(self._strings, self._dates, self._epoch)
        yield from self._parsed(self._paths[sheet], reader)

    # Inside

    def _named(self, part: str, kind: str) -> str | None:
        """The first part of a kind that a part names; "" names those of the workbook as a whole."""
        return next((each.target for each in self._relations(part) if each.kind == kind), None)

    def _relations(self, part: str) -> list["_Relation"]:
        folder, _, name = part.rpartition("/")
        found: list[_Relation] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship":
                target = _resolved(folder, attributes.get("Target", ""))
                kind = attributes.get("Type", "").rpartition("/")[2]
                if target in self._parts:
                    found.append(_Relation(attributes.get("Id", ""), kind, target))

        self._each(f"{folder}/_rels/{name}.rels".lstrip("/"), start)
        return found

    def _sheets(self, part: str) -> tuple[dict[str, str], datetime]:
        sheets: dict[str, str] = {}
        epoch = CALENDAR_WINDOWS_1900

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal epoch
            if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                epoch = CALENDAR_MAC_1904
            if tag == "sheet" and attributes.get("state", "visible") == "visible":
                id = next((attributes[name] for name in _RELATION_ID if name in attributes), "")
                sheets[attributes.get("name", "")] = id

        self._each(part, start)
        return sheets, epoch

    def _shared_strings(self, part: str | None) -> list[str]:
        if part is None:
            return []
        reader = _StringsReader()
        for _ in self._parsed(part, reader):
            pass
        return reader.strings

    def _date_styles(self, part: str | None) -> frozenset[int]:
        """The styles, by number, that show a number as a date or a time."""
        if part is None:
            return frozenset()
        formats: dict[int, str] = dict(BUILTIN_FORMATS)
        styles: list[int] = []
        inside = False

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal inside
            if tag == "numFmt":
                formats[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
            elif tag == "xf" and inside:
                styles.append(_number(attributes.get("numFmtId", "0")))
            elif tag in ("cellStyleXfs", "cellXfs", "cellStyles"):
                inside = tag == "cellXfs"

        self._each(part, start)
        return frozenset(
            place
            for place, number in enumerate(styles)
            # 27 to 36 and 50 to 58 are dates in the Japanese, Chinese and Korean Excel.
            if 27 <= number <= 36 or 50 <= number <= 58 or is_date_format(formats.get(number, ""))
        )

    def _each(self, part: str, start: Callable[[str, dict[str, str]], None]) -> None:
        if part not in self._parts:
            raise BrokenWorkbook(*_NOT_A_WORKBOOK)
        reader = _ElementsReader(start)
        for _ in self._parsed(part, reader):
            pass

    def _parsed(self, part: str, reader: "_Reader") -> Iterator[SheetRow]:
        """Puts a part through a reader, and gives what it has found after each piece."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.text
        parser.StartDoctypeDeclHandler = _refuse_document_type
        try:
            with self._archive.open(part) as source:
                while piece := source.read(_CHUNK):
                    parser.Parse(piece, False)
                    yield from reader.found()
                parser.Parse(b"", True)
                yield from reader.found()
        except _UNREADABLE:
            raise BrokenWorkbook(*_DAMAGED) from None


@dataclass(frozen=True, slots=True)
class _Relation:
    """A part that another one names, under an id."""

    id: str
    kind: str
    target: str


_UNREADABLE: Final = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    LookupError,
    ArithmeticError,
)
"""What a damaged or made-up workbook sets off in the readers of ZIP, XML and numbers."""


class _Reader:
    """What expat tells of a part, element by element."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        return None

    def text(self, text: str) -> None:
        return None

    def found(self) -> list[SheetRow]:
        return []


class _ElementsReader(_Reader):
    """Hands on each element's name, without its namespace, and its attributes."""

    def __init__(self, start: Callable[[str, dict[str, str]], None]) -> None:
        self._start = start

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._start(name.rpartition(" ")[2], attributes)


class _StringsReader(_Reader):
    """The shared strings. The reading of Japanese words (`rPh`) is not part of them."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._in_text = False
        self._in_reading = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "si":
            self._pieces = []
        elif tag == "rPh":
            self._in_reading = True
        elif tag == "t":
            self._in_text = not self._in_reading

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "si":
            self.strings.append("".join(self._pieces))
        elif tag == "rPh":
            self._in_reading = False
        elif tag == "t":
            self._in_text = False

    def text(self, text: str) -> None:
        if self._in_text:
            self._pieces.append(text)


class _SheetReader(_Reader):
    """The cells of a sheet, row by row."""

    def __init__(self, strings: Sequence[str], dates: frozenset[int], epoch: datetime) -> None:
        self._strings = strings
        self._dates = dates
        self._epoch = epoch
        self._rows: list[SheetRow] = []
        self._number = 0
        self._cells: list[str] = []
        self._problems: dict[int, Text] = {}
        self._column = 0
        self._kind = "n"
        self._style = 0
        self._has_formula = False
        self._pieces: list[str] = []
        self._in_value = False
        self._in_reading = False
        self._columns: dict[str, int] = {}

    def found(self) -> list[SheetRow]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            self._start_cell(attributes)
        elif tag == "v" or tag == "t":
            self._in_value = not self._in_reading
        elif tag == "f":
            self._has_formula = True
        elif tag == "row":
            number = _number(attributes["r"]) if "r" in attributes else self._number + 1
            if not self._number < number <= MOST_ROWS:
                raise ValueError("rows are not in order")
            self._number, self._cells, self._problems, self._column = number, [], {}, 0
        elif tag == "rPh":
            self._in_reading = True

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "c":
            self._end_cell()
        elif tag == "v" or tag == "t":
            self._in_value = False
        elif tag == "row":
            self._rows.append(SheetRow(self._number, self._cells, self._problems))
        elif tag == "rPh":
            self._in_reading = False

    def text(self, text: str) -> None:
        if self._in_value:
            self._pieces.append(text)

    # Inside

    def _start_cell(self, attributes: dict[str, str]) -> None:
        coordinate = attributes.get("r")
        column = self._column_of(coordinate) if coordinate else self._column + 1
        if column <= self._column:
            raise ValueError("cells are not in order")
        self._column = column
        self._kind = attributes.get("t", "n")
        style = attributes.get("s")
        self._style = int(style) if style else 0
        self._has_formula = False
        self._pieces = []

    def _end_cell(self) -> None:
        written = "".join(self._pieces)
        place = self._column - 1
        if not written:
            if self._has_formula:
                self._problems[place] = _NOT_CALCULATED
            return
        if place >= MOST_COLUMNS:
            raise BrokenWorkbook(*_TOO_WIDE)
        self._cells.extend([""] * (place - len(self._cells)))
        kind = self._kind
        if kind == "s":
            value = self._strings[_number(written)]
        elif kind in ("str", "inlineStr"):
            value = written
        elif kind == "n":
            if self._style in self._dates:
                value = _date(written, self._epoch)
            else:
                value = written if _SHORT_NUMBER.fullmatch(written) else _plain(written)
                if len(value) > _KEPT_DIGITS and _rounded(value):
                    self._problems[place] = _ROUNDED
        elif kind == "b":
            value = "TRUE" if written == "1" else "FALSE"
        elif kind == "d":
            value = written.removesuffix("T00:00:00")
        else:
            value = written
            self._problems[place] = _error_value(written)
        self._cells.append(value)

    def _column_of(self, coordinate: str) -> int:
        """The number of a cell's column, whose row is the row that it stands in."""
        letters = coordinate.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            column = 0
            for letter in letters:
                if not "A" <= letter <= "Z" or len(letters) > 3:
                    raise ValueError(f"no column: {letters[:10]}")
                column = column * 26 + ord(letter) - ord("A") + 1
            self._columns[letters] = column
        return column


def _refuse_document_type(*_: object) -> None:
    raise ValueError("a document type")


def _number(text: str | None) -> int:
    if text is None or not _WHOLE_NUMBER.fullmatch(text):
        raise ValueError("no number")
    return int(text)


def _resolved(folder: str, target: str) -> str:
    """A part's name, of a target that is named from a folder or from the root."""
    if target.startswith("/"):
        return target[1:]
    steps: list[str] = []
    for step in f"{folder}/{target}".split("/"):
        if step == ".." and steps:
            steps.pop()
        elif step not in ("", ".", ".."):
            steps.append(step)
    return "/".join(steps)


def _plain(written: str) -> str:
    """A number as people write it: 20.0 is 20."""
    try:
        value = Decimal(written)
    except InvalidOperation:
        return written
    if not value.is_finite() or abs(value.adjusted()) > _LONGEST:
        return written
    return f"{value.normalize():f}"


def _rounded(value: str) -> bool:
    """Whether a number has more digits before its point than a spreadsheet keeps."""
    try:
        return abs(Decimal(value)) >= Decimal(10) ** _KEPT_DIGITS
    except InvalidOperation:
        return False


def _date(written: str, epoch: datetime) -> str:
    """A number that is shown as a date, or as a time, in ISO 8601, to the second."""
    try:
        value = from_excel(float(written), epoch)
    except (OverflowError, ValueError):
        return written
    if isinstance(value, datetime):
        second = timedelta(seconds=1)
        value += second / 2
        value = value.replace(microsecond=0)
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return value.isoformat() if isinstance(value, date | time) else written


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
_TOO_WIDE: Final = (
    Text(
        f"There is something beyond column {MOST_COLUMNS}.",
        f"{MOST_COLUMNS} 列目より右に値があります。",
    ),
    Text("Take out what does not belong to the table.", "表以外の内容を削除してください。"),
)
_NOT_CALCULATED: Final = Text(
    "The cell has a formula that was never calculated.", "計算されていない数式が含まれています。"
)

_ROUNDED: Final = Text(
    "The number has more digits than a spreadsheet keeps.",
    "表計算ソフトが保持できる桁数(15桁)を超える数値です。",
)


def _error_value(written: str) -> Text:
    return Text(f"The cell has an error: {written[:20]}.", f"セルがエラー値です({written[:20]})。")
