"""`jp20 network`: the nodes of the settings, and how they are; the chain of several organisations
of a network file, and how it is.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.commands import network_nodes, network_validators
from jp20.cli.frame.declare import argument, command
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.language import help_text
from jp20.cli.frame.output import Column, Table, Value, show, table
from jp20.cli.frame.workspace import workspace
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jp20.operations.workspace import Access, Network

app = typer.Typer(no_args_is_help=True)
app.registered_commands += network_nodes.app.registered_commands
app.add_typer(
    network_validators.app,
    name="validators",
    help=help_text("Who seals blocks, and the votes on it."),
)

_NODE: Final = Column("node", Text("node"))
_CHAIN: Final = Column("chain_id", Text("chain ID"))


@command(app, "list", "List the nodes of the settings.", "jp20 network list")
def network_list() -> None:
    """Asks nobody: what the settings say."""
    from jp20.network.looks import host_of

    network = workspace().network
    show(
        table(
            "nodes",
            Text("Nodes"),
            network.urls,
            (_NODE, lambda url: host_of(url)),
            (_CHAIN, lambda url: network.chain_id),
            (Column("finality", Text("finality")), lambda url: str(network.finality)),
        )
    )


@command(
    app,
    "check",
    "Look whether the chain of a network file is sound, inside and out, a line for each "
    "thing; without a file, ask each node of the settings: chain, genesis, newest block, "
    "version, gas price. Ends with 1 where something is wrong.",
    "jp20 network check",
    "jp20 network check network.toml --format json",
)
def network_check(
    file: Annotated[
        Path | None, argument("The network file, beside your own nodes' folders.", "FILE")
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
            Text("Nodes"),
            (
                _NODE,
                Column("usable", Text("usable")),
                _CHAIN,
                Column("genesis", Text("genesis"), detail=True),
                Column("block", Text("newest block"), number=True),
                Column("age", Text("its age (s)"), number=True),
                Column("interval", Text("block interval (s)")),
                Column("gas_price", Text("gas price (wei)"), number=True),
                Column("version", Text("version")),
                Column("trouble", Text("trouble"), prose=True),
                Column("code", Text("code", context="reason"), detail=True),
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
        table(
            "findings",
            Text("Findings"),
            found,
            (Column("level", Text("result")), lambda each: each.level),
            (Column("check", Text("check")), lambda each: each.check),
            (_NODE, lambda each: each.node),
            (Column("what", Text("found"), prose=True), lambda each: each.what),
            (Column("next_step", Text("what to do"), prose=True), lambda each: each.next_step),
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
        return (host, False, *[None] * 7, *_trouble(found))
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
        *(_trouble(found.several) if found.several else (None, None)),
    )


def _trouble(error: JP20Error) -> tuple[Text, str]:
    """What is wrong, why and what to do, and the error's code."""
    lines = zip(error.lines("en"), error.lines("ja"), strict=True)
    return Text.both(*(" ".join(part) for part in zip(*lines, strict=True))), type(error).__name__
