"""How a crawl ends: texts are exported before a second reader is asked, whatever becomes of that."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from sqlite_utils import Database

from crawler.jobs.crawl import _exported
from crawler.jobs.reread import readers
from crawler.politeness.wire_options import Budget
from pipelines.exceptions import RecordingFailed
from pipelines.executors.process_pool import Readers
from pipelines.store import second_readings
from pipelines.store.database import open_corpus
from tests.corpora import copied, settings_of, texts

FULL = "Pages cannot be read on this machine"


class Pool:
    """Reading processes that are in trouble when they are first asked."""

    ahead = calls_ahead = 1

    def __init__(self, trouble: Callable[[], None]) -> None:
        self._trouble = trouble

    def submit_call(self, function: Callable[..., Any], *arguments: object) -> "Future[Any]":
        answer: Future[Any] = Future()
        try:
            self._trouble()
        except RecordingFailed as error:
            answer.set_exception(error)
        return answer


def no_room() -> None:
    raise RecordingFailed(FULL)


@pytest.fixture
def corpus(crawled: Path, tmp_path: Path) -> Path:
    """Crawled, and neither exported nor read by a second reader."""
    folder = copied(crawled, tmp_path / "corpus")
    shutil.rmtree(folder / "text")
    return folder


@pytest.fixture
def db(corpus: Path) -> Iterator[Database]:
    with closing(open_corpus(corpus)) as opened:
        with opened.atomic():
            opened.execute(
                "UPDATE extraction SET second_reading = 'due', second_in_text = NULL, text_in_second = NULL "
                "WHERE second_reading <> ''"
            )
        yield opened


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """A crawl leaves those of the system, with which its process ends."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def ended(db: Database, corpus: Path, pool: object, budget: Budget | None = None) -> tuple[int, str]:
    return _exported(db, settings_of(corpus), cast("Readers", pool), lambda *told: None, (0, ""), budget or Budget())


@pytest.mark.parametrize(
    ("trouble", "code", "message"),
    [
        (no_room, 5, FULL),
        (lambda: os.kill(os.getpid(), signal.SIGTERM), 143, "Stopped by SIGTERM"),
        (lambda: os.kill(os.getpid(), signal.SIGINT), 130, "Stopped by SIGINT"),
    ],
    ids=["no room", "SIGTERM", "SIGINT"],
)
def test_what_ends_the_second_reader_costs_nobody_the_export(
    crawled: Path, corpus: Path, db: Database, trouble: Callable[[], None], code: int, message: str
) -> None:
    found = ended(db, corpus, Pool(trouble))
    assert (found[0], found[1].startswith(message)) == (code, True)
    assert without_manifest(corpus) == without_manifest(crawled) != {}
    assert second_readings.count_due(db) > 0, "the next run asks it"


def without_manifest(corpus: Path) -> dict[str, bytes]:
    return {name: text for name, text in texts(corpus).items() if not name.endswith("manifest.jsonl")}


def test_what_the_second_reader_said_is_exported_too(crawled: Path, corpus: Path, db: Database) -> None:
    with closing(readers(settings_of(corpus))) as pool:
        assert ended(db, corpus, pool) == (0, "")
    assert texts(corpus) == texts(crawled)


def test_it_is_left_to_the_next_run_where_the_time_is_over(crawled: Path, corpus: Path, db: Database) -> None:
    past = iter([0.0])
    spent = Budget(seconds=5, clock=lambda: next(past, 5.0))
    assert ended(db, corpus, Pool(no_room), spent) == (0, "")
    assert without_manifest(corpus) == without_manifest(crawled) != {}
    assert second_readings.count_due(db) > 0
