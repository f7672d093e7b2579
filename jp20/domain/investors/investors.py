"""Investors and the file by which they come to the whitelist (G7, G18).

What goes to the chain is wallets, class, residency and dates. The customer reference and the name
stay here.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from string import hexdigits
from typing import Final, TypeVar

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import NotAnAddress, WrongChecksum, parse_address
from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.ids import InvestorId
from jp20.domain.base.text import NumberedEnum, Text
from jp20.domain.files.dates import NotADate, parse_time
from jp20.domain.files.letters import quoted
from jp20.domain.files.tables import PLAIN, Column, Layout, Row, Table, parse_table
from jp20.domain.investors.personal import (
    PERSONAL_COLUMNS,
    UnfitField,
    my_number_in,
    personal_field,
)

_ID_DIGITS: Final = 38

NEVER: Final = 2**40 - 1
"""The expiry of a class that does not lapse."""


class InvestorClass(NumberedEnum):
    """一般投資家, 特定投資家, 適格機関投資家."""

    NONE = 0, Text("none")
    GENERAL = 1, Text("general")
    PROFESSIONAL = 2, Text("professional")
    QUALIFIED_INSTITUTION = 3, Text("qualified_institution")


class Residency(NumberedEnum):
    """Where an investor belongs to for the rules of an issue."""

    NONE = 0, Text("none")
    RESIDENT = 1, Text("resident")
    NON_RESIDENT = 2, Text("non_resident")
    US_PERSON = 3, Text("us_person")


_CLASSES: Final = {word: c for c in InvestorClass if c for word in (c.text.en, c.text.ja)}
_RESIDENCIES: Final = {word: r for r in Residency if r for word in (r.text.en, r.text.ja)}

COLUMNS: Final = (
    Column("investor", ("顧客番号", "投資家番号")),
    Column("name", ("氏名", "名称", "氏名又は名称", "氏名または名称"), required=False),
    Column("wallet", ("ウォレット", "ウォレットアドレス")),
    Column("class", ("投資家区分",)),
    Column("residency", ("居住区分",)),
    Column("kyc_expiry", ("KYC有効期限", "本人確認有効期限")),
    Column("class_expiry", ("区分有効期限", "投資家区分有効期限"), required=False),
    Column("further_wallet", ("追加ウォレット",), required=False),
    *PERSONAL_COLUMNS,
)
_SCIENTIFIC: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]*)?E[+-]?[0-9]+", re.IGNORECASE)
"""What a spreadsheet program makes of a long number; different ones become the same."""
_FURTHER: Final = frozenset({"yes", "further", "追加", "はい", "○", "〇"})


def investor_id(first_wallet: ChecksumAddress) -> InvestorId:
    """The opaque id on the chain: the first 19 bytes of the first wallet's address."""
    return InvestorId(int(first_wallet, 16) >> 8)


def parse_investor_id(text: str) -> InvestorId | None:
    """The opaque id as it is shown: 0x and 38 digits. None where it is none."""
    digits = text.removeprefix("0x")
    is_id = digits != text and len(digits) == _ID_DIGITS and set(digits) <= set(hexdigits)
    return InvestorId(int(digits, 16)) if is_id else None


@dataclass(frozen=True, slots=True)
class Investor:
    """One investor of a whitelist file, with a wallet on each of its `lines`. Times are unix
    seconds; the first wallet gives the id on the chain.

    `reference` is the customer reference, `name` the person's name and `personal` what else the
    file says of the person, by column: none of it goes to the chain, and of name and person there
    is nothing in any representation. They are for the vault.
    """

    lines: tuple[int, ...]
    reference: str
    name: str = field(repr=False)
    wallets: tuple[ChecksumAddress, ...]
    investor_class: InvestorClass
    residency: Residency
    kyc_expiry: int
    class_expiry: int
    personal: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def line(self) -> int:
        """The first of its lines."""
        return self.lines[0]

    def line_of(self, wallet: ChecksumAddress) -> int:
        """The line on which a wallet stands."""
        return self.lines[self.wallets.index(wallet)]

    @property
    def id(self) -> InvestorId:
        """See `investor_id`."""
        return investor_id(self.wallets[0])


