"""The allotment file: who is to get how many units (G2).

How much a file must come to is the officer's to say: a delivery may be one of several, so a file
needs only not to exceed what there is. Where the sum is stated, in a last row 合計 (total) or when
it is planned, it must be met exactly.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.text import Text
from jp20.domain.files.letters import quoted
from jp20.domain.files.tables import PLAIN, Column, Layout, Row, Table, parse_table
from jp20.domain.files.units import NotUnits, parse_units
from jp20.domain.investors.investors import wallet_in
from jp20.domain.plans.outcomes import RESULT_COLUMNS, Outcome
from jp20.domain.token.terms import MAX_UNITS

COLUMNS: Final = (
    Column("investor", ("顧客番号", "投資家番号"), required=False),
    Column("wallet", ("ウォレット", "ウォレットアドレス"), required=False),
    Column("units", ("数量", "口数", "割当数量", "割当口数")),
    # What a result file has besides: it is an allotment file of the rows that were refused.
    *(
        Column(name, (japanese,), required=False)
        for name, japanese in RESULT_COLUMNS.items()
        if name not in ("wallet", "units")
    ),
)


_NOTHING: Final = frozenset({"", "0", "-", "―", "—"})


@dataclass(frozen=True, slots=True)
class Allotment:
    """One row: the wallet and its units (the token's smallest)."""

    line: int
    wallet: ChecksumAddress
    units: int


@dataclass(frozen=True, slots=True)
class AllotmentFile:
    """The rows that are in order, and every fault of the others, by line: each of the file's
    `lines` is one of them. Rows with 0 or nothing for units, `without_units`, are none of these,
    and neither are those of a result that need nothing. `written` are the units of all rows that
    say some, faulty ones included; `digest` is the SHA-256 of the file; `notes` and
    `is_doubtful` see `Table`. `references` are the customer references by line, which stay here.
    """

    file: str
    allotments: tuple[Allotment, ...]
    faults: tuple[Fault, ...]
    written: int
    digest: bytes
    lines: frozenset[int]
    without_units: tuple[int, ...]
    notes: tuple[Text, ...]
    references: Mapping[int, str] = field(repr=False)
    is_doubtful: bool = False

    @property
    def total(self) -> int:
        """Units of all rows that are in order."""
        return sum(allotment.units for allotment in self.allotments)

    def sound(self) -> tuple[Allotment, ...]:
        """The rows of a file without a fault, in which each row says some units; else raises
        FaultyFile.
        """
        faults = [*self.faults]
        faults += [Fault(self.file, line, "units", *_NO_UNITS) for line in self.without_units]
        if faults:
            raise FaultyFile(sorted(faults, key=lambda fault: fault.line or 0))
        return self.allotments


def parse_allotments(
    data: bytes,
    file: str,
    wallets: Mapping[str, ChecksumAddress] | None = None,
    *,
    uncertain: Mapping[str, Sequence[int]] | None = None,
    layout: Layout = PLAIN,
) -> AllotmentFile:
    """Reads an allotment file (CSV or XLSX). A row names a wallet, or an investor by reference;
    where it has both, both must mean the same. Several rows for one wallet are all faulty.

    `wallets` says which wallet an investor's units go to, by reference; `uncertain` on which lines
    of the investors' file those are of whom it does not say so.

    A last row that names neither but 合計 (total), or nothing, states the sum, and 小計 that of the
    rows above it. What begins with ※ is a note. A result file is read as what is left of it: the
    rows that were refused. Raises FaultyFile where the file has no usable header.
    """
    table = parse_table(data, file, COLUMNS, layout)
    reading = _Reading(file, table, _Customers(wallets or {}, uncertain or {}))
    last = max((row.line for row in table.rows if not row.is_remark), default=0)
    for row in table.rows:
        reading.take(row, is_last=row.line == last)
    reading.refuse_shared_wallets()
    return AllotmentFile(
        file,
        tuple(reading.allotments),
        tuple(sorted(reading.faults, key=lambda fault: fault.line or 0)),
        reading.written,
        hashlib.sha256(data).digest(),
        table.lines - reading.no_rows,
        tuple(reading.without_units),
        (*table.notes, *reading.notes()),
        {row.line: row.cells["investor"] for row in table.rows},
        table.is_doubtful,
    )


@dataclass(frozen=True, slots=True)
class _Customers:
    """Customers by reference, as `parse_allotments` is given them."""

    wallets: Mapping[str, ChecksumAddress]
    uncertain: Mapping[str, Sequence[int]]

    def like(self, reference: str) -> str | None:
        """The only reference that differs from one in its case or its leading zeros alone."""
        near = {each for each in self.wallets if _without_zeros(each) == _without_zeros(reference)}
        return near.pop() if len(near) == 1 else None


class _Reading:
    """A file's rows on the way to allotments."""

    def __init__(self, file: str, table: Table, customers: _Customers) -> None:
        self.allotments: list[Allotment] = []
        self.faults = list(table.faults)
        self.written = 0
        self.without_units: list[int] = []
        self.no_rows: set[int] = set()
        self._file = file
        self._customers = customers
        self._since_subtotal = 0
        self._total_at: int | None = None
        self._readers_of: dict[ChecksumAddress, list[_RowReader]] = {}

    def take(self, row: Row, *, is_last: bool) -> None:
        reader = _RowReader(self._file, row, self._customers, self.faults)
        label = row.label_of_sum("investor", "wallet")
        if label is not None:
            self._take_sum(reader, label)
            return
        if row.is_remark or (is_last and reader.is_sum_of(self.written)):
            self.no_rows.add(row.line)
            return
        if self._total_at is not None:
            self.faults.append(_not_last(self._file, self._total_at))
            self._total_at = None
        if reader.is_settled():
            if not reader.is_faulty:
                self.no_rows.add(row.line)
            return
        if reader.has_no_units():
            self.no_rows.add(row.line)
            self.without_units.append(row.line)
            return
        wallet, units = reader.wallet(), reader.units()
        self.written += units or 0
        self._since_subtotal += units or 0
        if wallet is not None:
            self._readers_of.setdefault(wallet, []).append(reader)
            if units is not None:
                self.allotments.append(Allotment(row.line, wallet, units))

    def refuse_shared_wallets(self) -> None:
        """Of a wallet with several rows none counts: nobody can say which, or whether their sum."""
        for readers in self._readers_of.values():
            lines = [reader.line for reader in readers]
            for reader in readers if len(readers) > 1 else ():
                reader.fault("wallet", *_several_rows(reader.line, lines))
            if len(readers) > 1:
                self.allotments = [each for each in self.allotments if each.line not in lines]

    def notes(self) -> Iterator[Text]:
        if self.without_units:
            named = ", ".join(str(line) for line in self.without_units[:10])
            named += " …" if len(self.without_units) > 10 else ""
            count = len(self.without_units)
            yield Text(
                "{file}: {count} {count:row|rows} {count:has|have} 0 or nothing for units "
                "and {count:gets|get} nothing: lines {lines}.",
                file=self._file,
                count=count,
                lines=named,
            )

    def _take_sum(self, reader: "_RowReader", label: str) -> None:
        stated = reader.units()
        if stated is not None:
            self.no_rows.add(reader.line)
        if label == "小計":
            expected, self._since_subtotal = self._since_subtotal, 0
        else:
            expected, self._total_at = self.written, reader.line
        if stated is not None and stated != expected:
            reader.fault("units", *total_missed(stated, expected), whole=True)


class _RowReader:
    """One row being read: each cell is a value, or None and a fault."""

    def __init__(self, file: str, row: Row, customers: _Customers, faults: list[Fault]) -> None:
        self._file = file
        self._row = row
        self._customers = customers
        self._faults = faults
        self.line: Final = row.line
        self.is_faulty = False

    def fault(self, column: str, what: Text, next_step: Text, *, whole: bool = False) -> None:
        self.is_faulty = True
        self._faults.append(
            Fault(
                self._file,
                self.line,
                column,
                what,
                next_step,
                whole=whole,
                reference=self._row.cells["investor"],
            )
        )

    def is_sum_of(self, written: int) -> bool:
        """Whether the row names nobody and says what the rows above come to."""
        cells = self._row.cells
        if cells["investor"] or cells["wallet"] or not written:
            return False
        try:
            return parse_units(cells["units"], MAX_UNITS) == written
        except NotUnits:
            return False

    def has_no_units(self) -> bool:
        """Whether somebody gets nothing, as who drew a blank in a lottery."""
        cells = self._row.cells
        is_somebody = bool(cells["investor"] or cells["wallet"])
        return is_somebody and cells["units"] in _NOTHING

    def is_settled(self) -> bool:
        """Whether this is a row of a result that needs nothing more, or that nothing can be said of
        yet; the latter is told.
        """
        word = self._row.cells["outcome"]
        if not word:
            return False
        match Outcome.named(word):
            case Outcome.REFUSED if self._row.cells["wallet"]:
                return False
            case Outcome.REFUSED:
                self.fault(
                    "wallet",
                    Text("This row was faulty in the file that was planned."),
                    Text(
                        "Correct line {line} there, and plan that file again.",
                        line=self._row.cells["line"],
                    ),
                )
            case Outcome.DONE | Outcome.ALREADY_DONE | Outcome.UNCHANGED:
                return True
            case Outcome.UNKNOWN | Outcome.PENDING:
                self.fault(
                    "outcome",
                    Text("What becomes of this row is not known yet."),
                    Text("Apply the plan again, and take the result of that."),
                )
            case None:
                self.fault(
                    "outcome",
                    Text('"{word}" is not an outcome.', word=word),
                    Text("Take the result file as it was written."),
                )
        return True

    def wallet(self) -> ChecksumAddress | None:
        reference, address = self._row.cells["investor"], self._row.cells["wallet"]
        if not reference and not address:
            self.fault(
                "wallet",
                Text("Neither a wallet nor an investor is given."),
                Text("Fill in one of the two."),
            )
            return None
        if not address:
            known = self._customers.wallets.get(reference)
            if known is None:
                self.fault("investor", *self._unknown(reference))
            return known
        wallet = wallet_in(address, self.fault)
        expected = self._customers.wallets.get(reference)
        if wallet is not None and expected is not None and wallet != expected:
            said = quoted(reference)
            self.fault(
                "wallet",
                Text(
                    "This is not the wallet of investor {number} ({expected}).",
                    number=said,
                    expected=expected,
                ),
                Text("Correct the wallet or the investor."),
            )
            return None
        return wallet

    def units(self) -> int | None:
        try:
            return parse_units(self._row.cells["units"], MAX_UNITS)
        except NotUnits as unfit:
            self.fault("units", unfit.what, unfit.next_step)
            return None

    def _unknown(self, reference: str) -> tuple[Text, Text]:
        """What to say of a reference without a wallet: it is faulty in the investors' file, it is
        likely another one, or nobody's.
        """
        said = quoted(reference)
        lines = ", ".join(str(line) for line in self._customers.uncertain.get(reference, ()))
        if lines:
            return (
                Text(
                    "Investor {number} is on line {lines} of the investors' file, which does "
                    "not say for certain which wallet it is.",
                    number=said,
                    lines=lines,
                ),
                Text("Correct line {lines} there.", lines=lines),
            )
        near = self._customers.like(reference)
        step = Text("Whitelist the investor first, or name a wallet.")
        if near is not None:
            step = Text("Did you mean {number}?", number=near)
        return (Text("No investor {number} is in the investors' file.", number=said), step)


def total_missed(stated: int, written: int) -> tuple[Text, Text]:
    """What to say where a file does not come to its total: what, and the next step."""
    return (
        Text(
            "The total is to be {stated:,}, and the rows come to {written:,}.",
            stated=stated,
            written=written,
        ),
        Text("Correct the rows, or the total."),
    )


def _without_zeros(reference: str) -> str:
    """A reference as it is compared where a spreadsheet program may have dropped its zeros."""
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", reference).casefold()


def _not_last(file: str, line: int) -> Fault:
    return Fault(
        file,
        line,
        "units",
        Text("The total is not the last row."),
        Text("Put it at the end."),
        whole=True,
    )


def _several_rows(line: int, lines: Sequence[int]) -> tuple[Text, Text]:
    others = ", ".join(str(each) for each in lines if each != line)
    return (
        Text("Line {lines} is for the same wallet: none of these rows is taken.", lines=others),
        Text("Put the units into one row, or remove what is there twice."),
    )


_NO_UNITS: Final = (Text("The row says no units."), Text("Fill them in, or remove the row."))
