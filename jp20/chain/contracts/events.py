"""The chain's logs as typed events."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final, get_args

from eth_typing import ChecksumAddress

from jp20.chain.contracts.abi import Interface
from jp20.chain.contracts.contract import artifact, token_interface
from jp20.chain.contracts.templates import address_in_word, template_of
from jp20.chain.contracts.typed import typed
from jp20.chain.rpc.connection import Connection, NodeRefused
from jp20.chain.rpc.receipts import Log
from jp20.domain.base.at import At
from jp20.domain.register.events import (
    NAMES,
    ConsortiumEvent,
    Event,
    LoggedEvent,
    Other,
    PlatformEvent,
    SettlementEvent,
    TokenEvent,
    Transfer,
)
from jp20.domain.register.plain_transfers import PlainTransfer

Topic = bytes | tuple[bytes, ...] | None
"""What a log's topic has to be: one, one of several, anything."""

SPAN: Final = 5_000
"""Blocks that are asked for at once; half as many where the node refuses."""


class EventDecoder:
    """Reads the logs of one kind of contract into the classes of its events, by name."""

    def __init__(self, interface: Interface, classes: Iterable[type]) -> None:
        self._interface = interface
        self._classes: dict[str, Any] = {NAMES.get(each, each.__name__): each for each in classes}
        self._templates: Final = {
            f"0x{topic.hex()}": found
            for topic, event in interface.events.items()
            if event.name in self._classes
            and (found := template_of(event, self._classes[event.name])) is not None
        }

    def decode(self, log: Log) -> Event:
        """The event; `Other` where there is no class for it, or where even the ABI does not know
        it.
        """
        decoded = self._interface.decode_event(log.topics, log.data)
        if decoded is None:
            return Other("", {"topics": log.topics, "data": log.data})
        cls = self._classes.get(decoded.name)
        if cls is None:
            return Other(decoded.name, decoded.arguments)
        event: Event = typed(cls, tuple(decoded.arguments.values()))
        return event

    def decode_found(self, found: Mapping[str, Any]) -> Event:
        """The same of a log as the node gives it, by a template where the event has one: twenty
        times as fast.
        """
        topics: list[str] = found["topics"]
        template = self._templates.get(topics[0]) if topics else None
        if template is None:
            return self.decode(Log.of(found))
        event: Event = template(topics, found["data"])
        return event

    def topic(self, cls: type) -> bytes:
        """The first topic of an event's logs, by its class. LookupError where it is not one."""
        for topic, event in self._interface.events.items():
            if self._classes.get(event.name) is cls:
                return topic
        raise LookupError(cls.__name__)


@cache
def token_events() -> EventDecoder:
    return EventDecoder(token_interface(), get_args(TokenEvent))


@cache
def platform_events() -> EventDecoder:
    return EventDecoder(artifact("Platform").interface, get_args(PlatformEvent))


@cache
def consortium_events() -> EventDecoder:
    return EventDecoder(artifact("Consortium").interface, get_args(ConsortiumEvent))


@cache
def settlement_events() -> EventDecoder:
    return EventDecoder(artifact("Settlement").interface, get_args(SettlementEvent))


def read_events(
    connection: Connection,
    address: ChecksumAddress,
    decoder: EventDecoder,
    first: int,
    last: int,
    topics: Sequence[Topic] = (),
) -> Iterator[LoggedEvent[Event]]:
    """The events of a contract from block `first` to `last`, both included, in the chain's
    order; those with some topics.
    """
    for logs in _spans(connection, address, first, last, topics):
        yield from entries(connection, logs, decoder)


def entries(
    connection: Connection, logs: Sequence[Log], decoder: EventDecoder
) -> Iterator[LoggedEvent[Event]]:
    """Logs, of a receipt for instance, as events with their block's time."""
    untimed = sorted({log.block for log in logs if log.time is None})
    times = connection.times(untimed) if untimed else {}
    for log in logs:
        time = times[log.block] if log.time is None else log.time
        yield LoggedEvent(
            decoder.decode(log), log.address, At(log.block, log.transaction, log.index, time)
        )


def plain_transfers(
    logs: Iterable[Mapping[str, Any]], tokens: Mapping[str, ChecksumAddress]
) -> list[PlainTransfer] | None:
    """The logs of a transaction, as the node gives them, where they are Transfers of units of some
    tokens (by their addresses in small letters) between holders; None where one is not.
    """
    found: list[PlainTransfer] = []
    topic = _transfer_topic()
    for topics, data, address, index in map(_of_transfer, logs):
        if not topics or topics[0] != topic:
            return None
        token = tokens.get(address) or tokens.get(address.lower())
        _, giver, taker = topics
        units = int(data, 16)
        if token is None or not units or giver == _ZERO_WORD or taker == _ZERO_WORD:
            return None
        found.append((int(index, 16), token, address_in_word(giver), address_in_word(taker), units))
    return found


_of_transfer: Final = itemgetter("topics", "data", "address", "logIndex")


@cache
def _transfer_topic() -> str:
    return f"0x{token_events().topic(Transfer).hex()}"


_ZERO_WORD: Final = f"0x{'0' * 64}"


def _asked(topic: Topic) -> str | list[str] | None:
    if isinstance(topic, tuple):
        return [f"0x{each.hex()}" for each in topic]
    return None if topic is None else f"0x{topic.hex()}"


def _spans(
    connection: Connection, address: ChecksumAddress, first: int, last: int, topics: Sequence[Topic]
) -> Iterator[list[Log]]:
    span = SPAN
    while first <= last:
        until = min(first + span - 1, last)
        asked: dict[str, object] = {
            "address": address,
            "fromBlock": hex(first),
            "toBlock": hex(until),
        }
        if topics:
            asked["topics"] = [_asked(each) for each in topics]
        try:
            found = connection.rpc("eth_getLogs", asked)
        except NodeRefused:
            if first == until:
                raise
            span = (until - first + 1) // 2
            continue
        yield [Log.of(log) for log in found]
        first = until + 1
