import hashlib
from pathlib import Path

import pytest

from pipelines.exceptions import RecordingFailed
from pipelines.items.captures import Capture, Decision, DocumentKey, State
from pipelines.items.readings import Failure, Verdict
from pipelines.store import forgetting
from pipelines.store.checks import files_of_rows
from tests.desk import ARCHIVE, SHOP, URL, Desk, reading, row

NO_TEXT = Failure("reading", "no text in page")
MOVED = "http://shop.example/legal/privacy"


def listed(desk: Desk, *rows: Capture) -> None:
    desk.listed(*rows)
    desk.plan()


# ---- snapshots


def test_a_snapshot_is_found_by_its_bytes_and_by_its_file(desk: Desk) -> None:
    listed(desk, row("2004"))
    snapshot = desk.hold(row("2004"))
    assert desk.corpus.holding(snapshot.payload_digest) == snapshot.location
    assert desk.corpus.holding("0" * 64) is None
    assert desk.corpus.locations(snapshot.location.file) == {snapshot.location.offset}
    assert files_of_rows(desk.db) == [snapshot.location.file]
    assert desk.corpus.location(1) == snapshot.location


def test_holding_twice_keeps_the_first(desk: Desk) -> None:
    listed(desk, row("2004"))
    first = desk.hold(row("2004"))
    desk.hold(row("2004"))
    assert desk.corpus.location(1) == first.location


def test_a_capture_no_listing_showed_becomes_known_by_its_snapshot(desk: Desk) -> None:
    desk.hold(row("2004"))
    assert desk.state(row("2004")) == ("passed over", "met in replay")


def test_a_location_nobody_noted_is_an_error_with_a_way_out(desk: Desk) -> None:
    with pytest.raises(RecordingFailed, match="policy-corpus verify"):
        desk.corpus.location(17)


# ---- readings


def test_a_reading_makes_a_version(desk: Desk) -> None:
    listed(desk, row("2004"))
    desk.read(row("2004"), "We keep it.")
    assert desk.state(row("2004")) == ("read", "")
    columns = (
        "number, first_timestamp, last_timestamp, captures, captures_listed, original, title, language, words, text"
    )
    assert desk.versions(columns) == [
        (1, "20040101000000", "20040101000000", 1, 1, URL, "Title of We keep it.", "en", 3, "We keep it.\n")
    ]
    ((digest,),) = desk.versions("text_digest")
    assert digest == hashlib.sha256(b"We keep it.\n").hexdigest()


def test_one_text_is_stored_once(desk: Desk) -> None:
    listed(desk, row("2004"), row("2005"), row("2006"))
    for year, text in (("2004", "A"), ("2005", "B"), ("2006", "A")):
        desk.read(row(year), text)
    assert desk.texts() == ["A", "B", "A"]
    assert desk.db.execute("SELECT count(*) FROM text").fetchone() == (2,)


def test_twins_count_as_readings_of_their_own_time(desk: Desk) -> None:
    first, again, revisit = row("2004", "one"), row("2005", "one"), row("2007", "one", status="-")
    listed(desk, first, again, revisit, row("2006", status="404"))
    desk.read(first, "A")
    assert desk.states([first, again, revisit]) == ["read", "duplicate", "duplicate"]
    assert desk.versions("first_timestamp, last_timestamp, captures, captures_listed") == [
        ("20040101000000", "20070101000000", 3, 4)
    ]


def test_what_is_no_policy_is_read_and_no_version(desk: Desk) -> None:
    listed(desk, row("2004"), row("2005"))
    desk.read(row("2004"), reading("Domain for sale", Verdict.NOT_A_POLICY))
    desk.read(row("2005"), "A")
    assert (desk.state(row("2004")), desk.texts()) == (("read", ""), ["A"])


def test_a_capture_of_two_documents_is_a_version_of_both(tmp_path: Path) -> None:
    desk = Desk(tmp_path, (URL, SHOP), (URL, DocumentKey("shop.example", "terms of service")))
    listed(desk, row("2004"))
    desk.read(row("2004"), "A")
    assert desk.versions("kind, text") == [("privacy policy", "A\n"), ("terms of service", "A\n")]
    desk.close()


# ---- redirects and hops


