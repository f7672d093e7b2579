"""What organisations did: every act with its case, its document and its transaction (G15, G17).

An act is a call that was executed under a request, or one that a key made directly.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from eth_typing import ChecksumAddress

from jp20.domain.base.at import At
from jp20.domain.governance.policy import Kind
from jp20.domain.governance.requests import Request
from jp20.domain.register.events import (
    ActedDirectly,
    CallExecuted,
    Event,
    LoggedEvent,
    RequestProposed,
    RequestSigned,
    SignatureWithdrawn,
)
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
    document_hash: bytes
    organisation: int
    key: ChecksumAddress
    request: bytes | None = None
    proposer: int = 0
    signers: tuple[int, ...] = ()
    index: int = 0
    calls: int = 1

    @property
    def organisations(self) -> frozenset[int]:
        """Everybody who had a part in it."""
        return frozenset({self.organisation, self.proposer, *self.signers}) - {0}


@dataclass(slots=True)
class _Requested:
    """A request as it stood at some moment: who proposed it, who signed which slot."""

    request: Request
    proposer: int
    signed: dict[int, int] = field(default_factory=dict)


def acts_done(
    session: Session,
    *,
    target: ChecksumAddress | None = None,
    case_id: bytes | None = None,
    organisation: int | None = None,
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
    case_id: bytes | None,
    since: int | None,
    until: int | None,
) -> Iterator[ActDone]:
    requested: dict[bytes, _Requested] = {}
    kinds: dict[ChecksumAddress, Kind | None] = {}

    def wanted(entry: LoggedEvent[Event], on: ChecksumAddress, case: bytes) -> bool:
        return (
            target in (None, on)
            and case_id in (None, case)
            and (since is None or since <= entry.at.time)
            and (until is None or entry.at.time < until)
        )

    def named(on: ChecksumAddress, selector: bytes) -> tuple[Kind | None, NamedAct, str]:
        if on not in kinds:
            kinds[on] = session.kind(on)
        function = function_at(session, on, selector)
        return kinds[on], act_name(kinds[on], function), function

    for entry in session.events(session.consortium.address):
        match entry.event:
            case RequestProposed(id, _, proposer, _, request):
                requested[id] = _Requested(request, proposer)
            case RequestSigned(id, signer, slot):
                requested[id].signed[slot] = signer
            case SignatureWithdrawn(id, _, slot):
                requested[id].signed.pop(slot, None)
            case CallExecuted(id, executor, index, key):
                found = requested[id]
                asked = found.request
                if wanted(entry, asked.target, asked.case_id):
                    yield ActDone(
                        entry.at,
                        asked.target,
                        *named(asked.target, asked.selector),
                        _case(asked.case_id),
                        asked.document_hash,
                        executor,
                        key,
                        id,
                        found.proposer,
                        tuple(signer for _, signer in sorted(found.signed.items())),
                        index,
                        asked.calls,
                    )
            case ActedDirectly(case, on, actor, selector, document_hash, _, key):
                if wanted(entry, on, case):
                    yield ActDone(
                        entry.at, on, *named(on, selector), _case(case), document_hash, actor, key
                    )
            case _:
                pass


def _case(case_id: bytes) -> str:
    return case_id.rstrip(b"\0").decode("ascii", "replace")
