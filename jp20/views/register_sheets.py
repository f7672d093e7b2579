"""The register's answers as sheets (G15). Names, where there are some, stand beside the id."""

from collections.abc import Iterable, Mapping
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.ids import InvestorId
from jp20.domain.base.text import Text
from jp20.domain.investors.addressees import Addressee
from jp20.domain.investors.investors import NEVER
from jp20.domain.register.answers import (
    MILLION,
    Holding,
    HoldingDifference,
    IssuedTranche,
    Line,
    Lot,
    RestrainedUnits,
    RestraintAsOf,
    TokenAsOf,
)
from jp20.domain.register.events import RestraintKind
from jp20.views.sheet import NOT_SHOWN, Cell, Fact, Form, Sheet, SheetColumn

Names = Mapping[InvestorId, Addressee]

_INVESTOR: Final = SheetColumn("investor", Text("investor"), Form.INVESTOR, 42)
_NAME: Final = SheetColumn("name", Text("name", context="person"), Form.WORDS, 24)
_KANA: Final = SheetColumn("kana", Text("name in kana"), Form.WORDS, 24)
_ADDRESS: Final = SheetColumn("address", Text("address", context="person"), Form.WORDS, 40)
_WALLET: Final = SheetColumn("wallet", Text("wallet"), Form.ACCOUNT, 44)
_UNITS: Final = SheetColumn("units", Text("units"), Form.UNITS, 16)
_SHARE: Final = SheetColumn("share", Text("share of units in issue (%)"), Form.SHARE, 10)
_FREE: Final = SheetColumn("free", Text("free"), Form.UNITS, 16)
_RESTRAINED: Final = (
    SheetColumn("committed", Text("committed"), Form.UNITS, 12, blank=True),
    SheetColumn("locked", Text("locked"), Form.UNITS, 12, blank=True),
    SheetColumn("frozen", Text("frozen"), Form.UNITS, 12, blank=True),
    SheetColumn("pledged", Text("pledged"), Form.UNITS, 12, blank=True),
    SheetColumn("attached", Text("attached"), Form.UNITS, 12, blank=True),
)
_FACTS: Final = (
    SheetColumn("class", Text("class"), Form.CODE, 14),
    SheetColumn("residency", Text("residency"), Form.CODE, 10),
    SheetColumn("kyc_expiry", Text("KYC until"), Form.TIME, 20),
    SheetColumn("suspended", Text("suspended"), Form.FLAG, 8),
)
_WHEN: Final = (
    SheetColumn("block", Text("block"), Form.NUMBER, 10),
    SheetColumn("time", Text("time"), Form.TIME, 20),
    SheetColumn("transaction", Text("transaction"), Form.HASH, 68),
    SheetColumn("log_in_block", Text("log in block"), Form.NUMBER, 8),
)
_HISTORY: Final = (
    *_WHEN,
    SheetColumn("why", Text("why"), Form.CODE, 22),
    SheetColumn("ratio", Text("split 1 to"), Form.NUMBER, 8),
    SheetColumn("from", Text("from"), Form.ACCOUNT, 44),
    SheetColumn("to", Text("to"), Form.ACCOUNT, 44),
    SheetColumn("from_investor", Text("from investor"), Form.INVESTOR, 42),
    SheetColumn("to_investor", Text("to investor"), Form.INVESTOR, 42),
    SheetColumn("units", Text("units then"), Form.UNITS, 16),
    SheetColumn("splits", Text("splits then"), Form.NUMBER, 8),
    SheetColumn("units_now", Text("units of now"), Form.UNITS, 16),
    SheetColumn("reference", Text("reference"), Form.WORDS, 20),
    SheetColumn("case", Text("case", context="number"), Form.WORDS, 16),
    SheetColumn("document", Text("document's hash"), Form.HASH, 68),
    SheetColumn("request", Text("request", context="register"), Form.HASH, 68),
)
_CHANGE: Final = (
    SheetColumn("change", Text("change"), Form.UNITS, 16),
    SheetColumn("balance", Text("balance after it"), Form.UNITS, 16),
)
_TRANCHES: Final = (
    SheetColumn("tranche", Text("tranche"), Form.NUMBER, 8),
    *_WHEN,
    SheetColumn("units_then", Text("units then"), Form.UNITS, 16),
    SheetColumn("splits", Text("splits then"), Form.NUMBER, 8),
    SheetColumn("issued", Text("issued"), Form.UNITS, 16),
    SheetColumn("redeemed", Text("redeemed"), Form.UNITS, 16),
    SheetColumn("outstanding", Text("outstanding"), Form.UNITS, 16),
)
_LOTS: Final = (
    SheetColumn("acquired", Text("acquired"), Form.TIME, 20),
    SheetColumn("block", Text("block"), Form.NUMBER, 10),
    SheetColumn("transaction", Text("transaction"), Form.HASH, 68),
    SheetColumn("why", Text("why"), Form.CODE, 22),
    _UNITS,
    SheetColumn("carried", Text("carried over from the previous holder"), Form.FLAG, 10),
)
_DIFFERENCES: Final = (
    SheetColumn("wallets", Text("wallets"), Form.ACCOUNT, 44),
    SheetColumn("before", Text("before"), Form.UNITS, 16),
    SheetColumn("after", Text("after"), Form.UNITS, 16),
    SheetColumn("change", Text("change"), Form.UNITS, 16),
)
_KINDS: Final = {
    RestraintKind.LOCK_UP: Text("lock-up"),
    RestraintKind.PLEDGE: Text("pledge"),
    RestraintKind.ATTACHMENT: Text("attachment"),
}
_RESTRAINTS: Final = (
    SheetColumn("number", Text("number"), Form.NUMBER, 8),
    SheetColumn("rank", Text("rank"), Form.NUMBER, 8),
    SheetColumn("kind", Text("kind"), Form.CODE, 12, prose=True),
    _WALLET,
    _UNITS,
    SheetColumn("until", Text("until"), Form.TIME, 20),
    SheetColumn("claimant", Text("claimant's hash"), Form.HASH, 68),
)


