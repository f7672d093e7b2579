"""What is on its way: shown, brought to its end after a crash, and handed to a key that is on
another machine (G2, G13).
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.contracts.describe import describe
from jp20.chain.rpc.connection import Connection
from jp20.chain.sending.location import locate, present
from jp20.chain.sending.outbox import Entry as Entry
from jp20.chain.sending.outbox import OutboxView, outbox_file, outbox_files, view_outbox
from jp20.chain.sending.outbox import State as State
from jp20.chain.sending.sender import GAS_OF_NOTHING
from jp20.chain.signing.signers import OfflineSigner, Signer
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text, TextEnum
from jp20.domain.governance.requests import Call
from jp20.domain.transactions.transaction_file import AwaitingTransaction, SignedFile, UnsignedFile
from jp20.operations.session import Session

LONG: Final = 600.0
"""Seconds after which a transaction has been on its way for long."""


class Where(TextEnum):
    """Where an unfinished transaction is, by the outbox and by the node."""

    AWAITS_SIGNATURE = Text("waits to be signed")
    NOT_SENT = Text("signed, with no node")
    WITH_NODE = Text("with the node, in no block yet")
    LOST = Text("sent, and the node does not have it")
    IN_BLOCK = Text("in a block, not noted here yet")
    NOT_FINAL = Text("in a block that is not final yet")
    REPLACED = Text("its nonce was used by another")
    WITHDRAWN = Text("being cancelled; it may come yet")


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A transaction that is not done. `seconds` is for how long it has been under way; `final_from`
    is the block from which on its own is final, None where it is in none.
    """

    entry: Entry
    where: Where
    seconds: float
    final_from: int | None = None

    @property
    def is_long(self) -> bool:
        return self.seconds > LONG


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """What of a key is on its way, by nonce. `gap` is a nonce that nobody has used and that all of
    it waits for; None where there is none.
    """

    signer: ChecksumAddress
    file: Path
    under_way: tuple[UnderWay, ...]
    gap: int | None

    @property
    def advice(self) -> Text:
        """What to do about it."""
        if all(each.where is Where.AWAITS_SIGNATURE for each in self.under_way):
            return Text(
                "Run: jp20 tx export {signer} --out FILE; sign the file, then: jp20 tx send.",
                signer=self.signer,
            )
        if self.gap is not None:
            return Text(
                "Nonce {nonce} is missing: the next transaction of this key fills it, or: "
                "jp20 tx fill {signer}",
                nonce=self.gap,
                signer=self.signer,
            )
        if all(each.where is Where.NOT_FINAL for each in self.under_way):
            return _WAIT
        stuck = any(each.where is Where.WITH_NODE and each.is_long for each in self.under_way)
        return _LOOK if stuck else _RESUME


_LOOK: Final = Text(
    "The node has held it for long: does the chain make blocks, and does it accept this gas "
    "price? To give up a transaction: jp20 tx cancel NONCE"
)
_WAIT: Final = Text(
    "It is done when its block is final. Until then do not send it by other means; where the "
    "chain replaces the block, jp20 resume-sending (or any command with this key) sends the "
    "same again."
)
_RESUME: Final = Text("Where no jp20 is at work with this key, run: jp20 resume-sending")


class NothingToCancel(JP20Error):
    """No transaction with that nonce is on its way."""

    what = Text("No transaction of {signer} with nonce {nonce} is on its way.")
    why = Text("It is in a block by now, was never signed, or is another key's.")
    next_step = Text("See: jp20 status. What waits for a signature is given up with: jp20 tx drop")

    def __init__(self, signer: ChecksumAddress, nonce: int) -> None:
        super().__init__(signer=signer, nonce=nonce)


class NothingUnsigned(JP20Error):
    """No transaction of the key waits for a signature."""

    what = Text("No transaction of {signer} waits for a signature.")
    next_step = Text("Run the command that is to be signed first, with --offline.")

    def __init__(self, signer: ChecksumAddress) -> None:
        super().__init__(signer=signer)


class NotExported(JP20Error):
    """A signed file is not what waits for signatures here."""

    what = Text("The signed transaction with nonce {nonce} does not wait for a signature here.")
    why = Text("It is of another chain or key, was changed, or was given up meanwhile.")
    next_step = Text("Export and sign again: jp20 tx export. Nothing was sent.")

    def __init__(self, nonce: int) -> None:
        super().__init__(nonce=nonce)


