"""What a command prints: data on stdout as a table, JSON or CSV; talk, questions, progress on
stderr.
"""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, TextIO, TypeVar

from jp20.cli.frame.invocation import Format, invocation
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo, last_day
from jp20.domain.files.letters import harmless, in_csv, in_json

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Until:
    """Until when something holds. On a screen it is the last day, where that is a whole one."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Coded:
    """What a person reads as a text and a program as a code: a word, a number, a list or an object
    of these.
    """

    code: str | int | Sequence[str] | Mapping[str, str | int | None]
    text: Text


_T = TypeVar("_T")

Value = str | int | bool | bytes | Text | Until | Coded | Enum | None
"""What stands in a cell. Bytes are shown in hexadecimal, a Text in the reader's language. A member
of an enumeration is its text to a person, and its name in small letters in JSON. What a program is
to act on is one of these or `Coded`, never a Text (see `Column.prose`).
"""

WIDE: Final = 10_000
"""Columns of a line where no terminal cuts it: what reads it can cut it itself."""

_YES: Final = Text("yes")
_NO: Final = Text("no")


class NotConfirmed(JP20Error):
    """Nobody was there to be asked."""

    exit_code = ExitCode.USAGE

    what = Text("Nothing was sent: nobody confirmed it.")
    why = Text("There is no terminal on which to ask.")
    next_step = Text("Add --yes where it is to be sent without a question.")


class Declined(JP20Error):
    """The user said no."""

    what = Text("Nothing was sent.", context="declined")


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its key, stable in JSON, and its name. `number`: stands to the right, with
    thousands separated; `detail`: in JSON and CSV only. `prose`: its texts are for people alone,
    and are English in JSON; whatever a program needs of them stands in another column.
    """

    key: str
    name: Text
    number: bool = False
    detail: bool = False
    prose: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain values. `key` is its name in JSON."""

    key: str
    title: Text
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]


def table(
    key: str, title: Text, items: Iterable[_T], *columns: tuple[Column, Callable[[_T], Value]]
) -> Table:
    """A row an item: each column with what stands there of it."""
    rows = [tuple(value(item) for _, value in columns) for item in items]
    return Table(key, title, [column for column, _ in columns], rows)


@dataclass(frozen=True, slots=True)
class Record:
    """One thing, its properties one below the other; in JSON an object."""

    key: str
    title: Text
    fields: Sequence[tuple[Column, Value]]


def show(*parts: Table | Record) -> None:
    """Prints the result of a command, once, when what it sent is done (see `Session.settle`). JSON
    has all parts by their keys, CSV the first.
    """
    invocation().settle()
    form = invocation().format
    invocation().has_shown = True
    if form is Format.JSON:
        content = {part.key: _plain(part) for part in parts}
        print(in_json(json.dumps(content, ensure_ascii=False, indent=2)))
    elif form is Format.CSV:
        _write_csv(parts[0])
    else:
        console = stdout()
        for part in parts:
            print_part(console, part, words)


def say(what: Text | Table | Record) -> None:
    """A line of talk; or a table of it, such as what is about to be done."""
    if isinstance(what, Text):
        stderr().print(harmless_lines(words(what)), markup=False)
    else:
        print_part(stderr(), what, words)


def warn(text: Text) -> None:
    """A line that should be noticed."""
    stderr().print(harmless_lines(words(text)), markup=False, style="yellow")


def confirm(question: Text, yes: bool) -> None:
    """Asks before something is sent, unless `--yes` was given. Raises NotConfirmed where there is
    no terminal, Declined.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotConfirmed
    _forget_what_was_typed()
    stderr().print(f"{harmless_lines(words(question))} [y/N] ", markup=False, end="")
    if input().strip().lower() not in ("y", "yes", "はい"):
        raise Declined


def _forget_what_was_typed() -> None:
    """What was typed before the question stood there is no answer to it."""
    with suppress(ImportError, OSError):
        import termios

        termios.tcflush(sys.stdin, termios.TCIFLUSH)


