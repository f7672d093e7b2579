"""Receipts: what became of transactions, read by block."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.chain.connection import Connection, NodeRefused, octets, quantity
from jp20.chain.outbox import Entry
from jp20.domain.addresses import parse_address
from jp20.domain.errors import JP20Error, Text

_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 0.1
_ASK_AFTER: Final = 3  # blocks; one that was looked through may have been replaced since


@dataclass(frozen=True, slots=True)
class Log:
    """An event as the chain has it. `time` is the block's where the node says it, else None."""

    address: ChecksumAddress
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    transaction: bytes
    index: int
    time: int | None

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Log":
        time = found.get("blockTimestamp")
        return cls(
            parse_address(found["address"]),
            tuple(octets(topic) for topic in found["topics"]),
            octets(found["data"]),
            quantity(found["blockNumber"]),
            octets(found["transactionHash"]),
            quantity(found["logIndex"]),
            None if time is None else quantity(time),
        )


@dataclass(frozen=True)
class Receipt:
    """What became of a transaction that is in a block. `contract` is the address of a deployed
    one. `earlier`: when an earlier run intended it, unix seconds; None where this one did.
    """

    transaction: bytes
    block: int
    block_hash: bytes
    succeeded: bool
    contract: ChecksumAddress | None
    _logs: tuple[Mapping[str, Any], ...] = field(repr=False)
    _gas_used: int | None = None
    earlier: float | None = field(default=None, compare=False)

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Receipt":
        contract = found.get("contractAddress")
        return cls(
            octets(found["transactionHash"]),
            quantity(found["blockNumber"]),
            octets(found["blockHash"]),
            quantity(found["status"]) == 1,
            parse_address(contract) if contract else None,
            tuple(found["logs"]),
            quantity(found["gasUsed"]),
        )

    @classmethod
    def of_logs(cls, transaction: bytes, logs: Sequence[Mapping[str, Any]]) -> "Receipt":
        """That of a call of which there are logs: what is refused leaves none."""
        first = logs[0]
        number, hash = quantity(first["blockNumber"]), octets(first["blockHash"])
        return cls(transaction, number, hash, True, None, tuple(logs))

    @property
    def gas_used(self) -> int:
        """ValueError where the receipt was made of logs alone."""
        if self._gas_used is None:
            raise ValueError("only the logs were read")
        return self._gas_used

    @cached_property
    def logs(self) -> tuple[Log, ...]:
        """The events, read when somebody asks: of ten thousand transactions few are."""
        return tuple(Log.of(log) for log in self._logs)

    def ordinal(self, log_index: int) -> int:
        """The place of a log among the transaction's, from 0: how a reversal names it (G10)."""
        return next(place for place, log in enumerate(self.logs) if log.index == log_index)


class OutcomeUnknown(JP20Error):
    """Transactions are on their way and in no block yet. They may still come: this is no failure.

    `hashes` are theirs; `entries` what the outbox has of them, where they came from one.
    """

    def __init__(
        self,
        hashes: Collection[bytes],
        seconds: float,
        entries: Collection[Entry] = (),
        trouble: JP20Error | None = None,
    ) -> None:
        first = next(iter(hashes)).hex()
        because = Text("", "") if trouble is None else trouble.what
        super().__init__(
            Text(
                f"{len(hashes)} transactions are in no block after {seconds:.0f} seconds.",
                f"{len(hashes)} 件の取引が {seconds:.0f} 秒経過してもブロックに含まれていません。",
            ),
            Text(
                f"The first is 0x{first}. {because.en}".rstrip(),
                f"最初の取引: 0x{first} {because.ja}".rstrip(),
            ),
            _GO_ON if entries else _LOOK,
        )
        self.hashes = tuple(hashes)
        self.entries = tuple(entries)


_LOOK: Final = Text(
    "They may still come. Look at the node before sending anything again.",
    "今後含まれる可能性があります。再送の前にノードの状態を確認してください。",
)
_GO_ON: Final = Text(
    "They may still come. Look at the node, then run the same again (or jp20 resume-sending): it"
    " goes on from here, and nothing is sent twice.",
    "今後含まれる可能性があります。ノードの状態を確認した後、同じ操作(または jp20 resume-sending)を"
    "再度実行すると、ここから続行します。二重に送信されることはありません。",
)


def receipts_now(connection: Connection, hashes: Collection[bytes]) -> dict[bytes, Receipt]:
    """The receipts that there are."""
    wanted = list(hashes)
    found = connection.batch(("eth_getTransactionReceipt", (f"0x{h.hex()}",)) for h in wanted)
    present: dict[bytes, Receipt] = {}
    for transaction, answer in zip(wanted, found, strict=True):
        if isinstance(answer, NodeRefused):
            raise answer
        if answer is not None:
            present[transaction] = Receipt.of(answer)
    return present


def wait_for_receipts(
    connection: Connection,
    hashes: Collection[bytes],
    patience: float,
    pause: Callable[[float], None] = time.sleep,
) -> dict[bytes, Receipt]:
    """The receipts of all, waiting for the blocks that have them. Raises OutcomeUnknown after
    `patience` seconds.
    """
    waiting = set(hashes)
    next_block = connection.block_number() + 1
    receipts = receipts_now(connection, waiting)
    waiting -= receipts.keys()
    ask_at = next_block + _ASK_AFTER
    deadline = time.monotonic() + patience
    rests = pauses()
    while waiting:
        if time.monotonic() > deadline:
            raise OutcomeUnknown(waiting, patience)
        pause(next(rests))
        newest = connection.block_number()
        wanted: set[bytes] = set()
        with suppress(LookupError):  # the chain became shorter a moment ago
            while next_block <= newest:
                wanted |= waiting.intersection(connection.block(next_block).transactions)
                next_block += 1
        if newest >= ask_at:
            wanted, ask_at = waiting, newest + _ASK_AFTER
        receipts |= receipts_now(connection, wanted)
        waiting -= receipts.keys()
    return receipts


def pauses() -> Iterator[float]:
    """Seconds between one look at the chain and the next: ever longer, up to a tenth."""
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 1.5, _LONGEST_PAUSE)
