"""An act: what is to be done under a case, as one thing that is asked about, judged and carried out
(G17).

The command line, the scripts and whoever uses the library run the same act. The contract judges it,
before anybody signs: the node runs each call as the Consortium would make it. For that one question
the Consortium's storage says that the call is being executed (the third parameter of `eth_call`,
which geth, Besu, anvil and Ganache take). Nothing is sent, and no rule of a contract stands here a
second time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from jp20.chain.contracts.contract import artifact, eth_call, reverted
from jp20.chain.contracts.errors import Refused, Reverted, Unauthorized
from jp20.chain.rpc.connection import NodeRefused, octets
from jp20.domain.base.errors import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import Call
from jp20.domain.plans.outcomes import Decided
from jp20.domain.token.state import WouldBeRefused
from jp20.operations.governance.decide import decide
from jp20.operations.governance.requests import executed_indices, prepare, required_rule, standing
from jp20.operations.session import Session

_WORD: Final = 32


@dataclass(frozen=True, slots=True)
class Act:
    """Calls on one function of one contract, and what they rest on. `question` gives what is
    confirmed, read from the chain when it is asked; `refused` says that it cannot be done, and
    `next_step` what helps then. `parties` sign nothing.
    """

    calls: tuple[Call, ...]
    evidence: Evidence
    question: Callable[[], Text]
    refused: Text
    next_step: Text | None = None
    parties: tuple[int, ...] = ()


class ActState(Enum):
    """Where an act stands under its case."""

    OPEN = "open"
    WAITING = "waiting"
    """Proposed, or carried out in part."""
    DONE = "done"


def state_of(session: Session, act: Act) -> ActState:
    """Where an act stands, by the Consortium. What one key does alone leaves nothing there: it is
    OPEN. Raises NotInPolicy.
    """
    request = prepare(session, act.calls, act.evidence, act.parties).request
    done = executed_indices(session, request)
    if len(done) == len(act.calls):
        return ActState.DONE
    if done or standing(session, request).proposed_at:
        return ActState.WAITING
    return ActState.OPEN


def judge(session: Session, act: Act) -> None:
    """Raises WouldBeRefused where the contract would refuse a call now. What one key does alone is
    judged when it is sent. Raises NotInPolicy.
    """
    function = session.function_of(act.calls[0])
    if required_rule(session.rule(act.calls[0]), function).is_direct:
        return
    for call in act.calls:
        refusal = simulate(session, call)
        if refusal is not None:
            raise would_be_refused(refusal, act.refused, act.next_step)


def would_be_refused(
    refusal: Reverted, what: Text, next_step: Text | None = None
) -> WouldBeRefused:
    """What is said of a refusal that was foreseen."""
    why = refusal.reason if isinstance(refusal, Refused) else refusal.why or refusal.what
    return WouldBeRefused(what, why, next_step)


def carry_out(session: Session, act: Act) -> Decided:
    """Does it, as far as it is not done and as the keys of the session reach; see `decide`."""
    return decide(session, act.calls, act.evidence, act.parties)


def simulate(session: Session, call: Call) -> Reverted | None:
    """Why a call would be refused if a request executed it now; None where it would go through, or
    where the node cannot say.
    """
    consortium = session.consortium.address
    executing = artifact("Consortium").executing
    slot, at = executing["_executingTarget"]
    _, selector_at = executing["_executingSelector"]  # in the same slot
    stored = octets(session.connection.rpc("eth_getStorageAt", consortium, hex(slot), "latest"))
    word = (
        int.from_bytes(stored, "big")
        | int(call.target, 16) << 8 * at
        | int.from_bytes(call.selector, "big") << 8 * selector_at
    )
    changed = {_hex(slot): _hex(word)}
    try:
        session.connection.rpc(
            "eth_call", *eth_call(call, consortium, None), {consortium: {"stateDiff": changed}}
        )
    except NodeRefused as refusal:
        found = reverted(refusal, call)
        # A node that passes over the third parameter answers that the Consortium may not call.
        if isinstance(found, Reverted) and not isinstance(found, Unauthorized):
            return found
    return None


def _hex(word: int) -> str:
    return f"0x{word.to_bytes(_WORD, 'big').hex()}"
