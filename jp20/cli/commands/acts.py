"""`jp20 acts`: what organisations did, each with its case, its document and its transaction."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import command, option
from jp20.cli.frame.options import time, until
from jp20.cli.frame.output import Coded, Column, Table, Value, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.request_view import name_of_target
from jp20.cli.shared.results import BLOCK
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jp20.domain.base.ids import OrganisationId
    from jp20.operations.governance.journal import ActDone

app = typer.Typer()


@command(
    app,
    "acts",
    "Every act that was executed under a request, and every one that a key made directly: "
    "what it was, who proposed, signed and executed it, case, document and transaction. "
    "Requests that wait are shown by: jp20 requests list",
    "jp20 acts --token JP20-RE-0001 --since 2026-04-01 --until 2026-09-30 --format csv",
    "jp20 acts --case AM-1",
)
def acts(
    token: Annotated[str | None, option("Only on this token.", metavar="TOKEN")] = None,
    platform: Annotated[
        bool, option("Only on the platform: investors, halts.", "--platform")
    ] = False,
    case: Annotated[str | None, option("Only under this case.", metavar="CASE")] = None,
    organisation: Annotated[
        str | None,
        option("Only those in which this one (name or number) had a part.", metavar="ORGANISATION"),
    ] = None,
    since: Annotated[str | None, option("From this day or time.", metavar="TIME")] = None,
    until_: Annotated[
        str | None, option("Up to this day, included, or time.", "--until", metavar="TIME")
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
    return BadArgument(
        Text("--token or --platform, one of them."), next_step=Text("Leave one out.")
    )
