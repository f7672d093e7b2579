"""The daily use of the Consortium: who proposed what, who signed, what waits for whom (G17, S3).

Each function here is one organisation's, with one key. `decide` carries a request through with all
keys at hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.chain.contracts.abi import Decoded
from jp20.chain.contracts.errors import Reverted, explain
from jp20.chain.rpc.receipts import Receipt
from jp20.chain.sending.sender import Progress
from jp20.chain.signing.signers import Signer
from jp20.domain.base.at import At
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import NOBODY, CaseId, OrganisationId, RequestId
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text, TextEnum
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.domain.governance.decision_file import decision_from_json, decision_to_json
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.policy import Kind, Rule, rule_of
from jp20.domain.governance.requests import Call, Decision, Request
from jp20.domain.governance.requests import compose as put_under_one_root
from jp20.domain.plans.outcomes import CallOutcome, Step
from jp20.domain.register.events import RequestProposed
from jp20.operations.files.inputs import read_file
from jp20.operations.governance.act_names import NamedAct, act_name, function_at
from jp20.operations.governance.parties import known_parties
from jp20.operations.session import Member, Session

NO_SLOT = 255
"""Proposing without signing."""

MOST_PUBLISHED = 4096
"""Bytes of a call that a proposal publishes; a longer one travels as a file, where its act has no
delay: what waits for a time everybody has to see."""


class NotInPolicy(JP20Error):
    """The policy does not list the function: nobody can call or propose it."""

    what = Text("The policy does not list {function}.")
    why = Text("So it can be neither called nor proposed.")
    next_step = Text("Change the policy first (set-rules).")

    def __init__(self, function: str) -> None:
        super().__init__(function=function)


class UnknownRequest(JP20Error):
    """Nobody proposed a request of that id."""

    what = Text("There is no request 0x{request}.")
    next_step = Text("List the requests.")

    def __init__(self, request: RequestId) -> None:
        super().__init__(request=request.hex())


class FalseRequest(JP20Error):
    """A node gives a proposal whose fields are not those of its id."""

    what = Text("The node shows a request 0x{request} whose content is another's.")
    why = Text(
        "Its fields make 0x{found}, which the chain does not hold: the node is at fault, "
        "or hostile. Nothing was signed."
    )
    next_step = Text("Ask your own node, or another one.")

    def __init__(self, request: RequestId, found: RequestId) -> None:
        super().__init__(request=request.hex(), found=found.hex())


class RequestState(TextEnum):
    """Where a request stands."""

    OPEN = Text("open", context="request")
    WAITING = Text("signed, the delay runs")
    READY = Text("ready to be executed")
    EXECUTED = Text("executed")
    EXPIRED = Text("expired")
    CANCELLED = Text("cancelled", context="request")
    VOID = Text("void: the policy changed")


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a slot. `counts`: the key is active and its organisation still has the role."""

    organisation: OrganisationId
    key: ChecksumAddress
    counts: bool


@dataclass(frozen=True, slots=True)
class SlotView:
    """A slot: the roles that fill it, and its signature where there is one."""

    index: int
    roles: frozenset[Role]
    signature: Signature | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as a person wants to see it. Times are unix seconds; `ready_at` is None while a
    signature is missing. `call` is what the proposer published, read from this node.
    """

    id: RequestId
    request: Request
    case: str
    kind: Kind | None
    act: NamedAct
    function: str
    executed: int
    state: RequestState
    proposer: OrganisationId
    proposed_at: int
    expires_at: int
    ready_at: int | None
    slots: tuple[SlotView, ...]
    executors: frozenset[Role]
    call: Decoded | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal: the decision that the others sign and execute, and the transaction."""

    decision: Decision
    step: Step


