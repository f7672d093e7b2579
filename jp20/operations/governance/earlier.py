"""What was carried out under a case before: to run a command again is no mistake (G17)."""

from collections.abc import Mapping
from typing import Any

from jp20.chain.contracts.contract import Contract
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import Decision
from jp20.operations.governance.requests import (
    Proposal,
    proposals,
    required_rule,
    standing,
)
from jp20.operations.session import Session


def executed_call(
    session: Session, target: Contract, function: str, evidence: Evidence, **same: object
) -> Mapping[str, Any] | None:
    """The arguments of a call on a function that was executed under a case with its document, and
    has the same arguments as far as they are named here; None where there is none.
    """
    selector = target.interface.function(function).selector
    asked = proposals(session, target=target.address, selector=selector, case_id=evidence.case_id)
    for proposal in asked.values():
        request = proposal.request
        if request.document_hash != evidence.document_hash:
            continue
        call = target.interface.decode_call(proposal.data) if proposal.data else None
        if (
            call is not None
            and all(call.arguments[name] == value for name, value in same.items())
            and session.consortium.read(int, "executedCount", request.case_id, request.root)
        ):
            return call.arguments
    return None


def open_twins(session: Session, decision: Decision) -> dict[bytes, Proposal]:
    """Open requests for the very same calls under the same case that are not this one: with
    another document, or other parties. Somebody who means this one named something else.
    """
    request, now = decision.request, session.now()
    found = {
        id: each
        for id, each in proposals(session, target=request.target, case_id=request.case_id).items()
        if id != request.id and each.request.root == request.root
    }
    return {
        id: each
        for id, each in found.items()
        if standing(session, each.request).is_open(required_rule(each.request.rule, ""), now)
    }
