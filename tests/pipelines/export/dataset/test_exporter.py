"""What a data set says of itself: true to the corpus, and no word of a stranger's more than a word."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from pipelines.export.dataset.facts import facts_of
from tests.corpora import copied
from tests.desk import Desk
from tests.pipelines.export.views import SITES, exported, files, seen, versions

TITLE = 'Texts: "of all"\n---\nlicense: mit'
ONE_LINE = 'Texts: "of all" --- license: mit'


@pytest.fixture
def dataset(hostile: Path, tmp_path: Path) -> Path:
    exported(hostile, "dataset", tmp_path / "to", order={"title": TITLE, "authors": ("Jane: #1", "B}, title={x")})
    return tmp_path / "to"


def test_the_head_of_the_card_names_files_by_globs(dataset: Path) -> None:
    _, head, card = (dataset / "README.md").read_text().split("---\n", 2)
    assert f"pretty_name: {json.dumps(ONE_LINE)}\n" in head
    assert 'language: ["en"]\nlicense: other\n' in head
    paths = re.findall(r"^    path: (.*)$", head, re.MULTILINE)
    assert paths[0] == "data/versions-*.parquet"
    assert head.count("- split: train\n") == len(paths) == head.count("config_name")
    assert "test.de" not in head
    assert "dev.to" not in head
    assert "11 versions of 2 documents of 2 sites" in card
    assert "\nlicense: mit" not in card


@pytest.mark.parametrize(
    "heading", ["How it was made", "What is missing, and why", "Biases", "Rights and takedown", "Citation", "Columns"]
)
def test_the_card_tells_what_a_reader_must_know(dataset: Path, heading: str) -> None:
    assert f"\n## {heading}\n" in (dataset / "README.md").read_text()


def test_digests_and_numbers_are_true(dataset: Path, hostile: Path) -> None:
    found = files(dataset)
    sums = dict(reversed(line.split("  ", 1)) for line in found["SHA256SUMS"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(content).hexdigest()
        for name, content in found.items()
        if name not in ("SHA256SUMS", "export.json")
    }
    described = json.loads(found["croissant.json"])
    told = {one["contentUrl"]: (one["sha256"], one["contentSize"]) for one in described["distribution"]}
    data = {name: content for name, content in found.items() if name.startswith("data/")}
    assert told == {name: (sums[name], f"{len(content)} B") for name, content in data.items()}
    package = json.loads(found["datapackage.json"])
    assert {one["path"]: one["hash"] for one in package["resources"]} == {name: f"sha256:{sums[name]}" for name in data}
    with seen(hostile) as corpus:
        facts = facts_of(corpus)
    assert (facts.versions, facts.sites, facts.documents) == (len(versions(hostile)), 2, 2)
    assert (facts.first[:4], facts.last[:4]) == ("2004", "2020")


def test_a_citation_has_one_line_a_value(dataset: Path) -> None:
    cited = (dataset / "CITATION.cff").read_text()
    assert f"title: {json.dumps(ONE_LINE)}\n" in cited
    assert '  - name: "Jane: #1"\n' in cited
    assert re.search(r'^date-released: "\d{4}-\d\d-\d\d"$', cited, re.MULTILINE)
    assert "author = {{Jane: #1} and {B, title=x}}" in (dataset / "README.md").read_text()


def test_documents_without_versions_are_told_with_their_reason(hostile: Path, tmp_path: Path) -> None:
    corpus = copied(hostile, tmp_path / "corpus")
    desk = Desk(corpus, *SITES, ("http://gone.example/a", SITES[0][1].__class__("gone.example", "cookie policy")))
    desk.close()
    exported(corpus, "dataset", tmp_path / "to")
    assert "| 1 | open | not listed yet |" in (tmp_path / "to" / "README.md").read_text()
