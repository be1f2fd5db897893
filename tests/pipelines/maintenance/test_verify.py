"""Each damage is found, and mended where the bytes are still there."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crawler.jobs.verify import run_repair, run_verify
from pipelines.exceptions import WrongUse
from pipelines.maintenance.verify import Finding, Mend
from pipelines.warc.members import Member, members
from tests.corpora import copied, settings_of, tables, texts


def found(corpus: Path, *, full: bool = False) -> list[Finding]:
    return run_verify(settings_of(corpus), full=full, tell=lambda finding: None)


def mended(corpus: Path, findings: list[Finding], *, accept_losses: bool = False) -> list[Finding]:
    """Repair what was found, and what is still found after it."""
    run_repair(settings_of(corpus), findings, lambda what, done, todo: None, accept_losses=accept_losses)
    return found(corpus)


def warc_of(corpus: Path) -> Path:
    return min((corpus / "warc").glob("*.warc.gz"))


def place(corpus: Path, where: str = "") -> tuple[int, int]:
    """Offset and length of some snapshot's record."""
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        row = db.execute(
            "SELECT offset, length FROM snapshot ORDER BY offset LIMIT 1 OFFSET ?", [int(where or 5)]
        ).fetchone()
    return row[0], row[1]


def execute(corpus: Path, *statements: str) -> None:
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def test_a_whole_corpus_is_well(crawled: Path, tmp_path: Path) -> None:
    assert found(copied(crawled, tmp_path / "c"), full=True) == []


def flip_a_bit(corpus: Path) -> None:
    offset, length = place(corpus)
    data = bytearray(warc_of(corpus).read_bytes())
    data[offset + length // 2] ^= 4
    warc_of(corpus).write_bytes(data)


def cut_the_end(corpus: Path) -> None:
    data = warc_of(corpus).read_bytes()
    offset, length = place(corpus, "30")
    warc_of(corpus).write_bytes(data[: offset + length // 2])


@pytest.mark.parametrize("damage", [flip_a_bit, cut_the_end])
def test_lost_bytes_are_found_and_their_captures_selected_again(
    crawled: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    corpus = copied(crawled, tmp_path / "c")
    damage(corpus)
    findings = found(corpus)
    assert any("warc.gz" in str(finding) for finding in findings)
    assert mended(corpus, findings) == []
    captures = tables(corpus, "capture")["capture"]
    assert len(captures) == len(tables(crawled, "capture")["capture"]), "no capture is forgotten"
    assert any(row[8:11] == ("selected", "archive", "bytes lost") for row in captures)


@pytest.mark.parametrize("remove", [lambda warc: warc_of(warc.parent).unlink(), shutil.rmtree], ids=["file", "folder"])
def test_lost_warc_files_are_found_and_all_of_them_selected_again_where_that_is_asked_for(
    crawled: Path, tmp_path: Path, remove: Callable[[Path], None]
) -> None:
    corpus = copied(crawled, tmp_path / "c")
    remove(corpus / "warc")
    findings = found(corpus)
    assert any("is missing" in str(finding) for finding in findings)
    with pytest.raises(WrongUse, match="lacks 1 of 1 WARC files"):
        mended(corpus, findings)
    assert tables(corpus) == tables(crawled), "a disk may only not be mounted"
    assert texts(corpus) == texts(crawled)
    assert mended(corpus, findings, accept_losses=True) == []
    assert len(tables(corpus, "capture")["capture"]) == len(tables(crawled, "capture")["capture"])
    assert tables(corpus, "document") == tables(crawled, "document")


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE text SET body = body || ' altered' WHERE id = 3"],
        ["DELETE FROM version WHERE number = 2"],
        ["UPDATE version SET title = 'x' WHERE number = 1"],
        ["UPDATE extraction SET failure = 'no text in page' WHERE capture_id = (SELECT min(capture_id) FROM version)"],
        ["DELETE FROM extraction WHERE capture_id IN (SELECT capture_id FROM extraction LIMIT 3)"],
        ["DELETE FROM extraction", "DELETE FROM version", "DELETE FROM snapshot"],
        ["DELETE FROM capture WHERE state = 'not replayed'"],
        ["UPDATE capture SET key_digest = CAST(id AS BLOB) WHERE state = 'not replayed'"],
    ],
    ids=[
        "edited text",
        "lost version",
        "edited version",
        "read and failed",
        "lost readings",
        "lost snapshots",
        "lost captures",
        "mistaken keys",
    ],
)
def test_damaged_rows_are_found_and_made_again(crawled: Path, tmp_path: Path, statements: list[str]) -> None:
    corpus = copied(crawled, tmp_path / "c")
    execute(corpus, *statements)
    findings = found(corpus)
    assert findings
    assert mended(corpus, findings) == []
    assert tables(corpus) == tables(crawled)
    assert texts(corpus) == texts(crawled)


def test_a_damaged_database_file_is_found_and_made_again(crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "c")
    execute(corpus, "PRAGMA wal_checkpoint(TRUNCATE)")
    path = corpus / "corpus.sqlite"
    data = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'capture_by_address'").fetchone()
    data[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    path.write_bytes(data)
    findings = found(corpus)
    assert any("integrity" in str(finding) for finding in findings)
    assert mended(corpus, findings) == []
    assert tables(corpus) == tables(crawled)


def edit(path: Path) -> None:
    path.write_text(path.read_text() + "one more line\n")


def put_beside(path: Path) -> None:
    path.with_name("1999-01-01.txt").write_text("no version of ours\n")


@pytest.mark.parametrize("name", ["text/{}/.2010-01-01.txt.part", "warc/imported/big.warc.gz.part"])
def test_files_that_were_begun_are_removed(crawled: Path, tmp_path: Path, name: str) -> None:
    corpus = copied(crawled, tmp_path / "c")
    folder = min((corpus / "text").glob("*/*/*.txt")).parent.relative_to(corpus / "text")
    path = corpus / name.format(folder)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"half")
    assert found(corpus) == []
    assert not path.exists()


@pytest.mark.parametrize("damage", [edit, Path.unlink, put_beside], ids=["edited", "deleted", "added"])
def test_files_that_are_not_as_exported_are_found_and_written_again(
    crawled: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    corpus = copied(crawled, tmp_path / "c")
    damage(min((corpus / "text").glob("*/*/*.txt")))
    findings = found(corpus)
    assert any(str(finding).startswith("text/") for finding in findings)
    assert mended(corpus, findings) == []
    assert texts(corpus) == texts(crawled)


def test_each_finding_names_what_mends_it(crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "c")
    flip_a_bit(corpus)
    findings = found(corpus)
    assert {finding.mend for finding in findings} == {Mend.FETCH}
    assert len(findings[0].captures) == 1


def test_members_are_where_the_rows_say(crawled: Path) -> None:
    offsets = {one.offset for one in members(warc_of(crawled)) if isinstance(one, Member)}
    assert place(crawled)[0] in offsets
