"""Tables as Japanese offices write them: XLSX, or CSV in UTF-8 with or without BOM or in CP932,
with English or Japanese headers, titles above them, and columns that are not for us.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final, TypeVar

from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.text import Text
from jp20.domain.files.letters import plain, visible
from jp20.domain.files.workbooks import (
    MOST_COLUMNS,
    BrokenWorkbook,
    SheetRow,
    Workbook,
    is_workbook,
)

_R = TypeVar("_R")

MOST_BYTES: Final = 64 * 2**20
"""A file may have: 600,000 rows of a whitelist."""

MOST_CHARACTERS: Final = 2**20
"""A row of a CSV file may have."""

MOST_TITLES: Final = 20
"""Rows may stand above the header."""

_REMARK: Final = ("※", "*", "注")
_END: Final = frozenset({"以上", "以下余白"})
_TOTALS: Final = ("合計", "総計", "計", "総合計", "total", "grandtotal")
_SUMS: Final = dict.fromkeys(_TOTALS, "合計") | dict.fromkeys(("小計", "subtotal"), "小計")

NOT_READ: Final = ""
"""What a header is mapped to whose column is not read."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its English header and the Japanese ones that mean the same."""

    name: str
    japanese: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """What an office says of its own files. `headers`: which column each of its own headers is, by
    name, or NOT_READ. `visible_only`: rows of a sheet that are hidden or struck through are left
    out; else they are read, and told.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    visible_only: bool = False


PLAIN: Final = Layout()


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line of the file on which it ends, or its number in the sheet, and a cell for each
    column, "" where it is empty or missing.
    """

    line: int
    cells: dict[str, str]

    @property
    def is_remark(self) -> bool:
        """Whether it is a remark below the table: ※, 以上."""
        said = [cell for cell in self.cells.values() if cell]
        return len(said) == 1 and (said[0].startswith(_REMARK) or said[0] in _END)

    def label_of_sum(self, *columns: str) -> str | None:
        """What the row calls itself where it states a sum of the rows above: 合計 or 小計, in the
        only one of some columns that is not empty.
        """
        named = {self.cells[column] for column in columns} - {""}
        said = named.pop().replace(" ", "").casefold() if len(named) == 1 else ""
        return _SUMS.get(said)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that have the header's shape, and a fault for each that has not. `notes` are what
    a reader of the file should know: rows that are hidden there, say. `is_doubtful`: rows that
    nobody sees there are among these, and nobody said that they are meant.
    """

    file: str
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    notes: tuple[Text, ...] = ()
    is_doubtful: bool = False

    @property
    def lines(self) -> frozenset[int]:
        """Of all rows below the header, faulty ones included."""
        faulty = {each.line for each in self.faults if each.line is not None and not each.whole}
        return frozenset({row.line for row in self.rows} | faulty)


def parse_table(data: bytes, file: str, columns: Sequence[Column], layout: Layout = PLAIN) -> Table:
    """Reads an XLSX or a CSV file, whatever its name is. Cells come without blanks around them and
    with full-width letters, digits and signs in ASCII's width; dates of a workbook in ISO 8601.

    Raises FaultyFile where there is nothing to read rows by: too large, damaged or protected, not
    text, no header, a column missing or unknown, no row below it.
    """
    if len(data) > MOST_BYTES:
        raise FaultyFile([_too_large(file, len(data))])
    return (parse_xlsx if is_workbook(data) else parse_csv)(data, file, columns, layout)


def parse_whole(
    data: bytes,
    file: str,
    columns: Sequence[Column],
    read: Callable[[Row, Callable[[str, Text, Text], None]], _R | None],
    key: Callable[[_R], Hashable],
    remove: Text,
    layout: Layout = PLAIN,
) -> tuple[tuple[_R, ...], tuple[Text, ...]]:
    """A file of which nothing is taken where one row is faulty, or stands there twice; and what its
    reader should know. `read` takes a row apart, and is given what adds a fault of a column; rows
    with the same `key` are one row twice, and `remove` says what to do then.

    Raises FaultyFile with every fault.
    """
    table = parse_table(data, file, columns, layout)
    faults, found = list(table.faults), list[_R]()
    first: dict[Hashable, int] = {}
    for row in table.rows:

        def fault(column: str, what: Text, next_step: Text, line: int = row.line) -> None:
            faults.append(Fault(file, line, column, what, next_step))

        each = read(row, fault)
        if each is None:
            continue
        line = first.setdefault(key(each), row.line)
        if line != row.line:
            fault("", Text("The same stands on line {line}.", line=line), remove)
        found.append(each)
    if faults:
        raise FaultyFile(sorted(faults, key=lambda each: each.line or 0))
    return tuple(found), table.notes


def parse_csv(data: bytes, file: str, columns: Sequence[Column], layout: Layout = PLAIN) -> Table:
    """Reads a CSV file; see `parse_table`."""
    text = _decode(data, file)
    _require_commas(text, file, columns, layout)
    table = _TableReader(file, columns, layout)
    source = _Lines(text)
    lines = csv.reader(source, strict=True)
    try:
        for values in lines:
            source.row_ended()
            if len(values) > MOST_COLUMNS:
                raise FaultyFile([_too_wide(file, lines.line_num, len(values))])
            table.take(lines.line_num, [plain(value) for value in values])
    except csv.Error as error:
        table.faults.append(
            Fault(
                file,
                lines.line_num,
                "",
                Text("This is not CSV: {error}.", error=error),
                Text("Check the quotation marks."),
                whole=True,
            )
        )
    return table.table()


def parse_xlsx(data: bytes, file: str, columns: Sequence[Column], layout: Layout = PLAIN) -> Table:
    """Reads a workbook; see `parse_table`. It is the sheet with these columns that is read, and the
    first where none has them; hidden sheets are not looked at. Two with them are a fault.
    """
    try:
        book = Workbook(data)
        fitting = book.sheets
        if len(fitting) > 1:
            fitting = [name for name in fitting if _fits(book.rows(name), columns, layout)]
        if len(fitting) > 1:
            raise FaultyFile([_two_sheets(file, fitting)])
        table = _TableReader(file, columns, layout)
        for row in book.rows((fitting or book.sheets)[0]):
            table.take_of_sheet(row)
    except BrokenWorkbook as broken:
        raise FaultyFile([Fault(file, None, "", broken.what, broken.next_step)]) from None
    return table.table()


class _Lines:
    """The lines of a text, each with its end, as long as a row does not get too long."""

    def __init__(self, text: str) -> None:
        self._lines = iter(io.StringIO(text, newline=""))
        self._length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._length += len(line)
        if self._length > MOST_CHARACTERS:
            raise csv.Error(f"a row has more than {MOST_CHARACTERS:,} characters")
        return line

    def row_ended(self) -> None:
        self._length = 0


class _TableReader:
    """A table being read. The header is the first row, or two rows, that have the columns; what
    stands above it are titles.
    """

    def __init__(self, file: str, columns: Sequence[Column], layout: Layout) -> None:
        self.faults: list[Fault] = []
        self._file = file
        self._columns = columns
        self._layout = layout
        self._header: _Header | None = None
        self._above: list[tuple[int, list[str]]] = []
        self._absent: dict[str, str] = {}
        self._rows: list[Row] = []
        self._marked: dict[str, list[int]] = {}
        self._titles = 0

    def table(self) -> Table:
        if self._header is None:
            raise FaultyFile([*self.faults, *self._header_faults()])
        if not self._rows and not self.faults:
            raise FaultyFile([_without_rows(self._file)])
        is_doubtful = bool(self._marked) and not self._layout.visible_only
        notes = tuple(self._notes())
        return Table(self._file, tuple(self._rows), tuple(self.faults), notes, is_doubtful)

    def take(self, line: int, cells: list[str]) -> None:
        """A row whose every cell is there. Blank ones beyond the header's are none."""
        if not any(cells):
            return
        header = self._header
        if header is None:
            self._look_for_header(line, cells)
            return
        needed = len(header.names)
        if len(cells) > needed and not any(cells[needed:]):
            cells = cells[:needed]
        if len(cells) != needed:
            self.faults.append(_misshapen(self._file, line, len(cells), needed))
            return
        read = {name: cell for name, cell in zip(header.names, cells, strict=True) if name}
        if any(read.values()):
            self._rows.append(Row(line, read | self._absent))

    def take_of_sheet(self, row: SheetRow) -> None:
        """A row of a sheet, unless a cell of it that is read has a problem, or it is not to be
        seen there and only those are asked for.
        """
        if self._header is not None and row.mark and any(row.cells):
            self._marked.setdefault(row.mark, []).append(row.number)
            if self._layout.visible_only:
                return
        if self._header is not None and self._problems_told(row.number, row.problems):
            return
        self.take(row.number, [plain(cell) for cell in row.cells])

    def _look_for_header(self, line: int, cells: list[str]) -> None:
        cells = _without_blank_end(cells)
        self._above.append((line, cells))
        found = _Header.of(self._above, self._columns, self._layout)
        if found is None:
            if len(self._above) > MOST_TITLES:
                raise FaultyFile(self._header_faults())
            return
        faults = found.faults(self._file, self._columns)
        if faults:
            raise FaultyFile(faults)
        self._header = found
        self._titles = len(self._above) - found.height
        self._absent = {c.name: "" for c in self._columns if c.name not in found.names}

    def _header_faults(self) -> list[Fault]:
        """What is wrong where no row is the header: the one most like it is shown."""
        if not self._above:
            return [_empty(self._file)]
        best = max(
            (
                _Header.made(line, [cells], self._columns, self._layout)
                for line, cells in self._above
            ),
            key=lambda header: len(set(header.names) - {None}),
        )
        return best.faults(self._file, self._columns) or [_empty(self._file)]

    def _notes(self) -> Iterator[Text]:
        if self._titles:
            last = self._above[self._titles - 1][0]
            yield Text(
                "{file}: lines up to {last}, above the header, are not read.",
                file=self._file,
                last=last,
            )
        for mark, lines in self._marked.items():
            yield _marked_note(self._file, mark, lines, left_out=self._layout.visible_only)

    def _problems_told(self, line: int, problems: Mapping[int, Text]) -> bool:
        """Whether cells have no value that could be meant; the row is left out then."""
        names = self._header.names if self._header is not None else []
        is_faulty = False
        for place, what in problems.items():
            name = names[place] if place < len(names) else ""
            if name != NOT_READ:
                self.faults.append(Fault(self._file, line, name or "", what, _WRITE_THE_VALUE))
                is_faulty = True
        return is_faulty


