"""`site`, as a user types it."""

from pathlib import Path

import pytest

from tests.conftest import Run, refusal


def test_a_corpus_is_published(crawled: Path, scrapy: Run, tmp_path: Path) -> None:
    to = tmp_path / "site"
    ended = scrapy("site", "--to", str(to), "--title", "Policies of the sample", CORPUS_DIR=crawled)
    assert (ended.code, ended.out) == (0, f"{ended.out.split()[0]} files, {ended.out.split()[0]} written, 0 removed\n")
    assert "Policies of the sample" in (to / "index.html").read_text()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "--to DIR"),
        (["extra", "--to", "x"], "Unexpected argument 'extra'"),
        (["--to", "x", "--url", "policies.example"], "--url 'policies.example' is no address"),
        (["--to", "x", "--url", "https://a.example/?q"], "is no address"),
    ],
)
def test_bad_input_gets_one_sentence(args: list[str], said: str, crawled: Path, scrapy: Run) -> None:
    assert said in refusal(scrapy("site", *args, CORPUS_DIR=crawled))


def test_a_folder_that_is_no_corpus_is_told(scrapy: Run, tmp_path: Path) -> None:
    assert "There is no corpus" in refusal(scrapy("site", "--to", str(tmp_path / "to")))
