"""What the books say of one wallet's position, and of an investor, by the contracts' own rules
(G7, G8, G11, G24).
"""

from collections.abc import Mapping
from typing import Protocol, TypeVar

from eth_typing import ChecksumAddress

from jp20.domain.investors.facts import Facts
from jp20.domain.register.answers import InvestorFacts, RestrainedUnits
from jp20.domain.register.books import (
    CONSENTS,
    FACTORS,
    FOLLOWED,
    FROZEN,
    PROMISED,
    RESTRAINED,
    RESTRAINTS,
    TOKENS,
)
from jp20.domain.register.events import RestraintKind
from jp20.domain.register.explain_token import UNSPLIT
from jp20.domain.register.ledger import Book
from jp20.domain.token.terms import MAX_UNITS

_K = TypeVar("_K")
_V = TypeVar("_V")


class Books(Protocol):
    """The books as of one place, whoever keeps them."""

    def get(self, book: Book[_K, _V], key: _K) -> _V | None: ...

    def rows(self, book: Book[_K, _V]) -> Mapping[_K, _V]: ...


def factors_of(books: Books, token: ChecksumAddress) -> tuple[int, ...]:
    """Units of each split count for one unit at issue. The last one is 0 where the token answers
    for no units: it was replaced, or is to replace another and is not in force yet.
    """
    return books.get(FACTORS, token) or UNSPLIT


def restrained_units(
    books: Books, token: ChecksumAddress, wallet: ChecksumAddress, now: int
) -> RestrainedUnits:
    """As `contracts/token/Restraints.sol` adds them up at a time: kind by kind, saturated."""
    factors = factors_of(books, token)
    sums = dict.fromkeys(RestraintKind, 0)
    for id in books.get(RESTRAINED, (token, wallet)) or ():
        record = books.get(RESTRAINTS, (token, id))
        if record is not None and record.holds(now):
            added = sums[record.kind] + record.quantity.saturated_at(factors)
            sums[record.kind] = min(added, MAX_UNITS)
    promised = (
        books.get(CONSENTS, (token, id)) for id in books.get(PROMISED, (token, wallet)) or ()
    )
    frozen = books.get(FROZEN, (token, wallet))
    return RestrainedUnits(
        sum(each.quantity.at(factors) for each in promised if each is not None),
        sums[RestraintKind.LOCK_UP],
        frozen.saturated_at(factors) if frozen else 0,
        sums[RestraintKind.PLEDGE],
        sums[RestraintKind.ATTACHMENT],
    )


def platform_of(books: Books, token: ChecksumAddress) -> ChecksumAddress | None:
    """The platform that a token asks for facts; None where there is no such token."""
    followed = books.get(FOLLOWED, token)
    if followed is not None:
        return followed
    made = books.get(TOKENS, token)
    return None if made is None else made.platform


def investor_facts(facts: Facts) -> InvestorFacts:
    """What a wallet's word says of its investor."""
    return InvestorFacts(
        facts.investor_class,
        facts.residency,
        facts.kyc_expiry,
        facts.class_expiry,
        facts.suspended,
    )
