"""`status`, the views and `targets` agree, whatever became of a corpus."""

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from pipelines.formats.surt import urlkey
from pipelines.items import DocumentKey, Failure, Query, State, Target
from pipelines.store.database import open_for_reading
from pipelines.store.moves import Moves
from pipelines.store.summary import summarise
from tests.conftest import Run
from tests.desk import ARCHIVE, SHOP, URL, Desk, row

PAGES = [f"http://shop.example/page{number}" for number in range(4)]
KEYS = [DocumentKey("shop.example", "privacy policy", f"page{number}" if number else "") for number in range(4)]
FATES = ["nothing", "empty", "blocked", "failed listing", "read", "failed", "selected", "404"]


def assert_agree(db: Database) -> None:
    summary = summarise(db)
    captures = list(db.query("SELECT * FROM captures"))
    keys = {
        tuple(one[name] for name in ("archive", "timestamp", "original", "digest", "statuscode")) for one in captures
    }
    assert len(captures) == len(keys) == summary.captures
    for state, count in summary.states.items():
        assert sum(one["state"] == state for one in captures) == count
    documents = list(db.query("SELECT * FROM documents"))
    assert len(documents) == summary.documents
    assert sum(one["versions"] for one in documents) == summary.versions
    assert db.execute("SELECT count(*) FROM versions").fetchone() == (summary.versions,)
    targets = list(db.query("SELECT * FROM targets"))
    assert len(targets) == sum(summary.targets.values())
    known = {(one["site"], one["kind"], one["variant"]): one for one in documents}
    for target in targets:
        if target["outcome"] in ("same", "forgotten", "unusable"):
            assert (target["captures"], target["versions"]) == (0, 0)
            continue
        document = known[target["site"], target["kind"], target["variant"]]
        assert all(target[name] == document[name] for name in ("outcome", "reason", "captures", "versions"))
        [(count,)] = db.execute(
            "SELECT count(*) FROM document_captures WHERE site = ? AND kind = ? AND variant = ?",
            [target["site"], target["kind"], target["variant"]],
        )
        assert count == target["captures"]


def settle(desk: Desk, number: int, fate: str) -> None:
    url = PAGES[number]
    if fate in ("empty", "blocked"):
        desk.listed(url=url, outcome=fate)
    elif fate == "failed listing":
        desk.listings.fail(Query(url), Failure("listing", "archive trouble"), None)
    elif fate != "nothing":
        one = row("2004", f"text {number}", url, status="404" if fate == "404" else "200")
        desk.listed(one, row("2005", f"text {number}", url), url=url)
        desk.plan("first-last")
        if fate == "read":
            desk.read(one, f"text {number}")
        elif fate == "failed":
            desk.ledger.fail(one, State.FAILED, Failure("replay", "not archived"), None)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), min_size=1), min_size=1, max_size=3), st.data())
def test_random_corpora_agree(lists: list[list[int]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for name, numbers in enumerate(lists):
            lines = [Target(PAGES[n], KEYS[n], source=f"{name}.txt:{at}") for at, n in enumerate(numbers, 1)]
            bad = Target("::", DocumentKey("", ""), source=f"{name}.txt:99", problem="not a URL")
            desk.ledger.register([*lines, bad], urlkey, f"digest {name}")
            desk.listings.open_for_addresses("", "")
            for number in sorted(set(numbers)):
                settle(desk, number, data.draw(st.sampled_from(FATES)))
        ids = [number for (number,) in desk.db.execute("SELECT id FROM document WHERE variant <> ''")]
        if len(ids) > 1 and data.draw(st.booleans()):
            Moves(desk.db, ARCHIVE).join(ids[1], ids[0])
        desk.corpus.derive_waiting()
        assert_agree(desk.db)
        desk.close()


def test_a_line_that_turned_out_to_be_an_earlier_one_refers_to_it(desk: Desk) -> None:
    desk.ledger.register(
        [Target(PAGES[0], KEYS[0], source="list.txt:1"), Target(PAGES[1], KEYS[1], source="list.txt:2")],
        urlkey,
        "digest",
    )
    first, second = (desk.db.execute("SELECT id FROM document WHERE url = ?", [url]).fetchone()[0] for url in PAGES[:2])
    Moves(desk.db, ARCHIVE).join(second, first)
    told = "SELECT variant, outcome, reason FROM targets WHERE list = 'list.txt' AND line = 2"
    assert list(desk.db.execute(told)) == [("", "same", "one document with line 1 of list.txt")]
    desk.ledger.register([Target(PAGES[1], KEYS[1], source="new.txt:1")], urlkey, "other")
    assert list(desk.db.execute("SELECT url FROM document WHERE active")) == [(PAGES[0],)]


def test_the_sample_agrees(crawled: Path, scrapy: Run) -> None:
    db = open_for_reading(crawled)
    assert_agree(db)
    told = json.loads(scrapy("status", "--json", CORPUS_DIR=crawled).out)
    assert told["targets"] == dict(db.execute("SELECT outcome, count(*) FROM targets GROUP BY 1").fetchall())
    assert "blocked" in told["targets"] or "read" in told["targets"]
    db.close()


def test_a_document_is_not_without_captures_before_it_was_listed(desk: Desk) -> None:
    assert summarise(desk.db).without_captures == 0
    desk.follow(("http://other.example/privacy", DocumentKey("other.example", "privacy policy")))
    assert list(desk.db.execute("SELECT outcome FROM documents WHERE site = ?", [SHOP.site])) == [("unlisted",)]
    desk.listed(url=URL, outcome="empty")
    desk.follow((URL, SHOP))
    assert summarise(desk.db).without_captures == 1
