"""`jp20 register`: who holds what, now or at any past time, and why it changed."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.commands import register_exports, register_questions
from jp20.cli.frame.as_of import AtBlock, AtTime, last_second
from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.options import Token, address, hash_of
from jp20.cli.frame.output import Column, Record, Table, Value, show
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.register_tables import (
    CODE,
    DIFFERENCES,
    INVESTOR,
    differences_table,
    end,
    history_table,
    holder_given,
    holders_by_investor,
    holders_by_wallet,
    investor_named,
    investor_shown,
    summary,
)
from jp20.cli.shared.results import BLOCK, WALLET
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jp20.domain.base.at import At

app = typer.Typer(no_args_is_help=True)
app.registered_commands += register_exports.app.registered_commands
app.registered_commands += register_questions.app.registered_commands


@app.command(
    "show",
    help=help_text(
        "Who holds what, by investor: now, or as of a block or a time. It is compared with the "
        "chain; exit code 1 where the two do not agree."
    ),
    epilog=example(
        "jp20 register show JP20-RE-0001",
        "jp20 register show JP20-RE-0001 --time 2027-03-31 --format csv",
    ),
)
def register_show(
    token: Token,
    wallets: Annotated[
        bool,
        typer.Option("--wallets", help=help_text("Wallet by wallet, not by investor.")),
    ] = False,
    block: AtBlock = None,
    at: AtTime = None,
) -> None:
    """From the chain's events, all of them (G15, S1)."""
    from jp20.operations.register.asking import ask_about

    asked = ask_about(workspace().view(), token, block, last_second(block, at))
    holdings, found = asked.register.holdings(asked.at, asked.token.address), asked.token
    show(
        holders_by_wallet(found.code, holdings, found.supply)
        if wallets
        else holders_by_investor(found.code, holdings),
        summary(asked),
    )
    end(asked.compared)


@app.command(
    "check",
    help=help_text(
        "Compare the register with the chain, at every node: each balance, their sum, the supply, "
        "every record date that has passed. Of one token or of all; exit code 1 where something "
        "does not agree."
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
    from jp20.operations.register.asking import ask
    from jp20.operations.register.reconciliation import reconcile_with_chain
    from jp20.register.questions import NotInRegister

    moment = last_second(block, at)
    session = workspace().view()
    named = None if token is None else session.token(token).address
    register = ask(session, decisions=False)
    stamp = register.stamp(block, moment)
    tokens = [each for each in register.tokens(stamp) if named in (None, each.address)]
    if named is not None and not tokens:
        raise NotInRegister(named, stamp.block)
    found = [reconcile_with_chain(session, register, stamp, each.address) for each in tokens]
    checked = (
        Table(
            "tokens",
            Text("Register and chain"),
            (
                CODE,
                BLOCK,
                Column("supply", Text("units in issue"), number=True),
                Column("undistributed", Text("undistributed"), number=True),
                Column("held", Text("held"), number=True),
                Column("holders", Text("holders", context="number"), number=True),
                Column("wallets", Text("holders (wallets)"), number=True, detail=True),
                Column("record_dates", Text("record dates"), number=True, detail=True),
                Column("nodes", Text("nodes"), number=True, detail=True),
                Column("silent", Text("nodes without an answer"), detail=True),
                DIFFERENCES,
                Column("reconciled", Text("agree")),
            ),
            [
                (
                    each.code,
                    stamp.block,
                    each.supply,
                    each.undistributed,
                    each.supply - each.undistributed,
                    each.holders,
                    each.wallets,
                    len(compared.record_dates),
                    len(compared.nodes),
                    ", ".join(compared.silent) or None,
                    len(compared.differences),
                    compared.agrees,
                )
                for each, compared in zip(tokens, found, strict=True)
            ],
        ),
        differences_table(found),
    )
    show(*with_rows(*checked))
    for each in found:
        end(each)


@app.command(
    "history",
    help=help_text(
        "What happened to the units of a token, or of one investor over all wallets: every "
        "movement with its reason. Of one investor, JSON and CSV also have the log by which jp20 "
        "reverse names a movement."
    ),
    epilog=example("jp20 register history JP20-RE-0001 0x845986566FA249D19A35293e0b5E20A108224C37"),
)
def register_history(
    token: Token,
    holder: Annotated[
        str | None,
        typer.Argument(
            metavar="HOLDER",
            help=help_text(
                "Of one investor: any of the wallets, a customer number with --investors, or the "
                "id."
            ),
        ),
    ] = None,
    wallets: Annotated[
        bool,
        typer.Option("--wallets", help=help_text("Of this one wallet, whosever it is.")),
    ] = False,
    block: AtBlock = None,
    at: AtTime = None,
) -> None:
    """Units and splits are those of then; the balance is brought up to the block (G15)."""
    from jp20.domain.base.addresses import ZERO_ADDRESS
    from jp20.operations.register.asking import ask_about
    from jp20.operations.register.report import places_of

    moment = last_second(block, at)
    if wallets and holder is None:
        raise BadArgument(Text("--wallets needs a wallet."), next_step=Text("Name it as HOLDER."))
    account = address(holder, "HOLDER") if wallets and holder is not None else None
    given = holder_given(holder) if holder is not None and account is None else None
    session = workspace().view()
    asked = ask_about(session, token, block, moment, decisions=True)
    investor = None if given is None else investor_named(asked.register, asked.at, given)
    lines = list(
        asked.register.history(asked.at, asked.token.address, investor=investor, wallet=account)
    )
    fields: list[tuple[Column, Value]] = list(summary(asked).fields)
    places: Mapping[At, int] = {}
    if holder is not None:
        balance = Column("balance", Text("units of the holder"), number=True)
        named: tuple[Column, Value] = (_INVESTOR, investor_shown(investor or 0))
        if account is not None:
            named = (WALLET, account)
        last = lines[-1] if lines else None
        fields += [named, (balance, last.balance_at(asked.token.factors) if last else 0)]
        # Each takes a receipt: of one holder they are few.
        between = (each for each in lines if ZERO_ADDRESS not in (each.from_, each.to))
        places = places_of(session, (each.at for each in between if each.why is not None))
    show(
        history_table(asked.token.code, lines, places),
        Record("register", Text("The register"), fields),
    )
    end(asked.compared)


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

_INVESTOR: Final = Column(INVESTOR.key, INVESTOR.name)
