"""Events decoded by templates: where each argument stands in a log is worked out once, from the
ABI, and read from the hex that the node gives.

Only for events whose arguments all have one length. A test compares each with the ABI's decoder.
"""

import dataclasses
import re
from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.chain.contracts.abi import Item, fields_of_struct
from jp20.chain.contracts.typed import field_types
from jp20.domain.base.addresses import checksummed

EventTemplate = Callable[[Sequence[str], str], Any]
"""From a log's topics and data, as the node gives them, to the event."""

_WORD: Final = 64
"""Hexadecimal digits."""

_BYTES: Final = re.compile(r"bytes([0-9]+)")
_NUMBER: Final = re.compile(r"uint[0-9]+")


def template_of(event: Item, cls: type) -> EventTemplate | None:
    """The template of an event that becomes a `cls`; None where an argument has no fixed length."""
    places: list[tuple[int, int, int, Callable[[str], Any]]] = []
    topics, data = 1, 2
    for kind, indexed, hint in zip(event.inputs, event.indexed, field_types(cls), strict=True):
        reader = _reader(kind, hint)
        if reader is None:
            return None
        length, read = reader
        if indexed and length != _WORD:
            return None
        if indexed:
            places.append((topics, 2, 2 + _WORD, read))
            topics += 1
        else:
            places.append((0, data, data + length, read))
            data += length

    def decode(found: Sequence[str], in_data: str) -> Any:
        if len(found) != topics or len(in_data) < data:
            raise ValueError(f"not a log of {event.signature}")
        return cls(
            *[
                read((found[place] if place else in_data)[begin:end])
                for place, begin, end, read in places
            ]
        )

    return decode


def _reader(kind: str, hint: object) -> tuple[int, Callable[[str], Any]] | None:
    """How many digits a value has, and what they mean; None where that is not one number."""
    if kind.startswith("(") and kind.endswith(")"):
        return _struct(kind, hint)
    if kind == "address":
        return _WORD, address_in_word
    if kind == "bool":
        return _WORD, _flag
    if _NUMBER.fullmatch(kind):
        if isinstance(hint, type) and issubclass(hint, IntEnum):
            return _WORD, _member(hint)
        return _WORD, _number
    found = _BYTES.fullmatch(kind)
    if found is not None:
        digits = 2 * int(found.group(1))
        return _WORD, lambda word: bytes.fromhex(word[:digits])
    return None


def _struct(kind: str, hint: object) -> tuple[int, Callable[[str], Any]] | None:
    if not (isinstance(hint, type) and dataclasses.is_dataclass(hint)):
        return None
    cls = hint
    places: list[tuple[int, int, Callable[[str], Any]]] = []
    end = 0
    for field, of_field in zip(fields_of_struct(kind), field_types(cls), strict=True):
        reader = _reader(field, of_field)
        if reader is None:
            return None
        places.append((end, end + reader[0], reader[1]))
        end += reader[0]
    return end, lambda words: cls(*[read(words[begin:until]) for begin, until, read in places])


@lru_cache(maxsize=2**17)
def address_in_word(word: str) -> ChecksumAddress:
    """The address that a word has, in hex. Holders come again and again."""
    return checksummed(word[-40:].lower())


def _number(word: str) -> int:
    return int(word, 16)


def _flag(word: str) -> bool:
    return int(word, 16) != 0


def _member(cls: type[IntEnum]) -> Callable[[str], IntEnum]:
    return lambda word: cls(int(word, 16))
