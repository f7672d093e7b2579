"""`jp20 network plan|init|unstick`: a chain of several organisations, set up by each on its own
machine.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.output import Column, Record, Table, Value, say, show, warn
from jp20.cli.frame.passwords import PasswordFrom, new
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.network.init import Initialised
    from jp20.network.network_file import NetworkFile, NetworkNode

app = typer.Typer()

NetworkFileOption = Annotated[
    Path, option("The network file; the nodes' folders are beside it.", "--network", metavar="FILE")
]
NodeName = Annotated[str, argument("A node of the network file.", "NODE")]
NETWORK: Final = Path("network.toml")

ORGANISATION: Final = Column("organisation", Text("organisation"))
NODE: Final = Column("node", Text("node"))


@command(
    app,
    "plan",
    "Check network.toml and say who gets which files, and what is still missing.",
    "jp20 network plan",
)
def network_plan(network: NetworkFileOption = NETWORK) -> None:
    """Writes nothing."""
    from jp20.network.init import load_network
    from jp20.network.network_file import Consensus
    from jp20.network.node_files import client_name

    file = load_network(network)
    tolerated = file.consensus.tolerated(len(file.validators))
    show(
        Table("nodes", Text("Nodes"), _COLUMNS, [_line(file, node) for node in file.nodes]),
        Record(
            "network",
            Text("The chain"),
            (
                (Column("chain_id", Text("chain ID")), file.chain_id),
                (Column("client", Text("client")), client_name(file)),
                (Column("block_period", Text("block period (s)")), file.block_period),
                (Column("gas_limit", Text("gas a block")), file.gas_limit),
                (Column("validators", Text("validators")), len(file.validators)),
                (Column("tolerated", Text("may be down")), tolerated),
                (Column("genesis", Text("first block")), _genesis(file)),
            ),
        ),
    )
    if file.consensus is Consensus.QUORUM_QBFT:
        warn(_NO_LONGER_MAINTAINED)
    if file.unknown:
        say(_MISSING)


_COLUMNS: Final = (
    ORGANISATION,
    NODE,
    Column("address", Text("peers reach it at")),
    Column("rpc", Text("RPC, on its own machine")),
    Column("validates", Text("validates")),
    Column("validator", Text("validator", context="address"), detail=True),
    Column("known", Text("public part known")),
    Column("secrets", Text("secrets, made there")),
    Column("files", Text("files"), detail=True),
)

_NO_LONGER_MAINTAINED: Final = Text(
    "GoQuorum's publisher ended its support in June 2026. For a new network take besu-qbft."
)

_MISSING: Final = Text(
    "Public parts are missing. Each organisation runs: jp20 network init NODE, and sends what "
    "it prints; it is written into network.toml, the same everywhere."
)


@command(
    app,
    "init",
    "Make the keys of your own node here, print its public part, and write its files once "
    "all public parts are in network.toml. Running it again changes no key.",
    "jp20 network init ibuki-1",
)
def network_init(
    node: NodeName, network: NetworkFileOption = NETWORK, password: PasswordFrom = None
) -> None:
    """On the machine on which the node will run: a secret is made there and stays (S3, G27)."""
    from jp20.network.init import init_node, load_network

    file = load_network(network)
    done = init_node(file, node, network.parent, new(password))
    show(_public(done), _files(done, network.parent))
    if not done.is_complete:
        say(_NEXT)
    elif file.genesis is None and done.genesis is not None:
        say(_begun(done.genesis))


_TURNS: Final = 50.0
"""Seconds that a call of `unstick` waits for the node's turn; the next call comes in a minute."""

_NEXT: Final = Text(
    "Write these lines into the node's table in network.toml, and send them to the other "
    "organisations. When all are there, run this again."
)


@command(
    app,
    "unstick",
    "Clique only: where the chain stands still on two branches, give up this node's last "
    "blocks for its peers'. Else nothing is done. Run it every minute, for instance by "
    "cron.",
    "jp20 network unstick ibuki-1",
)
def network_unstick(node: NodeName, network: NetworkFileOption = NETWORK) -> None:
    """At its own node an organisation needs nobody's leave for it: the blocks are not final."""
    from jp20.network.init import load_network, node_named
    from jp20.network.operator_channel import operator_channel
    from jp20.network.stall import unstick_in_turn

    file = load_network(network)
    own = node_named(file, node)
    found = unstick_in_turn(file, own, operator_channel(file, own, network.parent), _TURNS)
    show(
        Record(
            "node",
            Text("Node"),
            (
                (NODE, node),
                (Column("found", Text("found", context="node"), detail=True), found.value),
                (Column("outcome", Text("outcome"), prose=True), found.text),
            ),
        )
    )


# Inside


def _line(file: "NetworkFile", node: "NetworkNode") -> tuple[Value, ...]:
    from jp20.network.network_file import Consensus
    from jp20.network.node_files import KEYSTORE, NODE_KEY, node_files

    clique = file.consensus is Consensus.CLIQUE
    secrets = [NODE_KEY, f"{KEYSTORE}/"] if clique and node.validates else [NODE_KEY]
    files = [] if file.unknown else [*node_files(file, node)]
    return (
        file.organisation_of(node).name,
        node.name,
        f"{node.host}:{node.p2p}",
        node.rpc,
        node.validates,
        node.validator,
        node.is_known,
        ", ".join(secrets),
        ", ".join(files),
    )


def _genesis(file: "NetworkFile") -> bytes | None:
    from jp20.network.genesis import genesis, genesis_hash

    if file.genesis is not None or file.unknown:
        return file.genesis
    return genesis_hash(genesis(file))


def _public(done: "Initialised") -> Record:
    public = done.public
    return Record(
        "public",
        Text("Public part of {node}", node=public.node),
        (
            (Column("node", Text("node"), detail=True), public.node),
            (Column("node_id", Text.verbatim("node_id")), public.node_id.hex()),
            (Column("validator", Text.verbatim("validator")), public.validator),
            (Column("toml", Text("for network.toml"), detail=True), public.toml),
        ),
    )


def _files(done: "Initialised", folder: Path) -> Table:
    return Table(
        "files",
        Text("Files"),
        (Column("file", Text("file")), Column("change", Text("change"))),
        [(str(file.relative_to(folder)), change) for file, change in done.files.items()],
    )


def _begun(genesis: bytes) -> Text:
    return Text(
        "Compare the first block with the other organisations: 0x{genesis}. Once the chain "
        'has begun, write genesis = "0x{genesis}" into network.toml.',
        genesis=genesis.hex(),
    )
