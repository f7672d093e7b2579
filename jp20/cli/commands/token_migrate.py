"""`jp20 token migrate`: a token is replaced by another that takes its register over (G32)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import argument, command
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.options import Case, Document, Token, Yes, evidence
from jp20.cli.frame.output import Column, Record, Table, confirm, say, show, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.moves import differences, number, stages
from jp20.cli.shared.results import BLOCK, steps_table
from jp20.domain.base.errors import ExitCode
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.plans.outcomes import Step
    from jp20.domain.token.replacement import Replacement
    from jp20.operations.session import Session

app = typer.Typer(no_args_is_help=True)

PlanFile = Annotated[Path, argument("The replacement's plan file.", "FILE")]


@command(
    app,
    "plan",
    "Write what it takes to replace a token by one of the latest version. Nothing is sent.",
    "jp20 token migrate plan JP20-RE-0001 replacement.json --case TM-1 --document minutes.pdf",
)
def migrate_plan(token: Token, file: PlanFile, case: Case, document: Document) -> None:
    """One case and one document for all decisions."""
    from jp20.operations.token.replacement import plan_replacement, save_replacement

    rests_on = evidence(case, document)
    session = workspace().view()
    replacement = plan_replacement(session, token, rests_on)
    save_replacement(file, replacement)
    say(
        Text(
            "Written to {file}. The issuer carries it out first: jp20 token migrate apply",
            file=file,
        )
    )
    show(_stages(session, replacement))


@command(
    app,
    "apply",
    "Carry a plan out as far as the keys here and the delay of the policy let it: create "
    "the new token, close the old one, carry the register over, compare, put the new one "
    "in force. Run again it goes on, and does nothing twice.",
    "jp20 token migrate apply replacement.json",
)
def migrate_apply(file: PlanFile, yes: Yes = False) -> None:
    """Whoever signs runs the same, with the same file."""
    from jp20.operations.token.replacement import load_replacement, replace_token

    replacement = load_replacement(file)
    session = workspace().session()
    confirm(
        Text(
            "Replace the token {old}? From its closing on nothing moves until the new one is in "
            "force.",
            old=replacement.old,
        ),
        yes,
    )
    steps: list[Step] = []
    new = replace_token(
        session, replacement, lambda stage, step: None if step is None else steps.append(step)
    )
    say(Text("{new} is in force, and found by the token's code and symbol.", new=new.address))
    show(_stages(session, replacement), steps_table(session, steps))


@command(
    app,
    "show",
    "Show how far a replacement has come, by the chain.",
    "jp20 token migrate show replacement.json",
)
def migrate_show(file: PlanFile) -> None:
    """Also while it waits for the delay, or for another organisation."""
    from jp20.operations.token.replacement import load_replacement

    show(_stages(workspace().view(), load_replacement(file)))


@command(
    app,
    "prove",
    "Compare the new token with the old one, word by word: positions, restraints, record "
    "dates, requests, reversals, losses, documents, allowances. Ends with 1 where "
    "something differs.",
    "jp20 token migrate prove replacement.json --format json",
)
def migrate_prove(file: PlanFile) -> None:
    """It reads, and needs no key."""
    from jp20.operations.token.replacement import load_replacement, prove_replacement

    proof = prove_replacement(workspace().view(), load_replacement(file))
    if proof is None:
        warn(Text("There is no new token yet."))
        raise Ending(ExitCode.REFUSED)
    show(
        Record(
            "proof",
            Text("Old and new token"),
            [
                (BLOCK, proof.block),
                (Column("in_force", Text("new token in force")), proof.in_force),
                (number("holders", Text("positions")), proof.holders),
                (number("words", Text("words compared")), proof.words),
                (
                    number("differing", Text("differences", context="migration")),
                    len(proof.differences),
                ),
            ],
        ),
        differences(proof.differences, Text("old token"), Text("new token")),
    )
    if proof.differences:
        warn(Text("The two tokens differ."))
        raise Ending(ExitCode.REFUSED)


def _stages(session: "Session", replacement: "Replacement") -> Table:
    from jp20.operations.token.replacement import reached

    return stages(reached(session, replacement))