@contextmanager
def progress(what: Text) -> Iterator[Callable[[int, int | None], None]]:
    """While something long runs: gives what is to be told how much is done, of how much, where that
    is known.

    A bar on a terminal; without one a line at the beginning.
    """
    console = stderr()
    if not console.is_terminal:
        say(Text("{what} …", what=what))
        yield lambda done, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    told = TextColumn("{task.description}")
    columns = (told, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what.to(invocation().language), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def stdout() -> "Console":
    """Where data goes."""
    from rich.console import Console

    return Console(highlight=False, width=_width(sys.stdout))


def stderr() -> "Console":
    """Where talk goes."""
    from rich.console import Console

    return Console(highlight=False, stderr=True, soft_wrap=True, width=_width(sys.stderr))


def _width(stream: TextIO) -> int | None:
    """The screen's own, where there is one; WIDE with `--wide`."""
    return None if stream.isatty() and not invocation().wide else WIDE


def print_part(console: "Console", part: Table | Record, word: Callable[[Text], str]) -> None:
    """Draws a table or record, its texts as `word` has them."""
    from jp20.cli.frame.screen import draw, draw_items

    title, room = harmless_lines(word(part.title)), console.width
    if isinstance(part, Record):
        items = [
            (word(column.name), _cell(value, word, number=column.number))
            for column, value in part.fields
            if not column.detail
        ]
        shown = [(harmless_lines(name), harmless_lines(value)) for name, value in items]
        draw_items(console, title, shown, room)
        return
    heads = [
        (harmless_lines(word(column.name)), column.number)
        for column in part.columns
        if not column.detail
    ]
    rows = [
        [
            harmless_lines(_cell(value, word, number=column.number))
            for column, value in zip(part.columns, row, strict=True)
            if not column.detail
        ]
        for row in part.rows
    ]
    draw(console, title, heads, rows, room)


def harmless_lines(text: str) -> str:
    """The text without what would move a terminal's cursor: a plan, a chain or a node may be
    somebody else's, and is not to draw over what is shown of it.
    """
    return "\n".join(harmless(line) for line in text.split("\n"))


def words(text: Text) -> str:
    """A text in the reader's language."""
    return text.to(invocation().language)


def _cell(value: Value, word: Callable[[Text], str], *, number: bool = False) -> str:
    """A value as a person reads it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return word(_YES if value else _NO)
    if isinstance(value, Text | Coded | Enum):
        return word(_text(value))
    if isinstance(value, int):
        return f"{value:,}" if number else str(value)
    if isinstance(value, Until):
        return _time(value)
    return f"0x{value.hex()}" if isinstance(value, bytes) else value


def _text(value: Text | Coded | Enum) -> Text:
    """What a person reads of it."""
    if isinstance(value, Text):
        return value
    if isinstance(value, Enum) and isinstance(value.value, Text):
        return value.value
    text: Text = value.text  # type: ignore[union-attr]  # of an enumeration whose values are others
    return text


def _time(value: Until) -> str:
    return last_day(value.seconds) or in_tokyo(value.seconds)


def _plain(part: Table | Record) -> object:
    if isinstance(part, Record):
        return {column.key: _in_json(value) for column, value in part.fields}
    return [
        {column.key: _in_json(value) for column, value in zip(part.columns, row, strict=True)}
        for row in part.rows
    ]


def _in_json(value: Value) -> object:
    if isinstance(value, Text):
        return value.en
    if isinstance(value, Coded):
        return value.code
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, Until):
        from jp20.domain.base.times import in_tokyo

        return in_tokyo(value.seconds)
    return f"0x{value.hex()}" if isinstance(value, bytes) else value


def _in_csv(value: Value) -> str:
    if isinstance(value, Until):
        return str(_in_json(value))
    cell = _cell(value, words)
    return in_csv(cell) if isinstance(value, str | Text | Coded | Enum) else cell


def _write_csv(part: Table | Record) -> None:
    columns = [column for column, _ in part.fields] if isinstance(part, Record) else part.columns
    rows = [[value for _, value in part.fields]] if isinstance(part, Record) else part.rows
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(words(column.name) for column in columns)
    writer.writerows(["" if value is None else _in_csv(value) for value in row] for row in rows)
