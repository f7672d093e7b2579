"""Receipts: what became of transactions, read by block."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from eth_typing import ChecksumAddress

from jp20.chain.rpc.connection import Connection, NodeRefused, octets, quantity
from jp20.domain.base.addresses import parse_address
from jp20.domain.base.ids import BlockHash, TxHash


@dataclass(frozen=True, slots=True)
class Log:
    """An event as the chain has it. `time` is the block's where the node says it, else None."""

    address: ChecksumAddress
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    transaction: TxHash
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
            TxHash(octets(found["transactionHash"])),
            quantity(found["logIndex"]),
            None if time is None else quantity(time),
        )


@dataclass(frozen=True)
class Receipt:
    """What became of a transaction that is in a block. `contract` is the address of a deployed
    one. `earlier`: when an earlier run intended it, unix seconds; None where this one did.
    """

    transaction: TxHash
    block: int
    block_hash: BlockHash
    succeeded: bool
    contract: ChecksumAddress | None
    _logs: tuple[Mapping[str, Any], ...] = field(repr=False)
    _gas_used: int | None = None
    earlier: float | None = field(default=None, compare=False)

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Receipt":
        contract = found.get("contractAddress")
        return cls(
            TxHash(octets(found["transactionHash"])),
            quantity(found["blockNumber"]),
            BlockHash(octets(found["blockHash"])),
            quantity(found["status"]) == 1,
            parse_address(contract) if contract else None,
            tuple(found["logs"]),
            quantity(found["gasUsed"]),
        )

    @classmethod
    def of_logs(cls, transaction: TxHash, logs: Sequence[Mapping[str, Any]]) -> "Receipt":
        """That of a call of which there are logs: what is refused leaves none."""
        first = logs[0]
        number, hash = quantity(first["blockNumber"]), BlockHash(octets(first["blockHash"]))
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


def receipts_now(connection: Connection, hashes: Collection[TxHash]) -> dict[TxHash, Receipt]:
    """The receipts that there are."""
    wanted = list(hashes)
    found = connection.batch(("eth_getTransactionReceipt", (f"0x{h.hex()}",)) for h in wanted)
    present: dict[TxHash, Receipt] = {}
    for transaction, answer in zip(wanted, found, strict=True):
        if isinstance(answer, NodeRefused):
            raise answer
        if answer is not None:
            present[transaction] = Receipt.of(answer)
    return present
