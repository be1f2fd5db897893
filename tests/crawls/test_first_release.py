"""Corpora of release 0.1.0, one finished and one killed in the middle: opened, brought up, verified and crawled again.

What 0.1.0 itself asks for and exports is in the fixture (see `tests/fixtures/make_first_release.py`). It differs by
intention in four things, each named here: texts that the present reader reads anew (of `PDF_TEXTS` it joins lines), the
second address of the policy, whose document is found to be the first one's (`SECOND_ADDRESS`), a redirect that is
counted among the captures of the document that moved (`WITH_A_MOVE`), and columns of the manifest that 0.1.0 did not
have (`NEW_COLUMNS`).
"""

import json
import tarfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.extraction.version import reader_version
from pipelines.store.database import open_corpus
from tests.conftest import FAST, Ended, made_once, refusal, run_scrapy
from tests.corpora import copied
from tests.fixtures.make_first_release import AGAIN, PACKED, asked, exported

PDF_TEXTS = {f"quill-mail.example/privacy-policy/{day}.txt" for day in ("2009-11-24", "2011-04-01")}
SECOND_ADDRESS = "quill-mail.example/privacy-policy-docs-privacy-policy-pdf/"
WITH_A_MOVE = "saltmarsh-lamps.example/privacy-policy/2021-04-05.txt"
NEW_COLUMNS = {"archive", "second_in_text", "stated_date", "stated_in", "text_in_second"}
READ_AGAIN = "are read again before anything is asked"


@pytest.fixture(scope="session")
def first_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed: work on a copy."""

    def unpack(folder: Path) -> None:
        with tarfile.open(PACKED) as pack:
            pack.extractall(folder, filter="data")

    return made_once("first-release", unpack, tmp_path_factory)


def crawled_again(first_release: Path, corpus: Path) -> tuple[Ended, dict[str, int]]:
    with EmbeddedArchive(first_release / "archive") as archive:
        given = {"CORPUS_DIR": corpus, "STATE_DIR": corpus / "state", "WAYBACK_URL": archive.url}
        targets = f"targets={first_release / 'targets.csv'}"
        ended = run_scrapy("crawl", "policies", "-a", targets, **given, **FAST, **AGAIN)
        return ended, asked(archive.requests)


def expected(first_release: Path, name: str) -> Any:
    return json.loads((first_release / "expected.json").read_text("utf-8"))[name]


def manifest(corpus: Path) -> list[dict[str, Any]]:
    lines = (corpus / "text" / "manifest.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def differing(ours: dict[str, str], its: dict[str, str]) -> set[str]:
    return {path for path in ours.keys() | its.keys() if ours.get(path) != its.get(path)}


def same(requests: dict[str, int]) -> Counter[str]:
    """Of http and https that one which came first is asked for, and stands for both."""
    counts: Counter[str] = Counter()
    for path, times in requests.items():
        counts[path.replace("id_/https://", "id_/http://")] += times
    return counts


def read_by_us(corpus: Path) -> None:
    """Let the readings be those of the present reader, so that nothing has changed but the house they are in."""
    with closing(open_corpus(corpus)) as db:
        [old] = [reader for (reader,) in db.execute("SELECT reader FROM reader")]
        db.execute("INSERT INTO reader (reader) VALUES (?)", [reader_version()])
        for table in ("extraction", "version"):
            db.execute(f"UPDATE {table} SET reader = ? WHERE reader = ?", [reader_version(), old])  # noqa: S608
        db.execute("DELETE FROM reader WHERE reader = ?", [old])
        db.conn.commit()


def test_the_move_alone_reads_nothing_again_asks_for_nothing_more_and_exports_the_same(
    first_release: Path, tmp_path: Path
) -> None:
    corpus, its = copied(first_release / "finished", tmp_path / "corpus"), expected(first_release, "finished")
    before = [line for line in manifest(corpus) if not line["path"].startswith(SECOND_ADDRESS)]
    read_by_us(corpus)
    ended, requests = crawled_again(first_release, corpus)
    assert ended.code == 0, ended
    assert READ_AGAIN not in ended.err
    assert same(requests) == same(its["asked"])
    second = {path for path in its["exported"] if path.startswith(SECOND_ADDRESS)}
    assert differing(exported(corpus), its["exported"]) == {"manifest.jsonl"} | second
    for line in (after := manifest(corpus)):
        assert line.keys() >= NEW_COLUMNS
        line["captures_listed"] -= line["path"] == WITH_A_MOVE
        line["reader"] = before[0]["reader"]
    assert [{name: value for name, value in line.items() if name not in NEW_COLUMNS} for line in after] == before


@pytest.mark.parametrize("name", ["finished", "killed"])
def test_a_newer_reader_reads_what_is_held_and_asks_for_nothing_more(
    first_release: Path, tmp_path: Path, name: str
) -> None:
    corpus, its = copied(first_release / name, tmp_path / "corpus"), expected(first_release, name)
    looked = run_scrapy("status", CORPUS_DIR=corpus)
    assert "has an older layout: run a crawl or rebuild once to bring it up" in refusal(looked)
    ended, requests = crawled_again(first_release, corpus)
    assert (ended.code, READ_AGAIN in ended.err, same(requests)) == (0, True, same(its["asked"])), ended
    second = {path for path in its["exported"] if path.startswith(SECOND_ADDRESS)}
    ours = exported(corpus)
    assert ours.keys() == its["exported"].keys() - second
    assert (
        differing(ours, its["exported"]) >= {"manifest.jsonl"} | PDF_TEXTS
    )  # what else reads anew, the golden pages tell
    verified = run_scrapy("verify", CORPUS_DIR=corpus, READERS=1)
    assert (verified.code, verified.out) == (0, "all is well\n"), verified
