"""Dates and times as people write them. There is no other reader of them.

Year, month and day are written as 2036-03-31, 2036/3/31, 2036.3.31, 20360331, 2036年3月31日, or by
an era (令和18年3月31日, R18.3.31); a time may follow. Without a time zone it is Japan's.

A date alone is a whole day: where it says until when something holds, that day is included. A
spreadsheet program writes a date as one with 0:00 after it (2036/03/31 0:00), and it is read so;
2036-03-31T00:00 is the moment.
"""

import re
from datetime import date, datetime, timedelta
from typing import Final

from jp20.domain.base.text import Text
from jp20.domain.base.times import unix_time
from jp20.domain.files.letters import plain, quoted

_ERAS: Final = {
    "令和": (2019, date(2019, 5, 1), date.max),
    "平成": (1989, date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (1926, date(1926, 12, 25), date(1989, 1, 7)),
}
"""The first year of each, its first day and its last."""

_SHORT: Final = {"R": "令和", "H": "平成", "S": "昭和"}

_BY_NUMBERS: Final = re.compile(
    r"(?P<era>[RHS]?)(?P<year>[0-9]{1,4})(?P<by>[-/.])(?P<month>[0-9]{1,2})(?P=by)(?P<day>[0-9]{1,2})",
    re.IGNORECASE,
)
_BY_WORDS: Final = re.compile(
    r"(?P<era>令和|平成|昭和|[RHS]?) ?(?P<year>[0-9]{1,4}|元) ?年"
    r" ?(?P<month>[0-9]{1,2}) ?月 ?(?P<day>[0-9]{1,2}) ?日",
    re.IGNORECASE,
)
_WITHOUT_SIGNS: Final = re.compile(
    r"(?P<era>)(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
)
_TIME: Final = re.compile(
    r"(?P<hour>[0-9]{1,2}):(?P<rest>[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:?[0-9]{2})?)"
)
_MIDNIGHT: Final = frozenset({"0:00", "00:00", "0:00:00", "00:00:00"})

_SERIAL: Final = re.compile(r"[0-9]{5}(\.[0-9]+)?")
_FIRST_SERIAL: Final = date(1899, 12, 30)
"""What a spreadsheet program counts the days from."""

_LIKE: Final = Text("Write it like 2036-03-31.")


class NotADate(ValueError):
    """The text is no date or time; `what` quotes it and says why, and there is a `next_step`."""

    def __init__(self, text: str, why: Text | None = None, next_step: Text = _LIKE) -> None:
        cell = quoted(text)
        super().__init__(text)
        self.what = (
            Text("{cell} is not a date.", cell=cell)
            if why is None
            else Text("{cell} is not a date: {why}.", cell=cell, why=why)
        )
        self.next_step = next_step


def parse_time(text: str, *, end_of_day: bool = False) -> int:
    """Unix seconds of a date or time: the beginning of a day, or its end. Raises NotADate."""
    found = _read(plain(text), text)
    try:
        return unix_time(found, end_of_day=end_of_day)
    except ValueError:
        raise NotADate(text, _BEFORE_1970) from None


def parse_day(text: str) -> date:
    """A day alone, however long ago. Raises NotADate."""
    found = _read(plain(text), text)
    if isinstance(found, datetime):
        raise NotADate(text)
    return found


def _read(written: str, text: str) -> date | datetime:
    day, time = _split(written)
    forms = (form.fullmatch(day) for form in (_BY_NUMBERS, _BY_WORDS, _WITHOUT_SIGNS))
    match = next((each for each in forms if each is not None), None)
    if match is None:
        raise _unfit(written, text)
    found = _day(match, text)
    if time is None or (time in _MIDNIGHT and "T" not in written):
        return found
    clock = _TIME.fullmatch(time)
    if clock is None:
        raise NotADate(text)
    try:
        return datetime.fromisoformat(f"{found}T{int(clock['hour']):02}:{clock['rest']}")
    except ValueError:
        raise NotADate(text, _NO_SUCH_TIME) from None


def _split(written: str) -> tuple[str, str | None]:
    """What is written of the day and of the time, which stands behind T or a blank."""
    day, sign, time = written.rpartition("T")
    if not sign:
        day, sign, time = written.rpartition(" ")
    return (day.rstrip(), time) if sign and ":" in time else (written, None)


def _day(match: re.Match[str], text: str) -> date:
    era, written = match["era"], match["year"]
    year = 1 if written == "元" else int(written)
    first, last = date.min, date.max
    if era:
        began, first, last = _ERAS[_SHORT.get(era.upper(), era)]
        year += began - 1
    elif len(written) != 4:
        raise NotADate(text, _SHORT_YEAR)
    try:
        day = date(year, int(match["month"]), int(match["day"]))
    except ValueError:
        raise NotADate(text, _NO_SUCH_DAY) from None
    if not first <= day <= last:
        raise NotADate(text, _OTHER_ERA)
    return day


def _unfit(written: str, text: str) -> NotADate:
    """The error for what is written in none of the forms: a spreadsheet's number of days has a
    reason and a way out of its own.
    """
    if not _SERIAL.fullmatch(written):
        return NotADate(text)
    day = _FIRST_SERIAL + timedelta(days=int(written[:5]))
    return NotADate(
        text,
        Text("a spreadsheet's number of days, of {day} perhaps", day=day),
        Text("Give the cell the format of a date, or write it like 2036-03-31."),
    )


_BEFORE_1970: Final = Text("it is before 1970")
_NO_SUCH_TIME: Final = Text("there is no such time")
_SHORT_YEAR: Final = Text("a year has four digits")
_NO_SUCH_DAY: Final = Text("there is no such day")
_OTHER_ERA: Final = Text("the day is in another era")
