"""`jp20 register`: who holds what, now or at any past time, and why it changed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.as_of import AtBlock, AtTime, last_second
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.invocation import invocation
from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.options import Token, address, hash_of
from jp20.cli.frame.output import Coded, Column, Record, Table, Value, say, show, warn
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.results import BLOCK, TRANSACTION, UNITS, WALLET
from jp20.domain.base.errors import ExitCode
from jp20.domain.base.text import Text
from jp20.domain.files.export_forms import Content, Encoding

if TYPE_CHECKING:
    from jp20.domain.register.movements import HistoryEntry
    from jp20.operations.register.report import Report

app = typer.Typer(no_args_is_help=True)


@app.command(
    "show",
    help=help_text(
        "Who holds what: now, or as of a block or a time. It is compared with the chain; exit "
        "code 1 where the two do not agree."
    ),
    epilog=example(
        "jp20 register show JP20-RE-0001",
        "jp20 register show JP20-RE-0001 --time 2027-03-31 --format csv",
    ),
)
def register_show(token: Token, block: AtBlock = None, at: AtTime = None) -> None:
    """From the token's events, all of them (G15, S1)."""
    from jp20.operations.register.report import percent

    found = _report(token, block, at)
    supply = found.register.supply
    held = sorted(found.register.holders().items(), key=lambda each: (-each[1], each[0]))
    show(
        Table(
            "holders",
            Text("Holders: {code}", code=found.code),
            (
                WALLET,
                UNITS,
                Column("percent", Text("% of units in issue"), number=True),
            ),
            [(wallet, units, percent(units, supply)) for wallet, units in held],
        ),
        _summary(found),
    )
    _end(found)


@app.command(
    "export",
    help=help_text(
        "Write the register into a new file that names its block: .csv (holders, or the "
        "history), .xlsx and .json (all of it)."
    ),
    epilog=example(
        "jp20 register export JP20-RE-0001 holders.csv --encoding cp932",
        "jp20 register export JP20-RE-0001 register.xlsx --time 2027-03-31",
    ),
)
def register_export(
    token: Token,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=help_text("The new file."))],
    block: AtBlock = None,
    at: AtTime = None,
    content: Annotated[Content, typer.Option(help=help_text("What a CSV has."))] = Content.HOLDERS,
    encoding: Annotated[
        Encoding, typer.Option(help=help_text("How a CSV is written."))
    ] = Encoding.UTF_8,
) -> None:
    """In the language of the call (G15)."""
    from jp20.operations.plans.results import require_format
    from jp20.operations.register.exports import export

    require_format(file)
    found = _report(token, block, at)
    export(file, found, content, encoding, invocation().language)
    say(Text("Written: {file}", file=file))
    show(_summary(found))
    _end(found)


@app.command(
    "check",
    help=help_text(
        "Compare the register with the chain: each balance, their sum, the supply. Of one "
        "token or of all; exit code 1 where something does not agree."
    ),
    epilog=example("jp20 register check", "jp20 register check JP20-RE-0001 --time 2027-03-31"),
)
def register_check(
    token: Annotated[
        str | None,
        typer.Argument(
            metavar="TOKEN",
            help=help_text("Security code, symbol or address; else all."),
        ),
    ] = None,
    block: AtBlock = None,
    at: AtTime = None,
) -> None:
    """To be run every night (G13, G15)."""
    from jp20.operations.register.report import report

    moment = last_second(block, at)
    session = workspace().view()
    tokens = session.tokens() if token is None else (session.token(token),)
    found = [report(session, each, block, moment) for each in tokens]
    checked = (
        Table(
            "tokens",
            Text("Register and chain"),
            (
                Column("code", Text("code")),
                BLOCK,
                Column("supply", Text("units in issue"), number=True),
                Column("undistributed", Text("undistributed"), number=True),
                Column("held", Text("held"), number=True),
                Column("holders", Text("holders (wallets)"), number=True),
                Column("differences", Text("differences"), number=True),
                Column("reconciled", Text("agree")),
            ),
            [
                (
                    each.code,
                    each.block,
                    each.register.supply,
                    each.register.undistributed,
                    sum(each.register.holders().values()),
                    len(each.register.holders()),
                    len(each.differences),
                    each.reconciled,
                )
                for each in found
            ],
        ),
        _differences(found),
    )
    show(*with_rows(*checked))
    for each in found:
        _end(each)


@app.command(
    "history",
    help=help_text(
        "What happened to the units of a token, or of one wallet: every movement with its "
        "reason. Of one wallet, JSON and CSV also have the log by which jp20 reverse names a "
        "movement."
    ),
    epilog=example("jp20 register history JP20-RE-0001 0x845986566FA249D19A35293e0b5E20A108224C37"),
)
def register_history(
    token: Token,
    wallet: Annotated[
        str | None,
        typer.Argument(metavar="WALLET", help=help_text("Of one wallet.")),
    ] = None,
    block: AtBlock = None,
    at: AtTime = None,
) -> None:
    """Units and splits are those of then; the balance is brought up to the block (G15)."""
    from jp20.operations.register.report import places_of, report

    account = address(wallet, "WALLET") if wallet is not None else None
    moment = last_second(block, at)
    session = workspace().view()
    found = report(session, token, block, moment)
    register = found.register
    entries = register.history if account is None else tuple(register.history_of(account))
    # Each takes a receipt: of one wallet they are few.
    places = places_of(session, entries) if account is not None else {}
    fields: list[tuple[Column, Value]] = list(_summary(found).fields)
    if account is not None:
        balance = Column("balance", Text("units of the wallet"), number=True)
        fields += [(WALLET, account), (balance, register.balance_of(account))]
    show(
        Table(
            "history",
            Text("History: {code}", code=found.code),
            (
                BLOCK,
                Column("time", Text("time")),
                Column("why", Text("why")),
                Column("from", Text("from")),
                Column("to", Text("to")),
                Column("units", Text("units then"), number=True),
                Column("splits", Text("splits then"), detail=True),
                Column("ratio", Text("split 1 to"), detail=True),
                TRANSACTION,
                Column("log", Text("log (reverse --log)"), detail=True),
                Column("log_in_block", Text("log in block"), detail=True),
                Column("reference", Text("reference"), detail=True),
            ),
            [_entry(each, places.get(each.at)) for each in entries],
        ),
        Record("register", _summary(found).title, fields),
    )
    _end(found)


