"""Work in several transactions that is broken off behind each of them, and begun again."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from example_world import KEYS

from jp20.chain.rpc.connection import Connection
from jp20.chain.sending.sender import Sender


class BrokenOff(Exception):
    """As if the process had been killed."""


def transactions(connection: Connection) -> int:
    """How many all keys made."""
    return sum(connection.next_nonce(key.address) for key in KEYS)


def transactions_of(connection: Connection, work: Callable[[], None]) -> int:
    """How many there are after some work, which is undone."""
    beginning = connection.rpc("evm_snapshot")
    work()
    made = transactions(connection)
    connection.rpc("evm_revert", beginning)
    return made


def broken_off_until(
    is_over: Callable[[], bool], connection: Connection, work: Callable[[], None], expected: int
) -> int:
    """Begins work again and again, each time up to its first new transaction: what was sent is on
    the chain, and the process is gone before it has heard of it. Then once undisturbed: in all
    there are as many transactions as expected. Returns how often it was broken off.
    """
    send_all = Sender.send_all

    def and_break_off(self, *arguments, **options):
        outcomes = send_all(self, *arguments, **options)
        if all(each.earlier for each in outcomes):
            return outcomes
        raise BrokenOff

    runs = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sender, "send_all", and_break_off)
        while not is_over():
            runs += 1
            assert runs <= expected, "no run gets further"
            with suppress(BrokenOff):
                work()
    work()
    assert transactions(connection) == expected
    return runs