@dataclass(frozen=True, slots=True)
class _Header:
    """A header: what each of its cells says, and which column that is: NOT_READ, or None where it
    is unknown. `height` rows make it.
    """

    line: int
    written: list[str]
    names: list[str | None]
    height: int

    @classmethod
    def of(
        cls, above: Sequence[tuple[int, list[str]]], columns: Sequence[Column], layout: Layout
    ) -> "_Header | None":
        """The header that ends with the last of some rows; None where they have not the columns
        that are required. Of one row, or of two where cells of the first reach over several of the
        second.
        """
        line, last = above[-1]
        made = [cls.made(line, [last], columns, layout)]
        if len(above) > 1:
            made.append(cls.made(line, [above[-2][1], last], columns, layout))
        complete = [header for header in made if header._is_complete(columns)]
        return min(complete, key=lambda header: header.names.count(None), default=None)

    @classmethod
    def made(
        cls, line: int, rows: Sequence[list[str]], columns: Sequence[Column], layout: Layout
    ) -> "_Header":
        known = {_key(name): c.name for c in columns for name in (c.name, *c.japanese)}
        own = {_key(header): name for header, name in layout.headers.items()}
        cells = [rows[0]] if len(rows) == 1 else [_reaching(rows[0], len(rows[1])), rows[1]]
        written, names = [], []
        for parts in zip(*cells, strict=True):
            above, below = (parts[0], parts[-1]) if len(parts) == 2 else ("", parts[0])
            said = [each for each in (f"{above}{below}", below or above) if each]
            keys = [_key(each) for each in said]
            name = next((own[key] for key in keys if key in own), None)
            if name is None:
                name = next((known[key] for key in keys if key in known), None)
            if not said:
                name = NOT_READ
            written.append(said[0] if said else "")
            names.append(name)
        return cls(line, written, names, len(rows))

    def faults(self, file: str, columns: Sequence[Column]) -> list[Fault]:
        """Columns that are unknown, there twice, or missing."""
        said_and_named = list(zip(self.written, self.names, strict=True))
        unknown = [said for said, name in said_and_named if name is None]
        faults = [_unknown_column(file, self.line, said, columns) for said in unknown]
        seen: set[str] = set()
        for said, name in said_and_named:
            if name and name in seen:
                faults.append(_twice(file, self.line, said))
            seen |= {name} if name else set()
        if not faults:
            faults = [
                _missing_column(file, self.line, column)
                for column in columns
                if column.required and column.name not in self.names
            ]
        return faults

    def _is_complete(self, columns: Sequence[Column]) -> bool:
        needed = {column.name for column in columns if column.required}
        found = set(self.names)
        return needed <= found and bool(found & {column.name for column in columns})


