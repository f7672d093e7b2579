"""`jp20 halt` and `jp20 resume`: everything stops with one key, and goes on with four (G12)."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import command, option
from jp20.cli.frame.options import Case, Document, Yes, evidence
from jp20.cli.frame.output import Coded, Column, Record, Table, say, show, table
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.parties import CaseIfAny, DocumentIfAny, Party, evidence_if_any, excluding
from jp20.cli.shared.results import BLOCK, steps_table
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from jp20.domain.plans.outcomes import Decided
    from jp20.operations.governance.emergency import PlatformStatus
    from jp20.operations.session import Session

app = typer.Typer()


@command(
    app,
    "halt",
    "Stops issue, delivery, transfer, redemption and every other movement, in every token "
    "and in those made later, with any one key of the emergency operator. Nothing else is "
    "needed: without --case and --document it rests on a case of the day and on the "
    "reason. Looking, freezing, suspending and revoking powers stay possible.",
    "jp20 halt",
    'jp20 halt --yes --reason "key of the distributor stolen"',
    "jp20 halt --case EM-1 --document notice.pdf",
)
def halt(
    reason: Annotated[
        str | None,
        option(
            "The reason, in a sentence: its SHA-256 goes to the chain for a document's.",
            metavar="SENTENCE",
        ),
    ] = None,
    case: CaseIfAny = None,
    document: DocumentIfAny = None,
    yes: Yes = False,
) -> None:
    """Where it is halted already nothing is sent, and that is no mistake."""
    from jp20.operations.governance import emergency

    rests_on = evidence_if_any(case, document)
    if reason is not None and rests_on is not None:
        raise BadArgument(Text("Say either --reason, or --case and --document."))
    session = workspace().session()
    rests_on = rests_on or emergency.halt_evidence(session, reason or emergency.STANDING_REASON)
    done = run(session, emergency.halt(session, rests_on), yes)
    if done.steps:
        say(
            Text(
                "Halted under case {case}. To resume: jp20 resume --case … --document …",
                case=rests_on.case,
            )
        )
    _show(session, done)


@command(
    app,
    "resume",
    "Ends the stop that is on now, by the operator and three more organisations; one that "
    "comes later is not ended by the same decision.",
    "jp20 resume --case EM-1 --document all-clear.pdf",
)
def resume(case: Case, document: Document, party: Party = None, yes: Yes = False) -> None:
    """Each of the four runs the same, or approves the request."""
    from jp20.operations.governance.emergency import resume as resumption

    session = workspace().session()
    act = resumption(session, excluding(session, evidence(case, document), party))
    _show(session, run(session, act, yes))


def _show(session: "Session", done: "Decided") -> None:
    from jp20.operations.governance.emergency import platform_status

    parts = _parts(platform_status(session))
    show(*with_rows(*parts, steps_table(session, done.steps)))


def _parts(status: "PlatformStatus") -> tuple[Record, Table]:
    state = Coded("halted", Text("HALTED")) if status.halted else Coded("running", Text("running"))
    return (
        Record(
            "status",
            Text("The platform"),
            (
                (Column("state", Text("state")), state),
                (Column("halted", Text("halted")), status.halted),
                (Column("since", Text("since")), in_tokyo(status.since) if status.halted else None),
                (BLOCK, status.block),
            ),
        ),
        table(
            "tokens",
            Text("Tokens"),
            status.tokens,
            (Column("code", Text("code")), lambda each: each.code),
            (Column("stopped", Text("stopped")), lambda each: status.halted or each.paused),
            (Column("paused", Text("paused by itself")), lambda each: each.paused),
            (Column("supply", Text("units in issue"), number=True), lambda each: each.supply),
            (Column("token", Text("address")), lambda each: each.token),
        ),
    )
