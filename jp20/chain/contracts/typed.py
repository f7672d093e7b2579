"""From values as the ABI has them to the types that the software knows."""

import dataclasses
from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from typing import TypeVar, cast, get_args, get_origin, get_type_hints

_T = TypeVar("_T")


def typed(kind: type[_T], value: object) -> _T:
    """The ABI's `value` as a `kind`: int, str, bytes, bool, an address, an enum, a dataclass of
    such in the order of a struct or of several results, or a tuple of them. TypeError for what is
    not.
    """
    return cast(_T, _typed(kind, value))


def _typed(kind: object, value: object) -> object:
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind), value)
    plain = getattr(kind, "__supertype__", kind)  # a NewType: ChecksumAddress
    while hasattr(plain, "__supertype__"):
        plain = plain.__supertype__
    if not isinstance(plain, type):
        raise TypeError(f"{kind} is no type of the chain")
    if dataclasses.is_dataclass(plain):
        kinds = field_types(plain)
        return plain(*_tuple(kinds, value))
    if issubclass(plain, IntEnum) and isinstance(value, int):
        return plain(value)
    if not isinstance(value, plain) or (isinstance(value, bool) and plain is not bool):
        raise TypeError(f"{value!r} is no {plain.__name__}")
    return value


def _tuple(kinds: Sequence[object], value: object) -> tuple[object, ...]:
    if not isinstance(value, tuple | list):
        raise TypeError(f"{value!r} is no tuple")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = [kinds[0]] * len(value)
    return tuple(_typed(kind, item) for kind, item in zip(kinds, value, strict=True))


@cache
def field_types(cls: type) -> tuple[object, ...]:
    """The types of a dataclass's fields, in their order."""
    hints = get_type_hints(cls)
    return tuple(hints[field.name] for field in dataclasses.fields(cls))
