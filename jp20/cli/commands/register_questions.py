"""`jp20 register investor|movement|tranches|diff|lots|lapses`: single questions to the register."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.frame.as_of import AtBlock, AtTime, last_second
from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.options import Token, hash_of, time, until
from jp20.cli.frame.output import Coded, Column, Record, Table, show
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.positions import restraint_row, restraints_table
from jp20.cli.shared.register_tables import (
    CODE,
    FACTS,
    FREE,
    INVESTOR,
    KINDS,
    PERCENT,
    TIME,
    WALLETS,
    case_shown,
    end,
    facts_shown,
    holder_given,
    investor_named,
    investor_shown,
    position_shown,
    share_shown,
    stamp_fields,
    summary,
    wallets_shown,
)
from jp20.cli.shared.results import BLOCK, TRANSACTION, UNITS, WALLET
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jp20.domain.base.at import At
    from jp20.domain.register.answers import MovementDetail

app = typer.Typer()

Holder = Annotated[
    str,
    typer.Argument(
        metavar="HOLDER",
        help=help_text(
            "The investor: any of the wallets, a customer number with --investors, or the id."
        ),
    ),
]


@app.command(
    "investor",
    help=help_text(
        "What is known of an investor: wallets, facts, the case of the enrolment, and what the "
        "investor has of every token, with what keeps it."
    ),
    epilog=example("jp20 register investor 0x845986566FA249D19A35293e0b5E20A108224C37"),
)
def register_investor(holder: Holder, block: AtBlock = None, at: AtTime = None) -> None:
    """No name: the chain has none (G15, G28)."""
    from jp20.domain.base.times import in_tokyo
    from jp20.operations.register.asking import ask
    from jp20.operations.token.restraints import Restraint

    moment, given = last_second(block, at), holder_given(holder)
    register = ask(workspace().view())
    stamp = register.stamp(block, moment)
    named = investor_named(register, stamp, given)
    found = register.investor(stamp, named)
    if found is None:
        raise BadArgument(
            Text("HOLDER: there is no investor {holder}.", holder=holder),
            Text("The platform does not know it as of block {block}.", block=stamp.block),
            Text("Name a wallet that is registered: jp20 investors list"),
        )
    tokens = [
        (each, register.holding(stamp, each.address, named)) for each in register.tokens(stamp)
    ]
    held = [(token, holding) for token, holding in tokens if holding and holding.wallets]
    enrolled = found.enrolled
    show(
        *with_rows(
            Record(
                "investor",
                Text("The investor"),
                [
                    (Column(INVESTOR.key, INVESTOR.name), investor_shown(named)),
                    *zip(
                        (Column(each.key, each.name) for each in FACTS),
                        facts_shown(found.facts),
                        strict=True,
                    ),
                    (
                        Column("case", Text("case of the enrolment")),
                        case_shown(enrolled.case_id) if enrolled else None,
                    ),
                    *stamp_fields(stamp),
                ],
            ),
            Table(
                "wallets",
                Text("Wallets"),
                (
                    WALLET,
                    Column("since", Text("since")),
                    BLOCK,
                    Column("retired", Text("retired")),
                ),
                [
                    (each.wallet, in_tokyo(each.since.time), each.since.block, each.retired)
                    for each in found.wallets
                ],
            ),
            Table(
                "holdings",
                Text("Holdings"),
                (CODE, UNITS, FREE, *(Column(k.key, k.name, number=True) for k in KINDS), PERCENT),
                [
                    (
                        token.code,
                        *position_shown(holding.units, holding.free, holding.restrained),
                        share_shown(holding.share),
                    )
                    for token, holding in held
                ],
            ),
            Table(
                "restraints",
                Text("Restraints by number"),
                (CODE, *restraints_table(()).columns),
                [
                    (
                        token.code,
                        *restraint_row(
                            each.wallet,
                            Restraint(each.id, each.kind, each.units, each.until, each.claimant),
                        ),
                    )
                    for token, _ in held
                    for each in register.restraints(stamp, token.address, named)
                ],
            ),
        )
    )


@app.command(
    "movement",
    help=help_text(
        "One movement with all that is known: who decided it on which document, who signed, what "
        "it took back and what took it back."
    ),
    epilog=example("jp20 register movement JP20-RE-0001 0x5c50…"),
)
def register_movement(
    token: Token,
    transaction: Annotated[
        str,
        typer.Argument(
            metavar="TRANSACTION",
            help=help_text("The transaction, as register history has it."),
        ),
    ],
    block: AtBlock = None,
    at: AtTime = None,
) -> None:
    """What a holder did with own units rests on no decision (G10, G15, G17)."""
    from jp20.operations.register.asking import ask_about
    from jp20.operations.register.decisions import NothingMoved

    moment = last_second(block, at)
    hashed = hash_of(transaction, "TRANSACTION")
    asked = ask_about(workspace().view(), token, block, moment, decisions=True)
    found = asked.register.movements(asked.at, asked.token.address, hashed)
    if not found:
        raise NothingMoved(asked.token.code, hashed)
    show(*with_rows(_movements(found), _signatures(found), summary(asked)))
    end(asked.compared)


@app.command(
    "tranches",
    help=help_text(
        "What was issued, redeemed and is outstanding, by tranche. Of equal units those issued "
        "first are deemed to be redeemed first."
    ),
    epilog=example("jp20 register tranches JP20-RE-0001 --time 2027-03-31"),
)
def register_tranches(token: Token, block: AtBlock = None, at: AtTime = None) -> None:
    """In units of the block, and as they were issued (G4, G15)."""
    from jp20.domain.base.times import in_tokyo
    from jp20.operations.register.asking import ask_about

    asked = ask_about(workspace().view(), token, block, last_second(block, at))
    show(
        Table(
            "tranches",
            Text("Tranches: {code}", code=asked.token.code),
            (
                Column("number", Text("number")),
                TIME,
                BLOCK,
                Column("units_then", Text("units then"), number=True),
                Column("splits", Text("splits then"), detail=True),
                Column("issued", Text("issued"), number=True),
                Column("redeemed", Text("redeemed", context="units"), number=True),
                Column("outstanding", Text("outstanding"), number=True),
            ),
            [
                (
                    each.number,
                    in_tokyo(each.at.time),
                    each.at.block,
                    each.units_then,
                    each.splits,
                    each.issued,
                    each.redeemed,
                    each.outstanding,
                )
                for each in asked.register.tranches(asked.at, asked.token.address)
            ],
        ),
        summary(asked),
    )
    end(asked.compared)


@app.command(
    "diff",
    help=help_text(
        "Whose holding is another than at an earlier block or time, in units of the later one. A "
        "split alone changes nothing."
    ),
    epilog=example("jp20 register diff JP20-RE-0001 --since 2027-04-01 --time 2027-06-30"),
)
def register_diff(
    token: Token,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="TIME",
            help=help_text("From this time on, Japan's; of a date its beginning."),
        ),
    ] = None,
    since_block: Annotated[
        int | None,
        typer.Option(
            "--since-block", metavar="BLOCK", min=0, help=help_text("What came after this block.")
        ),
    ] = None,
    block: AtBlock = None,
    at: AtTime = None,
) -> None:
    """By investor (G15)."""
    from jp20.operations.register.asking import ask_about

    if (since is None) == (since_block is None):
        raise BadArgument(Text("Say either --since-block or --since."))
    before = None if since is None else time(since, "--since") - 1
    moment = last_second(block, at)
    asked = ask_about(workspace().view(), token, block, moment)
    first = asked.register.stamp(since_block, before)
    if first.block > asked.at.block:
        raise BadArgument(
            Text("--since is later than the block that it is compared with."),
            Text(
                "It means block {first}, the other is {last}.",
                first=first.block,
                last=asked.at.block,
            ),
            Text("Name an earlier one."),
        )
    show(
        Table(
            "differences",
            Text("Changed holdings: {code}", code=asked.token.code),
            (
                WALLETS,
                INVESTOR,
                Column("before", Text("before"), number=True),
                Column("after", Text("after"), number=True),
                Column("change", Text("change"), number=True),
            ),
            [
                (
                    wallets_shown(each.wallets),
                    investor_shown(each.investor),
                    each.before,
                    each.after,
                    each.change,
                )
                for each in asked.register.differences(first, asked.at, asked.token.address)
            ],
        ),
        Record("from", Text("Compared with"), stamp_fields(first)),
        summary(asked),
    )
    end(asked.compared)


@app.command(
    "lots",
    help=help_text(
        "When an investor acquired the units: lots, first in, first out. An inheritance, a new "
        "wallet and a split keep the dates."
    ),
    epilog=example("jp20 register lots JP20-RE-0001 0x845986566FA249D19A35293e0b5E20A108224C37"),
)
def register_lots(token: Token, holder: Holder, block: AtBlock = None, at: AtTime = None) -> None:
    """For the tax on what is sold (G15, G21)."""
    from jp20.domain.base.times import in_tokyo
    from jp20.operations.register.asking import ask_about

    moment, given = last_second(block, at), holder_given(holder)
    asked = ask_about(workspace().view(), token, block, moment)
    named = investor_named(asked.register, asked.at, given)
    show(
        Table(
            "lots",
            Text("Lots: {code}", code=asked.token.code),
            (
                Column("acquired", Text("acquired")),
                BLOCK,
                Column("why", Text("why")),
                UNITS,
                Column("carried", Text("carried over")),
                TRANSACTION,
            ),
            [
                (
                    in_tokyo(lot.acquired.time),
                    lot.acquired.block,
                    lot.why,
                    lot.units,
                    lot.carried,
                    lot.acquired.transaction,
                )
                for lot in asked.register.lots(asked.at, asked.token.address, named)
            ],
        ),
        summary(asked),
    )
    end(asked.compared)


@app.command(
    "lapses",
    help=help_text(
        "Whose KYC or class ends by a day: of all investors, or of the holders of a token."
    ),
    epilog=example("jp20 register lapses JP20-RE-0001 --by 2027-03-31"),
)
def register_lapses(
    by: Annotated[
        str,
        typer.Option("--by", metavar="TIME", help=help_text("Which ends by this day.")),
    ],
    token: Annotated[
        str | None,
        typer.Argument(
            metavar="TOKEN",
            help=help_text("Security code, symbol or address; else all investors."),
        ),
    ] = None,
    block: AtBlock = None,
    at: AtTime = None,
) -> None:
    """By what the platform knew as of the block (G7, G25)."""
    from jp20.cli.shared.investors import through
    from jp20.operations.register.asking import ask

    last, moment = until(by, "--by"), last_second(block, at)
    session = workspace().view()
    address = None if token is None else session.token(token).address
    register = ask(session, decisions=False)
    stamp = register.stamp(block, moment)
    show(
        Table(
            "lapses",
            Text("KYC and classes that lapse"),
            (
                WALLETS,
                INVESTOR,
                Column("what", Text("what", context="lapse")),
                Column("expiry", Text("valid through")),
                UNITS,
            ),
            [
                (
                    wallets_shown(each.wallets),
                    investor_shown(each.investor),
                    Coded(each.what, _LAPSE[each.what]),
                    through(each.expiry),
                    None if address is None else each.units,
                )
                for each in register.lapses(stamp, last + 1, address)
            ],
        ),
        Record("as_of", Text("As of"), stamp_fields(stamp)),
    )


# Inside

_LAPSE: Final = {"kyc": Text("KYC"), "class": Text("class")}


def _movements(found: "Sequence[MovementDetail]") -> Table:
    from jp20.domain.base.times import in_tokyo

    def place(at: "At | None") -> str | None:
        return None if at is None else f"{at.block}/{at.log}"

    return Table(
        "movements",
        Text("Movements"),
        (
            BLOCK,
            Column("log_in_block", Text("log in block"), detail=True),
            TIME,
            Column("why", Text("why")),
            Column("from", Text("from")),
            Column("to", Text("to")),
            Column("units", Text("units then"), number=True),
            Column("forced", Text("without consent")),
            Column("case", Text("case", context="number")),
            Column("document", Text("document's hash"), detail=True),
            Column("request", Text("request", context="register"), detail=True),
            Column("proposed_by", Text("proposed by"), detail=True),
            Column("executed_by", Text("executed by"), detail=True),
            Column("executed_with", Text("executed with key"), detail=True),
            Column("shortfall", Text("shortfall"), number=True, detail=True),
            Column("reverses", Text("takes back (block/log)"), detail=True),
            Column("reversed_by", Text("taken back by (block/log)"), detail=True),
            Column("reference", Text("reference"), detail=True),
        ),
        [
            (
                each.line.at.block,
                each.line.at.log,
                in_tokyo(each.line.at.time),
                each.line.why,
                each.line.from_,
                each.line.to,
                each.line.units,
                each.forced,
                each.decision.case if each.decision else None,
                each.decision.document_hash if each.decision else None,
                each.decision.request if each.decision else None,
                each.decision.proposer.name if each.decision else None,
                each.decision.executor.name if each.decision else None,
                each.decision.executor_key if each.decision else None,
                each.shortfall,
                place(each.reverses),
                ", ".join(f"{at.block}/{at.log}" for at in each.reversed_by) or None,
                each.line.reference,
            )
            for each in found
        ],
    )


def _signatures(found: "Sequence[MovementDetail]") -> Table:
    """Of the decisions, each once."""
    from jp20.domain.base.times import in_tokyo

    signed = {
        (each.decision.request, signer): (each.decision.case, signer)
        for each in found
        if each.decision
        for signer in each.decision.signers
    }
    return Table(
        "signatures",
        Text("Signatures"),
        (
            Column("case", Text("case", context="number")),
            Column("organisation", Text("organisation")),
            TIME,
            BLOCK,
            Column("key", Text("key"), detail=True),
        ),
        [
            (case, signer.organisation.name, in_tokyo(signer.at.time), signer.at.block, signer.key)
            for case, signer in signed.values()
        ],
    )
