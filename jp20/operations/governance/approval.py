"""An organisation's own part in a request that others made: sign it, knowing what it is (G17, S3).

Nothing is signed of which the calls are not known here: published by the proposer and read from
this node, or in the decision's file. Either way the root is computed anew from the calls, and a
signature binds the id that comes out.
"""

from dataclasses import dataclass
from pathlib import Path

from jp20.chain.new_files import write_new
from jp20.chain.signing.signers import Signer
from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.ids import OrganisationId, RequestId
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.governance.assignment import NotEnoughOrganisations, assign
from jp20.domain.governance.decision_file import decision_to_json
from jp20.domain.governance.policy import Organisation
from jp20.domain.governance.requests import Decision
from jp20.domain.plans.outcomes import Step
from jp20.operations.governance import requests
from jp20.operations.governance.requests import RequestState, RequestView
from jp20.operations.session import Member, Session


class CallsUnknown(JP20Error):
    """The calls of a request are not on the chain, and nobody gave the file that has them."""

    what = Text("What request 0x{request} would do is not on the chain.")
    why = Text("It has many calls, or long ones: they travel as a file. Nothing is signed unseen.")
    next_step = Text(
        "Get the file from the proposing organisation (its plans folder), then: jp20 "
        "requests {command} 0x{request} --decision FILE"
    )

    def __init__(self, request: RequestId, command: str) -> None:
        super().__init__(request=request.hex(), command=command)


class AnotherDecision(BadArgument):
    """The file holds the calls of another request."""

    what = Text("{file} is not the decision of request 0x{named}.")
    why = Text("Its calls, case and document make 0x{found}.")
    next_step = Text("Ask the proposing organisation for the right file; do not sign.")

    def __init__(self, file: str, named: RequestId, found: RequestId) -> None:
        super().__init__(file=file, named=named.hex(), found=found.hex())


class NotOpen(JP20Error):
    """The request is in a state in which there is nothing to sign or to execute."""

    what = Text("Request 0x{id} is closed: {state}.")

    def __init__(self, view: RequestView) -> None:
        again = Text("Propose it again.")
        steps = {
            RequestState.EXECUTED: Text("There is nothing to do."),
            RequestState.EXPIRED: again,
            RequestState.CANCELLED: again,
            RequestState.VOID: again,
        }
        super().__init__(next_step=steps.get(view.state), id=view.id.hex(), state=view.state.text)


class NothingToSign(JP20Error):
    """No organisation whose key is here has a signature to give."""

    what = Text("There is nothing for you to sign in request 0x{id}.")
    next_step = Text("See: jp20 requests show 0x{id}")

    def __init__(self, view: RequestView, why: Text) -> None:
        super().__init__(why=why, id=view.id.hex())


class NotOurs(JP20Error):
    """Only the proposing organisation cancels."""

    what = Text("Only {proposer}, who proposed it, can cancel it.")
    next_step = Text("To take your own signature back: jp20 requests withdraw")

    def __init__(self, proposer: str) -> None:
        super().__init__(proposer=proposer)


class NotSigned(JP20Error):
    """No organisation whose key is here has signed."""

    what = Text("No organisation whose key is here has signed it.")
    next_step = Text("There is nothing to withdraw.")


@dataclass(frozen=True, slots=True)
class Part:
    """A part that can be taken now: whose, with which key, and for a signature in which slot."""

    member: Member
    signer: Signer
    slot: int | None = None


def here(session: Session, view: RequestView) -> list[tuple[Member, Signer]]:
    """The active organisations whose keys are here, for the request's contract."""
    return [
        (member, next(session.signers[key] for key in member.keys if key in session.signers))
        for member in session.members(view.request.target)
        if member.active and any(key in session.signers for key in member.keys)
    ]


def may_act(members: list[Member], view: RequestView) -> bool:
    """Whether a request waits for one of some organisations: for its signature, or to be executed
    by it.
    """
    if view.state is RequestState.READY:
        executors = view.executors
        return any(member.roles & executors for member in members)
    if view.state is not RequestState.OPEN:
        return False
    return any(_open_slots(member, view) for member in members)


def write_decision(file: Path, decision: Decision) -> None:
    """A decision as a file. Raises FileExists, CannotWrite."""
    write_new(file, decision_to_json(decision).encode())


