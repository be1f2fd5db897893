"""A forgotten site is nowhere, and the others are as they were."""

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawler.jobs.rebuild import Request, run_rebuild
from crawler.jobs.verify import run_verify
from pipelines.export.corpus_files import export_corpus
from pipelines.formats.surt import urlkey
from pipelines.maintenance.forget import forget
from pipelines.options import Config
from pipelines.store.database import open_corpus
from pipelines.warc.lock import only_run
from tests.conftest import refusal
from tests.corpora import copied, crawl_sample, settings_of, tables, texts
from tests.crawls.faults import Writes, injected, run_command

SITE = "inkwell-post.example"
NOW = "2030-01-01T00:00:00Z"


@pytest.fixture
def corpus(crawled: Path, tmp_path: Path) -> Path:
    corpus = copied(crawled, tmp_path / "c")
    with closing(open_corpus(corpus)) as db:
        forget(db, corpus, SITE, urlkey, now=NOW, run="20300101T000000Z-000000")
        settings = settings_of(corpus)
        export_corpus(db, Config.of(settings))
    return corpus


def _phrases(crawled: Path) -> list[bytes]:
    """Words of the site's texts that no other text has."""
    with closing(sqlite3.connect(crawled / "corpus.sqlite")) as db:
        rows = db.execute("SELECT site, body FROM version JOIN document ON document.id = document_id JOIN text "
                          "ON text.digest = text_digest").fetchall()  # fmt: skip
    others = " ".join(body for site, body in rows if site != SITE)
    lines = {line.strip() for site, body in rows if site == SITE for line in body.splitlines()}
    return [line.encode() for line in lines if len(line) > 40 and line not in others]


def test_no_file_below_the_corpus_holds_the_sites_text(crawled: Path, corpus: Path) -> None:
    phrases = _phrases(crawled)
    assert phrases
    for path in (path for path in corpus.rglob("*") if path.is_file()):
        data = path.read_bytes()
        if path.name.endswith(".gz"):
            data += gzip.decompress(data)
        assert not [phrase for phrase in phrases if phrase in data], path


def test_only_its_name_is_left(corpus: Path) -> None:
    for path in (corpus / "warc").glob("*.warc.gz"):
        lines = [line for line in gzip.decompress(path.read_bytes()).splitlines() if SITE.encode() in line]
        assert all(json.loads(line).items() >= {"forgotten": SITE, "since": NOW}.items() for line in lines)


def test_other_sites_are_unharmed(crawled: Path, corpus: Path) -> None:
    for name, rows in tables(crawled, "document", "version", "extraction", "snapshot").items():
        kept = [row for row in rows if SITE not in repr(row)]
        assert tables(corpus, name)[name] == kept
    left = {path: data for path, data in texts(crawled).items() if SITE not in path and "manifest" not in path}
    assert {path: data for path, data in texts(corpus).items() if "manifest" not in path} == left
    assert not (corpus / "text" / SITE).exists()
    assert run_verify(settings_of(corpus), full=True, tell=lambda finding: None) == []


def test_a_rebuild_does_not_bring_it_back(corpus: Path) -> None:
    before = tables(corpus)
    run_rebuild(settings_of(corpus), Request(), lambda what, done, todo: None)
    assert tables(corpus) == before


def test_without_room_to_leave_nothing_in_the_database_it_says_so_and_the_next_command_ends_it(
    crawled: Path, tmp_path: Path
) -> None:
    corpus = copied(crawled, tmp_path / "c")
    with injected(Writes(tmp_path)) as counted:
        assert run_command(copied(crawled, tmp_path / "calm"), "forget", SITE).code == 0
    with injected(Writes(tmp_path, 1 + counted.told.index("vacuum"))):
        ended = run_command(corpus, "forget", SITE)
    assert "is forgotten, but its deleted rows still lie" in refusal(ended, 5)
    assert tables(corpus) == tables(tmp_path / "calm")
    assert run_command(corpus, "export").code == 0
    with only_run(corpus), closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'turn'").fetchone()
    assert not [phrase for phrase in _phrases(crawled) if phrase in (corpus / "corpus.sqlite").read_bytes()]


def test_a_site_forgotten_while_another_one_is_not_swept_yet_takes_no_file_with_it(
    crawled: Path, tmp_path: Path
) -> None:
    corpus = copied(crawled, tmp_path / "c")
    with closing(open_corpus(corpus)) as db:
        db.execute("CREATE TABLE turn (told TEXT NOT NULL)")
        db.execute("""INSERT INTO turn VALUES ('{"new": [], "old": [], "sweep": true}')""")  # there was no room for it
        forget(db, corpus, SITE, urlkey, now=NOW, run="20300101T000000Z-000000")
    assert run_verify(settings_of(corpus), full=False, tell=lambda finding: None) == []


def test_it_is_not_asked_for_again(corpus: Path) -> None:
    crawl_sample(corpus)
    with closing(open_corpus(corpus)) as db:
        assert not db.execute("SELECT 1 FROM document WHERE site = ?", [SITE]).fetchone()
