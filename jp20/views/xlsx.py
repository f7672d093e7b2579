"""An export as XLSX, laid out to be printed, and the same content always the same bytes (G15).

Every cell is a number or text, never a formula. Row 1 of each sheet has the headings; the block
stands on the first sheet and in the footer of every printed page.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from xlsxwriter import Workbook

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Language, Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.files.letters import harmless
from jp20.views.sheet import (
    SHARE,
    Cell,
    Export,
    Form,
    Sheet,
    SheetColumn,
    block_facts,
    finality,
    moment,
    said,
    writer_of,
)

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS: Final = 1_048_576
MOST_LETTERS: Final = 32_767
"""Of a cell, as Excel has it."""

UNDATED: Final = datetime(1980, 1, 1)
"""When a workbook was made that has no block to speak of: where a ZIP archive's clock begins."""

_MOST_EXACT: Final = 10**15
"""From here on a spreadsheet program rounds a number."""

_A4: Final = 9
_EPOCH: Final = 25_569
"""Days from Excel's day 0 to 1970."""

_DAY: Final = 86_400
_TOKYO_AHEAD: Final = 32_400
_LAST: Final = 253_402_268_399
_IN_HEADER: Final = 60

_NUMBER_FORMATS: Final = {
    Form.UNITS: "#,##0",
    Form.NUMBER: "0",
    Form.SHARE: "0.0000",
    Form.TIME: "yyyy-mm-dd hh:mm:ss",
}

_SUMMARY: Final = Text("register")
_ITEM: Final = Text("item")
_VALUE: Final = Text("value", context="register")


class TooLarge(JP20Error):
    """A spreadsheet has no room for what was to be written."""

    next_step = Text("Write .csv, .json or .parquet.")


def to_xlsx_file(export: Export, language: Language) -> bytes:
    """The facts on the first sheet, then each sheet. Raises TooLarge for more than 1,048,575 rows
    or a cell of more than 32,767 characters.
    """
    for sheet in export.sheets:
        if len(sheet.rows) >= MOST_ROWS:
            raise TooLarge(
                Text(
                    "{sheet} has {rows:,} rows; an XLSX has at most {most:,}.",
                    sheet=sheet.title,
                    rows=len(sheet.rows),
                    most=MOST_ROWS - 1,
                )
            )
    out = io.BytesIO()
    book = _book(out, export)
    written = _Written(book, export, language)
    _summary(written)
    for sheet in export.sheets:
        _sheet(written, sheet)
    book.close()
    return out.getvalue()


def workbook(out: io.BytesIO, created: datetime) -> Workbook:
    """A workbook that says it was made at `created`, and in which no text becomes a formula, a link
    or a number. Rows are written in order, and not read again.
    """
    book = Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties({"created": created})
    return book


# Inside


@dataclass(frozen=True, slots=True)
class _Written:
    """What all sheets of a workbook share."""

    book: Workbook
    export: Export
    language: Language

    def format(self, **properties: Any) -> "Format":
        return self.book.add_format({"valign": "top", **properties})


def _book(out: io.BytesIO, export: Export) -> Workbook:
    book = workbook(out, moment(export.stamp.time).replace(tzinfo=None))
    book.set_properties(
        {
            "title": harmless(export.subject),
            "comments": export.question,
            "created": moment(export.stamp.time).replace(tzinfo=None),
        }
    )
    return book


def _summary(written: _Written) -> None:
    facts = (*block_facts(written.export.stamp), *written.export.facts)
    sheet = _new(written, _SUMMARY.to(written.language), (30, 70))
    _headings(written, sheet, (_ITEM, _VALUE))
    left = {form: written.format(**(_of(form) | {"align": "left"})) for form in Form}
    for row, each in enumerate(facts, start=1):
        sheet.write_string(row, 0, each.column.heading.to(written.language))
        _writer(written, sheet, each.column, left[each.column.form])(row, 1, each.value)
    last = len(facts) + 1
    sheet.write_string(last, 0, _QUESTION.to(written.language))
    sheet.write_string(last, 1, written.export.question, left[Form.WORDS])


_QUESTION: Final = Text("question")


def _sheet(written: _Written, content: Sheet) -> None:
    sheet = _new(
        written,
        content.title.to(written.language),
        tuple(column.width for column in content.columns),
    )
    _headings(written, sheet, [column.heading for column in content.columns])
    writers = [
        _writer(written, sheet, column, written.format(**_of(column.form)))
        for column in content.columns
    ]
    blank = [column.blank for column in content.columns]
    for row, cells in enumerate(content.rows, start=1):
        for place, value in enumerate(cells):
            if value is not None and (value or not blank[place]):
                writers[place](row, place, value)


def _new(written: _Written, title: str, widths: Sequence[int]) -> "Worksheet":
    """A sheet set up to be printed on A4: headings on every page, the block at its foot."""
    sheet = written.book.add_worksheet(title)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.75)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    subject = harmless(written.export.subject)[:_IN_HEADER].replace("&", "&&")
    sheet.set_header(f"&L{subject}&R{title}")
    sheet.set_footer(_footer(written))
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    return sheet


def _footer(written: _Written) -> str:
    stamp = written.export.stamp
    chain = Text("chain {chain}, block {block}", chain=stamp.chain_id, block=stamp.block)
    said_of = f"{in_tokyo(stamp.time)} {finality(stamp).to(written.language)}"
    return f"&L{chain.to(written.language)}\n0x{stamp.hash.hex()}&C{said_of}&R&P / &N"


def _headings(written: _Written, sheet: "Worksheet", headings: Sequence[Text]) -> None:
    bold = written.format(bold=True, text_wrap=True, bottom=1, bg_color="#E8EDF3")
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading.to(written.language), bold)


def _of(form: Form) -> dict[str, Any]:
    if form in _NUMBER_FORMATS:
        return {"num_format": _NUMBER_FORMATS[form], "align": "right"}
    return {"num_format": "@"} | ({"text_wrap": True} if form is Form.WORDS else {})


_Writer = Callable[[int, int, Any], Any]


def _writer(
    written: _Written, sheet: "Worksheet", column: SheetColumn, format: "Format"
) -> _Writer:
    """What writes a cell of a column."""
    number, string, language = sheet.write_number, sheet.write_string, written.language

    def units(row: int, place: int, value: int) -> None:
        if -_MOST_EXACT < value < _MOST_EXACT:
            number(row, place, value, format)
        else:
            string(row, place, str(value), format)

    def share(row: int, place: int, value: int) -> None:
        number(row, place, value / SHARE, format)

    def time(row: int, place: int, value: int) -> None:
        days = (min(value, _LAST) + _TOKYO_AHEAD) / _DAY + _EPOCH
        number(row, place, days, format)

    def words(row: int, place: int, value: Cell) -> None:
        shown = harmless(said(column.form, value, language))
        if len(shown) > MOST_LETTERS:
            raise TooLarge(
                Text(
                    "Row {row}, {column} has {letters:,} characters; an XLSX cell has at "
                    "most {most:,}.",
                    row=row + 1,
                    column=column.heading,
                    letters=len(shown),
                    most=MOST_LETTERS,
                )
            )
        string(row, place, shown, format)

    in_words = writer_of(column.form, language)

    def safe(row: int, place: int, value: Cell) -> None:
        string(row, place, in_words(value), format)

    match column.form:
        case Form.UNITS | Form.NUMBER:
            return units
        case Form.SHARE:
            return share
        case Form.TIME:
            return time
        case Form.WORDS:
            return words
    return safe
