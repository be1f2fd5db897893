"""The public face, over the crawled sample."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.corpus import Corpus
from pipelines.exceptions import WrongUse

SITE = "harbourlight.example"


@pytest.fixture
def corpus(crawled: Path) -> Iterator[Corpus]:
    with Corpus.open(crawled) as opened:
        yield opened


def test_versions_are_those_of_the_view(corpus: Corpus) -> None:
    ours = [(one.site, one.kind, one.number, one.text_digest) for one in corpus.versions()]
    view = corpus.db.execute("SELECT site, kind, number, text_digest FROM versions WHERE NOT open").fetchall()
    assert sorted(ours) == sorted(view)
    assert len(ours) > 10


def test_a_version_knows_its_times_and_its_page(corpus: Corpus) -> None:
    version = next(corpus.versions(site=SITE, kind="privacy policy"))
    assert version.first_seen is not None
    assert version.first_seen.tzinfo is UTC
    assert version.snapshot.status == 200
    assert version.snapshot.timestamp == version.timestamp
    assert "<" in version.html()
    assert version.title in version.html()


@pytest.mark.parametrize("moment", [date(2006, 1, 1), datetime(2006, 1, 1, tzinfo=UTC), "2006-01-01", "20060101"])
def test_as_of_gives_the_text_in_force_however_the_day_is_told(corpus: Corpus, moment: date | str) -> None:
    [one] = corpus.versions(site=SITE, kind="privacy policy", as_of=moment)
    known = [v for v in corpus.versions(site=SITE, kind="privacy policy") if v.first_seen.date() <= date(2006, 1, 1)]  # type: ignore[union-attr]
    assert one == known[-1]


def test_documents_and_captures_are_those_of_the_views(corpus: Corpus) -> None:
    assert len(list(corpus.documents())) == corpus.db["documents"].count
    assert len(list(corpus.captures())) == corpus.db["captures"].count
    assert {one.kind for one in corpus.documents(kind="terms of service")} <= {"terms of service"}


def test_tables_come_as_frames(corpus: Corpus) -> None:
    pandas = pytest.importorskip("pandas")
    frame = corpus.to_pandas("versions")
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame["site"]) == [one.site for one in corpus.versions()]
    pytest.importorskip("pyarrow")
    assert corpus.to_arrow("captures").num_rows == corpus.db["captures"].count
    with pytest.raises(WrongUse, match="no table 'text'"):
        corpus.to_pandas("text")


def test_it_is_opened_for_reading_only(corpus: Corpus) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        corpus.db.execute("DELETE FROM version")


@pytest.mark.parametrize("time", ["yesterday", "2018-13", "201", "2018-05-25x"])
def test_what_is_no_time_is_refused_by_name(corpus: Corpus, time: str) -> None:
    with pytest.raises(WrongUse, match=time):
        list(corpus.versions(as_of=time))


def test_a_folder_without_a_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no corpus"):
        Corpus.open(tmp_path)
