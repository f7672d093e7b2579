"""Whether one node answers at an address, or several in turn, as behind a load balancer (S8)."""

from itertools import pairwise
from typing import Any, Final

from jp20.chain.rpc.access import Access
from jp20.chain.rpc.connection import octets, quantity
from jp20.chain.rpc.node import Node, RpcCall, TooMuchAtOnce
from jp20.chain.rpc.node_errors import host_of
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text

_ASKED: Final = 6
"""Questions, each on a connection of its own: some balancers change the node with the request,
others with the connection.
"""

_QUESTION: Final[tuple[RpcCall, ...]] = (
    ("eth_chainId", ()),
    ("eth_getBlockByNumber", ("0x0", False)),
    ("eth_getBlockByNumber", ("latest", False)),
)

_EACH_BY_ITSELF: Final = Text(
    "Name each node by its own address instead of the load balancer's (jp20.toml: rpc = [...]; "
    "the network file: rpc_url), and run jp20 network check again: it shows which one is at fault."
)


class SeveralNodes(JP20Error):
    """Nodes that do not say the same answer at one address."""

    next_step = _EACH_BY_ITSELF


class SeveralChains(SeveralNodes):
    """They are of different chains: what is read and where is sent to is chance."""

    what = Text("Nodes of different chains answer in turn at {host}.")

    def __init__(self, host: str, chains: set[tuple[int, bytes]]) -> None:
        each = (
            Text("chain {chain_id}, first block 0x{genesis}", chain_id=id, genesis=genesis.hex())
            for id, genesis in sorted(chains)
        )
        super().__init__(why=Text.joined(each, "; ", "、"), host=host)


class SeveralHeights(SeveralNodes):
    """One is behind the other: what is read may be older than what was read before."""

    what = Text("Nodes of different heights answer in turn at {host}.")

    def __init__(self, host: str, newest: int, older: int) -> None:
        why = Text(
            "Its newest block was {newest:,}, and {older:,} when it was asked again.",
            newest=newest,
            older=older,
        )
        super().__init__(why=why, host=host)


def several_behind(url: str, access: Access) -> SeveralNodes | None:
    """What shows that several nodes answer at an address; None where nothing does. Raises
    NodeFailure.
    """
    chains: set[tuple[int, bytes]] = set()
    heads: list[int] = []
    for _ in range(_ASKED):
        node = Node(url, access)
        try:
            answers = node.ask(_QUESTION)
        except TooMuchAtOnce:  # another check says that it takes small requests only
            return None
        finally:
            node.close()
        chain_id, first, newest = (answer.get("result") for answer in answers)
        if chain_id is not None and isinstance(first, dict):
            chains.add((quantity(chain_id), octets(first["hash"])))
        if isinstance(newest, dict):
            heads.append(_number(newest))
    host = host_of(url)
    if len(chains) > 1:
        return SeveralChains(host, chains)
    for before, after in pairwise(heads):
        if after < before:
            return SeveralHeights(host, before, after)
    return None


def _number(block: dict[str, Any]) -> int:
    return quantity(block["number"])
