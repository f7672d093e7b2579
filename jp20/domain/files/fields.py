"""TOML and JSON, read. There is no other reader of them for files that people write or send.

A name that is there twice is refused by its name: who opens the file sees one value, and a program
would take the other. What a file may cost is bounded before it is read.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from typing import Any, Final

from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.recursion import bounded_recursion
from jp20.domain.base.text import Text
from jp20.domain.files.letters import quoted, visible

MOST_TOML: Final = 256 * 2**10
"""Bytes of a TOML file: ten thousand fields."""

MOST_JSON: Final = 256 * 2**20
"""Bytes of a JSON file: a plan of a million rows."""

MOST_LEVELS: Final = 64
"""Of tables and lists in one another."""

_MOST_DIGITS: Final = 160
_MOST_BITS: Final = 512
"""Of a whole number; the chain's have 256."""

_PLACE: Final = re.compile(r" \(at line (?P<line>\d+), column (?P<column>\d+)\)| \(at end.*\)")
_KEY: Final = re.compile(r"\s*\[*(?P<key>[^=\]]+?)\s*(?:=|\])")
_TWICE: Final = ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Duplicate inline")

CORRECT: Final = Text("Correct the file.")


def read_toml(data: bytes, file: str, next_step: Text = CORRECT) -> dict[str, Any]:
    """The tables of a TOML file in UTF-8. Raises FaultyFile, with the line where there is one."""
    text = _text(data, file, "TOML", MOST_TOML, next_step)
    longest = max((line.count(".") for line in text.splitlines()), default=0)
    if longest > 16 * MOST_LEVELS:
        raise FaultyFile([_too_deep(file, next_step)])
    try:
        with bounded_recursion():
            found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultyFile([_unfit_toml(str(error), text, file, next_step)]) from None
    except (RecursionError, ValueError) as error:
        raise FaultyFile([_beyond_bounds(error, file, "TOML", next_step)]) from None
    _require_bounds(found, file, next_step)
    return found


def read_json(data: bytes, file: str, next_step: Text = CORRECT, most: int = MOST_JSON) -> Any:
    """What a JSON file in UTF-8 says. Raises FaultyFile, with the line where there is one."""
    text = _text(data, file, "JSON", most, next_step)
    try:
        with bounded_recursion():
            return json.loads(
                text, object_pairs_hook=_once, parse_constant=_no_number, parse_int=_whole_number
            )
    except json.JSONDecodeError as error:
        # What the parser says is English, and so for the English alone.
        said = Text.both(f"{error.msg}, ", "")
        what = Text("This is not JSON: {said}column {column}.", said=said, column=error.colno)
        raise FaultyFile([Fault(file, error.lineno, "", what, next_step)]) from None
    except _Twice as twice:
        raise FaultyFile([_there_twice(file, None, twice.key, next_step)]) from None
    except (RecursionError, ValueError) as error:
        raise FaultyFile([_beyond_bounds(error, file, "JSON", next_step)]) from None


class _Twice(Exception):
    """A key stands twice in an object."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _text(data: bytes, file: str, kind: str, most: int, next_step: Text) -> str:
    if len(data) > most:
        size, bound = f"{len(data) / 2**20:,.1f} MB", f"{most / 2**20:,.2g} MB"
        what = Text(
            "The file has {size}; {bound} of {kind} are read at most.",
            size=size,
            bound=bound,
            kind=kind,
        )
        raise FaultyFile([Fault(file, None, "", what, next_step)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = Text("Byte 0x{byte:02x} cannot be read as UTF-8.", byte=data[error.start])
        line = data.count(b"\n", 0, error.start) + 1
        step = Text("Save the file in UTF-8.")
        raise FaultyFile([Fault(file, line, "", what, step)]) from None


def _unfit_toml(said: str, text: str, file: str, next_step: Text) -> Fault:
    place = _PLACE.search(said)
    line = int(place["line"]) if place and place["line"] else None
    why = visible(_PLACE.sub("", said))
    if why.startswith(_TWICE):
        written = text.splitlines()[line - 1] if line else ""
        key = _KEY.match(written)
        return _there_twice(file, line, key["key"] if key else why, next_step)
    column = place["column"] if place and place["column"] else None
    # What the parser says is English, and so for the English alone.
    where = Text("column {column}", column=column).ja if column else ""
    parser = Text.both(f": {why}", where)
    return Fault(file, line, "", Text("This is not TOML{parser}.", parser=parser), next_step)


def _there_twice(file: str, line: int | None, key: str, next_step: Text) -> Fault:
    name = quoted(key.strip().strip("\"'"))
    return Fault(file, line, visible(key), Text("{name} is there twice.", name=name), next_step)


def _beyond_bounds(error: Exception, file: str, kind: str, next_step: Text) -> Fault:
    if isinstance(error, RecursionError):
        return _too_deep(file, next_step)
    what = Text("This is not {kind}, or has a number that no field can have.", kind=kind)
    return Fault(file, None, "", what, next_step)


def _too_deep(file: str, next_step: Text) -> Fault:
    what = Text("Tables or lists are in one another more than {most} times.", most=MOST_LEVELS)
    return Fault(file, None, "", what, next_step)


def _require_bounds(content: object, file: str, next_step: Text) -> None:
    """Raises FaultyFile where tables are too deep in one another, or a number is too long."""
    level = [content]
    for _ in range(MOST_LEVELS):
        if any(type(each) is int and each.bit_length() > _MOST_BITS for each in level):
            raise FaultyFile([_beyond_bounds(ValueError(), file, "TOML", next_step)])
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    if level:
        raise FaultyFile([_too_deep(file, next_step)])


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Twice(key)
            seen.add(key)
    return found


def _whole_number(written: str) -> int:
    if len(written) > _MOST_DIGITS:
        raise ValueError("too many digits")
    return int(written)


def _no_number(constant: str) -> None:
    """NaN and Infinity, which are no JSON."""
    raise ValueError(constant)
