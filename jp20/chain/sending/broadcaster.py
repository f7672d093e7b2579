"""What a signer has on its way: handed over in order, a bounded window at a time, looked for in
every block, and handed over again, the same bytes, where the chain lost it.

The window slides: it is filled up as blocks come. It is bounded by number and by gas, so that a
node's pool holds it.
"""

import time
import warnings
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Final

from jp20.chain.rpc.blocks import KEPT, Blocks
from jp20.chain.rpc.connection import Connection, NodeRefused
from jp20.chain.rpc.node_errors import NodeFailure
from jp20.chain.rpc.receipts import Receipt, receipts_now
from jp20.chain.rpc.verdicts import another_has_its_nonce, is_definitive, said_by
from jp20.chain.sending.location import Located, check_not_final, locate
from jp20.chain.sending.outbox import Entry, Inclusion, Outbox, State
from jp20.chain.sending.waiting import OutcomeUnknown, pauses
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.ids import BlockHash, TxHash
from jp20.domain.base.text import Text

WINDOW: Final = 2_000
"""Transactions in flight at once."""

BATCH_SIZE: Final = 200
"""Transactions that are handed over in one request."""

BLOCKFULS: Final = 3
"""Gas in flight, in blocks: one is being filled while the next is sent. Where a node mines when it
is sent something, one: what does not fit would lie until it is sent more.
"""

QUIET_BLOCKS: Final = 3
"""Blocks without any of ours, after which the first are asked for by name."""

QUIET_SECONDS: Final = 2.0
"""And the time, where no block comes at all; twice as long every time."""

SAID_AFTER: Final = 4.0
"""Seconds of trouble after which it is said what is waited for."""

_LOOKED_UP_FIRST: Final = 10
"""Of what a node did not take, those that are looked for before the others are."""


class SendingRefused(JP20Error):
    """The node will not have a transaction (see `verdicts`). `kept`: it was handed over before, so
    that it may come nevertheless, and it still has its nonce.
    """

    what = Text("The node did not take the transaction.")

    def __init__(
        self, refusal: NodeRefused, nonce: int | None = None, *, kept: bool = False
    ) -> None:
        said = said_by(refusal)
        super().__init__(why=Text.verbatim(said), next_step=_advice(refusal, nonce, kept))
        self.nonce = nonce
        self.kept = kept
        if kept:
            self.exit_code = ExitCode.UNKNOWN


def _advice(refusal: NodeRefused, nonce: int | None, kept: bool) -> Text:
    if kept:
        return Text(
            "All that the key sends waits for it. Run: jp20 resume-sending, when the node "
            "takes it again; or give it up, with the price of today: jp20 tx cancel {nonce}",
            nonce=nonce,
        )
    if another_has_its_nonce(refusal):
        return Text(
            "Another program sends with this key: the node has a transaction of it with nonce "
            "{nonce}. Let only one use the key; then run the same again.",
            nonce=nonce,
        )
    return Text("Check the account's balance and nonce, and the network's gas price.")


@dataclass(frozen=True, slots=True)
class Ended:
    """An entry that came to an end: with its receipt where it is in a block, without where it was
    replaced.
    """

    entry: Entry
    receipt: Receipt | None


