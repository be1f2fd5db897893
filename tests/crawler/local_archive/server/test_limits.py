from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.limits import BAN, LIMIT, Latency, SlidingLimits
from crawler.local_archive.server.loopback import Answer, Delivery
from tests.crawler.local_archive.server.archive_client import Client
from tests.crawler.local_archive.server.test_asked import request

REPLAY = "/web/2004id_/http://example.com/"
CDX = "/cdx/search/cdx?url=example.com"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def statuses(limits: SlidingLimits, target: str, number: int) -> list[int]:
    handler = limits(lambda _: Answer(200))
    return [handler(request(target)).status for _ in range(number)]


def test_no_window_holds_more_than_the_limit(clock: Clock) -> None:
    limits = SlidingLimits({"cdx": 3}, clock=clock)
    assert statuses(limits, CDX, 2) == [200, 200]
    clock.now += 59
    assert statuses(limits, CDX, 2) == [200, 429]
    clock.now += 1  # the first two fall out of the window, the third stays
    assert statuses(limits, CDX, 3) == [200, 200, 429]


def test_kinds_are_counted_apart_and_zero_is_no_limit(clock: Clock) -> None:
    limits = SlidingLimits({"cdx": 1, "replay": 0}, clock=clock)
    assert statuses(limits, REPLAY, 5) == [200] * 5
    assert statuses(limits, CDX, 2) == [200, 429]
    assert statuses(limits, "/robots.txt", 2) == [200, 200]


def test_scale_shortens_the_window(clock: Clock) -> None:
    limits = SlidingLimits({"cdx": 1}, time_scale=10, clock=clock)
    assert statuses(limits, CDX, 2) == [200, 429]
    clock.now += 6
    assert statuses(limits, CDX, 1) == [200]


def test_429_is_the_archives_own(clock: Clock) -> None:
    limited = SlidingLimits({"cdx": 1}, retry_after="30", clock=clock)(lambda _: Answer(200))
    limited(request(CDX))
    given = limited(request(CDX))
    assert (given.status, given.header("retry-after"), given.cause, given.is_spoilt) == (429, "30", LIMIT, True)
    assert not given.header("memento-datetime")


def hammered(limits: SlidingLimits, clock: Clock, every: float, times: int) -> list[Answer]:
    handler = limits(lambda _: Answer(200))
    answers = []
    for _ in range(times):
        answers.append(handler(request(CDX)))
        clock.now += every
    return answers


def test_ignored_429s_end_in_a_ban_that_doubles(clock: Clock) -> None:
    limits = SlidingLimits({"cdx": 1}, clock=clock)
    clock.now += 0
    first = [answer for answer in hammered(limits, clock, 1, 140) if answer.cause == BAN]
    again = [answer for answer in hammered(limits, clock, 1, 140) if answer.cause == BAN]
    refusals = [answer.delivery.refuse for answer in (*first, *again)]
    assert refusals[:2] == [3_600, 7_200]


def test_who_pauses_for_more_than_a_minute_is_never_banned(clock: Clock) -> None:
    limits = SlidingLimits({"cdx": 1}, clock=clock)
    for _ in range(50):
        handler = limits(lambda _: Answer(200))
        handler(request(CDX))
        assert handler(request(CDX)).cause == LIMIT
        clock.now += 61


def test_ban_refuses_connections(sample: Path) -> None:
    limits = SlidingLimits({"cdx": 1}, time_scale=600)  # a minute is a tenth of a second, an hour six seconds
    with EmbeddedArchive(sample, wrappers=[limits]) as archive:
        errors: list[type[Exception]] = []
        while ConnectionRefusedError not in errors:  # the first one is cut in its own connection
            errors.append(_ask_until_it_fails(archive))
        assert archive.requests.causes()[BAN] == 1


def _ask_until_it_fails(archive: EmbeddedArchive) -> type[Exception]:
    client = Client(archive)
    try:
        while True:
            client.cdx("example.com")
    except ConnectionError as error:
        return type(error)
    finally:
        client.close()


def test_new_connections_are_limited() -> None:
    limits = SlidingLimits({"connections": 2})
    handler = limits(lambda _: Answer(200))
    asked = [request(REPLAY) for _ in range(4)]
    numbers = (1, 2, 2, 3)
    refusals = [
        handler(type(one)(one.method, one.target, one.headers, number)).delivery.refuse
        for one, number in zip(asked, numbers, strict=True)
    ]
    assert refusals == [0, 0, 0, 60]


def test_latency_comes_on_top() -> None:
    handler = Latency(0.5)(lambda _: Answer(200, delivery=Delivery(wait=1, reset=True)))
    assert handler(request(REPLAY)).delivery == Delivery(wait=1.5, reset=True)
