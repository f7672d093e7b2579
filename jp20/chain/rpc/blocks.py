"""The newest blocks as several senders look at them: what one has read the others need not."""

import threading
import time
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import Any, Final

from jp20.chain.rpc.connection import Block, Connection, NodeRefused, octets
from jp20.chain.rpc.networks import DEVELOPMENT
from jp20.chain.rpc.receipts import Receipt, receipts_now
from jp20.domain.base.ids import TxHash

FRESH: Final = 0.02
"""Seconds for which the number of the newest block is taken to be what it was."""

KEPT: Final = 16
"""Blocks that are remembered."""

KEPT_SECONDS: Final = 2.0
"""How long by their number: another may have taken their place."""

FEW: Final = 20
"""Receipts that are asked for one by one."""


class Blocks:
    """The chain's end. Several threads may look at it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._newest = 0
        self._blocks: dict[int, tuple[float, Block]] = {}
        self._logs: dict[bytes, dict[bytes, list[dict[str, Any]]]] = {}

    @cached_property
    def has_development_node(self) -> bool:
        """Whether the node is a development program: its chain may be a fork of another one, with
        the same number and first block.
        """
        return self._version.startswith(("anvil/", "Ganache/", "HardhatNetwork/"))

    @property
    def is_development(self) -> bool:
        """Whether it is a development chain, which its developer may wind back. What only says of
        itself that it is one, with the number of another chain, is not.
        """
        return self.has_development_node and self._connection.chain_id in {
            network.chain_id for network in DEVELOPMENT.values()
        }

    @cached_property
    def mines_on_send(self) -> bool:
        """Whether the node makes a block when it is sent a transaction. What does not fit into that
        block lies there until it is sent another.
        """
        if self._version.startswith("anvil/"):
            return bool(self._connection.rpc("anvil_getAutomine"))
        return self._version.startswith("Ganache/")

    def newest(self) -> int:
        """The number of the newest block, as it was a moment ago."""
        with self._lock:
            if time.monotonic() - self._asked_at > FRESH:
                self._newest = self._connection.block_number()
                self._asked_at = time.monotonic()
            return self._newest

    def block(self, number: int) -> Block:
        """A block. LookupError where there is none."""
        with self._lock:
            read_at, block = self._blocks.pop(number, (float("-inf"), None))
            if block is None or time.monotonic() - read_at > KEPT_SECONDS:
                read_at, block = time.monotonic(), self._connection.block(number)
                self._forget_replaced(block)
            self._blocks[number] = (read_at, block)
            _forget_oldest(self._blocks)
            return block

    def receipts(
        self, block: Block, wanted: Collection[TxHash], *, in_full: bool
    ) -> Future[dict[TxHash, Receipt]]:
        """The receipts of some of a block's transactions, whole ones where they are few or
        `in_full`. Of many the block's logs are read, on the side, while their sender goes on
        sending: they say the same of all that was carried out, in less; all senders have what was
        read for one.
        """
        if len(wanted) > FEW and not in_full:
            return self._aside.submit(self._by_logs, block, frozenset(wanted))
        future: Future[dict[TxHash, Receipt]] = Future()
        future.set_result(receipts_now(self._connection, wanted) if wanted else {})
        return future

    # Inside

    def _forget_replaced(self, block: Block) -> None:
        """Forgets the blocks before and after one that are of another branch."""
        _, before = self._blocks.get(block.number - 1, (0.0, None))
        if before is not None and before.hash != block.parent:
            del self._blocks[before.number]
        _, after = self._blocks.get(block.number + 1, (0.0, None))
        if after is not None and after.parent != block.hash:
            del self._blocks[after.number]

    @cached_property
    def _aside(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, "receipts")

    def _by_logs(self, block: Block, wanted: frozenset[TxHash]) -> dict[TxHash, Receipt]:
        logs = self._of_block(block)
        found = {hash: Receipt.of_logs(hash, logs[hash]) for hash in wanted & logs.keys()}
        return found | receipts_now(self._connection, wanted - found.keys())

    @cached_property
    def _version(self) -> str:
        try:
            return str(self._connection.rpc("web3_clientVersion"))
        except NodeRefused:
            return ""

    def _of_block(self, block: Block) -> dict[bytes, list[dict[str, Any]]]:
        """All logs of a block by transaction; none where the node does not give them so."""
        if block.hash not in self._logs:
            try:
                found = self._connection.rpc("eth_getLogs", {"blockHash": f"0x{block.hash.hex()}"})
            except NodeRefused:
                return {}
            logs: dict[bytes, list[dict[str, Any]]] = {}
            for log in found:
                logs.setdefault(octets(log["transactionHash"]), []).append(log)
            self._logs[block.hash] = logs
            _forget_oldest(self._logs)
        return self._logs[block.hash]


def _forget_oldest(remembered: dict[Any, Any]) -> None:
    while len(remembered) > KEPT:
        del remembered[next(iter(remembered))]
