"""No sign of strangers' words moves a cursor, colours a line or turns it around."""

import logging
import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.formats.terminal import PrintableRecord, complain, printable, say
from tests.conftest import run_scrapy
from tests.crawls.crawling import Crawling
from tests.crawls.holdings import write_sites

HOSTILE = "x\x1b[2J\x07\x7f\x9b31m\u202egnp\u2066\r\nerror: forged"
SHOWN = r"x\x1b[2J\x07\x7f\x9b31m\u202egnp\u2066\r\nerror: forged"


def controls(text: str) -> set[str]:
    """Controls, invisible formats, halves of surrogates and odd line breaks; newline and tab are ours."""
    return {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n", "\t"}


@given(st.text())
def test_what_is_printable_holds_no_controls(text: str) -> None:
    assert controls(printable(text)) == set()
    assert printable(text).isprintable()
    printable(text).encode()  # as it must be to be printed


def test_plain_words_stay_as_they_are() -> None:
    assert printable("http://example.com/žluťoučký 利用規約") == "http://example.com/žluťoučký 利用規約"
    assert printable(HOSTILE) == SHOWN
    assert printable("a\udcff") == r"a\udcff"


def test_a_line_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    say(HOSTILE, "two")
    complain(f"{HOSTILE}\nmend it")
    told = capsys.readouterr()
    assert told.out == f"{SHOWN}\ntwo\n"
    assert controls(told.err) == set()
    assert told.err.endswith("\nmend it\n")


def test_logs_hold_no_controls_nor_do_tracebacks() -> None:
    try:
        raise ValueError(HOSTILE)
    except ValueError as error:
        raised = (ValueError, error, error.__traceback__)
    record = PrintableRecord("a", logging.ERROR, __file__, 1, "cannot read %s", (HOSTILE,), raised)
    text = logging.Formatter("%(levelname)s: %(message)s").format(record)
    assert "ERROR: cannot read x\\x1b[2J" in text
    assert "Traceback" in text
    assert controls(text) == set()


def test_commands_print_no_controls_of_a_hostile_corpus(tmp_path: Path) -> None:
    """Addresses, reasons and names of files; a list with lines that are none."""
    (url,) = write_sites(tmp_path / "holdings", 1, 2)
    targets = tmp_path / "targets.txt"
    targets.write_text(f"{url}\nhttp://exa\x1b[31mmple.com/\u202egnp.html\n\x9b2J\x07\n", "utf-8")
    with EmbeddedArchive(tmp_path / "holdings") as archive:
        crawling = Crawling(tmp_path / "corpus", archive.url, targets, settings={"SELECT": "all"})
        crawled = crawling.run()
    assert r"\x1b[31m" in crawled.err
    strange = f"{HOSTILE}.txt".replace("/", "")
    (crawling.folder / "text" / strange).write_text("not ours")
    (crawling.folder / "warc" / f"{HOSTILE}.warc.gz").write_bytes(b"no gzip")
    with closing(sqlite3.connect(crawling.folder / "corpus.sqlite")) as db, db:
        for name in [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE capture SET state = 'failed', reason = ?", (HOSTILE,))
    told = [crawled]
    for command in (["status"], ["status", "--json"], ["verify", "--full"], ["export"], ["rebuild"]):
        told.append(run_scrapy(*command, CORPUS_DIR=crawling.folder, STATE_DIR=tmp_path / "state"))
    for one in told:
        assert controls(one.out + one.err) == set(), one
    assert r"\x1b[2J" in told[3].out
