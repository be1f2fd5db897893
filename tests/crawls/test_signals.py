"""SIGINT and SIGTERM finish what is in flight; a second SIGINT, and one during a pause, end a crawl at once."""

import signal
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.faults import Faults
from crawler.local_archive.server.limits import Latency
from crawler.local_archive.server.loopback import Answer, Delivery, Handler, Request
from tests.crawls.conftest import Holdings
from tests.crawls.crawling import Crawling


class Silence:
    """A wrapper that tells when something was asked, and answers nothing."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    def __call__(self, inner: Handler) -> Handler:
        def silent(request: Request) -> Answer:
            self.asked.set()
            return replace(inner(request), delivery=Delivery(silent=True))

        return silent


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_finishes_what_is_in_flight(
    holdings: Holdings, calm_all: Crawling, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with EmbeddedArchive(holdings.folder, wrappers=[Latency(0.1)]) as archive:
        crawling = Crawling(tmp_path / "corpus", archive.url, holdings.targets, settings={"SELECT": "all"})
        with crawling.started() as running:
            assert running.wait_for(lambda: archive.requests.count("replay") > 9)
            running.signal(number)
            ended = running.end()
        assert ended.code == code
        assert ended.err == f"error: Stopped by {number.name}; run the same command again to continue.\n"
        (held,) = crawling.rows("SELECT count(*) FROM snapshot")
        assert held == (len(archive.requests.replayed()),), "what was fetched is kept"
        assert crawling.rows("SELECT outcome, exit_code FROM run") == [("stopped", code)]
        assert crawling.warcio_check().returncode == 0
        assert crawling.run().code == 0
        assert max(archive.requests.replayed().values()) == 1, "nothing is fetched twice"
    assert crawling.exported() == calm_all.exported()
    assert crawling.captures() == calm_all.captures()


def test_a_second_interrupt_ends_it_at_once(holdings: Holdings, tmp_path: Path) -> None:
    with EmbeddedArchive(holdings.folder, wrappers=[silence := Silence()]) as archive:
        crawling = Crawling(tmp_path / "corpus", archive.url, holdings.targets)
        with crawling.started() as running:
            assert running.wait_for(silence.asked.is_set)
            running.signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):  # it waits for what is in flight
                running.process.wait(1)
            running.signal(signal.SIGINT)
            assert running.end(timeout=60).code == 130


def test_an_interrupt_ends_a_pause_which_the_next_run_goes_on_with(holdings: Holdings, tmp_path: Path) -> None:
    with EmbeddedArchive(holdings.folder, wrappers=[Faults.of("too-many:1:permanent")]) as archive:
        crawling = Crawling(tmp_path / "corpus", archive.url, holdings.targets)
        for run in ("one that is told to wait", "one that remembers"):
            with crawling.started() as running:
                assert running.wait_for(lambda: len(archive.requests) == 1), run
                assert running.wait_for(lambda: "Waiting until" in running.told()), run
                running.signal(signal.SIGINT)
                ended = running.end()
            assert ended.code == 130
            assert "Waiting until 2" in ended.err, ended.err
            assert "the archive answered a cdx request with 429 Too Many Requests" in ended.err
            assert len(archive.requests) == 1, "nothing is asked while it is blocked"


def test_an_archive_that_is_not_there_is_told(holdings: Holdings, tmp_path: Path) -> None:
    with EmbeddedArchive(holdings.folder) as archive:
        url = archive.url
    ended = Crawling(tmp_path / "corpus", url, holdings.targets).run()
    assert ended.code == 4
    assert ended.err.splitlines()[-1].startswith(f"error: Cannot reach the archive at {url}: connection refused.")
    assert "Traceback" not in ended.err


def test_archive_org_is_not_asked_without_a_contact(holdings: Holdings, tmp_path: Path) -> None:
    ended = Crawling(tmp_path / "corpus", "https://web.archive.org", holdings.targets).run()
    assert ended.code == 2
    assert "set CONTACT to your mail address or page" in ended.err
    assert not (tmp_path / "corpus").exists(), "it ended before anything began"
