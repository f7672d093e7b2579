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

from jp20.chain.rpc.connection import BATCH, Connection, NodeFailure, NodeRefused, octets, quantity
from jp20.chain.rpc.node import Node as Server
from jp20.chain.rpc.node import TooMuchAtOnce
from jp20.chain.rpc.pruned import TransactionsPruned, require_kept
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.errors import JP20Error, Text
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
    "Stop the node, remove its data folder, take common/genesis.json of the network, and start it.",
    "ノードを停止し、dataフォルダを削除して、ネットワークの common/genesis.json で再起動して"
    "ください。",
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
            except (NodeFailure, NodeRefused) as error:
                yield fault_of(check, name, error)
    yield from _own_files(looked)
    yield from _pool(looked)


# The chain


def _chain(looked: Looked, connection: Connection, genesis: bytes | None) -> Iterator[Finding]:
    name, wanted = looked.node.name, looked.network.chain_id
    if connection.chain_id != wanted:
        yield fault(
            "chain",
            name,
            Text(
                f"Chain {connection.chain_id}, and not {wanted}.",
                f"チェーンIDが {connection.chain_id} です({wanted} ではありません)。",
            ),
            _GENESIS_AGAIN,
        )
        return
    if genesis is not None and connection.genesis != genesis:
        yield fault(
            "chain",
            name,
            Text(
                f"Another first block: 0x{connection.genesis.hex()}, and not 0x{genesis.hex()}.",
                f"最初のブロックが異なります: 0x{connection.genesis.hex()}"
                f"(正: 0x{genesis.hex()})。",
            ),
            _GENESIS_AGAIN,
        )
        return
    shown = connection.genesis.hex()
    yield sound(
        "chain",
        name,
        Text(f"Chain {wanted}, first block 0x{shown}.", f"チェーン {wanted}、先頭 0x{shown}。"),
    )


def _hard_fork(looked: Looked, connection: Connection) -> Iterator[Finding]:
    name = looked.node.name
    next_step = Text(
        "The contracts were built for berlin. Give every node the network's common/genesis.json.",
        "コントラクトは berlin 用です。全ノードで common/genesis.json を使用してください。",
    )
    with suppress(NodeRefused):
        connection.rpc("eth_call", {"data": _BASE_FEE}, "latest")
        later = Text(
            "The chain is beyond the hard fork berlin.", "ハードフォークが berlin より後です。"
        )
        yield fault("hard-fork", name, later, next_step)
        return
    cost = quantity(connection.rpc("eth_call", {"data": _COST_OF_SLOAD}, "latest"))
    if cost != _BERLIN:
        earlier = Text(
            "The chain is before the hard fork berlin.", "ハードフォークが berlin より前です。"
        )
        yield fault("hard-fork", name, earlier, next_step)
        return
    yield sound("hard-fork", name, Text("berlin.", "berlin です。"))


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
                f"It does not keep what the state was at block {since:,}: no register as of a past"
                " day can be compared with it.",
                f"ブロック {since:,} 時点の状態が保存されていないため、過去の時点の原簿を照合"
                "できません。",
            ),
            Text(
                "Give it the options of jp20 network init (archive), and resynchronise it.",
                "jp20 network init の設定(アーカイブ)に合わせ、再同期してください。",
            ),
        )
        return
    yield sound(
        "history",
        name,
        Text(
            f"Keeps transactions and states from block {since:,} on.",
            f"ブロック {since:,} 以降の取引と状態を保存しています。",
        ),
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
                f"{said} runs, and the network is one of {client_name(looked.network)}.",
                f"{said} が稼働していますが、本ネットワークは {client_name(looked.network)} です。",
            ),
            Text("Run the network's client.", "ネットワークのクライアントを使用してください。"),
        )
        return
    known = weaknesses(client)
    if not known:
        yield sound(
            "version",
            name,
            Text(
                f"{said}: no weakness known on {AS_OF}.",
                f"{said}: {AS_OF} 時点で既知の脆弱性なし。",
            ),
        )
        return
    en = "; ".join(f"{each.name} ({each.what.en})" for each in known)
    ja = "、".join(f"{each.name}({each.what.ja})" for each in known)
    yield warning(
        "version",
        name,
        Text(f"{said}, known on {AS_OF}: {en}.", f"{said}、{AS_OF} 時点の既知の脆弱性: {ja}。"),
        Text(
            "Let only the other nodes' addresses reach the peer port (docs/network.md, versions).",
            "P2Pポートへの接続元を他ノードのアドレスに限定してください"
            "(docs/network.ja.md「バージョン」参照)。",
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
                Text(
                    f"A transaction with gas price 0 is refused: {said}.",
                    f"ガス価格ゼロの取引が拒否されます: {said}。",
                ),
                Text(
                    "Set the price to 0 (docs/network.md, free gas): what one node refuses"
                    " does not reach the next.",
                    "ガス価格をゼロに設定してください(docs/network.ja.md「ガス価格」参照)。"
                    "一部のノードで拒否されると、取引が他のノードに伝わりません。",
                ),
            )
            return
    yield sound("gas-price", name, Text("Gas is free.", "ガス価格ゼロの取引を受け付けます。"))


def _batch(looked: Looked, server: Server) -> Iterator[Finding]:
    name = looked.node.name
    try:
        taken = sum("result" in answer for answer in server.ask([("eth_chainId", ())] * BATCH))
    except TooMuchAtOnce:
        taken = 0
    if taken == BATCH:
        yield sound(
            "batch",
            name,
            Text(f"{BATCH} calls in a request.", f"一括呼出し {BATCH} 件を受け付けます。"),
        )
    else:
        yield warning(
            "batch",
            name,
            Text(
                f"A request of {BATCH} calls is refused: everything takes more requests.",
                f"一括呼出し {BATCH} 件が拒否されるため、処理が遅くなります。",
            ),
            Text(
                "Set the batch limit as jp20 network init writes it.",
                "一括呼出しの上限を jp20 network init の設定値にしてください。",
            ),
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
                f"RPC answers on {node.host}, ports {listed}, to other machines.",
                f"RPCが {node.host} のポート {listed} で他の端末に公開されています。",
            ),
            Text(
                "Let it listen on 127.0.0.1 alone, and put TLS in front (nginx.conf).",
                "127.0.0.1 のみで待ち受け、外部にはTLS(nginx.conf)を経由して公開してください。",
            ),
        )
    else:
        yield sound(
            "rpc-closed",
            node.name,
            Text("RPC is not open to other machines.", "RPCは他の端末に公開されていません。"),
        )


