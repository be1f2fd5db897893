"""Redirects that were played: what older releases called unplayable, and what led to pages that give no text."""

from pipelines.items.captures import Decision, DocumentKey, State
from pipelines.items.readings import Failure
from pipelines.store import departing
from pipelines.warc import journal
from tests.desk import SHOP, URL, Desk, row

TO = "http://shop.example/legal"
FAR = Failure("replay", "nearest capture too far")
EVIDENCE = "SELECT timestamp, source, address, via FROM evidence WHERE source = 'redirect'"


def test_a_redirect_is_evidence_of_a_move(desk: Desk) -> None:
    desk.listed(row("2004", status="301"))
    desk.plan()
    desk.hold(row("2004", status="301"), redirect_to=TO)
    desk.ledger.fail(
        row("2004", status="301"), State.REDIRECT, Failure("replay", f"moved to {TO} ({FAR.reason})"), None
    )
    assert desk.db.execute(EVIDENCE).fetchall() == [("20040101000000", "redirect", TO, URL)]


def test_what_was_called_unplayable_is_told_apart_by_its_bytes(desk: Desk) -> None:
    held, unheld, forgotten = row("2004", status="301"), row("2005"), row("2006", status="302")
    desk.listed(held, unheld, forgotten)
    desk.plan()
    desk.hold(held, redirect_to=TO)
    desk.hold(forgotten, redirect_to="http://forgotten.example/")
    for capture, failure in ((held, FAR), (unheld, FAR), (forgotten, Failure("replay", "leads to a forgotten site"))):
        desk.ledger.fail(capture, State.UNPLAYABLE, failure, None)
    desk.db.execute("DELETE FROM unwritten")
    departing.rename_unplayable(desk.db)
    assert [desk.state(one) for one in (held, unheld, forgotten)] == [
        ("redirect", f"moved to {TO} (nearest capture too far)"),
        ("unplayable", "nearest capture too far"),
        ("redirect", "leads to a forgotten site"),
    ]
    assert [address for _, _, address, _ in desk.db.execute(EVIDENCE)] == [TO]
    desk.db.execute("DELETE FROM address WHERE evidence NOT LIKE 'redirect of %'")  # the document has moved away
    assert len(desk.db.execute("SELECT * FROM captures WHERE state = 'redirect'").fetchall()) == 2
    told: list[str] = []
    journal.write_out(desk.db, told.append)
    assert "moved to" in "".join(told)  # the WARC files will say so, too
    departing.rename_unplayable(desk.db)
    assert desk.state(held) == ("redirect", f"moved to {TO} (nearest capture too far)")
    assert desk.ledger.next_work("9999", 10) == []


def test_what_could_not_be_played_and_was_led_to_later_is_a_redirect(desk: Desk) -> None:
    redirect, other = row("2004", status="301"), row("2005", status="301")
    desk.listed(redirect, other)
    desk.plan()
    desk.ledger.fail(redirect, State.FAILED, Failure("replay", "redirect loop"), None)
    desk.corpus.met_redirect(desk.hold(redirect, asked=other, redirect_to=TO))
    assert desk.state(redirect) == ("redirect", f"moved to {TO} (redirect loop)")
    assert desk.state(other)[0] == "selected"


def test_what_was_a_redirect_before_is_evidence_of_no_more_than_it_was(desk: Desk) -> None:
    """A journal tells which documents it was evidence of; others may lie there by now."""
    redirect = row("2004", status="301")
    desk.listed(redirect)
    desk.plan()
    desk.hold(redirect, redirect_to=TO)
    desk.ledger.fail(redirect, State.REDIRECT, Failure("replay", f"moved to {TO} ({FAR.reason})"), None)
    desk.follow((URL, DocumentKey(SHOP.site, "terms of service")))
    before = desk.db.execute("SELECT * FROM evidence").fetchall()
    departing.rename_unplayable(desk.db)
    assert desk.db.execute("SELECT * FROM evidence").fetchall() == before != []


def test_what_waits_for_another_try_stays_a_failure(desk: Desk) -> None:
    desk.listed(row("2004", status="301"))
    desk.plan()
    desk.hold(row("2004", status="301"), redirect_to=TO)
    trouble = Failure("replay", "archive trouble", transient=True)
    desk.ledger.fail(row("2004", status="301"), State.FAILED, trouble, "2030-01-01T00:00:00Z")
    departing.rename_unplayable(desk.db)
    assert desk.state(row("2004", status="301")) == ("failed", "archive trouble")


def test_what_led_to_a_page_that_gives_no_text_after_all(desk: Desk) -> None:
    redirect, page = row("2004", status="301"), row("2005", "one")
    desk.listed(redirect, page)
    desk.plan()
    desk.hold(redirect, redirect_to=URL)
    desk.corpus.settle(Decision(redirect, State.DUPLICATE, same_as=page.key))
    assert desk.state(redirect) == ("duplicate", f"redirects to {URL}")
    desk.ledger.fail(page, State.UNPLAYABLE, Failure("replay", "not archived"), None)
    assert desk.state(redirect) == ("redirect", f"moved to {URL} (not archived)")
