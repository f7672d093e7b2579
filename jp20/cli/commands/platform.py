"""`jp20 platform`: the contracts that all tokens of a chain share, set up once, looked at often."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.commands import platform_migrate
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.options import Yes
from jp20.cli.frame.output import Coded, Column, Table, Value, confirm, progress, say, show, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.results import BLOCK
from jp20.domain.base.errors import ExitCode
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.operations.governance.targets import ActInForce, RegisteredTarget
    from jp20.operations.workspace import Workspace

_FOUNDER: Final = Coded("founder", Text("the founder"))
_UNKNOWN: Final = Coded("unknown", Text("NOT KNOWN"))
_CODE_DIFFERS: Final = Text("A contract's code is not that of this version of JP20.")

app = typer.Typer(no_args_is_help=True)
app.add_typer(
    platform_migrate.app,
    name="migrate",
    help=help_text("Replace the platform contract."),
)


@app.command(
    "deploy",
    help=help_text(
        "Set the platform up: contracts, organisations, policy, seal. After an interruption, "
        "run it again to continue."
    ),
    epilog=example("jp20 platform deploy --yes", "jp20 platform deploy --fresh"),
)
def deploy(
    yes: Yes = False,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh",
            help=help_text(
                "Where a development chain was started again: keep its old record under "
                "another name, and deploy to the new one."
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
            "Deploy the platform to chain {chain_id}, with {organisations} organisations and "
            "{acts} rules?",
            chain_id=connection.chain_id,
            organisations=len(founding.organisations),
            acts=len(policy.acts),
        ),
        yes,
    )
    if fresh:
        kept = set_aside(connection, place.deployment_file)
        if kept is not None:
            say(Text("The old record is kept: {file}", file=kept))
    with progress(Text("Deploying")) as told:
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
    help=help_text(
        "Show the contracts, whether their code is this package's, and the organisations."
    ),
    epilog=example("jp20 platform show --format json"),
)
def platform_show() -> None:
    """Ends with 1 where a contract's code is not that of this package."""
    _show(workspace())


@app.command(
    "check",
    help=help_text(
        "Compare all that is under the policy with what the deployment file knows: contracts, "
        "their code, rules. Ends with 1 where the founder left anything else there."
    ),
    epilog=example("jp20 platform check"),
)
def platform_check() -> None:
    """What was registered by a decision is shown with its case (G17, S2)."""
    from jp20.operations.governance.platform import verify
    from jp20.operations.governance.targets import acts_in_force, registered_targets

    place = workspace()
    session = place.view()
    checks = {
        check.address: check.matches for check in verify(session.connection, session.deployment)
    }
    targets = registered_targets(session)
    hidden_rules = [each for each in acts_in_force(session, place.policy()) if not each.is_known]
    show(_targets(targets, checks), _unknown_rules(hidden_rules))
    hidden = [each.address for each in targets if each.is_hidden]
    if hidden:
        warn(
            Text(
                "The founder put under the policy what no file knows: {hidden}.",
                hidden=", ".join(hidden),
            )
        )
    hidden_acts = [each.act.key for each in hidden_rules if each.is_hidden]
    if hidden_acts:
        warn(
            Text(
                "The founder set rules for unknown functions: {hidden_acts}.",
                hidden_acts=", ".join(hidden_acts),
            )
        )
    if not all(checks.values()):
        warn(_CODE_DIFFERS)
    if hidden or hidden_acts or not all(checks.values()):
        raise Ending(ExitCode.REFUSED)
    say(Text("Nothing is under the policy but what is known or was decided."))


def _targets(
    targets: "Sequence[RegisteredTarget]", checks: "Mapping[ChecksumAddress, bool]"
) -> Table:
    from jp20.domain.base.addresses import ZERO_ADDRESS

    return Table(
        "targets",
        Text("Contracts under the policy"),
        (
            Column("contract", Text("known as")),
            Column("kind", Text("kind")),
            Column("address", Text("address")),
            Column("scope", Text("of the token")),
            Column("matches", Text("code as compiled")),
            Column("registered", Text("registered by")),
            BLOCK,
        ),
        [
            (
                each.name or _UNKNOWN,
                _kind(each.kind),
                each.address,
                None if each.scope in (ZERO_ADDRESS, each.address) else each.scope,
                checks.get(each.address),
                _FOUNDER if each.case is None else each.case,
                each.block,
            )
            for each in targets
        ],
    )


def _unknown_rules(acts: "Sequence[ActInForce]") -> Table:
    from jp20.domain.governance.matrix import rule_text

    return Table(
        "unknown_rules",
        Text("Rules for functions that this package does not know"),
        (
            Column("kind", Text("kind")),
            Column("functions", Text("functions")),
            Column("rule", Text("rule")),
            Column("set", Text("set by")),
        ),
        [
            (
                _kind(each.act.kind),
                each.act.key,
                rule_text(each.act.rule),
                _FOUNDER if each.case is None else each.case,
            )
            for each in acts
        ],
    )


def _kind(number: int) -> Value:
    from jp20.domain.governance.policy import Kind

    return Kind(number) if number in set(Kind) else number


def _show(place: "Workspace") -> None:
    from jp20.operations.governance.platform import verify

    session = place.view()
    checks = verify(session.connection, session.deployment)
    members = session.members()
    show(
        Table(
            "contracts",
            Text("Contracts"),
            (
                Column("contract", Text("contract", context="deployment")),
                Column("address", Text("address")),
                Column("matches", Text("code as compiled")),
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
            Text("Organisations"),
            (
                Column("number", Text("no.")),
                Column("name", Text("name")),
                Column("active", Text("active")),
                Column("roles", Text("roles")),
                Column("keys", Text("keys")),
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
        warn(_CODE_DIFFERS)
        raise Ending(ExitCode.REFUSED)
