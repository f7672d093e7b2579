"""In which forms a register is written, and what of it (G15)."""

from enum import Enum


class Content(Enum):
    """What of a register a file has."""

    REGISTER = "register"
    """All of it."""
    HOLDERS = "holders"
    """By investor."""
    WALLETS = "wallets"
    HISTORY = "history"
    TRANCHES = "tranches"
    LOTS = "lots"
    """When what is held was acquired."""
    RESTRAINTS = "restraints"
    DIFFERENCES = "differences"
    """Between two blocks."""


class Encoding(Enum):
    """How a CSV file is written: both are read by Excel, CP932 by older systems too."""

    UTF_8 = "utf-8"
    CP932 = "cp932"


class Statement(Enum):
    """Which statement is made; the value is the word on the command line."""

    BALANCE = "balance"
    """取引残高報告書: one investor, a period."""
    ENTRIES = "entries"
    """原簿記載事項証明書: one investor or all, as of a date."""
    IRREGULAR = "irregular"
    """異例処理報告: a forced movement, from its case to its signers."""

    @property
    def template(self) -> str:
        return f"{self.value}.typ"
