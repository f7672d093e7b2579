"""`jp20 redistribute`: units that investors lost by a system error, restored once (G9)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.options import Case, Document, Token, Yes, evidence
from jp20.cli.frame.output import Column, Table, say, show, table
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared import some_refused
from jp20.cli.shared.acting import run_rows
from jp20.cli.shared.parties import Party, excluding
from jp20.cli.shared.references import reference_word
from jp20.cli.shared.results import WALLET
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jp20.domain.token.movements import Original
    from jp20.operations.session import Session

app = typer.Typer(no_args_is_help=True)

_TRANSACTION: Final = Column("transaction", Text("transaction"))
_LOG: Final = Column("log", Text("log"))
_LOST: Final = Column("lost", Text("lost, units of now"), number=True)
_LEFT: Final = Column("outstanding", Text("to be restored"), number=True)

Incident = Annotated[
    str, argument("The incident's number, public: ASCII, no person's name.", "INCIDENT")
]


@command(
    app,
    "record",
    "First: record the incident and the logs that took the units. Each log is recorded "
    "once, under whatever incident.",
    "jp20 redistribute record JP20-RE-0001 INC-1 --file losses.csv --case RS-1 "
    "--document report.pdf",
)
def redistribute_record(
    token: Token,
    incident: Incident,
    file: Annotated[
        Path,
        option(
            "The logs: CSV or XLSX with transaction, log, as jp20 register history TOKEN "
            "WALLET has them.",
            metavar="FILE",
        ),
    ],
    case: Case,
    document: Document,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """What each log took is looked up on this node. Nothing is restored by it (G9)."""
    from jp20.domain.plans.losses_file import parse_losses
    from jp20.operations.files.inputs import read_file
    from jp20.operations.token.enforce import find_loss, record_incident

    number = reference_word(incident, "INCIDENT")
    rows = parse_losses(read_file(file), file.name)
    rests_on = evidence(case, document)
    session = workspace().session()
    rests_on = excluding(session, rests_on, party)
    contract = session.token(token)
    losses = [find_loss(session, contract, row.transaction, row.log) for row in rows]
    act = record_incident(session, contract, number, losses, rests_on)
    done = run_rows(session, act, yes, before=lambda: say(_lost_table(losses)))
    say(Text("Then: jp20 redistribute restore {token} {number}", token=token, number=number))
    some_refused.end(session, done, _losses_table(session, token, number))


@command(
    app,
    "restore",
    "Then: restore all that is outstanding, each loss once, to the holder's wallet or, "
    "where it was given up, to another one of the same investor.",
    "jp20 redistribute restore JP20-RE-0001 INC-1 --case RS-2 --document report.pdf",
)
def redistribute_restore(
    token: Token,
    incident: Incident,
    case: Case,
    document: Document,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """What was issued or redeemed since does not stand in the way; the cap does (G9)."""
    from jp20.operations.token.enforce import losses_of, redistribute, wallet_in_use

    number, rests_on = reference_word(incident, "INCIDENT"), evidence(case, document)
    session = workspace().session()
    rests_on = excluding(session, rests_on, party)
    outstanding = [each for each in losses_of(session, token, number) if each.outstanding]
    if not outstanding:
        _nothing_outstanding(session, token, number)
        return
    rows = [(each.original, wallet_in_use(session, each.holder)) for each in outstanding]
    act = redistribute(session, token, number, rows, rests_on)
    before = _losses_table(session, token, number)
    done = run_rows(session, act, yes, before=lambda: say(before))
    some_refused.end(session, done, _losses_table(session, token, number))


@command(
    app,
    "show",
    "What was lost in an incident, and what of it is still to be restored.",
    "jp20 redistribute show JP20-RE-0001 INC-1",
)
def redistribute_show(token: Token, incident: Incident) -> None:
    """Needs no key (G9)."""
    number = reference_word(incident, "INCIDENT")
    session = workspace().view()
    table = _losses_table(session, token, number)
    if not table.rows:
        raise _unknown(token, number)
    show(table)


def _nothing_outstanding(session: "Session", token: str, number: str) -> None:
    """Raises BadArgument where the incident was never recorded."""
    table = _losses_table(session, token, number)
    if not table.rows:
        raise _unknown(token, number)
    say(Text("Everything was restored already; nothing was sent."))
    show(table)


def _unknown(token: str, number: str) -> BadArgument:
    return BadArgument(
        Text("{token} has no incident {number} with a loss.", token=token, number=number),
        next_step=Text(
            "Record it first: jp20 redistribute record {token} {number}", token=token, number=number
        ),
    )


def _losses_table(session: "Session", token: str, number: str) -> Table:
    from jp20.operations.token.enforce import losses_of

    return table(
        "losses",
        Text("Losses of {number}", number=number),
        losses_of(session, token, number),
        (WALLET, lambda each: each.holder),
        (_TRANSACTION, lambda each: each.original.transaction_hash),
        (_LOG, lambda each: each.original.ordinal),
        (_LOST, lambda each: each.units),
        (_LEFT, lambda each: each.outstanding),
    )


def _lost_table(losses: "Sequence[Original]") -> Table:
    return table(
        "lost",
        Text("What the logs took"),
        losses,
        (WALLET, lambda loss: loss.from_),
        (_TRANSACTION, lambda loss: loss.transaction_hash),
        (_LOG, lambda loss: loss.ordinal),
        (Column("units", Text("units then"), number=True), lambda loss: loss.amount),
    )
