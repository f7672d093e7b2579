"""What waits for an organisation, whoever's keys are here (G17)."""

from jp20.operations.governance.approval import may_act
from jp20.operations.governance.requests import Proposal, list_requests, required_rule
from jp20.operations.session import Session


def waiting_for(session: Session, organisation: int) -> frozenset[bytes]:
    """The ids of the requests that wait for its signature, or to be executed by it."""
    now = session.now()

    def is_alive(proposal: Proposal) -> bool:
        return now < proposal.at.time + required_rule(proposal.request.rule, "").lifetime

    return frozenset(
        view.id
        for view in list_requests(session, is_alive)
        if may_act(
            [
                member
                for member in session.members(view.request.target)
                if member.number == organisation and member.active
            ],
            view,
        )
    )
