import json
from pathlib import Path

from tests.conftest import Run, refusal
from tests.corpora import copied


def test_terms_of_the_sample(crawled: Path, scrapy: Run, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "copy")
    ended = scrapy("terms", CORPUS_DIR=corpus)
    assert ended.code == 0
    [cookies] = [line for line in ended.out.splitlines() if line.startswith("cookies ")]
    assert cookies.split()[1] == "3"
    first = json.loads(scrapy("terms", "--term", "gdpr", "--json", CORPUS_DIR=corpus).out)
    assert first["term"] == "GDPR"
    assert {one["first_timestamp"][:4] for one in first["documents"]} == {"2018"}
    assert "version" in scrapy("terms", "--term", "cookies", CORPUS_DIR=corpus).out
    assert "no term 'magic' in the lexicon" in refusal(scrapy("terms", "--term", "magic", CORPUS_DIR=corpus))


def test_a_lexicon_that_is_broken_is_told_with_its_line(crawled: Path, scrapy: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[[term]]\nname = 'x'\n[term.patterns]\nen = ['(x']\n")
    told = refusal(scrapy("terms", str(tmp_path / "mine.toml"), CORPUS_DIR=crawled))
    assert "mine.toml, line 4: the pattern '(x' of 'x' is broken" in told
    assert "Unexpected argument 'more'" in refusal(scrapy("terms", "a", "more", CORPUS_DIR=crawled))
    assert "no corpus" in refusal(scrapy("terms", CORPUS_DIR=tmp_path / "none"))
    assert not (tmp_path / "none").exists()
