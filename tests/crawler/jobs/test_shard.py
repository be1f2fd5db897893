"""Lists split by site: nothing is lost, no site is in two, and what is split again stays."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.jobs.shard import CATALOGUE, shard_of, split
from crawler.targets.target_list import BadLine, read_targets
from pipelines.exceptions import WrongUse
from pipelines.store.catalogue import shards_in
from tests.conftest import Run

LINES = [
    "http://a.example/privacy",
    "b.example",
    "http://www.a.example/terms?x=1",
    "http://a.example/privacy",
    "blog.b.example",
    "shop.blogspot.com",
    "other.blogspot.com",
    "http://c.example/privacy",
    "https://c.example/legal/privacy",
    "https://c.example/privacy-notice",
]


def targets(path: Path) -> list[tuple[object, ...]]:
    found = read_targets(str(path))
    return [(one.url, one.document, one.discover) for one in found if not isinstance(one, BadLine)]


def split_list(folder: Path, lines: list[str], shards: int) -> tuple[list[list[tuple[object, ...]]], list[str]]:
    source = folder / "list.txt"
    source.write_text("".join(f"{line}\n" for line in lines))
    said: list[str] = []
    split(str(source), shards, folder / "to", kind="privacy policy", complain=said.append)
    lists = [path for path in sorted((folder / "to").glob("*.csv")) if path.read_text().count("\n") > 1]
    return [targets(path) for path in lists], said


@given(lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=20), shards=st.integers(1, 7))
def test_the_lists_hold_what_the_whole_holds_and_no_site_is_in_two(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], shards: int
) -> None:
    folder = tmp_path_factory.mktemp("split")
    lists, _ = split_list(folder, lines, shards)
    assert sorted(map(repr, targets(folder / "list.txt"))) == sorted(repr(one) for each in lists for one in each)
    sites = [{one[1].site for one in each} for each in lists]  # type: ignore[attr-defined]
    assert sum(map(len, sites)) == len(set().union(*sites))


def test_lines_that_are_no_targets_are_told_and_kept_for_a_crawl_to_tell(tmp_path: Path) -> None:
    _, said = split_list(tmp_path, [*LINES, "http://", "ftp://x.example/"], 2)
    assert [line.partition(":")[0] for line in said] == ["list.txt, line 11", "list.txt, line 12"]
    assert len([one for one in read_targets(str(tmp_path / "to/shard-1.csv")) if isinstance(one, BadLine)]) == 2


def test_a_site_stays_in_its_shard(tmp_path: Path) -> None:
    split_list(tmp_path, LINES[:3], 3)
    split_list(tmp_path, LINES, 3)
    assert [path.name for path in shards_in(tmp_path / "to" / CATALOGUE)] == ["shard-1", "shard-2", "shard-3"]
    assert shard_of("a.example", 3) == shard_of("a.example", 3)
    with pytest.raises(WrongUse, match="--into 3"):
        split_list(tmp_path, LINES, 4)
    assert not list((tmp_path / "to").glob("shard-4*"))


@pytest.mark.parametrize("shards", [-1, 501])
def test_a_number_of_shards_that_cannot_be_is_refused(tmp_path: Path, shards: int) -> None:
    with pytest.raises(WrongUse, match="from 1 to 500"):
        split_list(tmp_path, LINES, shards)


def test_the_command_tells_what_it_made(scrapy: Run, tmp_path: Path) -> None:
    source = tmp_path / "sites.txt"
    source.write_text("\n".join(LINES))
    ended = scrapy("shard", str(source), "--into", "2", "--to", str(tmp_path / "to"))
    assert ended.code == 0
    assert "9 targets in 2 lists" in ended.out
    assert "catalogue.toml" in ended.out
    status = scrapy("status", CORPUS_DIR=tmp_path / "to" / CATALOGUE)
    assert (status.code, status.out) == (2, "")
    assert "where there is no corpus" in status.err


def test_what_works_on_one_corpus_refuses_a_catalogue(scrapy: Run, tmp_path: Path) -> None:
    (tmp_path / CATALOGUE).write_text("catalogue = 1\nshards = ['a']\n")
    ended = scrapy("verify", CORPUS_DIR=tmp_path / CATALOGUE)
    assert (ended.code, ended.out) == (2, "")
    assert "name the folder of one corpus" in ended.err
