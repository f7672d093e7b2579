"""Which terms a decision changes, and which never (`contracts/interfaces/ITermChanges.sol`)."""

from enum import Enum
from typing import Final

from jp20.domain.base.errors import JP20Error, Text


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
    Term.CLASSES: Text("classes that may hold", "保有可能な投資家区分"),
    Term.RESIDENCIES: Text("residencies that may hold", "保有可能な居住区分"),
    Term.HOLDER_CAP: Text("holders at most", "保有者数上限"),
    Term.LOT_SIZE: Text("lot", "取引単位"),
    Term.CONSENT: Text("consent required", "譲渡承諾"),
    Term.CAP: Text("cap", "発行上限"),
    Term.MATURITY: Text("maturity", "償還期日"),
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

    def __init__(self, term: str) -> None:
        changeable = [each.value for each in Term]
        super().__init__(
            Text(f"{term} never changes.", f"{term} は変更できません。"),
            Text(
                "What the token is, for whom it was issued and how it is redeemed stay as issued.",
                "商品内容、発行者口座、償還方法は発行時の条件のまま変わりません。",
            ),
            Text(
                f"What can be changed: {', '.join(changeable)}. For all else issue a new token.",
                f"変更可能: {'、'.join(changeable)}。他は新たなトークンの発行が必要です。",
            ),
        )
