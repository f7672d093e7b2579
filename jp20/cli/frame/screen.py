"""A table on a screen: as wide as there is room for, and nothing cut through that is copied.

Where the screen is too narrow, addresses and hashes are shortened first; then each row is drawn as
items with their values, in full, one below the other. `--wide` does neither.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

Head = tuple[str, bool]
"""A column's name, and whether it is of numbers."""

_HEX: Final = re.compile(r"0x([0-9a-fA-F]{64}|[0-9a-fA-F]{40})\b")
_ISO: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)\+09:00")
_LONG: Final = 24
"""Columns of a screen from which a text may go on in the next line."""

_BORDERS: Final = 3
"""Columns of a screen that the border of a cell takes."""


def draw(
    console: "Console", title: str, heads: Sequence[Head], rows: Sequence[Sequence[str]], room: int
) -> None:
    """Draws a table in a `room` of so many columns of the screen."""
    shown = [[_ISO.sub(r"\1 \2", cell) for cell in row] for row in rows]
    if not _fits(heads, shown, room):
        short = [[_HEX.sub(_shortened, cell) for cell in row] for row in shown]
        if not _fits(heads, short, room):
            _draw_items(console, title, heads, shown, room)
            return
        shown = short
    _draw_grid(console, title, heads, shown)


def draw_items(console: "Console", title: str, items: Sequence[tuple[str, str]], room: int) -> None:
    """Draws one thing: its properties one below the other, none cut through."""
    shown = [(name, _ISO.sub(r"\1 \2", value)) for name, value in items]
    heads = [(name, False) for name, _ in shown]
    if _fits([("", False), ("", False)], shown, room):
        _draw_grid(console, title, [("", False), ("", False)], shown, with_heads=False)
    else:
        _draw_items(console, title, heads, [[value for _, value in shown]], room)


def _shortened(match: re.Match[str]) -> str:
    """The first and last digits of an address; of a hash as many of the first as name it."""
    digits = match[1]
    return f"0x{digits[:4]}…{digits[-4:]}" if len(digits) == 40 else f"0x{digits[:12]}…"


def _fits(heads: Sequence[Head], rows: Sequence[Sequence[str]], room: int) -> bool:
    """Whether a grid has room, where no word of it need be cut through."""
    needed = 1
    for place, (name, _) in enumerate(heads):
        cells = [name, *(row[place] for row in rows)]
        needed += _BORDERS + max(min(_width(cell), max(_LONG, _word(cell))) for cell in cells)
    return needed <= room


def _width(text: str) -> int:
    from rich.cells import cell_len

    return max((cell_len(line) for line in text.split("\n")), default=0)


def _word(text: str) -> int:
    """The width of the longest part that stays in one line. Japanese may be parted anywhere."""
    return max((len(word) for word in re.findall(r"[!-~…]+", text)), default=0)


def _draw_grid(
    console: "Console",
    title: str,
    heads: Sequence[Head],
    rows: Sequence[Sequence[str]],
    *,
    with_heads: bool = True,
) -> None:
    from rich.markup import escape
    from rich.table import Table

    drawn = Table(
        title=escape(title), title_justify="left", title_style="bold", show_header=with_heads
    )
    for place, (name, number) in enumerate(heads):
        least = max((_word(cell) for cell in (name, *(row[place] for row in rows))), default=1)
        drawn.add_column(
            escape(name),
            justify="right" if number else "left",
            overflow="fold",
            min_width=max(least, 1),
        )
    for row in rows:
        drawn.add_row(*(escape(cell) for cell in row))
    console.print(drawn, soft_wrap=False)


def _draw_items(
    console: "Console", title: str, heads: Sequence[Head], rows: Sequence[Sequence[str]], room: int
) -> None:
    """Each row as lines of item and value; a value that is too long stands below its item."""
    from rich.padding import Padding
    from rich.text import Text

    if title:
        console.print(title, markup=False, style="bold", soft_wrap=True)
    names = max((_width(name) for name, _ in heads), default=0)
    for row in rows:
        for (name, _), value in zip(heads, row, strict=True):
            indent = names + 2
            if indent + _width(value) > room:
                console.print(name, markup=False, soft_wrap=True)
                indent = 2
                lines = value.split("\n")
            else:
                first, *lines = value.split("\n")
                gap = " " * (indent - _width(name))
                console.print(f"{name}{gap}{first}", markup=False, soft_wrap=True)
            for line in lines:
                console.print(Padding(Text(line, overflow="fold"), (0, 0, 0, indent)))
        console.print("", soft_wrap=True)
