"""A single act of one key: it has an id, under which it is done once, however often asked for.

The id is made of the case, where one is named, and of the call itself; the key's outbox keeps it.
So a command that was killed is asked for again in the same words, and a second equal act takes a
word of its own.
"""

from dataclasses import dataclass

from eth_hash.auto import keccak

from jp20.chain.signing.signers import Signer
from jp20.domain.governance.requests import Call, case_id
from jp20.domain.plans.outcomes import Done
from jp20.operations.session import Session


@dataclass(frozen=True, slots=True)
class SingleAct:
    """A call that a key makes once. `again`: once more than was reported to a person."""

    signer: Signer
    call: Call
    case: str | None = None
    again: bool = False

    @property
    def id(self) -> bytes:
        """By which the outbox knows it."""
        case = bytes(32) if self.case is None else case_id(self.case)
        return keccak(b"act" + case + bytes.fromhex(self.call.target[2:]) + self.call.data)


def done_before(session: Session, act: SingleAct) -> Done | None:
    """What an earlier run made of it; None where it is to be made. What is under way comes to its
    end first. Raises SignerBusy, OutcomeUnknown, and what `Sender.recover` raises.
    """
    return session.done_before(act.signer, act.call, act.id, again=act.again)


def make_once(session: Session, act: SingleAct) -> Done:
    """Makes it, or says what an earlier run made of it (`earlier`). Raises Reverted, and what
    `Sender.send_all` raises.
    """
    return session.send(act.signer, act.call, key=act.id, again=act.again, reported=True)


def mark_reported(session: Session, act: SingleAct) -> None:
    """That the person who asked for it was told what became of it."""
    session.sender(act.signer).report(act.id, act.call)