def token_facts(token: TokenAsOf) -> tuple[Fact, ...]:
    """What is said of the token as a whole."""
    words, units, number = Form.WORDS, Form.UNITS, Form.NUMBER
    return (
        Fact(SheetColumn("token_name", Text("token"), words), token.name),
        Fact(SheetColumn("code", Text("code"), words), token.code),
        Fact(SheetColumn("address", Text("address"), Form.ACCOUNT), token.address),
        Fact(SheetColumn("supply", Text("units in issue"), units), token.supply),
        Fact(SheetColumn("undistributed", Text("undistributed"), units), token.undistributed),
        Fact(SheetColumn("redeemed", Text("redeemed"), units), token.redeemed),
        Fact(SheetColumn("investors", Text("holders (investors)"), number), token.holders),
        Fact(SheetColumn("wallets_held", Text("holders (wallets)"), number), token.wallets),
        Fact(SheetColumn("splits", Text("splits"), number), token.splits),
    )


def holders_sheet(holdings: Iterable[Holding], names: Names) -> Sheet:
    """A row for each investor, the largest first."""
    rows: list[tuple[Cell, ...]] = [
        (
            *_who(each.investor, names),
            each.units,
            each.share,
            *_kept(each.restrained),
            each.free,
            *_facts(each),
            len(each.wallets),
            " ".join(one.wallet for one in each.wallets),
        )
        for each in holdings
    ]
    columns = (
        *_who_columns(names),
        _UNITS,
        _SHARE,
        *_RESTRAINED,
        _FREE,
        *_FACTS,
        SheetColumn("wallet_count", Text("number of wallets"), Form.NUMBER, 8),
        SheetColumn("wallets", Text("wallets"), Form.ACCOUNT, 44),
    )
    return Sheet("holders", Text("holders"), columns, rows)


def wallets_sheet(holdings: Iterable[Holding], names: Names, supply: int) -> Sheet:
    """A row for each wallet, those of an investor together."""
    rows: list[tuple[Cell, ...]] = [
        (
            *_who(each.investor, names),
            one.wallet,
            one.units,
            one.units * MILLION // supply if supply else 0,
            *_kept(one.restrained),
            one.free,
            one.retired,
        )
        for each in holdings
        for one in each.wallets
    ]
    columns = (
        *_who_columns(names),
        _WALLET,
        _UNITS,
        _SHARE,
        *_RESTRAINED,
        _FREE,
        SheetColumn("retired", Text("retired", context="wallet"), Form.FLAG, 8),
    )
    return Sheet("wallets", Text("wallets"), columns, rows)


def history_sheet(lines: Iterable[Line], *, of_one: bool = False) -> Sheet:
    """Everything that happened to the units, in order. `of_one`: to those of one investor or
    wallet, with what changed and what was left.
    """
    rows = [(*_line(each), *((each.change, each.balance) if of_one else ())) for each in lines]
    columns = (*_HISTORY, *(_CHANGE if of_one else ()))
    return Sheet("history", Text("history"), columns, rows)


