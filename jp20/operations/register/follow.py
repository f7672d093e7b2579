"""The index follows the chain: read in windows, folded, stored; taken back where the chain gave up
its last blocks (G15, G25).
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.chain.contracts.events import (
    EventDecoder,
    consortium_events,
    plain_transfers,
    platform_events,
    settlement_events,
    token_events,
)
from jp20.chain.rpc.connection import Block, Connection, octets, quantity
from jp20.chain.rpc.log_windows import LogWindow, LogWindows, first_log, read_window
from jp20.domain.base.addresses import parse_address
from jp20.domain.base.at import At
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import BlockHash, TxHash
from jp20.domain.base.text import Text
from jp20.domain.governance.deployment import Deployment
from jp20.domain.register.events import Event, LoggedEvent, TargetRegistered, TokenCreated
from jp20.domain.register.plain_transfers import PlainTransfers
from jp20.register.by_ledger import Header
from jp20.register.index.values import Identity, Stretch, Watched, WatchedContract
from jp20.register.index.writer import IndexWriter

_DECODERS: Final[Mapping[Watched, Callable[[], EventDecoder]]] = {
    Watched.CONSORTIUM: consortium_events,
    Watched.PLATFORM: platform_events,
    Watched.TOKEN: token_events,
    Watched.SETTLEMENT: settlement_events,
}


class OtherRegister(JP20Error):
    """The index is of another Consortium or of another chain."""

    what = Text("The index is of Consortium {theirs}, not of {ours}, or of another chain.")
    next_step = Text("Name another database for it in jp20.toml, or make it again: {command}")

    def __init__(self, theirs: ChecksumAddress, ours: ChecksumAddress) -> None:
        super().__init__(theirs=theirs, ours=ours, command="jp20 index rebuild")


class FinalBlockGivenUp(JP20Error):
    """The chain has another block where the index has one that counted as final."""

    what = Text("Block {number} was final, and the chain has another one now.")
    why = Text("The index has 0x{ours}, the node 0x{theirs}.")
    next_step = Text(
        "Ask the other members which one they have, and check the node: jp20 network check. Only "
        "then make the index again from this node: {command}"
    )

    def __init__(self, number: int, ours: bytes, theirs: bytes) -> None:
        super().__init__(
            number=number, ours=ours.hex(), theirs=theirs.hex(), command="jp20 index rebuild"
        )


class WindowChanged(JP20Error):
    """The blocks of a window were replaced while it was read, again and again."""

    what = Text("The blocks from {first} on change while they are read.")
    next_step = Text("Check that the nodes agree: jp20 network check")

    def __init__(self, first: int) -> None:
        super().__init__(first=first)


@dataclass(frozen=True, slots=True)
class FollowProgress:
    """Up to where an index reads, and where the chain is. `taken_back` counts the blocks that the
    chain gave up; `behind`: the node has less than the index.
    """

    block: int
    head: int
    events: int = 0
    taken_back: int = 0
    behind: bool = False


class Follower:
    """Brings an index up to the chain's newest block. `told` is called after each stretch."""

    def __init__(
        self,
        connection: Connection,
        deployment: Deployment,
        writer: IndexWriter,
        told: Callable[[FollowProgress], None] = lambda progress: None,
    ) -> None:
        self._connection: Final = connection
        self._writer: Final = writer
        self._told: Final = told
        self._windows: Final = LogWindows(connection)
        consortium = deployment.consortium
        self._identity: Final = Identity(
            connection.chain_id, connection.genesis, consortium.address, consortium.block
        )
        known = writer.identity()
        if known is None:
            writer.found(self._identity)
        elif known != self._identity:
            raise OtherRegister(known.consortium, self._identity.consortium)
        self._last = writer.last()
        self._contracts = writer.contracts()

    def follow(self, is_over: Callable[[], bool] = lambda: False) -> FollowProgress:
        """Once up to the block that is the newest now, or until `is_over`. Raises
        FinalBlockGivenUp, BrokenRegister, WindowChanged, and what a node's failure is.
        """
        head = self._connection.block_number()
        final = self._connection.network.finality.final_block(head)
        taken_back = events = tries = 0
        if self._last is not None and head < self._last.number:
            return FollowProgress(self._last.number, head, behind=True)
        if self._last is not None:
            taken_back = self._take_back()
        while self._next <= head and not is_over():
            with _collecting_later():
                window = self._windows.read(self._next, head, list(self._contracts))
                if self._last is not None and window.first.parent != self._last.hash:
                    taken_back += self._take_back()
                    tries += 1
                else:
                    done = self._append(window, min(final, window.last.number))
                    tries = 0 if done is not None else tries + 1
                    events += done or 0
                del window
            if tries > _TRIES:
                raise WindowChanged(self._next)
            self._told(FollowProgress(self._next - 1, head, events, taken_back))
        return FollowProgress(self._next - 1, head, events, taken_back)

    # Inside

    @property
    def _next(self) -> int:
        return self._identity.first if self._last is None else self._last.number + 1

    def _append(self, window: LogWindow, final: int) -> int | None:
        """How many events were stored; None where the chain changed meanwhile, or the index had to
        go back for a contract that is new to it.
        """
        found, logs = self._discover(window)
        if logs is None:
            return None
        heads = self._heads(window, final)
        if heads is None:
            return None
        blocks = self._blocks(logs, heads)
        if blocks is None:
            return None
        transactions = self._transactions(logs, blocks, {**self._contracts, **_kinds(found)})
        last = _header(window.last)
        stretch = Stretch(
            last, final, blocks, transactions, [_header(each) for each in heads], found
        )
        self._writer.append(stretch)
        self._last = last
        self._contracts.update(_kinds(found))
        return len(logs)

    def _discover(
        self, window: LogWindow
    ) -> tuple[Sequence[WatchedContract], Sequence[Mapping[str, Any]] | None]:
        """The contracts that the Consortium registered in a window, and the logs with theirs.
        None for logs where one of them spoke before: the index goes back to there.
        """
        found = self._registered(window.logs)
        if not found:
            return (), window.logs
        addresses = [each.address for each in found]
        first, last = window.first.number, window.last.number
        more = read_window(self._connection, first, last, addresses)
        if more.last.hash != window.last.hash:
            return (), None
        logs = sorted([*window.logs, *more.logs], key=_place)
        created = self._created(logs, _kinds(found))
        older = [each for each in addresses if each not in created]
        start = (
            first_log(self._connection, self._identity.first, first - 1, older) if older else None
        )
        if start is None:
            return found, logs
        before = _header(self._connection.block(start - 1))
        self._writer.back_to(before, found)
        self._last = before
        self._contracts.update(_kinds(found))
        return (), None

    def _registered(self, logs: Iterable[Mapping[str, Any]]) -> list[WatchedContract]:
        decoder = consortium_events()
        topic = f"0x{decoder.topic(TargetRegistered).hex()}"
        consortium = self._identity.consortium.lower()
        found: dict[ChecksumAddress, WatchedContract] = {}
        for log in logs:
            topics = log["topics"]
            if topics and topics[0] == topic and log["address"].lower() == consortium:
                event = decoder.decode_found(log)
                if not isinstance(event, TargetRegistered) or event.target in self._contracts:
                    continue
                kind, block = Watched(event.kind), quantity(log["blockNumber"])
                found.setdefault(event.target, WatchedContract(event.target, kind, block))
        return list(found.values())

    def _created(
        self, logs: Iterable[Mapping[str, Any]], found: Mapping[ChecksumAddress, Watched]
    ) -> set[ChecksumAddress]:
        """The tokens that a platform made in these logs: before that they did not exist."""
        decoder, contracts = platform_events(), {**self._contracts, **found}
        topic = f"0x{decoder.topic(TokenCreated).hex()}"
        created = set()
        for log in logs:
            if (
                log["topics"][:1] == [topic]
                and contracts.get(parse_address(log["address"])) is Watched.PLATFORM
            ):
                event = decoder.decode_found(log)
                if isinstance(event, TokenCreated):
                    created.add(event.token)
        return created

    def _heads(self, window: LogWindow, final: int) -> list[Block] | None:
        """The final block and those after it, as far as they are in the window; None where they do
        not follow one another.
        """
        first, last = max(window.first.number, final), window.last.number
        if first > last:
            return []
        blocks = self._connection.blocks(range(first, last + 1))
        follows = all(later.parent == before.hash for before, later in pairwise(blocks))
        begins = first > window.first.number or blocks[0].hash == window.first.hash
        is_one = follows and begins and blocks[-1].hash == window.last.hash
        return blocks if is_one else None

    def _blocks(
        self, logs: Iterable[Mapping[str, Any]], heads: Iterable[Block]
    ) -> dict[int, Header] | None:
        """The blocks of some logs; None where one of them is not the chain's any more."""
        known = {each.number: _header(each) for each in heads}
        blocks: dict[int, Header] = {}
        seen: dict[str, Mapping[str, Any]] = {}
        for log in logs:
            seen.setdefault(log["blockHash"], log)
        untimed = [
            number
            for log in seen.values()
            if (number := quantity(log["blockNumber"])) not in known
            and log.get("blockTimestamp") is None
        ]
        if untimed:
            known |= {each.number: _header(each) for each in self._connection.blocks(untimed)}
        for hash, log in seen.items():
            number = quantity(log["blockNumber"])
            header = known.get(number)
            if header is None:
                header = Header(number, BlockHash(octets(hash)), quantity(log["blockTimestamp"]))
            if header.hash != octets(hash) or number in blocks:
                return None
            blocks[number] = header
        return blocks

    def _transactions(
        self,
        logs: Iterable[Mapping[str, Any]],
        blocks: Mapping[int, Header],
        contracts: Mapping[ChecksumAddress, Watched],
    ) -> list[Sequence[LoggedEvent[Event]] | PlainTransfers]:
        emitters = {
            address.lower(): (address, _DECODERS[kind]()) for address, kind in contracts.items()
        }
        tokens = {
            address.lower(): address for address, kind in contracts.items() if kind is Watched.TOKEN
        }
        transactions: list[Sequence[LoggedEvent[Event]] | PlainTransfers] = []
        for hash, of_one in groupby(logs, key=itemgetter("transactionHash")):
            own = list(of_one)
            number = quantity(own[0]["blockNumber"])
            log = quantity(own[0]["logIndex"])
            at = At(number, TxHash(octets(hash)), log, blocks[number].time)
            transfers = plain_transfers(own, tokens)
            transactions.append(
                PlainTransfers(at, transfers)
                if transfers is not None
                else [_logged(log, at, emitters) for log in own]
            )
        return transactions

    def _take_back(self) -> int:
        """Goes back to the last block that index and chain have in common; says how many blocks
        that is. Raises FinalBlockGivenUp.
        """
        if self._last is None:
            return 0
        last = self._last
        kept = {last.number: last, **{each.number: each for each in self._writer.heads()}}
        ours: Header | None = None
        theirs = b""
        for number in sorted(kept, reverse=True):
            ours, theirs = kept[number], self._connection.block(number).hash
            if ours.hash == theirs:
                if number < last.number:
                    self._writer.back_to(ours)
                    self._last, self._contracts = ours, self._writer.contracts()
                return last.number - number
        assert ours is not None  # noqa: S101
        raise FinalBlockGivenUp(ours.number, ours.hash, theirs)


_TRIES: Final = 20


@contextmanager
def _collecting_later() -> Iterator[None]:
    """A window is a million objects without a cycle: looking for cycles takes a third of the time
    that it takes to store it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _logged(
    log: Mapping[str, Any],
    at: At,
    emitters: Mapping[str, tuple[ChecksumAddress, EventDecoder]],
) -> LoggedEvent[Event]:
    emitter, decoder = emitters[log["address"].lower()]
    place = replace(at, log=quantity(log["logIndex"]))
    return LoggedEvent(decoder.decode_found(log), emitter, place)


def _header(block: Block) -> Header:
    return Header(block.number, block.hash, block.time)


def _kinds(found: Iterable[WatchedContract]) -> dict[ChecksumAddress, Watched]:
    return {each.address: each.kind for each in found}


def _place(log: Mapping[str, Any]) -> tuple[int, int]:
    return quantity(log["blockNumber"]), quantity(log["logIndex"])