@dataclass(frozen=True, slots=True)
class InvestorFile:
    """The investors whose rows are all in order, and every fault of the others, by line: each of
    the file's `lines` is an investor's or has a fault. `digest` is the SHA-256 of the file; `notes`
    and `is_doubtful` see `Table`.

    What follows stays here: `references` are the customer references by line; `wallets` the first
    wallet of each reference that is known for certain, whatever else is faulty in its rows.
    """

    file: str
    investors: tuple[Investor, ...]
    faults: tuple[Fault, ...]
    digest: bytes
    lines: frozenset[int]
    notes: tuple[Text, ...]
    references: Mapping[int, str] = field(repr=False)
    wallets: Mapping[str, ChecksumAddress] = field(repr=False)
    is_doubtful: bool = False

    @property
    def uncertain(self) -> Mapping[str, Sequence[int]]:
        """The lines of each reference whose wallet is not known for certain."""
        lines: dict[str, list[int]] = {}
        for line, reference in self.references.items():
            if reference not in self.wallets:
                lines.setdefault(reference, []).append(line)
        return lines

    @property
    def all_wallets(self) -> Mapping[str, Sequence[ChecksumAddress]]:
        """The wallets of each reference, the first one first; of one whose rows are faulty the
        first alone, where that is certain.
        """
        certain = {reference: (wallet,) for reference, wallet in self.wallets.items()}
        return certain | {each.reference: each.wallets for each in self.investors}

    def sound(self) -> tuple[Investor, ...]:
        """The investors of a file without a fault; else raises FaultyFile."""
        if self.faults:
            raise FaultyFile(self.faults)
        return self.investors


def parse_investors(data: bytes, file: str, now: int, layout: Layout = PLAIN) -> InvestorFile:
    """Reads a whitelist file (CSV or XLSX). `now` in unix seconds tells which expiries lie in the
    past.

    That two rows are one investor's is never concluded from their reference alone: a further wallet
    has the same name beside it as the first one, or says "yes" under `further_wallet` (追加); all
    other cells are equal. A row that repeats another one, cell by cell, is a fault, and the
    other stands. An investor with a faulty row is left out whole, and each of its rows has a fault;
    so is one whom the chain would take for another. Raises FaultyFile where the file has no usable
    header.
    """
    table = parse_table(data, file, COLUMNS, layout)
    no_rows = {row.line for row in table.rows if is_no_row(row)}
    reading = _Reading(file, now, table)
    investors = reading.investors()
    return InvestorFile(
        file,
        investors,
        tuple(sorted(reading.faults, key=lambda fault: fault.line or 0)),
        hashlib.sha256(data).digest(),
        table.lines - no_rows,
        table.notes,
        {row.line: row.cells["investor"] for row in table.rows},
        reading.wallets,
        table.is_doubtful,
    )


class _Reading:
    """A file's rows on the way to investors."""

    def __init__(self, file: str, now: int, table: Table) -> None:
        self._file = file
        self._now = now
        self.faults = list(table.faults)
        self.wallets: dict[str, ChecksumAddress] = {}
        rows = [row for row in table.rows if not is_no_row(row)]
        self._rows = self._without_repeated(rows)

    def investors(self) -> tuple[Investor, ...]:
        """Those whose rows are all in order."""
        by_wallet: dict[ChecksumAddress, list[_RowReader]] = {}
        readers: dict[str, list[tuple[_RowReader, Investor | None]]] = {}
        for row in self._rows:
            reader = _RowReader(self._file, row, self._now, self.faults)
            investor = reader.investor()
            if reader.address is not None:
                by_wallet.setdefault(reader.address, []).append(reader)
            # Rows without a reference are nobody's, and each has its fault.
            readers.setdefault(reader.reference or f"line {row.line}", []).append(
                (reader, investor)
            )
        for found in by_wallet.values():
            self._part_wallet(found)
        joined = [self._joined(rows) for rows in readers.values()]
        return self._apart([each for each in joined if each is not None])

    def _part_wallet(self, readers: "Sequence[_RowReader]") -> None:
        """A wallet with several rows is that of the reference which has it first; of that one too
        where its own rows contradict.
        """
        first, *others = readers
        own = [each for each in others if each.reference == first.reference]
        for reader in [first, *own] if own else []:
            lines = [each.line for each in (first, *own) if each is not reader]
            reader.fault("wallet", *_contradicts(lines))
        for reader in others:
            if reader.reference != first.reference:
                reader.fault("wallet", *_duplicate(first.line))

    def _without_repeated(self, rows: Sequence[Row]) -> list[Row]:
        """The rows, those left out that say again what an earlier one says."""
        first: dict[tuple[str, ...], int] = {}
        kept: list[Row] = []
        for row in rows:
            line = first.setdefault(tuple(row.cells.values()), row.line)
            if line == row.line:
                kept.append(row)
            else:
                self._fault(row.line, "", _repeats(line), row.cells["investor"])
        return kept

    def _joined(self, rows: "Sequence[tuple[_RowReader, Investor | None]]") -> Investor | None:
        """The investor of rows with one reference, with the wallets of all; None where one of them
        has a fault, which each row then has.
        """
        first, others = rows[0], rows[1:]
        for reader, again in others:
            if first[1] is not None and again is not None:
                reader.agrees(first[1], again)
        if others and not any(reader.is_nobodys for reader, _ in rows):
            strangers = [reader for reader, each in others if not reader.is_further(first[0])]
            for reader in [first[0], *strangers] if strangers else []:
                reader.fault("investor", *_same_reference([each.line for each, _ in rows]))
        if first[0].address is not None and not any(each.is_nobodys for each, _ in rows):
            self.wallets[first[0].reference] = first[0].address
        faulty = [reader.line for reader, _ in rows if reader.is_faulty]
        for reader, _ in rows:
            if faulty and not reader.is_faulty:
                reader.fault("investor", *_with_a_faulty_row(faulty))
        found = [each for _, each in rows if each is not None]
        if faulty or not found:
            return None
        return replace(
            found[0],
            lines=tuple(each.line for each in found),
            wallets=tuple(wallet for each in found for wallet in each.wallets),
        )

    def _apart(self, investors: Sequence[Investor]) -> tuple[Investor, ...]:
        """Those whom the chain would not take for another one of the file."""
        by_id: dict[InvestorId, Investor] = {}
        for each in investors:
            other = by_id.setdefault(each.id, each)
            if other is not each:
                self.wallets.pop(each.reference, None)
                for line in each.lines:
                    self._fault(line, "wallet", _begins_alike(other.line), each.reference)
        return tuple(by_id.values())

    def _fault(self, line: int, column: str, said: tuple[Text, Text], reference: str) -> None:
        self.faults.append(Fault(self._file, line, column, *said, reference=reference))


