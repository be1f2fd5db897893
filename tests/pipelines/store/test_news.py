"""The news of a run are the difference of `versions` before and after, whatever captures come in whatever order."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.items.captures import DocumentKey
from pipelines.store import runs
from pipelines.store.news import News, news
from tests.desk import Desk, row

KEY = "site, kind, variant, held_timestamp, text_digest"
DOCUMENTS = (("http://shop.example/privacy", "shop.example"), ("http://bell.example/privacy", "bell.example"))
CAPTURES = st.lists(
    st.tuples(st.integers(0, 1), st.integers(2001, 2012), st.sampled_from("ABC")),
    max_size=7,
    unique_by=lambda capture: capture[:2],
)


def _versions(desk: Desk) -> set[tuple[str, ...]]:
    return {tuple(each) for each in desk.db.execute(f"SELECT {KEY} FROM versions")}  # noqa: S608


def _run(desk: Desk, name: str, captures: list[tuple[int, int, str]], seen: set[tuple[int, int]]) -> None:
    runs.begin(desk.db, runs.RunStart(name, "crawl", "2026-01-02T00:00:00Z"))
    for which, year, text in captures:
        if (which, year) not in seen:
            seen.add((which, year))
            url = DOCUMENTS[which][0]
            capture = row(str(year), f"{which} {year} {text}", url)
            desk.listed(capture, url=url)
            desk.plan()
            desk.read(capture, text * 3)
    desk.corpus.derive_waiting()
    runs.finish(desk.db, name, runs.RunEnd("2026-01-02T00:00:01Z", "finished", 0))


Difference = tuple[set[tuple[str, ...]], set[tuple[str, ...]], set[str]]
"""New versions, versions that are no more, and sites of new documents."""


@given(st.lists(CAPTURES, min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_news_are_the_difference_of_versions(all_runs: list[list[tuple[int, int, str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), *((url, DocumentKey(site, "privacy policy")) for url, site in DOCUMENTS))
        seen: set[tuple[int, int]] = set()
        before: dict[str, set[tuple[str, ...]]] = {}
        for number, captures in enumerate(all_runs):
            before[f"run-{number}"] = _versions(desk)
            _run(desk, f"run-{number}", captures, seen)
            after = _versions(desk)
            for run, held in before.items():
                assert _told(news(desk.db, run)) == _difference(held, after)
            assert _told(news(desk.db)) == _difference(before[f"run-{number}"], after)
        desk.close()


def _told(found: News) -> Difference:
    """As the news tell them."""
    keys = ("site", "kind", "variant", "version", "text_digest")
    new = {tuple(each[key] for key in keys) for each in found.versions}
    return new, {(each["site"], each["version"]) for each in found.gone}, {each["site"] for each in found.documents}


def _difference(before: set[tuple[str, ...]], after: set[tuple[str, ...]]) -> Difference:
    """By what the view `versions` holds."""
    gone = {(version[0], version[3]) for version in before - after}
    return after - before, gone, {version[0] for version in after} - {version[0] for version in before}
