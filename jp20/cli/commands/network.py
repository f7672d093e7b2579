"""`jp20 network`: the nodes of the settings, and how they are; the chain of several organisations
of a network file, and how it is.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.commands import network_nodes, network_validators
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.language import both, example
from jp20.cli.frame.output import Column, Table, Value, show
from jp20.cli.frame.workspace import workspace
from jp20.domain.base.errors import ExitCode, JP20Error, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jp20.operations.workspace import Access, Network

app = typer.Typer(no_args_is_help=True)
app.registered_commands += network_nodes.app.registered_commands
app.add_typer(
    network_validators.app,
    name="validators",
    help=both("Who seals blocks, and the votes on it.", "検証者の確認と投票を行う。"),
)

_NODE: Final = Column("node", Text("node", "ノード"))
_CHAIN: Final = Column("chain_id", Text("chain ID", "チェーンID"))


@app.command(
    "list",
    help=both("List the nodes of the settings.", "設定にあるノードの一覧を表示する。"),
    epilog=example("jp20 network list"),
)
def network_list() -> None:
    """Asks nobody: what the settings say."""
    from jp20.network.looks import host_of

    network = workspace().network
    show(
        Table(
            "nodes",
            Text("Nodes", "ノード"),
            (_NODE, _CHAIN, Column("finality", Text("finality", "確定の規則"))),
            [(host_of(url), network.chain_id, str(network.finality)) for url in network.urls],
        )
    )


@app.command(
    "check",
    help=both(
        "Look whether the chain of a network file is sound, inside and out, a line for each thing; "
        "without a file, ask each node of the settings: chain, genesis, newest block, version, gas "
        "price. Ends with 1 where something is wrong.",
        "ネットワークファイルのチェーンの健全性を項目ごとに検査する。ファイルを省略した場合は、設定に"
        "ある各ノードのチェーンID・先頭ブロック・最新ブロック・版・ガス価格を確認する。問題があれば"
        "終了コード1。",
    ),
    epilog=example("jp20 network check", "jp20 network check network.toml --format json"),
)
def network_check(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help=both(
                "The network file, beside your own nodes' folders.",
                "ネットワークファイル(自組織のノードのフォルダと同じ場所に置く)。",
            ),
        ),
    ] = None,
) -> None:
    """A line a node, or a line a finding; what is wrong says so and does not stop the others."""
    if file is not None:
        _check_chain(file)
        return
    rows = [_checked(each) for each in workspace().network.one_by_one()]
    show(
        Table(
            "nodes",
            Text("Nodes", "ノード"),
            (
                _NODE,
                Column("usable", Text("usable", "使用可否")),
                _CHAIN,
                Column("genesis", Text("genesis", "先頭ブロック"), detail=True),
                Column("block", Text("newest block", "最新ブロック"), number=True),
                Column("age", Text("its age (s)", "経過秒"), number=True),
                Column("interval", Text("block interval (s)", "ブロック間隔(秒)")),
                Column("gas_price", Text("gas price (wei)", "ガス価格(wei)"), number=True),
                Column("version", Text("version", "版")),
                Column("trouble", Text("trouble", "問題"), prose=True),
                Column("code", Text("code", "コード"), detail=True),
            ),
            rows,
        )
    )
    if not all(row[1] for row in rows):
        raise Ending(ExitCode.REFUSED)
    workspace().require_platform()


def _check_chain(file: Path) -> None:
    from jp20.network.check import check_network, is_sound
    from jp20.network.init import load_network

    platform = network_validators.platform()
    found = check_network(
        load_network(file),
        file.parent,
        access=_access(),
        holders=network_validators.holders(platform),
        since=platform.deployment.consortium.block if platform else None,
    )
    show(
        Table(
            "findings",
            Text("Findings", "検査結果"),
            (
                Column("level", Text("result", "判定")),
                Column("check", Text("check", "項目")),
                _NODE,
                Column("what", Text("found", "内容"), prose=True),
                Column("next_step", Text("what to do", "対応"), prose=True),
            ),
            [(each.level, each.check, each.node, each.what, each.next_step) for each in found],
        )
    )
    if not is_sound(found):
        raise Ending(ExitCode.REFUSED)


def _access() -> "Mapping[str, Access]":
    """How the nodes of the settings are let in at, by address; none without settings."""
    from jp20.operations.workspace import NoWorkspace

    try:
        return dict(workspace().network.nodes)
    except NoWorkspace:
        return {}


def _checked(network: "Network") -> tuple[Value, ...]:
    """The line of a node."""
    from jp20.network.looks import host_of, look_at

    host, found = host_of(network.url), look_at(network)
    if isinstance(found, JP20Error):
        lines = zip(found.lines("en"), found.lines("ja"), strict=True)
        trouble = Text(*(" ".join(part) for part in zip(*lines, strict=True)))
        return (host, False, *[None] * 7, trouble, type(found).__name__)
    return (
        host,
        True,
        found.chain_id,
        found.genesis,
        found.block,
        found.age,
        found.interval,
        found.gas_price,
        found.version,
        None,
        None,
    )
