"""The files of a node: how its client is told of the chain, and how the machine runs it (S8).

All of them are made from `network.toml`, so that everybody can make them again and compare.
What is the same everywhere, whatever the client:

- a gas price of zero is taken (gas is free), and by every node, for what one node refuses does not
  reach the next;
- since nothing costs, limits take the place of prices: so many transactions of one account and of
  all in the pool, also of those that come in by the node's own RPC, so many calls in a batch;
- RPC listens on the node's own machine alone, and cannot move a validator: what can is on the
  operator's channel, a socket file (geth, GoQuorum) or a port of its own (Besu);
- peers come from the list of nodes and from no other address;
- all blocks, receipts and past states are kept: who owned what and when is asked for years later.
"""

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from jp20.network.genesis import genesis, genesis_validators
from jp20.network.network_file import Consensus, NetworkFile, NetworkNode

ACCOUNT_SLOTS: Final = 4_096
"""Transactions of one account in a pool, and as many that wait for an earlier one."""

POOL_SLOTS: Final = 32_768
"""Transactions of all accounts in a pool, and as many that wait."""

BATCH: Final = 1_000
"""Calls in one JSON-RPC batch."""

ANSWER: Final = 25_000_000
"""Bytes of the answer to a batch."""

COMMON: Final = "common"
NODE_KEY: Final = "nodekey"
KEYSTORE: Final = "keystore"
DATA: Final = "data"

FREE_GAS: Final = ("miner_setGasPrice", "0x0")
"""What geth's operator tells it after each start: no file and no option of geth can say it. Until
then it takes no transaction of price nought, neither by RPC nor from another node.
"""

_SECOND: Final = 1_000_000_000  # durations are nanoseconds
_CLIENTS: Final[Mapping[Consensus, tuple[str, str, str]]] = {
    Consensus.CLIQUE: ("geth 1.13.15 (Clique)", "geth", "ethereum/client-go:v1.13.15"),
    Consensus.QUORUM_QBFT: ("GoQuorum 24.4.1 (QBFT)", "geth", "quorumengineering/quorum:24.4.1"),
    Consensus.BESU_QBFT: ("Besu 26.3.0 (QBFT)", "besu", "hyperledger/besu:26.3.0"),
}


def client_name(network: NetworkFile) -> str:
    """Client, version and consensus, for people."""
    return _CLIENTS[network.consensus][0]


def common_files(network: NetworkFile) -> dict[str, str]:
    """The files that are the same for every organisation. Raises PublicPartsMissing."""
    validators = [
        {"organisation": each.name, "node": node.name, "validator": node.validator}
        for each in network.organisations
        for node in each.validators
    ]
    genesis_validators(network)  # raises where one is missing
    return {
        "genesis.json": _json(genesis(network)),
        "static-nodes.json": _json([node.enode for node in network.nodes]),
        "validators.json": _json(validators),
    }


def node_files(network: NetworkFile, node: NetworkNode) -> dict[str, str]:
    """The files of one node, without its keys. Raises PublicPartsMissing."""
    genesis_validators(network)
    config = (
        _besu(network, node) if network.consensus is Consensus.BESU_QBFT else _geth(network, node)
    )
    return {
        "config.toml": config,
        "docker-compose.yml": _compose(network, node),
        f"jp20-{node.name}.service": _service(network, node),
        "nginx.conf": _nginx(node),
    }


def preparation(network: NetworkFile) -> tuple[str, ...] | None:
    """The client's arguments, in the node's folder, that write the first block; it does nothing
    where it stands there already. None where the client does that when it starts.
    """
    if network.consensus is Consensus.BESU_QBFT:
        return None
    scheme = ("--state.scheme", "hash") if network.consensus is Consensus.CLIQUE else ()
    return ("--datadir", DATA, *scheme, "init", f"../{COMMON}/genesis.json")


