"""Where a transfer that waits for consent stands (G3)."""

from enum import IntEnum
from typing import Final

from jp20.domain.base.text import Text


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
    ConsentStatus.NONE: Text("none"),
    ConsentStatus.OPEN: Text("open"),
    ConsentStatus.APPROVED: Text("approved"),
    ConsentStatus.REJECTED: Text("rejected"),
    ConsentStatus.CANCELLED: Text("cancelled"),
    ConsentStatus.CONSENTED: Text("approved, to be settled"),
    ConsentStatus.SETTLED: Text("settled"),
}
