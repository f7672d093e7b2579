"""Which terms a decision changes, and which never (`contracts/interfaces/ITermChanges.sol`)."""

from enum import Enum
from typing import Final

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text


class Term(Enum):
    """A term that a decision changes, as a user writes it."""

    CLASSES = "classes"
    RESIDENCIES = "residencies"
    HOLDER_CAP = "holder-cap"
    LOT_SIZE = "lot-size"
    CONSENT = "consent"
    CAP = "cap"
    MATURITY = "maturity"

    @property
    def text(self) -> Text:
        return _TERM_TEXTS[self]


_TERM_TEXTS: Final = {
    Term.CLASSES: Text("classes that may hold"),
    Term.RESIDENCIES: Text("residencies that may hold"),
    Term.HOLDER_CAP: Text("holders at most"),
    Term.LOT_SIZE: Text("lot"),
    Term.CONSENT: Text("consent required"),
    Term.CAP: Text("cap"),
    Term.MATURITY: Text("maturity"),
}

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