@dataclass(frozen=True, slots=True)
class Proposal:
    """The latest proposal of a request, from its event."""

    request: Request
    organisation: OrganisationId
    data: bytes
    at: At


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a request stands on the chain; all zero where it is not open."""

    proposed_at: int
    signed_at: int
    signatures: dict[int, Signature]
    executed: int

    def is_open(self, rule: Rule, now: int) -> bool:
        return self.proposed_at > 0 and now < self.proposed_at + rule.lifetime

    def is_signed(self, rule: Rule) -> bool:
        return all(
            slot in self.signatures and self.signatures[slot].counts
            for slot in range(len(rule.slots))
        )

    def ready_at(self, rule: Rule) -> int | None:
        return self.signed_at + rule.delay if self.is_signed(rule) else None


# One organisation's part


def propose(
    session: Session,
    signer: Signer,
    calls: Sequence[Call],
    evidence: Evidence,
    slot: int | None = None,
) -> Proposed:
    """Proposes calls on one function, and signs the first slot that the organisation can fill.

    `slot` names another one, or NO_SLOT. Raises NotInPolicy, or Reverted where it is refused.
    """
    session.settle()
    decision = prepare(session, calls, evidence)
    number = session.organisation_of(signer.address)
    chosen = _free_slot(session, number, decision.request, {}) if slot is None else slot
    return Proposed(decision, send_proposal(session, signer, decision, number, chosen))


def sign(session: Session, signer: Signer, request: RequestId, slot: int | None = None) -> Step:
    """Signs a request: the first free slot that the organisation can fill, or the one named.

    Raises UnknownRequest, NotEnoughOrganisations where no slot is left for it, or Reverted.
    """
    session.settle()
    proposal = _proposal(session, request)
    number = session.organisation_of(signer.address)
    return _sign(session, signer, proposal.request, number, slot)


def _sign(
    session: Session, signer: Signer, request: Request, number: OrganisationId, slot: int | None
) -> Step:
    if slot is None:
        slot = _free_slot(session, number, request, standing(session, request).signatures)
    if slot == NO_SLOT:
        rule = rule_for(session, request)
        raise NotEnoughOrganisations(
            Text("Organisation {number} fills no free slot of this request.", number=number),
            frozenset().union(*rule.slots),
            request.parties,
        )
    return send_signature(session, signer, request, number, slot)


def sign_decision(
    session: Session, signer: Signer, decision: Decision, slot: int | None = None
) -> Step:
    """Signs a decision that the signer has seen. What is signed is made of its own fields: nothing
    of it is read from a node again. Raises what `sign` raises.
    """
    session.settle()
    number = session.organisation_of(signer.address)
    return _sign(session, signer, decision.request, number, slot)


def withdraw(session: Session, signer: Signer, request: RequestId) -> Step:
    """Takes the organisation's signature back. Raises UnknownRequest, or Reverted."""
    session.settle()
    proposal = _proposal(session, request)
    number = session.organisation_of(signer.address)
    for slot, signature in standing(session, proposal.request).signatures.items():
        if signature.organisation == number:
            call = session.consortium.call("withdraw", request, slot)
            key = _key(session, b"withdraw", request, slot)
            done = session.send(signer, call, key=key, again=True)
            return Step("withdraw", number, signer.address, done.transaction, done.block)
    raise JP20Error(Text("Organisation {number} has not signed.", number=number))


def cancel_request(session: Session, signer: Signer, request: RequestId) -> Step:
    """Closes a request that the organisation proposed. Raises Reverted where it is refused."""
    number = session.organisation_of(signer.address)
    done = session.send(signer, session.consortium.call("cancel", request))
    return Step("cancel", number, signer.address, done.transaction, done.block)


def execute(
    session: Session, signer: Signer, decision: Decision, indices: Sequence[int] | None = None
) -> tuple[CallOutcome, ...]:
    """Carries out calls of a request, each on its own; those that were already are left.

    A call that is refused has the refusal in its outcome, and the others are carried out.
    """
    session.settle()
    request = decision.request
    wanted = range(request.calls) if indices is None else indices
    done = executed_indices(session, request)
    outcomes = {each.index: each for each in earlier_outcomes(session, request)} if done else {}
    pending = [index for index in wanted if index not in outcomes]
    outcomes |= {each.index: each for each in send_executions(session, signer, decision, pending)}
    return tuple(outcomes[index] for index in wanted)


# What there is


def list_requests(
    session: Session,
    wanted: Callable[[Proposal], bool] = lambda proposal: True,
    *,
    target: ChecksumAddress | None = None,
    selector: bytes | None = None,
    case_id: CaseId | None = None,
) -> tuple[RequestView, ...]:
    """All requests that were ever proposed, the latest last; or those on a contract, a function,
    under a case, whose proposal is wanted, and only of these it is read where they stand.
    """
    found = proposals(session, target=target, selector=selector, case_id=case_id)
    members = _Members(session)
    now = session.now()
    return tuple(
        _view(session, members, id, each, now) for id, each in found.items() if wanted(each)
    )


