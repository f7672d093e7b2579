"""Numbers of units as people write them. There is no other reader of them."""

import re
from typing import Final

from jp20.domain.base.text import Text
from jp20.domain.files.letters import plain, quoted

_DIGITS: Final = re.compile(r"[0-9]{1,40}|[1-9][0-9]{0,2}(,[0-9]{3}){1,12}")


class NotUnits(ValueError):
    """The text is no number of units; `what` quotes it, and there is a `next_step`."""

    def __init__(self, text: str) -> None:
        cell = quoted(text)
        super().__init__(text)
        self.what = Text("{cell} is not a number of units.", cell=cell)
        self.next_step = Text("Write a whole number above zero, such as 1200 or 1,200.")


def parse_units(text: str, below: int) -> int:
    """Units above zero and below a bound, in digits of either width, with or without commas that
    set off all thousands. Raises NotUnits for anything else, judged as it is written.
    """
    written = plain(text)
    units = int(written.replace(",", "")) if _DIGITS.fullmatch(written) else 0
    if not 0 < units < below:
        raise NotUnits(text)
    return units
