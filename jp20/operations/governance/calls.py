"""The calls of a request as a person reads them: what somebody is to sign (G17, S3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Any, Final

from jp20.chain.contracts.abi import Field, Interface
from jp20.domain.base.roles import Role, roles_in
from jp20.domain.base.times import in_tokyo
from jp20.domain.governance.requests import Call
from jp20.domain.investors.investors import InvestorClass, Residency
from jp20.domain.register.events import Cause
from jp20.domain.token.movements import Waiver
from jp20.domain.token.terms import Placement

Value = str | int | bool
"""What stands in a cell: times as ISO 8601 in Japan's time, codes by name, amounts as numbers."""

_TIMES: Final = frozenset(
    {"until", "deadline", "at", "since", "maturity", "lockedUntil", "kycExpiry", "classExpiry"}
)
_ENUMS: Final[Mapping[str, type[IntEnum] | type[IntFlag]]] = {
    "cause": Cause,
    "class": InvestorClass,
    "residency": Residency,
    "placement": Placement,
    "role": Role,
    "waivers": Waiver,
}
_MASKS: Final[Mapping[str, type[IntEnum]]] = {"classes": InvestorClass, "residencies": Residency}
"""Bits of `1 << choice`."""
_ROLES: Final = frozenset({"roles", "proposers", "executors", "slots", "standIns"})
_LAST_TIME: Final = 2**40 - 1


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A call that was read. `arguments` are its single values by name (`move.from` inside a
    struct); `columns` and `rows` its lists, one beside the other as the function takes them.
    """

    index: int
    arguments: tuple[tuple[str, Value], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


class UnknownCall(ValueError):
    """The call's data is that of no function that this version knows."""


def read_call(interface: Interface, index: int, call: Call) -> ReadCall:
    """Every argument of a call, none left out. Raises UnknownCall."""
    item = interface.by_selector(call.selector)
    decoded = interface.decode_call(call.data)
    if item is None or decoded is None:
        raise UnknownCall(call.selector.hex())
    arguments: list[tuple[str, Value]] = []
    columns: list[tuple[str, list[Value]]] = []
    for field, value in zip(item.fields, decoded.arguments.values(), strict=True):
        if field.kind.endswith("[]"):
            columns += _columns(field, value)
        else:
            arguments += _single(field.name, field, value)
    return ReadCall(
        index, tuple(arguments), tuple(name for name, _ in columns), _rows([c for _, c in columns])
    )


def _single(name: str, field: Field, value: Any) -> list[tuple[str, Value]]:
    if not field.fields:
        return [(name, _value(field, value))]
    return [
        pair
        for inner, each in zip(field.fields, value, strict=True)
        for pair in _single(f"{name}.{inner.name}", inner, each)
    ]


def _columns(field: Field, values: Sequence[Any]) -> list[tuple[str, list[Value]]]:
    """A column for a list, or one for each field of a list of structs."""
    if not field.fields:
        return [(field.name, [_value(_element(field), each) for each in values])]
    return [
        (inner.name, [_value(inner, each[place]) for each in values])
        for place, inner in enumerate(field.fields)
    ]


def _rows(columns: Sequence[Sequence[Value]]) -> tuple[tuple[Value, ...], ...]:
    """Lists that differ in length, which a contract refuses, show their gaps."""
    longest = max((len(column) for column in columns), default=0)
    return tuple(
        tuple(column[place] if place < len(column) else "" for column in columns)
        for place in range(longest)
    )


def _value(field: Field, value: Any) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _number(field.name, value)
    if isinstance(value, bytes):
        return readable(value)
    if field.kind.endswith("[]"):
        between = " + " if field.name in _ROLES else ", "
        return between.join(str(_value(_element(field), each)) for each in value) or "–"
    if field.fields:
        named = zip(field.fields, value, strict=True)
        return ", ".join(f"{inner.name}={_value(inner, each)}" for inner, each in named)
    return str(value)


def _element(field: Field) -> Field:
    """What a list holds."""
    return Field(field.name, field.kind.removesuffix("[]"), field.fields)


def _number(name: str, value: int) -> Value:
    if name in _TIMES and value:
        return "–" if value >= _LAST_TIME else in_tokyo(value)
    if name in _ROLES:
        return " | ".join(role.name for role in roles_in(value)) or "–"
    if name in _MASKS:
        return " | ".join(each.name for each in _MASKS[name] if value >> each & 1) or "–"
    kind = _ENUMS.get(name)
    if kind is None:
        return value
    try:
        found = kind(value)
    except ValueError:
        return value
    return found.name or str(found.value)


def readable(word: bytes) -> str:
    """Bytes as the text that they are (a case, a reference), else in hexadecimal."""
    text = word.rstrip(b"\0")
    if len(word) == 32 and text and text.isascii() and text.decode("ascii").isprintable():
        return text.decode("ascii")
    return f"0x{word.hex()}"
