"""`jp20 platform`: the contracts that all tokens of a chain share, set up once, looked at often."""

from itertools import count
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.commands import platform_migrate
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Yes
from jp20.cli.frame.output import Column, Table, confirm, progress, say, show, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.results import BLOCK
from jp20.domain.base.errors import ExitCode, Text

if TYPE_CHECKING:
    from jp20.operations.workspace import Workspace

app = typer.Typer(no_args_is_help=True)
app.add_typer(
    platform_migrate.app,
    name="migrate",
    help=both("Replace the platform contract.", "基盤コントラクトを差し替える。"),
)


@app.command(
    "deploy",
    help=both(
        "Set the platform up: contracts, organisations, policy, seal. "
        "After an interruption, run it again to continue.",
        "基盤を構築する(コントラクト・組織・ポリシー・封印)。中断後に再実行すると続行する。",
    ),
    epilog=example("jp20 platform deploy --yes", "jp20 platform deploy --fresh"),
)
def deploy(
    yes: Yes = False,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh",
            help=both(
                "Where a development chain was started again: keep its old record under another "
                "name, and deploy to the new one.",
                "再起動した開発チェーン用: 以前のデプロイ記録を別名で残し、新たに構築する。",
            ),
        ),
    ] = False,
) -> None:
    """The founder's key sets everything up, seals it, and has no power any more (G17, S2)."""
    from jp20.operations.governance.platform import deploy_platform, set_aside

    place = workspace()
    founding, policy = place.consortium(), place.policy()
    connection = place.connection
    founder = place.founder_key(founding.founder)
    confirm(
        Text(
            f"Deploy the platform to chain {connection.chain_id}, with "
            f"{len(founding.organisations)} organisations and {len(policy.acts)} rules?",
            f"チェーン {connection.chain_id} に、{len(founding.organisations)} 組織・"
            f"{len(policy.acts)} 件の規則で基盤を構築しますか?",
        ),
        yes,
    )
    if fresh:
        kept = set_aside(connection, place.deployment_file)
        if kept is not None:
            say(Text(f"The old record is kept: {kept}", f"以前の記録を保存しました: {kept}"))
    with progress(Text("Deploying", "構築しています")) as told:
        deployed = count(1)
        deploy_platform(
            connection,
            founder,
            policy,
            founding.organisations,
            place.deployment_file,
            lambda step: told(next(deployed), None),
            outbox=place.outbox,
        )
    _show(place)


@app.command(
    "show",
    help=both(
        "Show the contracts, whether their code is this package's, and the organisations.",
        "コントラクト(コードの照合結果を含む)と参加組織を表示する。",
    ),
    epilog=example("jp20 platform show --format json"),
)
def platform_show() -> None:
    """Ends with 1 where a contract's code is not that of this package."""
    _show(workspace())


def _show(place: "Workspace") -> None:
    from jp20.operations.governance.platform import verify

    session = place.view()
    checks = verify(session.connection, session.deployment)
    members = session.members()
    show(
        Table(
            "contracts",
            Text("Contracts", "コントラクト"),
            (
                Column("contract", Text("contract", "コントラクト")),
                Column("address", Text("address", "アドレス")),
                Column("matches", Text("code as compiled", "コードの一致")),
                BLOCK,
            ),
            [
                (
                    check.name,
                    check.address,
                    check.matches,
                    session.deployment.contract(check.name).block,
                )
                for check in checks
            ],
        ),
        Table(
            "organisations",
            Text("Organisations", "参加組織"),
            (
                Column("number", Text("no.", "番号")),
                Column("name", Text("name", "名称")),
                Column("active", Text("active", "有効")),
                Column("roles", Text("roles", "役割")),
                Column("keys", Text("keys", "鍵")),
            ),
            [
                (
                    member.number,
                    member.name,
                    member.active,
                    ", ".join(role.name for role in sorted(member.roles)),
                    "\n".join(member.keys),
                )
                for member in members
            ],
        ),
    )
    if not all(check.matches for check in checks):
        warn(
            Text(
                "A contract's code is not that of this version of JP20.",
                "コードがこのバージョンの JP20 と一致しないコントラクトがあります。",
            )
        )
        raise Ending(ExitCode.REFUSED)
