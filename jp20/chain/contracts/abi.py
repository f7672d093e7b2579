"""A contract's ABI: calls, results, errors and events, to bytes and back."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_hash.auto import keccak

from jp20.domain.base.addresses import address_of

_ONE_WORD: Final = re.compile(r"address|bytes32|uint[0-9]+")


@dataclass(frozen=True, slots=True)
class Field:
    """An argument, or a field of a struct, by name; `fields` are those of a struct, or of a list of
    structs, else none.
    """

    name: str
    kind: str
    fields: tuple["Field", ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A function, error or event: its name and arguments; types as in a signature, structs in
    brackets. `fields` are the arguments with the names that are inside structs.
    """

    name: str
    inputs: tuple[str, ...]
    input_names: tuple[str, ...]
    indexed: tuple[bool, ...]
    outputs: tuple[str, ...]
    changes_state: bool
    fields: tuple[Field, ...]

    @property
    def signature(self) -> str:
        return f"{self.name}({','.join(self.inputs)})"

    @property
    def topic(self) -> bytes:
        """The event's first topic."""
        return keccak(self.signature.encode("ascii"))

    @property
    def selector(self) -> bytes:
        """The function's or error's first four bytes."""
        return self.topic[:4]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A call, error or event that was read: its name and its arguments by the names in the ABI."""

    name: str
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={_shown(value)}" for name, value in self.arguments.items())
        return f"{self.name}({shown})"


class Interface:
    """All of one ABI. A function is asked for by name, or by signature where several share the
    name.
    """

    def __init__(self, abi: Sequence[Mapping[str, Any]]) -> None:
        functions = [_item(entry) for entry in abi if entry["type"] == "function"]
        self.functions: Final = {function.signature: function for function in functions}
        self.errors: Final = {e.selector: e for e in _items(abi, "error")}
        self.events: Final = {e.topic: e for e in _items(abi, "event")}
        self._by_selector = {function.selector: function for function in functions}
        constructors = _items(abi, "constructor")
        self._constructor = constructors[0] if constructors else None

    def function(self, name: str, arguments: int | None = None) -> Item:
        """By signature, or by name and number of arguments. LookupError where none fits, or
        several.
        """
        if name in self.functions:
            return self.functions[name]
        found = [
            function
            for function in self.functions.values()
            if function.name == name and arguments in (None, len(function.inputs))
        ]
        if len(found) != 1:
            raise LookupError(f"{name}: {[function.signature for function in found] or 'unknown'}")
        return found[0]

    def encode(self, name: str, *arguments: object) -> bytes:
        """A call's data. Dataclasses stand for structs. TypeError for arguments that do not fit."""
        function = self.function(name, len(arguments))
        return function.selector + _encode(function.inputs, arguments)

    def encode_constructor(self, *arguments: object) -> bytes:
        """What follows the creation code."""
        inputs = self._constructor.inputs if self._constructor else ()
        return _encode(inputs, arguments)

    def by_selector(self, selector: bytes) -> Item | None:
        """The function of a selector; None where it is unknown here."""
        return self._by_selector.get(selector)

    def decode_call(self, data: bytes) -> Decoded | None:
        """Function and arguments; None where the selector is unknown here."""
        return _decode(self._by_selector.get(data[:4]), data[4:])

    def decode_result(self, name: str, data: bytes, arguments: int | None = None) -> Any:
        """What a function returned: the value where it is one, else a tuple; structs are tuples.

        ValueError where the bytes are not such a result.
        """
        function = self.function(name, arguments)
        try:
            values = decode(function.outputs, data)
        except DecodingError as error:
            raise ValueError(f"not a result of {function.signature}: 0x{data.hex()}") from error
        results = [
            _checksummed(kind, value) for kind, value in zip(function.outputs, values, strict=True)
        ]
        return results[0] if len(results) == 1 else tuple(results)

    def decode_error(self, data: bytes) -> Decoded | None:
        """Error and arguments; None where it is unknown here."""
        return _decode(self.errors.get(data[:4]), data[4:])

    def decode_event(self, topics: Sequence[bytes], data: bytes) -> Decoded | None:
        """Event and arguments; None where it is unknown here. Indexed texts and lists stay
        hashes.
        """
        event = self.events.get(topics[0]) if topics else None
        if event is None:
            return None
        in_data = [
            kind for kind, indexed in zip(event.inputs, event.indexed, strict=True) if not indexed
        ]
        plain = iter(_values(in_data, data))
        hashed = iter(topics[1:])
        arguments: dict[str, Any] = {}
        for name, kind, indexed in zip(event.input_names, event.inputs, event.indexed, strict=True):
            value = _topic(kind, next(hashed)) if indexed else next(plain)
            arguments[name] = _checksummed(kind, value)
        return Decoded(event.name, arguments)


