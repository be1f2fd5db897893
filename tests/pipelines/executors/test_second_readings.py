"""A second reader is asked of what versions show: once, whatever was read before, and where it was interrupted it goes
on."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest
from sqlite_utils import Database

from crawler.jobs.reread import readers
from pipelines.exceptions import ReadingFailed
from pipelines.executors import second_readings as asking
from pipelines.executors.process_pool import Readers
from pipelines.executors.second_readings import ask_second
from pipelines.items.readings import Verdict
from pipelines.store import second_readings
from pipelines.store.database import open_corpus
from tests.corpora import copied, settings_of
from tests.desk import Desk, reading, row

T = TypeVar("T")

STANDS = "SELECT second_reading, second_in_text, text_in_second FROM extraction ORDER BY capture_id"


class Noting:
    """Reading processes, and how often they were called; `fails` takes the place of an answer."""

    def __init__(self, genuine: Readers, fails: BaseException | None = None, behind: int = 1) -> None:
        self.calls, self.ahead, self.calls_ahead, self.at_once = 0, behind, behind, 1
        self._genuine, self._fails = genuine, fails
        self.submit_held, self.close = genuine.submit_held, genuine.close

    def submit_call(self, function: Callable[..., T], *arguments: object) -> "Future[T]":
        self.calls += 1
        if self._fails:
            failed: Future[T] = Future()
            failed.set_exception(self._fails)
            return failed
        return self._genuine.submit_call(function, *arguments)


@pytest.fixture
def corpus(crawled: Path, tmp_path: Path) -> Path:
    return copied(crawled, tmp_path / "corpus")


@pytest.fixture
def db(corpus: Path) -> Iterator[Database]:
    with closing(open_corpus(corpus)) as opened:
        yield opened


def ask(db: Database, corpus: Path, fails: BaseException | None = None) -> tuple[int, list[tuple[str, int, int]]]:
    """How often it was asked, and what was told of it."""
    told: list[tuple[str, int, int]] = []
    pool = Noting(readers(settings_of(corpus)), fails)
    ask_second(db, corpus / "warc", pool, progress=lambda *now: told.append(now))
    return pool.calls, told


def shown(db: Database) -> int:
    return int(db.execute("SELECT count(DISTINCT capture_id) FROM version").fetchone()[0])


def test_a_crawl_asks_of_what_its_versions_show_and_of_nothing_else(corpus: Path, db: Database) -> None:
    stands = db.execute(STANDS).fetchall()
    assert 0 < sum(stand != "" for stand, *_ in stands) == shown(db) < len(stands)
    assert {stand for stand, *_ in stands} == {"", "done", "no HTML"}
    assert all((stand == "done") == (share is not None) for stand, share, _ in stands)
    assert ask(db, corpus) == (0, [])


def test_it_goes_on_where_it_was_and_says_the_same(corpus: Path, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    before = db.execute(STANDS).fetchall()
    with db.atomic():
        db.execute("UPDATE extraction SET second_reading = 'due', second_in_text = NULL WHERE second_reading <> ''")
    with pytest.raises(KeyboardInterrupt):
        ask(db, corpus, KeyboardInterrupt())
    assert second_readings.count_due(db) == shown(db)
    monkeypatch.setattr(asking, "_AT_ONCE", shown(db) - 1)
    what = "versions read by a second reader"
    assert ask(db, corpus) == (shown(db), [(what, shown(db) - 1, shown(db)), (what, shown(db), shown(db))])
    assert db.execute(STANDS).fetchall() == before


def test_nothing_is_asked_of_what_no_version_shows(corpus: Path, db: Database) -> None:
    """A capture that was shown may have come to stand for another one since."""
    with db.atomic():
        db.execute("UPDATE extraction SET second_reading = 'due' WHERE second_reading = ''")
    assert ask(db, corpus) == (0, [])
    assert second_readings.count_due(db) == 0


def test_it_ends_between_two_pages_where_the_time_is_over(corpus: Path, db: Database) -> None:
    with db.atomic():
        db.execute("UPDATE extraction SET second_reading = 'due' WHERE second_reading <> ''")
    looks = iter([True, True, True])  # before all, and before two pages
    with closing(readers(settings_of(corpus))) as pool:
        assert ask_second(db, corpus / "warc", pool, progress=lambda *now: None, has_time=lambda: next(looks, False))
    assert second_readings.count_due(db) == shown(db) - 2


def test_what_takes_too_long_is_tried_three_times_and_bytes_that_are_gone_stay_due(corpus: Path, db: Database) -> None:
    with db.atomic():
        db.execute("UPDATE extraction SET second_reading = 'due' WHERE second_reading = 'done'")
        db.execute(
            "UPDATE snapshot SET payload_digest = 'other' WHERE capture_id = (SELECT min(capture_id) FROM version)"
        )
    ask(db, corpus)
    assert second_readings.count_due(db) == 1
    for stands in ("due 1", "due 2", "reading took too long"):
        ask(db, corpus, ReadingFailed("reading took too long"))
        assert db.execute("SELECT count(*) FROM extraction WHERE second_reading = ?", [stands]).fetchone() == (1,)
    assert second_readings.count_due(db) == 0


def asked(desk: Desk) -> list[tuple[object, ...]]:
    """Answer for the second reader what it is asked; then the captures of which something is known."""
    desk.corpus.derive_waiting()
    second_readings.keep(desk.db, [(one, ("done", 1.0, 0.5)) for one in second_readings.due(desk.db)])
    known = "SELECT timestamp, reader, second_in_text FROM extraction JOIN capture ON id = capture_id "
    return desk.db.execute(f"{known} WHERE second_reading = 'done' ORDER BY timestamp, reader").fetchall()


def test_what_is_known_follows_what_is_shown_in_any_order(desk: Desk) -> None:
    desk.listed(row("2004"), row("2005"), row("2006"))
    desk.plan()
    for year, text in (("2005", "A"), ("2006", "B")):
        desk.read(row(year), text)
    assert [one[0][:4] for one in asked(desk)] == ["2005", "2006"]
    desk.read(row("2004"), "A")
    assert [one[0][:4] for one in asked(desk)] == ["2004", "2006"], "2005 only shows the version of 2004 again"


def test_what_is_known_goes_with_the_last_version(desk: Desk) -> None:
    desk.listed(row("2004"))
    desk.plan()
    desk.read(row("2004"), "A")
    assert len(asked(desk)) == 1
    desk.read(row("2004"), reading("A", Verdict.NOT_A_POLICY))
    assert desk.versions() == []
    assert desk.db.execute(STANDS).fetchall() == [("", None, None)]


def test_what_an_older_reader_read_is_asked_of_no_more_and_what_was_said_of_it_stays(desk: Desk) -> None:
    desk.listed(row("2004"), row("2005"))
    desk.plan()
    desk.read(row("2004"), "A")
    assert [(one[1]) for one in asked(desk)] == ["reader-1"]
    desk.read(row("2005"), "B")
    for year, text in (("2004", "A"), ("2005", "B")):
        desk.read(row(year), text, reader="reader-2")
    assert {one.reader for one in second_readings.due(desk.db)} == {"reader-2"}
    assert [one[1] for one in asked(desk)] == ["reader-1", "reader-2", "reader-2"]


def test_a_page_that_is_read_again_alike_is_not_asked_again(desk: Desk) -> None:
    desk.listed(row("2004"))
    desk.plan()
    desk.read(row("2004"), "A")
    assert len(asked(desk)) == 1
    desk.read(row("2004"), "A")
    assert second_readings.count_due(desk.db) == 0
    assert len(asked(desk)) == 1


def test_what_it_says_makes_no_plan_anew(desk: Desk) -> None:
    desk.listed(row("2004"))
    desk.plan()
    desk.read(row("2004"), "A")
    desk.corpus.derive_waiting()
    desk.db.execute("INSERT INTO planned VALUES (1, 'all')")
    asked(desk)
    assert desk.db.execute("SELECT count(*) FROM planned").fetchone() == (1,)


def test_a_database_that_was_put_together_knows_only_of_what_is_shown(desk: Desk) -> None:
    desk.listed(row("2004"), row("2005"))
    desk.plan()
    for year in ("2004", "2005"):
        desk.read(row(year), "A")
    desk.db.execute("UPDATE extraction SET second_reading = 'done', second_in_text = 1.0")
    second_readings.forget_unshown(desk.db)
    assert [one[0][:4] for one in asked(desk)] == ["2004"]


def test_the_query_goes_by_what_waits(desk: Desk) -> None:
    plan = desk.db.execute(f"EXPLAIN QUERY PLAN SELECT count(*) {second_readings._DUE}").fetchall()
    assert "extraction_second_due" in plan[0][3]
