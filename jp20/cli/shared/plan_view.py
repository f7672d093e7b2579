"""A plan as tables: what would change, what is refused, who decides, and what it rests on."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from jp20.cli.frame.output import Coded, Column, Record, Table, Value
from jp20.cli.shared.investors import through
from jp20.cli.shared.results import BLOCK, LINE, REASON, UNITS, WALLET
from jp20.domain.base.errors import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jp20.domain.base.roles import Role
    from jp20.domain.investors.investors import InvestorFile
    from jp20.domain.plans.allotments import AllotmentFile
    from jp20.domain.plans.costs import Approval
    from jp20.domain.plans.plan import Plan, PlannedDecision, PlannedRow, Registration
    from jp20.operations.session import Session

SHOWN: Final = 20
"""Planned rows that a table on a screen shows."""

_MAKERS_WORD: Final = Text(" (its maker's word)", "(作成者の申告)")
_OUTCOME: Final = Column("outcome", Text("what", "内容"))
_FIELD: Final = Column("field", Text("field", "項目"))
_CODE: Final = Column("code", Text("code", "コード"), detail=True)


def plan_parts(
    session: "Session",
    plan: "Plan",
    *,
    every: bool,
    listed: "InvestorFile | AllotmentFile | None" = None,
    is_compared: bool = True,
) -> "Sequence[Table | Record]":
    """All of a plan. `every`: each row, those that stand included, as a program wants it; else the
    first that are to be carried out. `listed`: the file, which its maker has; what it says of the
    rows that are refused is shown too, and is not in the plan. What of a plan of somebody else's is
    neither bound by its id nor read here is marked as its maker's word, where it was not compared
    with the own file.
    """
    word = Text("", "") if is_compared else _MAKERS_WORD
    refused = _refused(plan, word) if listed is None else _refused_in(plan, listed)
    return (_rows(plan, every=every), refused, _approvals(plan), _summary(session, plan, word))


def _rows(plan: "Plan", *, every: bool) -> Table:
    planned = [(each, row) for each in plan.decisions for row in each.rows]
    cells = [_planned(decision, row) for decision, row in planned[: None if every else SHOWN]]
    if every:
        cells += [
            (row.line, row.account, row.units, row.outcome, None, None) for row in plan.settled
        ]
    with_units = plan.token is not None
    return Table(
        "rows",
        Text(f"What would change: {plan.source.name}", f"変更内容: {plan.source.name}"),
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
    from jp20.domain.plans.plan import DeliveryRow

    if isinstance(row, DeliveryRow):
        return (row.line, row.account, row.units, decision.act, None, None)
    before = None if row.before is None else _standing(row.before)
    after = row.existing or _standing(row.after)
    return (row.line, row.account, None, decision.act, before, after)


def _standing(standing: "Registration") -> Coded:
    """Class, residency, until when."""
    kyc, lapses = through(standing.kyc_expiry), through(standing.class_expiry)
    kind, home = standing.investor_class.text, standing.residency.text
    return Coded(
        {
            "class": standing.investor_class.name.lower(),
            "residency": standing.residency.name.lower(),
            "kyc_expiry": kyc,
            "class_expiry": lapses,
        },
        Text(
            f"{kind.en}, {home.en}, KYC {kyc}" + (f", class {lapses}" if lapses else ""),
            f"{kind.ja}、{home.ja}、KYC {kyc}" + (f"、区分 {lapses}" if lapses else ""),
        ),
    )


def _refused(plan: "Plan", word: Text) -> Table:
    return Table(
        "refused",
        Text(
            f"What is refused{word.en}: {plan.source.name}",
            f"拒否される行{word.ja}: {plan.source.name}",
        ),
        (LINE, WALLET, replace(UNITS, detail=plan.token is None), _FIELD, _CODE, REASON),
        [
            (row.line, row.account, row.units, _field(row.field), row.code, row.reason)
            for row in plan.refused
        ],
    )


def _refused_in(plan: "Plan", listed: "InvestorFile | AllotmentFile") -> Table:
    """Each refused row with its customer, what stands in its cell, and what to do about it."""
    faulty: list[tuple[Value, ...]] = [
        (
            each.line,
            each.reference or None,
            None,
            None,
            _field(each.field),
            "FILE",
            *_advised(each.what, each.next_step),
        )
        for each in listed.faults
    ]
    by_chain: list[tuple[Value, ...]] = [
        (
            row.line,
            listed.references.get(row.line or 0) or None,
            row.account,
            row.units,
            _field(row.field),
            row.code,
            *_advised(row.reason, None),
        )
        for row in plan.refused
        if row.code != "FILE"
    ]
    return Table(
        "refused",
        Text(f"What is refused: {plan.source.name}", f"拒否される行: {plan.source.name}"),
        (
            LINE,
            Column("customer", Text("customer", "顧客番号")),
            WALLET,
            replace(UNITS, detail=plan.token is None),
            _FIELD,
            _CODE,
            replace(REASON, detail=True),
            Column("next_step", Text("next step", "対処"), detail=True, prose=True),
            Column("advice", Text("reason, and what to do", "理由と対処"), prose=True),
        ),
        sorted([*faulty, *by_chain], key=lambda row: int(str(row[0] or 0))),
    )


def _field(name: str) -> Coded:
    from jp20.domain.plans.columns import column_text

    return Coded(name, column_text(name))


def _advised(reason: Text, step: Text | None) -> tuple[Value, ...]:
    """A reason and the next step, and both as a person reads them."""
    if step is None:
        return (reason, None, reason)
    both = Text(f"{reason.en}\n→ {step.en}", f"{reason.ja}\n→ {step.ja}")
    return (reason, step, both)


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
    from jp20.domain.governance.matrix import duration

    alone = len(approval.slots) == 1 and not approval.delay
    return (
        approval.act,
        rows,
        None if alone else _either(approval.proposers),
        None if alone else " + ".join(_either(slot) for slot in approval.slots),
        _either(approval.executors),
        duration(approval.delay) if approval.delay else None,
    )


def _either(roles: "frozenset[Role]") -> str:
    return " | ".join(role.name for role in sorted(roles))


def _summary(session: "Session", plan: "Plan", word: Text) -> Record:
    from jp20.domain.base.times import in_tokyo

    cost = plan.cost
    names = {member.number: member.name for member in session.members()} if plan.parties else {}
    refused_lines = {row.line for row in plan.refused if row.line is not None}
    fields: list[tuple[Column, Value]] = [
        (Column("kind", Text("plan", "計画")), plan.kind),
        (Column("id", Text("plan's id", "計画ID")), plan.id),
        (Column("source", Text(f"file{word.en}", f"ファイル{word.ja}")), plan.source.name),
        (
            Column("source_sha256", Text(f"file SHA-256{word.en}", f"ファイル SHA-256{word.ja}")),
            plan.source.sha256,
        ),
        (Column("case", Text("case", "案件番号")), plan.evidence.case),
        (
            Column("document_sha256", Text("document SHA-256", "根拠文書 SHA-256")),
            plan.evidence.document_hash,
        ),
        (
            Column("parties", Text("parties, who sign nothing", "当事者(署名不可)")),
            ", ".join(names.get(each, str(each)) for each in plan.parties) or None,
        ),
        (BLOCK, plan.block),
        (Column("time", Text("as of", "時点")), in_tokyo(plan.time) if plan.time else None),
        (
            Column("planned", Text("rows to be done", "実行する行"), number=True),
            len({row.line for each in plan.decisions for row in each.rows}),
        ),
        (
            Column(
                "settled",
                Text(f"rows that stand{word.en}", f"変更不要・実行済みの行{word.ja}"),
                number=True,
            ),
            len(plan.settled),
        ),
        (
            Column(
                "refused", Text(f"rows refused{word.en}", f"拒否された行{word.ja}"), number=True
            ),
            len(refused_lines),
        ),
        (Column("gas", Text("gas (estimate)", "ガス(概算)"), number=True), cost.gas),
        (
            Column("gas_price", Text("gas price (wei)", "ガス価格(wei)"), number=True),
            session.connection.gas_price(),
        ),
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
