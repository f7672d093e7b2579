"""Clique can stand still with every validator alive: how a node gets it going again (S8).

A validator of Clique may seal again only when half of them have sealed since. With an even number
of validators that are up two branches of equal weight can come about, each sealed by one half:
after a cut, after a restart of several, rarely under load. Nobody gives way, since none weighs
more, and on each branch those who may seal next are on the other. (EIP-3436 describes it. QBFT has
no branches.)

The way out is a node that forgets its last blocks and takes up the branch that a peer has. Each
organisation does it at its own node, and needs nobody's leave: the blocks are younger than what
the chain calls final (`clique_finality`). So that they do not all do it at once, each waits its
turn.
"""

import time
from collections.abc import Callable
from typing import Any, Final

from jp20.chain.rpc.connection import quantity
from jp20.domain.base.addresses import parse_address
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text, WordEnum
from jp20.network.genesis import ascending
from jp20.network.network_file import Consensus, NetworkFile, NetworkNode
from jp20.network.operator_channel import OperatorChannel

STILL: Final = 30
"""Seconds without a block, and at least ten block periods, before the first one acts."""

TURN: Final = 20.0
"""Seconds between one node's turn and the next one's."""

WATCH: Final = 5.0
"""Seconds for which a node looks whether no block comes, before it acts: where validators are busy
blocks come, and are old when they do.
"""


class NotClique(JP20Error):
    """Only Clique can stand still like this."""

    what = Text("This is for Clique only.")
    why = Text("QBFT has no branches; when it stands still, validators are missing.")
    next_step = Text("Run: jp20 network check")


class Stall(WordEnum):
    """What was found, and what was done."""

    MOVING = "moving", Text("Blocks come; nothing to do.")
    MISSING = "missing", Text("Blocks do not come since validators are missing: bring them back.")
    NOT_YET = "not yet", Text("The chain stands still; another node's turn is before this one's.")
    MOVED = "moved", Text("The node gave up its last blocks and took up what its peers have.")
    TRIED = "tried", Text("The node gave up its last blocks, and no peer had others.")


def unstick(
    network: NetworkFile,
    node: NetworkNode,
    channel: OperatorChannel,
    *,
    still: float | None = None,
    turn: float = TURN,
    watch: float = WATCH,
    pause: Callable[[float], None] = time.sleep,
) -> Stall:
    """Looks whether the chain stands still at this node with enough validators connected, and if it
    is this node's turn gives its last blocks up for what its peers have. It is run again and again,
    at least once a `turn`.

    Raises NotClique, NoOperatorChannel, NodeRefused.
    """
    if network.consensus is not Consensus.CLIQUE:
        raise NotClique
    head = _head(channel)
    allowed = max(STILL, 10 * network.block_period) if still is None else still
    idle = time.time() - quantity(head["timestamp"]) - allowed
    if idle < 0 or quantity(head["number"]) == 0:
        return Stall.MOVING
    signers = ascending(parse_address(each) for each in channel.rpc("clique_getSigners"))
    peers = _peers(network, channel)
    if 1 + len(peers) < len(signers) // 2 + 1:
        return Stall.MISSING
    place = signers.index(node.validator) if node.validator in signers else len(signers)
    # Everybody's turn comes again, for the peer that was asked may have had the same branch.
    since = idle % (turn * (len(signers) + 1))
    if not place * turn <= since < (place + 1) * turn:
        return Stall.NOT_YET
    pause(watch)
    if _head(channel)["hash"] != head["hash"]:
        return Stall.MOVING
    return _take_up(channel, head, len(signers) // 2, peers, turn, pause)


def unstick_in_turn(
    network: NetworkFile,
    node: NetworkNode,
    channel: OperatorChannel,
    patience: float,
    pause: Callable[[float], None] = time.sleep,
) -> Stall:
    """The same, and where it is not this node's turn it waits for that, `patience` seconds at most:
    run every minute with a patience of fifty it misses no turn.
    """
    deadline = time.monotonic() + patience
    while True:
        found = unstick(network, node, channel, pause=pause)
        if found is not Stall.NOT_YET or time.monotonic() + TURN / 4 > deadline:
            return found
        pause(TURN / 4)


def _take_up(
    channel: OperatorChannel,
    head: dict[str, Any],
    depth: int,
    peers: list[NetworkNode],
    patience: float,
    pause: Callable[[float], None],
) -> Stall:
    seals = channel.rpc("eth_mining")
    if seals:
        channel.rpc("miner_stop")  # else it would seal its own branch again before it has another
    try:
        if _head(channel)["hash"] != head["hash"]:
            return Stall.MOVING
        channel.rpc("debug_setHead", hex(max(0, quantity(head["number"]) - depth)))
        for peer in peers:
            # It looks at what a peer has when they greet each other.
            channel.rpc("admin_removePeer", peer.enode)
            channel.rpc("admin_addPeer", peer.enode)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            pause(0.5)
            found = _head(channel)
            if quantity(found["number"]) > quantity(head["number"]) - depth:
                return Stall.TRIED if found["hash"] == head["hash"] else Stall.MOVED
        return Stall.TRIED
    finally:
        if seals:
            channel.rpc("miner_start")


def _head(channel: OperatorChannel) -> dict[str, Any]:
    found: dict[str, Any] = channel.rpc("eth_getBlockByNumber", "latest", False)
    return found


def _peers(network: NetworkFile, channel: OperatorChannel) -> list[NetworkNode]:
    """The validators of the file that this node is connected with."""
    enodes = (peer["enode"] for peer in channel.rpc("admin_peers"))
    ids = {enode.removeprefix("enode://").split("@")[0] for enode in enodes}
    return [each for each in network.validators if each.node_id and each.node_id.hex() in ids]
