"""The checks of one node of a network, by its RPC and, on its own machine, by its operator's
channel (S2, S8, G26).

Nothing is changed and nothing is left behind: whether gas is free is asked with a transaction that
every node refuses, and the reason tells.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import rlp  # type: ignore[import-untyped]
from coincurve import PrivateKey
from eth_hash.auto import keccak

from jp20.chain.rpc.connection import BATCH, Connection, NodeRefused, octets, quantity
from jp20.chain.rpc.node import Node as Server
from jp20.chain.rpc.node import TooMuchAtOnce
from jp20.chain.rpc.node_errors import NotANode
from jp20.chain.rpc.pruned import TransactionsPruned, require_kept
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.network.balancer import several_behind
from jp20.network.client_versions import AS_OF, client_of, weaknesses
from jp20.network.findings import Finding, fault, fault_of, sound, unseen, warning
from jp20.network.init import outdated_files
from jp20.network.network_file import NetworkFile, NetworkNode
from jp20.network.node_files import POOL_SLOTS, client_name
from jp20.network.operator_channel import OperatorChannel

_ABSENT: Final = (-32601, -32604)
"""How a node says that it does not have a method: geth and GoQuorum, Besu."""

_MOVERS: Final = (
    "admin_nodeInfo",
    "clique_getSigners",
    "debug_getBadBlocks",
    "istanbul_nodeAddress",
    "miner_setEtherbase",
    "personal_listWallets",
    "qbft_getPendingVotes",
)
"""One method of each namespace that has some which move a node or a validator."""

# GAS, SLOAD of an untouched slot, GAS: what it cost. 2,100 from the hard fork berlin on, 800
# before; with the instructions around it seven more.
_COST_OF_SLOAD: Final = "0x5a60005450" + "5a9003" + "60005260206000f3"
_BERLIN: Final = 2_107
# BASEFEE, which the hard fork london brought.
_BASE_FEE: Final = "0x48600052" + "60206000f3"

_GENESIS_AGAIN: Final = Text(
    "Stop the node, remove its data folder, take common/genesis.json of the network, and start it."
)


@dataclass(frozen=True, slots=True)
class Looked:
    """A node, and the ways to it: `connection` and `server` are its RPC, `channel` its operator's,
    each None where there is no such way from here. `is_own`: its folder is on this machine.
    """

    network: NetworkFile
    node: NetworkNode
    folder: Path
    is_own: bool
    connection: Connection | None
    server: Server | None
    channel: OperatorChannel | None


def node_findings(
    looked: Looked, genesis: bytes | None, since: int | None = None
) -> Iterator[Finding]:
    """All checks of one node. One that cannot be carried out is a finding, and the others are.
    `since` is the block from which on its history is asked for, None where there is none.
    """
    name = looked.node.name
    yield from _closed(looked)
    connection, server = looked.connection, looked.server
    if connection is not None and server is not None:
        checks: dict[str, Callable[[], Iterator[Finding]]] = {
            "one-node": lambda: _one_node(looked, server),
            "chain": lambda: _chain(looked, connection, genesis),
            "hard-fork": lambda: _hard_fork(looked, connection),
            "version": lambda: _version(looked, connection),
            "gas-price": lambda: _gas_price(looked, connection),
            "batch": lambda: _batch(looked, server),
            "rpc-methods": lambda: _methods(looked, connection),
            "peers": lambda: _peers(looked, connection),
        }
        if since is not None:
            checks["history"] = lambda: _history(looked, connection, since)
        for check, run in checks.items():
            try:
                yield from run()
            except JP20Error as error:
                yield fault_of(check, name, error)
            except (TypeError, ValueError):
                yield fault_of(check, name, NotANode(server.url))
    yield from _own_files(looked)
    yield from _pool(looked)


# The chain


def _one_node(looked: Looked, server: Server) -> Iterator[Finding]:
    """Behind an address that other machines reach may be several; nothing is said where it is
    one.
    """
    several = None if looked.is_own else several_behind(server.url, server.access)
    if several is not None:
        yield fault_of("one-node", looked.node.name, several)


def _chain(looked: Looked, connection: Connection, genesis: bytes | None) -> Iterator[Finding]:
    name, wanted = looked.node.name, looked.network.chain_id
    if connection.chain_id != wanted:
        yield fault(
            "chain",
            name,
            Text(
                "Chain {chain_id}, and not {wanted}.", chain_id=connection.chain_id, wanted=wanted
            ),
            _GENESIS_AGAIN,
        )
        return
    if genesis is not None and connection.genesis != genesis:
        yield fault(
            "chain",
            name,
            Text(
                "Another first block: 0x{found}, and not 0x{genesis}.",
                found=connection.genesis.hex(),
                genesis=genesis.hex(),
            ),
            _GENESIS_AGAIN,
        )
        return
    shown = connection.genesis.hex()
    yield sound(
        "chain",
        name,
        Text("Chain {wanted}, first block 0x{genesis}.", wanted=wanted, genesis=shown),
    )


def _hard_fork(looked: Looked, connection: Connection) -> Iterator[Finding]:
    name = looked.node.name
    next_step = Text(
        "The contracts were built for berlin. Give every node the network's common/genesis.json."
    )
    with suppress(NodeRefused):
        connection.rpc("eth_call", {"data": _BASE_FEE}, "latest")
        later = Text("The chain is beyond the hard fork berlin.")
        yield fault("hard-fork", name, later, next_step)
        return
    cost = quantity(connection.rpc("eth_call", {"data": _COST_OF_SLOAD}, "latest"))
    if cost != _BERLIN:
        earlier = Text("The chain is before the hard fork berlin.")
        yield fault("hard-fork", name, earlier, next_step)
        return
    yield sound("hard-fork", name, Text("berlin."))


def _history(looked: Looked, connection: Connection, since: int) -> Iterator[Finding]:
    """Whether the node finds the first transactions by their hash, and what was then."""
    name = looked.node.name
    try:
        require_kept(connection, since - 1)
    except TransactionsPruned as error:
        yield fault_of("history", name, error)
        return
    try:
        connection.rpc("eth_getBalance", ZERO_ADDRESS, hex(since))
    except NodeRefused:
        yield fault(
            "history",
            name,
            Text(
                "It does not keep what the state was at block {since:,}: no register as of a "
                "past day can be compared with it.",
                since=since,
            ),
            Text("Give it the options of jp20 network init (archive), and resynchronise it."),
        )
        return
    yield sound(
        "history", name, Text("Keeps transactions and states from block {since:,} on.", since=since)
    )


# The client


def _version(looked: Looked, connection: Connection) -> Iterator[Finding]:
    name = looked.node.name
    said = str(connection.rpc("web3_clientVersion"))
    client = client_of(said)
    if client.consensus is not looked.network.consensus:
        yield fault(
            "version",
            name,
            Text(
                "{version} runs, and the network is one of {client}.",
                version=said,
                client=client_name(looked.network),
            ),
            Text("Run the network's client."),
        )
        return
    known = weaknesses(client)
    if not known:
        yield sound(
            "version",
            name,
            Text("{version}: no weakness known on {date}.", version=said, date=AS_OF),
        )
        return
    weak = Text.joined(
        (Text("{name} ({what})", name=each.name, what=each.what) for each in known), "; ", "、"
    )
    yield warning(
        "version",
        name,
        Text("{version}, known on {date}: {weak}.", version=said, date=AS_OF, weak=weak),
        Text(
            "Let only the other nodes' addresses reach the peer port (docs/network.md, versions)."
        ),
    )


def _gas_price(looked: Looked, connection: Connection) -> Iterator[Finding]:
    name = looked.node.name
    try:
        connection.rpc("eth_sendRawTransaction", f"0x{_moneyless(connection.chain_id).hex()}")
    except NodeRefused as refusal:
        said = str(refusal.error.get("message", "")).lower()
        if "price" in said and "balance" not in said and "funds" not in said:
            yield fault(
                "gas-price",
                name,
                Text("A transaction with gas price 0 is refused: {version}.", version=said),
                Text(
                    "Set the price to 0 (docs/network.md, free gas): what one node refuses "
                    "does not reach the next."
                ),
            )
            return
    yield sound("gas-price", name, Text("Gas is free."))


def _batch(looked: Looked, server: Server) -> Iterator[Finding]:
    name = looked.node.name
    try:
        taken = sum("result" in answer for answer in server.ask([("eth_chainId", ())] * BATCH))
    except TooMuchAtOnce:
        taken = 0
    if taken == BATCH:
        yield sound("batch", name, Text("{count} {count:call|calls} in a request.", count=BATCH))
    else:
        yield warning(
            "batch",
            name,
            Text(
                "A request of {count} {count:call|calls} is refused: everything takes more "
                "requests.",
                count=BATCH,
            ),
            Text("Set the batch limit as jp20 network init writes it."),
        )


# What is open


def _closed(looked: Looked) -> Iterator[Finding]:
    node = looked.node
    if node.host in ("127.0.0.1", "::1"):
        return
    ports = [node.rpc, node.operator]
    found = [port for port in ports if _listens(node.host, port)]
    if found:
        listed = ", ".join(map(str, found))
        yield fault(
            "rpc-closed",
            node.name,
            Text(
                "RPC answers on {host}, ports {listed}, to other machines.",
                host=node.host,
                listed=listed,
            ),
            Text("Let it listen on 127.0.0.1 alone, and put TLS in front (nginx.conf)."),
        )
    else:
        yield sound("rpc-closed", node.name, Text("RPC is not open to other machines."))


def _methods(looked: Looked, connection: Connection) -> Iterator[Finding]:
    name = looked.node.name
    found = [method.split("_")[0] for method in _MOVERS if _has(connection, method)]
    if found:
        listed = ", ".join(found)
        yield fault(
            "rpc-methods",
            name,
            Text("The clients' RPC can move the node: {listed}.", listed=listed),
            Text("Offer eth, net and web3 there, and nothing else."),
        )
    else:
        yield sound("rpc-methods", name, Text("The clients' RPC moves no node."))


# The peers, the pool, the files


def _peers(looked: Looked, connection: Connection) -> Iterator[Finding]:
    name, network = looked.node.name, looked.network
    others = [each for each in network.nodes if each is not looked.node]
    next_step = Text(
        "Are those nodes up? Is their peer port reachable? Run jp20 network init again after "
        "a change of network.toml."
    )
    if looked.channel is None:
        count = quantity(connection.rpc("net_peerCount"))
        what = Text("{count} of {others} peers.", count=count, others=len(others))
        yield (
            sound("peers", name, what)
            if count == len(others)
            else warning("peers", name, what, next_step)
        )
        return
    try:
        found = {_peer_id(peer) for peer in looked.channel.rpc("admin_peers")}
    except JP20Error as error:
        yield fault_of("peers", name, error)
        return
    ids = {each.node_id.hex(): each.name for each in network.nodes if each.node_id}
    strangers = sorted(each[:16] for each in found if each not in ids)
    missing = sorted(
        each.name for each in others if not each.node_id or each.node_id.hex() not in found
    )
    if strangers:
        yield fault(
            "peers",
            name,
            Text(
                "Peers that are not in the network file: {strangers}…",
                strangers=Text.listing(strangers),
            ),
            Text("Let only the addresses of the network file in (NetRestrict, firewall)."),
        )
    if missing:
        yield warning(
            "peers",
            name,
            Text("Not connected with {missing}.", missing=Text.listing(missing)),
            next_step,
        )
    if not strangers and not missing:
        yield sound("peers", name, Text("All {count} {count:peer|peers}.", count=len(others)))


def _own_files(looked: Looked) -> Iterator[Finding]:
    name = looked.node.name
    if not looked.is_own or looked.network.unknown:
        return
    old = outdated_files(looked.network, looked.node, looked.folder)
    if old:
        listed = ", ".join(file.name for file in old)
        yield fault(
            "options",
            name,
            Text("Not as the network file has it: {listed}.", listed=listed),
            Text("Run: jp20 network init {name}, and restart the node.", name=name),
        )
    else:
        yield sound(
            "options",
            name,
            Text("Pool limits, batch limits and peers as the network file has them."),
        )


def _pool(looked: Looked) -> Iterator[Finding]:
    name = looked.node.name
    if looked.channel is None:
        yield unseen("pool", name, Text("Its pool is seen on its own machine only."))
        return
    try:
        waiting, queued = _in_pool(looked.channel)
    except JP20Error as error:
        yield fault_of("pool", name, error)
        return
    what = Text(
        "{waiting:,} {waiting:transaction|transactions} in the pool, {queued:,} "
        "{queued:waits|wait} for an earlier one.",
        waiting=waiting,
        queued=queued,
    )
    if max(waiting, queued) > 0.8 * POOL_SLOTS:
        yield warning(
            "pool",
            name,
            what,
            Text("Blocks are full or do not come; whoever sends should slow down."),
        )
    else:
        yield sound("pool", name, what)


# Inside


def _in_pool(channel: OperatorChannel) -> tuple[int, int]:
    found: dict[str, Any] = channel.rpc("txpool_status")
    return quantity(found["pending"]), quantity(found["queued"])


def _peer_id(peer: dict[str, Any]) -> str:
    if "enode" in peer:
        return str(peer["enode"]).removeprefix("enode://").split("@")[0].split("?")[0]
    return str(peer["id"]).removeprefix("0x")  # Besu


def _has(connection: Connection, method: str) -> bool:
    try:
        connection.rpc(method)
    except NodeRefused as refusal:
        return refusal.error.get("code") not in _ABSENT
    return True


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=3):
            return True
    except OSError:
        return False


def _moneyless(chain_id: int) -> bytes:
    """A transaction of price nought that pays one wei from a key that was made for it and has none:
    a node that takes the price refuses it for the money.
    """
    key = PrivateKey()
    fields: list[Any] = [0, 0, 21_000, octets("0x" + "11" * 20), 1, b""]
    signature = key.sign_recoverable(keccak(rlp.encode([*fields, chain_id, 0, 0])), hasher=None)
    r, s = (int.from_bytes(signature[at : at + 32], "big") for at in (0, 32))
    return bytes(rlp.encode([*fields, signature[64] + 35 + 2 * chain_id, r, s]))
