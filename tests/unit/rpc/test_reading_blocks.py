"""What is read from the chain span by span and block by block, with a node made of paper."""

import pytest

from jp20.chain.contracts.events import SPAN, read_events, token_events
from jp20.chain.rpc.blocks import Blocks
from jp20.chain.rpc.connection import Block, NodeRefused
from jp20.chain.sending.location import _look_through
from jp20.chain.sending.outbox import Entry, State
from jp20.chain.sending.waiting import OutcomeUnknown, wait_for_receipts
from jp20.domain.base.addresses import address_of
from jp20.domain.governance.requests import Call

TOKEN = address_of(1)
A, B = b"\xaa" * 32, b"\xbb" * 32


class PaperNode:
    """Refuses logs of more than `most` blocks; each block from 1 on has the transactions given."""

    def __init__(self, most=10**9, blocks=()):
        self.most = most
        self.blocks = [(), *blocks]
        self.newest = 0
        self.asked = []

    def rpc(self, method, asked):
        first, last = int(asked["fromBlock"], 16), int(asked["toBlock"], 16)
        if last - first + 1 > self.most:
            raise NodeRefused(method, {"message": "query returned more than 10000 results"})
        self.asked.append((first, last))
        return []

    def block_number(self):
        return self.newest

    def block(self, number):
        return Block(number, b"", b"", 0, 0, self.blocks[number])

    def batch(self, calls):
        included = {tx for block in self.blocks[: self.newest + 1] for tx in block}
        return [self.receipt(params[0], included) for _, params in calls]

    def receipt(self, hash_, included):
        if bytes.fromhex(hash_[2:]) not in included:
            return None
        return {
            "transactionHash": hash_,
            "blockNumber": "0x1",
            "blockHash": "0x00",
            "status": "0x1",
            "gasUsed": "0x0",
            "logs": [],
        }

    def next_block(self, _seconds):
        self.newest = min(self.newest + 1, len(self.blocks) - 1)


def spans(node, first, last):
    assert list(read_events(node, TOKEN, token_events(), first, last)) == []
    return node.asked


def test_logs_are_asked_for_in_spans_without_gap_or_overlap():
    assert spans(PaperNode(), 7, 7 + 2 * SPAN) == [
        (7, 6 + SPAN),
        (7 + SPAN, 6 + 2 * SPAN),
        (7 + 2 * SPAN, 7 + 2 * SPAN),
    ]


def test_a_span_that_the_node_refuses_is_halved():
    # 1 … 8: 8 blocks are refused, 4 as well, 2 are taken
    assert spans(PaperNode(most=3), 1, 8) == [(1, 2), (3, 4), (5, 6), (7, 8)]


def test_a_single_block_that_is_refused_is_an_error():
    with pytest.raises(NodeRefused):
        spans(PaperNode(most=0), 1, 8)


def test_receipts_are_found_in_the_blocks_as_they_come():
    node = PaperNode(blocks=[(A,), (), (B,)])
    receipts = wait_for_receipts(node, [A, B], 30, pause=node.next_block)
    assert receipts.keys() == {A, B}
    assert node.newest == 3  # the third block has the last one


def test_receipts_that_are_there_already_are_found_without_waiting():
    node = PaperNode(blocks=[(A,)])
    node.newest = 1
    receipts = wait_for_receipts(node, [A], 30, pause=lambda _: pytest.fail("waited"))
    assert receipts.keys() == {A}


def test_a_receipt_whose_block_was_replaced_by_one_that_was_looked_through_is_found():
    """The third block was empty; then a reorganisation gave it A. No later block has A."""
    node = PaperNode(blocks=[(), (), (), (), (), (), ()])

    def next_block(_seconds):
        node.next_block(_seconds)
        if node.newest == 4:
            node.blocks[3] = (A,)

    assert wait_for_receipts(node, [A], 5, pause=next_block).keys() == {A}


def test_a_transaction_without_a_receipt_in_a_replaced_block_is_waited_for():
    """Its block was replaced between the look at the block and at the receipt."""
    node = PaperNode(blocks=[(A,), (), (A,)])
    asked = []

    def receipt(hash_, included):
        asked.append(node.newest)
        return None if node.newest < 3 else PaperNode.receipt(node, hash_, included)

    node.receipt = receipt
    assert wait_for_receipts(node, [A], 5, pause=node.next_block).keys() == {A}
    assert asked == [0, 1, 3]


def test_what_does_not_come_is_unknown_by_name():
    node = PaperNode(blocks=[(A,)])
    with pytest.raises(OutcomeUnknown) as error:
        wait_for_receipts(node, [A, B], 0.01, pause=node.next_block)
    assert error.value.hashes == (B,)


# Blocks that several senders look at


class Branches:
    """A chain whose blocks are replaced: `hashes` by number are what a look at one finds now."""

    def __init__(self, *hashes):
        self.hashes = list(hashes)
        self.looks = []

    def block(self, number):
        self.looks.append(number)
        return Block(number, self.hashes[number], self.hashes[number - 1], 0, 0, ())


def test_a_block_that_was_read_a_moment_ago_is_not_read_again():
    chain = Branches(b"0", b"1", b"2")
    blocks = Blocks(chain)
    assert [blocks.block(2).hash, blocks.block(2).hash] == [b"2", b"2"]
    assert chain.looks == [2]


@pytest.mark.parametrize(("first", "then"), [(1, 2), (2, 1)])
def test_a_block_whose_neighbour_is_of_another_branch_is_read_again(first, then):
    chain = Branches(b"0", b"1", b"2")
    blocks = Blocks(chain)
    blocks.block(first)
    chain.hashes[1:] = [b"1'", b"2'"]
    blocks.block(then)
    assert blocks.block(first).hash == chain.hashes[first]


def entry(hash_):
    call = Call(TOKEN, b"")
    return Entry(hash_[0], b"", 0, "", call, 0, 0, 0, State.SENT, 0.0, 0.0, raw=b"", hash=hash_)


def test_what_is_looked_for_in_blocks_of_two_branches_is_taken_from_the_newest_one():
    """Its first block is of the branch that was given up, as a node has it for a moment longer."""
    node = PaperNode(blocks=[(A, B), (A,)])
    node.newest = 2
    hashes = {1: b"1", 2: b"2'"}
    node.block = lambda number: Block(number, hashes[number], b"1'", 0, 0, node.blocks[number])

    found = _look_through(Blocks(node), 0, [entry(A), entry(B)])

    assert [entry.hash for entry, _ in found] == [A]