def tranches_sheet(tranches: Iterable[IssuedTranche]) -> Sheet:
    """Issued, redeemed and outstanding, by issue."""
    rows: list[tuple[Cell, ...]] = [
        (
            each.number,
            *_at(each.at.block, each.at.time, each.at.transaction, each.at.log),
            each.units_then,
            each.splits,
            each.issued,
            each.redeemed,
            each.outstanding,
        )
        for each in tranches
    ]
    return Sheet("tranches", Text("tranches"), _TRANCHES, rows)


def lots_sheet(lots: Iterable[tuple[InvestorId, Lot]], names: Names) -> Sheet:
    """When what is held was acquired, by investor, the oldest first."""
    rows: list[tuple[Cell, ...]] = [
        (
            *_who(investor, names),
            each.acquired.time,
            each.acquired.block,
            each.acquired.transaction,
            each.why,
            each.units,
            each.carried,
        )
        for investor, each in lots
    ]
    return Sheet("lots", Text("acquisitions"), (*_who_columns(names), *_LOTS), rows)


def differences_sheet(found: Iterable[HoldingDifference], names: Names) -> Sheet:
    """Whose holding became another between two blocks, in units of the later one."""
    rows: list[tuple[Cell, ...]] = [
        (
            *_who(each.investor, names),
            " ".join(each.wallets),
            each.before,
            each.after,
            each.change,
        )
        for each in found
    ]
    title = Text("changes of holdings")
    return Sheet("differences", title, (*_who_columns(names), *_DIFFERENCES), rows)


def restraints_sheet(
    found: Iterable[RestraintAsOf], investor_of: Mapping[ChecksumAddress, InvestorId], names: Names
) -> Sheet:
    """Lock-ups, pledges and attachments that hold, by rank."""
    rows: list[tuple[Cell, ...]] = [
        (
            *_who(investor_of.get(each.wallet, InvestorId(0)), names),
            each.id,
            each.rank,
            _KINDS[each.kind],
            each.wallet,
            each.units,
            _until(each.until),
            each.claimant,
        )
        for each in found
    ]
    return Sheet("restraints", Text("restraints"), (*_who_columns(names), *_RESTRAINTS), rows)


# Inside


def _who_columns(names: Names) -> tuple[SheetColumn, ...]:
    return (_INVESTOR, _NAME, _KANA, _ADDRESS) if names else (_INVESTOR,)


def _who(investor: InvestorId, names: Names) -> tuple[Cell, ...]:
    if not names:
        return (investor,)
    known = names.get(investor)
    return (investor, known.name, known.kana, known.address) if known else (investor, "", "", "")


def _kept(units: RestrainedUnits) -> tuple[Cell, ...]:
    return (units.committed, units.locked, units.frozen, units.pledged, units.attached)


def _facts(holding: Holding) -> tuple[Cell, ...]:
    facts = holding.facts
    if facts is None:
        return (None, None, None, None)
    return (facts.investor_class, facts.residency, _until(facts.kyc_expiry), facts.suspended)


def _until(seconds: int) -> int | None:
    return seconds if 0 < seconds < NEVER else None


def _at(block: int, time: int, transaction: bytes, log: int) -> tuple[Cell, ...]:
    return (block, time, transaction, log)


def _line(line: Line) -> tuple[Cell, ...]:
    reference, grounds = line.reference, line.grounds
    is_split = line.why is None
    return (
        *_at(line.at.block, line.at.time, line.at.transaction, line.at.log),
        SPLIT if is_split else line.why,
        line.ratio,
        None if is_split else _account(line.from_),
        None if is_split else _account(line.to),
        line.from_investor or None,
        line.to_investor or None,
        None if is_split else line.units,
        line.splits,
        None if is_split else line.units_now,
        f"0x{reference.hex()}" if isinstance(reference, bytes) else str(reference or ""),
        None if grounds is None else case_number(grounds.case_id),
        None if grounds is None else grounds.document_hash,
        None if grounds is None else grounds.request,
    )


def _account(account: ChecksumAddress | None) -> Cell:
    if account is None:
        return NOT_SHOWN
    return None if account == ZERO_ADDRESS else account


SPLIT: Final = Text("split")


def case_number(case_id: bytes) -> str:
    """The number that a case's id is made of."""
    return case_id.rstrip(b"\0").decode("ascii", "replace")
