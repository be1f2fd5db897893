"""Target lists and corpora that cannot be used, through the command line: one sentence, the right code, no traceback,
and no file left behind. All ways in which a list can be broken are in tests/crawler/targets/test_target_list.py."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipelines.store.database import open_corpus
from tests.conftest import Ended, Run, refusal

NOWHERE = {"WAYBACK_URL": "http://127.0.0.1:9", "WAYBACK_CDX_PER_MINUTE": 0, "WAYBACK_REPLAY_PER_MINUTE": 0}


def only_line(ended: Ended) -> str:
    """The sentence of a refusal before which nothing was said."""
    assert (len(ended.err.splitlines()), ended.out) == (1, ""), ended
    return refusal(ended)


def crawl(scrapy: Run, targets: Path | str, *options: str, **settings: object) -> Ended:
    return scrapy("crawl", "policies", "-a", f"targets={targets}", *options, **(NOWHERE | settings))


def a_file(folder: Path, content: bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


LISTS = {
    "unknown column": (b"target,kindd\nexample.com,x\n", "unknown column 'kindd'"),
    "wrong encoding": ("target\nexample.com\n".encode("utf-16-le"), "save it as UTF-8"),
}


@pytest.mark.parametrize(("content", "said"), LISTS.values(), ids=LISTS)
def test_a_list_that_cannot_be_used(scrapy: Run, tmp_path: Path, content: bytes, said: str) -> None:
    assert said in only_line(crawl(scrapy, a_file(tmp_path, content)))
    assert not (tmp_path / "corpus").exists()


BROKEN = {
    "unknown kind": (b"target,kind\nexample.com/a,privcy policy\n", "did you mean privacy policy"),
    "broken quoting": (b'target,kind\n"example.com/a,privacy policy\n', "its quotes do not pair"),
}


@pytest.mark.parametrize(("content", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_named_and_strict_stops_there(scrapy: Run, tmp_path: Path, content: bytes, said: str) -> None:
    ended = crawl(scrapy, a_file(tmp_path, content), "--strict")
    assert said in only_line(ended)
    assert "list.csv, line 2: " in ended.err


def test_an_unknown_kind_for_the_whole_list(scrapy: Run) -> None:
    assert "did you mean privacy policy" in only_line(crawl(scrapy, "example.com/privacy", "-a", "kind=privat policy"))


def test_a_file_given_twice(scrapy: Run, tmp_path: Path) -> None:
    path = a_file(tmp_path, b"target\nexample.com/a\n")
    assert "is given twice; name each file once" in only_line(crawl(scrapy, f"{path},{path}"))


def test_a_folder_given_for_a_file(scrapy: Run, tmp_path: Path) -> None:
    assert "is a folder; give a file that lists the targets" in only_line(crawl(scrapy, tmp_path))


def test_a_file_that_is_not_there(scrapy: Run, tmp_path: Path) -> None:
    assert "sites.txt does not exist; give a file" in only_line(crawl(scrapy, tmp_path / "sites.txt"))


def test_a_database_of_another_program(scrapy: Run, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    with closing(sqlite3.connect(tmp_path / "corpus/corpus.sqlite")) as db:
        db.execute("CREATE TABLE songs (title)")
    for ended in (crawl(scrapy, "example.com/privacy"), scrapy("status")):
        assert "is not a corpus of this program (its tables are songs)" in only_line(ended)


def test_a_file_that_is_no_database(scrapy: Run, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/corpus.sqlite").write_bytes(b"no database at all " * 100)
    assert "is not a corpus of this program" in only_line(crawl(scrapy, "example.com/privacy"))


def test_a_corpus_of_a_newer_release(scrapy: Run, tmp_path: Path) -> None:
    with closing(open_corpus(tmp_path / "corpus")) as db, db.atomic():
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) SELECT migration_set, 'later', '' "
            "FROM _sqlite_migrations LIMIT 1"
        )
    for ended in (crawl(scrapy, "example.com/privacy"), scrapy("status")):
        assert "was written by a newer release (later): upgrade this program" in only_line(ended)


def test_no_corpus_at_all(scrapy: Run) -> None:
    for command in ("status", "export"):
        assert "There is no corpus in" in only_line(scrapy(command))


COMMANDS = {
    "compact": ("compact", {"WARC_MAX_MB": "0"}),
    "export": ("export", {"READING_DEADLINE": "abc"}),
    "forget": ("forget", "example.com", {"READERS": "abc"}),
    "merge": ("merge", "other", {"READING_MEMORY_MB": "abc"}),
    "rebuild": ("rebuild", {"READING_MEMORY_MB": "abc"}),
    "verify": ("verify", {"READERS": "abc"}),
}


@pytest.mark.parametrize("given", COMMANDS.values(), ids=COMMANDS)
def test_every_command_checks_its_numbers_first(scrapy: Run, tmp_path: Path, given: tuple[Any, ...]) -> None:
    *command, settings = given
    assert next(iter(settings)) in only_line(scrapy(*command, **settings))
    assert not (tmp_path / "corpus").exists()


def test_an_argument_of_a_crawl_that_nobody_reads_is_refused(scrapy: Run, tmp_path: Path) -> None:
    ended = crawl(scrapy, "example.com/terms", "-a", "kinds=terms of service")
    assert "There is no -a kinds=...: give -a targets=... or -a kind=..." in only_line(ended)
    assert not (tmp_path / "corpus").exists()


@pytest.mark.parametrize("name", ["compact", "crawl-sample", "export", "status", "verify"])
def test_what_belongs_nowhere_is_refused(scrapy: Run, tmp_path: Path, name: str) -> None:
    assert "Unexpected argument '/srv/other': -s CORPUS_DIR=DIR names the corpus" in only_line(
        scrapy(name, "/srv/other")
    )
    assert not (tmp_path / "corpus").exists()


@pytest.mark.parametrize("option", ["-o", "-O", "--max-hours"])
def test_options_that_would_do_nothing_are_refused(scrapy: Run, option: str) -> None:
    ended = crawl(scrapy, "example.com/terms", option, "items.json")
    assert f"Unexpected argument '{option}': `crawl --help` names all options" in only_line(ended)