@pytest.fixture
def moved(desk: Desk) -> tuple[Desk, Capture, Capture]:
    """A redirect to an address that no listing shows."""
    redirect, target = row("2005", status="301"), row("20050101000007", "page", MOVED)
    listed(desk, row("2004"), redirect)
    desk.read(row("2004"), "A")
    desk.hold(redirect, redirect_to=MOVED)
    return desk, redirect, target


def test_a_redirect_makes_its_target_part_of_the_document(moved: tuple[Desk, Capture, Capture]) -> None:
    desk, redirect, target = moved
    desk.read(target, "B", asked=redirect)
    assert desk.state(redirect) == ("duplicate", f"redirects to {MOVED}")
    assert desk.state(target) == ("read", "")
    assert desk.versions("text, original, first_timestamp, captures") == [
        ("A\n", URL, "20040101000000", 1),
        ("B\n", MOVED, "20050101000007", 1),
    ]
    joined = desk.db.execute("SELECT first_timestamp, last_timestamp, evidence FROM address WHERE url = ?", [MOVED])
    assert joined.fetchone() == ("20050101000007", "20050101000007", "redirect of 20050101000000")
    captures, known = desk.ledger.listing(1)
    assert [capture.timestamp for capture in captures] == [row("2004").timestamp, redirect.timestamp, target.timestamp]
    assert known[redirect.key].state is State.READ  # for the plan it is done


def test_a_revisit_that_turns_out_to_be_a_redirect_is_one(desk: Desk) -> None:
    revisit, target = row("2005", "move", status="-"), row("20050101000007", "page", MOVED)
    listed(desk, row("2004"), revisit)
    desk.read(row("2004"), "A")
    desk.hold(revisit, redirect_to=MOVED)
    desk.read(target, "B", asked=revisit)
    assert desk.state(revisit) == ("duplicate", f"redirects to {MOVED}")
    assert desk.versions("text, captures") == [("A\n", 1), ("B\n", 1)]


def test_a_redirect_to_a_twin_joins_the_twin_and_not_what_it_repeats(tmp_path: Path) -> None:
    """Years lie between a page and its revisit: the document showed it at the time of the redirect alone."""
    legal = DocumentKey("shop.example", "privacy policy", "legal")
    desk = Desk(tmp_path, (URL, SHOP), (MOVED, legal))
    redirect = row("2008", status="301")
    page, twin = row("2002", "page", MOVED), row("20080101000004", "page", MOVED, status="-")
    desk.listed(row("2004"), redirect)
    desk.listed(page, twin, url=MOVED)
    desk.plan()
    desk.read(row("2004"), "A")
    desk.read(page, "B")
    desk.hold(redirect, redirect_to=MOVED)
    desk.corpus.settle(Decision(redirect, State.DUPLICATE, same_as=twin.key))
    assert desk.versions("variant, text, first_timestamp, last_timestamp") == [
        ("", "A\n", "20040101000000", "20040101000000"),
        ("", "B\n", "20080101000004", "20080101000004"),
        ("legal", "B\n", "20020101000000", "20080101000004"),
    ]
    desk.close()


def test_a_redirect_to_what_is_only_selected_waits_for_it(tmp_path: Path) -> None:
    legal = DocumentKey("shop.example", "privacy policy", "legal")
    desk = Desk(tmp_path, (URL, SHOP), (MOVED, legal))
    redirect, page = row("2008", status="301"), row("20080101000004", "page", MOVED)
    desk.listed(redirect)
    desk.listed(page, url=MOVED)
    desk.plan()
    desk.hold(redirect, redirect_to=MOVED)
    desk.corpus.settle(Decision(redirect, State.DUPLICATE, same_as=page.key))
    assert desk.versions() == []
    desk.read(page, "B")
    assert desk.versions("variant, text") == [("", "B\n"), ("legal", "B\n")]
    desk.close()


def test_the_nearest_capture_with_the_same_bytes_stands_for_the_one_asked(desk: Desk) -> None:
    asked, played = row("2005", "one"), row("20050102", "one", status="-")
    listed(desk, asked)
    desk.read(played, "A", asked=asked)
    assert desk.state(asked) == ("duplicate", "the archive plays 20050102000000 instead")
    assert desk.versions("first_timestamp, last_timestamp, held_timestamp, captures") == [
        ("20050101000000", "20050102000000", "20050102000000", 2)
    ]


