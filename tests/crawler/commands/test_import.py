import json
from pathlib import Path

import pytest

from tests.conftest import Run, refusal


@pytest.fixture
def published(crawled: Path, scrapy: Run, tmp_path: Path) -> Path:
    """The sample's texts as the Princeton corpus would publish them."""
    to = tmp_path / "published"
    done = scrapy("export", "--format", "git", "--layout", "princeton", "--to", str(to), CORPUS_DIR=crawled)
    assert done.code == 0, done
    return to


def test_what_we_publish_comes_back_the_same(crawled: Path, published: Path, scrapy: Run, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    ended = scrapy("import", "princeton", str(published), CORPUS_DIR=theirs)
    assert (ended.code, ended.out) == (0, f"23 texts imported into {theirs}\n")
    found = json.loads(scrapy("describe", "--json", "--against", str(theirs), CORPUS_DIR=crawled).out)["against"]
    assert (found["documents_in_both"], found["versions_there"], found["compared"], found["same"]) == (3, 23, 23, 23)
    assert found["least_alike"] == []
    told = scrapy("describe", CORPUS_DIR=theirs).out
    assert "published by others and imported with policy-corpus" in told
    for command in ("verify", "crawl-sample", "compact"):
        assert "was imported from princeton" in refusal(scrapy(command, CORPUS_DIR=theirs))


def test_bad_input(crawled: Path, scrapy: Run, tmp_path: Path) -> None:
    none = tmp_path / "none"
    assert "import princeton|ota FOLDER" in refusal(scrapy("import", "harvard", "x", CORPUS_DIR=none))
    assert "is no folder" in refusal(scrapy("import", "ota", str(tmp_path / "x"), CORPUS_DIR=none))
    assert not none.exists()
    assert "no corpus in" in refusal(scrapy("describe", "--against", str(none), CORPUS_DIR=crawled))
