"""The files of rows that a command is given: read as the office lays them out, and what is to be
known of them said.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from jp20.cli.frame.invocation import invocation
from jp20.cli.frame.output import warn
from jp20.cli.frame.workspace import workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jp20.domain.base.errors import Text
    from jp20.domain.files.tables import Layout
    from jp20.domain.investors.investors import InvestorFile
    from jp20.domain.plans.allotments import AllotmentFile
    from jp20.domain.plans.moves_file import Move


def investors_in(file: Path, now: int | None = None) -> "InvestorFile":
    """A file of investors. Raises NoFile, FaultyFile where it has no usable header."""
    from jp20.operations.files.inputs import load_investors

    found = load_investors(file, now, _layout())
    _tell(found.notes)
    return found


def allotments_in(file: Path, investors: "InvestorFile | None" = None) -> "AllotmentFile":
    """A file of wallets or customers and units. Raises NoFile, FaultyFile."""
    from jp20.operations.files.inputs import load_allotments

    found = load_allotments(file, investors, _layout())
    _tell(found.notes)
    return found


def moves_in(file: Path) -> "tuple[Move, ...]":
    """A file of movements. Raises NoFile, FaultyFile."""
    from jp20.operations.files.inputs import load_moves

    found = load_moves(file, _layout())
    _tell(found.notes)
    return found.moves


def _layout() -> "Layout":
    from jp20.domain.files.tables import Layout

    return Layout(workspace().settings.columns, invocation().visible_only)


def _tell(notes: "Sequence[Text]") -> None:
    for note in notes:
        warn(note)
