"""Where a transfer that waits for consent stands (G3)."""

from enum import IntEnum
from typing import Final

from jp20.domain.base.errors import Text


class ConsentStatus(IntEnum):
    """Where a request for consent stands; the numbers are the contract's."""

    NONE = 0
    OPEN = 1
    APPROVED = 2
    REJECTED = 3
    CANCELLED = 4
    CONSENTED = 5
    SETTLED = 6

    @property
    def text(self) -> Text:
        return _STATUS_TEXTS[self]


_STATUS_TEXTS: Final = {
    ConsentStatus.NONE: Text("none", "なし"),
    ConsentStatus.OPEN: Text("open", "承諾待ち"),
    ConsentStatus.APPROVED: Text("approved", "承諾済み"),
    ConsentStatus.REJECTED: Text("rejected", "拒否"),
    ConsentStatus.CANCELLED: Text("cancelled", "取消し"),
    ConsentStatus.CONSENTED: Text("approved, to be settled", "承諾済み(決済待ち)"),
    ConsentStatus.SETTLED: Text("settled", "決済済み"),
}
