"""A sheet as CSV: UTF-8 with a byte order mark, as Excel wants it, or CP932 (G15).

CP932 has 髙, 﨑 and ①, but neither 𠮷, nor variation selectors, nor — (U+2014), ¥ (U+00A5) and é.
What it lacks is written as 〓, one for a character with what belongs to it; what it has only in
another width (〜, −, ‖) as that. Both are listed by row and column, or refused.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Final

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Language, Text
from jp20.domain.files.export_forms import Encoding
from jp20.domain.files.letters import in_csv, visible
from jp20.views.sheet import (
    Altered,
    Cell,
    Export,
    Form,
    Sheet,
    SheetColumn,
    block_facts,
    said,
    writer_of,
)

GETA: Final = "〓"

_LISTED: Final = 5
_CLUSTER: Final = re.compile("(?s).[\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]*")


class NotInEncoding(JP20Error):
    """Some characters cannot be written as they are, and nothing else was allowed."""

    what = Text("CP932 does not have {count:,} {count:character|characters} of {sheet}: {listed}.")
    why = Text("With --strict nothing is written in a character's place.")
    next_step = Text("Write UTF-8, or leave --strict out: then each is listed in the manifest.")

    def __init__(self, sheet: str, found: tuple[Altered, ...]) -> None:
        listed = Text.listing(
            Text(
                "row {row}, {column}: {character} ({code_points})",
                row=each.row,
                column=each.column,
                character=visible(each.was),
                code_points=each.code_points,
            )
            for each in found[:_LISTED]
        )
        super().__init__(count=len(found), sheet=sheet, listed=listed)


def to_csv_file(
    export: Export, sheet: Sheet, encoding: Encoding, language: Language, *, strict: bool = False
) -> tuple[bytes, tuple[Altered, ...]]:
    """The file, and what does not stand in it as it was. Each row names the block that it speaks
    of: a CSV file has no other place for it. Raises NotInEncoding.
    """
    stamps = block_facts(export.stamp)
    stamped = [said(each.column.form, each.value, language) for each in stamps]
    headings = [
        *(each.heading.to(language) for each in sheet.columns),
        *(each.column.heading.to(language) for each in stamps),
    ]
    columns = [
        _column(column, (row[place] for row in sheet.rows), language)
        for place, column in enumerate(sheet.columns)
    ]
    quoted = tuple(_quoted(sheet, columns))
    text = _written(headings, columns, stamped)
    if encoding is Encoding.UTF_8:
        return text.encode("utf-8-sig"), quoted
    if _is_the_same_in_cp932(text):
        return text.encode("cp932"), quoted
    altered = tuple(_to_cp932(sheet, columns))
    if strict and altered:
        raise NotInEncoding(sheet.name, altered)
    text = _written([_cp932_of(each) for each in headings], columns, stamped)
    return text.encode("cp932"), (*quoted, *altered)


# Inside


def _column(column: SheetColumn, cells: Iterable[Cell], language: Language) -> list[str]:
    write = writer_of(column.form, language)
    if column.form is Form.WORDS:
        return [in_csv(write(each)) for each in cells]
    return [write(each) for each in cells]


def _quoted(sheet: Sheet, columns: list[list[str]]) -> Iterator[Altered]:
    """Words that a spreadsheet would take for a formula have an apostrophe before them."""
    for place, column in enumerate(sheet.columns):
        if column.form is not Form.WORDS:
            continue
        for row, (cells, written) in enumerate(zip(sheet.rows, columns[place], strict=True), 2):
            was = cells[place]
            if written.startswith("'") and isinstance(was, str) and not was.startswith("'"):
                yield Altered(sheet.name, row, column.name, was[0], written[:2])


def _written(headings: list[str], columns: list[list[str]], stamped: list[str]) -> str:
    """Rows of the columns' cells, and of what stands in every row."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(headings)
    lines.writerows(zip(*columns, *(repeat(each) for each in stamped), strict=False))
    return out.getvalue()


def _to_cp932(sheet: Sheet, columns: list[list[str]]) -> Iterator[Altered]:
    """Puts into the columns what can be written, and says what is another."""
    for place, column in enumerate(sheet.columns):
        for number, cell in enumerate(columns[place]):
            if _is_the_same_in_cp932(cell):
                continue
            columns[place][number] = _cp932_of(cell)
            for was in _CLUSTER.findall(cell):
                if not _is_the_same_in_cp932(was):
                    yield Altered(sheet.name, number + 2, column.name, was, _cp932_of(was))


def _cp932_of(cell: str) -> str:
    return "".join(_in_cp932(each) for each in _CLUSTER.findall(cell))


def _in_cp932(cluster: str) -> str:
    try:
        return cluster.encode("cp932").decode("cp932")
    except UnicodeEncodeError:
        return GETA


def _is_the_same_in_cp932(text: str) -> bool:
    try:
        return text.isascii() or text.encode("cp932").decode("cp932") == text
    except UnicodeEncodeError:
        return False
