"""The term sheet file (TOML): what an issuer writes, checked, and turned into the terms of a
token (G1).
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Final, TypeVar, cast

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS, NotAnAddress, WrongChecksum, parse_address
from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.text import Text
from jp20.domain.base.times import unix_time
from jp20.domain.files.dates import NotADate, parse_time
from jp20.domain.files.fields import read_toml
from jp20.domain.files.letters import harmless, quoted
from jp20.domain.investors.investors import InvestorClass, Residency
from jp20.domain.token.terms import MAX_UNITS, Placement, Terms

_Choice = TypeVar("_Choice", bound=IntEnum)

_WORD: Final = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
"""Of a code or symbol: no two of them look alike, whatever the reader's font and keyboard."""

_PLACEMENTS: Final = {word: p for p in Placement for word in (p.text.en, p.text.ja)}
_CLASSES: Final = {word: c for c in InvestorClass if c for word in (c.text.en, c.text.ja)}
_RESIDENCIES: Final = {word: r for r in Residency if r for word in (r.text.en, r.text.ja)}


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the issue, to be named on the chain (ERC-1643). `sha256` is that of its
    bytes.
    """

    name: str
    uri: str
    sha256: bytes


@dataclass(frozen=True, slots=True)
class TermSheet:
    """A term sheet that is in order: the file, the terms of the token, and the documents to be
    named there.
    """

    file: str
    terms: Terms
    documents: tuple[Document, ...]


def parse_term_sheet(data: bytes, file: str) -> TermSheet:
    """Reads a term sheet. `examples/term-sheets/` shows the fields; those that may be left out
    have a default there.

    A date without a time is a day in Japan: `locked_until` includes it, `maturity` is its
    beginning. `termSheetHash` is the SHA-256 of `data`. Raises FaultyFile with every fault by its
    field.
    """
    sheet = read_toml(data, file, _START)
    reader = _Reader(file, sheet)
    terms = Terms(
        name=reader.text("token.name"),
        symbol=reader.word("token.symbol", most=11),
        code=reader.word("token.code", most=31),
        product=reader.text("token.product"),
        right=reader.text("token.right"),
        perfection=reader.text("token.perfection"),
        decimals=reader.number("token.decimals", 0, 18, default=0),
        cap=reader.number("issue.cap", 1, MAX_UNITS - 1),
        lot_size=reader.number("issue.lot_size", 1, MAX_UNITS - 1, default=1),
        unit_price=reader.number("issue.unit_price", 1, 2**120 - 1),
        issuer_account=reader.address("issue.issuer_account"),
        placement=reader.choice("issue.placement", _PLACEMENTS),
        locked_until=reader.time("issue.locked_until", end_of_day=True),
        classes=reader.mask("holders.classes", _CLASSES),
        residencies=reader.mask("holders.residencies", _RESIDENCIES),
        holder_cap=reader.number("holders.holder_cap", 0, 2**32 - 1, default=0),
        whole_position_only=reader.flag("holders.whole_position_only"),
        consent_required=reader.flag("holders.consent_required"),
        expired_may_dispose=reader.flag("holders.expired_may_dispose"),
        maturity=reader.time("redemption.maturity"),
        early_redemption=reader.flag("redemption.early"),
        partial_redemption=reader.flag("redemption.partial"),
        holder_redemption=reader.flag("redemption.holder"),
        term_sheet_hash=hashlib.sha256(data).digest(),
    )
    documents = reader.documents()
    faults = [*reader.faults, *reader.unknown_fields()]
    if not faults:
        faults = list(_contradictions(file, terms))
    if faults:
        raise FaultyFile(faults)
    return TermSheet(file, terms, documents)


def _contradictions(file: str, terms: Terms) -> Iterable[Fault]:
    """Fields that are in order each, but not together."""
    if terms.lot_size > terms.cap:
        yield Fault(
            file,
            None,
            "issue.lot_size",
            Text("A lot is larger than the whole issue."),
            Text("Lower lot_size or raise cap."),
        )
    if terms.maturity and terms.locked_until >= terms.maturity:
        yield Fault(
            file,
            None,
            "issue.locked_until",
            Text("The lock-up does not end before maturity."),
            Text("Put it before redemption.maturity."),
        )
    if terms.whole_position_only and terms.lot_size > 1:
        yield Fault(
            file,
            None,
            "holders.whole_position_only",
            Text("A token that moves as a whole position has no lots."),
            Text("Remove issue.lot_size."),
        )
    admitted = {
        Placement.QUALIFIED: 1 << InvestorClass.QUALIFIED_INSTITUTION,
        Placement.PROFESSIONAL: 1 << InvestorClass.QUALIFIED_INSTITUTION
        | 1 << InvestorClass.PROFESSIONAL,
    }.get(terms.placement)
    if admitted is not None and terms.classes & ~admitted:
        yield Fault(
            file,
            None,
            "holders.classes",
            Text(
                "The placement {placement} does not reach these classes.",
                placement=terms.placement.text,
            ),
            Text("Take them out, or change issue.placement."),
        )


_START: Final = Text("Start from a file in examples/term-sheets.")


class _Reader:
    """The file's tables: each field is a value; a faulty one is a fault and a stand-in that is
    never used.
    """

    def __init__(self, file: str, sheet: Mapping[str, object]) -> None:
        self._file = file
        self._sheet = sheet
        self._asked: set[str] = {"documents"}
        self.faults: list[Fault] = []

    def text(self, field: str, most: int = 1000) -> str:
        value = self._value(field)
        if value is None:
            self._missing(field)
        elif (
            not isinstance(value, str)
            or not value.strip()
            or len(value.encode()) > most
            or harmless(value) != value
        ):
            self._fault(
                field,
                Text("This is not a text of the right length."),
                Text(
                    "Write 1 to {most} bytes in quotation marks, without control characters.",
                    most=most,
                ),
            )
        return str(value)

    def word(self, field: str, most: int) -> str:
        """A name that everybody types and that looks like no other one."""
        value = self._value(field)
        if value is None:
            self._missing(field)
        elif not isinstance(value, str) or not _WORD.fullmatch(value) or len(value) > most:
            said = quoted(str(value))
            self._fault(
                field,
                Text("{value} cannot be one.", value=said),
                Text("Write 1 to {most} of A-Z, 0-9, and hyphens between them.", most=most),
            )
        return str(value)

    def number(self, field: str, least: int, most: int, default: int | None = None) -> int:
        value = self._value(field)
        if value is None:
            if default is None:
                self._missing(field)
            return default or 0
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self._fault(
                field,
                Text("{value!r} is not a whole number in range.", value=value),
                Text("Write a number from {least} to {most}.", least=least, most=most),
            )
            return least
        return value

    def flag(self, field: str) -> bool:
        value = self._value(field)
        if not isinstance(value, bool | None):
            self._fault(
                field,
                Text("{value!r} is neither true nor false.", value=value),
                Text("Write true or false, without quotation marks."),
            )
        return value is True

    def time(self, field: str, *, end_of_day: bool = False) -> int:
        """Unix seconds; 0 where the field is left out."""
        value = self._value(field)
        if value is None:
            return 0
        try:
            if isinstance(value, date | datetime):
                return unix_time(value, end_of_day=end_of_day)
            if isinstance(value, str):
                return parse_time(value, end_of_day=end_of_day)
        except NotADate as unfit:
            self._fault(field, unfit.what, unfit.next_step)
            return 0
        except ValueError:
            pass
        self._fault(
            field,
            Text("{value!r} is not a date or time.", value=value),
            Text("Write it like 2031-03-31 or 2031-03-31T15:00:00+09:00."),
        )
        return 0

    def address(self, field: str) -> ChecksumAddress:
        value = self._value(field)
        if value is None:
            self._missing(field)
            return ZERO_ADDRESS
        try:
            address = parse_address(str(value))
        except NotAnAddress:
            address = ZERO_ADDRESS
        except WrongChecksum:
            self._fault(
                field,
                Text("The address has a wrong checksum."),
                Text("Copy it again from its source."),
            )
            return ZERO_ADDRESS
        if address == ZERO_ADDRESS:
            self._fault(
                field,
                Text("{value!r} is not an address.", value=value),
                Text("Write 0x and 40 digits of 0-9, a-f."),
            )
        return address

    def choice(self, field: str, values: Mapping[str, _Choice]) -> _Choice:
        value = self._value(field)
        if value is None:
            self._missing(field)
        elif value not in values:
            self._not_a_choice(field, value, values)
        return values.get(str(value), next(iter(values.values())))

    def mask(self, field: str, values: Mapping[str, IntEnum]) -> int:
        """The bits of the listed choices."""
        listed = self._value(field)
        if listed is None:
            self._missing(field)
            return 0
        if not isinstance(listed, list) or not listed:
            self._not_a_choice(field, listed, values)
            return 0
        bits = 0
        for value in listed:
            if value in values:
                bits |= 1 << values[value]
            else:
                self._not_a_choice(field, value, values)
        return bits

    def documents(self) -> tuple[Document, ...]:
        """The [[documents]] with name, uri and sha256."""
        listed = self._sheet.get("documents", [])
        found: list[Document] = []
        for entry in listed if isinstance(listed, list) else [listed]:
            name, uri, sha256 = (
                (entry.get(key) if isinstance(entry, dict) else None)
                for key in ("name", "uri", "sha256")
            )
            try:
                digest = bytes.fromhex(str(sha256).removeprefix("0x"))
            except ValueError:
                digest = b""
            if (
                not isinstance(name, str)
                or not 1 <= len(name.encode()) <= 32
                or not isinstance(uri, str)
                or not uri
                or len(digest) != 32
                or len(cast("dict[str, object]", entry)) != 3
                or name in (document.name for document in found)
            ):
                self._fault(
                    "documents",
                    Text("Document {name!r} is not complete.", name=name),
                    Text(
                        "Give each its own name (1 to 32 bytes), a uri and its sha256 (64 digits)."
                    ),
                )
            else:
                found.append(Document(name, uri, digest))
        return tuple(found)

    def unknown_fields(self) -> Iterable[Fault]:
        """A fault for each field that nobody asked for: a mistyped name must not pass as a
        default.
        """
        for table, fields in self._sheet.items():
            if table == "documents":
                continue
            names = [f"{table}.{name}" for name in fields] if isinstance(fields, dict) else [table]
            for name in names:
                if name not in self._asked:
                    yield Fault(
                        self._file,
                        None,
                        name,
                        Text("There is no such field."),
                        Text("Correct its name, or remove it."),
                    )

    def _value(self, field: str) -> object:
        self._asked.add(field)
        table, name = field.split(".")
        fields = self._sheet.get(table)
        return fields.get(name) if isinstance(fields, dict) else None

    def _fault(self, field: str, what: Text, next_step: Text) -> None:
        self.faults.append(Fault(self._file, None, field, what, next_step))

    def _missing(self, field: str) -> None:
        self._fault(field, Text("This is missing."), Text("Fill it in."))

    def _not_a_choice(self, field: str, value: object, values: Iterable[str]) -> None:
        allowed = ", ".join(values)
        self._fault(
            field,
            Text("{value!r} is not known here.", value=value),
            Text("Use: {allowed}.", allowed=allowed),
        )
