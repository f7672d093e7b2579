"""Which transaction used a nonce: the one proof that another with that nonce can never come (G2).

That a node finds neither receipt nor transaction proves nothing: it may lag, have forgotten, or
stand beside others behind one address. The transaction that used the nonce stands in a block.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.rpc.connection import Connection, NodeRefused, block_tag, octets, quantity
from jp20.chain.rpc.pruned import TransactionsPruned
from jp20.domain.base.ids import TxHash

_FULL_BLOCKS: Final = 10
"""Blocks with all their transactions in one request."""

_MOST_BLOCKS: Final = 20_000
"""Blocks that are read for a proof, where the node has not the accounts as they were."""


@dataclass(frozen=True, slots=True)
class Use:
    """The transaction that used a nonce, and the number of its block."""

    transaction: TxHash
    block: int


def uses_of(
    connection: Connection, signer: ChecksumAddress, nonces: Collection[int], after: int
) -> dict[int, Use]:
    """Who used a signer's nonces, none of them in a block up to `after`; those of which it is not
    found are missing.

    Raises TransactionsPruned where the blocks are too many to be read, and NodeFailure.
    """
    head = connection.block_number()
    low, _ = _place_of(connection, signer, min(nonces), after, head)
    _, high = _place_of(connection, signer, max(nonces), low, head)
    if high - low > _MOST_BLOCKS:
        raise TransactionsPruned(low + 1)
    wanted, found = set(nonces), dict[int, Use]()
    for start in range(low + 1, high + 1, _FULL_BLOCKS):
        blocks = connection.batch(
            ("eth_getBlockByNumber", (block_tag(number), True))
            for number in range(start, min(start + _FULL_BLOCKS, high + 1))
        )
        for block in blocks:
            for each in block["transactions"] if isinstance(block, dict) else ():
                nonce = quantity(each["nonce"])
                if nonce in wanted and each["from"].lower() == signer.lower():
                    found[nonce] = Use(TxHash(octets(each["hash"])), quantity(block["number"]))
        if found.keys() == wanted:
            break
    return found


def _place_of(
    connection: Connection, signer: ChecksumAddress, nonce: int, after: int, head: int
) -> tuple[int, int]:
    """Blocks between which a nonce was used: in none up to the first, and by the second. They are
    neighbours where the node has the accounts as they were.
    """
    low, high = after, head
    first = after  # where the node does not have them, the search goes on above
    while high - first > 1:
        middle = (first + high) // 2
        try:
            count = connection.rpc("eth_getTransactionCount", signer, block_tag(middle))
        except NodeRefused:
            first = middle
            continue
        if quantity(count) > nonce:
            high = middle
        else:
            low = first = middle
    return low, high