def arguments(network: NetworkFile, node: NetworkNode, password_file: str) -> tuple[str, ...]:
    """The client's arguments, in the node's folder. `password_file` opens the validator's keystore,
    which only Clique has.
    """
    if network.consensus is Consensus.BESU_QBFT:
        return ("--config-file=config.toml",)
    # Without `--nat none` it would ask whatever router is there to let its port in.
    common = ("--config", "config.toml", "--nodekey", NODE_KEY, "--nat", "none")
    if not node.validates:
        return common
    if network.consensus is Consensus.QUORUM_QBFT:
        return (*common, "--mine", "--miner.threads", "1")
    unlock = ("--unlock", str(node.validator), "--password", password_file)
    return (*common, "--mine", *unlock)


# The clients


def _geth(network: NetworkFile, node: NetworkNode) -> str:
    clique = network.consensus is Consensus.CLIQUE
    others = [each for each in network.nodes if each is not node]
    tables: dict[str, dict[str, object]] = {
        "Eth": {
            "NetworkId": network.chain_id,
            "SyncMode": "full",
            "NoPruning": True,
            "TxLookupLimit": 0,
            "RPCGasCap": network.gas_limit,
            "RPCTxFeeCap": 0.0,
        },
        "Eth.Miner": {
            "GasFloor": network.gas_limit,
            "GasCeil": network.gas_limit,
            "GasPrice": 1,  # the least that geth lets a file say; FREE_GAS makes it nought
            "Recommit": _recommit(network) * _SECOND,
        },
        # A table replaces all of the client's defaults, so that each field stands here.
        "Eth.TxPool": {
            "NoLocals": True,
            "Journal": "",
            "Rejournal": 3600 * _SECOND,
            "PriceLimit": 1,
            "PriceBump": 10,
            "AccountSlots": ACCOUNT_SLOTS,
            "GlobalSlots": POOL_SLOTS,
            "AccountQueue": ACCOUNT_SLOTS,
            "GlobalQueue": POOL_SLOTS,
            "Lifetime": 3 * 3600 * _SECOND,
        },
        "Eth.GPO": {
            "Blocks": 20,
            "Percentile": 60,
            "MaxHeaderHistory": 1024,
            "MaxBlockHistory": 1024,
            "Default": 0,  # what a client is told that gas costs
            "MaxPrice": 1,
            "IgnorePrice": 1,
        },
        "Node": {
            "DataDir": DATA,
            "KeyStoreDir": KEYSTORE,
            "IPCPath": "geth.ipc",
            "HTTPHost": "127.0.0.1",
            "HTTPPort": node.rpc,
            "HTTPVirtualHosts": ["localhost"],
            "HTTPModules": ["eth", "net", "web3"],
        },
        "Node.P2P": {
            "MaxPeers": 2 * len(network.nodes),
            "DialRatio": 1,
            "NoDiscovery": True,
            "BootstrapNodes": [],
            "BootstrapNodesV5": [],
            "StaticNodes": [each.enode for each in others],
            "TrustedNodes": [each.enode for each in others],
            "NetRestrict": _subnets(network),
            "ListenAddr": f":{node.p2p}",
        },
    }
    if clique:
        tables["Eth"] |= {"TransactionHistory": 0, "StateScheme": "hash"}
        # A node that is behind waits ten seconds for five peers, or for as many as it may have
        # besides the light ones, before it catches up. Those of the file are trusted: not counted.
        tables["Eth"] |= {"LightServ": 1, "LightPeers": 2 * len(network.nodes) - 1}
        tables["Eth.Miner"]["NewPayloadTimeout"] = 2 * _SECOND
        tables["Node"] |= {
            "BatchRequestLimit": BATCH,
            "BatchResponseMaxSize": ANSWER,
            "AuthAddr": "127.0.0.1",
            "AuthPort": 0,  # for a consensus client, which Clique has not: any port, behind a key
        }
    else:
        del tables["Eth.GPO"]  # GoQuorum has no gas price at all
    if clique and node.validator is not None:
        tables["Eth.Miner"]["Etherbase"] = node.validator
        # Its key seals blocks and holds nothing. RPC is on this machine alone, see the top.
        tables["Node"]["InsecureUnlockAllowed"] = True
    return "\n".join(f"[{name}]\n{_toml(fields)}" for name, fields in tables.items())