_Value = TypeVar("_Value")


class _RowReader:
    """One row being read: each cell is a value, or None and a fault."""

    def __init__(self, file: str, row: Row, now: int, faults: list[Fault]) -> None:
        self._file = file
        self._row = row
        self._now = now
        self._faults = faults
        self.line: Final = row.line
        self.reference: Final = row.cells["investor"]
        self.address: ChecksumAddress | None = None
        self.is_faulty = False
        self.is_nobodys = False
        """Whether it cannot be said for certain whose wallet is on this row."""

    def fault(self, column: str, what: Text, next_step: Text) -> None:
        self.is_faulty = True
        self.is_nobodys |= column in ("investor", "wallet")
        self._faults.append(
            Fault(self._file, self.line, column, what, next_step, reference=self.reference)
        )

    def investor(self) -> Investor | None:
        """The investor with the row's one wallet."""
        cells = self._row.cells
        if not self.reference:
            self.fault("investor", *_MISSING)
        elif _SCIENTIFIC.fullmatch(self.reference):
            self.fault("investor", *_scientific(self.reference))
        self.address = wallet_in(cells["wallet"], self.fault)
        investor_class = self._choice("class", _CLASSES)
        residency = self._choice("residency", _RESIDENCIES)
        kyc_expiry = self._expiry("kyc_expiry")
        personal = self._personal()
        class_expiry = self._expiry("class_expiry") if cells["class_expiry"] else NEVER
        if cells["further_wallet"] and cells["further_wallet"].casefold() not in _FURTHER:
            self.fault("further_wallet", *_not_further(cells["further_wallet"]))
        if (
            self.is_faulty
            or self.address is None
            or investor_class is None
            or residency is None
            or kyc_expiry is None
            or class_expiry is None
        ):
            return None
        return Investor(
            (self.line,),
            self.reference,
            cells["name"],
            (self.address,),
            investor_class,
            residency,
            kyc_expiry,
            class_expiry,
            personal,
        )

    def is_further(self, first: "_RowReader") -> bool:
        """Whether the row says itself that its wallet is a further one of the first row's
        investor.
        """
        said = self._row.cells["further_wallet"].casefold() in _FURTHER
        name = self._row.cells["name"]
        return said or (bool(name) and name == first._row.cells["name"])

    def agrees(self, first: Investor, again: Investor) -> None:
        """A fault where this row does not say of the investor what the first one says."""
        for column, one, other in (
            ("name", first.name, again.name),
            ("class", first.investor_class, again.investor_class),
            ("residency", first.residency, again.residency),
            ("kyc_expiry", first.kyc_expiry, again.kyc_expiry),
            ("class_expiry", first.class_expiry, again.class_expiry),
            *(
                (column.name, first.personal.get(column.name), again.personal.get(column.name))
                for column in PERSONAL_COLUMNS
            ),
        ):
            if one != other:
                self.fault(
                    column,
                    Text(
                        "This differs from the same investor's row on line {line}.", line=first.line
                    ),
                    Text("Make the two rows equal."),
                )
                return

    def _personal(self) -> dict[str, str]:
        """What the row says of the person, without what is empty."""
        cells, found = self._row.cells, dict[str, str]()
        if my_number_in(cells["name"]):
            self.fault("name", UnfitField.my_number.what, UnfitField.my_number.next_step)
        for column in PERSONAL_COLUMNS:
            try:
                value = personal_field(column.name, cells[column.name])
            except UnfitField as unfit:
                self.fault(column.name, unfit.what, unfit.next_step)
                continue
            if value:
                found[column.name] = value
        return found

    def _choice(self, column: str, values: dict[str, _Value]) -> _Value | None:
        cell = self._row.cells[column]
        value = values.get(cell.casefold())
        if value is None:
            allowed = ", ".join(values)
            said = quoted(cell)
            self.fault(
                column,
                Text("{cell} is not known here.", cell=said),
                Text("Use one of: {allowed}.", allowed=allowed),
            )
        return value

    def _expiry(self, column: str) -> int | None:
        cell = self._row.cells[column]
        if not cell:
            self.fault(column, *_MISSING)
            return None
        try:
            expiry = parse_time(cell, end_of_day=True)
        except NotADate as no_date:
            self.fault(column, no_date.what, no_date.next_step)
            return None
        if expiry <= self._now:
            self.fault(
                column,
                Text("{cell} has passed.", cell=cell),
                Text("Renew it, or take the row out."),
            )
            return None
        return expiry


