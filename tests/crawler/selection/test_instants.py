from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.selection.instants import EARLIEST, instant, within


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
    assert isinstance(instant(timestamp), datetime)


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
