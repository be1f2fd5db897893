"""A clock that was set back between two runs makes nothing wait for it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.faults import Faults
from tests.crawls.crawling import Crawling
from tests.crawls.holdings import write_sites

LATER = "2199-01-01T00:00:00.000000Z"


def test_what_was_noted_in_the_future_is_due_now(tmp_path: Path) -> None:
    (tmp_path / "targets.txt").write_text("\n".join(write_sites(tmp_path / "holdings", 2, 6)))
    settings = {"SELECT": "all", "RETRY_PATIENCE": 0}
    faults = Faults.of("html-page:1:1")  # every request fails once
    with EmbeddedArchive(tmp_path / "holdings", wrappers=[faults]) as archive:
        crawling = Crawling(tmp_path / "corpus", archive.url, tmp_path / "targets.txt", settings=settings)
        assert crawling.run().code == 1, "the listings failed once"
        _put_off(tmp_path / "corpus", "query")
        assert crawling.run().code == 1, "the replays failed once"
        assert _put_off(tmp_path / "corpus", "capture") > 0
        assert crawling.run().code == 0
    assert set(crawling.rows("SELECT state FROM capture")) == {("duplicate",), ("read",)}


def _put_off(folder: Path, table: str) -> int:
    with closing(sqlite3.connect(folder / "corpus.sqlite")) as db, db:
        return db.execute(f"UPDATE {table} SET next_try = ? WHERE next_try > ''", [LATER]).rowcount  # noqa: S608
