"""Answers as rows under typed columns: what each form of a file is made of (G15)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Final

from jp20.domain.base.text import Language, Text
from jp20.domain.base.times import TOKYO, in_tokyo
from jp20.domain.files.letters import harmless
from jp20.domain.register.answers import Stamp

Cell = int | str | bytes | Enum | Text | None
"""What stands in a row. None is an empty cell."""

SHARE: Final = 10_000
"""Millionths in a percent."""

NOT_SHOWN: Final = Text("(not shown)")
"""An account that is not for the viewer to see, to a person; to a program it is null (S5)."""

_YES: Final = Text("yes")
_NO: Final = Text("no")
_FINAL: Final = Text("final")
_NOT_FINAL: Final = Text("not final")


class Form(Enum):
    """What the cells of a column are, and so how each form of a file writes them."""

    WORDS = "words"
    """What somebody wrote: a name, a case number."""
    CODE = "code"
    """A member of an enumeration; its text to a person, its name in small letters to a program."""
    ACCOUNT = "account"
    """An address, or several with blanks between."""
    INVESTOR = "investor"
    """The opaque id of the chain, an integer of 19 bytes. 0 is nobody."""
    UNITS = "units"
    NUMBER = "number"
    """A number that nobody adds up: of a block, of a tranche."""
    SHARE = "share"
    """Millionths, shown as a percentage with four decimals."""
    TIME = "time"
    """Unix seconds, shown in Japan's time."""
    HASH = "hash"
    FLAG = "flag"

    @property
    def is_number(self) -> bool:
        return self in (Form.UNITS, Form.NUMBER, Form.SHARE)


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """`name` is what programs know the column by; `width` is in characters."""

    name: str
    heading: Text
    form: Form
    width: int = 14
    prose: bool = False
    """Whether a CODE is a Text, with no code of its own."""
    blank: bool = False
    """Whether 0 is left out where a person reads it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is said of all sheets together."""

    column: SheetColumn
    value: Cell


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one kind. `name` is what programs know it by."""

    name: str
    title: Text
    columns: tuple[SheetColumn, ...]
    rows: Sequence[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class Export:
    """What a file says: of which token (`subject`), as of which block, answering which `question`,
    written as the command that asks it. `facts` are said once, before the sheets.
    """

    subject: str
    stamp: Stamp
    question: str
    facts: tuple[Fact, ...]
    sheets: tuple[Sheet, ...]

    def sheet(self, name: str) -> Sheet:
        return next(each for each in self.sheets if each.name == name)


@dataclass(frozen=True, slots=True)
class Altered:
    """What does not stand in a file as it was: where (row 1 is that of the headings), which
    character, and what was written in its place.
    """

    sheet: str
    row: int
    column: str
    was: str
    written: str

    @property
    def code_points(self) -> str:
        return " ".join(f"U+{ord(each):04X}" for each in self.was)


def block_facts(stamp: Stamp) -> tuple[Fact, ...]:
    """The block that an export speaks of, as every form names it."""
    return (
        Fact(SheetColumn("chain_id", Text("chain"), Form.NUMBER, 10), stamp.chain_id),
        Fact(SheetColumn("block", Text("as of block"), Form.NUMBER, 12), stamp.block),
        Fact(SheetColumn("block_hash", Text("block hash"), Form.HASH, 68), stamp.hash),
        Fact(SheetColumn("time", Text("as of", context="export"), Form.TIME, 20), stamp.time),
        Fact(
            SheetColumn("final", Text("finality", context="export"), Form.CODE, 10, prose=True),
            finality(stamp),
        ),
    )


def finality(stamp: Stamp) -> Text:
    """Whether anything can still change what is said as of the block."""
    return _FINAL if stamp.final else _NOT_FINAL


def said(form: Form, value: Cell, language: Language) -> str:
    """A cell as a person reads it, numbers in plain digits. Words are as they are: whoever prints
    them takes care of what is in them.
    """
    if value is None or value == "":
        return ""
    match form:
        case Form.SHARE if isinstance(value, int):
            return percentage(value)
        case Form.TIME if isinstance(value, int):
            return in_tokyo(value)
        case Form.HASH if isinstance(value, bytes):
            return f"0x{value.hex()}"
        case Form.INVESTOR if isinstance(value, int):
            return f"0x{value:038x}" if value else ""
        case Form.FLAG:
            return (_YES if value else _NO).to(language)
    if isinstance(value, Enum):
        return text_of(value).to(language)
    return value.to(language) if isinstance(value, Text) else str(value)


def writer_of(form: Form, language: Language) -> Callable[[Cell], str]:
    """`said` for many cells of one form: what is said often is made once."""
    if form in (Form.UNITS, Form.NUMBER):
        return lambda value: "" if value is None else str(value)
    if form is Form.ACCOUNT:
        return lambda value: value if isinstance(value, str) else said(form, value, language)
    if form is Form.SHARE:
        return lambda value: percentage(value) if isinstance(value, int) else ""
    if form is Form.INVESTOR:
        return lambda value: f"0x{value:038x}" if isinstance(value, int) and value else ""
    if form in (Form.CODE, Form.FLAG, Form.TIME):
        return cache(lambda value: said(form, value, language))
    return lambda value: said(form, value, language)


def percentage(millionths: int) -> str:
    """With four decimals, in plain digits."""
    return f"{millionths // SHARE}.{millionths % SHARE:04d}"


def text_of(member: Enum) -> Text:
    """An enumeration's member as a person reads it."""
    found = member.value if isinstance(member.value, Text) else getattr(member, "text", None)
    return found if isinstance(found, Text) else Text.verbatim(member.name.lower())


def harmless_words(sheet: Sheet) -> tuple[Altered, ...]:
    """What of the words of a sheet moves what is shown, or cannot be shown, and is written as
    U+FFFD in every form.
    """
    found = []
    for place, column in enumerate(sheet.columns):
        if column.form is not Form.WORDS:
            continue
        for row, cells in enumerate(sheet.rows, start=2):
            word = cells[place]
            if isinstance(word, str) and not word.isprintable():
                shown = harmless(word)
                found += [
                    Altered(sheet.name, row, column.name, was, written)
                    for was, written in zip(word, shown, strict=True)
                    if was != written
                ]
    return tuple(found)


def moment(seconds: int) -> datetime:
    """A block's time as a file's own time stamp, in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def day_in_tokyo(seconds: int) -> str:
    """A time as a Japanese document writes it."""
    there = moment(seconds).astimezone(TOKYO)
    return f"{there.year}年{there.month}月{there.day}日"
