"""Which transaction used a nonce: the one proof that another with that nonce can never come (G2).

That a node finds neither receipt nor transaction proves nothing: it may lag, have forgotten, or
stand beside others behind one address. The transaction that used the nonce stands in a block.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.chain.rpc.connection import Connection, NodeRefused, block_tag, octets, quantity
from jp20.chain.rpc.pruned import TransactionsPruned
from jp20.chain.rpc.receipts import receipts_now
from jp20.domain.base.addresses import ZERO_ADDRESS, parse_address
from jp20.domain.base.ids import BlockHash, TxHash
from jp20.domain.governance.requests import Call
from jp20.domain.transactions.transactions import Signed, Unsigned, with_signature

_FULL_BLOCKS: Final = 10
"""Blocks with all their transactions in one request."""

_MOST_BLOCKS: Final = 20_000
"""Blocks that are read for a proof, where the node has not the accounts as they were."""


@dataclass(frozen=True, slots=True)
class Use:
    """The transaction that used a nonce, and the number of its block."""

    transaction: TxHash
    block: int


@dataclass(frozen=True, slots=True)
class Made:
    """A transaction of a key in a block, made at `time` (unix seconds). `signed` None: of another
    kind than those that JP20 makes.
    """

    nonce: int
    call: Call
    gas: int
    gas_price: int
    signed: Signed | None
    block: int
    block_hash: BlockHash
    time: int
    succeeded: bool


def all_made(connection: Connection, signer: ChecksumAddress, last: int) -> list[Made]:
    """All that a key made up to block `last`, by nonce. Costs by what it made, not by how long the
    chain is. Raises TransactionsPruned where one of them is not found, and NodeFailure.
    """
    numbers, count = _blocks_with(connection, signer, last)
    found: dict[int, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}
    for start in range(0, len(numbers), _FULL_BLOCKS):
        blocks = connection.batch(
            ("eth_getBlockByNumber", (block_tag(number), True))
            for number in numbers[start : start + _FULL_BLOCKS]
        )
        for block in blocks:
            for each in block["transactions"] if isinstance(block, dict) else ():
                if each["from"].lower() == signer.lower():
                    found[quantity(each["nonce"])] = each, block
    hashes = {nonce: TxHash(octets(each["hash"])) for nonce, (each, _) in found.items()}
    receipts = receipts_now(connection, hashes.values())
    missing = set(range(count)) - found.keys()
    if missing or len(receipts) < len(found):
        raise TransactionsPruned(numbers[0])
    return [
        _made(connection.chain_id, *found[nonce], receipts[hashes[nonce]].succeeded)
        for nonce in sorted(found)
    ]


def _blocks_with(
    connection: Connection, signer: ChecksumAddress, last: int
) -> tuple[list[int], int]:
    """The blocks in which a key's count grew, and the count after them."""
    counts = _counts(connection, signer, [0, last])
    numbers: list[int] = []
    between = [(0, last)]
    while between:
        grew = [(low, high) for low, high in between if counts[low] != counts[high]]
        numbers += [high for low, high in grew if high - low == 1]
        wide = [(low, high) for low, high in grew if high - low > 1]
        counts |= _counts(connection, signer, [(low + high) // 2 for low, high in wide])
        halves = [(low, (low + high) // 2, high) for low, high in wide]
        between = [part for low, mid, high in halves for part in ((low, mid), (mid, high))]
    return sorted(numbers), counts[last]


def _counts(
    connection: Connection, signer: ChecksumAddress, numbers: Collection[int]
) -> dict[int, int]:
    """How many transactions of a key there were after each block."""
    answers = connection.batch(
        ("eth_getTransactionCount", (signer, block_tag(number))) for number in numbers
    )
    counts = {}
    for number, answer in zip(numbers, answers, strict=True):
        if isinstance(answer, NodeRefused):  # it has not the accounts as they were
            raise TransactionsPruned(number)
        counts[number] = quantity(answer)
    return counts


def _made(
    chain_id: int, found: Mapping[str, Any], block: Mapping[str, Any], succeeded: bool
) -> Made:
    to = found.get("to")
    call = Call(parse_address(to) if to else ZERO_ADDRESS, octets(found["input"]))
    nonce, gas = quantity(found["nonce"]), quantity(found["gas"])
    price = quantity(found.get("gasPrice", "0x0"))
    unsigned = Unsigned(chain_id, nonce, price, gas, call.target if to else None, call.data)
    return Made(
        nonce,
        call,
        gas,
        price,
        _signed(unsigned, found),
        quantity(block["number"]),
        BlockHash(octets(block["hash"])),
        quantity(block["timestamp"]),
        succeeded,
    )


def _signed(unsigned: Unsigned, found: Mapping[str, Any]) -> Signed | None:
    """The bytes, made again; None where they are not those whose hash the chain has."""
    parity = (quantity(found["v"]) - 35) % 2
    r, s = (quantity(found[name]).to_bytes(32, "big") for name in ("r", "s"))
    try:
        signed = with_signature(unsigned, r + s + bytes([parity]))
    except ValueError:
        return None
    return signed if signed.hash == octets(found["hash"]) else None


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
