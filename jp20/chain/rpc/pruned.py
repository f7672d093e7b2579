"""What a node no longer finds by its hash, though it is on the chain (G2).

Many nodes find a transaction and its receipt by hash for a while only: geth by default for
2,350,000 blocks. The blocks themselves, and their logs, stay. So that a receipt is not found says
nothing until the node is known to keep what is as old.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from jp20.chain.rpc.connection import Connection, NodeRefused, block_tag, octets
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text

_AT_ONCE: Final = 100
"""Blocks that are read in one request."""


class TransactionsPruned(JP20Error):
    """The node does not find by their hash transactions that are as old as `block`."""

    what = Text("The node does not find transactions as old as block {block:,} any more.")
    why = Text(
        "So it cannot be told what became of an old transaction. Nothing was sent, and "
        "nothing is given up."
    )
    next_step = Text(
        "Name a node in jp20.toml that keeps them all, or have this one keep them: geth "
        "--history.transactions 0 (older ones: --txlookuplimit 0). Then run the same "
        "again."
    )

    def __init__(self, block: int) -> None:
        super().__init__(block=block)
        self.block = block


def require_kept(connection: Connection, after: int) -> None:
    """That the node would find a transaction in any block above `after`: it finds one of the first
    block there that has any. Raises TransactionsPruned, NodeFailure.
    """
    first, end = max(after, 0) + 1, connection.block_number() + 1
    for start in range(first, end, _AT_ONCE):
        found = connection.batch(
            ("eth_getBlockByNumber", (block_tag(number), False))
            for number in range(start, min(start + _AT_ONCE, end))
        )
        transactions = [
            each["transactions"][0]
            for each in found
            if isinstance(each, dict) and each["transactions"]
        ]
        if transactions:
            if connection.rpc("eth_getTransactionReceipt", transactions[0]) is None:
                break
            return
    raise TransactionsPruned(first)


def logs_of(connection: Connection, blocks: Iterable[int]) -> dict[bytes, list[Mapping[str, Any]]]:
    """All logs of some blocks by transaction, which a node has for longer than receipts by hash.
    Raises TransactionsPruned where it does not give them, NodeFailure.
    """
    numbers = sorted(set(blocks))
    answers = connection.batch(
        ("eth_getLogs", ({"fromBlock": block_tag(number), "toBlock": block_tag(number)},))
        for number in numbers
    )
    logs: dict[bytes, list[Mapping[str, Any]]] = {}
    for number, answer in zip(numbers, answers, strict=True):
        if isinstance(answer, NodeRefused):
            raise TransactionsPruned(number) from None
        for log in answer:
            logs.setdefault(octets(log["transactionHash"]), []).append(log)
    return logs
