"""The export as the settings ask for it, in the style that a folder has."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.jobs.rebuild import Request, run_rebuild
from pipelines.export.corpus_files import export_corpus, export_elsewhere, style_of
from pipelines.export.files import Counts
from pipelines.export.manifest import MANIFEST
from pipelines.options import Config
from pipelines.store.database import open_corpus, open_for_reading
from pipelines.store.joined import alone
from pipelines.store.selection import Selection
from tests.corpora import copied, settings_of, texts


@pytest.fixture
def corpus(crawled: Path, tmp_path: Path) -> Path:
    return copied(crawled, tmp_path / "c")


def exported(corpus: Path, **settings: object) -> dict[str, bytes]:
    with closing(open_for_reading(corpus)) as db:
        export_corpus(db, Config.of(settings_of(corpus, **settings)))
    return texts(corpus)


def test_a_folder_keeps_its_style_until_another_is_asked_for(corpus: Path) -> None:
    stored = texts(corpus)
    princeton = exported(corpus, EXPORT_STYLE="princeton")
    assert princeton != stored
    assert exported(corpus) == princeton
    run_rebuild(settings_of(corpus), Request(), lambda what, done, todo: None)
    assert texts(corpus) == princeton
    assert exported(corpus, EXPORT_STYLE="corpus") == stored
    assert exported(corpus) == stored


def test_pages_have_the_time_to_be_read_that_the_settings_give(
    corpus: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(open_corpus(corpus)) as db, db.atomic():
        db.execute(
            "DELETE FROM version WHERE (document_id, number) NOT IN (SELECT document_id, number FROM version LIMIT 1)"
        )
    told = {}
    with closing(open_for_reading(corpus)) as db:
        for deadline in (0.0001, 20):
            config = replace(Config.of(settings_of(corpus, EXPORT_STYLE="princeton")), reading_deadline=deadline)
            told[deadline] = export_elsewhere(alone(db, corpus), config, tmp_path / "p", Selection())
    assert told == {0.0001: Counts(0, 0, 0, unread=1), 20: Counts(1, 1, 0, unread=0)}
    assert "is left out: reading took too long" in caplog.text


@pytest.mark.parametrize("content", ["", "no JSON\n", '{"path": "a/b/c.txt"}\n', '{"path": "a", "style": ["x"]}\n'])
def test_where_no_style_is_told_it_is_the_stored_one(tmp_path: Path, content: str) -> None:
    assert style_of(tmp_path) == "corpus"
    (tmp_path / MANIFEST).write_text(content)
    assert style_of(tmp_path) == "corpus"