class Broadcaster:
    """The signed entries of one outbox between this process and the chain.

    After `patience` seconds in which nothing comes to an end it gives up waiting; the entries stay
    in the outbox as they are.
    """

    def __init__(
        self, connection: Connection, outbox: Outbox, blocks: Blocks, patience: float
    ) -> None:
        self._connection = connection
        self._outbox = outbox
        self._blocks = blocks
        self._patience = patience
        self._ready: list[Entry] = []  # by nonce
        self._waiting: dict[TxHash, Entry] = {}  # with a node, by hash
        self._gas = 0  # of what waits
        self._doubtful: set[TxHash] = set()  # may be with a node, though none has said so
        self._ended: list[Ended] = []
        self._reopened: list[Entry] = []
        self._next_block = 0
        self._looked: dict[
            int, BlockHash
        ] = {}  # hashes of the blocks that were looked through last
        self._reading: Future[dict[TxHash, Receipt]] | None = None
        self._window = WINDOW
        self._has_said = False
        self._held_at: tuple[int, float] | None = None  # block and time at which nothing was taken
        self._trouble: JP20Error | None = None
        self._answered: JP20Error | None = None  # what the node said of what it did not take last
        self._standing = connection.standing(outbox.signer)
        self._has_unfinal = connection.network.finality.depth > 0 and bool(outbox.not_final())
        self._since = self._ask_at = 0.0
        self._quiet_blocks = 0
        self._quiet_seconds = QUIET_SECONDS
        self._pauses = pauses()
        self.begin()

    @property
    def in_flight(self) -> int:
        """How many entries are on their way or ready to be handed over."""
        return len(self._ready) + len(self._waiting)

    @property
    def has_room(self) -> bool:
        """Whether it makes sense to sign more."""
        return not self._ready and len(self._waiting) < self._window and self._held_at is None

    def begin(self) -> None:
        """Time begins to run, and blocks are looked at from here on. What waits since earlier is
        asked for by name.
        """
        self._progress()
        self._recheck(self._waiting.values())
        newest = self._connection.block()
        self._next_block, self._gas_limit = newest.number + 1, newest.gas_limit
        self._looked = {newest.number: newest.hash}

    def add(self, entries: Iterable[Entry], *, doubtful: bool = False) -> None:
        """Takes signed entries. `doubtful`: an earlier process may have handed them over."""
        there = {entry.id for entry in (*self._ready, *self._waiting.values())}
        new = [entry for entry in entries if entry.id not in there]
        if not new:
            return
        self._ready = sorted([*self._ready, *new], key=lambda entry: entry.nonce)
        self._progress()
        if doubtful:
            self._recheck(new)

    def poll(self) -> list[Ended]:
        """Hands over what there is room for, looks at the blocks that came, and says what came to
        an end. Does not wait: `wait` does, where there is nothing else to do.

        Raises SendingRefused for what a node will not have, and OutcomeUnknown when patience is
        over.
        """
        try:
            self._after_changes()
            self._release()
            self._hand_over()
            self._look()
            self._trouble = None
        except (NodeFailure, NodeRefused) as failure:  # refused: a question, not a transaction
            self._recheck(self._waiting.values())
            self._reading = None
            self.wait(failure)
        ended, self._ended = self._ended, []
        if ended:
            self._progress()
        return ended

    def reopened(self) -> list[Entry]:
        """Those that had ended and are on their way again since this was asked last: their blocks
        were replaced.
        """
        reopened, self._reopened = self._reopened, []
        return reopened

    def wait(self, trouble: JP20Error | None = None) -> None:
        """Waits a moment. Raises OutcomeUnknown when patience is over, or the trouble itself where
        nothing is on its way.
        """
        self._trouble = trouble or self._trouble
        self._say_what_is_waited_for()
        if time.monotonic() - self._since > self._patience:
            because = self._trouble or self._answered
            under_way = [*self._waiting.values(), *self._ready]
            if not under_way and because is not None:
                raise because
            hashes = [entry.signed.hash for entry in under_way]
            raise OutcomeUnknown(
                hashes, self._patience, under_way, because, gap=self._gap(under_way)
            )
        pause = next(self._pauses)
        if self._reading is None:
            time.sleep(pause)
        else:
            wait([self._reading], pause)

    def _say_what_is_waited_for(self) -> None:
        """Once, where a trouble lasts: nothing else tells whoever waits why nothing goes on."""
        if self._trouble is None or self._has_said:
            return
        if time.monotonic() - self._since > SAID_AFTER:
            self._has_said = True
            what, seconds = self._trouble.what, self._patience
            warning = Text(
                "{what} Waiting for it, up to {seconds:.0f} seconds.", what=what, seconds=seconds
            )
            warnings.warn(str(warning), stacklevel=2)

    def _gap(self, under_way: Sequence[Entry]) -> int | None:
        """The nonce that nobody used and all wait for, as far as a node can be asked."""
        if not under_way:
            return None
        try:
            count = self._connection.next_nonce(self._outbox.signer)
        except (NodeFailure, NodeRefused):
            return None
        return count if count < min(entry.nonce for entry in under_way) else None

    # Handing over

    def _hand_over(self) -> None:
        while self._ready and self._held_at is None:
            part = self._fitting()
            if not part:
                return
            self._hand(part)

    def _hand(self, part: list[Entry]) -> None:
        doubted = {entry.signed.hash for entry in part} & self._doubtful
        asked = [entry for entry in part if entry.signed.hash in doubted]
        if asked:
            found = self._locate(asked)
            self._place(found)
            missing = {entry.id for entry in found.missing}
            part = [e for e in part if e.signed.hash not in doubted or e.id in missing]
        hashes = {entry.signed.hash for entry in part}
        self._doubtful |= hashes
        standing = self._connection.standing(self._outbox.signer)
        answers = self._connection.send_raw(
            [entry.signed.raw for entry in part], sender=self._outbox.signer, everywhere=bool(asked)
        )
        refusals = {
            entry.id: answer
            for entry, answer in zip(part, answers, strict=True)
            if answer is not None
        }
        taken = [entry for entry in part if entry.id not in refusals]
        if self._connection.standing(self._outbox.signer) != standing:
            doubted |= hashes  # another node may have taken what this one did not
        self._doubtful -= hashes - doubted
        self._taken(taken)
        if self._blocks.mines_on_send:
            self._include(receipts_now(self._connection, [e.signed.hash for e in taken]))
        if refusals:
            self._not_taken([e for e in part if e.id in refusals], refusals, doubted)

    def _fitting(self) -> list[Entry]:
        """The next that are handed over at once, in order."""
        blockfuls = 1 if self._blocks.mines_on_send else BLOCKFULS
        room = blockfuls * self._gas_limit - self._gas
        part: list[Entry] = []
        for entry in self._ready[:BATCH_SIZE]:
            room -= entry.gas
            first = not part and not self._waiting
            full = room < 0 or len(part) + len(self._waiting) >= self._window
            if full and not first:
                break
            part.append(entry)
        return part

    def _taken(self, entries: Sequence[Entry]) -> None:
        """A node has them."""
        self._unready(entries)
        for entry in self._handed(entries):
            self._waiting[entry.signed.hash] = entry
            self._doubtful.discard(entry.signed.hash)
            self._gas += entry.gas
        if entries:
            self._answered = None

    def _handed(self, entries: Sequence[Entry]) -> list[Entry]:
        """Notes that others have seen their bytes, and returns them as they are then."""
        new = [entry for entry in entries if entry.state is State.SIGNED]
        now = {entry.id: entry for entry in self._outbox.send(new)}
        return [now.get(entry.id, entry) for entry in entries]

    def _not_taken(
        self, entries: Sequence[Entry], answers: Mapping[int, NodeRefused], doubted: set[TxHash]
    ) -> None:
        """A node did not take them, or nobody knows: what the chain has of them comes first, then
        what the node has against the one whose turn it is.
        """
        refused = [each for each in entries if is_definitive(answers[each.id])]
        unknown = self._handed([each for each in entries if each not in refused])
        now = {entry.id: entry for entry in unknown}
        self._ready = [now.get(entry.id, entry) for entry in self._ready]
        entries = [now.get(entry.id, entry) for entry in entries]
        found = self._locate(entries[:_LOOKED_UP_FIRST])
        self._place(found)
        if found.is_there:
            self._place(self._locate(entries[_LOOKED_UP_FIRST:]))
            return
        first = next((each for each in found.missing if each.nonce == found.count), None)
        if first is None or first not in refused:
            self._hold(answers[(first or entries[0]).id])
            return
        kept = first.state is not State.SIGNED or first.signed.hash in doubted
        if kept and another_has_its_nonce(answers[first.id]):
            self._hold(answers[first.id])  # either of the two will come
            return
        if not kept:
            # Nobody has these: their nonces are free again.
            unsent = [
                e for e in self._ready if e.state is State.SIGNED and e.signed.hash not in doubted
            ]
            self._unready(unsent)
            self._outbox.drop(unsent)
        raise SendingRefused(answers[first.id], first.nonce, kept=kept)

    def _hold(self, answer: NodeRefused) -> None:
        """Hands over no more until a block comes or some time has passed, and then no more at once
        than what the node has now.
        """
        self._answered = answer
        self._held_at = self._blocks.newest(), time.monotonic()
        self._window = max(1, len(self._waiting))

    def _release(self) -> None:
        if self._held_at is not None:
            block, at = self._held_at
            if self._blocks.newest() > block or time.monotonic() > at + QUIET_SECONDS:
                self._held_at = None

    # Looking

    def _look(self) -> None:
        if not self._waiting and not self._has_unfinal:
            self._reading = None
            return
        newest = self._blocks.newest()
        came = newest >= self._next_block
        self._next_block = min(self._next_block, newest + 1)
        while self._read() and self._next_block <= newest:
            try:
                block = self._blocks.block(self._next_block)
            except LookupError:  # the chain became shorter a moment ago
                break
            if self._looked.get(block.number - 1, block.parent) != block.parent:
                # The one before was replaced: this one's may have more of ours.
                self._next_block -= 1
                del self._looked[self._next_block]
                continue
            self._looked[block.number] = block.hash
            self._looked.pop(block.number - KEPT, None)
            self._gas_limit = block.gas_limit
            mine = self._waiting.keys() & set(block.transactions)
            if mine:
                self._window = min(WINDOW, self._window + 1 + self._window // 8)
            self._quiet_blocks = 0 if mine else self._quiet_blocks + 1
            self._next_block += 1
            deploys = any(self._waiting[hash].call.is_creation for hash in mine)
            self._reading = self._blocks.receipts(block, mine, in_full=deploys)
        if came and self._has_unfinal:
            self._reopen(check_not_final(self._connection, self._outbox, self._blocks))
        if self._waiting and self._reading is None and self._is_quiet():
            self._ask()

    def _read(self) -> bool:
        """Notes what the receipts say that were asked for, if they are there; whether no more are
        to come.
        """
        if self._reading is not None and self._reading.done():
            receipts = self._reading.result()
            self._reading = None
            self._include({h: each for h, each in receipts.items() if h in self._waiting})
        return self._reading is None

    def _is_quiet(self) -> bool:
        return self._quiet_blocks >= QUIET_BLOCKS or time.monotonic() > self._ask_at

    def _ask(self) -> None:
        """Asks for those that wait by name, the first ones, and all where one of them is lost.
        Where one was in a block, that and those after it are looked through again.
        """
        self._quiet_blocks = 0
        self._quiet_seconds *= 2
        self._ask_at = time.monotonic() + self._quiet_seconds
        waiting = sorted(self._waiting.values(), key=lambda entry: entry.nonce)
        found = self._locate(waiting[:10])
        self._place(found)
        for _, receipt in found.included:
            self._next_block = min(self._next_block, receipt.block)
        self._looked = {n: hash for n, hash in self._looked.items() if n < self._next_block}
        if found.missing:
            self._recheck(found.missing)
            self._recheck(waiting[10:])

    def _after_changes(self) -> None:
        """The node was given up, and its pool with it: what waits is asked for at the next."""
        standing = self._connection.standing(self._outbox.signer)
        if standing != self._standing:
            self._standing = standing
            self._recheck(self._waiting.values())

    def _locate(self, entries: Sequence[Entry]) -> Located:
        return locate(self._connection, self._outbox.signer, entries, self._blocks)

    def _place(self, found: Located) -> None:
        """Puts entries where they were found to be."""
        self._include_found(found.included)
        self._taken([each for each in found.known if each.signed.hash not in self._waiting])
        self._taken([each for each in found.contested if each.signed.hash not in self._waiting])
        self._forget(found.replaced)
        self._ended += [Ended(entry, None) for entry in self._outbox.replace(found.replaced)]

    def _include(self, receipts: dict[TxHash, Receipt]) -> None:
        self._include_found([(self._waiting[hash], receipt) for hash, receipt in receipts.items()])

    def _include_found(self, found: Sequence[tuple[Entry, Receipt]]) -> None:
        if not found:
            return
        final = self._connection.network.finality.depth == 0
        self._has_unfinal = self._has_unfinal or not final
        self._forget([entry for entry, _ in found])
        entries = self._outbox.include(
            [
                Inclusion(entry, receipt.block, receipt.block_hash, receipt.succeeded)
                for entry, receipt in found
            ],
            final=final,
        )
        receipts = (receipt for _, receipt in found)
        self._ended += [Ended(*each) for each in zip(entries, receipts, strict=True)]

    def _reopen(self, entries: Sequence[Entry]) -> None:
        self._reopened += entries
        self.add(entries, doubtful=True)

    # Inside

    def _recheck(self, entries: Iterable[Entry]) -> None:
        """Has to be asked for before it is handed over again."""
        entries = list(entries)
        waiting = [entry for entry in entries if entry.signed.hash in self._waiting]
        self._forget(waiting)
        self._doubtful.update(entry.signed.hash for entry in entries)
        self._ready = sorted([*self._ready, *waiting], key=lambda entry: entry.nonce)

    def _forget(self, entries: Sequence[Entry]) -> None:
        self._unready(entries)
        for entry in entries:
            if self._waiting.pop(entry.signed.hash, None) is not None:
                self._gas -= entry.gas
            self._doubtful.discard(entry.signed.hash)

    def _unready(self, entries: Sequence[Entry]) -> None:
        gone = {entry.id for entry in entries}
        self._ready = [entry for entry in self._ready if entry.id not in gone]

    def _progress(self) -> None:
        self._since = time.monotonic()
        self._has_said = False
        self._pauses = pauses()
        self._quiet_blocks = 0
        self._quiet_seconds = QUIET_SECONDS
        self._ask_at = self._since + QUIET_SECONDS