def show_request(session: Session, request: RequestId) -> RequestView:
    """One request. Raises UnknownRequest."""
    return _view(session, _Members(session), request, _proposal(session, request), session.now())


def published_decision(session: Session, request: RequestId) -> Decision | None:
    """The decision of a request whose only call was published: all that `execute` needs. None
    where its calls travel as a file.
    """
    proposal = _proposal(session, request)
    return _decision(proposal.request, proposal.data)


def published_by(view: RequestView) -> Decision | None:
    """The same of a request that was looked at, from what was seen then."""
    return _decision(view.request, view.data)


def _decision(asked: Request, data: bytes) -> Decision | None:
    if not data:
        return None
    return put_under_one_root(
        [Call(asked.target, data)], asked.case_id, asked.document_hash, asked.rule, asked.parties
    )


def save_decision(file: Path, decision: Decision) -> None:
    """Writes a decision for the other organisations: they sign and execute it from this file."""
    file.write_text(decision_to_json(decision), encoding="utf-8")


def load_decision(file: Path) -> Decision:
    """Reads a decision. Raises NoFile, NotADecision; root and id are computed anew."""
    return decision_from_json(read_file(file).decode("utf-8", "replace"), str(file))


# The steps, for `decide` as well


def prepare(session: Session, calls: Sequence[Call], evidence: Evidence) -> Decision:
    """The decision about some calls under the rule in force. Its parties are those that are named,
    and those that the chain knows (S4). Raises NotInPolicy.
    """
    word = session.rule(calls[0])
    required_rule(word, session.function_of(calls[0]))
    known = (party.organisation for party in known_parties(session, calls))
    everybody = sorted({*evidence.parties, *known})
    return put_under_one_root(calls, evidence.case_id, evidence.document_hash, word, everybody)


def direct_call(session: Session, call: Call, evidence: Evidence) -> Call:
    """The call of the Consortium that makes a call at once, with one key, and says why."""
    return session.consortium.call(
        "act", call.target, call.data, evidence.case_id, evidence.document_hash
    )


def required_rule(word: int, function: str) -> Rule:
    """The rule of a word. Raises NotInPolicy where there is none."""
    rule = rule_of(word)
    if rule is None:
        raise NotInPolicy(function)
    return rule


def must_sign(session: Session, target: ChecksumAddress, call: Decoded | None) -> OrganisationId:
    """The organisation without whose signature the Consortium refuses a call: whose key it
    exchanges with its own. 0 where there is none.
    """
    if target != session.consortium.address or call is None or call.name != "rotateKey":
        return NOBODY
    return session.consortium.read(OrganisationId, "organisationOf", call.arguments["oldKey"])


def rule_for(session: Session, request: Request) -> Rule:
    """The rule of a request, with who stands in for those who are all parties."""
    return _Members(session).rule(request)


def send_proposal(
    session: Session, signer: Signer, decision: Decision, organisation: OrganisationId, slot: int
) -> Step:
    data = decision.published_data
    if len(data) > MOST_PUBLISHED and not required_rule(decision.request.rule, "").delay:
        data = b""
    call = session.consortium.call("propose", decision.request.fields, slot, data)
    done = session.send(
        signer,
        call,
        key=_key(session, b"propose", decision.request.id, slot),
        label=f"propose {_about(session, decision.request)}",
        again=True,
    )
    return Step("propose", organisation, signer.address, done.transaction, done.block)


def send_signature(
    session: Session, signer: Signer, request: Request, organisation: OrganisationId, slot: int
) -> Step:
    done = session.send(
        signer,
        session.consortium.call("sign", request.fields, slot),
        key=_key(session, b"sign", request.id, slot),
        label=f"sign {_about(session, request)}",
        again=True,
    )
    return Step("sign", organisation, signer.address, done.transaction, done.block)


