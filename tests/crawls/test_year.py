"""A year of runs by a timer, against an archive that grows and shows some captures months late.

Time passes by making all that the ledger remembers older.
"""

import os
import sqlite3
import threading
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.loopback import Answer, Handler, Request
from tests.crawls.crawling import Crawling

RUNS = int(os.environ.get("YEAR_RUNS", "4"))  # 52 for a run a week
START = datetime(2024, 1, 1)
STEP = timedelta(days=364 / RUNS)
BELL, KITE = "http://bell.example/privacy", "http://kite.example/privacy"
_LATE = {3: 200, 8: 500, 14: 90, 15: 160, 17: 45}  # days between a capture and its showing, by its number


def _captures() -> list[tuple[str, datetime, datetime, int]]:
    """Address, time, when the archive shows it, and which text it has."""
    found = []
    for site, url in enumerate((BELL, KITE)):
        for number in range(24):
            time = datetime(2022, 6, 1) + timedelta(days=38 * number + 5 * site)
            found.append((url, time, time + timedelta(days=_LATE.get(number, 2)), number // 2))
    return found


def _archived(folder: Path, now: datetime) -> Path:
    """The archive as it is at a time."""
    folder.mkdir()
    with (folder / "held.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, time, shown, text in _captures():
            if shown <= now:
                body = _page(url, text)
                http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
                headers = {"WARC-Date": f"{time:%Y-%m-%dT%H:%M:%SZ}"}
                writer.write_record(
                    writer.create_warc_record(
                        url, "response", BytesIO(body), len(body), http_headers=http, warc_headers_dict=headers
                    )
                )
    return folder


def _page(url: str, text: int) -> bytes:
    words = " ".join(f"Clause {text * 7 + line} of our policy tells how we use personal data." for line in range(12))
    return (
        f"<html><head><title>Privacy Policy</title></head><body><h1>Privacy Policy</h1><p>At {url} we collect "
        f"personal information to run our service and use cookies.</p><p>{words}</p>"
        f"<p>You may ask us which data we hold, and have it deleted.</p></body></html>"
    ).encode()


def _pass_time(corpus: Path, step: timedelta) -> None:
    """Make all answers of the archive older, as they are when a timer fires again."""
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        for column in ("answered_at", "whole_at"):
            db.execute(
                f"UPDATE query SET {column} = strftime('%Y-%m-%dT%H:%M:%SZ', {column}, ?) WHERE {column} <> ''",  # noqa: S608
                [f"-{step.total_seconds():.0f} seconds"],
            )
        db.commit()


@pytest.mark.timeout(60 + 12 * RUNS)
def test_a_year_of_runs(tmp_path: Path) -> None:
    targets = tmp_path / "targets.txt"
    targets.write_text(f"{BELL}\n{KITE}\n")
    options: dict[str, object] = {"SELECT": "all", "READERS": 1}
    corpus, fetched = tmp_path / "corpus", Counter[str]()
    known: set[tuple[str, int]] = set()
    for run in range(RUNS + 1):
        now = START + run * STEP
        shown = {(url, text) for url, _, shown, text in _captures() if shown <= now}
        with EmbeddedArchive(_archived(tmp_path / f"archive-{run}", now)) as archive:
            crawling = Crawling(corpus, archive.url, targets, options | {"RELIST_FRESH_HOURS": 20})
            ended = crawling.run()
            assert ended.code == 0, ended
            fetched += archive.requests.replayed()
            assert archive.requests.count("cdx") <= 2, "one listing a document"
            assert archive.requests.count("replay") <= len(shown - known), "one replay for each new text"
        assert ended.out.splitlines()[-1].startswith("run "), "a line for the timer's log"
        known |= shown
        _pass_time(corpus, STEP)
    assert max(fetched.values()) == 1, "nothing is fetched twice"
    _is_as_from_scratch(tmp_path, corpus, targets, options)
    _tells_the_story(corpus)
    _keeps_what_left_the_list(tmp_path, corpus, targets, options)


def _versions(corpus: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        return db.execute(
            "SELECT site, kind, number, first_timestamp, last_timestamp, captures, text FROM versions ORDER BY 1, 2, 3"
        ).fetchall()


def _is_as_from_scratch(at: Path, corpus: Path, targets: Path, options: dict[str, object]) -> None:
    """Every version once, as in a corpus made today from nothing."""
    with EmbeddedArchive(at / f"archive-{RUNS}") as archive:
        fresh = Crawling(at / "fresh", archive.url, targets, options)
        assert fresh.run().code == 0
    assert _versions(corpus) == _versions(fresh.folder)
    assert len({row[-1] for row in _versions(corpus)}) == len(_versions(corpus)) > 20


def _tells_the_story(corpus: Path) -> None:
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        runs = db.execute(
            "SELECT outcome, exit_code, json_extract(counts, '$.requests'), json_extract(counts, '$.versions'), "
            "targets_digest, reader <> '', libraries <> '{}' FROM runs ORDER BY started_at, id"
        ).fetchall()
    assert len(runs) == RUNS + 1
    assert {run[:2] for run in runs} == {("finished", 0)}
    assert [run[3] for run in runs] == sorted(run[3] for run in runs), "versions only grow"
    assert runs[0][2] > max(run[2] for run in runs[1:]), "later runs ask for what is new alone"
    assert len({run[4] for run in runs}) == 1
    assert all(run[5] and run[6] for run in runs)


def _keeps_what_left_the_list(at: Path, corpus: Path, targets: Path, options: dict[str, object]) -> None:
    before = _versions(corpus)
    targets.write_text(f"{BELL}\n")
    with EmbeddedArchive(at / f"archive-{RUNS}") as archive:
        assert Crawling(corpus, archive.url, targets, options | {"RELIST_FRESH_HOURS": 0}).run().code == 0
        assert archive.requests.count("cdx") == 1
    assert _versions(corpus) == before


class Holding:
    """Keeps all answers back until that is over."""

    def __init__(self) -> None:
        self.asked, self.over = threading.Event(), threading.Event()

    def __call__(self, inner: Handler) -> Handler:
        def held(request: Request) -> Answer:
            self.asked.set()
            self.over.wait(100)
            return inner(request)

        return held


@pytest.mark.timeout(120)
def test_the_second_of_two_runs_at_once_ends_with_code_3(tmp_path: Path) -> None:
    targets = tmp_path / "targets.txt"
    targets.write_text(f"{BELL}\n")
    with EmbeddedArchive(_archived(tmp_path / "archive", START), wrappers=[holding := Holding()]) as archive:
        crawling = Crawling(tmp_path / "corpus", archive.url, targets, {"SELECT": "first-last"})
        with crawling.started() as first:
            assert first.wait_for(holding.asked.is_set)
            second = crawling.run()
            assert second.code == 3, second
            assert "in use by process" in second.err
            holding.over.set()
            assert first.end().code == 0
