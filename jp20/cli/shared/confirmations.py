"""What one organisation did at once, and another one is to confirm."""

from jp20.cli.frame.output import Coded
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo


def awaited(due: int, now: int) -> Coded:
    """That it is not confirmed yet: until when it is to be, or since when it is overdue (unix
    seconds).
    """
    at = in_tokyo(due)
    if now >= due:
        return Coded("overdue", Text("OVERDUE since {at}", at=at))
    return Coded("awaited", Text("to be confirmed until {at}", at=at))
