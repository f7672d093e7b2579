"""Terms that are changed by decision, and the terms as of any time (G32)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from jp20.domain.base.at import At
from jp20.domain.base.errors import JP20Error, Text
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

    def __init__(self, code: str, block: int) -> None:
        super().__init__(
            Text(
                f"At block {block} {code} was not made yet.",
                f"ブロック {block} の時点で {code} は未作成です。",
            ),
            next_step=Text(
                "Name a later block or time.", "より後のブロックまたは日時を指定してください。"
            ),
        )


@dataclass(frozen=True, slots=True)
class TermsAt:
    """The terms of a token at the end of a block, and all changes up to it, the first one first."""

    code: str
    block: int
    time: int
    in_force: TermsInForce
    changes: tuple[tuple[At, TermChange], ...]


def change_term(
    session: Session,
    token: TokenName,
    term: Term,
    to: int,
    evidence: Evidence,
    shown: Text,
    *,
    parties: Iterable[int] = (),
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
            f"Change {code}: {term.text.en} becomes {shown.en}?",
            f"{code} の{term.text.ja}を「{shown.ja}」に変更しますか?",
        ),
        Text(
            f"This term of {code} cannot be so changed.",
            f"{code} の条件をこの内容に変更できません。",
        ),
        Text(f"See: jp20 token terms show {code}", f"確認: jp20 token terms show {code}"),
        tuple(parties),
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