@app.command(
    "decision",
    help=help_text(
        "Who decided that units moved, and on which document: case, proposer, signers, executor."
    ),
    epilog=example("jp20 register decision JP20-RE-0001 0x5c50…"),
)
def register_decision(
    token: Token,
    transaction: Annotated[
        str,
        typer.Argument(
            metavar="TRANSACTION",
            help=help_text("The transaction, as register history has it."),
        ),
    ],
) -> None:
    """What a holder did with own units rests on no decision (G15, G17)."""
    from jp20.domain.base.times import in_tokyo
    from jp20.operations.register.decisions import decisions_of

    session = workspace().view()
    found = decisions_of(session, token, hash_of(transaction, "TRANSACTION"))
    show(
        Table(
            "movements",
            Text("Who decided what moved"),
            (
                BLOCK,
                Column("time", Text("time"), detail=True),
                Column("why", Text("why")),
                Column("from", Text("from")),
                Column("to", Text("to")),
                Column("units", Text("units then"), number=True),
                Column("case", Text("case", context="number")),
                Column("document", Text("document's hash"), detail=True),
                Column("request", Text("request", context="register"), detail=True),
                Column("proposed_by", Text("proposed by"), detail=True),
                Column("signed_by", Text("signed by")),
                Column("executed_by", Text("executed by")),
            ),
            [
                (
                    each.movement.at.block,
                    in_tokyo(each.movement.at.time),
                    each.movement.why,
                    each.movement.from_,
                    each.movement.to,
                    each.movement.units,
                    each.case,
                    each.grounds.document_hash if each.grounds else None,
                    each.grounds.request if each.grounds else None,
                    each.proposer,
                    ", ".join(each.signers) or None,
                    each.executor,
                )
                for each in found
            ],
        )
    )


# Inside


def _report(token: str, block: int | None, at: str | None) -> "Report":
    from jp20.operations.register.report import report

    moment = last_second(block, at)
    return report(workspace().view(), token, block, moment)


def _summary(found: "Report") -> Record:
    from jp20.domain.base.times import in_tokyo

    register = found.register
    return Record(
        "register",
        Text("The register"),
        (
            (Column("name", Text("name")), found.name),
            (Column("code", Text("code")), found.code),
            (Column("token", Text("address")), found.token),
            (BLOCK, found.block),
            (Column("block_hash", Text("block hash")), found.block_hash),
            (
                Column("final_block", Text("final up to block"), number=True),
                found.final_block,
            ),
            (Column("time", Text("as of")), in_tokyo(found.time)),
            (Column("supply", Text("units in issue"), number=True), register.supply),
            (
                Column("undistributed", Text("undistributed"), number=True),
                register.undistributed,
            ),
            (
                Column("held", Text("held"), number=True),
                sum(register.holders().values()),
            ),
            (
                Column("holders", Text("holders (wallets)"), number=True),
                len(register.holders()),
            ),
            (
                Column("splits", Text("splits"), number=True),
                len(register.factors) - 1,
            ),
            (
                Column("reconciled", Text("agrees with the chain")),
                found.reconciled,
            ),
        ),
    )


def _differences(found: "list[Report]") -> Table:
    return Table(
        "differences",
        Text("Differences"),
        (
            Column("code", Text("code")),
            WALLET,
            Column("register", Text("register"), number=True),
            Column("chain", Text("chain"), number=True),
        ),
        [
            (
                each.code,
                one.account or Text("units in issue"),
                one.register,
                one.chain,
            )
            for each in found
            for one in each.differences
        ],
    )


def _end(found: "Report") -> None:
    """Ends with 1 where the register does not reconcile."""
    if found.reconciled:
        return
    warn(
        Text(
            "{code}: register and chain do not agree in {count} places. See: jp20 register check "
            "{code} --block {block}",
            code=found.code,
            count=len(found.differences),
            block=found.block,
        )
    )
    raise Ending(ExitCode.REFUSED)


def _entry(entry: "HistoryEntry", place: int | None) -> tuple[Value, ...]:
    from jp20.domain.base.times import in_tokyo
    from jp20.domain.register.movements import Movement

    at = entry.at
    if isinstance(entry, Movement):
        why: Value = entry.why
        splits = entry.splits
        parties: tuple[Value, ...] = (entry.from_, entry.to, entry.units)
        reference, ratio = entry.reference, None
    else:
        said = Text("split 1 to {ratio}", ratio=entry.ratio)
        why = Coded("split", said)
        parties, splits, reference, ratio = (None, None, None), entry.count, None, entry.ratio
    where = (at.transaction, place, at.log)
    return (at.block, in_tokyo(at.time), why, *parties, splits, ratio, *where, reference)
