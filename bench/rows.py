"""What was measured, row by row, and the names under which systems are compared."""

from dataclasses import dataclass
from typing import Final

TRANSFER: Final = "transfer, existing holder"
TRANSFER_NEW: Final = "transfer, new holder"
TWENTY: Final = "20 transfers in one transaction"
WHITELIST: Final = "whitelist one investor"
ISSUE: Final = "issue to a new holder"
FORCED: Final = "forced transfer"
DEPLOYMENT: Final = "token deployment"

WHITELIST_BATCH: Final = f"{WHITELIST}, in a batch, each"
ISSUE_BATCH: Final = f"{ISSUE}, in a batch, each"

#: The rows in which systems are compared, in the order of the table.
COMPARED: Final = (
    TRANSFER,
    TRANSFER_NEW,
    TWENTY,
    WHITELIST,
    WHITELIST_BATCH,
    ISSUE,
    ISSUE_BATCH,
    FORCED,
    DEPLOYMENT,
)

JP20: Final = "JP20"
PLAIN: Final = "plain ERC-20 (OpenZeppelin 5.4)"
TREX: Final = "T-REX 4.1.6"
SYSTEMS: Final = (PLAIN, JP20, TREX)


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of a system. `mark` is the most that it may be, None where there is none."""

    name: str
    system: str
    value: int
    mark: int | None = None
    unit: str = "gas"

    @property
    def met(self) -> bool | None:
        return None if self.mark is None else self.value <= self.mark

    @property
    def fields(self) -> dict[str, object]:
        """As it stands in bench/results."""
        return {
            "name": self.name,
            "system": self.system,
            "unit": self.unit,
            "value": self.value,
            "mark": self.mark,
            "met": self.met,
        }
