"""The news of a run are the difference of `versions` before and after, whatever captures come in whatever order."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.items import DocumentKey
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
                _is_told(news(desk.db, run), held, after)
            _is_told(news(desk.db), held, after)
        desk.close()


def _is_told(told: News, before: set[tuple[str, ...]], after: set[tuple[str, ...]]) -> None:
    keys = ("site", "kind", "variant", "version", "text_digest")
    assert {tuple(each[key] for key in keys) for each in told.versions} == after - before
    assert {(each["site"], each["version"]) for each in told.gone} == {(k[0], k[3]) for k in before - after}
    assert {each["site"] for each in told.documents} == {k[0] for k in after} - {k[0] for k in before}
