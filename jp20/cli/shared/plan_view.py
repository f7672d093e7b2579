"""A plan as tables: what would change, what is refused, who decides, and what it rests on."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from jp20.cli.frame.output import Coded, Column, Record, Table, Value, table
from jp20.cli.shared.investors import through
from jp20.cli.shared.results import BLOCK, LINE, REASON, UNITS, WALLET
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

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

_MAKERS_WORD: Final = Text(" (its maker's word)")
_OUTCOME: Final = Column("outcome", Text("what"))
_FIELD: Final = Column("field", Text("field"))
_CODE: Final = Column("code", Text("code", context="reason"), detail=True)


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
    word = Text.verbatim("") if is_compared else _MAKERS_WORD
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
        Text("What would change: {source}", source=plan.source.name),
        (
            LINE,
            WALLET,
            replace(UNITS, detail=not with_units),
            _OUTCOME,
            Column("before", Text("before"), detail=with_units),
            Column("after", Text("after"), detail=with_units),
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
            "{kind}, {home}, KYC {kyc}, class {lapses}",
            kind=kind,
            home=home,
            kyc=kyc,
            lapses=lapses,
        )
        if lapses
        else Text("{kind}, {home}, KYC {kyc}", kind=kind, home=home, kyc=kyc),
    )


def _refused(plan: "Plan", word: Text) -> Table:
    return table(
        "refused",
        Text("What is refused{word}: {source}", word=word, source=plan.source.name),
        plan.refused,
        (LINE, lambda row: row.line),
        (WALLET, lambda row: row.account),
        (replace(UNITS, detail=plan.token is None), lambda row: row.units),
        (_FIELD, lambda row: _field(row.field)),
        (_CODE, lambda row: row.code),
        (REASON, lambda row: row.reason),
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
        Text("What is refused: {source}", source=plan.source.name),
        (
            LINE,
            Column("customer", Text("customer")),
            WALLET,
            replace(UNITS, detail=plan.token is None),
            _FIELD,
            _CODE,
            replace(REASON, detail=True),
            Column("next_step", Text("next step"), detail=True, prose=True),
            Column("advice", Text("reason, and what to do"), prose=True),
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
    both = Text("{reason}\n→ {step}", reason=reason, step=step)
    return (reason, step, both)


def _approvals(plan: "Plan") -> Table:
    return Table(
        "approvals",
        Text("Who decides"),
        (
            Column("act", Text("act", context="plan")),
            Column("rows", Text("rows"), number=True),
            Column("proposes", Text("proposes")),
            Column("signs", Text("signs, each another organisation")),
            Column("executes", Text("executes")),
            Column("delay", Text("delay")),
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
    cost = plan.cost
    names = (
        {member.number: member.name for member in session.members()}
        if plan.evidence.parties
        else {}
    )
    refused_lines = {row.line for row in plan.refused if row.line is not None}
    fields: list[tuple[Column, Value]] = [
        (Column("kind", Text("plan")), plan.kind),
        (Column("id", Text("plan's id")), plan.id),
        (Column("source", Text("file{word}", word=word)), plan.source.name),
        (Column("source_sha256", Text("file SHA-256{word}", word=word)), plan.source.sha256),
        (Column("case", Text("case", context="number")), plan.evidence.case),
        (Column("document_sha256", Text("document SHA-256")), plan.evidence.document_hash),
        (
            Column("parties", Text("parties, who sign nothing")),
            ", ".join(names.get(each, str(each)) for each in plan.evidence.parties) or None,
        ),
        (BLOCK, plan.block),
        (Column("time", Text("as of")), in_tokyo(plan.time) if plan.time else None),
        (
            Column("planned", Text("rows to be done"), number=True),
            len({row.line for each in plan.decisions for row in each.rows}),
        ),
        (
            Column("settled", Text("rows that stand{word}", word=word), number=True),
            len(plan.settled),
        ),
        (Column("refused", Text("rows refused{word}", word=word), number=True), len(refused_lines)),
        (Column("gas", Text("gas (estimate)"), number=True), cost.gas),
        (Column("gas_price", Text("gas price (wei)"), number=True), session.connection.gas_price()),
        (Column("transactions", Text("transactions"), number=True), cost.transactions),
    ]
    if plan.token is not None:
        fields[1:1] = [
            (Column("token", Text("token")), plan.token),
            (Column("total", Text("units to deliver"), number=True), plan.total),
            (Column("undistributed", Text("undistributed now"), number=True), plan.undistributed),
        ]
    return Record("plan", Text("The plan"), fields)
