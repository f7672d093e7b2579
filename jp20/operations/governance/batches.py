"""What is done to many: in calls of bounded size under one decision, row by row accounted for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Generic, TypeVar

from eth_typing import ChecksumAddress

from jp20.chain.contracts.errors import Reverted, Unauthorized
from jp20.chain.sending.sender import Progress
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.faults import Fault
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.policy import rule_of
from jp20.domain.governance.requests import Call
from jp20.domain.plans.outcomes import CallOutcome, Decided, Outcome, Outcomes, RowOutcome
from jp20.domain.register.events import RegistrationRefused, RowRefused
from jp20.domain.token.reasons import Reason
from jp20.operations.governance.decide import decide
from jp20.operations.session import Session

BATCH_SIZE: Final = 250
"""Rows in one call where a holder's slot is written for each: 16 million gas at most. The bounds
of the calls are in the contracts' interfaces; `make bench` measures them.
"""

SMALL_BATCH: Final = 100
"""Rows in one call where more than that is done for each: 17 million gas at most."""

SMALLEST_BATCH: Final = 40
"""Rows in one call where restraints may go with the units: 17 million gas at most."""

_R = TypeVar("_R")


class NoRows(JP20Error):
    """There is nothing to do."""

    what = Text("There are no rows.")
    next_step = Text("Name at least one.")


@dataclass(frozen=True, slots=True)
class BatchRow(Generic[_R]):
    """A row to be carried out: what a call needs of it, and how it is shown."""

    value: _R
    account: ChecksumAddress
    units: int | None = None
    line: int | None = None


def execute_batch(
    session: Session,
    rows: Sequence[BatchRow[_R]],
    call_of: Callable[[Sequence[_R]], Call],
    evidence: Evidence,
    at_once: int = BATCH_SIZE,
    progress: Progress | None = None,
    stops: bool = False,
    key_of: Callable[[Sequence[_R]], bytes] | None = None,
) -> Outcomes:
    """Decides on all rows as a whole and carries them out in calls of `at_once` rows.

    A row that the chain refuses is reported, and the others go through. A call that it refuses as a
    whole is halved until the row is found, where a key could act alone; of a request, which is
    executed as it was signed, all rows of the call are reported. The refusal of an only row is
    raised. `progress` is told how many calls came to an end, of how many. `stops`: see `decide`.
    `key_of` gives the call of some rows a key, under which it is made once (see `decide`).
    Raises NoRows, and what `decide` raises.
    """
    if not rows:
        raise NoRows
    parts = [rows[start : start + at_once] for start in range(0, len(rows), at_once)]
    decided, found = _decided(session, parts, call_of, evidence, progress, stops, key_of)
    return Outcomes(decided, found)


def _decided(
    session: Session,
    parts: Sequence[Sequence[BatchRow[_R]]],
    call_of: Callable[[Sequence[_R]], Call],
    evidence: Evidence,
    progress: Progress | None = None,
    stops: bool = False,
    key_of: Callable[[Sequence[_R]], bytes] | None = None,
) -> tuple[tuple[Decided, ...], tuple[RowOutcome, ...]]:
    """The decisions on parts, and what became of their rows, in their order."""
    values = [[row.value for row in part] for part in parts]
    calls = [call_of(each) for each in values]
    keys = None if key_of is None else [key_of(each) for each in values]
    try:
        first = decide(session, calls, evidence, keys=keys, progress=progress, stops=stops)
    except Reverted as refusal:
        # Of an only call the refusal is raised.
        if len(parts[0]) == 1 or not _is_of_a_row(refusal) or not _is_direct(session, calls[0]):
            raise
        first = Decided(None, (), (CallOutcome(0, None, None, refusal=refusal),))
    refused = [
        place
        for place, call in enumerate(first.calls)
        if first.request is None and len(parts[place]) > 1 and _is_of_a_row(call.refusal)
    ]
    if not refused:
        return (first,), tuple(
            outcome
            for part, call in zip(parts, first.calls, strict=True)
            for outcome in outcomes_of(part, call)
        )
    halves = [half for place in refused for half in _halves(parts[place])]
    further, outcomes = _decided(session, halves, call_of, evidence, stops=stops, key_of=key_of)
    of_halves = iter(outcomes)
    found: list[RowOutcome] = []
    for place, (part, call) in enumerate(zip(parts, first.calls, strict=True)):
        found += islice(of_halves, len(part)) if place in refused else outcomes_of(part, call)
    return (first, *further), tuple(found)


def _halves(part: Sequence[BatchRow[_R]]) -> tuple[Sequence[BatchRow[_R]], Sequence[BatchRow[_R]]]:
    middle = len(part) // 2
    return part[:middle], part[middle:]


def _is_direct(session: Session, call: Call) -> bool:
    rule = rule_of(session.rule(call))
    return rule is not None and rule.is_direct


def _is_of_a_row(refusal: JP20Error | None) -> bool:
    """Whether a call may have been refused for one of its rows, and not for who called or when."""
    if refusal is None or isinstance(refusal, Unauthorized):
        return False
    return getattr(refusal, "reason", None) not in (Reason.PLATFORM_HALTED, Reason.TOKEN_PAUSED)


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
            Text.joined(
                (Text("[{field}] {what}", field=each.field, what=each.what) for each in found),
                " ",
                " ",
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


def outcome_of_row(
    row: BatchRow[_R], call: CallOutcome, refused: tuple[str, Text] | None
) -> RowOutcome:
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


def outcomes_of(part: Sequence[BatchRow[_R]], call: CallOutcome) -> list[RowOutcome]:
    """What became of the rows of a call, in their order."""
    refused = refused_rows(call)
    return [outcome_of_row(row, call, refused.get(place)) for place, row in enumerate(part)]
