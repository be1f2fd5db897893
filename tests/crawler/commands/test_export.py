import re
from pathlib import Path

import pytest

from pipelines.warc.lock import only_run
from tests.conftest import Run, refusal
from tests.desk import Desk, row
from tests.fixtures.make_sample_export import texts_of


@pytest.fixture
def told(desk: Desk) -> Desk:
    desk.listed(row("2004"), row("2005"))
    desk.plan()
    desk.read(row("2004"), "A")
    desk.read(row("2005"), "B")
    desk.corpus.derive_waiting()
    return desk


def test_an_export_says_what_it_did(told: Desk, scrapy: Run, tmp_path: Path) -> None:
    ended = scrapy("export", CORPUS_DIR=told.folder)
    assert (ended.code, ended.out, ended.err) == (0, "2 files, 2 written, 0 removed\n", "")
    again = scrapy("export", CORPUS_DIR=told.folder)
    assert again.out == "2 files, 0 written, 0 removed\n"
    elsewhere = scrapy("export", "--to", str(tmp_path / "elsewhere"), CORPUS_DIR=told.folder)
    assert elsewhere.out == "2 files, 2 written, 0 removed\n"
    assert texts_of(tmp_path / "elsewhere") == texts_of(told.folder / "text")


def test_documents_whose_changes_are_not_settled_are_left_out(told: Desk, scrapy: Run) -> None:
    told.ledger.set_open(1, True)
    assert scrapy("export", CORPUS_DIR=told.folder).out.startswith("0 files")
    assert scrapy("export", "--include", "open", CORPUS_DIR=told.folder).out == "2 files, 2 written, 0 removed\n"
    first, second = scrapy("export", CORPUS_DIR=told.folder).out.splitlines()
    assert first == "0 files, 0 written, 0 removed"
    assert second.startswith("2 files more stay as an export before this one left them: changes of their documents are")


def test_links_name_the_public_archive(told: Desk, scrapy: Run) -> None:
    scrapy("export", CORPUS_DIR=told.folder, WAYBACK_URL="http://127.0.0.1:8390")
    texts = texts_of(told.folder / "text").values()
    assert all(b"(https://web.archive.org/web/" in text and b"127.0.0.1" not in text for text in texts)


@pytest.mark.parametrize("settings", [{"EXPORT_STYLE": "oulipo"}, {"WAYBACK_PUBLIC_URL": "archive"}])
def test_wrong_settings_are_told(told: Desk, scrapy: Run, settings: dict[str, str]) -> None:
    ended = scrapy("export", CORPUS_DIR=told.folder, **settings)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: ")
    assert "Traceback" not in ended.err


def test_a_place_that_cannot_be_written_is_told(told: Desk, scrapy: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = scrapy("export", "--to", str(tmp_path / "file"), CORPUS_DIR=told.folder)
    assert ended.code == 5
    assert ended.err.startswith("error: Cannot export to")


def test_tables_of_a_selection(told: Desk, scrapy: Run, tmp_path: Path) -> None:
    to = str(tmp_path / "tables")
    selected = ("export", "--format", "csv", "--to", to, "--site", "shop.example", "--as-of", "2004-06-01")
    ended = scrapy(*selected, CORPUS_DIR=told.folder)
    assert (ended.code, ended.out, ended.err) == (0, "5 files, 5 written, 0 removed\n", "")
    assert (tmp_path / "tables" / "versions.csv").read_text().count("\nshop.example,") == 1
    assert scrapy(*selected, CORPUS_DIR=told.folder).out == "5 files, 0 written, 0 removed\n"


def test_texts_of_a_selection_go_elsewhere(told: Desk, scrapy: Run, tmp_path: Path) -> None:
    ended = scrapy("export", "--until", "2004", "--to", str(tmp_path / "some"), CORPUS_DIR=told.folder)
    assert ended.out == "1 file, 1 written, 0 removed\n"
    assert "give --to" in refusal(scrapy("export", "--until", "2004", CORPUS_DIR=told.folder))


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--format", "parket", "--to", "x"), "did you mean parquet"),
        (("--format", "csv"), "needs --to"),
        (("--format", "csv", "--to", "x", "--site", "nobody.example"), "No version fits --site nobody.example"),
        (("--format", "csv", "--to", "x", "--since", "yesterday"), "is no day"),
        (("--format", "jsonl", "--to", "."), "holds something else"),
    ],
)
def test_what_cannot_be_exported_is_told(told: Desk, scrapy: Run, options: tuple[str, ...], why: str) -> None:
    assert re.search(why, refusal(scrapy("export", *options, CORPUS_DIR=told.folder)))


def test_a_corpus_that_is_written_is_told(told: Desk, scrapy: Run, tmp_path: Path) -> None:
    with only_run(told.folder):
        ended = scrapy("export", "--format", "csv", "--to", str(tmp_path / "to"), CORPUS_DIR=told.folder)
    assert "is being written by process" in refusal(ended, 3)
    assert not (tmp_path / "to").exists()
