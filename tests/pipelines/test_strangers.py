"""What strangers' files and odd lines say rules nothing, and ends nothing in a traceback."""

import json
import os
import random
from contextlib import closing
from pathlib import Path

import pytest

from crawler.rebuilding import Request, run_rebuild
from crawler.verifying import run_verify
from pipelines.store import journal, typed
from pipelines.store.database import open_corpus
from pipelines.store.warc import WarcWriter
from tests.corpora import copied, settings_of, tables, texts

RUN = "20990101T000000Z-0000ff"
ODD = [1 << 70, -1, 1.5, None, [], {}, "a\0b", "\ud800", True, "x" * 50, [["a"]], 1e308]
LINES: list[dict[str, object]] = [
    {"capture": ["20200101000000", "http://a.example/", "D", "200"], "archive": "h", "urlkey": "k", "mimetype": "m",
     "length": "1", "state": "read", "stage": "", "reason": "", "transient": 0, "attempts": 0, "next_try": None,
     "same_as": None},
    {"document": ["a.example", "privacy policy", ""], "url": "u", "discover": 0, "found": 0, "active": 1, "open": 0,
     "addresses": [["k", "", "99999999999999", "u", "given"]]},
    {"evidence": ["a.example", "privacy policy", "20200101000000", "given", "a", "v", 1.0]},
    {"forgotten": "a.example", "since": "2026-01-01T00:00:00Z"},
]  # fmt: skip


def odd_lines(count: int) -> list[str]:
    """Lines with one odd value each."""
    dice, found = random.Random(10), []
    for _ in range(count):
        line = json.loads(json.dumps(dice.choice(LINES)))
        line[dice.choice(list(line))] = dice.choice(ODD)
        found.append(json.dumps(line))
    return found


def test_whole_lines_are_taken_and_odd_ones_are_named() -> None:
    assert all(typed.line(json.dumps(line)) for line in LINES)
    found = list(journal.checked_lines("\n".join([*odd_lines(500), "[" * 100_000, "1" * 5000, "{", '{"other": 1}'])))
    assert sum(isinstance(line, journal.BadLine) for line in found) > 300
    assert all(isinstance(line, journal.BadLine) for line in found[-4:])


def rebuild(folder: Path, *sources: Path) -> None:
    run_rebuild(settings_of(folder), Request(sources=[str(one) for one in sources]), lambda what, done, todo: None)


@pytest.fixture
def corpus(crawled: Path, tmp_path: Path) -> Path:
    return copied(crawled, tmp_path / "corpus")


def test_odd_lines_of_a_journal_change_no_text(corpus: Path) -> None:
    before = texts(corpus)
    lines = [line for line in odd_lines(60) if "forgotten" not in line]
    with WarcWriter(corpus / "warc", RUN) as writer:
        writer.write_journal("\n".join([*lines, '{"forgotten": 7, "since": ""}']) + "\n")
    rebuild(corpus)
    assert texts(corpus) == before
    told: list[str] = []
    run_verify(settings_of(corpus), full=False, tell=lambda finding: told.append(str(finding)))
    assert any(f"{RUN}-00001.warc.gz: line " in line for line in told)


def test_a_strangers_file_of_a_name_like_ours_rules_nothing(corpus: Path, tmp_path: Path) -> None:
    before, sites = texts(corpus), {row[0] for row in tables(corpus, "document")["document"]}
    with WarcWriter(tmp_path / "theirs", RUN) as writer:
        writer.write_journal("".join(journal.as_text({"forgotten": site, "since": ""}) for site in sites))
    rebuild(corpus, tmp_path / "theirs")
    assert [path.name for path in (corpus / "warc/imported").iterdir()] == [f"{RUN}-00001.warc.gz"]
    assert texts(corpus) == before
    with closing(open_corpus(corpus)) as db:
        assert db.execute("SELECT count(*) FROM forgotten").fetchone() == (0,)


def test_what_is_called_a_warc_file_and_is_none_is_named(corpus: Path) -> None:
    before = texts(corpus)
    (corpus / "warc/gone.warc").symlink_to("nowhere")
    os.mkfifo(corpus / "warc/pipe.warc")
    (corpus / "warc/folder.warc").mkdir()
    Path(os.fsdecode(os.fsencode(corpus / "warc") + b"/\xff.warc")).write_bytes(b"")
    rebuild(corpus)
    assert texts(corpus) == before
    told: list[str] = []
    run_verify(settings_of(corpus), full=False, tell=lambda finding: told.append(str(finding)))
    assert told == [
        "warc/\\udcff.warc: its name is not UTF-8: rename it",
        "warc/gone.warc: the link leads nowhere",
        "warc/pipe.warc: it is no file",
    ]
