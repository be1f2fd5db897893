"""`--language`: documents in other languages cost one capture, and are left out by what was read in it."""

from pathlib import Path
from urllib.parse import urlsplit

from crawler.wayback.embedded import EmbeddedArchive
from tests.conftest import FAST, Ended, Run

from .crawling import Crawling

ENGLISH, GERMAN = "http://www.harbourlight.example/privacy.html", "http://www.waldkauz-verlag.example/datenschutz.html"


def crawl(scrapy: Run, archive: EmbeddedArchive, targets: Path, *options: str) -> Ended:
    targets.write_text(f"{ENGLISH}\n{GERMAN}\n")
    return scrapy("crawl", "policies", "-a", f"targets={targets}", *options, WAYBACK_URL=archive.url, **FAST)


def replays(archive: EmbeddedArchive, url: str) -> int:
    host = urlsplit(url).hostname
    return sum(urlsplit(seen.url).hostname == host for seen in archive.requests.of("replay"))


def exported(corpus: Crawling) -> set[str]:
    return {path.parts[0] for path in map(Path, corpus.exported()) if len(path.parts) > 1}


def test_one_capture_tells_and_the_rest_is_not_fetched(scrapy: Run, archive: EmbeddedArchive, tmp_path: Path) -> None:
    ended = crawl(scrapy, archive, tmp_path / "targets.txt", "--language", "en")
    assert ended.code == 0
    assert replays(archive, GERMAN) == 1
    assert replays(archive, ENGLISH) > 6
    corpus = Crawling(tmp_path / "corpus", "", tmp_path)
    assert corpus.rows("SELECT DISTINCT site FROM captures WHERE reason = 'LANGUAGE=en, this is de'") == [
        ("waldkauz-verlag.example",)
    ]
    assert exported(corpus) == {"harbourlight.example"}


def test_without_it_later_the_rest_is_fetched(scrapy: Run, archive: EmbeddedArchive, tmp_path: Path) -> None:
    crawl(scrapy, archive, tmp_path / "targets.txt", "--language", "en")
    assert crawl(scrapy, archive, tmp_path / "targets.txt").code == 0
    corpus = Crawling(tmp_path / "corpus", "", tmp_path)
    assert exported(corpus) == {"harbourlight.example", "waldkauz-verlag.example"}
    assert max(archive.requests.replayed().values()) == 1


def test_the_language_asked_for_is_searched_as_ever(scrapy: Run, archive: EmbeddedArchive, tmp_path: Path) -> None:
    crawl(scrapy, archive, tmp_path / "targets.txt", "--language", "de")
    corpus = Crawling(tmp_path / "corpus", "", tmp_path)
    found = {row[1]: row[0] for row in corpus.rows("SELECT count(*), site FROM versions GROUP BY site")}
    assert found["waldkauz-verlag.example"] >= 4
    assert exported(corpus) == {"waldkauz-verlag.example"}


def test_a_language_that_is_no_code_is_refused(scrapy: Run, archive: EmbeddedArchive, tmp_path: Path) -> None:
    ended = crawl(scrapy, archive, tmp_path / "targets.txt", "--language", "English")
    assert ended.code == 2
    assert "LANGUAGE" in ended.err
    assert len(archive.requests) == 0