def send_executions(
    session: Session,
    signer: Signer,
    decision: Decision,
    indices: Sequence[int],
    progress: Progress | None = None,
) -> list[CallOutcome]:
    """A transaction for each call, a window of them in flight; each once, whatever run began it.
    One that another executor carried out meanwhile is told as that one's.
    """
    request = decision.request
    about = _about(session, request)
    sent = session.sender(signer).send_all(
        [session.consortium.call("execute", *decision.execution(index)) for index in indices],
        keys=[execution_key(session, request, index) for index in indices],
        labels=[f"execute {about}, {index + 1}/{request.calls}" for index in indices],
        progress=progress,
    )
    by_others = {
        index
        for index, result in zip(indices, sent, strict=True)
        if is_refused_with(result, "CallAlreadyExecuted", "RequestDone")
    }
    theirs = {each.index: each for each in earlier_outcomes(session, request)} if by_others else {}
    return [
        theirs[index]
        if index in by_others and index in theirs
        else outcome_of(session, index, decision.calls[index], result)
        for index, result in zip(indices, sent, strict=True)
    ]


def is_refused_with(result: object, *names: str) -> bool:
    """Whether a call was refused with one of some errors of the Consortium."""
    return (
        isinstance(result, Reverted) and result.decoded is not None and result.decoded.name in names
    )


def execution_key(session: Session, request: Request, index: int) -> bytes:
    """The key under which an execution stands in its executor's outbox. It is that of a case and a
    root, as on the chain: what was executed under one request is not again under another.
    """
    return _key(session, b"execute", request.case_id + request.root, index)


def outcome_of(session: Session, index: int, call: Call, result: Receipt | Reverted) -> CallOutcome:
    """What became of a call, named by its own function where the Consortium handed it on."""
    if isinstance(result, Reverted):
        named = explain(
            result.decoded,
            result.data,
            call,
            function=session.function_of(call),
            rule=session.rule(call),
        )
        return CallOutcome(index, None, None, refusal=named)
    events, earlier = session.events_of(result, call.target), result.earlier is not None
    return CallOutcome(index, result.transaction, result.block, events, earlier)


def standing(session: Session, request: Request, members: "_Members | None" = None) -> Standing:
    """Where a request stands now."""
    _, proposed_at, signed_at = session.consortium.read(
        tuple[int, int, int], "requestState", request.id
    )
    executed = session.consortium.read(int, "executedCount", request.case_id, request.root)
    if not proposed_at:
        return Standing(0, 0, {}, executed)
    numbers = session.consortium.read(tuple[int, ...], "signaturesOf", request.id)
    signatures = (members or _Members(session)).signatures(request, numbers)
    return Standing(proposed_at, signed_at, signatures, executed)


def proposals(
    session: Session,
    *,
    target: ChecksumAddress | None = None,
    selector: bytes | None = None,
    case_id: CaseId | None = None,
    request: RequestId | None = None,
) -> dict[RequestId, Proposal]:
    """The latest proposal of each request, by id, in the order in which they were first made; or of
    those on a contract, a function, under a case; or of one by its id.
    """
    found: dict[RequestId, Proposal] = {}
    for entry in session.history.proposals(session.consortium.address, case_id, request):
        event = entry.event
        if target in (None, event.request.target) and selector in (None, event.request.selector):
            found[event.id] = Proposal(
                _true(event).request, event.organisation, event.data, entry.at
            )
    return found


def executed_indices(session: Session, request: Request) -> set[int]:
    """The calls of a root that were executed under a case."""
    if not session.consortium.read(int, "executedCount", request.case_id, request.root):
        return set()
    rows = [(request.case_id, request.root, index) for index in range(request.calls)]
    flags = session.consortium.read_many(bool, "isExecuted", rows)
    return {index for index, executed in enumerate(flags) if executed}


def earlier_outcomes(session: Session, request: Request) -> tuple[CallOutcome, ...]:
    """What became of the calls that were executed, under this or another request with the same
    calls and case.
    """
    consortium = session.consortium.address
    same = {
        id
        for id, proposal in proposals(session, case_id=request.case_id).items()
        if proposal.request.root == request.root
    }
    executed = {
        entry.event.index: entry.at for entry in session.history.executions(consortium, same)
    }
    receipts = session.receipts_at(executed.values())
    return tuple(
        CallOutcome(
            index,
            at.transaction,
            at.block,
            session.events_of(receipts[at.transaction], request.target),
            earlier=True,
        )
        for index, at in sorted(executed.items())
    )


# Inside


