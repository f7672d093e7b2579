"""What is in a block is done once its block is final: until then the chain may replace it (G2)."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from jp20.chain.sending.outbox import Entry, State
from jp20.chain.sending.waiting import OutcomeUnknown
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.chain.sending.sender import Sender

STANDSTILL: Final = 45.0
"""Seconds without a new block after which finality is not waited for any more."""

_PAUSE: Final = 0.3

Waiting = Callable[[int, int], None]
"""Is told the highest block of what is not final, and from which block on that is final."""


class NotFinal(OutcomeUnknown):
    """Transactions are in blocks that are not final yet: they may still be undone."""

    def __init__(self, entries: Sequence[Entry], depth: int, head: int) -> None:
        super().__init__([entry.signed.hash for entry in entries], STANDSTILL, entries)
        highest = max(entry.block or 0 for entry in entries)
        self.what = Text(
            "{count} {count:transaction|transactions} {count:is|are} in blocks that "
            "are not final yet.",
            count=len(entries),
        )
        self.why = Text(
            "The last is in block {highest}, which is final from block {final} on; the newest "
            "is {head}, and for {seconds:.0f} seconds none has come.",
            highest=highest,
            final=highest + depth,
            head=head,
            seconds=STANDSTILL,
        )
        self.next_step = Text(
            "It is under way until then: jp20 status. Run the same again, or jp20 "
            "resume-sending: where the chain replaces the block, the same bytes are sent "
            "again."
        )


class Overturned(JP20Error):
    """The chain replaced the blocks of transactions that had been carried out, and in their new
    place they were not.
    """

    what = Text(
        "{count} {count:transaction|transactions} {count:was|were} carried out at first, "
        "and then {count:was|were} not: the chain replaced their blocks."
    )
    why = Text("The first is 0x{first}.")
    next_step = Text("Look at what is there now, then run the same again.")

    def __init__(self, entries: Sequence[Entry]) -> None:
        first = entries[0].signed.hash.hex()
        super().__init__(count=len(entries), first=first)
        self.entries = tuple(entries)


def wait_until_final(senders: Sequence["Sender"], waiting: Waiting | None = None) -> None:
    """Until all that the outboxes have in blocks is final; nothing is waited for where it is so
    already. Blocks that the chain replaces are followed: the same bytes come again.

    Raises NotFinal where no block comes any more, Overturned, and what `Sender.recover` raises.
    """
    watched = {sender: entries for sender in senders if (entries := _not_final(sender))}
    newest, since = -1, time.monotonic()
    told = False
    while True:
        for sender in watched:
            sender.recover()
        left = {sender: entries for sender in watched if (entries := _not_final(sender))}
        if not left:
            break
        connection = next(iter(left)).connection
        depth, head = connection.network.finality.depth, connection.block_number()
        entries = [entry for each in left.values() for entry in each]
        if not told and waiting is not None:
            highest = max(entry.block or 0 for entry in entries)
            waiting(highest, highest + depth)
            told = True
        if head != newest:
            newest, since = head, time.monotonic()
        elif time.monotonic() - since > STANDSTILL:
            raise NotFinal(entries, depth, head)
        time.sleep(_PAUSE)
    _require_as_it_was(watched)


def _not_final(sender: "Sender") -> list[Entry]:
    return [
        entry for place in sender.outbox.not_final() for entry in sender.outbox.in_block(*place)
    ]


def _require_as_it_was(watched: "dict[Sender, list[Entry]]") -> None:
    overturned = [
        now
        for sender, entries in watched.items()
        for was, now in zip(entries, sender.outbox.latest(entries), strict=True)
        if was.state is State.SUCCEEDED and now.state is not State.SUCCEEDED
    ]
    if overturned:
        raise Overturned(overturned)
