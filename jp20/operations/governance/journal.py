"""What organisations did: every act with its case, its document and its transaction (G15, G17).

An act is a call that was executed under a request, or one that a key made directly.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from jp20.domain.base.at import At
from jp20.domain.base.ids import NOBODY, CaseId, DocumentHash, OrganisationId, RequestId
from jp20.domain.governance.policy import Kind
from jp20.domain.register.books import REQUESTS
from jp20.domain.register.events import ActedDirectly, CallExecuted
from jp20.operations.governance.act_names import NamedAct, act_name, function_at
from jp20.operations.session import Session


@dataclass(frozen=True, slots=True)
class ActDone:
    """A call that was made. `request` is None where a key made it directly, and then nobody
    proposed or signed it; else it is call `index` of `calls`. Organisations by number;
    `organisation` is the one that executed it, with `key`.
    """

    at: At
    target: ChecksumAddress
    kind: Kind | None
    act: NamedAct
    function: str
    case: str
    document_hash: DocumentHash
    organisation: OrganisationId
    key: ChecksumAddress
    request: RequestId | None = None
    proposer: OrganisationId = NOBODY
    signers: tuple[OrganisationId, ...] = ()
    index: int = 0
    calls: int = 1

    @property
    def organisations(self) -> frozenset[OrganisationId]:
        """Everybody who had a part in it."""
        return frozenset({self.organisation, self.proposer, *self.signers}) - {NOBODY}


def acts_done(
    session: Session,
    *,
    target: ChecksumAddress | None = None,
    case_id: CaseId | None = None,
    organisation: OrganisationId | None = None,
    since: int | None = None,
    until: int | None = None,
) -> tuple[ActDone, ...]:
    """The acts in the chain's order: all of them; or those on a contract, under a case, with a part
    of an organisation, from a time and before another (unix seconds).
    """
    return tuple(
        each
        for each in _acts(session, target, case_id, since, until)
        if organisation is None or organisation in each.organisations
    )


def _acts(
    session: Session,
    target: ChecksumAddress | None,
    case_id: CaseId | None,
    since: int | None,
    until: int | None,
) -> Iterator[ActDone]:
    kinds: dict[ChecksumAddress, Kind | None] = {}

    def wanted(at: At, on: ChecksumAddress, case: CaseId) -> bool:
        return (
            target in (None, on)
            and case_id in (None, case)
            and (since is None or since <= at.time)
            and (until is None or at.time < until)
        )

    def named(on: ChecksumAddress, selector: bytes) -> tuple[Kind | None, NamedAct, str]:
        if on not in kinds:
            kinds[on] = session.kind(on)
        function = function_at(session, on, selector)
        return kinds[on], act_name(kinds[on], function), function

    journal = session.history.journal((session.consortium.address,))
    for entry in journal.entries:
        grounds = entry.grounds
        if grounds is None:
            continue
        match entry.logged.event:
            case CallExecuted(id, _, index):
                asked = journal.ledger.rows(REQUESTS)[id].request
                on, selector, calls = asked.target, asked.selector, asked.calls
                proposer, signers = grounds.proposer, grounds.signers
            case ActedDirectly(_, on, _, selector):
                index, calls, proposer, signers = 0, 1, NOBODY, ()
            case _:
                continue
        if wanted(entry.logged.at, on, grounds.case_id):
            yield ActDone(
                entry.logged.at,
                on,
                *named(on, selector),
                _case(grounds.case_id),
                grounds.document_hash,
                grounds.executor,
                grounds.key,
                grounds.request,
                proposer,
                signers,
                index,
                calls,
            )


def _case(case_id: CaseId) -> str:
    return case_id.rstrip(b"\0").decode("ascii", "replace")
