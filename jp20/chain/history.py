"""The past of the platform's contracts, read from a node (G15).

It answers what `jp20.register.history.History` asks. Events are read from the node once, and
afterwards only the blocks that came since.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from heapq import merge
from typing import Final, Protocol

from eth_typing import ChecksumAddress

from jp20.chain.contracts.events import EventDecoder, Topic, read_events
from jp20.chain.rpc.connection import Block, Connection
from jp20.domain.base.ids import CaseId, RequestId, TxHash
from jp20.domain.register.events import (
    ActedDirectly,
    CallExecuted,
    Event,
    LoggedEvent,
    RequestProposed,
)
from jp20.domain.register.journal import Journal
from jp20.domain.register.ledger import Place
from jp20.domain.register.movements import Movement


@dataclass(slots=True)
class _Read:
    """What was read of a contract, all or by topics, up to a block by number and hash."""

    upto: int
    hash: bytes
    events: list[LoggedEvent[Event]] = field(default_factory=list)


class KeptPast(Protocol):
    """A store that has followed the chain for a while."""

    def past(
        self, address: ChecksumAddress
    ) -> tuple[int, bytes, tuple[LoggedEvent[Event], ...]] | None:
        """All events of a contract up to a block, and that block's number and hash; None where it
        has none of that contract.
        """
        ...


class ChainHistory:
    """Reads the node. `first` is the block with which the past begins; `decoder` gives how a
    contract's logs are read. What `kept` has of a past that is still the chain's is not read.

    What was read is read again from the beginning where the chain does not have any more the block
    up to which it was read.
    """

    def __init__(
        self,
        connection: Connection,
        first: int,
        decoder: Callable[[ChecksumAddress], EventDecoder],
        kept: KeptPast | None = None,
    ) -> None:
        self._kept: Final = kept
        self._connection: Final = connection
        self._first: Final = first
        self._decoder: Final = decoder
        self._read: Final[dict[tuple[ChecksumAddress, tuple[Topic, ...]], _Read]] = {}

    def events(
        self, address: ChecksumAddress, last: int | None = None
    ) -> tuple[LoggedEvent[Event], ...]:
        return self._events(address, (), last)

    def proposals(
        self,
        consortium: ChecksumAddress,
        case_id: CaseId | None = None,
        request: RequestId | None = None,
    ) -> tuple[LoggedEvent[RequestProposed], ...]:
        """The node finds those that are asked for, so that other people's are not even read."""
        found = (
            self.events(consortium)
            if (case_id, request) == (None, None)
            else self._found(consortium, RequestProposed, request, case_id)
        )
        return tuple(
            LoggedEvent(logged.event, logged.emitter, logged.at)
            for logged in found
            if isinstance(logged.event, RequestProposed)
            and case_id in (None, logged.event.case_id)
            and request in (None, logged.event.id)
        )

    def executions(
        self, consortium: ChecksumAddress, requests: Collection[RequestId]
    ) -> tuple[LoggedEvent[CallExecuted], ...]:
        if not requests:
            return ()
        found = self._found(consortium, CallExecuted, tuple(sorted(requests)))
        return tuple(
            LoggedEvent(logged.event, logged.emitter, logged.at)
            for logged in found
            if isinstance(logged.event, CallExecuted) and logged.event.id in requests
        )

    def journal(self, addresses: Iterable[ChecksumAddress], last: int | None = None) -> Journal:
        upto = self._connection.block_number() if last is None else last
        each_one = [self.events(address, upto) for address in addresses]
        found = Journal()
        found.follow(merge(*each_one, key=_place))
        return found

    def movements(
        self, token: ChecksumAddress, consortium: ChecksumAddress, transaction: TxHash
    ) -> tuple[Movement, ...]:
        """Of the Consortium's events only those of the requests that the transaction executed are
        read, so that it costs the same whatever others do.
        """
        there = (each.at.block for each in self.events(token) if each.at.transaction == transaction)
        block = next(there, None)
        if block is None:
            return ()
        decoder = self._decoder(consortium)
        found = read_events(self._connection, consortium, decoder, block, block)
        decided = [each for each in found if each.at.transaction == transaction]
        acts = [each for each in decided if isinstance(each.event, ActedDirectly)]
        ids = {each.event.id for each in decided if isinstance(each.event, CallExecuted)}
        asked = self._events(consortium, (None, tuple(sorted(ids))), block) if ids else ()
        journal = Journal()
        journal.follow(merge(self.events(token, block), asked, acts, key=_place))
        return tuple(
            each.movement
            for each in journal.entries
            if each.logged.at.transaction == transaction and isinstance(each.movement, Movement)
        )

    def _found(
        self, address: ChecksumAddress, kind: type, *topics: Topic
    ) -> tuple[LoggedEvent[Event], ...]:
        """What a node finds by topics, and possibly more where the contract was read already."""
        if (address, ()) in self._read:
            return self.events(address)
        return self._events(address, (self._decoder(address).topic(kind), *topics), None)

    def _events(
        self, address: ChecksumAddress, topics: tuple[Topic, ...], last: int | None
    ) -> tuple[LoggedEvent[Event], ...]:
        newest = self._connection.block(last)
        read = self._read.get((address, topics))
        if read is None and not topics:
            read = self._from_kept(address)
        if read is None or not self._stands(read, newest):
            read = _Read(self._first - 1, b"")
        self._read[address, topics] = read
        if read.upto < newest.number:
            decoder, first = self._decoder(address), read.upto + 1
            found = read_events(self._connection, address, decoder, first, newest.number, topics)
            read.events += found
            read.upto, read.hash = newest.number, newest.hash
        if read.upto == newest.number:
            return tuple(read.events)
        end = bisect_right(read.events, newest.number, key=lambda entry: entry.at.block)
        return tuple(read.events[:end])

    def _from_kept(self, address: ChecksumAddress) -> _Read | None:
        kept = None if self._kept is None else self._kept.past(address)
        if kept is None:
            return None
        upto, hash, events = kept
        return _Read(upto, hash, list(events))

    def _stands(self, read: _Read, newest: Block) -> bool:
        """Whether a block is still on the chain, of which `newest` was just read."""
        if read.upto == newest.number:
            return read.hash == newest.hash
        try:
            return self._connection.block(read.upto).hash == read.hash
        except LookupError:
            return False


def _place(logged: LoggedEvent[Event]) -> Place:
    return (logged.at.block, logged.at.log)
