"""The letters of a cell or an option: what is read for the same, and how one is quoted.

Full-width letters, digits and signs are those of ASCII in another width, as Japanese keyboards
write them, and are read as those. Nothing else is: a footnote mark (①) is no digit.
"""

import json
import unicodedata
from typing import Final

from jp20.domain.base.text import Text

_NARROW: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_BLANKS: Final = " \t\r\n"
_QUOTED: Final = 60
"""Characters of a cell that a message repeats."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet program takes for the beginning of a formula, also behind blanks."""


def plain(text: str) -> str:
    """The text in ASCII's width, without blanks around it."""
    return (text if text.isascii() else text.translate(_NARROW)).strip(_BLANKS)


def visible(text: str) -> str:
    """The text with a name for each character that cannot be seen or that moves what is shown, and
    cut where it is long.
    """
    shown = "".join(
        letter if letter == " " or unicodedata.category(letter)[0] not in "CZ" else _named(letter)
        for letter in text[:_QUOTED]
    )
    return shown if len(text) <= _QUOTED else f"{shown}… ({len(text):,})"


def quoted(text: str) -> Text:
    """A cell in the quotation marks of each language, to be read back by who wrote it."""
    shown = visible(text)
    return Text('"{shown}"', shown=shown)


def _named(letter: str) -> str:
    return f"<U+{ord(letter):04X}>"


def harmless(text: str) -> str:
    """The text without what moves a terminal's cursor or turns the order of reading round."""
    if text.isprintable():  # as almost all is, and then nothing of it is harmful
        return text
    return "".join(letter if _is_harmless(letter) else "\ufffd" for letter in text)


def in_csv(text: str) -> str:
    """The text as a cell of a CSV file: no spreadsheet program takes it for a formula, and it has
    no control characters but those that part lines and columns.
    """
    cell = text
    if not text.isprintable():
        cell = "".join(each if each in "\t\r\n" else harmless(each) for each in text)
    return f"'{cell}" if text.lstrip(" \u3000\n").startswith(_FORMULA) else cell


def in_json(text: str) -> str:
    """Text of JSON in which everything is escaped that a terminal may not show."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter == "\n" or _is_harmless(letter) else json.dumps(letter)[1:-1]
        for letter in text
    )


def _is_harmless(letter: str) -> bool:
    return (letter.isascii() and letter.isprintable()) or (
        unicodedata.category(letter)[0] != "C" and letter not in "\u2028\u2029"
    )
