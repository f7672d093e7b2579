"""`jp20 platform`: the contracts that all tokens of a chain share, set up once, looked at often."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.commands import platform_migrate
from jp20.cli.frame.declare import command, option
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.language import help_text
from jp20.cli.frame.options import Yes
from jp20.cli.frame.output import (
    Coded,
    Column,
    Table,
    Value,
    confirm,
    progress,
    say,
    show,
    table,
    warn,
)
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
    platform_migrate.app, name="migrate", help=help_text("Replace the platform contract.")
)


@command(
    app,
    "deploy",
    "Set the platform up: contracts, organisations, policy, seal. After an interruption, "
    "run it again to continue.",
    "jp20 platform deploy --yes",
    "jp20 platform deploy --fresh",
)
def deploy(
    yes: Yes = False,
    fresh: Annotated[
        bool,
        option(
            "Where a development chain was started again: keep its old record under "
            "another name, and deploy to the new one.",
            "--fresh",
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
            "Deploy the platform to chain {chain_id}, with {organisations} "
            "{organisations:organisation|organisations} and {acts} {acts:rule|rules}?",
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


@command(
    app,
    "show",
    "Show the contracts, whether their code is this package's, and the organisations.",
    "jp20 platform show --format json",
)
def platform_show() -> None:
    """Ends with 1 where a contract's code is not that of this package."""
    _show(workspace())


@command(
    app,
    "check",
    "Compare all that is under the policy with what the deployment file knows: contracts, "
    "their code, rules. Ends with 1 where the founder left anything else there.",
    "jp20 platform check",
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

    return table(
        "targets",
        Text("Contracts under the policy"),
        targets,
        (Column("contract", Text("known as")), lambda each: each.name or _UNKNOWN),
        (Column("kind", Text("kind")), lambda each: _kind(each.kind)),
        (Column("address", Text("address")), lambda each: each.address),
        (
            Column("scope", Text("of the token")),
            lambda each: None if each.scope in (ZERO_ADDRESS, each.address) else each.scope,
        ),
        (Column("matches", Text("code as compiled")), lambda each: checks.get(each.address)),
        (
            Column("registered", Text("registered by")),
            lambda each: _FOUNDER if each.case is None else each.case,
        ),
        (BLOCK, lambda each: each.block),
    )


def _unknown_rules(acts: "Sequence[ActInForce]") -> Table:
    from jp20.domain.governance.matrix import rule_text

    return table(
        "unknown_rules",
        Text("Rules for functions that this package does not know"),
        acts,
        (Column("kind", Text("kind")), lambda each: _kind(each.act.kind)),
        (Column("functions", Text("functions")), lambda each: each.act.key),
        (Column("rule", Text("rule")), lambda each: rule_text(each.act.rule)),
        (Column("set", Text("set by")), lambda each: _FOUNDER if each.case is None else each.case),
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
        table(
            "contracts",
            Text("Contracts"),
            checks,
            (Column("contract", Text("contract", context="deployment")), lambda check: check.name),
            (Column("address", Text("address")), lambda check: check.address),
            (Column("matches", Text("code as compiled")), lambda check: check.matches),
            (BLOCK, lambda check: session.deployment.contract(check.name).block),
        ),
        table(
            "organisations",
            Text("Organisations"),
            members,
            (Column("number", Text("no.")), lambda member: member.number),
            (Column("name", Text("name")), lambda member: member.name),
            (Column("active", Text("active")), lambda member: member.active),
            (
                Column("roles", Text("roles")),
                lambda member: ", ".join(role.name for role in sorted(member.roles)),
            ),
            (Column("keys", Text("keys")), lambda member: "\n".join(member.keys)),
        ),
    )
    if not all(check.matches for check in checks):
        warn(_CODE_DIFFERS)
        raise Ending(ExitCode.REFUSED)
