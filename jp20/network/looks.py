"""The nodes of the settings, each asked how it is (S8)."""

import time
from dataclasses import dataclass
from typing import Final

from jp20.chain.rpc.connection import connect, octets, quantity
from jp20.chain.rpc.networks import Network
from jp20.chain.rpc.node_errors import host_of as host_of
from jp20.domain.base.errors import JP20Error

_LOOKED_BACK: Final = 20
"""Blocks over which the interval is taken."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a node says. `age` is that of its newest block in seconds; `interval` seconds a block
    with one decimal, None at a chain's beginning. `gas_price` is in wei.
    """

    chain_id: int
    genesis: bytes
    block: int
    age: int
    interval: str | None
    gas_price: int
    version: str


def look_at(network: Network) -> Look | JP20Error:
    """How the one node of a network is, or what is wrong with it."""
    try:
        connection = connect(network)
        newest = connection.block()
        genesis = connection.rpc("eth_getBlockByNumber", "0x0", False)
        earlier = connection.block(max(newest.number - _LOOKED_BACK, 0))
        return Look(
            connection.chain_id,
            octets(genesis["hash"]),
            newest.number,
            max(int(time.time()) - newest.time, 0),
            _interval(newest.number - earlier.number, newest.time - earlier.time),
            quantity(connection.rpc("eth_gasPrice")),
            str(connection.rpc("web3_clientVersion")),
        )
    except JP20Error as error:
        return error


def _interval(blocks: int, seconds: int) -> str | None:
    return f"{seconds / blocks:.1f}" if blocks else None
