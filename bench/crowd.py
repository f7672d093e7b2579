"""Twenty signers who send at the same time, each through the node of its lane: JP20's sender with
its outboxes on the disk, and, for comparison, as little as sending can be.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from jp20.chain.contracts.errors import Reverted
from jp20.chain.local import PATIENCE
from jp20.chain.rpc.blocks import Blocks
from jp20.chain.rpc.connection import Connection
from jp20.chain.rpc.receipts import Receipt
from jp20.chain.sending.outbox import open_outbox
from jp20.chain.sending.sender import Sender
from jp20.chain.signing.signers import KeySigner, Unsigned
from jp20.domain.governance.requests import Call

PART: Final = 100  # transactions in one request
PAUSE: Final = 0.1

Calls = Sequence[Sequence[Call]]
"""The calls of each signer, in their order."""

_T = TypeVar("_T")


@dataclass
class Sent:
    """What was sent at once, and how long it took to the last receipt. `ended` are the seconds
    after which each came to its end, as its sender saw it.
    """

    seconds: float = 0.0
    receipts: list[Receipt] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)


class Crowd:
    """The signers with their senders. To be closed."""

    def __init__(self, connection: Connection, keys: Sequence[KeySigner], folder: Path) -> None:
        self.connection: Final = connection
        blocks = Blocks(connection)
        self.senders: Final = [
            Sender(
                connection,
                key,
                {},
                patience=PATIENCE,
                outbox=open_outbox(folder, connection.chain_id, connection.genesis, key.address),
                blocks=blocks,
            )
            for key in keys
        ]

    def send(self, calls: Calls, gas: int | None = None) -> Sent:
        """Everybody's calls at the same time; see `Sender.send_all`. Raises Reverted where one is
        refused.
        """
        sent = Sent()
        began = time.monotonic()

        def one(place: int) -> list[Receipt]:
            told = 0

            def progress(done: int, _: int) -> None:
                nonlocal told
                sent.ended.extend([time.monotonic() - began] * (done - told))
                told = done

            return received(self.senders[place].send_all(calls[place], gas=gas, progress=progress))

        for receipts in at_once([partial(one, place) for place in range(len(calls))]):
            sent.receipts += receipts
        sent.seconds = time.monotonic() - began
        return sent

    def keep_sending(
        self, next_calls: Callable[[int], Sequence[Call]], seconds: float, gas: int
    ) -> list[float]:
        """Lets each signer, by its place, send what comes next as soon as it has all receipts.
        Returns when each transaction came to its end, in seconds. Raises Reverted.
        """
        began = time.monotonic()

        def one(place: int) -> list[float]:
            ended: list[float] = []

            def progress(done: int, _: int) -> None:
                ended.extend([time.monotonic() - began] * (first + done - len(ended)))

            while time.monotonic() - began < seconds:
                first = len(ended)
                calls = next_calls(place)
                received(self.senders[place].send_all(calls, gas=gas, progress=progress))
            return ended

        tasks = [partial(one, place) for place in range(len(self.senders))]
        return [at for of_one in at_once(tasks) for at in of_one]

    def close(self) -> None:
        for sender in self.senders:
            sender.outbox.close()


def push(connection: Connection, keys: Sequence[KeySigner], calls: Calls, gas: int) -> Sent:
    """As little as sending can be: everything is signed and handed over, then the blocks are looked
    through. Nothing is tried before, nothing is written down, and no node may fail.
    """
    began = time.monotonic()

    def one(key: KeySigner, mine: Sequence[Call]) -> list[bytes]:
        first = connection.next_nonce(key.address)
        signed = []
        for start in range(0, len(mine), PART):
            part = [
                key.sign_transaction(
                    Unsigned(connection.chain_id, first + place, 0, gas, call.target, call.data)
                )
                for place, call in enumerate(mine[start : start + PART], start)
            ]
            refused = connection.send_raw([each.raw for each in part], sender=key.address)
            if any(refused):
                raise RuntimeError(f"refused: {refused}")
            signed += part
        return [each.hash for each in signed]

    first = connection.block_number()
    handed = at_once([partial(one, key, mine) for key, mine in zip(keys, calls, strict=True)])
    receipts = _read(connection, {hash for of_one in handed for hash in of_one}, first)
    if not all(each.succeeded for each in receipts):
        raise RuntimeError("a transfer failed")
    return Sent(time.monotonic() - began, receipts)


def _read(connection: Connection, waiting: set[bytes], first: int) -> list[Receipt]:
    """The receipts, block by block, as blocks come. TimeoutError after PATIENCE."""
    looked: dict[int, bytes] = {}
    receipts: dict[bytes, Receipt] = {}
    deadline = time.monotonic() + PATIENCE
    while waiting - receipts.keys():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(waiting - receipts.keys())} are in no block")
        time.sleep(PAUSE)
        with suppress(LookupError):  # the chain became shorter a moment ago
            # Backwards to a block that was seen: those after it may have been replaced.
            for number in range(connection.block_number(), first, -1):
                block = connection.block(number)
                if looked.get(number) == block.hash:
                    break
                if waiting.intersection(block.transactions):
                    for found in connection.rpc("eth_getBlockReceipts", hex(number)) or ():
                        receipt = Receipt.of(found)
                        receipts[receipt.transaction] = receipt
                looked[number] = block.hash
    return [receipts[hash] for hash in waiting]


def at_once(tasks: Sequence[Callable[[], _T]]) -> list[_T]:
    """What tasks return that run at the same time. Raises what one of them raised. Threads that are
    not waited for any more end with the process.
    """
    futures: list[Future[_T]] = [Future() for _ in tasks]

    def run(place: int) -> None:
        try:
            futures[place].set_result(tasks[place]())
        except BaseException as error:  # raised where it is waited for
            futures[place].set_exception(error)

    for place in range(len(tasks)):
        threading.Thread(target=run, args=(place,), daemon=True).start()
    for future in as_completed(futures):
        future.result()
    return [future.result() for future in futures]


def received(outcomes: Sequence[Receipt | Reverted]) -> list[Receipt]:
    """The receipts of what was sent. Raises Reverted where one was refused."""
    found = []
    for each in outcomes:
        if isinstance(each, Reverted):
            raise each
        found.append(each)
    return found
