"""The register's answers as tables; each names the block that it speaks of."""

from typing import TYPE_CHECKING, Final

from jp20.cli.frame.endings import Ending
from jp20.cli.frame.output import Coded, Column, Record, Table, Value, warn
from jp20.cli.shared.investors import through
from jp20.cli.shared.positions import units_shown
from jp20.cli.shared.results import BLOCK, TRANSACTION, UNITS, WALLET
from jp20.domain.base.errors import BadArgument, ExitCode
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eth_typing import ChecksumAddress

    from jp20.domain.base.at import At
    from jp20.domain.base.ids import InvestorId
    from jp20.domain.register.answers import (
        Holding,
        InvestorFacts,
        Line,
        RestrainedUnits,
        Stamp,
        WalletHolding,
    )
    from jp20.operations.register.asking import Asked
    from jp20.operations.register.reconciliation import Reconciliation
    from jp20.register.questions import Questions

WALLETS: Final = Column("wallets", Text("wallets"))
INVESTOR: Final = Column("investor", Text("investor's id"), detail=True)
TIME: Final = Column("time", Text("time"))
CODE: Final = Column("code", Text("code"))
PERCENT: Final = Column("percent", Text("% of units in issue"), number=True)
FREE: Final = Column("free", Text("free"), number=True)
KINDS: Final = (
    Column("committed", Text("committed"), number=True, detail=True),
    Column("locked", Text("locked up"), number=True, detail=True),
    Column("frozen", Text("frozen"), number=True, detail=True),
    Column("pledged", Text("pledged"), number=True, detail=True),
    Column("attached", Text("attached"), number=True, detail=True),
)
FACTS: Final = (
    Column("class", Text("class")),
    Column("residency", Text("residency")),
    Column("kyc_expiry", Text("KYC valid through"), detail=True),
    Column("class_expiry", Text("class valid through"), detail=True),
    Column("suspended", Text("suspended"), detail=True),
)
DIFFERENCES: Final = Column("differences", Text("differences"), number=True)


def stamp_fields(at: "Stamp") -> list[tuple[Column, Value]]:
    """The block of an answer."""
    from jp20.domain.base.times import in_tokyo

    return [
        (BLOCK, at.block),
        (Column("block_hash", Text("block hash")), at.hash),
        (Column("final", Text("final", context="block")), at.final),
        (Column("time", Text("as of")), in_tokyo(at.time)),
    ]


def summary(asked: "Asked") -> Record:
    """The token, and what its holdings add up to."""
    token, holdings = asked.token, asked.token.supply - asked.token.undistributed
    return Record(
        "register",
        Text("The register"),
        [
            (Column("name", Text("name")), token.name),
            (CODE, token.code),
            (Column("token", Text("address")), token.address),
            *stamp_fields(asked.at),
            (Column("final_block", Text("final up to block"), number=True), asked.final_block),
            (Column("supply", Text("units in issue"), number=True), token.supply),
            (Column("undistributed", Text("undistributed"), number=True), token.undistributed),
            (Column("held", Text("held"), number=True), holdings),
            (Column("holders", Text("holders", context="number"), number=True), token.holders),
            (Column("wallets", Text("holders (wallets)"), number=True), token.wallets),
            (Column("splits", Text("splits"), number=True), token.splits),
            (Column("reconciled", Text("agrees with the chain")), asked.compared.agrees),
        ],
    )


def holders_by_investor(code: str, holdings: "Iterable[Holding]") -> Table:
    """Each investor with the wallets that have units."""
    return Table(
        "holders",
        Text("Holders: {code}", code=code),
        (WALLETS, INVESTOR, UNITS, PERCENT, FREE, *KINDS, *FACTS),
        [
            (
                wallets_shown(wallet.wallet for wallet in each.wallets),
                investor_shown(each.investor),
                each.units,
                share_shown(each.share),
                each.free,
                *_kinds(each.restrained),
                *facts_shown(each.facts),
            )
            for each in holdings
        ],
    )


