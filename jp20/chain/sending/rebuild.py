"""An outbox that is damaged or gone, made again from what the chain has of its key (G2, G17).

Nothing is sent, and nothing is concluded from silence. What the key made, all of it, is read from
final blocks; what of the damaged file has its checksum is taken over; what was signed on another
machine comes from the file in which it was carried back. Where one of the node's, the file's and
the chain's words cannot be true beside the others, it is refused and everything stays as it was.

Crash-safe: the damaged file is copied before it is replaced, and a file beside it (`.rebuilding`)
names the copy. As long as that is there every command refuses the outbox but this one, which begins
from the copy.
"""

import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.rpc.connection import Connection, NodeRefused, block_tag, quantity
from jp20.chain.sending.nonces import Made, all_made
from jp20.chain.sending.outbox import (
    SCHEMA,
    UNNAMED,
    Entry,
    State,
    Whose,
    lock_of,
    make_outbox,
    outbox_file,
    rebuilding,
    to_disk,
    write_ahead,
)
from jp20.chain.sending.outbox_errors import usable
from jp20.chain.sending.salvage import Salvaged, salvage
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.governance.requests import Call
from jp20.domain.transactions.transactions import Unsigned


class OutboxIsSound(JP20Error):
    """There is nothing to be made again."""

    what = Text("The outbox {file} is sound.")
    why = Text("It is that of this key on this chain, and every entry has its checksum.")
    next_step = Text("Nothing was changed. What is under way: jp20 status")

    def __init__(self, file: Path) -> None:
        super().__init__(file=file)


class NotFinalYet(JP20Error):
    """Transactions of the key are in blocks that may still be replaced."""

    what = Text("The latest transactions of {signer} are in blocks that are not final yet.")
    next_step = Text("Wait for block {block:,} and run the same again. Nothing was changed.")

    def __init__(self, signer: ChecksumAddress, block: int) -> None:
        super().__init__(signer=signer, block=block)


class UnknownUnderWay(JP20Error):
    """The node has transactions of the key that are in no block, and that nobody here knows."""

    what = Text(
        "The node has {count} transactions of {signer} that are in no block and unknown here."
    )
    why = Text("They may still come. An outbox without them would have others made beside them.")
    next_step = Text(
        "Let nothing use the key, wait until they are in blocks, and run the same again. If they "
        "never come, use another key of the organisation and have this one revoked. Nothing was "
        "changed."
    )

    def __init__(self, signer: ChecksumAddress, count: int) -> None:
        super().__init__(signer=signer, count=count)


class SignedDiffers(JP20Error):
    """Two things claim one nonce: signed files, or a signed file and the damaged outbox."""

    what = Text("Nonce {nonce} of {signer} stands for two transactions.")
    why = Text("Signed files differ from one another, or from what is left of the outbox.")
    next_step = Text("Name only the signed files that belong to this outbox. Nothing was changed.")

    def __init__(self, signer: ChecksumAddress, nonce: int) -> None:
        super().__init__(signer=signer, nonce=nonce)


