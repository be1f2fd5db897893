"""The parts of `make bench` that need no crawl, small: that they measure what they say."""

from contextlib import closing
from pathlib import Path

from pipelines.extraction.reader import read
from pipelines.items.readings import Page
from pipelines.store.database import open_for_reading
from tests.bench import big_corpus, exporting
from tests.bench.crawling import one_after_the_other, served
from tests.bench.holdings import addresses, generate
from tests.bench.listing import PAGE_ROWS, rows_a_second


def test_every_row_of_a_listing_comes_into_the_ledger(tmp_path: Path) -> None:
    assert rows_a_second(tmp_path, PAGE_ROWS + 10) > 0
    with closing(open_for_reading(tmp_path)) as db:
        assert db.execute("SELECT rows, pages, state FROM query").fetchall() == [(PAGE_ROWS + 10, 2, "done")]


def test_generated_pages_are_served_and_read_as_policies(tmp_path: Path) -> None:
    generate(tmp_path, documents=2, captures=4)
    assert addresses(tmp_path) == [f"https://www.site{number}.example/privacy" for number in range(2)]
    paths = [f"/web/{year}0601120000id_/https://www.site0.example/privacy" for year in range(2005, 2009)]
    with served(tmp_path) as base:
        assert one_after_the_other(base, paths) > 0


def test_a_generated_page_is_read_whole() -> None:
    from tests.bench.holdings import _page

    reading = read(Page(_page(["Some words about data."] * 60, "x").encode(), "https://a.example/", "20050601120000"))
    assert reading.body.count("Some words about data.") == 60


def test_invented_versions_are_exported_and_measured(tmp_path: Path) -> None:
    exporting.make(tmp_path / "corpus", exporting.A_DOCUMENT)
    measured = exporting.measure(tmp_path / "corpus", "csv", tmp_path / "to")
    assert measured.size > exporting.A_DOCUMENT * 2000
    assert (tmp_path / "to" / "versions.csv").read_text().count("Privacy Policy") == exporting.A_DOCUMENT


def test_a_large_corpus_is_as_a_crawl_leaves_it(tmp_path: Path) -> None:
    big_corpus.make(tmp_path, 2 * big_corpus.A_DOCUMENT)
    assert big_corpus.captures_of_one_site(tmp_path) > 0
    with closing(open_for_reading(tmp_path)) as db:
        assert db.execute("SELECT outcome, captures, versions FROM documents").fetchall() == [("read", 250, 25)] * 2
