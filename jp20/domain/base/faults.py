"""What is wrong with an input file: every fault with file, line and field, all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as attribute

from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a file. `line` counts from 1; None where no line shows it.
    `whole`: it is the file that is wrong with it, so that its other rows cannot be relied on.
    `reference`: the customer's whose row it is, which stays on this machine as what is quoted of
    a cell does.
    """

    file: str
    line: int | None
    field: str
    what: Text
    next_step: Text
    whole: bool = False
    reference: str = attribute(default="", repr=False)

    @property
    def text(self) -> Text:
        """Where, what and what to do, in one line a language."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        if self.field:
            place = f"{place} [{self.field}]"
        return Text(
            "{place} {what} {next_step}", place=place, what=self.what, next_step=self.next_step
        )


class FaultyFile(JP20Error):
    """An input file has faults, and nothing was done with it. `faults` holds all of them."""

    exit_code = ExitCode.USAGE

    what = Text("{file}: {count} {count:fault|faults}.")
    next_step = Text("Correct the file and try again.")

    def __init__(self, faults: Sequence[Fault]) -> None:
        file, count = faults[0].file, len(faults)
        super().__init__(why=Text.lines(fault.text for fault in faults), file=file, count=count)
        self.faults = tuple(faults)
