"""In which forms a register is written (G15)."""

from enum import Enum


class Content(Enum):
    """What of a register a CSV file has; the other forms have all of it."""

    HOLDERS = "holders"
    HISTORY = "history"


class Encoding(Enum):
    """How a CSV file is written: both are read by Excel, CP932 by older systems too."""

    UTF_8 = "utf-8"
    CP932 = "cp932"
