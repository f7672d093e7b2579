"""What the Consortium's events change: organisations, roles, the policy, requests (G17, S2, S3)."""

from dataclasses import replace

from eth_typing import ChecksumAddress

from jp20.domain.base.at import At
from jp20.domain.base.ids import OrganisationId, RequestId
from jp20.domain.base.text import Text
from jp20.domain.register.books import (
    EXECUTED,
    EXECUTIONS,
    KEYS,
    ORGANISATIONS,
    REQUESTS,
    ROLES,
    RULES,
    TARGETS,
    ExecutionRecord,
    KeyRecord,
    OrganisationRecord,
    RequestRecord,
    SignatureRecord,
    TargetRecord,
)
from jp20.domain.register.events import (
    ActedDirectly,
    CallExecuted,
    Event,
    KeyAdded,
    KeyRevoked,
    LoggedEvent,
    OrganisationAdded,
    OrganisationRemoved,
    RequestCancelled,
    RequestProposed,
    RequestSigned,
    RoleGranted,
    RoleRevoked,
    RuleRemoved,
    RuleSet,
    SignatureWithdrawn,
    TargetRegistered,
    TargetUnregistered,
)
from jp20.domain.register.ledger import Draft
from jp20.domain.register.movements import BrokenRegister, Grounds


def grounds_of(draft: Draft, logged: LoggedEvent[Event]) -> Grounds:
    """The decision that an execution or an act of one signature names. Raises BrokenRegister where
    the request is not known.
    """
    match logged.event:
        case CallExecuted(id, organisation, _, key):
            known = _request(draft, id, logged.at)
            return Grounds(
                known.request.case_id,
                known.request.document_hash,
                id,
                known.proposer,
                tuple(each.organisation for each in known.signatures),
                organisation,
                key,
            )
        case ActedDirectly(case_id, _, organisation, _, document_hash, _, key):
            return Grounds(
                case_id, document_hash, None, organisation, (organisation,), organisation, key
            )
        case other:
            raise TypeError(type(other).__name__)


def explain_consortium(draft: Draft, logged: LoggedEvent[Event]) -> None:
    """Organisations and policy here, requests below."""
    at = logged.at
    match logged.event:
        case OrganisationAdded(number, name):
            draft.put(ORGANISATIONS, number, OrganisationRecord(name, True, ()))
        case OrganisationRemoved(number):
            organisation = _organisation(draft, number, at)
            for key in organisation.keys:
                _end_key(draft, key)
            removed = replace(organisation, active=False, keys=())
            draft.put(ORGANISATIONS, number, removed)
        case KeyAdded(number, key, place):
            organisation = _organisation(draft, number, at)
            draft.put(ORGANISATIONS, number, replace(organisation, keys=(*organisation.keys, key)))
            draft.put(KEYS, key, KeyRecord(number, place, True))
        case KeyRevoked(number, key, _):
            organisation = _organisation(draft, number, at)
            left = tuple(each for each in organisation.keys if each != key)
            draft.put(ORGANISATIONS, number, replace(organisation, keys=left))
            _end_key(draft, key)
        case RoleGranted(number, role, scope):
            held = draft.get(ROLES, (number, scope)) or frozenset()
            draft.put(ROLES, (number, scope), held | {role})
        case RoleRevoked(number, role, scope):
            held = draft.get(ROLES, (number, scope)) or frozenset()
            draft.put(ROLES, (number, scope), held - {role} or None)
        case TargetRegistered(target, kind, scope):
            draft.put(TARGETS, target, TargetRecord(kind, scope))
        case TargetUnregistered(target, _):
            draft.put(TARGETS, target, None)
        case RuleSet(kind, _, selectors, rule):
            for selector in selectors:
                draft.put(RULES, (kind, selector), rule)
        case RuleRemoved(kind, _, selectors):
            for selector in selectors:
                draft.put(RULES, (kind, selector), None)
        case _:
            _explain_request(draft, logged)


def _explain_request(draft: Draft, logged: LoggedEvent[Event]) -> None:
    at = logged.at
    match logged.event:
        case RequestProposed(id, _, organisation, key, request, _):
            # One that was cancelled or has lapsed can be proposed again, and begins without a
            # signature.
            draft.put(REQUESTS, id, RequestRecord(request, organisation, key, at))
        case RequestSigned(id, organisation, slot, key):
            known = _request(draft, id, at)
            others = (each for each in known.signatures if each.slot != slot)
            signed = (*others, SignatureRecord(slot, organisation, key, at))
            by_slot = tuple(sorted(signed, key=lambda each: each.slot))
            draft.put(REQUESTS, id, replace(known, signatures=by_slot, signed_at=at.time))
        case SignatureWithdrawn(id, _, slot, _):
            known = _request(draft, id, at)
            left = tuple(each for each in known.signatures if each.slot != slot)
            draft.put(REQUESTS, id, replace(known, signatures=left))
        case RequestCancelled(id, _, _):
            draft.put(REQUESTS, id, replace(_request(draft, id, at), cancelled=True))
        case CallExecuted(id, organisation, index, key):
            request = _request(draft, id, at).request
            counted = (request.case_id, request.root)
            done = ExecutionRecord(id, organisation, key, at)
            draft.put(EXECUTIONS, (*counted, index), done)
            draft.put(EXECUTED, counted, (draft.get(EXECUTED, counted) or 0) + 1)


def _request(draft: Draft, id: RequestId, at: At) -> RequestRecord:
    known = draft.get(REQUESTS, id)
    if known is None:
        raise BrokenRegister(
            at,
            Text("request 0x{id} was never proposed", id=id.hex()),
        )
    return known


def _organisation(draft: Draft, number: OrganisationId, at: At) -> OrganisationRecord:
    known = draft.get(ORGANISATIONS, number)
    if known is None:
        raise BrokenRegister(at, Text("organisation {number} was never added", number=number))
    return known


def _end_key(draft: Draft, key: ChecksumAddress) -> None:
    known = draft.get(KEYS, key)
    if known is not None:
        draft.put(KEYS, key, replace(known, active=False))
