"""What was carried out under a case before: to run a command again is no mistake (G17)."""

from collections.abc import Mapping
from typing import Any

from jp20.chain.contracts import Contract
from jp20.domain.evidence import Evidence
from jp20.domain.requests import Decision
from jp20.operations.desk import Desk
from jp20.operations.requests import Proposal, proposals, required_rule, standing


def carried_out(
    desk: Desk, target: Contract, function: str, evidence: Evidence, **same: object
) -> Mapping[str, Any] | None:
    """The arguments of a call on a function that was executed under a case with its document, and
    has the same arguments as far as they are named here; None where there is none.
    """
    selector = target.interface.function(function).selector
    for proposal in proposals(desk).values():
        request = proposal.request
        if (
            request.target,
            request.selector,
            request.case_id,
            request.document_hash,
        ) != (target.address, selector, evidence.case_id, evidence.document_hash):
            continue
        call = target.interface.decode_call(proposal.data) if proposal.data else None
        if (
            call is not None
            and all(call.arguments[name] == value for name, value in same.items())
            and desk.consortium.read(int, "executedCount", request.case_id, request.root)
        ):
            return call.arguments
    return None


def open_twins(desk: Desk, decision: Decision) -> dict[bytes, Proposal]:
    """Open requests for the very same calls under the same case that are not this one: with
    another document, or other parties. Somebody who means this one named something else.
    """
    request, now = decision.request, desk.now()
    found = {
        id: each
        for id, each in proposals(desk).items()
        if id != request.id
        and (each.request.target, each.request.root, each.request.case_id)
        == (request.target, request.root, request.case_id)
    }
    return {
        id: each
        for id, each in found.items()
        if standing(desk, each.request).is_open(required_rule(each.request.rule, ""), now)
    }
