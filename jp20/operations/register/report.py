"""The register of a token: its events added up, compared with the chain, as tables (G15, S1)."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from time import time as clock
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.at import At
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import BlockHash
from jp20.domain.base.text import Language, Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.files.letters import in_csv, in_json
from jp20.domain.register.movements import Movement, Split, Why
from jp20.domain.register.register import Discrepancy, Register, reconcile, register_of
from jp20.operations.session import Contract, Session, TokenName
from jp20.register.questions import NoSuchBlock, NoSuchTime


class BlockReplaced(JP20Error):
    """While the chain was read, another block took the place of the one that was read."""

    what = Text("Block {number} was replaced.")
    why = Text("The chain was reorganised in between.")
    next_step = Text("Make the report again.")

    def __init__(self, number: int) -> None:
        super().__init__(number=number)


@dataclass(frozen=True, slots=True)
class Report:
    """A register as of a block, with everything in which the chain differs from it.

    Up to `final_block` nothing can change it; what came after may still, until it is final too.
    """

    token: ChecksumAddress
    code: str
    name: str
    block: int
    block_hash: BlockHash
    final_block: int
    time: int
    register: Register
    differences: tuple[Discrepancy, ...]

    @property
    def reconciled(self) -> bool:
        """Whether events, balances and supply agree to the unit."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class RegisterTable:
    """Rows of plain values under their columns' names."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]


def read_register(
    session: Session, token: TokenName, block: int | None = None, time: int | None = None
) -> Register:
    """The register as of a block, or of the last block up to a time (unix seconds), or now."""
    as_of = block_of(session, block, time)
    contract = session.token(token)
    journal = session.history.journal((contract.address,), as_of)
    return _with_trades(session, contract, register_of(journal, contract.address, as_of))


def _with_trades(session: Session, token: Contract, register: Register) -> Register:
    """A movement of a settlement refers to its trade, which the settlement contract knows by the
    commitment.
    """
    settled = {
        place: entry
        for place, entry in enumerate(register.history)
        if isinstance(entry, Movement) and entry.why is Why.SETTLED
    }
    if not settled:
        return register
    history = list(register.history)
    rows = [(token.address, movement.reference) for movement in settled.values()]
    trades = session.settlement.read_many(bytes, "tradeOf", rows)
    for (place, movement), trade in zip(settled.items(), trades, strict=True):
        if any(trade):
            history[place] = replace(movement, reference=trade)
    return replace(register, history=tuple(history))


def report(
    session: Session, token: TokenName, block: int | None = None, time: int | None = None
) -> Report:
    """The register, and how it compares with the balances of everybody who ever held, and with the
    supply, read at the same block. Raises NoSuchBlock, NoSuchTime, BlockReplaced.
    """
    contract = session.token(token)
    as_of = session.connection.block(block_of(session, block, time))
    final_block = min(as_of.number, session.connection.final_block())
    register = read_register(session, contract, as_of.number)
    accounts = _accounts(register)
    balances = contract.read_many(
        int, "balanceOf", [(account,) for account in accounts], block=as_of.number
    )
    differences = reconcile(
        register,
        dict(zip(accounts, balances, strict=True)),
        contract.read(int, "totalSupply", block=as_of.number),
    )
    code, name = contract.read(str, "code"), contract.read(str, "name")
    if session.connection.block(as_of.number).hash != as_of.hash:
        raise BlockReplaced(as_of.number)
    return Report(
        contract.address,
        code,
        name,
        as_of.number,
        as_of.hash,
        final_block,
        as_of.time,
        register,
        differences,
    )


def places_of(session: Session, movements: Iterable[At]) -> dict[At, int]:
    """Of each movement between accounts its place among its transaction's logs, from 0: by it and
    the transaction a reversal names it (G10). Reads a receipt for each transaction; where the node
    has none any more, the place is missing.
    """
    moved = list(movements)
    receipts = session.receipts({at.transaction for at in moved})
    return {
        at: receipts[at.transaction].ordinal(at.log) for at in moved if at.transaction in receipts
    }


# Tables

_SUMMARY: Final = (Text("item"), Text("value", context="register"))
_HOLDERS: Final = (
    Text("wallet"),
    Text("units"),
    Text("share of units in issue (%)"),
)
_DIFFERENCES: Final = (
    Text("wallet"),
    Text("register"),
    Text("chain"),
)
_MOVEMENTS: Final = (
    Text("block"),
    Text("time"),
    Text("transaction"),
    Text("log in block"),
    Text("why"),
    Text("from"),
    Text("to"),
    Text("units then"),
    Text("splits then"),
    Text("reference"),
)


def summary_table(report: Report, language: Language = "en") -> RegisterTable:
    """What the report speaks of, and its sums."""
    register = report.register
    rows: tuple[tuple[Text, str | int], ...] = (
        (Text("token"), f"{report.name} ({report.code})"),
        (Text("address"), report.token),
        (Text("block"), report.block),
        (Text("block hash"), f"0x{report.block_hash.hex()}"),
        (Text("final up to block"), report.final_block),
        (Text("time"), in_tokyo(report.time)),
        (Text("units in issue"), register.supply),
        (Text("undistributed"), register.undistributed),
        (Text("holders", context="number"), len(register.holders())),
        (Text("splits"), len(register.factors) - 1),
        (Text("differences to the chain"), len(report.differences)),
    )
    return RegisterTable(
        _named(_SUMMARY, language), tuple((name.to(language), v) for name, v in rows)
    )


def holders_table(report: Report, language: Language = "en") -> RegisterTable:
    """Every wallet that holds, the largest first; the issuer's account holds nothing."""
    supply = report.register.supply
    held = sorted(report.register.holders().items(), key=lambda each: (-each[1], each[0]))
    rows = tuple((wallet, units, percent(units, supply)) for wallet, units in held)
    return RegisterTable(_named(_HOLDERS, language), rows)