def is_no_row(row: Row) -> bool:
    """Whether the row counts those above, or is a remark."""
    is_count = row.label_of_sum("investor") is not None and not row.cells["wallet"]
    return row.is_remark or is_count


_MISSING: Final = (Text("This is empty."), Text("Fill it in."))


def _begins_alike(line: int) -> tuple[Text, Text]:
    return (
        Text(
            "It begins with the same 19 bytes as the wallet of another investor on line "
            "{line}: the chain would take the two investors for one.",
            line=line,
        ),
        Text(
            "Addresses are alike only where somebody made them so. Ask why, and for a new wallet."
        ),
    )


def _repeats(first: int) -> tuple[Text, Text]:
    return (
        Text(
            "The row repeats line {line}, cell by cell, and is left out; that line counts.",
            line=first,
        ),
        Text("Remove one of the two rows."),
    )


def _duplicate(first: int) -> tuple[Text, Text]:
    return (
        Text("The wallet is on line {line} already, of another investor.", line=first),
        Text("Find out whose it is, and correct one of the two rows."),
    )


def _contradicts(lines: Sequence[int]) -> tuple[Text, Text]:
    named = ", ".join(str(each) for each in lines)
    return (
        Text(
            "The same investor and wallet are on line {lines} too, with other cells.", lines=named
        ),
        Text("Find out which row is right, and remove the others."),
    )


def _same_reference(lines: Sequence[int]) -> tuple[Text, Text]:
    named = ", ".join(str(each) for each in lines)
    return (
        Text(
            "Lines {lines} have this reference with different wallets: one person, or several?",
            lines=named,
        ),
        Text(
            "Correct the reference; or where it is one person's further wallet, write the "
            "same name on the rows, or yes under further_wallet."
        ),
    )


def _with_a_faulty_row(lines: Sequence[int]) -> tuple[Text, Text]:
    named = ", ".join(str(each) for each in lines)
    return (
        Text(
            "The same investor's row on line {lines} is faulty: the investor is left out whole.",
            lines=named,
        ),
        Text("Correct line {lines}.", lines=named),
    )


def _scientific(reference: str) -> tuple[Text, Text]:
    said = quoted(reference)
    return (
        Text(
            "{cell} is a number that a spreadsheet program shortened: different references "
            "become the same.",
            cell=said,
        ),
        Text("Give the column the format of text, and enter the whole reference."),
    )


def _not_further(cell: str) -> tuple[Text, Text]:
    said = quoted(cell)
    return (Text("{cell} is not known here.", cell=said), Text("Write yes, or nothing."))


def wallet_in(cell: str, fault: Callable[[str, Text, Text], None]) -> ChecksumAddress | None:
    """The investor's wallet that a cell names; else None, after telling `fault` column, what and
    next step.
    """
    said = quoted(cell)
    try:
        wallet = parse_address(cell)
    except NotAnAddress:
        fault(
            "wallet",
            Text("{cell} is not an address.", cell=said),
            Text("Write 0x and 40 digits of 0-9, a-f."),
        )
        return None
    except WrongChecksum:
        fault(
            "wallet",
            Text(
                "The address {cell} has a wrong checksum: a letter or digit is mistyped.", cell=said
            ),
            Text("Copy the address again from its source."),
        )
        return None
    if int(wallet, 16) >> 8 == 0:
        fault(
            "wallet",
            Text("This address cannot be an investor's wallet."),
            Text("Use the address of the investor's own key."),
        )
        return None
    return wallet
