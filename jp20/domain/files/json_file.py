"""JSON files that go from one machine to another: written with a checksum, and read field by field
so that whatever is wrong is named with its file and field.

The checksum is the SHA-256 of the content without white space and with its fields in order. It
tells a damaged file from a whole one, and it is no seal: who can write the file can write it.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final, cast

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS, parse_address
from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.text import Text
from jp20.domain.files.fields import read_json
from jp20.domain.files.letters import harmless


def json_text(content: Mapping[str, Any]) -> str:
    """The file, with its checksum."""
    whole = {**content, "checksum": hex_text(checksum(content))}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def checksum(content: Mapping[str, Any]) -> bytes:
    """Of all fields but the checksum's own."""
    kept = {name: value for name, value in content.items() if name != "checksum"}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def hex_text(value: bytes) -> str:
    return f"0x{value.hex()}"


class Faults:
    """The faults of a file, as they are found; what to do about them is the same for all."""

    def __init__(self, file: str, next_step: Text) -> None:
        self.file: Final = file
        self.next_step: Final = next_step
        self._found: list[Fault] = []

    def add(self, field: str, what: Text) -> None:
        self._found.append(Fault(self.file, None, field, what, self.next_step))

    def end(self) -> None:
        """Raises FaultyFile where there are any."""
        if self._found:
            raise FaultyFile(self._found)


class Fields:
    """An object in a file. A field that is missing or unfit is a fault, and nothing stands in its
    place until `Faults.end`.
    """

    def __init__(self, content: Mapping[str, Any], faults: Faults, path: str = "") -> None:
        self._content = content
        self._faults = faults
        self._path = path

    def add(self, field: str, what: Text) -> None:
        """A fault of a field."""
        self._faults.add(f"{self._path}{field}", what)

    def is_null(self, field: str) -> bool:
        return field in self._content and self._content[field] is None

    def only(self, *fields: str) -> None:
        """Other fields are faults: what is not read is not shown to anybody either."""
        for field in sorted(self._content.keys() - set(fields)):
            self.add(field, Text("is unknown."))

    def number(self, field: str, least: int, most: int) -> int:
        value = self._content.get(field)
        if type(value) is not int or not least <= value <= most:
            self._unfit(
                field, Text("a whole number from {least} to {most}", least=least, most=most)
            )
            return least
        return value

    def text(self, field: str) -> str:
        value = self._content.get(field)
        if not isinstance(value, str) or harmless(value) != value:
            self._unfit(field, Text("text without control characters"))
            return ""
        return value

    def octets(self, field: str, size: int | None = None) -> bytes:
        """Bytes as 0x and small hexadecimal digits: `size` bytes, or as many as there are."""
        value = self._content.get(field)
        try:
            octets = bytes.fromhex(value[2:]) if isinstance(value, str) else b""
        except ValueError:
            octets = b""
        if value != hex_text(octets) or size not in (None, len(octets)):
            self._unfit(
                field,
                Text("0x and digits 0-9, a-f")
                if size is None
                else Text("0x and {count} {count:digit|digits} 0-9, a-f", count=2 * size),
            )
            return b""
        return octets

    def address(self, field: str) -> ChecksumAddress:
        value = self._content.get(field)
        try:
            address = parse_address(value if isinstance(value, str) else "")
        except ValueError:
            address = ZERO_ADDRESS
        if address != value:
            self._unfit(field, Text("an address with its checksum"))
        return address

    def rows(self, field: str) -> "list[Fields]":
        """The objects of a list that is not empty."""
        value = self._content.get(field)
        if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
            self._unfit(field, Text("a list with something in it"))
            return []
        return [
            Fields(row, self._faults, f"{self._path}{field}[{place}].")
            for place, row in enumerate(value)
        ]

    def checksum(self) -> None:
        """Whether the file is as it was written."""
        if self._content.get("checksum") != hex_text(checksum(self._content)):
            self.add("checksum", Text("does not fit: the file was changed or damaged."))

    def _unfit(self, field: str, wanted: Text) -> None:
        self.add(field, Text("is not {wanted}.", wanted=wanted))


def read_fields(content: bytes, kind: str, version: int, faults: Faults) -> Fields:
    """A file of a kind, in the version that is read here (`format`). Raises FaultyFile."""
    found = read_json(content, faults.file, faults.next_step)
    if not isinstance(found, dict):
        faults.add("", Text("is not a JSON object."))
    elif found.get("kind") != kind:
        faults.add("kind", Text('is not "{kind}".', kind=kind))
    elif type(found.get("format")) is not int or found["format"] != version:
        faults.add("format", Text("is not {version}.", version=version))
    faults.end()
    return Fields(cast(Mapping[str, Any], found), faults)
