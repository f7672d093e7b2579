"""The terms of a token as of any time: those at its creation, and what splits and decisions made of
them (G32).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from jp20.domain.base.at import At
from jp20.domain.register.events import (
    CapChanged,
    ClassesChanged,
    ConsentRequiredChanged,
    Event,
    HolderCapChanged,
    LoggedEvent,
    LotSizeChanged,
    MaturityChanged,
    ResidenciesChanged,
    TermsSet,
    TokenLockUpSet,
    UnitsSplit,
)
from jp20.domain.token.terms import Terms

TermChange: TypeAlias = (
    ClassesChanged
    | ResidenciesChanged
    | HolderCapChanged
    | LotSizeChanged
    | ConsentRequiredChanged
    | CapChanged
    | MaturityChanged
)


@dataclass(frozen=True, slots=True)
class TermsInForce:
    """`terms` as they are by now: cap and lot in units of the last split, maturity as decided.
    `maturity`, 0 for none, is earlier where an early redemption brought it forward.
    `locked_until`: 0 for none.
    """

    terms: Terms
    maturity: int
    locked_until: int

    @property
    def cap(self) -> int:
        return self.terms.cap


def terms_after(before: TermsInForce, event: Event) -> TermsInForce:
    """What an event makes of them; the same where it changes no term."""
    terms = before.terms
    match event:
        case UnitsSplit(_, ratio):
            lot_size = terms.lot_size * ratio if terms.lot_size > 1 else terms.lot_size
            return _with(before, replace(terms, cap=terms.cap * ratio, lot_size=lot_size))
        case ClassesChanged(_, to):
            return _with(before, replace(terms, classes=to))
        case ResidenciesChanged(_, to):
            return _with(before, replace(terms, residencies=to))
        case HolderCapChanged(_, to):
            return _with(before, replace(terms, holder_cap=to))
        case LotSizeChanged(_, to):
            return _with(before, replace(terms, lot_size=to))
        case ConsentRequiredChanged(_, to):
            return _with(before, replace(terms, consent_required=to))
        case CapChanged(_, to):
            return _with(before, replace(terms, cap=to))
        case MaturityChanged(from_, to):
            # A decision puts it off; an early redemption brings it forward, or makes one.
            is_put_off = 0 < from_ < to
            decided = replace(terms, maturity=to) if is_put_off else terms
            return replace(before, terms=decided, maturity=to)
        case TokenLockUpSet(until):
            return replace(before, locked_until=until)
    return before


def terms_in_force(events: Iterable[LoggedEvent[Event]]) -> TermsInForce:
    """After all events of one token. LookupError where they do not begin with its terms."""
    in_force: TermsInForce | None = None
    for entry in events:
        if isinstance(entry.event, TermsSet):
            in_force = begun(entry.event.terms)
        elif in_force is not None:
            in_force = terms_after(in_force, entry.event)
    if in_force is None:
        raise LookupError("no terms")
    return in_force


def begun(terms: Terms) -> TermsInForce:
    """As a token begins with them."""
    return TermsInForce(terms, terms.maturity, terms.locked_until)


def term_changes(
    events: Iterable[LoggedEvent[Event]],
) -> tuple[tuple[At, TermChange], ...]:
    """What was changed, in order: an early redemption among it."""
    return tuple((entry.at, entry.event) for entry in events if isinstance(entry.event, TermChange))


def _with(before: TermsInForce, terms: Terms) -> TermsInForce:
    return replace(before, terms=terms)
