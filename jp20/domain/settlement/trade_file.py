"""A file of trades: who sells how much to whom, for what, until when (G14).

CSV or XLSX, a row a trade. Tokens, payment and organisations stand there by their names; what they
are on the chain is asked when the file is used.
"""

from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.text import Text
from jp20.domain.files.dates import NotADate, parse_time
from jp20.domain.files.letters import quoted
from jp20.domain.files.tables import Column, Row, parse_table
from jp20.domain.files.units import NotUnits, parse_units
from jp20.domain.governance.requests import case_id
from jp20.domain.investors.investors import wallet_in
from jp20.domain.token.terms import MAX_UNITS

#: What stands in the column `payment` of a trade that a bank confirms.
THROUGH_A_BANK: Final = ("bank", "銀行")

_MOST_PRICE: Final = 2**128

_COLUMNS: Final = (
    Column("trade", ("取引番号", "約定番号")),
    Column("token", ("銘柄", "銘柄コード")),
    Column("seller", ("売り手", "売方", "譲渡人")),
    Column("buyer", ("買い手", "買方", "譲受人")),
    Column("units", ("数量", "口数")),
    Column("payment", ("決済手段", "支払手段")),
    Column("price", ("代金", "受渡代金")),
    Column("deadline", ("期限", "決済期限")),
    Column("paying agent", ("支払代理人",), required=False),
    Column("broker", ("買方業者", "買方証券会社"), required=False),
)


@dataclass(frozen=True, slots=True)
class TradeRow:
    """A row. `payment` is a token's name or address, None: through a bank, with the names of the
    two organisations. `deadline` in unix seconds.
    """

    line: int
    name: str
    token: str
    seller: ChecksumAddress
    buyer: ChecksumAddress
    units: int
    payment: str | None
    price: int
    deadline: int
    paying_agent: str
    broker: str

    @property
    def external_id(self) -> bytes:
        """The trade's name in the 32 bytes that the chain has for it."""
        return case_id(self.name)


def parse_trades(data: bytes, file: str) -> tuple[TradeRow, ...]:
    """Reads a file (CSV or XLSX) as a whole: where one row is faulty, or a trade is in it twice,
    nothing of it is taken. Raises FaultyFile with every fault.
    """
    table = parse_table(data, file, _COLUMNS)
    reader = _Reader(file, list(table.faults))
    found = [trade for row in table.rows if (trade := reader.trade(row))]
    if reader.faults:
        raise FaultyFile(sorted(reader.faults, key=lambda fault: fault.line or 0))
    return tuple(found)


class _Reader:
    """Takes rows apart, and collects what is wrong with them."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.faults = faults
        self._file = file
        self._line_of: dict[str, int] = {}

    def fault(self, line: int | None, column: str, what: Text, next_step: Text) -> None:
        self.faults.append(Fault(self._file, line, column, what, next_step))

    def trade(self, row: Row) -> TradeRow | None:
        before = len(self.faults)
        cells, line = row.cells, row.line
        name = self._name(row)
        token = self._named(row, "token")
        seller = wallet_in(cells["seller"], lambda _, *said: self.fault(line, "seller", *said))
        buyer = wallet_in(cells["buyer"], lambda _, *said: self.fault(line, "buyer", *said))
        units = self._number(row, "units", MAX_UNITS)
        payment = self._named(row, "payment")
        price = self._number(row, "price", _MOST_PRICE)
        deadline = self._deadline(row)
        at_bank = payment.casefold() in THROUGH_A_BANK
        agent, broker = cells["paying agent"], cells["broker"]
        for column, organisation in (("paying agent", agent), ("broker", broker)):
            if at_bank != bool(organisation):
                self._organisation(line, column, at_bank=at_bank)
        if len(self.faults) > before or seller is None or buyer is None:
            return None
        return TradeRow(
            line,
            name,
            token,
            seller,
            buyer,
            units,
            None if at_bank else payment,
            price,
            deadline,
            agent,
            broker,
        )

    def _name(self, row: Row) -> str:
        name = row.cells["trade"]
        try:
            case_id(name)
        except ValueError:
            self.fault(
                row.line,
                "trade",
                Text("{name} is not a trade's number.", name=quoted(name)),
                Text("Write 1 to 32 ASCII characters; the number is public."),
            )
            return name
        first = self._line_of.setdefault(name, row.line)
        if first != row.line:
            self.fault(
                row.line,
                "trade",
                Text("The same trade is on line {line}.", line=first),
                Text("Remove one of the two."),
            )
        return name

    def _named(self, row: Row, column: str) -> str:
        if not row.cells[column]:
            self.fault(
                row.line,
                column,
                Text("The cell is empty."),
                Text("Name a token, or in the column payment: bank."),
            )
        return row.cells[column]

    def _number(self, row: Row, column: str, below: int) -> int:
        try:
            return parse_units(row.cells[column], below)
        except NotUnits as unfit:
            self.fault(row.line, column, unfit.what, unfit.next_step)
            return 0

    def _deadline(self, row: Row) -> int:
        try:
            return parse_time(row.cells["deadline"], end_of_day=True)
        except NotADate as unfit:
            self.fault(row.line, "deadline", unfit.what, unfit.next_step)
            return 0

    def _organisation(self, line: int, column: str, *, at_bank: bool) -> None:
        if at_bank:
            self.fault(
                line,
                column,
                Text("A trade through a bank names the organisation that confirms it."),
                Text("Name it as the consortium has it."),
            )
        else:
            self.fault(
                line,
                column,
                Text("Only a trade through a bank is confirmed by an organisation."),
                Text("Leave the cell empty."),
            )
