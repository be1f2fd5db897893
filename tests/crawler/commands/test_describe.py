import json
from pathlib import Path

import pytest

from tests.conftest import Run, refusal
from tests.corpora import copied
from tests.desk import Desk


def test_a_corpus_in_figures(crawled: Path, scrapy: Run, tmp_path: Path) -> None:
    ended = scrapy("describe", "--json", "--plots", str(tmp_path / "plots"), CORPUS_DIR=crawled)
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert (found["documents"], found["versions"], found["targets"]) == (3, 23, {"read": 3, "blocked": 1, "same": 1})
    assert set(found["ease_languages"]) == {"de", "en"}
    assert found["methods"].count("web.archive.org") == 1
    assert len([*(tmp_path / "plots").glob("*.svg")]) == 6
    markdown = scrapy("describe", "--format", "markdown", "--site", "inkwell-post.example", CORPUS_DIR=crawled).out
    assert "selected by --site inkwell-post.example" in markdown
    assert "| versions | 8 |" in markdown


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--site", "nobody.example"), "No version fits --site nobody.example"),
        (("--gap-days", "0"), "--gap-days 0 cannot be used"),
        (("--since", "soon"), "is no day"),
        (("more",), "Unexpected argument 'more'"),
    ],
)
def test_what_cannot_be_described_is_told(crawled: Path, scrapy: Run, options: tuple[str, ...], why: str) -> None:
    assert why in refusal(scrapy("describe", *options, CORPUS_DIR=crawled))


def test_plots_that_cannot_be_written_are_told(crawled: Path, scrapy: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "Cannot write plots" in refusal(scrapy("describe", "--plots", str(tmp_path / "file"), CORPUS_DIR=crawled), 5)


def test_an_empty_corpus_has_nothing_to_describe(desk: Desk, scrapy: Run) -> None:
    assert "no versions to describe yet" in refusal(scrapy("describe", CORPUS_DIR=desk.folder))


def test_families_of_the_sample(crawled: Path, scrapy: Run, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "copy")
    ended = scrapy("families", "--json", CORPUS_DIR=corpus)
    assert json.loads(ended.out) == {"texts": 22, "least": 0.9, "families": []}
    assert scrapy("families", CORPUS_DIR=corpus).out.startswith("0 families over several sites among 22 texts")
    assert "FAMILY_JACCARD" in refusal(scrapy("families", CORPUS_DIR=corpus, FAMILY_JACCARD="0.1"))
    assert "no corpus" in refusal(scrapy("families", CORPUS_DIR=tmp_path / "none"))
    assert not (tmp_path / "none").exists()
