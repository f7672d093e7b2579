"""What was measured, row by row, and the names under which systems are compared."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

RESULTS: Final = Path(__file__).parent / "results"

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
    """A figure of a system. `mark` is the most that it may be, or the least where it is one of
    which more is better (`at_least`); None where there is none.
    """

    name: str
    system: str
    value: int
    mark: int | None = None
    unit: str = "gas"
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        if self.mark is None:
            return None
        return self.value >= self.mark if self.at_least else self.value <= self.mark

    @property
    def shown_mark(self) -> str:
        """As it stands in a table."""
        if self.mark is None:
            return ""
        return f"{'≥' if self.at_least else '≤'} {self.mark:,}"

    @property
    def shown_met(self) -> str:
        return {None: "", True: "[green]met[/]", False: "[red]missed[/]"}[self.met]

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


def write(name: str, measured: Sequence[Row]) -> str:
    """Writes rows to bench/results, and says where."""
    RESULTS.mkdir(exist_ok=True)
    content = json.dumps([row.fields for row in measured], indent=1)
    (RESULTS / name).write_text(content + "\n")
    return f"bench/results/{name}"
