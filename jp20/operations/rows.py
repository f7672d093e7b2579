"""What is done to many: in calls of bounded size under one decision, row by row accounted for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from eth_typing import ChecksumAddress

from jp20.domain.errors import JP20Error, Text
from jp20.domain.events import RegistrationRefused, RowRefused
from jp20.domain.evidence import Evidence
from jp20.domain.faults import Fault
from jp20.domain.outcomes import CallOutcome, Outcome, Outcomes, RowOutcome
from jp20.domain.requests import Call
from jp20.operations.decide import decide
from jp20.operations.desk import Desk

AT_ONCE: Final = 250
"""Rows in one call where a holder's slot is written for each: 16 million gas at most. The bounds
of the calls are in the contracts' interfaces; `make bench` measures them.
"""

FEW_AT_ONCE: Final = 100
"""Rows in one call where more than that is done for each: 17 million gas at most."""

FEWEST_AT_ONCE: Final = 40
"""Rows in one call where claims may go with the units: 17 million gas at most."""

_R = TypeVar("_R")


class NoRows(JP20Error):
    """There is nothing to do."""

    def __init__(self) -> None:
        super().__init__(
            Text("There are no rows.", "対象の行がありません。"),
            next_step=Text("Name at least one.", "1件以上を指定してください。"),
        )


@dataclass(frozen=True, slots=True)
class Row(Generic[_R]):
    """A row to be carried out: what a call needs of it, and how it is shown."""

    value: _R
    account: ChecksumAddress
    units: int | None = None
    line: int | None = None


def carry_out(
    desk: Desk,
    rows: Sequence[Row[_R]],
    call_of: Callable[[Sequence[_R]], Call],
    evidence: Evidence | None = None,
    parties: Iterable[int] = (),
    at_once: int = AT_ONCE,
) -> Outcomes:
    """Decides on all rows as a whole and carries them out in calls of `at_once` rows.

    A row that the chain refuses is reported, and so are the rows of a call that it refuses as a
    whole; the others go through. Raises NoRows, and what `decide` raises.
    """
    if not rows:
        raise NoRows
    parts = [rows[start : start + at_once] for start in range(0, len(rows), at_once)]
    calls = [call_of([row.value for row in part]) for part in parts]
    decided = decide(desk, calls, evidence, parties)
    found = [
        outcome
        for part, call in zip(parts, decided.calls, strict=True)
        for outcome in _outcomes(part, call)
    ]
    return Outcomes((decided,), tuple(found))


def faulty(faults: Iterable[Fault]) -> tuple[RowOutcome, ...]:
    """A refused row for each line of a file that has faults."""
    by_line: dict[int | None, list[Fault]] = {}
    for fault in faults:
        by_line.setdefault(fault.line, []).append(fault)
    return tuple(
        RowOutcome(
            line,
            None,
            None,
            Outcome.REFUSED,
            Text(
                " ".join(f"[{each.field}] {each.what.en}" for each in found),
                " ".join(f"[{each.field}] {each.what.ja}" for each in found),
            ),
            "FILE",
        )
        for line, found in by_line.items()
    )


def refused_rows(call: CallOutcome) -> dict[int, tuple[str, Text]]:
    """The rows that a call left out, by their place in it: code and reason."""
    return {
        entry.event.index: (entry.event.reason.name, entry.event.reason.text)
        for entry in call.events
        if isinstance(entry.event, RowRefused | RegistrationRefused)
    }


def outcome_of_row(row: Row[_R], call: CallOutcome, refused: tuple[str, Text] | None) -> RowOutcome:
    """What became of one row of a call."""
    if call.refusal is not None:
        why = call.refusal.why or call.refusal.what
        code = getattr(getattr(call.refusal, "reason", None), "name", None) or "REVERTED"
        return RowOutcome(row.line, row.account, row.units, Outcome.REFUSED, why, code)
    done = Outcome.ALREADY_DONE if call.earlier else Outcome.DONE
    code, reason = refused or (None, None)
    return RowOutcome(
        row.line,
        row.account,
        row.units,
        Outcome.REFUSED if refused else done,
        reason,
        code,
        call.transaction,
        call.block,
    )


def _outcomes(part: Sequence[Row[_R]], call: CallOutcome) -> list[RowOutcome]:
    refused = refused_rows(call)
    return [outcome_of_row(row, call, refused.get(place)) for place, row in enumerate(part)]