def _methods(looked: Looked, connection: Connection) -> Iterator[Finding]:
    name = looked.node.name
    found = [method.split("_")[0] for method in _MOVERS if _has(connection, method)]
    if found:
        listed = ", ".join(found)
        yield fault(
            "rpc-methods",
            name,
            Text(
                f"The clients' RPC can move the node: {listed}.",
                f"利用者向けRPCでノードを操作できます: {listed}。",
            ),
            Text(
                "Offer eth, net and web3 there, and nothing else.",
                "公開するAPIを eth、net、web3 のみにしてください。",
            ),
        )
    else:
        yield sound(
            "rpc-methods",
            name,
            Text("The clients' RPC moves no node.", "利用者向けRPCでノードの操作はできません。"),
        )


# The peers, the pool, the files


def _peers(looked: Looked, connection: Connection) -> Iterator[Finding]:
    name, network = looked.node.name, looked.network
    others = [each for each in network.nodes if each is not looked.node]
    next_step = Text(
        "Are those nodes up? Is their peer port reachable? Run jp20 network init again after a"
        " change of network.toml.",
        "該当ノードの稼働とP2Pポートへの到達性を確認してください。network.toml の変更後は"
        " jp20 network init を再実行してください。",
    )
    if looked.channel is None:
        count = quantity(connection.rpc("net_peerCount"))
        what = Text(f"{count} of {len(others)} peers.", f"接続先 {count}/{len(others)}。")
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
                f"Peers that are not in the network file: {', '.join(strangers)}…",
                f"ネットワークファイルにない接続先: {'、'.join(strangers)}…",
            ),
            Text(
                "Let only the addresses of the network file in (NetRestrict, firewall).",
                "接続元をネットワークファイルのアドレスに限定してください。",
            ),
        )
    if missing:
        yield warning(
            "peers",
            name,
            Text(
                f"Not connected with {', '.join(missing)}.",
                f"未接続: {'、'.join(missing)}。",
            ),
            next_step,
        )
    if not strangers and not missing:
        yield sound(
            "peers",
            name,
            Text(f"All {len(others)} peers.", f"全 {len(others)} ノードと接続しています。"),
        )


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
            Text(
                f"Not as the network file has it: {listed}.",
                f"ネットワークファイルの内容と異なります: {listed}。",
            ),
            Text(
                f"Run: jp20 network init {name}, and restart the node.",
                f"jp20 network init {name} を実行し、ノードを再起動してください。",
            ),
        )
    else:
        yield sound(
            "options",
            name,
            Text(
                "Pool limits, batch limits and peers as the network file has them.",
                "プール上限・一括呼出し上限・接続先はネットワークファイルのとおりです。",
            ),
        )


def _pool(looked: Looked) -> Iterator[Finding]:
    name = looked.node.name
    if looked.channel is None:
        yield unseen(
            "pool",
            name,
            Text(
                "Its pool is seen on its own machine only.",
                "プールはノード自身の端末でのみ確認できます。",
            ),
        )
        return
    try:
        waiting, queued = _in_pool(looked.channel)
    except JP20Error as error:
        yield fault_of("pool", name, error)
        return
    what = Text(
        f"{waiting:,} transactions in the pool, {queued:,} wait for an earlier one.",
        f"プール内 {waiting:,} 件、先行取引待ち {queued:,} 件。",
    )
    if max(waiting, queued) > 0.8 * POOL_SLOTS:
        yield warning(
            "pool",
            name,
            what,
            Text(
                "Blocks are full or do not come; whoever sends should slow down.",
                "ブロックが満杯か停止しています。送信を抑制してください。",
            ),
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
