"""Dates and times as people write them, and unix seconds as the chain keeps them.

Without a time zone a time is Japan's. A date alone is the beginning of that day, or its end where
it says until when something is valid (有効期限): KYC that expires on 2027-03-31 is valid through
that day.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

TOKYO: Final = timezone(timedelta(hours=9), "JST")

_DAY: Final = 86_400
_LAST: Final = 253_402_268_399

_JAPANESE_DATE: Final = re.compile(r"(\d{4})[年/.](\d{1,2})[月/.](\d{1,2})日?")


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


def parse_time(text: str, *, end_of_day: bool = False) -> int:
    """Unix seconds of an ISO 8601 date or time; dates also as 2027/3/31 and 2027年3月31日. Else
    ValueError.
    """
    japanese = _JAPANESE_DATE.fullmatch(text)
    if japanese:
        year, month, day = (int(part) for part in japanese.groups())
        return unix_time(date(year, month, day), end_of_day=end_of_day)
    if "T" in text or ":" in text:
        return unix_time(datetime.fromisoformat(text))
    return unix_time(date.fromisoformat(text), end_of_day=end_of_day)


def in_tokyo(seconds: int) -> str:
    """Unix seconds as ISO 8601 in Japan's time, for display and exports; what lies beyond the year
    9999 as its last second.
    """
    return datetime.fromtimestamp(min(seconds, _LAST), UTC).astimezone(TOKYO).isoformat()
