"""`jp20 acts`: what organisations did, each with its case, its document and its transaction."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.options import time, until
from jp20.cli.frame.output import Coded, Column, Table, Value, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.request_view import name_of_target
from jp20.cli.shared.results import BLOCK
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jp20.domain.base.ids import OrganisationId
    from jp20.operations.governance.journal import ActDone

app = typer.Typer()


@app.command(
    "acts",
    help=help_text(
        "Every act that was executed under a request, and every one that a key made directly: "
        "what it was, who proposed, signed and executed it, case, document and transaction. "
        "Requests that wait are shown by: jp20 requests list"
    ),
    epilog=example(
        "jp20 acts --token JP20-RE-0001 --since 2026-04-01 --until 2026-09-30 --format csv",
        "jp20 acts --case AM-1",
    ),
)
def acts(
    token: Annotated[
        str | None,
        typer.Option(metavar="TOKEN", help=help_text("Only on this token.")),
    ] = None,
    platform: Annotated[
        bool,
        typer.Option(
            "--platform",
            help=help_text("Only on the platform: investors, halts."),
        ),
    ] = False,
    case: Annotated[
        str | None,
        typer.Option(metavar="CASE", help=help_text("Only under this case.")),
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option(
            metavar="ORGANISATION",
            help=help_text("Only those in which this one (name or number) had a part."),
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help=help_text("From this day or time.")),
    ] = None,
    until_: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="TIME",
            help=help_text("Up to this day, included, or time."),
        ),
    ] = None,
) -> None:
    """Read from this node, in the order of the chain (G15, G17)."""
    from jp20.cli.shared.acts import known_case
    from jp20.cli.shared.parties import parties
    from jp20.domain.governance.requests import case_id
    from jp20.operations.governance.journal import acts_done

    asked = known_case(case)
    first = None if since is None else time(since, "--since")
    last = None if until_ is None else until(until_, "--until")
    if token is not None and platform:
        raise _both()
    session = workspace().view()
    target = session.platform.address if platform else None
    if token is not None:
        target = session.token(token).address
    found = acts_done(
        session,
        target=target,
        case_id=None if asked is None else case_id(asked),
        organisation=None if organisation is None else parties(session, [organisation])[0],
        since=first,
        until=last,
    )
    names = {member.number: member.name for member in session.members()}
    targets = {each.target: name_of_target(session, each.target, each.kind) for each in found}
    show(
        Table(
            "acts",
            Text("Acts"),
            (
                Column("time", Text("time")),
                Column("act", Text("act")),
                Column("function", Text("function"), detail=True),
                Column("target", Text("on")),
                Column("address", Text("address"), detail=True),
                Column("case", Text("case")),
                Column("document_sha256", Text("document"), detail=True),
                Column("how", Text("how")),
                Column("proposed_by", Text("proposed by")),
                Column("signed_by", Text("signed by")),
                Column("executed_by", Text("executed by")),
                Column("key", Text("key"), detail=True),
                Column("request", Text("request"), detail=True),
                Column("call", Text("call"), detail=True),
                Column("calls", Text("calls"), detail=True),
                BLOCK,
                Column("transaction", Text("transaction")),
            ),
            [_row(each, names, targets[each.target]) for each in found],
        )
    )


def _row(each: "ActDone", names: "Mapping[OrganisationId, str]", target: str) -> tuple[Value, ...]:
    from jp20.domain.base.times import in_tokyo

    def name(number: "OrganisationId") -> str:
        return names.get(number, str(number))

    return (
        in_tokyo(each.at.time),
        Coded(each.act.code, each.act.text),
        each.function,
        target,
        each.target,
        each.case,
        each.document_hash,
        Coded("direct", Text("direct"))
        if each.request is None
        else Coded("request", Text("request")),
        name(each.proposer) if each.proposer else None,
        ", ".join(name(signer) for signer in each.signers) or None,
        name(each.organisation),
        each.key,
        each.request,
        each.index + 1,
        each.calls,
        each.at.block,
        each.at.transaction,
    )


def _both() -> Exception:
    from jp20.domain.base.errors import BadArgument

    return BadArgument(
        Text("--token or --platform, one of them."),
        next_step=Text("Leave one out."),
    )
