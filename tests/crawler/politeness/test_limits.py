import math

import pytest

from crawler.politeness.limits import checked_rate, checked_scale, is_archive_org, is_loopback
from pipelines.exceptions import WrongUse


@pytest.mark.parametrize(
    "host", ["archive.org", "web.archive.org", "WEB.Archive.ORG", "web.archive.org:443", "web.archive.org."]
)
def test_the_limits_hold_however_the_host_is_written(host: str) -> None:
    assert is_archive_org(host)
    assert checked_rate(host, "cdx", 24) == 24
    assert checked_rate(host, "cdx", 30) < 30
    assert checked_rate(host, "replay", 100_000) < 600
    with pytest.raises(WrongUse, match="30 a minute"):
        checked_rate(host, "cdx", 0)


@pytest.mark.parametrize("host", ["archive.org.example", "notarchive.org", "example.org", "127.0.0.1:8080", "[::1]"])
def test_other_archives_may_have_other_limits(host: str) -> None:
    assert not is_archive_org(host)
    assert checked_rate(host, "replay", 100_000) == 100_000
    assert checked_rate(host, "replay", 0) == 0


@pytest.mark.parametrize("rate", [-1, math.nan, math.inf])
def test_a_rate_that_cannot_be_is_refused(rate: float) -> None:
    with pytest.raises(WrongUse, match="cdx rate"):
        checked_rate("example.org", "cdx", rate)


@pytest.mark.parametrize("host", ["localhost", "localhost:80", "127.0.0.1", "127.9.9.9:8080", "[::1]:8080", "::1"])
def test_time_may_be_scaled_on_this_machine(host: str) -> None:
    assert is_loopback(host)
    assert checked_scale(host, 10) == 10


@pytest.mark.parametrize("host", ["web.archive.org", "localhost.example", "127.0.0.1.example", "10.0.0.1", ""])
def test_time_is_not_scaled_elsewhere(host: str) -> None:
    assert not is_loopback(host)
    assert checked_scale(host, 1) == 1
    with pytest.raises(WrongUse, match="TIME_SCALE"):
        checked_scale(host, 2)


@pytest.mark.parametrize("scale", [0, 0.5, -1, math.nan, math.inf])
def test_a_scale_that_cannot_be_is_refused(scale: float) -> None:
    with pytest.raises(WrongUse, match="TIME_SCALE"):
        checked_scale("localhost", scale)