def _key(session: Session, step: bytes, subject: bytes, number: int) -> bytes:
    consortium = bytes.fromhex(session.consortium.address[2:])
    return keccak(step + consortium + subject + number.to_bytes(32, "big"))


def _about(session: Session, request: Request) -> str:
    """What a request is about, for whoever looks into an outbox."""
    case = request.case_id.rstrip(b"\0").decode("ascii", "replace")
    return f"{function_at(session, request.target, request.selector).split('(')[0]} ({case})"


class _Members:
    """The organisations and keys, read once for many requests."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._by_scope: dict[ChecksumAddress, tuple[Member, ...]] = {}
        self._keys: dict[int, tuple[ChecksumAddress, OrganisationId, bool]] = {}

    def of(self, scope: ChecksumAddress) -> dict[int, Member]:
        if scope not in self._by_scope:
            self._by_scope[scope] = self._session.members(scope)
        return {member.number: member for member in self._by_scope[scope]}

    def signatures(self, request: Request, numbers: Sequence[int]) -> dict[int, Signature]:
        rule = self.rule(request)
        members = self.of(request.target)
        found: dict[int, Signature] = {}
        for slot, number in enumerate(numbers):
            if number:
                key, organisation, active = self._key(number)
                roles = members[organisation].roles
                counts = active and bool(roles & rule.slots[slot])
                found[slot] = Signature(organisation, key, counts)
        return found

    def rule(self, request: Request) -> Rule:
        """See `rule_for`."""
        members = self.of(request.target).values()
        organisations = [member.organisation for member in members if member.active]
        return required_rule(request.rule, "").among(organisations, request.parties)

    def _key(self, number: int) -> tuple[ChecksumAddress, OrganisationId, bool]:
        if number not in self._keys:
            self._keys[number] = self._session.consortium.read(
                tuple[ChecksumAddress, OrganisationId, bool], "keyInfo", number
            )
        return self._keys[number]


def _proposal(session: Session, request: RequestId) -> Proposal:
    found = proposals(session, request=request).get(request)
    if found is None:
        raise UnknownRequest(request)
    return found


def _true(event: RequestProposed) -> RequestProposed:
    """The event, where the request in it is the one of its id. Raises FalseRequest."""
    if event.request.id != event.id:
        raise FalseRequest(event.id, event.request.id)
    return event


def _free_slot(
    session: Session,
    organisation: OrganisationId,
    request: Request,
    signatures: dict[int, Signature],
) -> int:
    """The first slot without a valid signature that an organisation can fill; else NO_SLOT."""
    rule = rule_for(session, request)
    roles = next(
        member.roles for member in session.members(request.target) if member.number == organisation
    )
    for slot, wanted in enumerate(rule.slots):
        filled = slot in signatures and signatures[slot].counts
        if roles & wanted and not filled:
            return slot
    return NO_SLOT


def _view(
    session: Session, members: _Members, id: RequestId, proposal: Proposal, now: int
) -> RequestView:
    request = proposal.request
    rule = members.rule(request)
    stands = standing(session, request, members)
    kind = session.kind(request.target)
    interface = session.interface(request.target)
    function = function_at(session, request.target, request.selector)
    return RequestView(
        id,
        request,
        request.case_id.rstrip(b"\0").decode("ascii", "replace"),
        kind,
        act_name(kind, function),
        function,
        stands.executed,
        _state(session, request, rule, stands, now),
        proposal.organisation,
        stands.proposed_at or proposal.at.time,
        (stands.proposed_at or proposal.at.time) + rule.lifetime,
        stands.ready_at(rule),
        tuple(
            SlotView(index, roles, stands.signatures.get(index))
            for index, roles in enumerate(rule.slots)
        ),
        rule.executors,
        interface.decode_call(proposal.data) if proposal.data else None,
        proposal.data,
    )


def _state(
    session: Session, request: Request, rule: Rule, stands: Standing, now: int
) -> RequestState:
    if stands.executed == request.calls:
        return RequestState.EXECUTED
    if not stands.proposed_at:
        return RequestState.CANCELLED
    if not stands.is_open(rule, now):
        return RequestState.EXPIRED
    if session.rule(Call(request.target, request.selector)) != request.rule:
        return RequestState.VOID
    ready_at = stands.ready_at(rule)
    if ready_at is None:
        return RequestState.OPEN
    return RequestState.READY if ready_at <= now else RequestState.WAITING
