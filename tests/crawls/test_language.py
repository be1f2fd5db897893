"""`--language`: documents in other languages cost one capture, and are left out by what was read in it."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.accounting import Seen
from tests.conftest import FAST, Ended, run_scrapy
from tests.corpora import copied
from tests.crawls.crawling import Crawling, FirstCrawl

ENGLISH, GERMAN = "http://www.harbourlight.example/privacy.html", "http://www.waldkauz-verlag.example/datenschutz.html"


def crawl(folder: Path, archive: EmbeddedArchive, *options: str) -> Ended:
    (folder / "targets.txt").write_text(f"{ENGLISH}\n{GERMAN}\n")
    given = {"CORPUS_DIR": folder / "corpus", "STATE_DIR": folder / "state", "WAYBACK_URL": archive.url} | FAST
    return run_scrapy("crawl", "policies", "-a", f"targets={folder / 'targets.txt'}", *options, **given)


@pytest.fixture(scope="module")
def english(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> FirstCrawl:
    """What `--language en` leaves. Not to be changed."""
    folder = tmp_path_factory.mktemp("english")
    with EmbeddedArchive(sample) as archive:
        ended = crawl(folder, archive, "--language", "en")
        return FirstCrawl(folder, ended, list(archive.requests.all))


def replays(seen: list[Seen], url: str) -> list[tuple[str, str]]:
    """The captures of a site that were fetched."""
    host = urlsplit(url).hostname
    return [(one.timestamp, one.url) for one in seen if one.kind == "replay" and urlsplit(one.url).hostname == host]


def exported(corpus: Crawling) -> set[str]:
    return {path.parts[0] for path in map(Path, corpus.exported()) if len(path.parts) > 1}


def test_one_capture_tells_and_the_rest_is_not_fetched(english: FirstCrawl) -> None:
    assert english.ended.code == 0
    assert len(replays(english.seen, GERMAN)) == 1
    assert len(replays(english.seen, ENGLISH)) > 6
    corpus = Crawling(english.folder / "corpus", "", english.folder)
    assert corpus.rows("SELECT DISTINCT site FROM captures WHERE reason = 'LANGUAGE=en, this is de'") == [
        ("waldkauz-verlag.example",)
    ]
    assert exported(corpus) == {"harbourlight.example"}


def test_without_it_later_the_rest_is_fetched(english: FirstCrawl, archive: EmbeddedArchive, tmp_path: Path) -> None:
    copied(english.folder / "corpus", tmp_path / "corpus")
    assert crawl(tmp_path, archive).code == 0
    corpus = Crawling(tmp_path / "corpus", "", tmp_path)
    assert exported(corpus) == {"harbourlight.example", "waldkauz-verlag.example"}
    assert max(archive.requests.replayed().values()) == 1
    assert set(replays(archive.requests.all, GERMAN)).isdisjoint(replays(english.seen, GERMAN)), (
        "nothing is fetched twice"
    )
    assert not replays(archive.requests.all, ENGLISH)


def test_the_language_asked_for_is_searched_as_ever(archive: EmbeddedArchive, tmp_path: Path) -> None:
    crawl(tmp_path, archive, "--language", "de")
    corpus = Crawling(tmp_path / "corpus", "", tmp_path)
    found = {row[1]: row[0] for row in corpus.rows("SELECT count(*), site FROM versions GROUP BY site")}
    assert found["waldkauz-verlag.example"] >= 4
    assert exported(corpus) == {"waldkauz-verlag.example"}


def test_a_language_that_is_no_code_is_refused(archive: EmbeddedArchive, tmp_path: Path) -> None:
    ended = crawl(tmp_path, archive, "--language", "English")
    assert ended.code == 2
    assert "LANGUAGE" in ended.err
    assert len(archive.requests) == 0
