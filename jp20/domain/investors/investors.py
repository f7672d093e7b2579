"""Investors and the file by which they come to the whitelist (G7, G18).

What goes to the chain is wallets, class, residency and dates. The customer reference and the name
stay here.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final, TypeVar

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import NotAnAddress, WrongChecksum, parse_address
from jp20.domain.base.errors import Text
from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.times import parse_time
from jp20.domain.files.tables import Column, Row, parse_table

NEVER: Final = 2**40 - 1
"""The expiry of a class that does not lapse."""


class InvestorClass(IntEnum):
    """一般投資家, 特定投資家, 適格機関投資家."""

    NONE = 0
    GENERAL = 1
    PROFESSIONAL = 2
    QUALIFIED_INSTITUTION = 3

    @property
    def text(self) -> Text:
        return _CLASS_TEXTS[self]


class Residency(IntEnum):
    """Where an investor belongs to for the rules of an issue."""

    NONE = 0
    RESIDENT = 1
    NON_RESIDENT = 2
    US_PERSON = 3

    @property
    def text(self) -> Text:
        return _RESIDENCY_TEXTS[self]


_CLASS_TEXTS: Final = {
    InvestorClass.NONE: Text("none", "なし"),
    InvestorClass.GENERAL: Text("general", "一般投資家"),
    InvestorClass.PROFESSIONAL: Text("professional", "特定投資家"),
    InvestorClass.QUALIFIED_INSTITUTION: Text("qualified_institution", "適格機関投資家"),
}
_RESIDENCY_TEXTS: Final = {
    Residency.NONE: Text("none", "なし"),
    Residency.RESIDENT: Text("resident", "居住者"),
    Residency.NON_RESIDENT: Text("non_resident", "非居住者"),
    Residency.US_PERSON: Text("us_person", "米国人"),
}

_CLASSES: Final = {word: c for c, t in _CLASS_TEXTS.items() if c for word in (t.en, t.ja)}
_RESIDENCIES: Final = {word: r for r, t in _RESIDENCY_TEXTS.items() if r for word in (t.en, t.ja)}

_COLUMNS: Final = (
    Column("investor", ("顧客番号", "投資家番号")),
    Column("name", ("氏名", "名称", "氏名又は名称", "氏名または名称"), required=False),
    Column("wallet", ("ウォレット", "ウォレットアドレス")),
    Column("class", ("投資家区分",)),
    Column("residency", ("居住区分",)),
    Column("kyc_expiry", ("KYC有効期限", "本人確認有効期限")),
    Column("class_expiry", ("区分有効期限", "投資家区分有効期限"), required=False),
)


@dataclass(frozen=True, slots=True)
class Investor:
    """One investor of a whitelist file. Times are unix seconds; the first wallet gives the id on
    the chain.

    `reference` is the customer reference and `name` the person's name: neither ever leaves this
    machine, and the name is in no representation.
    """

    line: int
    reference: str
    name: str = field(repr=False)
    wallets: tuple[ChecksumAddress, ...]
    investor_class: InvestorClass
    residency: Residency
    kyc_expiry: int
    class_expiry: int

    @property
    def id(self) -> int:
        """The opaque id on the chain: the first 19 bytes of the first wallet's address."""
        return int(self.wallets[0], 16) >> 8

    @property
    def registration(self) -> int:
        """The word with which the investor is registered (`Registration` in
        `contracts/types/Facts.sol`).
        """
        return (
            int(self.wallets[0], 16) << 96
            | self.kyc_expiry << 56
            | self.class_expiry << 16
            | self.investor_class << 8
            | self.residency
        )


@dataclass(frozen=True, slots=True)
class InvestorFile:
    """The investors whose rows are all in order, and every fault of the others, by line. `digest`
    is the SHA-256 of the file.
    """

    file: str
    investors: tuple[Investor, ...]
    faults: tuple[Fault, ...]
    digest: bytes

    def sound(self) -> tuple[Investor, ...]:
        """The investors of a file without a fault; else raises FaultyFile."""
        if self.faults:
            raise FaultyFile(self.faults)
        return self.investors


def parse_investors(data: bytes, file: str, now: int) -> InvestorFile:
    """Reads a whitelist file (CSV or XLSX). `now` in unix seconds tells which expiries lie in the
    past.

    A reference that comes again is the same investor's further wallet; all other cells must then
    be equal. An investor with one faulty row is left out whole, and so is one whom the chain would
    take for another. Raises FaultyFile where the file has no usable header.
    """
    table = parse_table(data, file, _COLUMNS)
    faults = list(table.faults)
    rows_of: dict[str, list[Investor] | None] = {}
    first_line_of: dict[ChecksumAddress, int] = {}
    for row in table.rows:
        found = _RowReader(file, row, now, faults)
        wallet = found.wallet()
        if wallet is not None:
            first = first_line_of.setdefault(wallet, row.line)
            if first != row.line:
                found.fault("wallet", *_duplicate(first))
                wallet = None
        investor = found.investor(wallet)
        reference = row.cells["investor"]
        known = rows_of.setdefault(reference, [])
        if investor is None:
            rows_of[reference] = None
        elif known is not None:
            if known and not found.agrees(known[0], investor):
                rows_of[reference] = None
            else:
                known.append(investor)
    whole: dict[int, Investor] = {}
    for investor in (_joined(rows) for rows in rows_of.values() if rows):
        other = whole.setdefault(investor.id, investor)
        if other is not investor:
            faults.append(Fault(file, investor.line, "wallet", *_begins_alike(other.line)))
    return InvestorFile(
        file,
        tuple(whole.values()),
        tuple(sorted(faults, key=lambda fault: fault.line or 0)),
        hashlib.sha256(data).digest(),
    )


