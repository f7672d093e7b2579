"""The nodes of the settings, each asked how it is (S8)."""

import time
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from jp20.chain.rpc.connection import connect, quantity
from jp20.chain.rpc.networks import Network
from jp20.chain.rpc.node_errors import host_of as host_of
from jp20.domain.base.errors import JP20Error
from jp20.network.balancer import SeveralChains, SeveralNodes, several_behind

_LOOKED_BACK: Final = 20
"""Blocks over which the interval is taken."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a node says. `age` is that of its newest block in seconds; `interval` seconds a block
    with one decimal, None at a chain's beginning. `gas_price` is in wei. `several`: what shows that
    several nodes answer at the address, which can be used all the same.
    """

    chain_id: int
    genesis: bytes
    block: int
    age: int
    interval: str | None
    gas_price: int
    version: str
    several: SeveralNodes | None


def look_at(network: Network) -> Look | JP20Error:
    """How the one node of a network is, or what is wrong with it."""
    ((url, access),) = network.nodes
    try:
        several = several_behind(url, access)
        if isinstance(several, SeveralChains):
            return several
        with closing(connect(network)) as connection:
            newest = connection.block()
            earlier = connection.block(max(newest.number - _LOOKED_BACK, 0))
            return Look(
                connection.chain_id,
                connection.genesis,
                newest.number,
                max(int(time.time()) - newest.time, 0),
                _interval(newest.number - earlier.number, newest.time - earlier.time),
                quantity(connection.rpc("eth_gasPrice")),
                str(connection.rpc("web3_clientVersion")),
                several,
            )
    except JP20Error as error:
        return error


def _interval(blocks: int, seconds: int) -> str | None:
    return f"{seconds / blocks:.1f}" if blocks else None