# After a crash


def sending_status(connection: Connection, folder: Path) -> tuple[OutboxStatus, ...]:
    """The keys of which something is on its way on this chain. Looks only, also while another
    process sends. Raises NotThisOutbox, NodeFailure.
    """
    files = outbox_files(folder, connection.chain_id, connection.genesis)
    views = (view_outbox(file) for file in files)
    found = (_status(connection, view) for view in views if view.under_way)
    return tuple(each for each in found if each.under_way)


def noted(folder: Path, chain_id: int) -> list[OutboxView]:
    """What the outboxes of a chain say, where no node is to be had."""
    return [view_outbox(file) for file in sorted(folder.glob(f"{chain_id}-*.sqlite"))]


def resume_sending(session: Session) -> tuple[Entry, ...]:
    """Brings to its end what is on its way on this chain, of all keys of the session's outboxes:
    what was signed needs no key any more. Returns it as it is now; what is still live waits for a
    signature, or for a nonce (see `status`).

    Raises SignerBusy, OutcomeUnknown, SendingRefused, NodesBehind.
    """
    found: list[Entry] = []
    if session.outbox is None:
        return ()
    chain = session.connection
    for file in outbox_files(session.outbox, chain.chain_id, chain.genesis):
        view = view_outbox(file)
        if view.under_way:
            signer = session.signers.get(view.signer) or OfflineSigner(view.signer)
            sender = session.sender(signer)
            sender.recover()
            found += sender.outbox.latest(view.under_way)
    return tuple(found)


def on_its_way(session: Session, signer: Signer, nonce: int) -> Entry:
    """What a key has on its way with a nonce, in no block. Raises NothingToCancel, SignerBusy."""
    sender = session.sender(signer)
    sender.reconcile()
    for entry in sender.outbox.unfinished():
        if entry.nonce == nonce and not entry.withdrawn and entry.state is not State.INTENDED:
            found = locate(session.connection, signer.address, [entry])
            if found.known or found.missing:
                return entry
    raise NothingToCancel(signer.address, nonce)


def cancel_transaction(session: Session, signer: Signer, nonce: int) -> tuple[Entry, ...]:
    """Gives up what a key has on its way with a nonce: a transfer of nothing to the key itself
    takes the nonce, at the price of today. The first may come nevertheless; whichever does, the
    other never can. Returns both, as they are once one of them is in a block.

    Raises NothingToCancel, SignerBusy, AwaitingSignature, OutcomeUnknown, SendingRefused.
    """
    entry = on_its_way(session, signer, nonce)
    nothing = Call(signer.address, b"")
    label = f"cancel: {entry.label.removeprefix('cancel: ')}"
    return tuple(session.sender(signer).replace(entry, nothing, GAS_OF_NOTHING, label))


def missing_nonces(session: Session, signer: Signer) -> range:
    """The nonces that nobody used and that all that a key has on its way waits for. Raises
    SignerBusy.
    """
    return session.sender(signer).missing_nonces


def fill(session: Session, signer: Signer) -> int:
    """Uses them with transactions that do nothing, so that what waits for them comes; returns how
    many were made. Raises SignerBusy, GapTooWide, AwaitingSignature, OutcomeUnknown,
    SendingRefused.
    """
    return len(session.sender(signer).fill())


# A key on another machine


def export_unsigned(connection: Connection, folder: Path, signer: ChecksumAddress) -> UnsignedFile:
    """What of a key waits for its signature, to be carried to the machine that has it. Raises
    NothingToSign, NotThisOutbox.
    """
    file = outbox_file(folder, connection.chain_id, connection.genesis, signer)
    unfinished = view_outbox(file).unfinished if file.exists() else ()
    waiting = [entry for entry in unfinished if entry.state is State.INTENDED]
    if not waiting:
        raise NothingUnsigned(signer)
    unsigned = [entry.unsigned(connection.chain_id) for entry in waiting]
    return UnsignedFile(
        connection.chain_id,
        signer,
        tuple(
            AwaitingTransaction(entry.key, entry.label, describe(each), each)
            for entry, each in zip(waiting, unsigned, strict=True)
        ),
        connection.genesis,
    )


