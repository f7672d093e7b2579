"""`jp20 governance`: who may do what, on file and on the chain."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.invocation import invocation
from jp20.cli.frame.options import Case, Yes, evidence
from jp20.cli.frame.output import Column, Table, confirm, say, show, table
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.results import steps_table
from jp20.domain.base.errors import ExitCode
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from jp20.domain.base.ids import OrganisationId
    from jp20.domain.governance.policy import Policy, PolicyDifference, Rule
    from jp20.domain.governance.powers import Power, RuledAct
    from jp20.operations.workspace import Workspace

app = typer.Typer(no_args_is_help=True)

_CONTRACT: Final = Column("contract", Text("contract"))
_FUNCTION: Final = Column("function", Text("function"))

PolicyFile = Annotated[
    Path | None, argument("Policy file; else that of the settings, else the package's.", "FILE")
]


@command(
    app,
    "show",
    "Show the matrix: who proposes, whose signatures it takes, who executes, after what delay.",
    "jp20 governance show --lang ja",
    "jp20 governance show --chain",
)
def governance_show(
    file: PolicyFile = None,
    chain: Annotated[bool, option("With the chain's rules.", "--chain")] = False,
) -> None:
    """Of a file it needs no chain (G17)."""
    from jp20.domain.governance.matrix import COLUMNS, matrix
    from jp20.operations.governance.policy import policy_on_chain

    if chain:
        place = workspace()
        policy = policy_on_chain(place.view(), _policy(file, place))
    else:
        policy = _policy(file)
    show(
        Table(
            "acts",
            Text("Who may do what"),
            [Column(column.en, column) for column in COLUMNS],
            matrix(policy, invocation().language),
        )
    )


@command(
    app,
    "compare",
    "Compare the chain's rules with a file's. Ends with 1 where they differ.",
    "jp20 governance compare governance.toml",
)
def governance_compare(file: PolicyFile = None) -> None:
    """Function by function (G17)."""
    from jp20.operations.governance.policy import policy_differences

    place = workspace()
    policy = _policy(file, place)
    differences = policy_differences(place.view(), policy)
    show(_differences(differences))
    if differences:
        raise Ending(ExitCode.REFUSED)
    say(Text("The chain has the file's policy."))


@command(
    app,
    "powers",
    "Show what each organisation, pair and triple can decide with nobody else, by the "
    "policy and the roles on the chain; or before deployment, by those of files.",
    "jp20 governance powers",
    "jp20 governance powers --file governance.toml --consortium consortium.toml",
)
def governance_powers(
    file: Annotated[
        Path | None, option("Of this policy file, and no chain.", "--file", metavar="FILE")
    ] = None,
    consortium: Annotated[
        Path | None,
        option("Of this consortium file, and no chain.", "--consortium", metavar="FILE"),
    ] = None,
) -> None:
    """A group that contains another one with the power is left out (G17, S3, S4)."""
    from jp20.domain.governance.powers import acts_of, places_before_deployment, powers
    from jp20.operations.files.inputs import load_consortium
    from jp20.operations.governance.targets import acts_in_force, places_on_chain

    if file is None and consortium is None:
        place = workspace()
        session = place.view()
        names = {member.number: member.name for member in session.members()}
        acts = tuple(each.act for each in acts_in_force(session, _policy(None, place)))
        places = places_on_chain(session)
    else:
        founding = load_consortium(consortium) if consortium else workspace().consortium()
        names = {
            member.number: entry.name
            for member, entry in zip(founding.members, founding.organisations, strict=True)
        }
        acts = acts_of(_policy(file))
        places = places_before_deployment(founding.members, names)
    show(_powers(powers(acts, places), names))


@command(
    app,
    "propose",
    "Propose what a file changes in the policy; the other organisations run the same. By "
    "the shipped policy it is executed 7 days after the last signature.",
    "jp20 governance propose new-governance.toml --case GOV-2026-01",
)
def governance_propose(
    file: Annotated[Path, argument("The new policy.", "FILE")], case: Case, yes: Yes = False
) -> None:
    """The file itself is the document: each who signs has looked at the same one (G17, S3)."""
    from jp20.operations.files.inputs import load_policy
    from jp20.operations.governance.policy import change_policy, policy_change, policy_differences

    policy, rests_on = load_policy(file), evidence(case, file)
    place = workspace()
    view = place.view()
    change = policy_change(view, policy)
    differences = _differences(policy_differences(view, policy))
    if change.is_empty:
        show(differences)
        say(Text("The chain has the file's policy."))
        return
    acts = len(change.acts) + len(change.removed)
    confirm(
        Text(
            "Change {acts} {acts:act|acts} of the policy as {file} says (jp20 governance compare "
            "{file})?",
            acts=acts,
            file=file,
        ),
        yes,
    )
    session = place.session()
    decided = change_policy(session, change, rests_on)
    show(differences, steps_table(session, [step for each in decided for step in each.steps]))


@command(
    app,
    "overdue",
    "List what was done at once and confirmed by nobody within 72 hours. Ends with 1 "
    "where there is any.",
    "jp20 governance overdue",
)
def governance_overdue() -> None:
    """Freezes and suspensions of the AML officer; they stand (G17)."""
    from jp20.operations.governance.policy import overdue

    session = workspace().view()
    names = {member.number: member.name for member in session.members()}
    found = overdue(session)
    show(
        table(
            "overdue",
            Text("Not confirmed in time"),
            found,
            (Column("what", Text("what", context="measure")), lambda each: each.what),
            (Column("account", Text("account")), lambda each: each.account),
            (Column("token", Text("token")), lambda each: each.token),
            (
                Column("organisation", Text("by", context="organisation")),
                lambda each: names[each.organisation],
            ),
            (Column("due", Text("due")), lambda each: in_tokyo(each.due)),
        )
    )
    if found:
        raise Ending(ExitCode.REFUSED)


def _powers(found: "Sequence[Power]", names: "Mapping[OrganisationId, str]") -> Table:
    """A line for each group, contract and parties."""
    from jp20.domain.governance.matrix import duration

    lines: dict[tuple[object, ...], list[Power]] = {}
    for each in found:
        lines.setdefault((each.organisations, each.place, each.parties), []).append(each)

    def named(act: "RuledAct") -> Text:
        wait = f" ({duration(act.rule.delay)})" if act.rule.delay else ""
        return Text("{act}{wait}", act=act.name, wait=wait)

    rows = []
    for same in lines.values():
        first, acts = same[0], [named(each.act) for each in same]
        rows.append(
            (
                len(first.organisations),
                " + ".join(names[number] for number in first.organisations),
                first.place.name,
                Text.listing(act for act in acts),
                ", ".join(names[number] for number in first.parties) or None,
            )
        )
    return Table(
        "powers",
        Text("What they can decide with nobody else"),
        (
            Column("size", Text("size"), number=True),
            Column("organisations", Text("organisations")),
            Column("contract", Text("contract"), prose=True),
            Column("acts", Text("acts (after a delay)"), prose=True),
            Column("parties", Text("where these are named as parties")),
        ),
        rows,
    )


def _policy(file: Path | None, place: "Workspace | None" = None) -> "Policy":
    """That of a file, else that of the settings, else the package's."""
    from jp20.operations.files.inputs import load_policy
    from jp20.operations.workspace import NoWorkspace

    if file is not None:
        return load_policy(file)
    try:
        return (place or workspace()).policy()
    except NoWorkspace:
        return load_policy()


def _differences(differences: "Sequence[PolicyDifference]") -> Table:
    return table(
        "differences",
        Text("Differences", context="policy"),
        differences,
        (_CONTRACT, lambda each: each.kind),
        (_FUNCTION, lambda each: each.function),
        (Column("file", Text("file")), lambda each: _rule(each.planned)),
        (Column("chain", Text("chain")), lambda each: _rule(each.on_chain)),
    )


def _rule(rule: "Rule | None") -> str | None:
    from jp20.domain.governance.matrix import rule_text

    return None if rule is None else rule_text(rule)
