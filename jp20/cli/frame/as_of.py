"""As of which block or time: the two options, and what they mean."""

from typing import Annotated

from jp20.cli.frame.declare import option
from jp20.cli.frame.options import time
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

AtBlock = Annotated[int | None, option("As of this block.", "--block", metavar="BLOCK", min=0)]

AtTime = Annotated[
    str | None, option("As of this time, Japan's; of a date its end.", "--time", metavar="TIME")
]


def last_second(block: int | None, at: str | None) -> int | None:
    """Unix seconds of the last second that counts. Raises BadArgument."""
    if at is None:
        return None
    if block is not None:
        raise BadArgument(Text("Say either --block or --time."))
    end, begin = time(at, "--time", end_of_day=True), time(at, "--time")
    return begin if end == begin else end - 1
