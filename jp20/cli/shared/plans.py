"""A plan as it is read before it is applied, and how it is applied: for `whitelist` and
`distribute`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.endings import Ending
from jp20.cli.frame.invocation import Format, invocation
from jp20.cli.frame.language import both
from jp20.cli.frame.output import confirm, progress, say, show, warn
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.document_check import require_document
from jp20.cli.shared.ending_rows import ResultFile, finish, report
from jp20.cli.shared.plan_view import SHOWN, plan_parts
from jp20.domain.base.errors import BadArgument, ExitCode, Text

if TYPE_CHECKING:
    from jp20.domain.investors.investors import InvestorFile
    from jp20.domain.plans.allotments import AllotmentFile
    from jp20.domain.plans.plan import Plan, PlanKind
    from jp20.operations.session import Session

PlanFile = Annotated[
    Path,
    typer.Argument(
        metavar="PLAN", help=both("What plan --out wrote.", "plan --out で作成した計画ファイル。")
    ),
]

Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=both(
            "Save the plan here, for apply and for the other organisations.",
            "計画の保存先。apply と他組織への送付に使用する。",
        ),
    ),
]

OwnFile = Annotated[
    Path | None,
    typer.Option(
        "--file",
        metavar="FILE",
        help=both(
            "Compare the plan with your own copy of its file, row by row.",
            "手元のファイルと計画を1行ずつ照合する。",
        ),
    ),
]


@contextmanager
def comparing() -> Iterator[None]:
    """While a plan is made: that it is under way, on a terminal with the time that it takes."""
    what = Text("Comparing the file with the chain", "ファイルとチェーンを照合しています")
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
        _say_cut(plan, Text("--format csv", "--format csv"))
    show(*with_rows(*plan_parts(session, plan, every=not is_table, listed=listed)))
    if plan.is_blocked:
        warn(
            Text(
                "It cannot be applied as it is, and is not saved: "
                + " ".join(each.reason.en for each in plan.faults),
                "このままでは適用できないため、保存していません: "
                + " ".join(each.reason.ja for each in plan.faults),
            )
        )
        raise Ending(ExitCode.REFUSED)
    if plan.is_empty:
        say(_nothing(plan))
    elif saved is None:
        say(
            Text(
                "To execute it, make the plan again with --out FILE.",
                "実行するには、--out ファイル名 を付けて計画を保存してください。",
            )
        )
    else:
        say(
            Text(
                f"Saved: {saved}. Send it to the organisations above; each runs: "
                f"jp20 {command} apply {saved.name}",
                f"保存先: {saved}。上記の組織に送付し、各組織で次を実行してください: "
                f"jp20 {command} apply {saved.name}",
            )
        )
    if listed.is_doubtful:
        warn(
            Text(
                "Rows that nobody sees in the workbook are among those above. Take them out of the "
                "file, or show them there; with --visible-only they are left out.",
                "上記には、Excelの画面に表示されない行(または取消線の行)が含まれています。ファイルで"
                "削除または表示するか、--visible-only で除外してください。",
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
        say(
            Text(
                f"The plan does what {own.file} says, all of it.",
                f"計画は {own.file} と全行一致しています。",
            )
        )
    if left:
        _say_what_is_signed(session, plan, file, document=document, own=own)
        confirm(_with_what_is_left(question(session, plan), plan, left), yes)
    title = Text(
        f"{plan.kind.text.en.capitalize()}: {file.name}, case {plan.evidence.case}",
        f"{plan.kind.text.ja}: {file.name}、案件 {plan.evidence.case}",
    )
    try:
        with progress(Text("Applying the plan", "計画を適用しています")) as told:

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
        f"{question.en} {left:,} of {rows:,} rows are left.",
        f"{question.ja} 残り {left:,} 行({rows:,} 行中)です。",
    )


def _nothing(plan: "Plan") -> Text:
    if plan.is_unchanged:
        return Text(
            "Nothing is to be done: the chain is as the file says.",
            "変更はありません。チェーンはファイルのとおりです。",
        )
    if not plan.settled:
        return Text("Every row is refused.", "全ての行が拒否されました。")
    return Text(
        "Nothing is to be done: what is not refused stands on the chain already.",
        "変更はありません。拒否された行を除き、チェーンはファイルのとおりです。",
    )


def _require_kind(plan: "Plan", file: Path, kind: "PlanKind") -> None:
    if plan.kind is kind:
        return
    command = "whitelist" if plan.kind.name == "WHITELIST" else "distribute"
    raise BadArgument(
        Text(
            f"{file} is a plan for a {plan.kind.text.en}.",
            f"{file} は{plan.kind.text.ja}の計画です。",
        ),
        next_step=Text(
            f"Run: jp20 {command} apply {file}",
            f"次を実行してください: jp20 {command} apply {file}",
        ),
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
    _say_cut(plan, Text(str(file), str(file)))
    from jp20.operations.plans.plan import read_here

    shown = read_here(session, plan)
    for each in with_rows(*plan_parts(session, shown, every=False, is_compared=own is not None)):
        say(each)
    say(
        Text(
            "To apply it is your organisation's signature on all of the above. Every organisation "
            f"compares the plan's id: 0x{plan.id.hex()}",
            "適用は、上記の全内容に対する貴組織の署名となります。各組織で計画IDを照合してください: "
            f"0x{plan.id.hex()}",
        )
    )
    missing: list[Text] = []
    if document is None:
        missing.append(Text("the document (--document FILE)", "根拠文書(--document)"))
    if own is None:
        missing.append(Text("your own copy of the file (--file FILE)", "手元のファイル(--file)"))
    if missing:
        en, ja = ", ".join(each.en for each in missing), "、".join(each.ja for each in missing)
        warn(Text(f"Not compared with: {en}", f"未照合: {ja}"))


def _say_cut(plan: "Plan", everything: Text) -> None:
    """That a table has not all rows, where that is so, and what has."""
    count = sum(len(each.rows) for each in plan.decisions)
    if count > SHOWN:
        say(
            Text(
                f"The first {SHOWN} of {count:,} rows; all of them: {everything.en}",
                f"{count:,} 行のうち先頭 {SHOWN} 行を表示します。全行: {everything.ja}",
            )
        )
