from datetime import UTC, date, datetime

import pytest

from jp20.domain.base.times import in_tokyo, unix_time, until
from jp20.domain.files.dates import parse_time

# 2027-03-31 00:00 in Tokyo is 2027-03-30 15:00 UTC. Days from 1970: 57 years of 365 are 20,805; 14
# leap days (1972 to 2024); in 2027 31 + 28 + 29: 20,907. And 15 hours are 54,000 seconds.
MARCH_31 = 20_907 * 86_400 + 54_000


def test_fractions_of_a_second_are_refused():
    with pytest.raises(ValueError, match="second"):
        unix_time(datetime(2027, 3, 31, 0, 0, 0, 1, tzinfo=UTC))


def test_a_date_and_its_text_are_the_same():
    assert unix_time(date(2027, 3, 31)) == MARCH_31


def test_times_are_shown_as_japan_s():
    assert in_tokyo(MARCH_31) == "2027-03-31T00:00:00+09:00"


def test_the_last_day_there_is_has_an_end_and_is_shown():
    # 9999-12-31 is often written for "without end". Its end, in Japan, is 15:00 UTC on that day:
    # 2,932,896 days after 1970-01-01, and 54,000 seconds.
    end = 2_932_896 * 86_400 + 54_000
    assert parse_time("9999-12-31", end_of_day=True) == end
    assert in_tokyo(end) == in_tokyo(2**40 - 1) == "9999-12-31T23:59:59+09:00"


def test_until_when_something_holds_is_said_by_the_day_that_it_includes():
    end = MARCH_31 + 86_400
    assert until(end).en == "the end of 2027-03-31"
    assert until(end).ja == "2027-03-31 の終わり"
    assert until(end - 60).en == "2027-03-31T23:59:00+09:00"
