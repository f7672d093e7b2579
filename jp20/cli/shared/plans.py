"""A plan as it is read before it is applied, and how it is applied: for `whitelist` and
`distribute`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from jp20.cli.frame.declare import argument, option
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.invocation import Format, invocation
from jp20.cli.frame.output import confirm, progress, say, show, warn
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.document_check import require_document
from jp20.cli.shared.ending_rows import ResultFile, finish, report
from jp20.cli.shared.plan_view import SHOWN, plan_parts
from jp20.domain.base.errors import BadArgument, ExitCode
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.investors.investors import InvestorFile
    from jp20.domain.plans.allotments import AllotmentFile
    from jp20.domain.plans.plan import Plan, PlanKind
    from jp20.operations.session import Session

PlanFile = Annotated[Path, argument("What plan --out wrote.", "PLAN")]

Out = Annotated[
    Path | None,
    option("Save the plan here, for apply and for the other organisations.", metavar="FILE"),
]

OwnFile = Annotated[
    Path | None,
    option(
        "Compare the plan with your own copy of its file, row by row.", "--file", metavar="FILE"
    ),
]


@contextmanager
def comparing() -> Iterator[None]:
    """While a plan is made: that it is under way, on a terminal with the time that it takes."""
    what = Text("Comparing the file with the chain")
    with progress(what):
        yield


def show_plan(
    session: "Session",
    plan: "Plan",
    listed: "InvestorFile | AllotmentFile",
    out: Path | None,
    command: str,
) -> None:
    """Prints a plan of a file, with what its maker alone sees of the rows that are refused; saves
    it where that is asked for, and says what is next. Ends with 1 where the file as a whole cannot
    be applied, with 4 where rows are refused.
    """
    from jp20.operations.plans.plan import save_plan

    saved = out if out is not None and not (plan.is_blocked or plan.is_empty) else None
    if saved is not None:
        save_plan(saved, plan)
    is_table = invocation().format is Format.TABLE
    if is_table:
        _say_cut(plan, Text.verbatim("--format csv"))
    show(*with_rows(*plan_parts(session, plan, every=not is_table, listed=listed)))
    if plan.is_blocked:
        warn(
            Text(
                "It cannot be applied as it is, and is not saved: {faults}",
                faults=Text.joined((each.reason for each in plan.faults), " ", " "),
            )
        )
        raise Ending(ExitCode.REFUSED)
    if plan.is_empty:
        say(_nothing(plan))
    elif saved is None:
        say(Text("To execute it, make the plan again with --out FILE."))
    else:
        say(
            Text(
                "Saved: {file}. Send it to the organisations above; each runs: jp20 {command} "
                "apply {name}",
                file=saved,
                command=command,
                name=saved.name,
            )
        )
    if listed.is_doubtful:
        warn(
            Text(
                "Rows that nobody sees in the workbook are among those above. Take them out of "
                "the file, or show them there; with --visible-only they are left out."
            )
        )
    if plan.refused or listed.is_doubtful:
        raise Ending(ExitCode.SOME_REFUSED)


def require_free(out: Path | None) -> None:
    """That the place of a plan is free and can be written, before the plan is made. Raises
    FileExists, CannotWrite.
    """
    from jp20.operations.plans.results import require_new

    if out is not None:
        require_new(out)


def apply(
    file: Path,
    kind: "Callable[[], PlanKind]",
    question: "Callable[[Session, Plan], Text]",
    document: Path | None,
    own_file: "Callable[[Plan], InvestorFile | AllotmentFile] | None",
    result: Path | None,
    yes: bool,
) -> None:
    """Loads a plan, shows what is signed by applying it, asks, carries out what these keys reach,
    and ends with a summary, a result file and the exit code.

    `own_file` reads the applying organisation's own copy of the plan's file. Raises
    AnotherDocument, OtherRows where document or rows are others.
    """
    from jp20.operations.plans.plan import (
        PlanAwaitingOthers,
        PlanProgress,
        apply_plan,
        check_plan,
        load_plan,
        require_rows_of,
    )

    plan = load_plan(file)
    _require_kind(plan, file, kind())
    require_document(document, plan.evidence.document_hash)
    own = None if own_file is None else own_file(plan)
    rows = ResultFile(result, f"{plan.kind.name.lower()}-{plan.evidence.case}")
    session = workspace().session()
    left = check_plan(session, plan)
    if own is not None:
        require_rows_of(session, plan, own)
        say(Text("The plan does what {file} says, all of it.", file=own.file))
    if left:
        _say_what_is_signed(session, plan, file, document=document, own=own)
        confirm(_with_what_is_left(question(session, plan), plan, left), yes)
    plans = Text.both(plan.kind.text.en.capitalize(), plan.kind.text.ja)
    title = Text(
        "{plans}: {file}, case {case}", plans=plans, file=file.name, case=plan.evidence.case
    )
    try:
        with progress(Text("Applying the plan")) as told:

            def tell(now: PlanProgress) -> None:
                told(now.done, now.total)

            done = apply_plan(session, plan, progress=tell)
    except PlanAwaitingOthers as waiting:
        report(session, title, waiting.outcomes, waiting.steps, rows)
        raise
    finish(session, title, done, rows)


# Inside


def _with_what_is_left(question: Text, plan: "Plan", left: int) -> Text:
    """The question, and how far the plan was carried out before."""
    rows = sum(len(each.rows) for each in plan.decisions)
    if left == rows:
        return question
    return Text(
        "{question} {left:,} of {rows:,} {rows:row|rows} {left:is|are} left.",
        question=question,
        left=left,
        rows=rows,
    )


def _nothing(plan: "Plan") -> Text:
    if plan.is_unchanged:
        return Text("Nothing is to be done: the chain is as the file says.")
    if not plan.settled:
        return Text("Every row is refused.")
    return Text("Nothing is to be done: what is not refused stands on the chain already.")


def _require_kind(plan: "Plan", file: Path, kind: "PlanKind") -> None:
    if plan.kind is kind:
        return
    command = "whitelist" if plan.kind.name == "WHITELIST" else "distribute"
    raise BadArgument(
        Text("{file} is a plan for a {kind}.", file=file, kind=plan.kind.text),
        next_step=Text("Run: jp20 {command} apply {file}", command=command, file=file),
    )


def _say_what_is_signed(
    session: "Session",
    plan: "Plan",
    file: Path,
    *,
    document: Path | None,
    own: "InvestorFile | AllotmentFile | None",
) -> None:
    """All that applying the plan binds an organisation to, and what nobody compared."""
    _say_cut(plan, Text.verbatim(str(file)))
    from jp20.operations.plans.plan import read_here

    shown = read_here(session, plan)
    for each in with_rows(*plan_parts(session, shown, every=False, is_compared=own is not None)):
        say(each)
    say(
        Text(
            "To apply it is your organisation's signature on all of the above. Every organisation "
            "compares the plan's id: 0x{id}",
            id=plan.id.hex(),
        )
    )
    missing: list[Text] = []
    if document is None:
        missing.append(Text("the document (--document FILE)"))
    if own is None:
        missing.append(Text("your own copy of the file (--file FILE)"))
    if missing:
        listing = Text.listing(missing)
        warn(Text("Not compared with: {listing}", listing=listing))


def _say_cut(plan: "Plan", everything: Text) -> None:
    """That a table has not all rows, where that is so, and what has."""
    count = sum(len(each.rows) for each in plan.decisions)
    if count > SHOWN:
        say(
            Text(
                "The first {shown} of {count:,} {count:row|rows}; all of them: {everything}",
                shown=SHOWN,
                count=count,
                everything=everything,
            )
        )
