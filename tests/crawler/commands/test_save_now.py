"""`save-now` against a double on loopback, made after the public draft of the API: keys, jobs, errors, limits."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR
from threading import Thread
from urllib.parse import parse_qs

import pytest

from crawler.archives.save_page_now import ACCESS_KEY, AT_ONCE, SECRET_KEY, Job, NotSaved, read_answer
from crawler.jobs.rebuild import Request, run_rebuild
from crawler.jobs.save_now import TRIES
from pipelines.exceptions import WrongUse
from pipelines.store import saved
from pipelines.store.database import open_corpus
from pipelines.store.file_book import Book
from pipelines.store.saved import Save
from pipelines.warc import journal
from pipelines.warc.writer import WarcWriter
from tests.conftest import Ended, run_scrapy
from tests.corpora import settings_of

STAMP = "20261127120000"


@dataclass
class Service:
    """Save Page Now: jobs that are pending when they are first asked about, and errors for some addresses."""

    address: str = ""
    posted: list[dict[str, list[str]]] = field(default_factory=list)
    looked: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def post(self, form: dict[str, list[str]]) -> tuple[int, dict[str, object]] | None:
        """None: the connection is lost."""
        self.posted.append(form)
        [url] = form["url"]
        if "cut" in url and (url not in self.refused or "always" in url):
            self.refused.add(url)
            return None
        if "held" in url:
            return 200, {"url": url, "job_id": None, "message": "The same snapshot had been made 2 hours ago."}
        if "busy" in url and url not in self.refused:
            self.refused.add(url)
            return 200, {"status": "error", "status_ext": "error:user-session-limit", "message": "too many at once"}
        return 200, {"url": url, "job_id": f"spn2-{url.rpartition('/')[2]}"}

    def status(self, job: str) -> tuple[int, dict[str, object]] | None:
        self.looked[job] = self.looked.get(job, 0) + 1
        if "cut" in job and self.looked[job] == 2:
            return None
        if self.looked[job] == 1:
            return 200, {"status": "pending", "job_id": job, "resources": []}
        if "gone" in job:
            told = {
                "status": "error",
                "job_id": job,
                "status_ext": "error:not-found",
                "message": "Not Found (HTTP 404).",
            }
            return 200, told  # type: ignore[return-value]
        return 200, {
            "status": "success",
            "job_id": job,
            "timestamp": STAMP,
            "original_url": f"https://kites.example/{job}",
        }


@contextmanager
def serving() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # Twisted keeps connections of 1.0 as well, which end with each answer

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            is_known = self.path == "/save" and self._is_known()
            self._answer(service.post(parse_qs(body)) if is_known else (404, {}))

        def do_GET(self) -> None:
            self._answer(service.status(self.path.rpartition("/")[2]))

        def _is_known(self) -> bool:
            return self.headers["Authorization"] == "LOW key:secret"

        def _answer(self, answer: tuple[int, dict[str, object]] | None) -> None:
            if answer is None:
                self.connection.shutdown(SHUT_RDWR)
                self.close_connection = True
                return
            status, told = answer if self._is_known() else (401, {"message": "login"})
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        service.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield service
        server.shutdown()


def save(service: Service, corpus: Path, *more: str, key: str = "key") -> Ended:
    settings = {"CORPUS_DIR": corpus, "WAYBACK_URL": service.address, "WAYBACK_CDX_PER_MINUTE": 0, "TIME_SCALE": 2000}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, ACCESS_KEY, key)
        patch.setitem(os.environ, SECRET_KEY, "secret")
        return run_scrapy("save-now", *more, **settings)


def rows(corpus: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        return db.execute("SELECT address, state, timestamp, reason, job FROM saves ORDER BY address").fetchall()


def test_pages_are_captured_and_each_is_followed_to_its_end(tmp_path: Path) -> None:
    site, names = "https://kites.example", ("privacy", "busy", "held", "gone")
    targets = tmp_path / "targets.txt"
    targets.write_text("".join(f"{site}/{name}\n" for name in names))
    with serving() as service:
        ended = save(service, tmp_path / "corpus", str(targets), "--within", "7d")
    assert ended.code == 1, ended
    assert rows(tmp_path / "corpus") == [
        (f"{site}/busy", "saved", STAMP, "", "spn2-busy"),
        (f"{site}/gone", "failed", "", "not-found: Not Found (HTTP 404).", "spn2-gone"),
        (f"{site}/held", "held", "", "The same snapshot had been made 2 hours ago.", ""),
        (f"{site}/privacy", "saved", STAMP, "", "spn2-privacy"),
    ]
    assert "1 failed, 1 held, 2 saved" in ended.out
    assert "secret" not in ended.out + ended.err
    assert {form["if_not_archived_within"][0] for form in service.posted} == {"7d"}
    assert len(service.posted) == 5, "what had to wait for its turn was asked for once more"


def test_a_lost_connection_costs_a_try(tmp_path: Path) -> None:
    targets = tmp_path / "targets.txt"
    targets.write_text("https://kites.example/cut\nhttps://kites.example/cut-always\n")
    with serving() as service:
        ended = save(service, tmp_path / "corpus", str(targets))
    assert ended.code == 1, ended
    assert [row[:2] for row in rows(tmp_path / "corpus")] == [
        ("https://kites.example/cut", "saved"),
        ("https://kites.example/cut-always", "failed"),
    ]
    assert (len(service.posted), service.looked) == (2 + TRIES, {"spn2-cut": 3})


def test_pages_that_all_have_to_wait_do_not_wait_for_each_other(tmp_path: Path) -> None:
    targets = tmp_path / "targets.txt"
    many = AT_ONCE + 2
    targets.write_text("".join(f"https://kites.example/busy-{number}\n" for number in range(many)))
    with serving() as service:
        ended = save(service, tmp_path / "corpus", str(targets))
    assert ended.code == 0, ended
    assert f"{many} saved" in ended.out
    assert len(service.posted) == 2 * many


def test_keys_that_are_not_taken_end_the_run(tmp_path: Path) -> None:
    with serving() as service:
        ended = save(service, tmp_path / "corpus", "https://kites.example/privacy", key="other")
    assert ended.code == 2, ended
    assert "does not take these keys" in ended.err
    assert service.posted == []


def test_without_keys_or_pages_nothing_is_asked(tmp_path: Path) -> None:
    with serving() as service:
        assert "set ARCHIVE_ORG_ACCESS_KEY" in save(service, tmp_path, "https://kites.example/privacy", key="").err
        ended = save(service, tmp_path, "kites.example")
        assert (ended.code, "names none" in ended.err) == (2, True), ended
        assert save(service, tmp_path, "https://kites.example/privacy", "--within", "soon").code == 2
    assert service.posted == []


def test_what_was_asked_comes_back_in_a_rebuild(tmp_path: Path) -> None:
    one = Save("https://kites.example/privacy", "2026-11-27T12:00:00.5Z", "web.archive.org", "spn2-1", "saved", STAMP)
    with (
        closing(open_corpus(tmp_path)) as db,
        WarcWriter(tmp_path / "warc", "20261127T120000Z-abcdef", book=Book(db)) as warc,
    ):
        saved.keep(db, one._replace(state="asked", timestamp=""))
        journal.write_out(db, warc.write_journal)
        saved.keep(db, one)
        journal.write_out(db, warc.write_journal)
    (tmp_path / "corpus.sqlite").rename(tmp_path / "before.sqlite")
    run_rebuild(settings_of(tmp_path), Request(), lambda *_: None)
    assert rows(tmp_path) == [(one.address, "saved", STAMP, "", "spn2-1")]


@pytest.mark.parametrize(
    ("status", "body", "job"),
    [
        (200, b'{"url": "x", "job_id": "spn2-1a"}', Job("spn2-1a")),
        (200, b'{"status": "pending", "job_id": "spn2-1a"}', Job("spn2-1a")),
        (200, b'{"status": "success", "job_id": "a", "timestamp": "20261127120000", "original_url": "http://x.example/"}',
         Job("a", True, STAMP, "http://x.example/")),
    ],
)  # fmt: skip
def test_answers_that_tell_of_a_job(status: int, body: bytes, job: Job) -> None:
    assert read_answer(status, body) == job


@pytest.mark.parametrize(
    ("status", "body", "reason", "passes"),
    [
        (200, b'{"status": "error", "status_ext": "error:too-many-daily-captures", "message": "m"}',
         "too-many-daily-captures", False),
        (200, b'{"status": "error", "status_ext": "error:no-browsers-available"}', "no-browsers-available", True),
        (429, b"", "rate limited", True),
        (502, b"<html>", "archive trouble", True),
        (200, b"[[[", "archive trouble", True),
        (200, b'{"job_id": "../../x"}', "archive trouble", True),
    ],
)  # fmt: skip
def test_answers_that_tell_of_none(status: int, body: bytes, reason: str, passes: bool) -> None:
    with pytest.raises(NotSaved) as caught:
        read_answer(status, body)
    assert (caught.value.reason, caught.value.transient) == (reason, passes)
    with pytest.raises(WrongUse):
        read_answer(401, body)