def holders_by_wallet(code: str, holdings: "Iterable[Holding]", supply: int) -> Table:
    """Each wallet by itself, the largest first."""
    from jp20.domain.register.answers import MILLION

    rows: list[tuple[WalletHolding, Holding]] = [
        (wallet, each) for each in holdings for wallet in each.wallets if wallet.units
    ]
    rows.sort(key=lambda row: (-row[0].units, row[0].wallet))
    return Table(
        "holders",
        Text("Holders: {code}", code=code),
        (WALLET, INVESTOR, UNITS, PERCENT, FREE, *KINDS, *FACTS),
        [
            (
                wallet.wallet,
                investor_shown(each.investor),
                wallet.units,
                share_shown(wallet.units * MILLION // supply),
                wallet.free,
                *_kinds(wallet.restrained),
                *facts_shown(each.facts),
            )
            for wallet, each in rows
        ],
    )


def history_table(code: str, lines: "Iterable[Line]", places: "Mapping[At, int]") -> Table:
    """Movements and splits, with the log by which a reversal names each where it is known."""
    return Table(
        "history",
        Text("History: {code}", code=code),
        (
            BLOCK,
            TIME,
            Column("why", Text("why")),
            Column("from", Text("from")),
            Column("to", Text("to")),
            Column("units", Text("units then"), number=True),
            Column("change", Text("change"), number=True, detail=True),
            Column("balance", Text("units after it"), number=True, detail=True),
            Column("splits", Text("splits then"), detail=True),
            Column("ratio", Text("split 1 to"), detail=True),
            TRANSACTION,
            Column("log", Text("log (reverse --log)"), detail=True),
            Column("log_in_block", Text("log in block"), detail=True),
            Column("reference", Text("reference"), detail=True),
            Column("case", Text("case", context="number"), detail=True),
            Column("document", Text("document's hash"), detail=True),
        ),
        [_line(each, places.get(each.at)) for each in lines],
    )


def differences_table(found: "Iterable[Reconciliation]") -> Table:
    """Where register and chain do not agree."""
    return Table(
        "differences",
        Text("Differences"),
        (
            CODE,
            Column("what", Text("what", context="difference")),
            WALLET,
            INVESTOR,
            Column("record_date", Text("record date"), detail=True),
            Column("register", Text("register"), number=True),
            Column("chain", Text("chain"), number=True),
            Column("since", Text("since block"), number=True),
            Column("node", Text("node")),
        ),
        [
            (
                each.code,
                one.what,
                one.wallet,
                investor_shown(one.investor),
                one.record_date,
                one.register,
                one.chain,
                one.since,
                one.node,
            )
            for each in found
            for one in each.differences
        ],
    )


def end(compared: "Reconciliation") -> None:
    """Ends with 1 where the register does not reconcile."""
    if compared.agrees:
        return
    warn(
        Text(
            "{code}: register and chain do not agree in {count} {count:place|places}. See: "
            "jp20 register check {code} --block {block}",
            code=compared.code,
            count=len(compared.differences),
            block=compared.at.block,
        )
    )
    raise Ending(ExitCode.REFUSED)


def holder_given(text: str) -> "InvestorId | ChecksumAddress":
    """An investor by the id, or by a wallet or a customer's number of `--investors`. Raises
    BadArgument.
    """
    from jp20.cli.frame.options import address
    from jp20.domain.investors.investors import parse_investor_id

    found = parse_investor_id(text)
    return address(text, "HOLDER") if found is None else found


def investor_named(
    register: "Questions", at: "Stamp", given: "InvestorId | ChecksumAddress"
) -> "InvestorId":
    """Whom `holder_given` means as of a block. Raises BadArgument."""
    if isinstance(given, int):
        return given
    found = register.investor_of(at, given)
    if not found:
        raise BadArgument(
            Text("HOLDER: {wallet} is no investor's wallet.", wallet=given),
            Text("The platform does not know it as of block {block}.", block=at.block),
            Text("Name a wallet that is registered: jp20 investors list"),
        )
    return found


def wallets_shown(wallets: "Iterable[str]") -> Coded:
    """One below the other; to a program a list."""
    found = tuple(wallets)
    return Coded(found, Text.verbatim("\n".join(found)))


def investor_shown(investor: int) -> str | None:
    """The opaque id; nothing for nobody."""
    return f"0x{investor:038x}" if investor else None


def share_shown(millionths: int) -> str:
    """Percent with four decimals."""
    return f"{millionths // 10_000}.{millionths % 10_000:04d}"


def facts_shown(facts: "InvestorFacts | None") -> tuple[Value, ...]:
    """As `FACTS` names them."""
    if facts is None:
        return (None,) * len(FACTS)
    return (
        facts.investor_class,
        facts.residency,
        through(facts.kyc_expiry),
        through(facts.class_expiry),
        facts.suspended,
    )


def position_shown(units: int, free: int, restrained: "RestrainedUnits") -> tuple[Value, ...]:
    """Units, what is free of them, and the kinds."""
    return (units, free, *_kinds(restrained))


# Inside


def _kinds(found: "RestrainedUnits") -> tuple[Value, ...]:
    kinds = (found.committed, found.locked, found.frozen, found.pledged, found.attached)
    return tuple(units_shown(each) for each in kinds)


def _line(line: "Line", place: int | None) -> tuple[Value, ...]:
    from jp20.domain.base.times import in_tokyo

    why: Value = line.why
    parties: tuple[Value, ...] = (line.from_, line.to, line.units)
    if line.why is None:
        why = Coded("split", Text("split 1 to {ratio}", ratio=line.ratio))
        parties = (None, None, None)
    grounds = line.grounds
    return (
        line.at.block,
        in_tokyo(line.at.time),
        why,
        *parties,
        line.change,
        line.balance,
        line.splits,
        line.ratio,
        line.at.transaction,
        place,
        line.at.log,
        line.reference,
        case_shown(grounds.case_id) if grounds else None,
        grounds.document_hash if grounds else None,
    )


def case_shown(case_id: bytes) -> str:
    """The case number as it was given."""
    return case_id.rstrip(b"\0").decode("ascii", "replace")
