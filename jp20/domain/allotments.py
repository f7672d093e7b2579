"""The allotment file: who is to get how many units (G2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.errors import Text
from jp20.domain.faults import Fault, FaultyFile
from jp20.domain.investors import wallet_in
from jp20.domain.tables import Column, Row, parse_csv

MAX_UNITS: Final = 2**104 - 1
"""What no amount of units may reach."""

_COLUMNS: Final = (
    Column("investor", ("顧客番号", "投資家番号"), required=False),
    Column("wallet", ("ウォレット", "ウォレットアドレス"), required=False),
    Column("units", ("数量", "口数", "割当数量", "割当口数")),
)
_NUMBER: Final = re.compile(r"[0-9]+|[0-9]{1,3}(,[0-9]{3})+")


@dataclass(frozen=True, slots=True)
class Allotment:
    """One row: the wallet and its units (the token's smallest)."""

    line: int
    wallet: ChecksumAddress
    units: int


@dataclass(frozen=True, slots=True)
class AllotmentFile:
    """The rows that are in order, and every fault of the others, by line."""

    file: str
    allotments: tuple[Allotment, ...]
    faults: tuple[Fault, ...]

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
    """Reads an allotment file (CSV). A row names a wallet, or an investor by reference.

    `wallets` says which wallet an investor's units go to, by reference. Where a row has both,
    both must mean the same. Raises FaultyFile where the file has no usable header.
    """
    table = parse_csv(data, file, _COLUMNS)
    faults = list(table.faults)
    allotments: list[Allotment] = []
    first_line_of: dict[ChecksumAddress, int] = {}
    for row in table.rows:
        reader = _RowReader(file, row, wallets or {}, faults)
        wallet = reader.wallet()
        units = reader.units()
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
        file, tuple(allotments), tuple(sorted(faults, key=lambda fault: fault.line or 0))
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

    def fault(self, column: str, what: Text, next_step: Text) -> None:
        self._faults.append(Fault(self._file, self._row.line, column, what, next_step))

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