def _reaching(above: list[str], width: int) -> list[str]:
    """The upper row of a header as wide as the lower: a merged cell says the same of all below."""
    found: list[str] = []
    for place in range(width):
        cell = above[place] if place < len(above) else ""
        found.append(cell or (found[-1] if found else ""))
    return found


_WRITE_THE_VALUE: Final = Text("Write the value as text.")

_NOTES: Final = re.compile(r"\([^()]*\)$|[\s※*_\-]")


def _key(header: str) -> str:
    """A header as it is compared: without its width, blanks, line breaks, marks, and a note in
    brackets at its end.
    """
    return _NOTES.sub("", unicodedata.normalize("NFKC", header).strip()).casefold()


def _without_blank_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _fits(rows: Iterable[SheetRow], columns: Sequence[Column], layout: Layout) -> bool:
    """Whether a sheet has a header of these columns."""
    above: list[tuple[int, list[str]]] = []
    for row in rows:
        cells = _without_blank_end([plain(cell) for cell in row.cells])
        if cells:
            above.append((row.number, cells))
            found = _Header.of(above, columns, layout)
            if found is not None or len(above) > MOST_TITLES:
                return found is not None and not found.faults("", columns)
    return False


_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS: Final = {";": Text("semicolons"), "\t": Text("tabs"), "|": Text("vertical bars")}
_SAVE_AS_CSV: Final = Text("Save it as XLSX, or as CSV in UTF-8, separated by commas.")


