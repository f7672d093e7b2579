"""Waiting for the blocks that have what was sent."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from typing import Final

from jp20.chain.contracts.errors import Reverted
from jp20.chain.rpc.connection import Connection
from jp20.chain.rpc.receipts import Receipt, receipts_now
from jp20.chain.sending.outbox import Entry
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.ids import TxHash
from jp20.domain.base.text import Text

_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 0.1
_ASK_AFTER_SECONDS: Final = 2.0
_ASK_AFTER: Final = 3  # blocks; one that was looked through may have been replaced since


class OutcomeUnknown(JP20Error):
    """Transactions are on their way and in no block yet. They may still come: this is no failure.

    `hashes` are theirs; `entries` what the outbox has of them, where they came from one; `gap` is a
    nonce that nobody used and that all of them wait for. `outcomes` are those of others of the same
    calls, by key; `trouble` is what stood in the way last.
    """

    exit_code = ExitCode.UNKNOWN

    what = Text(
        "{count} {count:transaction|transactions} {count:is|are} in no block after "
        "{seconds:.0f} seconds."
    )

    def __init__(
        self,
        hashes: Collection[TxHash],
        seconds: float,
        entries: Collection[Entry] = (),
        trouble: JP20Error | None = None,
        *,
        gap: int | None = None,
    ) -> None:
        first = next(iter(hashes), None)
        said = [] if trouble is None else [trouble.what, *([trouble.why] if trouble.why else [])]
        if first is not None:
            hash = f"0x{first.hex()}"
            said.insert(0, Text("The first is {hash}.", hash=hash))
        super().__init__(
            why=Text.joined(each for each in said),
            next_step=_fill(gap) if gap is not None else _GO_ON if entries else _LOOK,
            count=len(hashes),
            seconds=seconds,
        )
        self.hashes = tuple(hashes)
        self.entries = tuple(entries)
        self.trouble = trouble
        self.outcomes: Mapping[bytes, Receipt | Reverted] = {}


_LOOK: Final = Text("They may still come. Look at the node before sending anything again.")
_GO_ON: Final = Text(
    "They may still come. Look at the node, then run the same again (or jp20 resume-sending): "
    "it goes on from here, and nothing is sent twice."
)


def _fill(gap: int) -> Text:
    return Text(
        "They wait for nonce {nonce}, which no transaction has. Run: jp20 tx fill; then run "
        "the same again. Nothing is sent twice.",
        nonce=gap,
    )


def wait_for_receipts(
    connection: Connection,
    hashes: Collection[TxHash],
    patience: float,
    pause: Callable[[float], None] = time.sleep,
) -> dict[TxHash, Receipt]:
    """The receipts of all, waiting for the blocks that have them. What is in no block that came is
    asked for by name after some blocks or, where none comes, some seconds. Raises OutcomeUnknown
    after `patience` seconds.
    """
    waiting = set(hashes)
    next_block = connection.block_number() + 1
    receipts = receipts_now(connection, waiting)
    waiting -= receipts.keys()
    ask_at, asked = next_block + _ASK_AFTER, time.monotonic()
    deadline = time.monotonic() + patience
    rests = pauses()
    while waiting:
        if time.monotonic() > deadline:
            raise OutcomeUnknown(waiting, patience)
        pause(next(rests))
        newest = connection.block_number()
        wanted: set[TxHash] = set()
        with suppress(LookupError):  # the chain became shorter a moment ago
            while next_block <= newest:
                wanted |= waiting.intersection(connection.block(next_block).transactions)
                next_block += 1
        if newest >= ask_at or time.monotonic() > asked + _ASK_AFTER_SECONDS:
            wanted, ask_at, asked = waiting, newest + _ASK_AFTER, time.monotonic()
        receipts |= receipts_now(connection, wanted)
        waiting -= receipts.keys()
    return receipts


def pauses() -> Iterator[float]:
    """Seconds between one look at the chain and the next: ever longer, up to a tenth."""
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 1.5, _LONGEST_PAUSE)
