"""`jp20 platform migrate`: the platform contract is replaced, every token follows (G12, G32)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import argument, command
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.options import Case, Document, Yes, evidence
from jp20.cli.frame.output import Record, Table, confirm, say, show, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.moves import differences, number, stages
from jp20.cli.shared.results import BLOCK, steps_table
from jp20.domain.base.errors import ExitCode
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.governance.migration import Migration
    from jp20.domain.plans.outcomes import Step
    from jp20.operations.session import Session

app = typer.Typer(no_args_is_help=True)

PlanFile = Annotated[Path, argument("The migration's plan file.", "FILE")]


@command(
    app,
    "plan",
    "Write what it takes to replace the platform contract. Nothing is sent.",
    "jp20 platform migrate plan migration.json --case MG-1 --document minutes.pdf",
)
def migrate_plan(file: PlanFile, case: Case, document: Document) -> None:
    """One case and one document for all decisions."""
    from jp20.operations.governance.migration import plan_migration, save_migration

    rests_on = evidence(case, document)
    session = workspace().view()
    migration = plan_migration(session, rests_on)
    save_migration(file, migration)
    say(
        Text(
            "Written to {file}. The operator carries it out first: jp20 platform migrate apply",
            file=file,
        )
    )
    show(_stages(session, migration))


@command(
    app,
    "apply",
    "Carry a plan out as far as the keys here and the delays of the policy let it: "
    "deploy, register, approve the version, appoint, carry investors, take tokens over. "
    "Run again it goes on, and does nothing twice. Between two steps everything works.",
    "jp20 platform migrate apply migration.json",
)
def migrate_apply(file: PlanFile, yes: Yes = False) -> None:
    """Whoever signs runs the same, with the file as the operator's run left it."""
    from jp20.operations.governance.migration import apply_migration, load_migration

    migration = load_migration(file)
    place = workspace()
    session = place.session()
    confirm(
        Text(
            "Replace the platform {old}: {count} {count:token|tokens}, {wallets} "
            "{wallets:wallet|wallets}?",
            old=migration.old,
            count=len(migration.tokens),
            wallets=migration.wallets,
        ),
        yes,
    )
    steps: list[Step] = []
    apply_migration(
        session,
        file,
        place.deployment_file,
        lambda stage, step: None if step is None else steps.append(step),
    )
    say(
        Text(
            "Every token follows the new platform, which {file} names. Give that file to the "
            "other organisations.",
            file=place.deployment_file.name,
        )
    )
    show(_stages(session, load_migration(file)), steps_table(session, steps))


@command(
    app,
    "show",
    "Show how far a migration has come, by the chain.",
    "jp20 platform migrate show migration.json",
)
def migrate_show(file: PlanFile) -> None:
    """Also while it waits for a delay, or for another organisation."""
    from jp20.operations.governance.migration import load_migration

    migration = load_migration(file)
    show(_stages(workspace().view(), migration))


@command(
    app,
    "prove",
    "Compare the new platform with the old one: facts word by word, wallets, suspensions, "
    "tokens, holders and their units, the stop. Ends with 1 where something differs.",
    "jp20 platform migrate prove migration.json --format json",
)
def migrate_prove(file: PlanFile) -> None:
    """It reads, and needs no key."""
    from jp20.operations.governance.migration import load_migration, prove_migration

    migration = load_migration(file)
    proof = prove_migration(workspace().view(), migration)
    show(
        Record(
            "proof",
            Text("Old and new platform"),
            [
                (BLOCK, proof.block),
                (number("wallets", Text("wallets compared")), proof.wallets),
                (number("changed", Text("changed since")), proof.changed),
                (number("tokens", Text("tokens")), proof.tokens),
                (number("holders", Text("holdings")), proof.holders),
                (
                    number("differing", Text("differences", context="migration")),
                    len(proof.differences),
                ),
            ],
        ),
        differences(proof.differences, Text("old platform"), Text("new platform")),
    )
    if proof.differences:
        warn(Text("The two platforms differ."))
        raise Ending(ExitCode.REFUSED)


def _stages(session: "Session", migration: "Migration") -> Table:
    from jp20.operations.governance.migration import progress_of

    return stages(progress_of(session, migration))
