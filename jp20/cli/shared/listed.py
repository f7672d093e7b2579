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

    from jp20.domain.base.text import Text
    from jp20.domain.files.tables import Layout
    from jp20.domain.investors.investors import InvestorFile
    from jp20.domain.investors.people_file import PeopleFile
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


def people_in(file: Path) -> "PeopleFile":
    """A file of investors by customer number or wallet; whose a number is says the file of
    `--investors`. Raises NoFile, FaultyFile.
    """
    from jp20.operations.files.inputs import load_people

    found = load_people(file, customers(), _layout())
    _tell(found.notes)
    return found


def customers() -> "InvestorFile | None":
    """The file that `--investors` names, whatever has expired in it. Raises NoFile, FaultyFile."""
    named = invocation().investors
    return None if named is None else investors_in(named, 0)


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
