"""Where a transfer that waits for consent stands (G3)."""

from jp20.domain.base.text import NumberedEnum, Text


class ConsentStatus(NumberedEnum):
    """Where a request for consent stands; the numbers are the contract's."""

    NONE = 0, Text("none")
    OPEN = 1, Text("open")
    APPROVED = 2, Text("approved")
    REJECTED = 3, Text("rejected")
    CANCELLED = 4, Text("cancelled")
    CONSENTED = 5, Text("approved, to be settled")
    SETTLED = 6, Text("settled")
