"""From typed values to the columns of a row and back: derived from the types themselves.

A dataclass is a column for each of its fields, those of a dataclass inside it under its name. A
list is JSON in one column. Nothing is pickled: what stands in a column can be read without JP20.
"""

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from functools import cache
from typing import Any, Final, cast, get_args, get_origin, get_type_hints

from eth_typing import ChecksumAddress

from jp20.domain.base.roles import Role, bitmap, roles_in


class ColumnKind(Enum):
    """What stands in a column."""

    ADDRESS = auto()
    """The number of an address in `addresses`."""
    NUMBER = auto()
    """A whole number up to 2**256 - 1."""
    SMALL = auto()
    """A whole number below 2**31."""
    BYTES = auto()
    TEXT = auto()
    FLAG = auto()
    JSON = auto()


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A column of a value."""

    name: str
    kind: ColumnKind


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a type. `pack` gives a value's columns in their order; `unpack` takes them
    from an iterator.
    """

    parts: tuple[ValueColumn, ...]
    pack: Callable[[Any], tuple[Any, ...]]
    unpack: Callable[[Iterator[Any]], Any]


def shape_of(kind: object, name: str = "value") -> Shape:
    """The shape of a type; `name` is that of its column where it has one, else what its columns
    begin with, nothing where it is "". TypeError for a type that has none.
    """
    kind = _plain(kind)
    if kind is ChecksumAddress:
        return _single(name, ColumnKind.ADDRESS, _same, _same)
    if kind is bool:
        return _single(name, ColumnKind.FLAG, _same, bool)
    if kind is int:
        return _single(name, ColumnKind.NUMBER, _same, _same)
    if kind is bytes:
        return _single(name, ColumnKind.BYTES, _same, bytes)
    if kind is str:
        return _single(name, ColumnKind.TEXT, _without_nul, _with_nul)
    if kind == frozenset[Role]:
        return _single(name, ColumnKind.SMALL, bitmap, lambda bits: frozenset(roles_in(bits)))
    if get_origin(kind) is tuple:
        to_json, from_json = _to_json(kind), _from_json(kind)
        return _single(
            name,
            ColumnKind.JSON,
            lambda value: compact(to_json(value)),
            lambda text: from_json(json.loads(text)),
        )
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return _single(name, ColumnKind.SMALL, int, kind)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _of_fields(kind, name)
    raise TypeError(f"{kind} has no columns")


def shape_of_key(kinds: tuple[object, ...], names: tuple[str, ...]) -> Shape:
    """The shape of a key of several parts, as a tuple, or of one."""
    shapes = [shape_of(kind, name) for kind, name in zip(kinds, names, strict=True)]
    parts = tuple(part for each in shapes for part in each.parts)
    if len(shapes) == 1:
        return Shape(parts, shapes[0].pack, shapes[0].unpack)
    return Shape(
        parts,
        lambda key: tuple(
            column for each, value in zip(shapes, key, strict=True) for column in each.pack(value)
        ),
        lambda columns: tuple(each.unpack(columns) for each in shapes),
    )


def to_json(kind: object, value: object) -> str:
    """A value as JSON: numbers as they are, bytes in hex, a dataclass as the list of its fields."""
    return compact(_to_json(kind)(value))


def from_json(kind: object, text: str) -> Any:
    """The value that `to_json` wrote."""
    return _from_json(kind)(json.loads(text))


def untyped_to_json(value: object) -> str:
    """A value as the ABI has it, of no class: bytes are marked."""
    return compact(_untyped(value))


def untyped_from_json(text: str) -> Any:
    """The value that `untyped_to_json` wrote; lists are tuples."""
    return _untyped_back(json.loads(text))


def compact(value: object) -> str:
    """JSON in ASCII without blanks: one text for one value, without a zero byte."""
    return json.dumps(value, separators=(",", ":"))


def _single(
    name: str, kind: ColumnKind, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]
) -> Shape:
    return Shape(
        (ValueColumn(name, kind),),
        lambda value: (pack(value),),
        lambda columns: unpack(next(columns)),
    )


def _of_fields(cls: type, name: str) -> Shape:
    hints = get_type_hints(cls)
    fields = [each.name for each in dataclasses.fields(cls)]
    begin = "" if name in ("", "value") else f"{name}_"
    shapes = [shape_of(hints[field], begin + field.rstrip("_")) for field in fields]
    return Shape(
        tuple(part for each in shapes for part in each.parts),
        lambda value: tuple(
            column
            for each, field in zip(shapes, fields, strict=True)
            for column in each.pack(getattr(value, field))
        ),
        lambda columns: cls(*(each.unpack(columns) for each in shapes)),
    )


def _same(value: Any) -> Any:
    return value


def _without_nul(text: str) -> str:
    """PostgreSQL keeps no zero byte in a text; a name on the chain may have one."""
    return text.replace("\\", "\\\\").replace("\0", "\\0")


def _with_nul(text: str) -> str:
    if "\\" not in text:
        return text
    return "\\".join(each.replace("\\0", "\0") for each in text.split("\\\\"))


def _plain(kind: object) -> object:
    """A type under a name of its own, an organisation's number say, as what it is."""
    while kind is not ChecksumAddress and hasattr(kind, "__supertype__"):
        kind = kind.__supertype__
    return kind


@cache
def _to_json(kind: object) -> Callable[[Any], Any]:
    kind = _plain(kind)
    if kind is bytes:
        return cast(Callable[[Any], Any], bytes.hex)
    if get_origin(kind) is tuple:
        each = _to_json(_element(kind))
        return lambda value: [each(item) for item in value]
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return int
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        fields = [(name, _to_json(hint)) for name, hint in _hints(kind).items()]
        return lambda value: [pack(getattr(value, name)) for name, pack in fields]
    if kind in (int, str, bool, ChecksumAddress):
        return _same
    raise TypeError(f"{kind} has no JSON")


@cache
def _from_json(kind: object) -> Callable[[Any], Any]:
    kind = _plain(kind)
    if kind is bytes:
        return bytes.fromhex
    if get_origin(kind) is tuple:
        each = _from_json(_element(kind))
        return lambda value: tuple(each(item) for item in value)
    if isinstance(kind, type) and issubclass(kind, IntEnum):
        return kind
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        cls: Final = kind
        unpack = [_from_json(hint) for hint in _hints(kind).values()]
        return lambda value: cls(*(one(item) for one, item in zip(unpack, value, strict=True)))
    return _same


def _hints(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _element(kind: object) -> object:
    element, more = get_args(kind)
    if more is not Ellipsis:
        raise TypeError(f"{kind} is no list")
    return element


def _untyped(value: object) -> object:
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, Mapping):
        return {"map": {name: _untyped(each) for name, each in value.items()}}
    if isinstance(value, list | tuple):
        return [_untyped(each) for each in value]
    if isinstance(value, int | str) or value is None:
        return value
    raise TypeError(f"{value!r} is nothing that an ABI has")


def _untyped_back(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_untyped_back(each) for each in value)
    if isinstance(value, dict):
        if "hex" in value:
            return bytes.fromhex(value["hex"])
        return {name: _untyped_back(each) for name, each in value["map"].items()}
    return value
