"""Where an outbox's transactions are: asked of the chain, not concluded from silence."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.chain.rpc.blocks import Blocks
from jp20.chain.rpc.connection import Block, Connection, NodeRefused, block_tag, octets, quantity
from jp20.chain.rpc.pruned import TransactionsPruned
from jp20.chain.rpc.receipts import Receipt, receipts_now
from jp20.chain.sending.nonces import uses_of
from jp20.chain.sending.outbox import Entry, Outbox

_AT_ONCE: Final = 40
"""Transactions in one question: with their receipts and the counts they fit in one batch, which one
node answers, so that its answers belong together.
"""

_BLOCKS_AT_ONCE: Final = 50

_FEW: Final = 10
"""Transactions that are asked for by name alone. For each of them a node reads the whole block."""

_ASKED_AGAIN: Final = (0.2, 0.3, 0.5, 0.5)
"""Seconds after which a receipt that must be there is asked for again: behind one address may be
several nodes, one of which lags.
"""

_ASKED_IN_ALL: Final = 12
_BETWEEN: Final = 0.04
"""How often, and seconds after how many, a block is asked for before it is given up. A development
program does not lag behind itself: it is asked as often, and not waited for.
"""

_LOOKED_THROUGH: Final = 40
"""Blocks that are looked through for more of them, and no more."""


@dataclass(slots=True)
class Located:
    """What a node knows of some signed entries.

    `included` are in blocks; `known` ones wait in its pool; of `replaced` ones another transaction,
    which was found, used the nonce, for good; of `contested` ones the nonce is used, in a block
    that may still go or by nobody knows whom; of `missing` ones it knows nothing. `count` is how
    many transactions of the signer are in blocks.
    """

    included: list[tuple[Entry, Receipt]] = field(default_factory=list)
    known: list[Entry] = field(default_factory=list)
    replaced: list[Entry] = field(default_factory=list)
    contested: list[Entry] = field(default_factory=list)
    missing: list[Entry] = field(default_factory=list)
    count: int = 0

    @property
    def is_there(self) -> bool:
        """Whether the chain knows anything of one of them."""
        return bool(self.included or self.known or self.replaced or self.contested)


def locate(
    connection: Connection,
    signer: ChecksumAddress,
    entries: Sequence[Entry],
    blocks: Blocks | None = None,
) -> Located:
    """Asks for entries by their hash; of many that were intended lately `blocks` are looked through
    first. Raises NodeFailure, and TransactionsPruned where the node may have forgotten what it
    says not to know.
    """
    found = Located()
    depth = connection.network.finality.depth
    if blocks is not None and len(entries) > _FEW:
        found.included = _look_through(blocks, depth, entries)
        there = {entry.id for entry, _ in found.included}
        entries = [entry for entry in entries if entry.id not in there]
    for start in range(0, len(entries), _AT_ONCE):
        part = entries[start : start + _AT_ONCE]
        hashes = [f"0x{entry.signed.hash.hex()}" for entry in part]
        # The counts are asked first: where the nonce is used by then, the receipt, if it is ours,
        # is there as well.
        final, count, *rest = connection.batch(
            [
                ("eth_getTransactionCount", (signer, block_tag(connection.final_block()))),
                ("eth_getTransactionCount", (signer, "latest")),
                *(("eth_getTransactionReceipt", (hash,)) for hash in hashes),
                *(("eth_getTransactionByHash", (hash,)) for hash in hashes),
            ]
        )
        for answer in (final, count, *rest):
            if isinstance(answer, NodeRefused):
                raise answer
        found.count = quantity(count)
        used: list[Entry] = []
        for entry, receipt, transaction in zip(
            part, rest[: len(part)], rest[len(part) :], strict=True
        ):
            if receipt is None and transaction is None and found.count > entry.nonce:
                used.append(entry)
            else:
                _place(found, entry, receipt, transaction)
        if used:
            _prove(connection, signer, used, quantity(final), found)
    _ask_their_own_node(connection, signer, found)
    return found


def _prove(
    connection: Connection,
    signer: ChecksumAddress,
    used: Sequence[Entry],
    final: int,
    found: Located,
) -> None:
    """Finds which transactions used the nonces of entries of which the node gives no receipt."""
    after = max(0, min(entry.after for entry in used) - connection.network.finality.depth)
    uses = uses_of(connection, signer, {entry.nonce for entry in used}, after)
    own: list[tuple[Entry, int]] = []
    for entry in used:
        use = uses.get(entry.nonce)
        if use is not None and use.transaction == entry.hash:
            own.append((entry, use.block))
        elif use is not None and final > entry.nonce:
            found.replaced.append(entry)
        else:
            found.contested.append(entry)
    if own:
        found.included += _receipts_that_must_be(connection, own)


def _receipts_that_must_be(
    connection: Connection, own: Sequence[tuple[Entry, int]]
) -> list[tuple[Entry, Receipt]]:
    """The receipts of entries that were seen in blocks. Raises TransactionsPruned."""
    by_hash = {entry.signed.hash: entry for entry, _ in own}
    receipts: dict[bytes, Receipt] = {}
    for pause in (*_ASKED_AGAIN, None):
        receipts |= receipts_now(connection, by_hash.keys() - receipts.keys())
        if receipts.keys() == by_hash.keys():
            return [(by_hash[hash], receipt) for hash, receipt in receipts.items()]
        if pause is not None:
            time.sleep(pause)
    raise TransactionsPruned(min(block for _, block in own))


def _look_through(
    blocks: Blocks, depth: int, entries: Sequence[Entry]
) -> list[tuple[Entry, Receipt]]:
    """The entries in the newest blocks, down to the first in which one of them can be; none where
    these are too many. They are of one chain.
    """
    wanted = {entry.signed.hash: entry for entry in entries}
    first = max(1, min(entry.after for entry in entries) + 1 - depth)
    newest = blocks.newest()
    if newest - first >= _LOOKED_THROUGH:
        return []
    found = []
    above: Block | None = None
    for number in range(newest, first - 1, -1):
        try:
            block = blocks.block(number)
        except LookupError:  # the chain became shorter a moment ago
            continue
        if above is not None and above.parent != block.hash:  # or another one
            break
        above = block
        mine = [hash for hash in block.transactions if hash in wanted]
        in_full = any(wanted[hash].call.is_creation for hash in mine)
        receipts = blocks.receipts(block, mine, in_full=in_full).result()
        found += [(wanted[hash], receipt) for hash, receipt in receipts.items()]
    return found


def _ask_their_own_node(connection: Connection, signer: ChecksumAddress, found: Located) -> None:
    """What one node is missing may be on its way to it from the signer's own node."""
    if found.missing:
        answers = connection.answers(
            [
                ("eth_getTransactionByHash", (f"0x{entry.signed.hash.hex()}",))
                for entry in found.missing
            ],
            sender=signer,
        )
        asked = list(zip(found.missing, answers, strict=True))
        found.known += [entry for entry, answer in asked if answer.get("result") is not None]
        found.missing = [entry for entry, answer in asked if answer.get("result") is None]