def _decode(data: bytes, file: str) -> str:
    if data.startswith(b"%PDF"):
        what = Text("This is a PDF, whatever its name says.")
        raise FaultyFile([Fault(file, None, "", what, _SAVE_AS_CSV)])
    if data.startswith(_UTF_16):
        what = Text("This is text in UTF-16 (“Unicode text”).")
        raise FaultyFile([Fault(file, None, "", what, _SAVE_AS_CSV)])
    encodings = ["utf-8-sig"] if _is_mostly_utf_8(data) else ["utf-8-sig", "cp932"]
    start = 0
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            start = error.start
    meant = "UTF-8" if len(encodings) == 1 else "CP932 (Shift_JIS)"
    line = data.count(b"\n", 0, start) + 1
    byte = data[start]
    raise FaultyFile(
        [
            Fault(
                file,
                line,
                "",
                Text("Byte 0x{byte:02x} cannot be read as {meant}.", byte=byte, meant=meant),
                Text("Correct the line, or save the file as CSV in UTF-8."),
            )
        ]
    )


def _is_mostly_utf_8(data: bytes) -> bool:
    """Whether most characters beyond ASCII are those of UTF-8."""
    read = data.decode("utf-8", "replace")
    wrong = read.count("\ufffd")
    right = sum(1 for letter in read if ord(letter) > 127) - wrong
    return right > wrong


def _require_commas(text: str, file: str, columns: Sequence[Column], layout: Layout) -> None:
    """Raises FaultyFile where the first lines would be a header if they were separated otherwise,
    or say themselves by what the others are (`sep=;`).
    """
    first = text[:MOST_CHARACTERS].lstrip("\r\n").partition("\n")[0].strip("\r")
    if first.casefold().startswith("sep=") and len(first) <= 5:
        what = Text('The first line, "sep=", is for a spreadsheet program alone.')
        step = Text("Remove that line.")
        raise FaultyFile([Fault(file, 1, "", what, step)])
    for separator, name in _SEPARATORS.items():
        cells = first.split(separator)
        if len(cells) < 2 or "," in first:
            continue
        if any(_Header.made(1, [cells], columns, layout).names):
            what = Text("The cells are separated by {name}, not by commas.", name=name)
            raise FaultyFile([Fault(file, 1, "", what, _SAVE_AS_CSV)])