def _recommit(network: NetworkFile) -> int:
    """Seconds after which a validator builds the block anew that it is about to seal, with what has
    come meanwhile. Where blocks are close it seals before that; a busy one would be kept from it.
    """
    return 1 if network.block_period > 2 else 5


def _besu(network: NetworkFile, node: NetworkNode) -> str:
    return _toml(
        {
            "genesis-file": f"../{COMMON}/genesis.json",
            "data-path": DATA,
            "node-private-key-file": NODE_KEY,
            "data-storage-format": "FOREST",
            "sync-mode": "FULL",
            "sync-min-peers": 1,
            "p2p-host": node.host,
            "p2p-port": node.p2p,
            "nat-method": "NONE",
            "discovery-enabled": False,
            "static-nodes-file": f"../{COMMON}/static-nodes.json",
            "net-restrict": _subnets(network),
            "max-peers": 2 * len(network.nodes),
            "remote-connections-limit-enabled": False,
            "min-gas-price": 0,
            "target-gas-limit": network.gas_limit,
            "tx-pool": "SEQUENCED",
            "tx-pool-no-local-priority": True,
            "tx-pool-max-size": POOL_SLOTS,
            "tx-pool-limit-by-account-percentage": ACCOUNT_SLOTS / POOL_SLOTS,
            "rpc-gas-cap": network.gas_limit,
            "rpc-tx-feecap": 0,
            "rpc-http-enabled": True,
            "rpc-http-host": "127.0.0.1",
            "rpc-http-port": node.rpc,
            "rpc-http-api": ["ETH", "NET", "WEB3"],
            "rpc-http-max-batch-size": BATCH,
            "rpc-ws-enabled": True,
            "rpc-ws-host": "127.0.0.1",
            "rpc-ws-port": node.operator,
            "rpc-ws-api": ["ADMIN", "ETH", "NET", "QBFT", "TXPOOL", "WEB3"],
        }
    )


def _subnets(network: NetworkFile) -> list[str]:
    hosts = sorted({node.host for node in network.nodes})
    return [f"{host}/{128 if ':' in host else 32}" for host in hosts]


# The machine


def _service(network: NetworkFile, node: NetworkNode) -> str:
    client, program, _ = _CLIENTS[network.consensus]
    first = preparation(network)
    folder = f"/var/lib/jp20/network/{node.name}"
    lines = [
        "[Unit]",
        f"Description=JP20 chain {network.chain_id}, node {node.name}, {client}",
        "Wants=network-online.target",
        "After=network-online.target",
        "",
        "[Service]",
        "User=jp20",
        f"WorkingDirectory={folder}",
    ]
    if _has_password(network, node):
        lines.append(f"LoadCredential=validator:/etc/jp20/{node.name}.password")
    if first is not None:
        lines.append(f"ExecStartPre=/usr/local/bin/{program} {' '.join(first)}")
    run = " ".join(arguments(network, node, "%d/validator"))
    lines.append(f"ExecStart=/usr/local/bin/{program} {run}")
    if network.consensus is Consensus.CLIQUE:
        lines.append(f"ExecStartPost=/bin/sh -c '{_free_gas('/usr/local/bin/geth')}'")
    lines += [
        "KillSignal=SIGINT",
        "TimeoutStopSec=120",
        "Restart=always",
        "RestartSec=5",
        "LimitNOFILE=65536",
        "UMask=0077",
        "NoNewPrivileges=yes",
        "PrivateTmp=yes",
        "ProtectHome=yes",
        "ProtectSystem=strict",
        f"ReadWritePaths={folder}",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
        "",
    ]
    return "\n".join(lines)