def test_the_nearest_capture_with_other_bytes_does_not(desk: Desk) -> None:
    asked, played = row("2005", "one"), row("20050102", "two")
    listed(desk, asked)
    desk.read(played, "B", asked=asked)
    assert desk.state(asked) == ("unplayable", "the archive plays 20050102000000 instead")
    assert desk.versions("first_timestamp, captures") == [("20050102000000", 1)]


def test_a_twin_of_what_could_not_be_played_is_selected_in_its_place(desk: Desk) -> None:
    first, twin = row("2004", "one"), row("2005", "one")
    listed(desk, first, twin)
    desk.ledger.fail(first, State.UNPLAYABLE, Failure("replay", "not archived"), None)
    desk.plan()
    assert desk.states([first, twin]) == ["unplayable", "selected"]
    desk.read(twin, "A")
    assert desk.texts() == ["A"]


# ---- bytes that are lost


def test_what_is_lost_is_fetched_again_and_counts_no_more(desk: Desk) -> None:
    listed(desk, row("2004"), row("2005"), row("2005", "again", status="-"))
    desk.read(row("2004"), "A")
    desk.read(row("2005"), "B")
    lost = desk.corpus.location(2)
    assert desk.corpus.let_go(lost.file, lost.offset) == 1
    assert desk.state(row("2005")) == ("selected", "bytes lost")
    assert desk.texts() == ["A"]
    assert [work.capture for work in desk.ledger.next_work("2026", 5) if work.held] == []
    desk.read(row("2005"), "B")
    assert desk.texts() == ["A", "B"]


def test_a_twin_of_what_is_lost_has_no_text_meanwhile(desk: Desk) -> None:
    listed(desk, row("2004", "one"), row("2005", "one"))
    desk.read(row("2004", "one"), "A")
    assert desk.corpus.let_go("one-00001.warc.gz", 0) == 1
    assert desk.versions() == []
    desk.read(row("2004", "one"), "A")
    assert desk.versions("captures") == [(2,)]


def test_other_files_are_left_alone(desk: Desk) -> None:
    listed(desk, row("2004"))
    desk.read(row("2004"), "A")
    assert desk.corpus.let_go("other-00001.warc.gz", 0) == 0
    assert desk.texts() == ["A"]


# ---- one transaction each


def test_a_record_that_cannot_be_kept_leaves_nothing(desk: Desk) -> None:
    listed(desk, row("2004"), row("2005"))
    desk.read(row("2004"), "A")
    desk.db.execute("CREATE TRIGGER full BEFORE INSERT ON version BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    with pytest.raises(RecordingFailed, match="disk is full"):
        desk.read(row("2005"), "B")
    desk.db.execute("DROP TRIGGER full")
    assert (desk.state(row("2005"))[0], desk.texts()) == ("selected", ["A"])


def test_no_query_of_a_record_reads_a_whole_table(desk: Desk) -> None:
    """What costs little for ten captures must cost little for a million."""
    listed(desk, row("2004", "one"), row("2005", "one"))
    forgetting.condemn(desk.db, "shop.example", "example,shop")
    asked: list[str] = []
    desk.db.conn.set_trace_callback(asked.append)
    desk.listed(row("2006", "one"))
    desk.read(row("2004", "one"), "A")
    for archive in (ARCHIVE, ""):
        assert forgetting.is_condemned(desk.db, row("2004", "one").key._replace(archive=archive))
        assert not forgetting.is_condemned(desk.db, row("2006", "one").key._replace(archive=archive))
    desk.db.conn.set_trace_callback(None)
    plans = {query: _plan(desk, query) for query in asked if query.lstrip().upper().startswith(("SELECT", "UPDATE"))}
    assert len(plans) >= 5
    scans = {query: plan for query, plan in plans.items() if any(_is_scan(step) for step in plan)}
    assert scans == {}


def _plan(desk: Desk, query: str) -> list[str]:
    return [detail for *_, detail in desk.db.execute(f"EXPLAIN QUERY PLAN {query}")]


def _is_scan(step: str) -> bool:
    known = ("document_capture", "CONSTANT", "subquery", "search_config", "json_each", "capture_met", "condemned")
    return step.startswith("SCAN") and not any(one in step for one in known)
