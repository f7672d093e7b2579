"""What was done, as tables: who proposed, signed and executed; what became of each row."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from jp20.cli.frame.output import Coded, Column, Table, table
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.plans.outcomes import Outcomes, RowOutcome, Step
    from jp20.operations.session import Session

LINE: Final = Column("line", Text("line"), number=True)
WALLET: Final = Column("wallet", Text("wallet"))
UNITS: Final = Column("units", Text("units"), number=True)
REASON: Final = Column("reason", Text("reason"), prose=True)
BLOCK: Final = Column("block", Text("block"), number=True)
TRANSACTION: Final = Column("transaction", Text("transaction"), detail=True)


def steps_table(session: "Session", steps: "Iterable[Step]") -> Table:
    """Each transaction, by whose key, in which block."""
    steps = list(steps)
    names = {member.number: member.name for member in session.members()} if steps else {}
    return table(
        "steps",
        Text("Who did what"),
        steps,
        (Column("step", Text("step")), lambda step: Coded(step.code, step.text)),
        (
            Column("organisation", Text("organisation")),
            lambda step: names.get(step.organisation, "–"),
        ),
        (Column("key", Text("key")), lambda step: step.key),
        (BLOCK, lambda step: step.block),
        (TRANSACTION, lambda step: step.transaction),
    )


def counts_table(title: Text, outcomes: "Outcomes") -> Table:
    """How many rows went how, and their units."""
    from jp20.domain.plans.outcomes import Outcome

    rows = {kind: outcomes.of(kind) for kind in Outcome}
    return Table(
        "outcomes",
        title,
        (Column("outcome", Text("outcome")), Column("rows", Text("rows"), number=True), UNITS),
        [
            (kind, len(found), sum(row.units or 0 for row in found) or None)
            for kind, found in rows.items()
            if found
        ],
    )


def refused_table(rows: "Sequence[RowOutcome]") -> Table:
    """Each row that was refused, and why."""
    return table(
        "refused",
        Text("Refused rows"),
        rows,
        (LINE, lambda row: row.line),
        (WALLET, lambda row: row.account),
        (Column("code", Text("code", context="reason"), detail=True), lambda row: row.code),
        (REASON, lambda row: row.reason),
    )
