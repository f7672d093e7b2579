"""Which terms a decision changes, and which never (`contracts/interfaces/ITermChanges.sol`)."""

from typing import Final

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text, WordEnum


class Term(WordEnum):
    """A term that a decision changes, as a user writes it."""

    CLASSES = "classes", Text("classes that may hold")
    RESIDENCIES = "residencies", Text("residencies that may hold")
    HOLDER_CAP = "holder-cap", Text("holders at most")
    LOT_SIZE = "lot-size", Text("lot")
    CONSENT = "consent", Text("consent required")
    CAP = "cap", Text("cap")
    MATURITY = "maturity", Text("maturity")


FIXED: Final = frozenset(
    {
        "name",
        "symbol",
        "code",
        "product",
        "right",
        "perfection",
        "decimals",
        "unit-price",
        "placement",
        "issuer-account",
        "whole-position-only",
        "expired-may-dispose",
        "early-redemption",
        "partial-redemption",
        "holder-redemption",
    }
)
"""What a holder relies on for good. The token's lock-up has commands of its own."""


class TermNeverChanges(JP20Error):
    """A term that no decision changes."""

    what = Text("{term} never changes.")
    why = Text("What the token is, for whom it was issued and how it is redeemed stay as issued.")
    next_step = Text("What can be changed: {changeable}. For all else issue a new token.")

    def __init__(self, term: str) -> None:
        changeable = [each.value for each in Term]
        super().__init__(term=term, changeable=Text.listing(changeable))
