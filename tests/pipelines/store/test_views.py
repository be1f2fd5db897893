"""`status`, the views and `targets` agree, whatever became of a corpus."""

import json
import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler.jobs.rebuild import Request, run_merge, run_rebuild
from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.formats.surt import urlkey
from pipelines.items.captures import DocumentKey, ListingPage, Query, State, Target
from pipelines.items.readings import Failure
from pipelines.store.database import open_for_reading
from pipelines.store.moves import Moves
from pipelines.store.summary import summarise
from tests.conftest import FAST, Run
from tests.corpora import copied, settings_of
from tests.desk import ARCHIVE, SHOP, URL, Desk, answer, row

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
    assert sum(not one["site"] for one in captures) == summary.captures_of_none
    assert all(one["reason"] for one in captures if not one["site"])
    for state, count in summary.states.items():
        assert sum(one["state"] == state for one in captures) == count
    documents = list(db.query("SELECT * FROM documents"))
    assert len(documents) == summary.documents
    assert sum(one["versions"] for one in documents) == summary.versions
    assert db.execute("SELECT count(*) FROM versions").fetchone() == (summary.versions,)
    held = "SELECT count(*) FROM document_captures WHERE kind <> 'home page'"
    assert db.execute(held).fetchone() == (sum(one["captures"] for one in documents),)
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


def targets(corpus: Path) -> list[tuple[object, ...]]:
    with closing(open_for_reading(corpus)) as db:
        return db.execute("SELECT * FROM targets ORDER BY list, line").fetchall()


def assert_told(corpus: Path, scrapy: Run) -> dict[str, int]:
    """`status --json` says what the views say. Gives its lines of lists by outcome."""
    told = json.loads(scrapy("status", "--json", CORPUS_DIR=corpus).out)
    with closing(open_for_reading(corpus)) as db:
        assert_agree(db)
        assert told["targets"] == dict(db.execute("SELECT outcome, count(*) FROM targets GROUP BY 1").fetchall())
        for name in ("captures", "versions", "documents"):
            assert [(told[name],)] == db.execute(f"SELECT count(*) FROM {name}").fetchall()  # noqa: S608
        of_none = db.execute("SELECT count(*) FROM captures WHERE site = ''").fetchone()
        assert (told["captures_of_none"],) == of_none
    outcomes: dict[str, int] = told["targets"]
    return outcomes


def test_the_sample_and_what_is_made_of_it_agree(crawled: Path, scrapy: Run, tmp_path: Path) -> None:
    outcomes = assert_told(crawled, scrapy)
    assert "blocked" in outcomes or "read" in outcomes
    corpus = copied(crawled, tmp_path / "corpus")
    run_rebuild(settings_of(corpus), Request(), lambda what, done, todo: None)
    assert assert_told(corpus, scrapy) == outcomes
    assert targets(corpus) == targets(crawled), "lines of lists outlast a rebuild"
    run_merge(settings_of(tmp_path / "merged"), [corpus], lambda what, done, todo: None)
    assert assert_told(tmp_path / "merged", scrapy) == outcomes
    site = "inkwell-post.example"
    assert scrapy("forget", site, CORPUS_DIR=corpus).code == 0
    assert_told(corpus, scrapy)
    assert targets(corpus) == [line for line in targets(crawled) if site not in str(line)], "and what others forget"


def test_a_crawl_that_was_bounded_agrees_and_goes_on(
    sample: Path, archive: EmbeddedArchive, scrapy: Run, tmp_path: Path
) -> None:
    crawl = ("crawl", "policies", "-a", f"targets={sample / 'targets.txt'}")
    for most in (3, 9):
        scrapy(*crawl, "--max-requests", str(most), WAYBACK_URL=archive.url, **FAST)
        assert "open" in assert_told(tmp_path / "corpus", scrapy)


def test_a_capture_of_no_document_says_why(desk: Desk) -> None:
    moves = Moves(desk.db, ARCHIVE)
    desk.listed(row("2004"), row("2008"))
    key = urlkey(URL)
    moves.place(1, [(key, "", "20051231235959", URL, "given"), (urlkey(PAGES[0]), "2006", "9", PAGES[0], "redirect")])
    desk.listings.open(Query("shop.example", "domain"), "*.shop.example")
    page = ListingPage(Query("shop.example", "domain"), answer(), [row("2007", original=PAGES[1])])
    desk.listings.record(page)
    assert list(desk.db.execute("SELECT timestamp, site, reason FROM captures ORDER BY timestamp")) == [
        ("20040101000000", "shop.example", "not planned yet"),
        ("20070101000000", "", "its address is no document's"),
        ("20080101000000", "", "its document lay at another address then"),
    ]
    assert summarise(desk.db).captures_of_none == 2
    assert_agree(desk.db)


def test_a_document_is_not_without_captures_before_it_was_listed(desk: Desk) -> None:
    assert summarise(desk.db).without_captures == 0
    desk.follow(("http://other.example/privacy", DocumentKey("other.example", "privacy policy")))
    assert list(desk.db.execute("SELECT outcome FROM documents WHERE site = ?", [SHOP.site])) == [("unlisted",)]
    desk.listed(url=URL, outcome="empty")
    desk.follow((URL, SHOP))
    assert summarise(desk.db).without_captures == 1