def send_signed(session: Session, file: SignedFile) -> tuple[Entry, ...]:
    """Takes signed transactions in, sends them and waits for their end; returns them as they are
    then. What was taken in before is waited for.

    Nothing is taken in where one is not, field by field, what waits for a signature, or where one
    with a lower nonce still does. Raises NotExported, SignerBusy, and what `Sender.recover` raises.
    """
    if file.chain_id != session.connection.chain_id:
        raise NotExported(file.transactions[0].transaction.nonce)
    sender = session.sender(OfflineSigner(file.address))
    outbox = sender.outbox
    known = outbox.last_of(each.key for each in file.transactions)
    new = []
    for each in file.transactions:
        entry = known.get(each.key)
        if entry is not None and entry.hash == each.signed.hash:
            continue
        if (
            entry is None
            or entry.state is not State.INTENDED
            or entry.unsigned(file.chain_id) != each.transaction
        ):
            raise NotExported(each.transaction.nonce)
        new.append((entry, each.signed))
    signed = {entry.id for entry, _ in new}
    highest = max((entry.nonce for entry, _ in new), default=-1)
    for entry in outbox.unfinished():
        if entry.state is State.INTENDED and entry.nonce < highest and entry.id not in signed:
            raise NotExported(highest)
    outbox.sign(new)
    sender.recover()
    return tuple(outbox.latest(known[each.key] for each in file.transactions))


def give_up_unsigned(session: Session, signer: ChecksumAddress) -> tuple[Entry, ...]:
    """Gives up what of a key waits for its signature; the nonces are free again. What was signed on
    the other machine meanwhile must not be sent. Raises SignerBusy.
    """
    outbox = session.sender(OfflineSigner(signer)).outbox
    waiting = [entry for entry in outbox.unfinished() if entry.state is State.INTENDED]
    return tuple(outbox.drop(waiting))


# Inside


def _status(connection: Connection, view: OutboxView) -> OutboxStatus:
    standing, replaced = _of_not_final(connection, view.not_final)
    asked = [entry for entry in view.unfinished if entry.state is not State.INTENDED]
    found = locate(connection, view.signer, [*replaced, *asked])
    where: dict[int, Where] = dict.fromkeys(standing, Where.NOT_FINAL)
    _put(where, (entry for entry, _ in found.included), Where.IN_BLOCK)
    _put(where, found.known, Where.WITH_NODE)
    _put(where, (each for each in found.known if each.withdrawn), Where.WITHDRAWN)
    _put(where, (*found.replaced, *found.contested), Where.REPLACED)
    _put(where, found.missing, Where.LOST)
    _put(where, (e for e in found.missing if e.state is State.SIGNED), Where.NOT_SENT)
    now = time.time()
    return OutboxStatus(
        view.signer,
        view.file,
        tuple(
            UnderWay(
                entry,
                where.get(entry.id, Where.AWAITS_SIGNATURE),
                max(0.0, now - entry.intended_at),
                standing.get(entry.id),
            )
            for entry in view.under_way
            if entry.id in where or entry.state is State.INTENDED
        ),
        _gap(connection, view.signer, [*found.known, *found.missing]),
    )


def _of_not_final(
    connection: Connection, entries: Sequence[Entry]
) -> tuple[dict[int, int], list[Entry]]:
    """Of entries in blocks that were not final: by id the block from which on they are, where they
    are not by now; and those whose block the chain does not have any more.
    """
    if not entries:
        return {}, []
    depth, final = connection.network.finality.depth, connection.final_block()
    hashes = present(connection, sorted({entry.block for entry in entries if entry.block}))
    standing, replaced = {}, []
    for entry in entries:
        if entry.block is None or hashes.get(entry.block) != entry.block_hash:
            replaced.append(entry)
        elif entry.block > final:
            standing[entry.id] = entry.block + depth
    return standing, replaced


def _put(where: dict[int, Where], entries: Iterable[Entry], place: Where) -> None:
    where.update((entry.id, place) for entry in entries)


def _gap(connection: Connection, signer: ChecksumAddress, waiting: Sequence[Entry]) -> int | None:
    if not waiting:
        return None
    count = connection.next_nonce(signer)
    return count if min(entry.nonce for entry in waiting) > count else None
