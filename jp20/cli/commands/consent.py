"""`jp20 consent`: transfers that wait for the registrar or the issuer (承諾)."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.options import Case, Document, Token, Yes, address, evidence, units
from jp20.cli.frame.options import until as until_when
from jp20.cli.frame.output import Coded, Column, Record, Table, Until, confirm, say, show, table
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared import some_refused
from jp20.cli.shared.acting import run, run_rows
from jp20.cli.shared.acts import (
    Again,
    OwnCase,
    act_fields,
    done_before,
    known_case,
    say_id,
    say_if_done_earlier,
)
from jp20.cli.shared.again import say_if_sent_before
from jp20.cli.shared.holders import From, To, Units, holder
from jp20.cli.shared.positions import NUMBER
from jp20.cli.shared.references import reference_word
from jp20.cli.shared.remedies import remedy
from jp20.cli.shared.results import BLOCK, TRANSACTION, UNITS, steps_table
from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.operations.session import Session
    from jp20.operations.token.transfer import ConsentRequest

app = typer.Typer(no_args_is_help=True)

_FROM: Final = Column("from", Text("from"))
_TO: Final = Column("to", Text("to"))
_DEADLINE: Final = Column("deadline", Text("until"))

Number = Annotated[int, argument("Its number, from jp20 consent list.", "NUMBER", min=0)]


@command(
    app,
    "request",
    "Ask for consent to a transfer. The units are kept for it until it is answered.",
    "jp20 consent request JP20-RE-0001 0xAb… 20 --until 2027-03-31 --from 0xCd…",
)
def consent_request(
    token: Token,
    to: To,
    amount: Units,
    until: Annotated[
        str, option("Until when it can be approved; a date counts to its end.", metavar="TIME")
    ],
    from_: From = None,
    case: OwnCase = None,
    again: Again = False,
    yes: Yes = False,
) -> None:
    """A holder's own, with the holder's key (G3)."""
    from jp20.domain.base import times
    from jp20.domain.token.state import WouldBeRefused
    from jp20.operations.token.previews import needs_consent, preview_request
    from jp20.operations.token.transfer import consent_act, requested
    from jp20.operations.transactions.acts import make_once, mark_reported

    recipient, count = address(to, "TO"), units(amount, "UNITS")
    own_case = known_case(case)
    deadline = until_when(until, "--until")
    place = workspace()
    signer = holder(place, from_)
    session = place.session()
    if deadline <= session.now():
        raise BadArgument(
            Text("--until: {written} has passed.", written=until),
            next_step=Text("Name a later time."),
        )
    act = consent_act(session, token, signer, recipient, count, deadline, own_case, again=again)
    earlier = done_before(session, act)
    judged = preview_request(session, token, signer.address, recipient, count)
    if earlier is None and not judged.allowed:
        raise WouldBeRefused(
            Text("The request for {units:,} {units:unit|units} would be refused.", units=count),
            judged.reason,
            remedy(judged.reason, token, signer.address, recipient),
        )
    if not needs_consent(session, token):
        say(Text("{token} asks for no consent: jp20 transfer would do.", token=token))
    end = times.until(deadline)
    question = Text(
        "Ask for consent to {units:,} {units:unit|units} of {token} from {signer} to "
        "{recipient}, until {end}?",
        units=count,
        token=token,
        signer=signer.address,
        recipient=recipient,
        end=end,
    )
    if earlier is None:
        confirm(question, yes)
        say_id(session, act)
    made = requested(earlier or make_once(session, act))
    say_if_done_earlier(made.done)
    show(
        Record(
            "request",
            Text("Asked for"),
            (
                (NUMBER, made.id),
                (_FROM, signer.address),
                (_TO, recipient),
                (UNITS, count),
                (_DEADLINE, Until(deadline)),
                (BLOCK, made.done.block),
                (TRANSACTION, made.done.transaction),
                *act_fields(act, made.done),
            ),
        )
    )
    mark_reported(session, act)


@command(
    app,
    "list",
    "The requests that wait, the oldest first.",
    "jp20 consent list JP20-RE-0001",
    "jp20 consent list JP20-RE-0001 --all",
)
def consent_list(
    token: Token, every: Annotated[bool, option("Those that were answered too.", "--all")] = False
) -> None:
    """What a registrar has on the session (G3)."""
    from jp20.operations.token.transfer import ConsentStatus, transfer_requests

    session = workspace().view()
    found = [
        each
        for each in transfer_requests(session, token)
        if every or each.status is ConsentStatus.OPEN
    ]
    show(_table(session, found))


@command(
    app,
    "approve",
    "Consent: each approval is the transfer. Judged again by then; one that is refused stays open.",
    "jp20 consent approve JP20-RE-0001 0 1 2 --case CO-1 --document review.pdf",
)
def consent_approve(
    token: Token,
    numbers: Annotated[list[int], argument("Their numbers.", "NUMBER...", min=0)],
    case: Case,
    document: Document,
    yes: Yes = False,
) -> None:
    """By the shipped policy the registrar's or the issuer's alone (G3)."""
    from jp20.operations.token.transfer import approve_transfers

    rests_on = evidence(case, document)
    session = workspace().session()
    chosen = list(dict.fromkeys(numbers))
    found = [_open(session, token, number) for number in chosen]
    act = approve_transfers(session, token, chosen, rests_on)
    done = run_rows(session, act, yes, before=lambda: say(_table(session, found)))
    some_refused.end(
        session, done, _table(session, [_request(session, token, each) for each in chosen])
    )


@command(
    app,
    "reject",
    "Say no; the units are free again.",
    "jp20 consent reject JP20-RE-0001 3 --why DOC-MISSING --case CO-2 --document review.pdf",
)
def consent_reject(
    token: Token,
    number: Number,
    why: Annotated[
        str,
        option("A reference to the reason, public: ASCII, no person's name.", metavar="REFERENCE"),
    ],
    case: Case,
    document: Document,
    yes: Yes = False,
) -> None:
    """By the shipped policy the registrar's or the issuer's alone (G3)."""
    from jp20.operations.token.transfer import reject_transfer

    rests_on, said = evidence(case, document), reference_word(why, "--why")
    session = workspace().session()
    asked = _request(session, token, number)
    act = reject_transfer(session, token, number, said, rests_on)
    done = run(session, act, yes, before=lambda: say(_table(session, [asked])))
    show(_table(session, [_request(session, token, number)]), steps_table(session, done.steps))


@command(
    app,
    "cancel",
    "Take one's own request back; the units are free again.",
    "jp20 consent cancel JP20-RE-0001 3",
)
def consent_cancel(token: Token, number: Number, yes: Yes = False) -> None:
    """With the key of the holder who asked; at any time, halted or not (G3)."""
    from jp20.operations.token.transfer import cancel_transfer

    place = workspace()
    session = place.session()
    asked = _open(session, token, number)
    signer = place.key_of(asked.from_)
    say(_table(session, [asked]))
    confirm(Text("Take request {number} of {token} back?", number=number, token=token), yes)
    say_if_sent_before(cancel_transfer(session, token, signer, number))
    show(_table(session, [_request(session, token, number)]))


def _request(session: "Session", token: str, number: int) -> "ConsentRequest":
    """Raises BadArgument where there is none of that number."""
    from jp20.operations.token.transfer import ConsentStatus, transfer_request

    found = transfer_request(session, token, number)
    if found.status is not ConsentStatus.NONE:
        return found
    raise BadArgument(
        Text("{token} has no request {number}.", token=token, number=number),
        next_step=Text("See: jp20 consent list {token}", token=token),
    )


def _open(session: "Session", token: str, number: int) -> "ConsentRequest":
    """Raises JP20Error where it was answered already."""
    from jp20.operations.token.transfer import ConsentStatus

    found = _request(session, token, number)
    if found.status is ConsentStatus.OPEN:
        return found
    status = found.status.text
    raise JP20Error(
        Text(
            "Request {number} of {token} is closed: {status}.",
            number=number,
            token=token,
            status=status,
        ),
        next_step=Text("See: jp20 consent list {token} --all", token=token),
    )


def _table(session: "Session", found: "list[ConsentRequest]") -> Table:
    from jp20.operations.token.transfer import ConsentStatus

    now = session.now()
    expired = Coded("expired", Text("past its deadline"))
    return table(
        "requests",
        Text("Requests for consent"),
        found,
        (NUMBER, lambda each: each.id),
        (_FROM, lambda each: each.from_),
        (_TO, lambda each: each.to),
        (UNITS, lambda each: each.units),
        (_DEADLINE, lambda each: Until(each.deadline)),
        (
            Column("status", Text("status")),
            lambda each: (
                expired
                if each.status is ConsentStatus.OPEN and each.deadline <= now
                else each.status
            ),
        ),
    )