@dataclass(frozen=True, slots=True)
class SignedElsewhere:
    """A transaction as a signed file has it, under the key that the outbox had for it."""

    key: bytes
    hash: bytes
    transaction: Unsigned


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What the new outbox has, by nonce, and where the damaged file is kept; None where there was
    none. `lost`: so many entries of the damaged file could not be read, as far as it says.
    `superseded`: the nonces of signed transactions that can never come, since others have them.
    """

    file: Path
    entries: tuple[Entry, ...]
    lost: int
    superseded: tuple[int, ...]
    kept: Path | None = None

    @property
    def in_blocks(self) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.state.is_in_block)

    @property
    def under_way(self) -> tuple[Entry, ...]:
        """What was signed and is in no block: the next command with the key sends the same bytes
        again.
        """
        return tuple(e for e in self.entries if e.state in (State.SIGNED, State.SENT))

    @property
    def to_be_signed(self) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.state is State.INTENDED)


NameOf = Callable[[Call, int], tuple[bytes | None, str, bool]]
"""Of a call that the key made, and of how many equal ones before it: the key under which the outbox
had it, None where the chain does not say; what it is, for people; and whether it can be asked for
again without a key, so that it has to be recognised by what it says.
"""


def outbox_from_chain(
    connection: Connection,
    folder: Path,
    signer: ChecksumAddress,
    signed: Iterable[SignedElsewhere],
    name_of: NameOf,
) -> Rebuilt:
    """What the outbox would have. Changes nothing.

    Raises OutboxIsSound, NotFinalYet, UnknownUnderWay, SignedDiffers, TransactionsPruned,
    OutboxUnusable, NodeFailure.
    """
    file = outbox_file(folder, connection.chain_id, connection.genesis, signer)
    source = _source(file)
    left = Salvaged((), is_sound=False, rows=0)
    if source is not None:
        left = salvage(source, (SCHEMA, connection.chain_id, connection.genesis, signer, 0))
        if left.is_sound and source == file:
            raise OutboxIsSound(file)
    latest = _final_count(connection, signer)
    live = [entry for entry in left.entries if _can_come(entry, latest)]
    _require_known(connection, signer, latest, live)
    made = all_made(connection, signer, connection.final_block())
    elsewhere = _by_nonce(signer, signed, live)
    entries = [
        *_made_entries(made, left.entries, elsewhere, name_of),
        *(_alive(entry) for entry in live),
        *(
            _waiting(each, connection.block_number())
            for nonce, each in elsewhere.items()
            if nonce >= latest and nonce not in {entry.nonce for entry in live}
        ),
    ]
    hashes = {each.signed.hash for each in made if each.signed is not None}
    return Rebuilt(
        file,
        tuple(_numbered(entries)),
        max(0, left.rows - len(left.entries)),
        tuple(sorted(n for n, each in elsewhere.items() if n < latest and each.hash not in hashes)),
    )


def replace_outbox(
    connection: Connection,
    folder: Path,
    signer: ChecksumAddress,
    signed: Sequence[SignedElsewhere],
    name_of: NameOf,
    *,
    development: bool,
) -> Rebuilt:
    """Makes the outbox again; the damaged file is kept beside it. `development`: see `open_outbox`.

    Raises SignerBusy, and what `outbox_from_chain` raises; then everything is as it was.
    """
    file = outbox_file(folder, connection.chain_id, connection.genesis, signer)
    lock = lock_of(file, signer)
    try:
        planned = outbox_from_chain(connection, folder, signer, signed, name_of)
        whose: Whose = (
            *(SCHEMA, connection.chain_id, connection.genesis, signer),
            int(development),
        )
        with usable(file):
            kept = _put_in_place(file, whose, planned.entries)
        return replace(planned, kept=kept)
    finally:
        lock.release()


# The files

_NONE: Final = "-"


def _source(file: Path) -> Path | None:
    """What is read: the copy where an earlier run was interrupted, else the outbox; None where
    there is none.
    """
    if rebuilding(file).exists():
        named = rebuilding(file).read_text("utf-8")
        return None if named == _NONE else file.with_name(named)
    return file if file.exists() else None


def _put_in_place(file: Path, whose: Whose, entries: Sequence[Entry]) -> Path | None:
    """Keeps what is there under another name, and makes the new outbox."""
    mark = rebuilding(file)
    if not mark.exists():
        kept = _copied(file) if file.exists() else None
        written = mark.with_suffix(".mark")
        written.write_text(_NONE if kept is None else kept.name, "utf-8")
        to_disk(written)
        written.replace(mark)
        to_disk(file.parent)
    kept = _source(file)
    for each in (write_ahead(file), file.with_name(f"{file.name}-shm")):
        each.unlink(missing_ok=True)
    make_outbox(file, whose, entries)
    mark.unlink()
    to_disk(file.parent)
    return kept


def _copied(file: Path) -> Path:
    """A copy under a name that no file has, and that no outbox has."""
    copy = next(
        each
        for number in count(1)
        if not (each := file.with_name(f"{file.stem}-damaged-{number}.kept")).exists()
    )
    for each, to in ((write_ahead(file), write_ahead(copy)), (file, copy)):
        if each.exists():
            part = to.with_name(f"{to.name}.part")
            shutil.copyfile(each, part)
            to_disk(part)
            part.replace(to)
    to_disk(file.parent)
    return copy


# The entries


def _final_count(connection: Connection, signer: ChecksumAddress) -> int:
    """How many transactions of the key are in blocks, all of them final. Raises NotFinalYet."""
    final, latest = connection.batch(
        ("eth_getTransactionCount", (signer, tag))
        for tag in (block_tag(connection.final_block()), "latest")
    )
    for answer in (final, latest):
        if isinstance(answer, NodeRefused):
            raise answer
    if quantity(final) < quantity(latest):
        depth = connection.network.finality.depth
        raise NotFinalYet(signer, connection.block_number() + depth)
    return quantity(latest)


def _can_come(entry: Entry, latest: int) -> bool:
    """Whether an entry of the damaged file may still come, or waits to be signed: its nonce is not
    used, and nobody gave it up.
    """
    over = (State.REPLACED, State.DROPPED, State.UNDONE)
    return entry.nonce >= latest and entry.state not in over


def _require_known(
    connection: Connection, signer: ChecksumAddress, latest: int, live: Sequence[Entry]
) -> None:
    """Raises UnknownUnderWay where more of the key waits at the node than is known here."""
    pending = connection.next_nonce(signer)
    held = {entry.nonce for entry in live if entry.hash is not None}
    unknown = set(range(latest, pending)) - held
    if unknown:
        raise UnknownUnderWay(signer, len(unknown))


def _by_nonce(
    signer: ChecksumAddress, signed: Iterable[SignedElsewhere], live: Sequence[Entry]
) -> dict[int, SignedElsewhere]:
    """What was signed elsewhere. Raises SignedDiffers."""
    found: dict[int, SignedElsewhere] = {}
    for each in signed:
        nonce = each.transaction.nonce
        if found.setdefault(nonce, each) != each:
            raise SignedDiffers(signer, nonce)
    for entry in live:
        other = found.get(entry.nonce)
        if other is None or entry.withdrawn:
            continue
        if entry.key != other.key or entry.hash not in (None, other.hash):
            raise SignedDiffers(signer, entry.nonce)
    return found


def _made_entries(
    made: Iterable[Made],
    left: Sequence[Entry],
    elsewhere: Mapping[int, SignedElsewhere],
    name_of: NameOf,
) -> Iterable[Entry]:
    """Of each transaction that JP20 can have made: as the file has it, where it has it; else under
    the key that a signed file or the call itself says.
    """
    known = {entry.hash: entry for entry in left if entry.hash is not None}
    equal: dict[Call, int] = {}
    for each in made:
        before = equal.get(each.call, 0)
        equal[each.call] = before + 1
        if each.signed is None:
            continue
        state = State.SUCCEEDED if each.succeeded else State.FAILED
        there = known.get(each.signed.hash)
        if there is not None:
            yield replace(
                there,
                state=state,
                block=each.block,
                block_hash=each.block_hash,
                withdrawn=False,
            )
            continue
        key, label, by_call = name_of(each.call, before)
        file = elsewhere.get(each.nonce)
        if file is not None and file.hash == each.signed.hash:
            key, by_call = file.key, False
        yield Entry(
            0,
            key or UNNAMED + secrets.token_bytes(24),
            1,
            label,
            each.call,
            each.nonce,
            each.gas,
            each.gas_price,
            state,
            float(each.time),
            float(each.time),
            each.signed.raw,
            each.signed.hash,
            each.block,
            each.block_hash,
            max(0, each.block - 1),
            acknowledged=not by_call,
        )


def _alive(entry: Entry) -> Entry:
    """What may still come, as it is to be gone on with."""
    if not entry.state.is_in_block:
        return entry
    return replace(entry, state=State.SENT, block=None, block_hash=None)


def _waiting(each: SignedElsewhere, newest: int) -> Entry:
    """What was signed elsewhere and is in no block: it waits, as before it was carried back."""
    unsigned = each.transaction
    call = Call(unsigned.to or ZERO_ADDRESS, unsigned.data)
    now = time.time()
    return Entry(
        0,
        each.key,
        1,
        Text("signed elsewhere").en,
        call,
        unsigned.nonce,
        unsigned.gas,
        unsigned.gas_price,
        State.INTENDED,
        now,
        now,
        after=newest,
    )


def _numbered(entries: Iterable[Entry]) -> Iterable[Entry]:
    """By nonce, with ids and with the attempts of each key counted."""
    attempts: dict[bytes, int] = {}
    by_nonce = sorted(entries, key=lambda entry: (entry.nonce, entry.id))
    for number, entry in enumerate(by_nonce, 1):
        attempts[entry.key] = attempts.get(entry.key, 0) + 1
        yield replace(entry, id=number, attempt=attempts[entry.key])
