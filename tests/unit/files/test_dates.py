"""The one reader of dates and times."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jp20.domain.base.times import TOKYO, unix_time
from jp20.domain.files.dates import NotADate, parse_time

# 2036-03-31 00:00 in Tokyo is 2036-03-30 15:00 UTC. Days from 1970: 66 years of 365 are 24,090; 16
# leap days (1972 to 2032); in 2036 31 + 29 + 29 = 89: 24,195. And 15 hours are 54,000 seconds.
MARCH_31 = 24_195 * 86_400 + 54_000


@pytest.mark.requirement("G7", "G8")
@pytest.mark.parametrize(
    "text",
    [
        *("2036-03-31", "2036-3-31", "2036/3/31", "2036/03/31", "2036.3.31", "20360331"),
        *("2036年3月31日", "2036年 3月31日", "2036年03月31日", "２０３６／３／３１"),
        *("令和18年3月31日", "令和 18年 3月 31日", "令和１８年３月３１日"),
        *("R18.3.31", "R18/3/31", "r18-03-31", "R18年3月31日"),
        *("2036/03/31 0:00", "2036/3/31 0:00:00", "2036-03-31 00:00", " 2036-03-31　"),
    ],
)
def test_a_date_is_read_however_offices_write_it(text):
    assert parse_time(text) == MARCH_31
    assert parse_time(text, end_of_day=True) == MARCH_31 + 86_400


@pytest.mark.requirement("G7", "G8")
@pytest.mark.parametrize(
    "text",
    [
        *("2036-03-31T00:00:00", "2036-03-31T00:00", "2036-03-31T00:00:00+09:00"),
        *("2036-03-30T15:00:00Z", "2036-03-30T11:00:00-04:00"),
    ],
)
def test_a_moment_is_that_moment_even_where_days_count_to_their_end(text):
    assert parse_time(text) == parse_time(text, end_of_day=True) == MARCH_31


def test_a_time_of_day_is_japan_s():
    assert parse_time("2036/3/31 9:30") == MARCH_31 + 9 * 3_600 + 30 * 60
    assert parse_time("令和18年3月31日 15:00", end_of_day=True) == MARCH_31 + 15 * 3_600


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *((text, "") for text in ("", "soon", "31.3.2036", "3/31/2036", "2036-03", "2036-W14-1")),
        *((text, "") for text in ("2036-3/31", "2036年3月末", "2036-03-3①", "T", ":")),
        *((text, "") for text in ("2036-03-31 25", "2036-03-31T1:2:3", "二〇三六年三月三一日")),
        ("2036-02-30", "no such day"),
        ("2036/13/1", "no such day"),
        ("2036-03-31 25:00", "no such time"),
        ("36/3/31", "four digits"),
        ("2036-03-31T00:00:00.5", ""),
        ("平成48年3月31日", "another era"),
        ("R1.4.30", "another era"),
        ("H31.5.1", "another era"),
        ("1969-12-31", "before 1970"),
        ("49765", "number of days, of 2036-03-31 perhaps"),
        ("49765.5", "number of days, of 2036-03-31 perhaps"),
        ("9" * 5000, ""),
    ],
)
def test_what_is_no_date_is_refused_and_quoted(text, why):
    with pytest.raises(NotADate) as refused:
        parse_time(text)
    said = refused.value.what
    assert "is not a date" in said.en
    assert "日付ではありません" in said.ja
    assert why in said.en
    assert len(said.en) < 200


def test_eras_begin_and_end_on_their_days():
    assert parse_time("令和元年5月1日") == unix_time(date(2019, 5, 1))
    assert parse_time("H31.4.30") == unix_time(date(2019, 4, 30))
    assert parse_time("平成元年1月8日") == unix_time(date(1989, 1, 8))
    assert parse_time("S64.1.7") == unix_time(date(1989, 1, 7))


DAYS = st.dates(date(1970, 1, 2), date(9999, 12, 30))


@pytest.mark.requirement("G7", "G8")
@given(DAYS, st.sampled_from(["-", "/", "."]), st.booleans())
def test_every_day_is_read_as_itself(day, sign, padded):
    month, last = (f"{day:%m}", f"{day:%d}") if padded else (str(day.month), str(day.day))
    assert parse_time(sign.join((str(day.year), month, last))) == unix_time(day)
    assert parse_time(f"{day.year}年{month}月{last}日", end_of_day=True) == unix_time(
        day + timedelta(days=1)
    )


@given(st.datetimes(datetime(1970, 1, 2), timezones=st.just(TOKYO)))
def test_every_moment_is_read_as_itself(moment):
    moment = moment.replace(microsecond=0)
    assert parse_time(moment.isoformat(), end_of_day=True) == int(moment.timestamp())


@given(st.text(st.sampled_from("0123456789-/.年月日令和RHS元 T:+Z①０／"), max_size=16))
def test_any_text_is_a_time_or_not_a_date(text):
    try:
        assert parse_time(text) >= 0
    except NotADate as refused:
        assert refused.what.en  # noqa: PT017