def _unknown_column(file: str, line: int, said: str, columns: Sequence[Column]) -> Fault:
    """A header that nobody knows, and how jp20.toml may say what it is."""
    known = ", ".join(_both(columns))
    likely = f'[columns] {_toml(said)} = "{_likely(said, columns)}"'
    return Fault(
        file,
        line,
        visible(said),
        Text("There is no such column here."),
        Text(
            'The columns are: {known}. Remove it, or say in jp20.toml which of them it is, "" '
            "for one that is not read: {likely}",
            known=known,
            likely=likely,
        ),
    )


def _likely(said: str, columns: Sequence[Column]) -> str:
    """The column that a header is likely to mean, NOT_READ where none is near."""
    known = {_key(name): c.name for c in columns for name in (c.name, *c.japanese)}
    near = get_close_matches(_key(said), known, 1, 0.4)
    return known[near[0]] if near else NOT_READ


def _toml(text: str) -> str:
    return '"' + visible(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _twice(file: str, line: int, said: str) -> Fault:
    return Fault(
        file, line, visible(said), Text("This column is there twice."), Text("Keep one of the two.")
    )


def _missing_column(file: str, line: int, column: Column) -> Fault:
    return Fault(
        file,
        line,
        column.name,
        Text("This column is missing."),
        Text(
            "Add a column {column} ({in_japanese}).",
            column=column.name,
            in_japanese=column.japanese[0],
        ),
    )


def _both(columns: Sequence[Column]) -> Iterator[str]:
    return (f"{column.name} ({column.japanese[0]})" for column in columns)


def _misshapen(file: str, line: int, has: int, needs: int) -> Fault:
    return Fault(
        file,
        line,
        "",
        Text(
            "The row has {cells} {cells:cell|cells}, the header {columns}.",
            cells=has,
            columns=needs,
        ),
        Text("Put text with commas into quotation marks."),
    )


def _two_sheets(file: str, sheets: Sequence[str]) -> Fault:
    named = ", ".join(visible(sheet) for sheet in sheets)
    return Fault(
        file,
        None,
        "",
        Text("Several sheets have this table: {lines}.", lines=named),
        Text("Keep the one that is meant, or hide the others."),
    )


def _marked_note(file: str, mark: str, lines: Sequence[int], *, left_out: bool) -> Text:
    """Of rows that a reader of the sheet does not see, or sees struck through."""
    named = ", ".join(str(line) for line in lines[:10]) + (" …" if len(lines) > 10 else "")
    marked = Text("hidden") if mark == "hidden" else Text("struck through")
    if left_out:
        return Text(
            "{file}: {count} {count:row|rows} {count:is|are} {marked} and {count:is|are} "
            "LEFT OUT: lines {lines}.",
            file=file,
            count=len(lines),
            marked=marked,
            lines=named,
        )
    return Text(
        "{file}: {count} {count:row|rows} {count:is|are} {marked} and {count:is|are} "
        "INCLUDED: lines {lines}. To leave them out: --visible-only",
        file=file,
        count=len(lines),
        marked=marked,
        lines=named,
    )


def _too_large(file: str, size: int) -> Fault:
    return Fault(
        file,
        None,
        "",
        Text(
            "The file has {size} MB; {most} MB are read at most.",
            size=size // 2**20,
            most=MOST_BYTES // 2**20,
        ),
        Text("Split it."),
    )


def _too_wide(file: str, line: int, cells: int) -> Fault:
    return Fault(
        file,
        line,
        "",
        Text(
            "The row has {cells:,} {cells:cell|cells}; {most} are read at most.",
            cells=cells,
            most=MOST_COLUMNS,
        ),
        Text("Take out what does not belong to the table."),
    )


def _without_rows(file: str) -> Fault:
    return Fault(file, None, "", Text("There are no rows."), Text("Write at least one."))


def _empty(file: str) -> Fault:
    return Fault(
        file, None, "", Text("The file is empty."), Text("The first line names the columns.")
    )
