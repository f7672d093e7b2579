"""Processes that are killed at a chosen point, and the distribution that they are killed in."""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_hash.auto import keccak
from example_world import BROKER, ISSUER, KEYS, TRUST_BANK, World, allotments, evidence

from jp20.chain.rpc.connection import Connection, connect
from jp20.chain.rpc.networks import Network
from jp20.chain.sending.outbox import Outbox
from jp20.domain.base.addresses import address_of
from jp20.domain.base.errors import JP20Error
from jp20.domain.plans.outcomes import Outcomes
from jp20.operations.plans.plan import distribute, enrol
from jp20.operations.session import open_session

CASE = "AL-CRASH"

HOLDERS = [address_of(keccak(f"holder {number}".encode())[-20:]) for number in range(20)]
UNITS = [10 + number for number in range(20)]  # 10 + 11 + … + 29 = 390 of the 800 undistributed

TRANSACTIONS = {BROKER: 1, ISSUER: 1, TRUST_BANK: 4}
"""A proposal, a signature, and of 20 rows four executions with five each."""

TRANSITIONS = ("intend", "sign", "send", "include")


@dataclass(frozen=True)
class Delivery:
    """Twenty rows to be delivered in four calls, by whoever has the keys."""

    world: World
    before: dict[int, int]

    @classmethod
    def of(cls, world: World) -> "Delivery":
        """With the holders whitelisted, and no transaction of it sent."""
        lines = [world.row(f"C-{n}", each) for n, each in enumerate(HOLDERS)]
        enrol(world.session, world.investors(*lines), evidence("WL-CRASH"))
        return cls(world, _nonces(world))

    def run(self, folder: Path, network: Network | None = None) -> Outcomes:
        """Delivers what is not delivered yet, with the outboxes in a folder."""
        connection = connect(network or self.world.session.connection.network)
        with open_session(connection, self.world.deployment, KEYS, outbox=folder) as session:
            file = allotments(*zip(HOLDERS, UNITS, strict=True))
            return distribute(session, self.world.token, file, evidence(CASE))

    @property
    def balances(self) -> list[int]:
        token = self.world.session.token(self.world.token)
        return token.read_many(int, "balanceOf", [(holder,) for holder in HOLDERS])

    @property
    def mined(self) -> dict[int, int]:
        """How many transactions each organisation's key has in blocks since the beginning."""
        return {each: n - self.before[each] for each, n in _nonces(self.world).items()}


def run_until_it_ends(delivery: Delivery, folder: Path, network: Network) -> None:
    """As somebody does who runs the same again after each error."""
    for _ in range(10):
        with suppress(JP20Error):
            delivery.run(folder, network)
            return
        time.sleep(0.2)
    delivery.run(folder, network)


class Points:
    """The points at which a process can be killed, counted as they are passed: before and after
    each transition of an outbox, and before and after transactions are handed to the node.
    """

    def __init__(self, at: int, then: Callable[[], None]) -> None:
        self.passed = 0
        self._at = at
        self._then = then

    @contextmanager
    def watched(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for owner, name in [*((Outbox, t) for t in TRANSITIONS), (Connection, "send_raw")]:
                patch.setattr(owner, name, self._around(getattr(owner, name)))
            yield

    def _around(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def watched(receiver: object, items: Sequence[object], *more: Any, **named: Any) -> Any:
            if not items:
                return method(receiver, items, *more, **named)
            self._pass()
            result = method(receiver, items, *more, **named)
            self._pass()
            return result

        return watched

    def _pass(self) -> None:
        self.passed += 1
        if self.passed == self._at:
            self._then()


class SlowBlocks:
    """A block every tenth of a second, whether something was sent or not; none for a while after a
    process was killed, so that what it sent is still with the node when the next one begins.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._over = threading.Event()
        self._resting_until = 0.0
        self._miner = threading.Thread(target=self._mine)

    def __enter__(self) -> "SlowBlocks":
        self._connection.rpc("evm_setAutomine", False)
        self._miner.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._miner.join()
        self._connection.rpc("evm_setAutomine", True)

    def rest(self) -> None:
        self._resting_until = time.monotonic() + 0.4

    def _mine(self) -> None:
        while not self._over.wait(0.1):
            if time.monotonic() > self._resting_until:
                self._connection.rpc("evm_mine")


def kill_oneself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_child(work: Callable[[], object]) -> int:
    """Starts a process that does some work; its number."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        os._exit(1)
    os._exit(0)


def ended(child: int) -> int:
    """Waits for a process: 0, or the signal that killed it as a negative number, or its code."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(point: int, work: Callable[[], object]) -> bool:
    """Does some work in a process that is killed at a point; False where it ends before it."""
    points = Points(point, kill_oneself)

    def watched() -> None:
        with points.watched():
            work()

    code = ended(in_child(watched))
    assert code in (0, -signal.SIGKILL)
    return code != 0


def _nonces(world: World) -> dict[int, int]:
    count = world.session.connection.rpc
    return {
        each: int(count("eth_getTransactionCount", world.key(each).address, "latest"), 16)
        for each in TRANSACTIONS
    }
