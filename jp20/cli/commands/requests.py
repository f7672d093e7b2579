"""`jp20 requests`: what waits for signatures, what it would do, and one's own part in it."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import command, option
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.options import Yes
from jp20.cli.frame.output import Column, Table, confirm, say, show, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.document_check import DocumentToCompare, require_document
from jp20.cli.shared.request_ids import Id, id_of, require_id
from jp20.cli.shared.request_view import request_parts, requests_table
from jp20.cli.shared.results import REASON, WALLET, steps_table
from jp20.domain.base.errors import ExitCode
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eth_typing import ChecksumAddress

    from jp20.domain.plans.outcomes import CallOutcome, Step
    from jp20.operations.governance.approval import Part
    from jp20.operations.governance.requests import RequestView
    from jp20.operations.session import Member, Session

app = typer.Typer(no_args_is_help=True)

DecisionFile = Annotated[
    Path | None,
    option(
        "The file with its calls, where they are not on the chain.", "--decision", metavar="FILE"
    ),
]


class State(Enum):
    """Where a request stands, as one asks for it."""

    OPEN = "open"
    WAITING = "waiting"
    READY = "ready"
    EXECUTED = "executed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    VOID = "void"


@command(
    app,
    "list",
    "The requests under way, the latest first. --mine: those that wait for a signature or "
    "the execution of an organisation whose key is here; no password is asked.",
    "jp20 requests list --mine",
    "jp20 requests list --state open --state ready --token RE1",
)
def requests_list(
    state: Annotated[list[State] | None, option("Only in this state. Repeatable.")] = None,
    token: Annotated[str | None, option("Only of this token.", metavar="TOKEN")] = None,
    every: Annotated[bool, option("Those that ended too.", "--all")] = False,
    mine: Annotated[bool, option("Only what waits for my organisation.", "--mine")] = False,
) -> None:
    """What is over by its time alone is not read (G17)."""
    from jp20.operations.governance.approval import may_act
    from jp20.operations.governance.requests import (
        Proposal,
        RequestState,
        list_requests,
        required_rule,
    )

    under_way = {RequestState.OPEN, RequestState.WAITING, RequestState.READY}
    states = {RequestState[each.name] for each in state or ()} or (
        set(RequestState) if every else under_way
    )
    place = workspace()
    session = place.view()
    target = None if token is None else session.token(token).address
    now = session.now()

    def may_be_wanted(proposal: Proposal) -> bool:
        request = proposal.request
        expires_at = proposal.at.time + required_rule(request.rule, "").lifetime
        return target in (None, request.target) and (not states <= under_way or now < expires_at)

    found = [
        view for view in reversed(list_requests(session, may_be_wanted)) if view.state in states
    ]
    if mine:
        own = place.own_addresses()
        found = [view for view in found if may_act(_own(session, view, own), view)]
    show(requests_table(session, found))


@command(
    app,
    "show",
    "All that a signer must know: every argument of every call by name, who signed, until "
    "when; and whether a document is the one it rests on.",
    "jp20 requests show 0x8c… --document order.pdf",
)
def requests_show(
    request: Id, document: DocumentToCompare = None, decision: DecisionFile = None
) -> None:
    """Read from this node; a file's root is computed anew (G17, S3)."""
    from jp20.operations.governance.approval import CallsUnknown, decision_of
    from jp20.operations.governance.requests import load_decision, show_request

    require_id(request)
    given = None if decision is None else load_decision(decision)
    session = workspace().view()
    view = show_request(session, id_of(session, request))
    require_document(document, view.request.document_hash)
    try:
        known = decision_of(session, view, given, str(decision), "show")
    except CallsUnknown:
        known = None
    show(*request_parts(session, view, known, document))


@command(
    app,
    "approve",
    "Sign for your organisation, after seeing what it is. Where its calls are not on the "
    "chain, the decision's file is required: nothing is signed unseen.",
    "jp20 requests approve 0x8c… --document order.pdf",
    "jp20 requests approve 0x8c… --decision plans/request-8c….json --document order.pdf",
)
def requests_approve(
    request: Id, document: DocumentToCompare = None, decision: DecisionFile = None, yes: Yes = False
) -> None:
    """One signature, in the slot that leaves the others theirs (G17, S3)."""
    from jp20.operations.governance.approval import decision_of, sign_request, signature_to_give
    from jp20.operations.governance.parties import missing_parties
    from jp20.operations.governance.requests import load_decision, show_request

    require_id(request)
    given = None if decision is None else load_decision(decision)
    session = workspace().session()
    view = show_request(session, id_of(session, request))
    part = signature_to_give(session, view)
    known = decision_of(session, view, given, str(decision), "approve")
    require_document(document, view.request.document_hash)
    for each in request_parts(session, view, known, document):
        say(each)
    if document is None:
        warn(Text("The document was not compared: --document FILE does."))
    if missing_parties(session, known.request, known.calls):
        warn(
            Text(
                "Not all parties are named: by what the chain knows, others could sign in their "
                "own case (see above). Ask for a new proposal before you sign."
            )
        )
    by = part.member.name
    confirm(
        Text("Sign this for {organisation}, under case {case}?", organisation=by, case=view.case),
        yes,
    )
    step = sign_request(session, known, part)
    after = show_request(session, view.id)
    _say_next(after)
    _show_after(session, after, [step])


