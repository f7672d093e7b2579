"""What a holder does with units, and the consent to it (G3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from jp20.chain.contracts.errors import Restrained
from jp20.chain.signing.signers import Signer
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import case_id
from jp20.domain.plans.outcomes import Done
from jp20.domain.register.events import TransferCommitted, TransferRequested
from jp20.domain.token.consent_status import ConsentStatus as ConsentStatus
from jp20.domain.token.reasons import Reason
from jp20.operations.governance.acts import Act, RowsAct
from jp20.operations.governance.batches import BatchRow
from jp20.operations.session import Session, TokenName
from jp20.operations.transactions.acts import SingleAct, make_once


@dataclass(frozen=True, slots=True)
class Preview:
    """What a transfer would answer now; `reason.text` says it in both languages."""

    reason: Reason

    @property
    def allowed(self) -> bool:
        return self.reason is Reason.NONE


@dataclass(frozen=True, slots=True)
class Requested:
    """A request for consent, by the number under which it is answered."""

    id: int
    done: Done


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """A holder's request for consent. Units of now; `deadline` in unix seconds."""

    id: int
    from_: ChecksumAddress
    to: ChecksumAddress
    units: int
    deadline: int
    status: ConsentStatus


def preview(
    session: Session,
    token: TokenName,
    from_: ChecksumAddress,
    to: ChecksumAddress,
    units: int,
    spender: ChecksumAddress | None = None,
) -> Preview:
    """Whether a transfer would go through now, and if not, why."""
    answer = session.token(token).read(int, "preview", spender or from_, from_, to, units)
    return Preview(Reason(answer))


def transfer(
    session: Session,
    token: TokenName,
    holder: Signer,
    to: ChecksumAddress,
    units: int,
    *,
    act: SingleAct | None = None,
) -> Done:
    """The holder transfers; under the id of an `act` once. Raises Refused, or Restrained where a
    restraint keeps the units, each with the reason; then nothing was sent.
    """
    try:
        if act is not None:
            return make_once(session, act)
        return session.send(holder, transfer_act(session, token, holder, to, units).call)
    except Restrained as error:
        error.reason = reason = preview(session, token, holder.address, to, units).reason
        error.why = Text(
            "{reason} ({code}): {text} {free} are free.",
            reason=reason.name,
            code=reason.value,
            text=reason.text,
            free=error.free,
        )
        raise


def transfer_act(
    session: Session,
    token: TokenName,
    holder: Signer,
    to: ChecksumAddress,
    units: int,
    case: str | None = None,
    *,
    again: bool = False,
) -> SingleAct:
    """A holder's transfer, with the id under which it is made once."""
    return SingleAct(holder, session.token(token).call("transfer", to, units), case, again)


def consent_act(
    session: Session,
    token: TokenName,
    holder: Signer,
    to: ChecksumAddress,
    units: int,
    deadline: int,
    case: str | None = None,
    *,
    again: bool = False,
) -> SingleAct:
    """A holder's request for consent, with the id under which it is made once."""
    call = session.token(token).call("requestTransfer", to, units, deadline)
    return SingleAct(holder, call, case, again)


def requested(done: Done) -> Requested:
    """What a request for consent made."""
    event = next(e.event for e in done.events if isinstance(e.event, TransferRequested))
    return Requested(event.id, done)


def request_transfer(
    session: Session,
    token: TokenName,
    holder: Signer,
    to: ChecksumAddress,
    units: int,
    deadline: int,
) -> Requested:
    """The holder asks for consent; the units are committed until the answer. Raises Refused."""
    call = consent_act(session, token, holder, to, units, deadline).call
    return requested(session.send(holder, call))


def cancel_transfer(session: Session, token: TokenName, holder: Signer, id: int) -> Done:
    """The holder who asked takes the wish back. Raises Refused where it is closed."""
    return session.send(holder, session.token(token).call("cancelTransfer", id))


def approve_transfers(
    session: Session, token: TokenName, ids: Sequence[int], evidence: Evidence
) -> RowsAct[int]:
    """The registrar or the issuer consents: each approval is the transfer. One that is refused by
    now is reported and stays open.
    """
    contract = session.token(token)
    asked = [transfer_request(session, token, id) for id in ids]
    total = sum(each.units for each in asked)
    return RowsAct(
        tuple(BatchRow(each.id, each.from_, each.units) for each in asked),
        lambda part: contract.call("approveTransfers", part),
        evidence,
        lambda: Text(
            "Consent to {count} {count:transfer|transfers}, {total:,} {total:unit|units} "
            "of {token}?",
            count=len(asked),
            total=total,
            token=token,
        ),
    )


def reject_transfer(
    session: Session, token: TokenName, id: int, why: str, evidence: Evidence
) -> Act:
    """The registrar or the issuer says no. `why` is a reference of 1 to 32 ASCII characters, which
    is public.
    """
    return Act(
        (session.token(token).call("rejectTransfer", id, case_id(why)),),
        evidence,
        lambda: Text("Reject request {id} of {token} ({why})?", id=id, token=token, why=why),
        Text("Request {id} cannot be rejected.", id=id),
        Text("See: jp20 consent list {token} --all", token=token),
    )


def transfer_requests(session: Session, token: TokenName) -> tuple[ConsentRequest, ...]:
    """All requests for consent of a token, in the order in which they came: commitments to a
    settlement too, where the token asks for consent.
    """
    contract = session.token(token)
    rules = contract.read(tuple[int, int, int, int, bool, bool, bool], "rules")
    kinds = (TransferRequested, TransferCommitted) if rules[5] else (TransferRequested,)
    ids = [
        entry.event.id
        for entry in session.events(contract.address)
        if isinstance(entry.event, kinds)
    ]
    return tuple(transfer_request(session, contract, id) for id in ids)


def transfer_request(session: Session, token: TokenName, id: int) -> ConsentRequest:
    """One of them; its status is NONE where there is none of that number."""
    from_, to, units, deadline, status = session.token(token).read(
        tuple[ChecksumAddress, ChecksumAddress, int, int, int], "consentTransfer", id
    )
    return ConsentRequest(id, from_, to, units, deadline, ConsentStatus(status))
