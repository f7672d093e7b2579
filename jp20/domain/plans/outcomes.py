"""What was done: the transactions, the calls that they carried out, and what became of each row."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import OrganisationId, RequestId, TxHash
from jp20.domain.base.text import Text, TextEnum
from jp20.domain.register.events import Event, LoggedEvent

_STEPS: Final = {
    "propose": ("proposed", Text("proposed", context="step")),
    "sign": ("signed", Text("signed", context="step")),
    "execute": ("executed", Text("executed", context="step")),
    "call": ("called", Text("called", context="step")),
    "deploy": ("deployed", Text("deployed", context="step")),
    "withdraw": ("withdrawn", Text("withdrawn")),
    "cancel": ("cancelled", Text("cancelled", context="step")),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction: what it was ("propose", "sign", "execute", "call", …), and by whose key.

    `organisation` is its number, 0 for a key of none.
    """

    what: str
    organisation: OrganisationId
    key: ChecksumAddress
    transaction: TxHash
    block: int

    @property
    def code(self) -> str:
        """What was done by it, as a program reads it."""
        return _STEPS[self.what][0] if self.what in _STEPS else self.what

    @property
    def text(self) -> Text:
        """What was done by it."""
        return _STEPS[self.what][1] if self.what in _STEPS else Text.verbatim(self.what)


@dataclass(frozen=True, slots=True)
class Done:
    """A transaction of a holder's own, with what the contracts said in it. `earlier`: when an
    earlier run sent it, unix seconds; None where this one did.
    """

    transaction: TxHash
    block: int
    events: tuple[LoggedEvent[Event], ...]
    earlier: float | None = None


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What became of call `index` of a decision. `events` are those of the contract called.

    `earlier`: an earlier run carried it out. `refusal`: the contract refused it; nothing was done.
    """

    index: int
    transaction: TxHash | None
    block: int | None
    events: tuple[LoggedEvent[Event], ...] = ()
    earlier: bool = False
    refusal: JP20Error | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was carried out. `request` is its id, None where one key could act alone.

    `steps` are the transactions of this run; none where an earlier run did all.
    """

    request: RequestId | None
    steps: tuple[Step, ...]
    calls: tuple[CallOutcome, ...]

    @property
    def events(self) -> tuple[LoggedEvent[Event], ...]:
        """Of all calls, in the chain's order."""
        return tuple(entry for call in self.calls for entry in call.events)

    @property
    def earlier(self) -> bool:
        """Whether all was done before this run."""
        return all(call.earlier for call in self.calls)

    @property
    def transaction(self) -> bytes | None:
        """Of the last call that was carried out."""
        return next((c.transaction for c in reversed(self.calls) if c.transaction), None)

    @property
    def block(self) -> int | None:
        """Of the last call that was carried out."""
        return next((call.block for call in reversed(self.calls) if call.transaction), None)


RESULT_COLUMNS: Final = {
    "line": "行",
    "wallet": "ウォレット",
    "units": "数量",
    "outcome": "結果",
    "code": "コード",
    "reason": "理由",
    "transaction": "取引",
    "block": "ブロック",
}
"""The columns of a result file, in both languages."""


class Outcome(TextEnum):
    """What became of a row. UNKNOWN: it was sent, and is in no block yet. PENDING: not sent yet."""

    DONE = Text("done")
    REFUSED = Text("refused")
    ALREADY_DONE = Text("done before")
    UNCHANGED = Text("unchanged")
    UNKNOWN = Text("unknown")
    PENDING = Text("pending")

    @classmethod
    def named(cls, word: str) -> "Outcome | None":
        """The outcome of that name in either language; None where there is none."""
        return next((each for each in cls if word in (each.value.en, each.value.ja)), None)


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """A row: where it stands in its file (None: not from one), whose it is, how many units.

    A refused one has a `code` (the chain's, or "FILE") and the `reason` in both languages.
    """

    line: int | None
    account: ChecksumAddress | None
    units: int | None
    outcome: Outcome
    reason: Text | None = None
    code: str | None = None
    transaction: TxHash | None = None
    block: int | None = None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All rows of a batch, and the decisions by which they were carried out. `trouble`: what broke
    it off.
    """

    decided: tuple[Decided, ...]
    rows: tuple[RowOutcome, ...]
    trouble: JP20Error | None = None

    @property
    def done(self) -> tuple[RowOutcome, ...]:
        return self.of(Outcome.DONE)

    @property
    def refused(self) -> tuple[RowOutcome, ...]:
        return self.of(Outcome.REFUSED)

    @property
    def already(self) -> tuple[RowOutcome, ...]:
        return self.of(Outcome.ALREADY_DONE)

    @property
    def unchanged(self) -> tuple[RowOutcome, ...]:
        return self.of(Outcome.UNCHANGED)

    @property
    def unknown(self) -> tuple[RowOutcome, ...]:
        return self.of(Outcome.UNKNOWN)

    @property
    def pending(self) -> tuple[RowOutcome, ...]:
        return self.of(Outcome.PENDING)

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for decided in self.decided for step in decided.steps)

    def of(self, outcome: Outcome) -> tuple[RowOutcome, ...]:
        return tuple(row for row in self.rows if row.outcome is outcome)


def in_order(rows: Iterable[RowOutcome]) -> tuple[RowOutcome, ...]:
    """By line of the file; those of no file first."""
    return tuple(sorted(rows, key=lambda row: row.line or 0))
