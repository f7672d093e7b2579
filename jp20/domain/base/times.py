"""Dates and times, and unix seconds as the chain keeps them. How people write them is read in
`jp20.domain.files.dates`.

Without a time zone a time is Japan's. A date alone is the beginning of that day, or its end where
it says until when something holds (有効期限, まで): that day is included then.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from jp20.domain.base.text import Text

TOKYO: Final = timezone(timedelta(hours=9), "JST")

_DAY: Final = 86_400
_TOKYO_AHEAD: Final = 32_400
_LAST: Final = 253_402_268_399


def unix_time(written: date | datetime, *, end_of_day: bool = False) -> int:
    """Unix seconds of a date or time; ValueError for what lies before 1970 or is finer than a
    second.
    """
    if isinstance(written, datetime):
        moment, days = written if written.tzinfo else written.replace(tzinfo=TOKYO), 0
    else:
        moment, days = datetime.combine(written, time(), TOKYO), 1 if end_of_day else 0
    if moment.microsecond:
        raise ValueError("finer than a second")
    seconds = int(moment.timestamp()) + days * _DAY  # of 9999-12-31 too, whose end is no date
    if seconds < 0:
        raise ValueError("before 1970")
    return seconds


def in_tokyo(seconds: int) -> str:
    """Unix seconds as ISO 8601 in Japan's time, for display and exports; what lies beyond the year
    9999 as its last second.
    """
    return datetime.fromtimestamp(min(seconds, _LAST), UTC).astimezone(TOKYO).isoformat()


def years_after(seconds: int, years: int) -> int:
    """The same second of the calendar in Japan, years later; of 29 February 1 March where that year
    has none.
    """
    moment = datetime.fromtimestamp(seconds, TOKYO)
    try:
        later = moment.replace(year=moment.year + years)
    except ValueError:
        later = moment.replace(year=moment.year + years, month=3, day=1)
    return int(later.timestamp())


def until(seconds: int) -> Text:
    """Until when something holds, as it was said: the last day where it is a whole one, else the
    time.
    """
    day = last_day(seconds)
    if day is None:
        return Text.verbatim(in_tokyo(seconds))
    return Text("the end of {day}", day=day)


def last_day(seconds: int) -> str | None:
    """The day in Japan that ends at a time; None where none does."""
    if (seconds + _TOKYO_AHEAD) % _DAY:
        return None
    return in_tokyo(seconds - 1).partition("T")[0]
