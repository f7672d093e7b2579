"""The allotment file: who is to get how many units (G2).

How much a file must come to is the officer's to say: a delivery may be one of several, so a file
needs only not to exceed what there is. Where the sum is stated, in a last row 合計 (total) or when
it is planned, it must be met exactly.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.errors import Text
from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.files.tables import Column, Row, parse_table
from jp20.domain.investors.investors import wallet_in
from jp20.domain.plans.outcomes import RESULT_COLUMNS, Outcome
from jp20.domain.token.terms import MAX_UNITS

_COLUMNS: Final = (
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
_NUMBER: Final = re.compile(r"[0-9]{1,40}|[0-9]{1,3}(,[0-9]{3}){1,12}")
_TOTAL: Final = frozenset({"合計", "総計", "計", "total"})


@dataclass(frozen=True, slots=True)
class Allotment:
    """One row: the wallet and its units (the token's smallest)."""

    line: int
    wallet: ChecksumAddress
    units: int


@dataclass(frozen=True, slots=True)
class AllotmentFile:
    """The rows that are in order, and every fault of the others, by line. `written` are the units
    of all rows that say some, faulty ones included; `digest` is the SHA-256 of the file.
    """

    file: str
    allotments: tuple[Allotment, ...]
    faults: tuple[Fault, ...]
    written: int
    digest: bytes

    @property
    def total(self) -> int:
        """Units of all rows that are in order."""
        return sum(allotment.units for allotment in self.allotments)

    def sound(self) -> tuple[Allotment, ...]:
        """The rows of a file without a fault; else raises FaultyFile."""
        if self.faults:
            raise FaultyFile(self.faults)
        return self.allotments


def parse_allotments(
    data: bytes, file: str, wallets: Mapping[str, ChecksumAddress] | None = None
) -> AllotmentFile:
    """Reads an allotment file (CSV or XLSX). A row names a wallet, or an investor by reference.

    `wallets` says which wallet an investor's units go to, by reference. Where a row has both,
    both must mean the same. A last row that names neither but 合計 (total) states the sum. A result
    file is read as what is left of it: the rows that were refused.
    Raises FaultyFile where the file has no usable header.
    """
    table = parse_table(data, file, _COLUMNS)
    faults = list(table.faults)
    allotments: list[Allotment] = []
    first_line_of: dict[ChecksumAddress, int] = {}
    written = 0
    for place, row in enumerate(table.rows):
        reader = _RowReader(file, row, wallets or {}, faults)
        if reader.is_total():
            reader.compare_total(written, is_last=place == len(table.rows) - 1)
            continue
        if reader.is_settled():
            continue
        wallet = reader.wallet()
        units = reader.units()
        written += units or 0
        if wallet is None:
            continue
        first = first_line_of.setdefault(wallet, row.line)
        if first != row.line:
            reader.fault(
                "wallet",
                Text(
                    f"The wallet is on line {first} already.",
                    f"このウォレットは{first}行目と重複しています。",
                ),
                Text("Put the units into one row.", "数量を一つの行にまとめてください。"),
            )
        elif units is not None:
            allotments.append(Allotment(row.line, wallet, units))
    return AllotmentFile(
        file,
        tuple(allotments),
        tuple(sorted(faults, key=lambda fault: fault.line or 0)),
        written,
        hashlib.sha256(data).digest(),
    )


class _RowReader:
    """One row being read: each cell is a value, or None and a fault."""

    def __init__(
        self, file: str, row: Row, wallets: Mapping[str, ChecksumAddress], faults: list[Fault]
    ) -> None:
        self._file = file
        self._row = row
        self._wallets = wallets
        self._faults = faults

    def fault(self, column: str, what: Text, next_step: Text, *, whole: bool = False) -> None:
        self._faults.append(Fault(self._file, self._row.line, column, what, next_step, whole=whole))

    def is_total(self) -> bool:
        named = {self._row.cells["investor"], self._row.cells["wallet"]} - {""}
        return len(named) == 1 and named.pop().casefold() in _TOTAL

    def compare_total(self, written: int, *, is_last: bool) -> None:
        """Tells where the stated total is not what the rows above come to."""
        stated = self.units()
        if not is_last:
            self.fault(
                "units",
                Text("The total is not the last row.", "合計行が末尾にありません。"),
                Text("Put it at the end.", "合計行を末尾に移動してください。"),
                whole=True,
            )
        elif stated is not None and stated != written:
            self.fault("units", *total_missed(stated, written), whole=True)

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
                    Text(
                        "This row was faulty in the file that was planned.",
                        "この行は、計画時のファイルに誤りがありました。",
                    ),
                    Text(
                        f"Correct line {self._row.cells['line']} there, and plan that file again.",
                        f"元のファイルの{self._row.cells['line']}行目を修正し、"
                        "計画を作成し直してください。",
                    ),
                )
            case Outcome.DONE | Outcome.ALREADY_DONE | Outcome.UNCHANGED:
                return True
            case Outcome.UNKNOWN | Outcome.PENDING:
                self.fault(
                    "outcome",
                    Text(
                        "What becomes of this row is not known yet.", "この行の結果は未確定です。"
                    ),
                    Text(
                        "Apply the plan again, and take the result of that.",
                        "同じ計画を再度適用し、その結果ファイルを使用してください。",
                    ),
                )
            case None:
                self.fault(
                    "outcome",
                    Text(f'"{word}" is no outcome.', f"「{word}」は結果として使用できません。"),
                    Text(
                        "Take the result file as it was written.",
                        "出力された結果ファイルをそのまま使用してください。",
                    ),
                )
        return True

    def wallet(self) -> ChecksumAddress | None:
        reference, address = self._row.cells["investor"], self._row.cells["wallet"]
        if not reference and not address:
            self.fault(
                "wallet",
                Text(
                    "Neither a wallet nor an investor is given.",
                    "ウォレットも顧客番号も記載されていません。",
                ),
                Text("Fill in one of the two.", "いずれかを記載してください。"),
            )
            return None
        if not address:
            known = self._wallets.get(reference)
            if known is None:
                self.fault(
                    "investor",
                    Text(
                        f'No investor "{reference}" is in the whitelist file.',
                        f"顧客番号「{reference}」は投資家ファイルにありません。",
                    ),
                    Text(
                        "Whitelist the investor first, or name a wallet.",
                        "先に投資家を登録するか、ウォレットを記載してください。",
                    ),
                )
                return None
            return known
        wallet = wallet_in(address, self.fault)
        expected = self._wallets.get(reference)
        if wallet is not None and expected is not None and wallet != expected:
            self.fault(
                "wallet",
                Text(
                    f'This is not the wallet of investor "{reference}" ({expected}).',
                    f"顧客番号「{reference}」のウォレット({expected})と一致しません。",
                ),
                Text(
                    "Correct the wallet or the investor.",
                    "ウォレットまたは顧客番号を修正してください。",
                ),
            )
            return None
        return wallet

    def units(self) -> int | None:
        cell = self._row.cells["units"]
        units = int(cell.replace(",", "")) if _NUMBER.fullmatch(cell) else 0
        if not 0 < units < MAX_UNITS:
            self.fault(
                "units",
                Text(
                    f'"{cell}" is not a number of units.', f"「{cell}」は数量として使用できません。"
                ),
                Text("Write a whole number above zero.", "1以上の整数を記載してください。"),
            )
            return None
        return units


def total_missed(stated: int, written: int) -> tuple[Text, Text]:
    """What to say where a file does not come to its total: what, and the next step."""
    return (
        Text(
            f"The total is to be {stated:,}, and the rows come to {written:,}.",
            f"合計は {stated:,} 口のはずですが、各行の合計は {written:,} 口です。",
        ),
        Text("Correct the rows, or the total.", "各行の数量または合計を修正してください。"),
    )