def movements_table(report: Report, language: Language = "en") -> RegisterTable:
    """Everything that happened to the units, in order, with why it did."""
    rows = tuple(
        _movement(entry, language) if isinstance(entry, Movement) else _split(entry, language)
        for entry in report.register.history
    )
    return RegisterTable(_named(_MOVEMENTS, language), rows)


def differences_table(report: Report, language: Language = "en") -> RegisterTable:
    """Where register and chain do not agree; no rows where they do."""
    supply = Text("units in issue").to(language)
    rows = tuple((each.account or supply, each.register, each.chain) for each in report.differences)
    return RegisterTable(_named(_DIFFERENCES, language), rows)


def to_csv(table: RegisterTable, encoding: str = "utf-8-sig") -> bytes:
    """The table as CSV: UTF-8 with a byte order mark, as Excel wants it, or CP932."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return out.getvalue().encode(encoding)


def register_to_json(report: Report) -> str:
    """The whole report: same final block, same bytes."""
    content = {
        "token": report.token,
        "code": report.code,
        "name": report.name,
        "block": report.block,
        "block_hash": f"0x{report.block_hash.hex()}",
        "final_block": report.final_block,
        "time": report.time,
        "supply": report.register.supply,
        "undistributed": report.register.undistributed,
        "reconciled": report.reconciled,
        "differences": [
            {"account": each.account, "register": each.register, "chain": each.chain}
            for each in report.differences
        ],
        "holders": [
            {"wallet": wallet, "units": units} for wallet, units, _ in holders_table(report).rows
        ],
        "history": [
            dict(zip(movements_table_names(), row, strict=True))
            for row in movements_table(report).rows
        ],
    }
    return in_json(json.dumps(content, ensure_ascii=False, indent=1)) + "\n"


def movements_table_names() -> tuple[str, ...]:
    """The columns of the movements by their names in JSON."""
    return tuple(column.en.replace(" ", "_") for column in _MOVEMENTS)


def percent(units: int, supply: int) -> str:
    """A share of the units in issue: percent with four decimals, rounded down."""
    share = units * 1_000_000 // supply
    return f"{share // 10_000}.{share % 10_000:04d}"


# Inside


def block_of(session: Session, block: int | None, time: int | None) -> int:
    """The block that is meant: a number, the last one up to a time, or the latest."""
    latest = session.connection.block_number()
    if time is None:
        if block is not None and block > latest:
            raise NoSuchBlock(block, latest)
        return latest if block is None else block
    if not _time(session, 0) <= time <= max(_time(session, latest), int(clock())):
        raise NoSuchTime(time)
    first, last = 0, latest
    while first < last:
        middle = (first + last + 1) // 2
        first, last = (middle, last) if _time(session, middle) <= time else (first, middle - 1)
    return first


def _time(session: Session, block: int) -> int:
    return session.connection.block(block).time


def _accounts(register: Register) -> list[ChecksumAddress]:
    """Everybody who ever held a unit."""
    seen: dict[ChecksumAddress, None] = {}
    for entry in register.history:
        if isinstance(entry, Movement):
            seen.update({entry.from_: None, entry.to: None})
    seen.pop(ZERO_ADDRESS, None)
    return list(seen)


def _movement(entry: Movement, language: Language) -> tuple[str | int, ...]:
    reference = entry.reference
    return (
        entry.at.block,
        in_tokyo(entry.at.time),
        f"0x{entry.at.transaction.hex()}",
        entry.at.log,
        entry.why.value.to(language),
        entry.from_,
        entry.to,
        entry.units,
        entry.splits,
        f"0x{reference.hex()}" if isinstance(reference, bytes) else reference or "",
    )


def _split(entry: Split, language: Language) -> tuple[str | int, ...]:
    why = Text("split 1 to {ratio}", ratio=entry.ratio).to(language)
    return (
        entry.at.block,
        in_tokyo(entry.at.time),
        f"0x{entry.at.transaction.hex()}",
        entry.at.log,
        why,
        "",
        "",
        "",
        entry.count,
        "",
    )


def _cell(value: str | int) -> str | int:
    return in_csv(value) if isinstance(value, str) else value


def _named(columns: tuple[Text, ...], language: Language) -> tuple[str, ...]:
    return tuple(column.to(language) for column in columns)
