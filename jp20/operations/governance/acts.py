"""An act: what is to be done under a case, as one thing that is asked about, judged and carried out
(G17).

The command line, the scripts and whoever uses the library run the same act. The contract judges it,
before anybody signs: the node runs each call as the Consortium would make it. For that one question
the Consortium's storage says that the call is being executed (the third parameter of `eth_call`,
which geth, Besu, anvil and Ganache take). Nothing is sent, and no rule of a contract stands here a
second time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Generic, TypeVar, overload

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import artifact, eth_call, reverted
from jp20.chain.contracts.errors import Refused, Reverted, Unauthorized
from jp20.chain.rpc.connection import NodeRefused, octets
from jp20.chain.rpc.node_errors import NodeFailure
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import Call
from jp20.domain.plans.outcomes import Decided, Outcomes, RowOutcome
from jp20.domain.token.state import WouldBeRefused
from jp20.operations.governance.batches import SMALL_BATCH, BatchRow, execute_batch
from jp20.operations.governance.decide import acting_key, case_key, decide
from jp20.operations.governance.requests import (
    direct_call,
    executed_indices,
    prepare,
    required_rule,
    standing,
)
from jp20.operations.session import Session

_R = TypeVar("_R")

_WORD: Final = 32


@dataclass(frozen=True, slots=True)
class Act:
    """Calls on one function of one contract, and what they rest on. `question` gives what is
    confirmed, read from the chain when it is asked; `refused` says that it cannot be done, and
    `next_step` what helps then.

    `stops`: it stops something, and made twice it does no more (see `decide`). `stands` asks
    whether the chain is as the act would make it, whoever made it so: then nothing is sent.
    `judged` are calls that the contract is asked about in place of these. `explain` says a refusal
    that was foreseen in words of its own.
    """

    calls: tuple[Call, ...]
    evidence: Evidence
    question: Callable[[], Text]
    refused: Text
    next_step: Text | None = None
    stops: bool = False
    stands: Callable[[], bool] | None = None
    judged: tuple[Call, ...] = ()
    explain: Callable[[Reverted], JP20Error] | None = None


@dataclass(frozen=True, slots=True)
class RowsAct(Generic[_R]):
    """The same on many rows, in calls of at most `size`: a row that the chain refuses is reported,
    and the others go through. `settled` are rows of which nothing is to be done. `refused` and
    `next_step` are what is said where a call would be refused whatever its rows are; None where
    that is left to the call itself.
    """

    rows: tuple[BatchRow[_R], ...]
    call_of: Callable[[Sequence[_R]], Call]
    evidence: Evidence
    question: Callable[[], Text]
    size: int = SMALL_BATCH
    stops: bool = False
    settled: tuple[RowOutcome, ...] = ()
    refused: Text | None = None
    next_step: Text | None = None

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of a request on all rows."""
        values = [row.value for row in self.rows]
        parts = (values[start : start + self.size] for start in range(0, len(values), self.size))
        return tuple(self.call_of(part) for part in parts)


class ActState(Enum):
    """Where an act stands under its case."""

    OPEN = "open"
    WAITING = "waiting"
    """Proposed, or carried out in part."""
    DONE = "done"


def state_of(session: Session, act: Act | RowsAct[Any]) -> ActState:
    """Where an act stands: by the Consortium, or where one key acts alone, by the outboxes of the
    session's folder. Raises NotInPolicy.
    """
    calls = act.calls
    if not calls or (isinstance(act, Act) and _stands(act)):
        return ActState.DONE
    if _is_direct(session, calls[0]):
        if act.stops:  # no outbox is asked: one that cannot be read holds nothing up
            return ActState.OPEN
        keys = [case_key(session, call, act.evidence) for call in calls]
        return ActState.DONE if all(map(session.executed, keys)) else ActState.OPEN
    request = prepare(session, calls, act.evidence).request
    done = executed_indices(session, request)
    if len(done) == len(calls):
        return ActState.DONE
    if done or standing(session, request).proposed_at:
        return ActState.WAITING
    return ActState.OPEN


def judge(session: Session, act: Act | RowsAct[Any]) -> None:
    """Raises WouldBeRefused, or what the act says instead, where the contract would refuse a call
    now; of rows, a call without any. What stops something is not held up by it, unless the act says
    so. Raises NotInPolicy.
    """
    explain = act.explain if isinstance(act, Act) else None
    if act.refused is None or not act.calls or (act.stops and explain is None):
        return
    for call in (act.call_of(()),) if isinstance(act, RowsAct) else act.judged or act.calls:
        refusal = _asked(session, call, act)
        if refusal is not None:
            if explain is not None:
                raise explain(refusal)
            raise would_be_refused(refusal, act.refused, act.next_step)


def would_be_refused(
    refusal: Reverted, what: Text, next_step: Text | None = None
) -> WouldBeRefused:
    """What is said of a refusal that was foreseen."""
    why = refusal.reason if isinstance(refusal, Refused) else refusal.why or refusal.what
    return WouldBeRefused(what, why, next_step)


@overload
def carry_out(session: Session, act: Act) -> Decided: ...


@overload
def carry_out(session: Session, act: RowsAct[Any]) -> Outcomes: ...


def carry_out(session: Session, act: Act | RowsAct[Any]) -> Decided | Outcomes:
    """Does it, as far as it is not done and as the keys of the session reach; see `decide` and
    `execute_batch`. Raises NoRows where there is neither a row nor a settled one.
    """
    if isinstance(act, Act):
        if _stands(act):
            return Decided(None, (), ())
        return decide(session, act.calls, act.evidence, stops=act.stops)
    if act.settled and not act.rows:
        return Outcomes((), act.settled)
    done = execute_batch(session, act.rows, act.call_of, act.evidence, act.size, stops=act.stops)
    return Outcomes(done.decided, (*act.settled, *done.rows))


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
    return _refusal(session, call, consortium, {consortium: {"stateDiff": changed}})


# Inside


def _stands(act: Act) -> bool:
    """Whether the chain is as the act would make it. What stops something is not held up by a node
    that cannot say.
    """
    if act.stands is None:
        return False
    try:
        return act.stands()
    except NodeFailure:
        if not act.stops:
            raise
    return False


def _asked(session: Session, call: Call, act: Act | RowsAct[Any]) -> Reverted | None:
    """Why a call would be refused, by a request or by the key that acts alone."""
    if not _is_direct(session, call):
        return simulate(session, call)
    key = acting_key(session, call, act.evidence)
    if key is None:
        return None
    return _refusal(session, direct_call(session, call, act.evidence), key.address)


def _refusal(
    session: Session, call: Call, sender: ChecksumAddress, *overrides: object
) -> Reverted | None:
    try:
        session.connection.rpc("eth_call", *eth_call(call, sender, None), *overrides)
    except NodeRefused as refusal:
        found = reverted(refusal, call)
        # A node that passes over the third parameter answers that the Consortium may not call.
        if isinstance(found, Reverted) and not isinstance(found, Unauthorized):
            return found
    return None


def _hex(word: int) -> str:
    return f"0x{word.to_bytes(_WORD, 'big').hex()}"


def _is_direct(session: Session, call: Call) -> bool:
    return required_rule(session.rule(call), session.function_of(call)).is_direct