def merged(interfaces: Sequence[Interface]) -> Mapping[bytes, Item]:
    """The errors of several contracts by selector: a call can hand on another contract's error."""
    return {selector: error for each in interfaces for selector, error in each.errors.items()}


def decode_error(errors: Mapping[bytes, Item], data: bytes) -> Decoded | None:
    """The error of a revert, with its arguments; None where it is not among `errors`."""
    return _decode(errors.get(data[:4]), data[4:])


def _items(abi: Sequence[Mapping[str, Any]], kind: str) -> list[Item]:
    return [_item(entry) for entry in abi if entry["type"] == kind]


def _item(entry: Mapping[str, Any]) -> Item:
    inputs = entry.get("inputs", ())
    return Item(
        entry.get("name", "constructor"),
        tuple(_type(argument) for argument in inputs),
        tuple(argument["name"] or str(place) for place, argument in enumerate(inputs)),
        tuple(bool(argument.get("indexed")) for argument in inputs),
        tuple(_type(result) for result in entry.get("outputs", ())),
        entry.get("stateMutability") not in ("view", "pure"),
        tuple(_field(argument) for argument in inputs),
    )


def _field(argument: Mapping[str, Any]) -> Field:
    return Field(
        str(argument["name"]),
        _type(argument),
        tuple(_field(each) for each in argument.get("components", ())),
    )


def _type(argument: Mapping[str, Any]) -> str:
    kind = str(argument["type"])
    if not kind.startswith("tuple"):
        return kind
    fields = ",".join(_type(field) for field in argument["components"])
    return f"({fields}){kind.removeprefix('tuple')}"


def _encode(kinds: Sequence[str], arguments: Sequence[object]) -> bytes:
    if len(kinds) != len(arguments):
        raise TypeError(f"{len(arguments)} arguments for ({','.join(kinds)})")
    try:
        return encode(kinds, [_plain(argument) for argument in arguments])
    except EncodingError as error:
        raise TypeError(str(error)) from error


def _plain(value: object) -> object:
    """Dataclasses as tuples, at any depth."""
    if dataclasses.is_dataclass(value):
        return tuple(_plain(getattr(value, field.name)) for field in dataclasses.fields(value))
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _decode(item: Item | None, data: bytes) -> Decoded | None:
    if item is None:
        return None
    try:
        values = decode(item.inputs, data)
    except DecodingError:
        return None
    arguments = zip(item.input_names, item.inputs, values, strict=True)
    return Decoded(item.name, {name: _checksummed(kind, value) for name, kind, value in arguments})


def _topic(kind: str, topic: bytes) -> Any:
    if kind in ("string", "bytes") or kind.endswith((")", "]")):
        return topic
    return _values([kind], topic)[0]


def _values(kinds: Sequence[str], data: bytes) -> Sequence[Any]:
    """Decodes; what nearly every event has, one word a value, without the general decoder."""
    if len(data) == 32 * len(kinds) and all(_ONE_WORD.fullmatch(kind) for kind in kinds):
        return [_word(kind, data[32 * place : 32 * place + 32]) for place, kind in enumerate(kinds)]
    return decode(kinds, data)


def _word(kind: str, word: bytes) -> Any:
    if kind == "address":
        return address_of(word[12:])
    return word if kind == "bytes32" else int.from_bytes(word, "big")


def _checksummed(kind: str, value: Any) -> Any:
    """The value with every address in checksummed form."""
    if "address" not in kind or isinstance(value, bytes):
        return value
    if kind == "address":
        return address_of(int(value, 16))
    if kind.endswith("]"):
        return tuple(_checksummed(kind[: kind.rindex("[")], item) for item in value)
    return tuple(
        _checksummed(field, item) for field, item in zip(fields_of_struct(kind), value, strict=True)
    )


def fields_of_struct(struct: str) -> list[str]:
    """The types of a struct's fields: "(a,(b,c)[])" is "a" and "(b,c)[]"."""
    fields, depth, start = [], 0, 1
    for place, letter in enumerate(struct):
        depth += (letter == "(") - (letter == ")")
        if (letter == "," and depth == 1) or (letter == ")" and depth == 0):
            fields.append(struct[start:place])
            start = place + 1
    return fields


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, tuple):
        return f"({', '.join(_shown(item) for item in value)})"
    return str(value)
