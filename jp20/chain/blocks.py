"""The newest blocks as several senders look at them: what one has read the others need not."""

import threading
import time
from collections.abc import Collection
from functools import cached_property
from typing import Any, Final

from jp20.chain.connection import Block, Connection, NodeRefused, octets
from jp20.chain.receipts import Receipt, receipts_now

FRESH: Final = 0.02
"""Seconds for which the number of the newest block is taken to be what it was."""

KEPT: Final = 16
"""Blocks that are remembered."""

KEPT_SECONDS: Final = 2.0
"""How long by their number: another may have taken their place."""

FEW: Final = 20
"""Receipts that are asked for one by one; for more, and where the node can, the block's are."""


class Blocks:
    """The chain's end. Several threads may look at it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._newest = 0
        self._blocks: dict[int, tuple[float, Block]] = {}
        self._receipts: dict[bytes, dict[bytes, dict[str, Any]]] = {}
        self._has_block_receipts = True

    @cached_property
    def is_development(self) -> bool:
        """Whether the node is a development chain's, which its developer may wind back."""
        return self._version.startswith(("anvil/", "Ganache/"))

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
            self._blocks[number] = (read_at, block)
            _forget_oldest(self._blocks)
            return block

    def receipts(self, block: Block, wanted: Collection[bytes]) -> dict[bytes, Receipt]:
        """The receipts of some of a block's transactions."""
        if not wanted:
            return {}
        with self._lock:
            found = self._of_block(block) if len(wanted) > FEW else None
        if found is None:
            return receipts_now(self._connection, wanted)
        return {hash: Receipt.of(found[hash]) for hash in wanted if hash in found}

    # Inside

    @cached_property
    def _version(self) -> str:
        try:
            return str(self._connection.rpc("web3_clientVersion"))
        except NodeRefused:
            return ""

    def _of_block(self, block: Block) -> dict[bytes, dict[str, Any]] | None:
        """All receipts of a block; None where the node does not give them."""
        if block.hash not in self._receipts and self._has_block_receipts:
            try:
                found = self._connection.rpc("eth_getBlockReceipts", hex(block.number))
            except NodeRefused:
                self._has_block_receipts = False
                return None
            self._receipts[block.hash] = {
                octets(each["transactionHash"]): each for each in found or ()
            }
            _forget_oldest(self._receipts)
        return self._receipts.get(block.hash)


def _forget_oldest(remembered: dict[Any, Any]) -> None:
    while len(remembered) > KEPT:
        del remembered[next(iter(remembered))]
