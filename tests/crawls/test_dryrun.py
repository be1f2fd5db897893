"""`crawl --dry-run`: what it tells comes true, and it leaves no trace."""

import re
from pathlib import Path

import pytest

from crawler.jobs.estimate import FETCHED_A_DOCUMENT
from crawler.local_archive.embedded import EmbeddedArchive
from crawler.selection.plan import CHOICES
from tests.conftest import FAST, Ended, Run
from tests.corpora import copied, unmarked

NOWHERE = "http://127.0.0.1:9"
PURPOSES = ["cdx domain", "cdx home page", "cdx address", "replay home page", "replay document"]


def told(ended: Ended) -> dict[str, tuple[str, str]]:
    """Least and most of each purpose."""
    found = re.findall(r"^ +([\d,]+)(?: to ([\d,]+))? ((?:cdx|replay) [a-z ]+)(?: \(|$)", ended.out, re.M)
    return {purpose: (least, most or least) for least, most, purpose in found}


def trace(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*")}


def dry(scrapy: Run, targets: object, **settings: object) -> Ended:
    return scrapy("crawl", "policies", "-a", f"targets={targets}", "--dry-run", WAYBACK_URL=NOWHERE, **settings)


def test_of_a_corpus_that_is_not_there_it_makes_none(scrapy: Run, tmp_path: Path) -> None:
    targets = tmp_path / "targets.txt"
    targets.write_text("harbourlight.example\nhttp://www.inkwell.example/privacy\nhttp://www.waldkauz.example/d\n")
    ended = dry(scrapy, targets)
    assert (ended.code, ended.err) == (0, "")
    assert list(told(ended)) == PURPOSES
    assert told(ended) == {
        "cdx domain": ("1", "1"),
        "cdx home page": ("1", "1"),
        "cdx address": ("2", "3"),
        "replay home page": ("0", "40"),
        "replay document": ("0", "75"),
    }
    assert "  0 to 75 replay document (assumed: 25 a document)\n" in ended.out
    assert re.search(r"^  replay: 0\.0 to 0\.7 min at 160 a minute$", ended.out, re.M)
    assert [path.name for path in tmp_path.iterdir()] == ["targets.txt"]


@pytest.mark.parametrize("settings", [{"SELECT": "half-year"}, {"SELECT": "all", "SELECT_CAP": 40}])
def test_what_is_assumed_goes_by_what_is_selected(scrapy: Run, settings: dict[str, object]) -> None:
    ended = dry(scrapy, "http://www.inkwell.example/privacy", **settings)
    assert told(ended)["replay document"] == ("0", "40")
    assert "replay home page\n" in ended.out, "nothing is assumed where nothing is to be asked"


def test_what_is_assumed_is_known_for_every_choice() -> None:
    assert set(FETCHED_A_DOCUMENT) == set(CHOICES)


def test_after_a_crawl_nothing_is_left_to_ask_and_nothing_is_touched(
    scrapy: Run, crawled: Path, sample: Path, tmp_path: Path
) -> None:
    unmarked(copied(crawled, tmp_path / "corpus"))
    before = trace(tmp_path)
    ended = dry(scrapy, sample / "targets.txt")
    assert list(told(ended)) == PURPOSES
    assert set(told(ended).values()) == {("0", "0")}
    assert trace(tmp_path) == before


def test_what_it_told_of_known_listings_comes_true(
    scrapy: Run, archive: EmbeddedArchive, sample: Path, tmp_path: Path
) -> None:
    targets = sample / "targets.txt"
    scrapy("crawl", "policies", "-a", f"targets={targets}", WAYBACK_URL=archive.url, SELECT="first-last", **FAST)
    known = {name: dry(scrapy, targets, SELECT=name) for name in ("all", "changes")}
    assert {name: set(told(ended)) for name, ended in known.items()} == {name: set(PURPOSES) for name in known}
    before = archive.requests.count("replay")
    scrapy("crawl", "policies", "-a", f"targets={targets}", WAYBACK_URL=archive.url, SELECT="changes", **FAST)
    needed = archive.requests.count("replay") - before
    least, most = map(int, told(known["changes"])["replay document"])
    assert 0 < least <= needed
    assert told(known["all"])["replay document"] == (str(most), str(most))


def test_new_targets_are_reckoned_by_what_others_took(scrapy: Run, crawled: Path, tmp_path: Path) -> None:
    unmarked(copied(crawled, tmp_path / "corpus"))
    more = tmp_path / "more.txt"
    more.write_text("".join(f"http://site{number}.example/privacy\n" for number in range(48)))
    ended = dry(scrapy, more)
    assert told(ended)["cdx address"][0] == "48"
    assert int(told(ended)["replay document"][1]) > 48
    assert "assumed" not in ended.out
    assert re.search(r"^  cdx: (2\.\d|[3-9]\.\d).* min at 24 a minute$", ended.out, re.M)
    assert "at 160 a minute" in ended.out  # four connections at 1.5 s bring no more, whatever is allowed


def test_a_rate_that_the_archive_does_not_allow_is_not_reckoned_with(scrapy: Run) -> None:
    archive = {"WAYBACK_URL": "https://web.archive.org", "CONTACT": "me@example.org"}  # which a dry run does not ask
    ended = scrapy(
        "crawl", "policies", "-a", "targets=example.com/privacy", "--dry-run", WAYBACK_CDX_PER_MINUTE=30, **archive
    )
    [warning] = ended.err.splitlines()
    assert "WAYBACK_CDX_PER_MINUTE=30 is above what the archive allows; it is 25.5 now" in warning


def test_a_target_list_that_cannot_be_used_is_refused(scrapy: Run, tmp_path: Path) -> None:
    ended = dry(scrapy, "no such list")
    assert ended.code == 2
    assert ended.err.startswith("error: ")
