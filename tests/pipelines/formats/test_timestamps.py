from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.formats.timestamps import (
    EARLIEST,
    as_datetime,
    day,
    distance,
    from_datetime,
    from_http_date,
    in_range,
    instant,
    is_prefix,
    iso,
    utc,
    within,
)

seconds = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))
digits = st.text("0123456789", min_size=14, max_size=14)


def test_days_and_moments_are_written_in_one_way() -> None:
    assert (day("20180525120000"), day("20000012170449"), day("20991399000000"), day("20180525")) == (
        "2018-05-25", "2000-12-17", "2099-13-99", "2018-05-25",
    )  # fmt: skip
    moment = datetime(2026, 1, 2, 4, 4, 5, 6, tzinfo=timezone(timedelta(hours=1)))
    assert (utc(moment), utc(moment, exact=True)) == ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000006Z")


@given(seconds)
def test_a_date_survives_the_way_to_digits_and_back(moment: datetime) -> None:
    assert as_datetime(from_datetime(moment)) == moment


@pytest.mark.parametrize(
    ("listed", "meant"),
    [
        ("20000008241731", datetime(2000, 8, 24, 17, 31, tzinfo=UTC)),
        ("20000012170449", datetime(2000, 12, 17, 4, 49, tzinfo=UTC)),
        ("20000800241623", datetime(2000, 8, 24, 16, 23, tzinfo=UTC)),
    ],
)
def test_the_stray_zeros_of_the_year_2000_are_left_out(listed: str, meant: datetime) -> None:
    assert as_datetime(listed) == meant


@pytest.mark.parametrize(
    "timestamp",
    ["", "2004", "20010012170449", "20040230000000", "20041231235960", "20041231240000", "2004123123595x",
     "٢٠٠٤١٢٣١٢٣٥٩٥٩", "00000101000000", " 2004123123595", "20000000000000", "20041231235959\n"],
)  # fmt: skip
def test_what_is_no_date_is_none(timestamp: str) -> None:
    assert as_datetime(timestamp) is None
    assert iso(timestamp) is None


@given(digits)
def test_any_14_digits_are_a_date_or_none(timestamp: str) -> None:
    moment = as_datetime(timestamp)
    assert moment is None or datetime.fromisoformat(str(iso(timestamp))) == moment


@given(st.text())
def test_any_text_is_no_reason_to_fail(text: str) -> None:
    assert as_datetime(text) is None or len(text) == 14
    assert from_http_date(text) is None or len(from_http_date(text) or "") == 14


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)))
def test_http_dates_are_read(moment: datetime) -> None:
    assert from_http_date(format_datetime(moment, usegmt=True)) == from_datetime(moment)


@pytest.mark.parametrize(
    "value",
    ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"],
)
def test_all_three_forms_of_an_http_date_are_read(value: str) -> None:
    assert from_http_date(value) == "19941106084937"


def test_another_zone_is_told_in_utc() -> None:
    assert from_datetime(datetime(2004, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))) == "20031231230000"


@given(seconds, seconds)
def test_distance_is_the_same_both_ways(one: datetime, other: datetime) -> None:
    first, second = from_datetime(one), from_datetime(other)
    assert distance(first, second) == distance(second, first) == abs(one - other)


def test_there_is_no_distance_from_what_is_no_date() -> None:
    assert distance("20040230000000", "20040101000000") is None


@pytest.mark.parametrize(
    ("since", "until", "inside"),
    [
        ("", "", True),
        ("2004", "2004", True),
        ("20041231235959", "20041231235959", True),
        ("2005", "", False),
        ("", "2003", False),
        ("200501", "", False),
        ("", "200412", True),
        ("", "20041231235958", False),
    ],
)
def test_a_range_takes_in_both_its_ends(since: str, until: str, inside: bool) -> None:
    assert in_range("20041231235959", since, until) is inside


@given(digits, st.integers(4, 14))
def test_a_timestamp_lies_in_the_range_of_each_of_its_prefixes(timestamp: str, length: int) -> None:
    assert in_range(timestamp, timestamp[:length], timestamp[:length])


@pytest.mark.parametrize(
    ("value", "fits"),
    [("2004", True), ("20041231235959", True), ("200", False), ("2004-01", False), ("", False)],
)
def test_a_prefix_has_4_to_14_digits(value: str, fits: bool) -> None:
    assert is_prefix(value) is fits


@pytest.mark.parametrize(
    ("timestamp", "when"),
    [
        ("20150401123456", datetime(2015, 4, 1, 12, 34, 56)),
        ("20000008241731", datetime(2000, 8, 24, 17, 31, 0)),  # a 00 pushed in before the month
        ("20000012170449", datetime(2000, 12, 17, 4, 49, 0)),
        ("20000800241623", datetime(2000, 8, 24, 16, 23, 0)),  # and before the day
        ("20150231000000", datetime(2015, 2, 1)),
        ("20151331000000", datetime(2015, 12, 1)),
        ("20150101996699", datetime(2015, 1, 1)),
        ("2015", EARLIEST),
        ("not a time", EARLIEST),
    ],
)
def test_a_timestamp_is_the_nearest_sensible_time(timestamp: str, when: datetime) -> None:
    assert instant(timestamp) == when


@given(st.one_of(st.from_regex(r"\d{14}", fullmatch=True), st.text(max_size=20)))
def test_any_text_has_a_time(timestamp: str) -> None:
    found = instant(timestamp)
    assert found >= EARLIEST or found.year == max(int(timestamp[:4]), 1)


@given(st.datetimes(datetime(1996, 1, 1), datetime(2030, 1, 1)))
def test_a_real_time_is_kept(when: datetime) -> None:
    assert instant(when.strftime("%Y%m%d%H%M%S")) == when.replace(microsecond=0)


@pytest.mark.parametrize(
    ("since", "until", "inside"),
    [
        ("", "", True),
        ("2015", "2015", True),
        ("201506", "", True),
        ("201507", "", False),
        ("", "201506", True),
        ("", "201505", False),
        ("20150615120000", "20150615120000", True),
        ("20150615120001", "", False),
    ],
)
def test_from_and_to_are_prefixes_with_both_ends_included(since: str, until: str, inside: bool) -> None:
    assert within("20150615120000", since, until) is inside
