"""Terms that are changed by decision, and the terms as of any time (G32)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from jp20.domain.base.at import At
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.register.terms_in_force import (
    TermChange,
    TermsInForce,
    term_changes,
    terms_in_force,
)
from jp20.domain.token.changeable import Term
from jp20.operations.governance.acts import Act
from jp20.operations.register.report import block_of
from jp20.operations.session import Session, TokenName

_FUNCTIONS: Final[Mapping[Term, str]] = MappingProxyType(
    {
        Term.CLASSES: "changeClasses",
        Term.RESIDENCIES: "changeResidencies",
        Term.HOLDER_CAP: "changeHolderCap",
        Term.LOT_SIZE: "changeLotSize",
        Term.CONSENT: "changeConsentRequired",
        Term.CAP: "changeCap",
        Term.MATURITY: "extendMaturity",
    }
)


class NotYetMade(JP20Error):
    """At the block that is asked about the token did not exist."""

    what = Text("At block {block} {code} was not made yet.")
    next_step = Text("Name a later block or time.")

    def __init__(self, code: str, block: int) -> None:
        super().__init__(block=block, code=code)


@dataclass(frozen=True, slots=True)
class TermsAt:
    """The terms of a token at the end of a block, and all changes up to it, the first one first."""

    code: str
    block: int
    time: int
    in_force: TermsInForce
    changes: tuple[tuple[At, TermChange], ...]


def change_term(
    session: Session, token: TokenName, term: Term, to: int, evidence: Evidence, shown: Text
) -> Act:
    """`to`: a bit mask of classes or residencies, holders, units of today, 1 or 0 for consent, unix
    seconds. `shown` is what a person reads of it.
    """
    contract = session.token(token)
    code = contract.read(str, "code")
    return Act(
        (contract.call(_FUNCTIONS[term], bool(to) if term is Term.CONSENT else to),),
        evidence,
        lambda: Text(
            "Change {code}: {term} becomes {shown}?", code=code, term=term.text, shown=shown
        ),
        Text("This term of {code} cannot be so changed.", code=code),
        Text("See: jp20 token terms show {code}", code=code),
    )


def terms_at(
    session: Session, token: TokenName, block: int | None = None, time: int | None = None
) -> TermsAt:
    """As of a block, or of the last block up to a time (unix seconds), or now. Raises NoSuchBlock,
    NoSuchTime, NotYetMade.
    """
    contract = session.token(token)
    as_of = session.connection.block(block_of(session, block, time))
    events = session.events(contract.address, as_of.number)
    if not events:
        raise NotYetMade(contract.read(str, "code"), as_of.number)
    return TermsAt(
        contract.read(str, "code"),
        as_of.number,
        as_of.time,
        terms_in_force(events),
        term_changes(events),
    )
