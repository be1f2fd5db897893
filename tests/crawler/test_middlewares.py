import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import platformdirs
import pytest
from scrapy import Request
from scrapy.exceptions import (
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure

from crawler.middlewares import ArchiveOnly, Lane, Origin, Pace, state_folder
from crawler.politeness.rate_limiter import Outcome

BASE = "http://127.0.0.1:8390"
SERVER = ("http", "127.0.0.1", 8390)
NAME = "web.archive.org"


# ---- the border


@pytest.mark.parametrize(
    "path", ["", "/", "/cdx/search/cdx?url=http%3A%2F%2Felsewhere.example", "/web/2004id_/http://u@x.example/"]
)
def test_requests_to_the_archive_pass_with_our_headers_alone(path: str) -> None:
    request = Request(BASE + path, headers={"Cookie": "a=b", "Authorization": "Basic x"}, meta={"verbatim_url": True})
    ArchiveOnly([SERVER], "policy-corpus/1 (+me@example.org)").process_request(request)
    assert dict(request.headers.to_unicode_dict()) == {
        "User-Agent": "policy-corpus/1 (+me@example.org)",
        "Accept-Encoding": "gzip",
        "Accept": "*/*",
    }


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example/web/2004id_/http://a.example/",
        "https://127.0.0.1:8390/",
        "http://127.0.0.1:8391/",
        "http://127.0.0.1/",
        "http://user@127.0.0.1:8390/",
        "http://user:secret@127.0.0.1:8390/",
        "http://127.0.0.1:8390@elsewhere.example/",
        "http://localhost:8390/",
    ],
)
def test_requests_elsewhere_do_not(url: str) -> None:
    with pytest.raises(IgnoreRequest, match="leaves the archive"):
        ArchiveOnly([SERVER], "ua").process_request(Request(url))


@pytest.mark.parametrize(("server", "url"), [(("https", "web.archive.org", 443), "https://web.archive.org:443/x")])
def test_a_default_port_may_be_written_out(server: Origin, url: str) -> None:
    request = Request(url)
    ArchiveOnly([server], "ua").process_request(request)
    assert request.headers["User-Agent"] == b"ua"


# ---- the pace


class Pacer:
    """Lets all go at once, and remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Outcome, str]] = []

    def waits(self, kind: str) -> list[float]:
        return [0.0]

    def observe(self, kind: str, outcome: Outcome, retry_after: str = "") -> None:
        self.told.append((kind, outcome, retry_after))

    def pause(self) -> None:
        return None

    def stats(self) -> dict[str, Any]:
        return {}

    def close(self) -> None: ...


@pytest.fixture
def pacer() -> Pacer:
    return Pacer()


def paced(pacer: Pacer, *, stopping: bool = False, spend: bool = True) -> Pace:
    stats = SimpleNamespace(set_value=lambda *_: None, get_value=lambda *_: None, inc_value=lambda *_: None)
    return Pace({NAME: Lane(pacer)}, stats, lambda _: stopping, lambda: spend)  # type: ignore[arg-type]


def asking(kind: str = "replay") -> Request:
    return Request(BASE, meta={"kind": kind, "archive": NAME})


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (200, {"Memento-Datetime": "x"}, Outcome.OK),
        (429, {"Memento-Datetime": "x"}, Outcome.OK),  # archived so: not ours
        (503, {"Memento-Datetime": "x"}, Outcome.OK),
        (404, {}, Outcome.OK),
        (403, {}, Outcome.OK),
        (429, {"Retry-After": "60"}, Outcome.LIMITED),
        (502, {}, Outcome.UNAVAILABLE),
        (503, {}, Outcome.UNAVAILABLE),
        (504, {}, Outcome.UNAVAILABLE),
    ],
)
def test_the_pace_is_told_what_the_archive_itself_did(
    pacer: Pacer, status: int, headers: dict[str, str], outcome: Outcome
) -> None:
    paced(pacer).process_response(asking(), Response(BASE, status=status, headers=headers))
    assert pacer.told == [("replay", outcome, headers.get("Retry-After", ""))]


def broken(*reasons: Exception) -> DownloadFailedError:
    error = DownloadFailedError("connection lost")
    cause = Exception("reasons")
    cause.reasons = [Failure(reason) for reason in reasons]  # type: ignore[attr-defined]
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (DownloadConnectionRefusedError(), Outcome.REFUSED),
        (broken(ConnectionLost()), Outcome.RESET),
        (broken(ConnectionDone()), Outcome.UNAVAILABLE),
        (DownloadTimeoutError(), Outcome.UNAVAILABLE),
        (DownloadFailedError(), Outcome.UNAVAILABLE),
        (IgnoreRequest("the run is stopping"), Outcome.UNSENT),
    ],
)
def test_the_pace_is_told_of_every_trouble(pacer: Pacer, error: Exception, outcome: Outcome) -> None:
    middleware, request = paced(pacer), asking("cdx")
    asyncio.run(middleware.process_request(request))
    middleware.process_exception(request, error)
    assert pacer.told == [("cdx", outcome, "")]


def test_what_was_refused_at_the_border_is_none_of_its_business(pacer: Pacer) -> None:
    paced(pacer).process_exception(asking(), IgnoreRequest("leaves the archive"))
    assert pacer.told == []


def test_one_listing_and_four_replays_are_on_the_wire(pacer: Pacer) -> None:
    middleware = paced(pacer)

    async def ask() -> tuple[int, int]:
        requests = [asking("cdx") for _ in range(3)] + [asking() for _ in range(9)]
        tasks = [asyncio.ensure_future(middleware.process_request(request)) for request in requests]
        for _ in range(5):
            await asyncio.sleep(0)
        gone = [request.meta["kind"] for request, task in zip(requests, tasks, strict=True) if task.done()]
        middleware.process_response(requests[0], Response(BASE))
        for _ in range(5):
            await asyncio.sleep(0)
        assert tasks[1].done()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return gone.count("cdx"), gone.count("replay")

    assert asyncio.run(ask()) == (1, 4)


@pytest.mark.parametrize("options", [{"stopping": True}, {"spend": False}])
def test_a_run_that_stops_lets_nothing_go(pacer: Pacer, options: dict[str, bool]) -> None:
    middleware, request = paced(pacer, **options), asking()
    with pytest.raises(IgnoreRequest, match="the run is stopping"):
        asyncio.run(middleware.process_request(request))
    middleware.process_exception(request, IgnoreRequest("the run is stopping"))
    assert pacer.told == [("replay", Outcome.UNSENT, "")]


def test_where_pace_is_remembered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert state_folder(str(tmp_path)) == tmp_path
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert state_folder("") == tmp_path / "xdg" / "policy-corpus"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert state_folder("") == platformdirs.user_state_path("policy-corpus", appauthor=False)


def test_what_0_1_0_remembered_is_not_forgotten(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a system whose place for it is another one."""
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    usual = tmp_path / "Library" / "policy-corpus"
    monkeypatch.setattr(platformdirs, "user_state_path", lambda name, appauthor: usual)
    assert state_folder("") == usual
    before = tmp_path / ".local" / "state" / "policy-corpus"
    before.mkdir(parents=True)
    assert state_folder("") == before
    usual.mkdir(parents=True)
    assert state_folder("") == usual
