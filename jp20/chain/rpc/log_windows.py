"""The logs of many contracts, a window of blocks at a time, with the blocks that it begins and ends
with: all from one node, so that they belong together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.chain.rpc.connection import Block, Connection, NoBlock, NodeRefused

_FIRST_SPAN: Final = 128
_MOST_BLOCKS: Final = 5_000
_WANTED_LOGS: Final = 10_000


@dataclass(frozen=True, slots=True)
class LogWindow:
    """The logs of some contracts from block `first` to `last`, in the chain's order, as the node
    gives them.
    """

    first: Block
    last: Block
    logs: Sequence[Mapping[str, Any]]


class LogWindows:
    """Reads windows that are as long as there is little in them."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Final = connection
        self._span = _FIRST_SPAN

    def read(self, first: int, last: int, addresses: Sequence[ChecksumAddress]) -> LogWindow:
        """The window that begins with a block; it ends with `last` at the latest. Raises NoBlock
        where the node does not have these blocks, NodeRefused where it refuses a single one.
        """
        while True:
            until = min(last, first + self._span - 1)
            try:
                found = read_window(self._connection, first, until, addresses)
            except NodeRefused:
                if first == until:
                    raise
                self._span = (until - first + 1) // 2
                continue
            self._adapt(until - first + 1, len(found.logs))
            return found

    def _adapt(self, blocks: int, logs: int) -> None:
        """At most twice as long as the last one: what comes next may be fuller."""
        wanted = 2 * blocks if 2 * logs <= _WANTED_LOGS else blocks * _WANTED_LOGS // logs
        if wanted < self._span or blocks == self._span:
            self._span = max(1, min(wanted, _MOST_BLOCKS))


def read_window(
    connection: Connection, first: int, last: int, addresses: Sequence[ChecksumAddress]
) -> LogWindow:
    """One window, of all these blocks. Raises NoBlock, NodeRefused."""
    asked = {"address": list(addresses), "fromBlock": hex(first), "toBlock": hex(last)}
    begins, logs, ends = connection.batch(
        [
            ("eth_getBlockByNumber", (hex(first), False)),
            ("eth_getLogs", (asked,)),
            ("eth_getBlockByNumber", (hex(last), False)),
        ]
    )
    for number, block in ((first, begins), (last, ends)):
        if isinstance(block, NodeRefused) or block is None:
            raise NoBlock(number)
    if isinstance(logs, NodeRefused):
        raise logs
    return LogWindow(Block.of(begins), Block.of(ends), logs)


def first_log(
    connection: Connection, first: int, last: int, addresses: Sequence[ChecksumAddress]
) -> int | None:
    """The first block from `first` to `last` in which some contracts said something."""
    windows = LogWindows(connection)
    while first <= last:
        found = windows.read(first, last, addresses)
        if found.logs:
            return int(found.logs[0]["blockNumber"], 16)
        first = found.last.number + 1
    return None