@command(
    app,
    "execute",
    "Execute what is signed and ready. Run it again to do what is left.",
    "jp20 requests execute 0x8c…",
)
def requests_execute(request: Id, decision: DecisionFile = None, yes: Yes = False) -> None:
    """Each call on its own: a refused one does not stop the others (G17)."""
    from jp20.operations.governance import requests
    from jp20.operations.governance.approval import decision_of, execution_to_make

    require_id(request)
    given = None if decision is None else requests.load_decision(decision)
    session = workspace().session()
    view = requests.show_request(session, id_of(session, request))
    part = execution_to_make(session, view)
    known = decision_of(session, view, given, str(decision), "execute")
    for each in request_parts(session, view, known, None):
        say(each)
    left = view.request.calls - view.executed
    confirm(
        Text(
            "Execute {left} of {calls} {calls:call|calls} as {organisation}?",
            left=left,
            calls=view.request.calls,
            organisation=part.member.name,
        ),
        yes,
    )
    outcomes = requests.execute(session, part.signer, known)
    _finish(session, requests.show_request(session, view.id), part, outcomes)


@command(
    app,
    "cancel",
    "Close a request that your organisation proposed. What was executed of it stays.",
    "jp20 requests cancel 0x8c…",
)
def requests_cancel(request: Id, yes: Yes = False) -> None:
    """The same can be proposed again (G17)."""
    from jp20.operations.governance import requests
    from jp20.operations.governance.approval import cancellation_to_make

    require_id(request)
    session = workspace().session()
    view = requests.show_request(session, id_of(session, request))
    part = cancellation_to_make(session, view)
    say(requests_table(session, [view]))
    confirm(Text("Cancel this request for everybody?"), yes)
    step = requests.cancel_request(session, part.signer, view.id)
    _show_after(session, requests.show_request(session, view.id), [step])


@command(
    app,
    "withdraw",
    "Take your organisation's signature back; what is not executed yet is stopped by it.",
    "jp20 requests withdraw 0x8c…",
)
def requests_withdraw(request: Id, yes: Yes = False) -> None:
    """Until it is executed (G17)."""
    from jp20.operations.governance import requests
    from jp20.operations.governance.approval import withdrawal_to_make

    require_id(request)
    session = workspace().session()
    view = requests.show_request(session, id_of(session, request))
    part = withdrawal_to_make(session, view)
    say(requests_table(session, [view]))
    confirm(Text("Withdraw the signature of {organisation}?", organisation=part.member.name), yes)
    step = requests.withdraw(session, part.signer, view.id)
    _show_after(session, requests.show_request(session, view.id), [step])


@command(
    app,
    "export",
    "Write a request whose calls are on the chain as a file, for those who sign or keep "
    "it elsewhere. Where they are not, the proposing command wrote it to the plans folder.",
    "jp20 requests export 0x8c… --out request.json",
)
def requests_export(
    request: Id, out: Annotated[Path, option("The new file.", metavar="FILE")]
) -> None:
    """It is not written over another file (G17)."""
    from jp20.operations.governance.approval import decision_of, write_decision
    from jp20.operations.governance.requests import show_request

    require_id(request)
    session = workspace().view()
    view = show_request(session, id_of(session, request))
    known = decision_of(session, view, None, "", "show")
    write_decision(out, known)
    show(Table("files", Text("Written"), (Column("file", Text("file")),), [(str(out),)]))


def _own(
    session: "Session", view: "RequestView", addresses: "frozenset[ChecksumAddress]"
) -> "list[Member]":
    return [
        member
        for member in session.members(view.request.target)
        if member.active and addresses.intersection(member.keys)
    ]


def _say_next(view: "RequestView") -> None:
    from jp20.operations.governance.requests import RequestState

    execute = f"jp20 requests execute 0x{view.id.hex()}"
    if view.state is RequestState.READY:
        say(Text("All have signed. Next: {execute}", execute=execute))
    elif view.state is RequestState.WAITING and view.ready_at is not None:
        ready = in_tokyo(view.ready_at)
        say(Text("All have signed. From {ready}: {execute}", ready=ready, execute=execute))


def _show_after(session: "Session", view: "RequestView", steps: "Sequence[Step]") -> None:
    show(requests_table(session, [view]), steps_table(session, steps))


def _finish(
    session: "Session", view: "RequestView", part: "Part", outcomes: "Sequence[CallOutcome]"
) -> None:
    """Shows what became of each call. Raises the refusal of an only one; Ending with 4 where calls
    or rows were refused and others went through, with 1 where all calls were.
    """
    from jp20.domain.plans.outcomes import Step

    refusals = [each.refusal for each in outcomes if each.refusal is not None]
    if len(outcomes) == 1 and refusals:
        raise refusals[0]
    steps = [
        Step("execute", part.member.number, part.signer.address, each.transaction, each.block)
        for each in outcomes
        if each.transaction is not None and each.block is not None and not each.earlier
    ]
    refused = _refused_table(outcomes)
    parts = [refused] if refused.rows else []
    show(requests_table(session, [view]), *parts, steps_table(session, steps))
    if refused.rows:
        raise Ending(ExitCode.REFUSED if len(refusals) == len(outcomes) else ExitCode.SOME_REFUSED)


def _refused_table(outcomes: "Sequence[CallOutcome]") -> Table:
    """Calls that the contract refused, and rows that a call left out."""
    from jp20.domain.register.events import RegistrationRefused, RowRefused

    unsaid = Text("no reason given")
    rows = [
        (each.index + 1, None, None, each.refusal.why or each.refusal.what or unsaid)
        for each in outcomes
        if each.refusal is not None
    ]
    left_out = [
        (each.index + 1, entry.event.index + 1, entry.event.account, entry.event.reason.text)
        for each in outcomes
        for entry in each.events
        if isinstance(entry.event, RowRefused | RegistrationRefused)
    ]
    return Table(
        "refused",
        Text("Refused"),
        (Column("call", Text("call")), Column("row", Text("row")), WALLET, REASON),
        [*rows, *left_out],
    )
