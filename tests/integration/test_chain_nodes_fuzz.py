"""Two nodes that fail at random, each call anew, while transactions are sent and the chain read."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from faulty_proxy import FaultyProxy

from jp20.chain.local import LocalChain
from jp20.chain.rpc.connection import Connection, NodeFailure, connect
from jp20.chain.rpc.networks import Network
from jp20.chain.rpc.nodes import SEND
from jp20.chain.rpc.receipts import receipts_now
from jp20.chain.signing.signers import Signer, development_signers
from jp20.domain.base.addresses import address_of
from jp20.domain.transactions.transactions import Signed, Unsigned

SIGNERS = development_signers(3)
EACH = 40  # transactions of a signer
SOUND = 70  # of a hundred requests
FAULTS = ("reset", "lost", "cut", "page", "other json", "other id", "unavailable", "refused")
TRIES = 2_000


@pytest.fixture(scope="module", params=[None, 1], ids=["a block each", "a block a second"])
def anvil(request: pytest.FixtureRequest) -> Iterator[Connection]:
    with LocalChain("anvil", block_time=request.param) as connection:
        yield connection


@pytest.mark.requirement("S6", "S8")
@pytest.mark.parametrize("seed", range(2))
def test_whatever_fails_each_transaction_happens_once_and_each_answer_is_right(
    anvil: Connection, hasty, seed: int
):
    dice = random.Random(seed)
    proxies = [FaultyProxy(anvil.network.url) for _ in range(2)]
    try:
        connection = connect(Network([proxy.url for proxy in proxies], anvil.chain_id))
        for proxy in proxies:
            proxy.fault = partial(_drawn, dice, proxy)
        waiting = {each.address: _signed(anvil, each) for each in SIGNERS}
        everything = [each for own in waiting.values() for each in own]
        block, nonces = 0, [0, 0, 0]
        before = [anvil.next_nonce(each.address) for each in SIGNERS]

        # when: what no node took for sure is sent again, the same bytes
        for _ in range(TRIES):
            if not any(waiting.values()):
                break
            signer = dice.choice([each for each, own in waiting.items() if own])
            some = waiting[signer][: dice.randint(1, 8)]
            try:
                answers = connection.send_raw([each.raw for each in some], sender=signer)
            except NodeFailure:
                pass
            else:
                assert answers == [None] * len(some)
                del waiting[signer][: len(some)]
            for proxy in proxies:
                proxy.frozen = None
            if dice.random() < 0.2:
                dice.choice(proxies).frozen = max(anvil.block_number() - 1, 0)

            # then: nothing that is read is older than what was read before, or wrong
            seen = _answer(connection.block_number)
            assert block <= seen <= anvil.block_number()
            block = seen
            found = _answer(lambda: _nonces(connection, "latest"))
            assert all(old <= new for old, new in zip(nonces, found, strict=True))
            nonces = found
            settled = max(block - 1, 0)  # anvil shows the newest block while it makes the next
            assert _answer(lambda at=settled: _nonces(connection, hex(at))) == _nonces(
                anvil, hex(settled)
            )
        assert not any(waiting.values())

        # and: each transaction is in one block
        hashes = [each.hash for each in everything]
        for proxy in proxies:
            proxy.frozen = None
        for _ in range(TRIES):
            receipts = _answer(lambda: receipts_now(connection, hashes))
            if len(receipts) == len(hashes):
                break
            anvil.rpc("evm_mine")
        assert all(receipt.succeeded for receipt in receipts.values())
        assert _nonces(anvil, "latest") == [nonce + EACH for nonce in before]
        blocks = {receipt.block for receipt in receipts.values()}
        listed = [one for number in blocks for one in anvil.block(number).transactions]
        assert sorted(one for one in listed if one in set(hashes)) == sorted(hashes)
    finally:
        for proxy in proxies:
            proxy.stop()


def _drawn(dice: random.Random, proxy: FaultyProxy, methods: list[str]) -> str:
    if proxy.frozen is not None and SEND in methods:
        return "reset"  # what the node behind it says would show the newest block
    throw = dice.randrange(100)
    if throw < SOUND:
        return ""
    return "hang" if throw == SOUND else dice.choice(FAULTS)


def _nonces(connection: Connection, at: str) -> list[int]:
    asked = connection.batch(("eth_getTransactionCount", (each.address, at)) for each in SIGNERS)
    return [int(each, 16) for each in asked]


def _signed(anvil: Connection, signer: Signer) -> list[Signed]:
    nonce = anvil.next_nonce(signer.address)
    return [
        signer.sign_transaction(
            Unsigned(anvil.chain_id, nonce + step, 2 * 10**9, 30_000, address_of(0xDEAD), b"")
        )
        for step in range(EACH)
    ]


def _answer(ask: Callable[[], Any]) -> Any:
    for _ in range(TRIES):
        try:
            return ask()
        except NodeFailure:
            continue
    raise AssertionError("no answer at all")
