from email.utils import parsedate_to_datetime

import pytest

from crawler.local_archive.server.faults import Faults
from crawler.local_archive.server.loopback import Answer, Delivery
from tests.crawler.local_archive.server.test_asked import request

MEMENTO = Answer(200, (("memento-datetime", "x"), ("content-type", "text/html")), b"0123456789")


def struck(name: str, given: Answer = MEMENTO) -> Answer:
    return Faults.of(name, time_scale=10)(lambda _: given)(request("/web/2004id_/http://example.com/"))


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("too-many", 429),
        ("java-trouble", 503),
        ("gateway-timeout", 504),
        ("exception-text", 200),
        ("html-page", 200),
        ("nothing", 200),
        ("status-452", 452),
        ("blocked-site", 403),
        ("blocked-site-short", 403),
        ("blocked-by-robots", 403),
    ],
)
def test_answers_of_the_archives_own(name: str, status: int) -> None:
    given = struck(name)
    assert (given.status, given.cause, given.is_spoilt, given.is_whole) == (status, name, True, True)
    assert not given.header("memento-datetime")


def test_service_errors_come_in_three_kinds() -> None:
    seen = {
        Faults.of("unavailable", seed=seed)(lambda _: MEMENTO)(request("/web/2004id_/x")).status for seed in range(30)
    }
    assert seen == {500, 502, 503}


def test_retry_after_has_two_forms() -> None:
    assert struck("too-many").header("retry-after") == ""
    assert struck("too-many-with-seconds").header("retry-after") == "30"
    assert parsedate_to_datetime(struck("too-many-with-date").header("retry-after")).tzinfo is not None


def test_closed_sites_are_named_in_the_header() -> None:
    for name, text in (
        ("blocked-site", "Administrative"),
        ("blocked-site-short", "Administrative"),
        ("blocked-by-robots", "Robot"),
    ):
        assert f"{text}AccessControlException" in struck(name).header("x-archive-wayback-runtime-error")
    assert struck("blocked-site-short").body == b""


@pytest.mark.parametrize(
    ("name", "delivery"),
    [
        ("refused", Delivery(refuse=6)),
        ("closed-early", Delivery(without_head=True)),
        ("reset-early", Delivery(reset=True)),
        ("cut-body", Delivery(cut_after=5)),
        ("reset-midway", Delivery(cut_after=5, reset=True)),
        ("silence", Delivery(silent=True)),
    ],
)
def test_broken_deliveries_are_not_whole(name: str, delivery: Delivery) -> None:
    given = struck(name)
    assert (given.delivery, given.is_whole) == (delivery, False)


@pytest.mark.parametrize("name", ["closed-after", "drip"])
def test_slow_or_last_deliveries_are_whole(name: str) -> None:
    assert struck(name).is_whole


def test_chunks_end_without_the_last() -> None:
    given = struck("cut-chunks")
    assert given.header("transfer-encoding") == "chunked"
    assert given.body.startswith(b"a\r\n0123456789\r\n")
    assert b"content-length" not in given.head().lower()
    assert not given.is_whole


@pytest.mark.parametrize("name", ["nothing", "cut-body", "reset-midway", "cut-chunks", "drip"])
def test_empty_answers_cannot_be_cut(name: str) -> None:
    assert struck(name, Answer(302)).cause == ""
