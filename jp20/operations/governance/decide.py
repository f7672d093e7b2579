"""Carrying a request through with the keys at hand: all of it where they are enough, else an
organisation's own part of it.

Each step is looked for on the chain before it is made, so that a run that was interrupted is gone
on with, and what is done is not done again.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import NoReturn

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.chain.contracts.errors import Reverted
from jp20.chain.rpc.receipts import Receipt
from jp20.chain.sending.sender import Progress
from jp20.chain.signing.signers import Signer
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.ids import OrganisationId, RequestId
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.governance.assignment import Assignment, NotEnoughOrganisations, assign, direct
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.policy import Organisation, Rule
from jp20.domain.governance.requests import Call, Decision
from jp20.domain.plans.outcomes import CallOutcome, Decided, Step
from jp20.operations.governance import requests
from jp20.operations.governance.requests import NO_SLOT
from jp20.operations.governance.urgent import send_urgent
from jp20.operations.session import NoOrganisationKey, Session


class NotBefore(JP20Error):
    """All have signed, and the delay that the policy asks for still runs. `decision` holds the
    calls: who executes it needs them.
    """

    exit_code = ExitCode.WAITS

    what = Text("It is signed, and can be executed from {time}.")
    why = Text("Request 0x{request}: the policy asks for a delay.")
    next_step = Text("Run the same command again then; it continues from here.")

    def __init__(self, request: RequestId, ready_at: int, decision: Decision | None = None) -> None:
        super().__init__(time=in_tokyo(ready_at), request=request.hex())
        self.request = request
        self.ready_at = ready_at
        self.decision = decision


class Awaited(Enum):
    """What of a request another organisation has to do."""

    PROPOSAL = Text("proposal")
    SIGNATURE = Text("signature")
    EXECUTION = Text("execution")


class AwaitingOthers(JP20Error):
    """What the keys here can do is done (`steps`); `roles` are those whose part is next, and
    `awaited` is that part. `decision` holds the calls: the others need them where the chain does
    not have them.
    """

    exit_code = ExitCode.WAITS

    what = Text("{before}It is waiting for the {step} of another organisation: {named}.")
    next_step = Text("Let them run the same, with the same files and case; then run it again.")

    def __init__(
        self,
        request: RequestId,
        steps: Sequence[Step],
        roles: Iterable[Role],
        decision: Decision | None = None,
        awaited: Awaited = Awaited.SIGNATURE,
    ) -> None:
        named = " | ".join(role.name for role in sorted(roles))
        part = awaited.value
        only = Text("All have signed. ")
        before = only if awaited is Awaited.EXECUTION else Text.verbatim("")
        request_id = f"0x{request.hex()}"
        sent = Text(
            "Request {request_id}; sent now: {steps}.",
            request_id=request_id,
            steps=Text.listing(step.text for step in steps),
        )
        nothing = Text("Request {request_id}; done here: nothing.", request_id=request_id)
        super().__init__(why=sent if steps else nothing, before=before, step=part, named=named)
        self.request = request
        self.steps = tuple(steps)
        self.roles = frozenset(roles)
        self.decision = decision
        self.awaited = awaited


class _Hands:
    """The organisations whose keys are at hand, and a key of each. Those with a role for the very
    contract come first: its issuer before another issuer.
    """

    def __init__(self, session: Session, call: Call) -> None:
        self._session = session
        target = call.target
        decoded = session.interface(target).decode_call(call.data)
        self._must_sign = requests.must_sign(session, target, decoded)
        active = [member for member in session.members(target) if member.active]
        members = [
            member for member in active if any(key in session.signers for key in member.keys)
        ]
        #: All there are, with or without a key here.
        self.consortium: list[Organisation] = [member.organisation for member in active]
        self.organisations: list[Organisation] = [
            member.organisation
            for member in sorted(
                members, key=lambda member: (member.number != self._must_sign, not member.own_roles)
            )
        ]
        self._signers = {
            member.number: [session.signers[key] for key in member.keys if key in session.signers]
            for member in members
        }

    def can_sign_alone(self, signed: dict[int, OrganisationId]) -> bool:
        """Whether who has to sign is here, or has signed."""
        return self._must_sign in (0, *self._signers, *signed.values())

    def with_others(self) -> list[Organisation]:
        """All organisations, those here first; before all who has to sign."""
        here = {each.number for each in self.organisations}
        others = [each for each in self.consortium if each.number not in here]
        return sorted(
            [*self.organisations, *others], key=lambda each: each.number != self._must_sign
        )

    def key(self, organisation: OrganisationId) -> Signer:
        return self._signers[organisation][0]

    def all_keys(
        self, rule: Rule, parties: Collection[OrganisationId]
    ) -> dict[ChecksumAddress, OrganisationId]:
        """The keys of all organisations that may act alone, by address, with their organisation.
        Raises NotEnoughOrganisations where there is none.
        """
        direct(rule, self.organisations, parties)
        (roles,) = rule.slots
        return {
            signer.address: each.number
            for each in self.organisations
            if each.roles & roles and each.number not in parties
            for signer in self._signers[each.number]
        }

    def __contains__(self, organisation: OrganisationId) -> bool:
        return organisation in self._signers

    def require_any(self) -> None:
        """Raises NoOrganisationKey where a session of one organisation has no registered key: there
        is nobody to wait for.
        """
        if self._session.single_organisation and not self.organisations:
            raise NoOrganisationKey(next(iter(self._session.signers)))


def decide(
    session: Session,
    calls: Sequence[Call],
    evidence: Evidence,
    *,
    keys: Sequence[bytes] | None = None,
    progress: Progress | None = None,
    stops: bool = False,
) -> Decided:
    """Carries out calls on one function of one contract, by the rule that the chain has for it.

    Where the rule is one signature without a delay, a key with the role acts at once. Else the
    request is proposed, signed and executed, as far as that was not done before: under one case the
    same calls are carried out once. Its parties, and those whom the chain
    knows as such, have no part in it. Of many calls each may be refused by itself; the refusal of
    an only one is raised.

    Where one key acts at once, a call is made once under a case too: by the key's outbox, whatever
    run began it. `keys` are others to know the calls by. A request has keys of its own.
    `progress` is told how many calls came to an end. `stops`: the calls stop something, and made
    twice they do the same; where one key may make them, nothing that is under way holds them up,
    and any key that may is used (see `at_once`).

    Raises NotInPolicy, NotEnoughOrganisations, NotBefore, Reverted, and, with the keys of
    a single organisation, AwaitingOthers, NoOrganisationKey.
    """
    if not calls:
        return Decided(None, (), ())
    function = session.function_of(calls[0])
    rule = requests.required_rule(session.rule(calls[0]), function)
    if not rule.is_direct:
        session.settle()
    hands = _Hands(session, calls[0])
    if rule.is_direct:
        hands.require_any()
        if stops:
            decided = _at_once(session, hands.all_keys(rule, evidence.parties), calls, evidence)
        else:
            organisation = direct(rule, hands.organisations, evidence.parties)
            session.settle(hands.key(organisation))
            known = keys or _keys_of(session, calls, evidence)
            decided = _directly(session, hands, organisation, calls, evidence, known, progress)
    else:
        decision = requests.prepare(session, calls, evidence)
        rule = rule.among(hands.consortium, decision.request.parties)
        decided = _by_request(session, hands, decision, rule, progress)
    if len(calls) == 1 and decided.calls[0].refusal is not None:
        raise decided.calls[0].refusal
    return decided


def acting_key(session: Session, call: Call, evidence: Evidence) -> Signer | None:
    """The key with which a call would be made that takes no request; None where none here may.
    Raises NotInPolicy.
    """
    rule = requests.required_rule(session.rule(call), session.function_of(call))
    hands = _Hands(session, call)
    try:
        return hands.key(direct(rule, hands.organisations, evidence.parties))
    except NotEnoughOrganisations:
        return None


def _directly(
    session: Session,
    hands: _Hands,
    organisation: OrganisationId,
    calls: Sequence[Call],
    evidence: Evidence,
    keys: Sequence[bytes] | None,
    progress: Progress | None,
) -> Decided:
    signer = hands.key(organisation)
    acts = [requests.direct_call(session, call, evidence) for call in calls]
    labels = [session.function_of(call) for call in calls]
    sent = session.sender(signer).send_all(acts, keys=keys, labels=labels, progress=progress)
    outcomes = _outcomes(session, calls, sent)
    return Decided(None, _steps("call", organisation, signer, outcomes), outcomes)


def _keys_of(session: Session, calls: Sequence[Call], evidence: Evidence) -> list[bytes]:
    """Of calls that one key makes under a case; of equal ones each apart."""
    return [
        case_key(session, call, evidence, calls[:place].count(call))
        for place, call in enumerate(calls)
    ]


def case_key(session: Session, call: Call, evidence: Evidence, equal: int = 0) -> bytes:
    """By which the outbox knows a call that one key makes under a case: the first of that content,
    or one after so many equal ones.
    """
    consortium = bytes.fromhex(session.consortium.address[2:])
    content = bytes.fromhex(call.target[2:]) + call.data + equal.to_bytes(4, "big")
    return keccak(b"direct" + consortium + evidence.case_id + content)


def _at_once(
    session: Session,
    keys: dict[ChecksumAddress, OrganisationId],
    calls: Sequence[Call],
    evidence: Evidence,
) -> Decided:
    acts = {
        requests.direct_call(session, call, evidence): session.function_of(call) for call in calls
    }
    signer, sent = send_urgent(session, [session.signers[address] for address in keys], acts)
    outcomes = _outcomes(session, calls, sent)
    return Decided(None, _steps("call", keys[signer.address], signer, outcomes), outcomes)


def _outcomes(
    session: Session, calls: Sequence[Call], sent: Sequence[Receipt | Reverted]
) -> tuple[CallOutcome, ...]:
    return tuple(
        requests.outcome_of(session, index, call, result)
        for index, (call, result) in enumerate(zip(calls, sent, strict=True))
    )


def _by_request(
    session: Session, hands: _Hands, decision: Decision, rule: Rule, progress: Progress | None
) -> Decided:
    request = decision.request
    done = requests.executed_indices(session, request)
    earlier = requests.earlier_outcomes(session, request) if done else ()
    pending = [index for index in range(request.calls) if index not in done]
    steps: list[Step] = []
    if pending:
        executor, steps = _signed(session, hands, decision, rule)
        _wait(session, decision, rule)
        executor_key = hands.key(executor)
        outcomes = requests.send_executions(session, executor_key, decision, pending, progress)
        steps += _steps("execute", executor, executor_key, outcomes)
        earlier = (*earlier, *outcomes)
    in_order = tuple(sorted(earlier, key=lambda outcome: outcome.index))
    return Decided(request.id, tuple(steps), in_order)


def _signed(
    session: Session, hands: _Hands, decision: Decision, rule: Rule
) -> tuple[OrganisationId, list[Step]]:
    """Proposes and signs what is not yet; returns who is to execute. What others proposed or signed
    meanwhile is gone on with.
    """
    steps: list[Step] = []
    for _ in range(1 + len(rule.slots)):
        with _unless_others_were_first():
            return _sign(session, hands, decision, rule, steps), steps
    return _sign(session, hands, decision, rule, steps), steps


@contextmanager
def _unless_others_were_first() -> Iterator[None]:
    """Passes over that a request was proposed, or a slot signed, by another organisation between
    the look at it and the own transaction.
    """
    try:
        yield
    except Reverted as refusal:
        if not requests.is_refused_with(refusal, "RequestOpen", "SlotTaken", "AlreadySigned"):
            raise


def _sign(
    session: Session, hands: _Hands, decision: Decision, rule: Rule, steps: list[Step]
) -> OrganisationId:
    """Proposes and signs what is not yet, adding to the steps; returns who is to execute."""
    request = decision.request
    stands = requests.standing(session, request)
    proposed = stands.is_open(rule, session.now())
    signed = {
        slot: signature.organisation
        for slot, signature in stands.signatures.items()
        if proposed and signature.counts
    }
    try:
        able = hands.organisations if hands.can_sign_alone(signed) else []
        parts = assign(rule, able, request.parties, signed, proposed)
    except NotEnoughOrganisations:
        if session.single_organisation:
            _contribute(session, hands, decision, rule, signed, proposed, steps)
        raise
    if not proposed:
        signed = _propose(session, hands, decision, parts, steps)
    for slot, organisation in enumerate(parts.signers):
        if slot not in signed:
            key = hands.key(organisation)
            steps.append(requests.send_signature(session, key, request, organisation, slot))
    return parts.executor


def _propose(
    session: Session, hands: _Hands, decision: Decision, parts: Assignment, steps: list[Step]
) -> dict[int, OrganisationId]:
    """Adds the step, and returns the slot that the proposer signs with it."""
    proposer = parts.proposer
    slot = parts.signers.index(proposer) if proposer in parts.signers else NO_SLOT
    steps.append(requests.send_proposal(session, hands.key(proposer), decision, proposer, slot))
    return {slot: proposer}


def _contribute(
    session: Session,
    hands: _Hands,
    decision: Decision,
    rule: Rule,
    signed: dict[int, OrganisationId],
    proposed: bool,
    steps: list[Step],
) -> NoReturn:
    """Does of a request what the keys at hand can, in a cast that others can complete. Raises
    NoOrganisationKey where they can nothing.
    """
    hands.require_any()
    request = decision.request
    parts = assign(rule, hands.with_others(), request.parties, signed, proposed)
    if not proposed:
        if parts.proposer not in hands:
            raise AwaitingOthers(request.id, steps, rule.proposers, decision, Awaited.PROPOSAL)
        signed = _propose(session, hands, decision, parts, steps)
    for slot, organisation in enumerate(parts.signers):
        if slot not in signed and organisation in hands:
            key = hands.key(organisation)
            steps.append(requests.send_signature(session, key, request, organisation, slot))
    missing = [
        rule.slots[slot]
        for slot, organisation in enumerate(parts.signers)
        if slot not in signed and organisation not in hands
    ]
    if missing:
        raise AwaitingOthers(request.id, steps, missing[0], decision)
    raise AwaitingOthers(request.id, steps, rule.executors, decision, Awaited.EXECUTION)


def _wait(session: Session, decision: Decision, rule: Rule) -> None:
    """Until the delay is over, if the session waits; else raises NotBefore."""
    if rule.delay == 0:
        return
    _, _, signed_at = session.consortium.read(
        tuple[int, int, int], "requestState", decision.request.id
    )
    ready_at = signed_at + rule.delay
    if session.now() < ready_at and session.wait is not None:
        session.wait(ready_at)
    if session.now() < ready_at:
        raise NotBefore(decision.request.id, ready_at, decision)


def _steps(
    what: str, organisation: OrganisationId, signer: Signer, outcomes: Iterable[CallOutcome]
) -> tuple[Step, ...]:
    return tuple(
        Step(what, organisation, signer.address, outcome.transaction, outcome.block)
        for outcome in outcomes
        if outcome.transaction is not None and outcome.block is not None and not outcome.earlier
    )