def _compose(network: NetworkFile, node: NetworkNode) -> str:
    _, program, image = _CLIENTS[network.consensus]
    run = f"exec {program} {' '.join(arguments(network, node, '/run/secrets/validator'))}"
    first = preparation(network)
    command = run if first is None else f"{program} {' '.join(first)} && {run}"
    if network.consensus is Consensus.CLIQUE:
        command = f"({_free_gas('geth')}) & {command}"
    secret = _has_password(network, node)
    lines = [
        "# The container is on the host's network: RPC stays on 127.0.0.1 there.",
        "services:",
        f"  {node.name}:",
        f"    image: {image}",
        "    network_mode: host",
        '    user: "${NODE_USER:?the number of the user who owns this folder, see: id -u}"',
        f"    working_dir: /network/{node.name}",
        "    volumes:",
        f"      - .:/network/{node.name}",
        f"      - ../{COMMON}:/network/{COMMON}:ro",
        f'    entrypoint: ["/bin/sh", "-c", {json.dumps(command)}]',
        *(["    secrets:", "      - validator"] if secret else []),
        "    stop_signal: SIGINT",
        "    stop_grace_period: 2m",
        "    restart: unless-stopped",
        "    ulimits:",
        "      nofile: 65536",
        "    logging:",
        "      driver: json-file",
        "      options:",
        '        max-size: "100m"',
        '        max-file: "10"',
    ]
    if secret:
        lines += [
            "secrets:",
            "  validator:",
            '    file: "${VALIDATOR_PASSWORD_FILE:?the file with the password of the keystore}"',
        ]
    return "\n".join((*lines, ""))


def _free_gas(geth: str) -> str:
    """Says FREE_GAS as soon as the node listens."""
    say = f'{geth} attach --exec "miner.setGasPrice(0)" {DATA}/geth.ipc'
    return f"until {say} | grep -q true; do sleep 1; done"


def _nginx(node: NetworkNode) -> str:
    """TLS in front of a node's RPC, with client certificates."""
    return f"""\
# In front of the RPC of {node.name}, for clients on other machines: into /etc/nginx/conf.d/.
# A client shows a certificate of this organisation's own authority, and only POST passes.

limit_req_zone $binary_remote_addr zone={_zone(node)}:1m rate=200r/s;

server {{
    listen {_listen(node)} ssl;
    server_name {_server(node)};

    ssl_certificate        /etc/jp20/{node.name}.crt;
    ssl_certificate_key    /etc/jp20/{node.name}.key;
    ssl_client_certificate /etc/jp20/clients.crt;
    ssl_verify_client      on;
    ssl_protocols          TLSv1.2 TLSv1.3;
    ssl_session_cache      shared:{_zone(node)}_tls:1m;

    client_max_body_size 5m;
    access_log off;

    location / {{
        limit_req zone={_zone(node)} burst=400 nodelay;
        limit_except POST {{
            deny all;
        }}
        proxy_pass http://127.0.0.1:{node.rpc};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host localhost;
        proxy_read_timeout 60s;
    }}
}}
"""


def _server(node: NetworkNode) -> str:
    host = None if node.rpc_url is None else urlsplit(node.rpc_url).hostname
    if host is None:
        return "_"
    return f"[{host}]" if ":" in host else host


def _listen(node: NetworkNode) -> int:
    port = None if node.rpc_url is None else urlsplit(node.rpc_url).port
    return port or 443


def _zone(node: NetworkNode) -> str:
    return node.name.replace("-", "_")


def _has_password(network: NetworkFile, node: NetworkNode) -> bool:
    return network.consensus is Consensus.CLIQUE and node.validates


# Text


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _toml(fields: Mapping[str, object]) -> str:
    return "".join(f"{name} = {_value(value)}\n" for name, value in fields.items())


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value)
