"""Old files go only when the rows that point to the new ones outlast a power cut."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from pipelines.formats.surt import urlkey
from pipelines.maintenance.forget import forget
from pipelines.maintenance.merge import compact
from pipelines.maintenance.repair import cut_out
from pipelines.maintenance.verify import Finding, Mend
from pipelines.store.database import open_corpus
from tests.corpora import copied

RUN = "20300101T000000Z-000000"


def _compact(db: Database, corpus: Path) -> object:
    return compact(db, corpus, max_size=1 << 30)


def _forget(db: Database, corpus: Path) -> object:
    return forget(db, corpus, "inkwell-post.example", urlkey, now="2030-01-01T00:00:00Z", run=RUN)


def _repair(db: Database, corpus: Path) -> object:
    [file] = [path.name for path in (corpus / "warc").glob("*.warc.gz")]
    (capture_id,) = db.execute("SELECT capture_id FROM snapshot ORDER BY offset LIMIT 1").fetchone()
    return cut_out(db, corpus, [Finding("damaged", Mend.FETCH, file, (capture_id,))], RUN)


@pytest.mark.parametrize("move", [_compact, _forget, _repair])
def test_rows_are_on_the_disk_before_old_files_go(
    crawled: Path, tmp_path: Path, move: Callable[[Database, Path], object]
) -> None:
    corpus = copied(crawled, tmp_path / "c")
    [old] = (corpus / "warc").glob("*.warc.gz")
    told: list[str] = []

    def tell(statement: str) -> None:
        if statement.startswith(("PRAGMA synchronous =", "UPDATE snapshot SET file = new_file", "COMMIT")):
            told.append(" ".join([*statement.split()[:4], str(old.exists())]))

    with closing(open_corpus(corpus)) as db:
        db.conn.set_trace_callback(tell)
        move(db, corpus)
        db.conn.set_trace_callback(None)
        assert db.execute("PRAGMA synchronous").fetchone() == (1,), "a crawl need not wait for the disk so often"
    start = told.index("PRAGMA synchronous = FULL True")
    assert told[start : start + 4] == [
        "PRAGMA synchronous = FULL True",
        "UPDATE snapshot SET file True",
        "COMMIT True",
        "PRAGMA synchronous = NORMAL True",
    ]
    assert not old.exists()