def _joined(rows: Sequence[Investor]) -> Investor:
    """The investor of rows that agree, with the wallets of all."""
    if len(rows) == 1:
        return rows[0]
    return replace(rows[0], wallets=tuple(wallet for row in rows for wallet in row.wallets))


_Value = TypeVar("_Value")


class _RowReader:
    """One row being read: each cell is a value, or None and a fault."""

    def __init__(self, file: str, row: Row, now: int, faults: list[Fault]) -> None:
        self._file = file
        self._row = row
        self._now = now
        self._faults = faults

    def fault(self, column: str, what: Text, next_step: Text) -> None:
        self._faults.append(Fault(self._file, self._row.line, column, what, next_step))

    def wallet(self) -> ChecksumAddress | None:
        return wallet_in(self._row.cells["wallet"], self.fault)

    def investor(self, wallet: ChecksumAddress | None) -> Investor | None:
        cells = self._row.cells
        if not cells["investor"]:
            self.fault("investor", *_MISSING)
        investor_class = self._choice("class", _CLASSES)
        residency = self._choice("residency", _RESIDENCIES)
        kyc_expiry = self._expiry("kyc_expiry")
        class_expiry = self._expiry("class_expiry") if cells["class_expiry"] else NEVER
        if (
            not cells["investor"]
            or wallet is None
            or investor_class is None
            or residency is None
            or kyc_expiry is None
            or class_expiry is None
        ):
            return None
        return Investor(
            self._row.line,
            cells["investor"],
            cells["name"],
            (wallet,),
            investor_class,
            residency,
            kyc_expiry,
            class_expiry,
        )

    def agrees(self, first: Investor, again: Investor) -> bool:
        """Whether this row says of the investor what the first one says; else that is a fault."""
        for column, one, other in (
            ("name", first.name, again.name),
            ("class", first.investor_class, again.investor_class),
            ("residency", first.residency, again.residency),
            ("kyc_expiry", first.kyc_expiry, again.kyc_expiry),
            ("class_expiry", first.class_expiry, again.class_expiry),
        ):
            if one != other:
                self.fault(
                    column,
                    Text(
                        f"This differs from the same investor's row on line {first.line}.",
                        f"{first.line}行目の同じ投資家の値と異なります。",
                    ),
                    Text("Make the two rows equal.", "二つの行の値を一致させてください。"),
                )
                return False
        return True

    def _choice(self, column: str, values: dict[str, _Value]) -> _Value | None:
        cell = self._row.cells[column]
        value = values.get(cell.casefold())
        if value is None:
            allowed = ", ".join(values)
            self.fault(
                column,
                Text(f'"{cell}" is not known here.', f"「{cell}」は使用できない値です。"),
                Text(f"Use one of: {allowed}.", f"次のいずれかを指定してください: {allowed}。"),
            )
        return value

    def _expiry(self, column: str) -> int | None:
        cell = self._row.cells[column]
        if not cell:
            self.fault(column, *_MISSING)
            return None
        try:
            expiry = parse_time(cell, end_of_day=True)
        except ValueError:
            self.fault(
                column,
                Text(f'"{cell}" is not a date.', f"「{cell}」は日付ではありません。"),
                Text("Write it like 2027-03-31.", "2027-03-31 のように記載してください。"),
            )
            return None
        if expiry <= self._now:
            self.fault(
                column,
                Text(f"{cell} has passed.", f"{cell} はすでに過ぎています。"),
                Text("Renew it, or take the row out.", "更新するか、この行を削除してください。"),
            )
            return None
        return expiry


_MISSING: Final = (
    Text("This is empty.", "空欄です。"),
    Text("Fill it in.", "値を記載してください。"),
)


def _begins_alike(line: int) -> tuple[Text, Text]:
    return (
        Text(
            f"It begins with the same 19 bytes as the wallet of another investor on line"
            f" {line}: the chain would take the two investors for one.",
            f"{line}行目の別の投資家のウォレットと先頭19バイトが同じです。チェーン上で同一の投資家と"
            "みなされます。",
        ),
        Text(
            "Addresses are alike only where somebody made them so. Ask why, and for a new wallet.",
            "意図的に作成しない限り一致しません。理由を確認し、新しいウォレットを求めてください。",
        ),
    )


def _duplicate(first: int) -> tuple[Text, Text]:
    return (
        Text(
            f"The wallet is on line {first} already.",
            f"このウォレットは{first}行目と重複しています。",
        ),
        Text("Remove one of the two rows.", "どちらかの行を削除してください。"),
    )


def wallet_in(cell: str, fault: Callable[[str, Text, Text], None]) -> ChecksumAddress | None:
    """The investor's wallet that a cell names; else None, after telling `fault` column, what and
    next step.
    """
    try:
        wallet = parse_address(cell)
    except NotAnAddress:
        fault(
            "wallet",
            Text(f'"{cell}" is not an address.', f"「{cell}」はアドレスではありません。"),
            Text(
                "Write 0x and 40 digits of 0-9, a-f.",
                "0x に続けて 0-9、a-f の40桁で記載してください。",
            ),
        )
        return None
    except WrongChecksum:
        fault(
            "wallet",
            Text(
                "The address has a wrong checksum: a letter or digit is mistyped.",
                "アドレスのチェックサムが一致しません(誤記の可能性があります)。",
            ),
            Text(
                "Copy the address again from its source.",
                "元の資料からアドレスを再度転記してください。",
            ),
        )
        return None
    if int(wallet, 16) >> 8 == 0:
        fault(
            "wallet",
            Text(
                "This address cannot be an investor's wallet.",
                "投資家のウォレットとして使用できないアドレスです。",
            ),
            Text(
                "Use the address of the investor's own key.",
                "投資家自身の鍵のアドレスを記載してください。",
            ),
        )
        return None
    return wallet