def _place(found: Located, entry: Entry, receipt: Any, transaction: object) -> None:
    if receipt is not None:
        found.included.append((entry, Receipt.of(receipt)))
    elif transaction is not None or entry.withdrawn:
        found.known.append(entry)  # of what was withdrawn: to be waited for, not to be handed over
    else:
        found.missing.append(entry)


def reconcile_outbox(
    connection: Connection, outbox: Outbox, blocks: Blocks, patience: float
) -> None:
    """Sees to it that the node has what this outbox saw on the chain, and that the outbox has what
    the chain still has: before anything is read for a decision, and before anything new is sent.

    Entries whose block was replaced go back to SENT, and the same bytes come again. On a
    development chain that its developer wound back they are UNDONE: whoever winds it back means it.
    Raises NodesBehind where no node has come as far.
    """
    newest = outbox.newest_block()
    if newest is None:
        return
    number, hash = newest
    if not blocks.is_development:
        connection.require_block(number, patience)
    if _surely_present(connection, blocks, [number]).get(number) != hash:
        gone = list(_gone(connection, outbox, blocks, number))
        if blocks.is_development and not connection.network.finality.depth:
            outbox.undo(gone)
        else:
            outbox.reopen(gone)
    check_not_final(connection, outbox, blocks)


def check_not_final(connection: Connection, outbox: Outbox, blocks: Blocks) -> list[Entry]:
    """Looks again at the blocks that were not final, and returns the entries, SENT again, of those
    that the chain no longer has.
    """
    not_final = outbox.not_final()
    if not not_final:
        return []
    final = connection.final_block()
    # What was looked at a moment ago will do, but for what is never looked at again after this.
    asked = [place for place in not_final if place[0] <= final or not _has(blocks, *place)]
    there = present(connection, sorted({number for number, _ in asked}))
    gone = [(number, hash) for number, hash in asked if there.get(number) != hash]
    reopened = outbox.reopen([entry for place in gone for entry in outbox.in_block(*place)])
    outbox.confirm(final)
    return reopened


def _has(blocks: Blocks, number: int, hash: bytes) -> bool:
    """Whether it was the chain's block a moment ago."""
    try:
        return blocks.block(number).hash == hash
    except LookupError:
        return False


def _gone(connection: Connection, outbox: Outbox, blocks: Blocks, newest: int) -> Iterator[Entry]:
    """The entries in blocks that the chain does not have, from the highest down to one it has."""
    last = newest
    while entries := outbox.in_blocks(last, _BLOCKS_AT_ONCE):
        numbers = sorted({entry.block for entry in entries if entry.block is not None})
        present = _surely_present(connection, blocks, numbers)
        for entry in entries:
            if entry.block is not None and present.get(entry.block) == entry.block_hash:
                return
            yield entry
        last = numbers[0] - 1


def _surely_present(
    connection: Connection, blocks: Blocks, numbers: Sequence[int]
) -> dict[int, bytes]:
    """The same, whoever of those behind one address is asked."""
    found = present(connection, numbers)
    for _ in range(_ASKED_IN_ALL):
        missing = [number for number in numbers if number not in found]
        if not missing:
            break
        if not blocks.is_development:
            time.sleep(_BETWEEN)
        found |= present(connection, missing)
    return found


def present(connection: Connection, numbers: Sequence[int]) -> dict[int, bytes]:
    """The hashes of the blocks that the chain has, by number."""
    found: list[Any] = connection.batch(
        ("eth_getBlockByNumber", (block_tag(number), False)) for number in numbers
    )
    return {
        number: octets(block["hash"])
        for number, block in zip(numbers, found, strict=True)
        if isinstance(block, dict)
    }
