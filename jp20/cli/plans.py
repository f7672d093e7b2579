"""A plan as it is read before it is applied, and how it is applied: for `whitelist` and
`distribute`.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.ending_rows import finish, report
from jp20.cli.endings import REFUSED, SOME_REFUSED, Ending
from jp20.cli.investors import through
from jp20.cli.language import both
from jp20.cli.output import Column, Record, Table, Value, confirm, progress, say, show, warn
from jp20.cli.parts import with_rows
from jp20.cli.results import BLOCK, LINE, REASON, UNITS, WALLET
from jp20.cli.session import Format, session
from jp20.cli.workspace import workspace
from jp20.domain.errors import BadArgument, Text

if TYPE_CHECKING:
    from jp20.domain.costs import Approval
    from jp20.domain.plans import Plan, PlanKind, PlannedDecision, PlannedRow, Standing
    from jp20.domain.roles import Role
    from jp20.operations.desk import Desk

SHOWN: Final = 20
"""Planned rows that a table shows; JSON and CSV have all."""

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

_OUTCOME: Final = Column("outcome", Text("what", "内容"))
_FIELD: Final = Column("field", Text("field", "項目"))
_CODE: Final = Column("code", Text("code", "コード"), detail=True)


def show_plan(plan: "Plan", file: str, out: Path | None, command: str) -> None:
    """Prints a plan, saves it where that is asked for, and says what is next. Ends with 1 where the
    file as a whole cannot be applied, with 4 where rows are refused.
    """
    from jp20.operations.plan import save_plan

    saved = out if out is not None and not (plan.is_blocked or plan.is_empty) else None
    if saved is not None:
        save_plan(saved, plan)
    _say_cut(plan)
    show(*with_rows(_rows(plan, file), _refused(plan, file), _approvals(plan), _summary(plan)))
    if plan.is_blocked:
        warn(
            Text(
                "It cannot be applied as it is, and is not saved: "
                + " ".join(each.reason.en for each in plan.faults),
                "このままでは適用できないため、保存していません: "
                + " ".join(each.reason.ja for each in plan.faults),
            )
        )
        raise Ending(REFUSED)
    if plan.is_empty:
        say(_nothing(plan))
    elif saved is None:
        say(
            Text(
                "To carry it out, plan again with --out FILE.",
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
    if plan.refused:
        raise Ending(SOME_REFUSED)


def apply(
    file: Path,
    kind: "Callable[[], PlanKind]",
    question: "Callable[[Desk, Plan], Text]",
    result: Path | None,
    yes: bool,
) -> None:
    """Loads a plan, asks, carries out what these keys reach, and ends with a summary, a result file
    and the exit code.
    """
    from jp20.operations.plan import PlanAwaitingOthers, Progress, apply_plan, check_plan, load_plan
    from jp20.operations.results import require_format

    plan = load_plan(file)
    _require_kind(plan, file, kind())
    if result is not None:
        require_format(result)
    desk = workspace().desk()
    left = check_plan(desk, plan)
    if left:
        confirm(_with_what_is_left(question(desk, plan), plan, left), yes)
    title = Text(
        f"{plan.kind.text.en.capitalize()}: {file.name}, case {plan.evidence.case}",
        f"{plan.kind.text.ja}: {file.name}、案件 {plan.evidence.case}",
    )
    name = f"{plan.kind.name.lower()}-{plan.evidence.case}"
    try:
        with progress(Text("Applying the plan", "計画を適用しています")) as told:

            def tell(now: Progress) -> None:
                told(now.done, now.total)

            done = apply_plan(desk, plan, progress=tell)
    except PlanAwaitingOthers as waiting:
        report(desk, title, waiting.outcomes, name, result)
        raise
    finish(desk, title, done, name, result)


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


def _say_cut(plan: "Plan") -> None:
    count = sum(len(each.rows) for each in plan.decisions)
    if session().format is Format.TABLE and count > SHOWN:
        say(
            Text(
                f"The first {SHOWN} of {count:,} rows; all of them: --format csv",
                f"{count:,} 行のうち先頭 {SHOWN} 行を表示します。全行: --format csv",
            )
        )


def _rows(plan: "Plan", file: str) -> Table:
    planned = [(each, row) for each in plan.decisions for row in each.rows]
    cells = [_planned(decision, row) for decision, row in planned]
    if session().format is Format.TABLE:
        cells = cells[:SHOWN]
    else:
        cells += [
            (row.line, row.account, row.units, row.outcome.text, None, None) for row in plan.settled
        ]
    with_units = plan.token is not None
    return Table(
        "rows",
        Text(f"What would change: {file}", f"変更内容: {file}"),
        (
            LINE,
            WALLET,
            replace(UNITS, detail=not with_units),
            _OUTCOME,
            Column("before", Text("before", "変更前"), detail=with_units),
            Column("after", Text("after", "変更後"), detail=with_units),
        ),
        cells,
    )


def _planned(decision: "PlannedDecision", row: "PlannedRow") -> tuple[Value, ...]:
    from jp20.domain.plans import DeliveryRow

    if isinstance(row, DeliveryRow):
        return (row.line, row.account, row.units, decision.act.text, None, None)
    before = None if row.before is None else _standing(row.before)
    after = Text(row.existing, row.existing) if row.existing else _standing(row.after)
    return (row.line, row.account, None, decision.act.text, before, after)


def _standing(standing: "Standing") -> Text:
    """Class, residency, until when."""
    kyc, lapses = through(standing.kyc_expiry), through(standing.class_expiry)
    kind, home = standing.investor_class.text, standing.residency.text
    return Text(
        f"{kind.en}, {home.en}, KYC {kyc}" + (f", class {lapses}" if lapses else ""),
        f"{kind.ja}、{home.ja}、KYC {kyc}" + (f"、区分 {lapses}" if lapses else ""),
    )


def _refused(plan: "Plan", file: str) -> Table:
    return Table(
        "refused",
        Text(f"What is refused: {file}", f"拒否される行: {file}"),
        (LINE, WALLET, replace(UNITS, detail=plan.token is None), _FIELD, _CODE, REASON),
        [
            (row.line, row.account, row.units, row.field or None, row.code, row.reason)
            for row in plan.refused
        ],
    )


def _approvals(plan: "Plan") -> Table:
    return Table(
        "approvals",
        Text("Who decides", "承認"),
        (
            Column("act", Text("act", "操作")),
            Column("rows", Text("rows", "件数"), number=True),
            Column("proposes", Text("proposes", "提案")),
            Column("signs", Text("signs, each another organisation", "署名(それぞれ別の組織)")),
            Column("executes", Text("executes", "実行")),
            Column("delay", Text("delay", "待機")),
        ),
        [
            _approval(approval, len(decision.rows))
            for approval, decision in zip(plan.cost.approvals, plan.decisions, strict=True)
        ],
    )


def _approval(approval: "Approval", rows: int) -> tuple[Value, ...]:
    from jp20.domain.governance_matrix import duration

    alone = len(approval.slots) == 1 and not approval.delay
    return (
        approval.act.text,
        rows,
        None if alone else _either(approval.proposers),
        None if alone else " + ".join(_either(slot) for slot in approval.slots),
        _either(approval.executors),
        duration(approval.delay) if approval.delay else None,
    )


def _either(roles: "frozenset[Role]") -> str:
    return " | ".join(role.name for role in sorted(roles))


def _summary(plan: "Plan") -> Record:
    from jp20.domain.times import in_tokyo

    cost = plan.cost
    refused_lines = {row.line for row in plan.refused if row.line is not None}
    fields: list[tuple[Column, Value]] = [
        (Column("kind", Text("plan", "計画")), plan.kind.text),
        (Column("id", Text("plan's id", "計画ID")), plan.id),
        (Column("source", Text("file", "ファイル")), plan.source.name),
        (Column("source_sha256", Text("file SHA-256", "ファイル SHA-256")), plan.source.sha256),
        (Column("case", Text("case", "案件番号")), plan.evidence.case),
        (
            Column("document_sha256", Text("document SHA-256", "根拠文書 SHA-256")),
            plan.evidence.document_hash,
        ),
        (BLOCK, plan.block),
        (Column("time", Text("as of", "時点")), in_tokyo(plan.time)),
        (
            Column("planned", Text("rows to be done", "実行する行"), number=True),
            sum(len(each.rows) for each in plan.decisions),
        ),
        (
            Column("settled", Text("rows that stand", "変更不要・実行済みの行"), number=True),
            len(plan.settled),
        ),
        (Column("refused", Text("rows refused", "拒否された行"), number=True), len(refused_lines)),
        (Column("gas", Text("gas (estimate)", "ガス(概算)"), number=True), cost.gas),
        (
            Column("transactions", Text("transactions", "取引数"), number=True),
            cost.transactions,
        ),
    ]
    if plan.token is not None:
        fields[1:1] = [
            (Column("token", Text("token", "トークン")), plan.token),
            (
                Column("total", Text("units to deliver", "配布する口数"), number=True),
                plan.total,
            ),
            (
                Column("undistributed", Text("undistributed now", "未配布"), number=True),
                plan.undistributed,
            ),
        ]
    return Record("plan", Text("The plan", "計画の概要"), fields)