def decision_of(
    session: Session, view: RequestView, given: Decision | None, file: str, command: str
) -> Decision:
    """The request with its calls: from the file, or as they were published. Raises CallsUnknown,
    AnotherDecision.
    """
    if given is not None:
        if given.request.id != view.id:
            raise AnotherDecision(file, view.id, given.request.id)
        return given
    published = requests.published_by(view)
    if published is None or published.request.id != view.id:
        raise CallsUnknown(view.id, command)
    return published


def signature_to_give(session: Session, view: RequestView) -> Part:
    """The slot that an organisation whose key is here fills, so that others can fill the rest.
    Raises NotOpen, NothingToSign.
    """
    if view.state is not RequestState.OPEN:
        if view.state in (RequestState.READY, RequestState.WAITING):
            raise NothingToSign(view, view.state.text)
        raise NotOpen(view)
    rule = requests.rule_for(session, view.request)
    signed = {
        slot.index: slot.signature.organisation
        for slot in view.slots
        if slot.signature and slot.signature.counts
    }
    present = here(session, view)
    able = [(member, signer) for member, signer in present if _open_slots(member, view)]
    others = [
        member.organisation for member in session.members(view.request.target) if member.active
    ]
    first = requests.must_sign(session, view.request.target, view.call)
    for member, signer in able:
        mine = Organisation(member.number, member.roles)
        rest = [each for each in others if each.number != mine.number]
        parts = sorted([mine, *rest], key=lambda each: each.number != first)
        try:
            signers = assign(rule, parts, view.request.parties, signed, True).signers
        except NotEnoughOrganisations:
            continue
        if mine.number in signers:
            return Part(member, signer, signers.index(mine.number))
    raise NothingToSign(view, _why_not([member for member, _ in present], view, signed))


def execution_to_make(session: Session, view: RequestView) -> Part:
    """Who executes. Raises NotOpen, NotBefore, AwaitingOthers where a signature or another
    organisation is missing.
    """
    from jp20.operations.governance.decide import Awaited, AwaitingOthers, NotBefore

    if view.state is RequestState.WAITING and view.ready_at is not None:
        raise NotBefore(view.id, view.ready_at)
    if view.state is RequestState.OPEN:
        missing = [
            slot.roles for slot in view.slots if not (slot.signature and slot.signature.counts)
        ]
        raise AwaitingOthers(view.id, (), missing[0])
    if view.state is not RequestState.READY:
        raise NotOpen(view)
    for member, signer in here(session, view):
        if member.roles & view.executors:
            return Part(member, signer)
    raise AwaitingOthers(view.id, (), view.executors, awaited=Awaited.EXECUTION)


def sign_request(session: Session, decision: Decision, part: Part) -> Step:
    """Gives the signature: on the very decision that was shown, whatever the node says by now."""
    return requests.sign_decision(session, part.signer, decision, part.slot)


def cancellation_to_make(session: Session, view: RequestView) -> Part:
    """The proposing organisation's. Raises NotOpen, NotOurs."""
    if view.state in (RequestState.EXECUTED, RequestState.CANCELLED):
        raise NotOpen(view)
    for member, signer in here(session, view):
        if member.number == view.proposer:
            return Part(member, signer)
    raise NotOurs(session.organisation(view.proposer).name)


def withdrawal_to_make(session: Session, view: RequestView) -> Part:
    """Of the signature of an organisation whose key is here. Raises NotOpen, NotSigned."""
    if view.state in (RequestState.EXECUTED, RequestState.CANCELLED):
        raise NotOpen(view)
    signed = {slot.signature.organisation for slot in view.slots if slot.signature}
    for member, signer in here(session, view):
        if member.number in signed:
            return Part(member, signer)
    raise NotSigned


def _open_slots(member: Member, view: RequestView) -> list[int]:
    """The slots that an organisation could fill: of its roles, unsigned; none where it signed."""
    signed = {slot.signature.organisation for slot in view.slots if slot.signature}
    if member.number in signed or member.number in view.request.parties:
        return []
    return [
        slot.index
        for slot in view.slots
        if slot.roles & member.roles and not (slot.signature and slot.signature.counts)
    ]


def _why_not(present: list[Member], view: RequestView, signed: dict[int, OrganisationId]) -> Text:
    if not present:
        return Text("No key here is an organisation's.")
    if any(member.number in view.request.parties for member in present):
        return Text("Your organisation is named as a party: it signs nothing.")
    if any(member.number in signed.values() for member in present):
        return Text("Your organisation has signed it.")
    wanted: frozenset[Role] = frozenset().union(
        *(slot.roles for slot in view.slots if slot.index not in signed)
    )
    names = " | ".join(role.name for role in sorted(wanted))
    return Text("It waits for {names}.", names=names)
