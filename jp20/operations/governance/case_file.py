"""A case on file: what is to be done, under which number, on the strength of which document."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import parse_address
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.ids import DocumentHash, TxHash
from jp20.domain.base.text import Text
from jp20.domain.base.times import unix_time
from jp20.domain.files.fields import read_toml
from jp20.domain.governance.evidence import Evidence
from jp20.operations.files.inputs import evidence_of, read_document, read_file


class CaseFile:
    """A TOML file that says what is to be done, under which case, on the strength of which
    document.

    Each field is asked for by the kind it must be of; what is missing or unfit is a BadArgument
    that names it.
    """

    def __init__(self, file: str, fields: Mapping[str, object] | None = None) -> None:
        self._file = Path(file)
        self._fields: Mapping[str, object] = self._read() if fields is None else fields

    @property
    def evidence(self) -> Evidence:
        """The case, and the hash of its document: this file itself where it names none."""
        document = self._file.parent / self.text("document") if self.has("document") else self._file
        return evidence_of(self.text("case"), document)

    def has(self, field: str) -> bool:
        return field in self._fields

    def text(self, field: str) -> str:
        value = self._fields.get(field)
        if not isinstance(value, str) or not value:
            raise self.unfit(field, f'{field} = "…"')
        return value

    def number(self, field: str, least: int = 1) -> int:
        value = self._fields.get(field)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.unfit(field, f"{field} = {least}, {least + 1}, {least + 2}, …")
        return value

    def time(self, field: str) -> int:
        """Unix seconds until when something holds: a date is included, to its end in Japan."""
        value = self._fields.get(field)
        if not isinstance(value, date):  # a datetime is one too
            raise self.unfit(field, f"{field} = 2034-03-31")
        return unix_time(value, end_of_day=True)

    def moment(self, field: str) -> int:
        """Unix seconds at which something is seen: a date is its last second in Japan."""
        until = self.time(field)
        return until if isinstance(self._fields[field], datetime) else until - 1

    def document_hash(self, field: str) -> DocumentHash:
        """The SHA-256 of a file beside this one. Raises NoFile, BadArgument where it is empty."""
        document = read_document(self._file.parent / self.text(field))
        return DocumentHash(hashlib.sha256(document).digest())

    def address(self, field: str) -> ChecksumAddress:
        try:
            return parse_address(self.text(field))
        except ValueError:
            raise self.unfit(field, f"{field} = 0x + 40 × 0-9, a-f") from None

    def hash(self, field: str) -> TxHash:
        try:
            value = bytes.fromhex(self.text(field).removeprefix("0x"))
        except ValueError:
            value = b""
        if len(value) != 32:
            raise self.unfit(field, f"{field} = 0x + 64 × 0-9, a-f")
        return TxHash(value)

    def table(self, field: str) -> "CaseFile":
        value = self._fields.get(field)
        if not isinstance(value, dict):
            raise self.unfit(field, f"[{field}]")
        return CaseFile(str(self._file), value)

    def rows(self, field: str) -> list["CaseFile"]:
        value = self._fields.get(field)
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise self.unfit(field, f"[[{field}]]")
        return [CaseFile(str(self._file), row) for row in value]

    def unfit(self, field: str, example: str) -> BadArgument:
        """The error for a field that is missing, or is not like the example."""
        return BadArgument(
            Text("{file} [{field}] is missing or unfit.", file=self._file, field=field),
            next_step=Text("Write: {example}", example=example),
        )

    def _read(self) -> Mapping[str, object]:
        start = Text("Start from a file in examples/administer.")
        return read_toml(read_file(self._file), str(self._file), start)
