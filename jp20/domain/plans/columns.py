"""The names of the columns of all files, as a reader of the screen knows them."""

from typing import Final

from jp20.domain.base.text import Text
from jp20.domain.investors.investors import COLUMNS as INVESTORS
from jp20.domain.plans.allotments import COLUMNS as ALLOTMENTS
from jp20.domain.plans.moves_file import COLUMNS as MOVES

_NAMES: Final = {each.name: each.japanese[0] for each in (*MOVES, *ALLOTMENTS, *INVESTORS)}


def column_text(name: str) -> Text:
    """A column by its name, in both languages; what is none is what it says."""
    return Text.both(name, _NAMES.get(name, name))
