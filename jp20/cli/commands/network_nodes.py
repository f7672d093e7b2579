"""`jp20 network plan|init|unstick`: a chain of several organisations, set up by each on its own
machine.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.frame.language import both, example
from jp20.cli.frame.output import Column, Record, Table, Value, say, show, warn
from jp20.cli.frame.passwords import PasswordFrom, new
from jp20.domain.base.errors import Text

if TYPE_CHECKING:
    from jp20.network.init import Initialised
    from jp20.network.network_file import NetworkFile, NetworkNode

app = typer.Typer()

NetworkFileOption = Annotated[
    Path,
    typer.Option(
        "--network",
        metavar="FILE",
        help=both(
            "The network file; the nodes' folders are beside it.",
            "ネットワークファイル。各ノードのフォルダは同じ場所に置く。",
        ),
    ),
]
NodeName = Annotated[
    str,
    typer.Argument(
        metavar="NODE",
        help=both("A node of the network file.", "ネットワークファイルにあるノード名。"),
    ),
]
NETWORK: Final = Path("network.toml")

ORGANISATION: Final = Column("organisation", Text("organisation", "組織"))
NODE: Final = Column("node", Text("node", "ノード"))


@app.command(
    "plan",
    help=both(
        "Check network.toml and say who gets which files, and what is still missing.",
        "network.toml を検査し、各ノードに作成されるファイルと不足事項を表示する。",
    ),
    epilog=example("jp20 network plan"),
)
def network_plan(network: NetworkFileOption = NETWORK) -> None:
    """Writes nothing."""
    from jp20.network.init import load_network
    from jp20.network.network_file import Consensus
    from jp20.network.node_files import client_name

    file = load_network(network)
    tolerated = file.consensus.tolerated(len(file.validators))
    show(
        Table(
            "nodes", Text("Nodes", "ノード"), _COLUMNS, [_line(file, node) for node in file.nodes]
        ),
        Record(
            "network",
            Text("The chain", "チェーン"),
            (
                (Column("chain_id", Text("chain ID", "チェーンID")), file.chain_id),
                (Column("client", Text("client", "クライアント")), client_name(file)),
                (
                    Column("block_period", Text("block period (s)", "ブロック間隔(秒)")),
                    file.block_period,
                ),
                (Column("gas_limit", Text("gas a block", "ブロックのガス上限")), file.gas_limit),
                (Column("validators", Text("validators", "検証ノード数")), len(file.validators)),
                (Column("tolerated", Text("may be down", "停止許容台数")), tolerated),
                (Column("genesis", Text("first block", "先頭ブロック")), _genesis(file)),
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
    Column("address", Text("peers reach it at", "P2Pアドレス")),
    Column("rpc", Text("RPC, on its own machine", "RPC(自端末のみ)")),
    Column("validates", Text("validates", "検証")),
    Column("validator", Text("validator", "検証者アドレス"), detail=True),
    Column("known", Text("public part known", "公開情報の有無")),
    Column("secrets", Text("secrets, made there", "秘密情報(当該端末で作成)")),
    Column("files", Text("files", "ファイル"), detail=True),
)

_NO_LONGER_MAINTAINED: Final = Text(
    "GoQuorum's publisher ended its support in June 2026. For a new network take besu-qbft.",
    "GoQuorumは2026年6月に提供元のサポートが終了しています。新規のネットワークには besu-qbft を"
    "使用してください。",
)

_MISSING: Final = Text(
    "Public parts are missing. Each organisation runs: jp20 network init NODE, and sends what it"
    " prints; it is written into network.toml, the same everywhere.",
    "公開情報が不足しています。各組織で jp20 network init ノード名 を実行し、出力された公開情報を"
    "全組織の network.toml に同一の内容で記載してください。",
)


@app.command(
    "init",
    help=both(
        "Make the keys of your own node here, print its public part, and write its files once all "
        "public parts are in network.toml. Running it again changes no key.",
        "自組織のノードの鍵を作成して公開情報を出力し、全ノードの公開情報が揃い次第、設定ファイルを"
        "作成する。再実行しても鍵は変更しない。",
    ),
    epilog=example("jp20 network init ibuki-1"),
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
    "Write these lines into the node's table in network.toml, and send them to the other"
    " organisations. When all are there, run this again.",
    "この内容を network.toml の該当ノードに記載し、他の組織に送付してください。全組織分が揃ったら"
    "再度実行してください。",
)


@app.command(
    "unstick",
    help=both(
        "Clique only: where the chain stands still on two branches, give up this node's last "
        "blocks for its peers'. Else nothing is done. Run it every minute, for instance by cron.",
        "Clique専用。チェーンが2つの分岐で停止した場合に、自ノードの末尾のブロックを破棄して他ノードに"
        "追従する。停止していなければ何もしない。cronなどで毎分実行する。",
    ),
    epilog=example("jp20 network unstick ibuki-1"),
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
            Text("Node", "ノード"),
            (
                (NODE, node),
                (Column("found", Text("found", "状態"), detail=True), found.value),
                (Column("outcome", Text("outcome", "結果"), prose=True), found.text),
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
        Text(f"Public part of {public.node}", f"{public.node} の公開情報"),
        (
            (Column("node", Text("node", "ノード"), detail=True), public.node),
            (Column("node_id", Text("node_id", "node_id")), public.node_id.hex()),
            (Column("validator", Text("validator", "validator")), public.validator),
            (
                Column("toml", Text("for network.toml", "network.toml の記載"), detail=True),
                public.toml,
            ),
        ),
    )


def _files(done: "Initialised", folder: Path) -> Table:
    return Table(
        "files",
        Text("Files", "ファイル"),
        (Column("file", Text("file", "ファイル")), Column("change", Text("change", "変更"))),
        [(str(file.relative_to(folder)), change) for file, change in done.files.items()],
    )


def _begun(genesis: bytes) -> Text:
    return Text(
        f"Compare the first block with the other organisations: 0x{genesis.hex()}. Once the chain"
        f' has begun, write genesis = "0x{genesis.hex()}" into network.toml.',
        f"先頭ブロックのハッシュを他の組織と照合してください: 0x{genesis.hex()}。チェーンの開始後、"
        f'network.toml に genesis = "0x{genesis.hex()}" を記載してください。',
    )
