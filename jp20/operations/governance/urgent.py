"""What stops something is sent at once, by whichever key comes through (G12).

A halt, a pause, a freeze, a suspension, each with one key: nothing that any key has under way may
hold it up. To be made twice does no more than to be made once, so that it need not be known what
became of a first attempt before a second key makes another.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from jp20.chain.contracts.errors import Reverted
from jp20.chain.rpc.node_errors import NodesBehind
from jp20.chain.rpc.pruned import TransactionsPruned
from jp20.chain.rpc.receipts import Receipt
from jp20.chain.sending.location import locate
from jp20.chain.sending.outbox import Entry, OutboxUnfit, SignerBusy, State
from jp20.chain.sending.sender import NonceTaken, NonceUnexplained, Sender, SendingRefused
from jp20.chain.sending.waiting import OutcomeUnknown
from jp20.chain.signing.signers import Signer
from jp20.domain.base.errors import JP20Error
from jp20.domain.governance.requests import Call
from jp20.operations.session import Session

MOMENT: Final = 5.0
"""Seconds for what a key has under way to come, or for another process to be done with the key."""

_PAUSE: Final = 0.1

_IN_THE_WAY: Final = (
    NodesBehind,
    NonceTaken,
    NonceUnexplained,
    OutboxUnfit,
    OutcomeUnknown,
    SendingRefused,
    SignerBusy,
    TransactionsPruned,
)

Results = list[Receipt | Reverted]


def send_urgent(
    session: Session, signers: Sequence[Signer], calls: Mapping[Call, str]
) -> tuple[Signer, Results]:
    """Makes calls that stop something, each with its label, and says whose key came through: the
    keys that have nothing under way are tried first; then the others, where what stands in the way
    is waited for a moment, and then withdrawn in favour of the first call; at last, without an
    outbox, keys whose outbox another process has or that cannot be written.

    Where it is not known whether the node took a call, the next key is tried after a moment: to be
    made twice does no more. Raises what stood in the way of the first where none comes through.
    """
    failures: list[JP20Error] = []
    held_up = [signer for signer in signers if session.is_held_up(signer.address)]
    for signer in signers:
        if signer not in held_up:
            try:
                patience = None if signer is signers[-1] else MOMENT
                return signer, _sent(session.sender(signer), calls, patience)
            except _IN_THE_WAY as failure:
                failures.append(failure)
    unopened: list[Signer] = []
    for signer in signers:
        try:
            return signer, _overtaking(_opened(session, signer), calls)
        except (SignerBusy, OutboxUnfit) as failure:
            unopened.append(signer)
            failures.append(failure)
        except _IN_THE_WAY as failure:
            failures.append(failure)
    for signer in unopened:
        try:
            return signer, _sent(session.sender_without_outbox(signer), calls)
        except _IN_THE_WAY as failure:
            failures.append(failure)
    raise failures[0]


def _opened(session: Session, signer: Signer) -> Sender:
    """Raises SignerBusy where another process goes on sending with the key."""
    until = time.monotonic() + MOMENT
    while True:
        try:
            return session.sender(signer)
        except SignerBusy:
            if time.monotonic() > until:
                raise
        time.sleep(_PAUSE)


def _sent(sender: Sender, calls: Mapping[Call, str], patience: float | None = None) -> Results:
    return sender.send_all(list(calls), labels=list(calls.values()), patience=patience)


def _overtaking(sender: Sender, calls: Mapping[Call, str]) -> Results:
    """The same where something of the key may stand in the way."""
    sender.reconcile()
    try:
        sender.drain(MOMENT)
    except (OutcomeUnknown, SendingRefused):
        stuck = _first_stuck(sender)
        if stuck is None or stuck.call in calls:
            raise
        first, *others = calls
        (gas,) = sender.preflight([first])
        if isinstance(gas, int):
            made = sender.replace(stuck, first, gas, calls[first])[1]
            if made.state.is_in_block:
                (receipt,) = sender.receipts([made]).values()
                rest = {call: calls[call] for call in others}
                return [sender.outcome(first, receipt), *(_sent(sender, rest) if rest else ())]
    return _sent(sender, calls)


def _first_stuck(sender: Sender) -> Entry | None:
    """What all else of the key waits for: handed over, and in no block."""
    signed = [e for e in sender.outbox.unfinished() if e.state is not State.INTENDED]
    found = locate(sender.connection, sender.signer.address, signed)
    waiting = [each for each in (*found.known, *found.missing) if not each.withdrawn]
    return next((each for each in waiting if each.nonce == found.count), None)
