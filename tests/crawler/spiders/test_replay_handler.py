"""Every outcome of a replay answer, over a real ledger."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from crawler.archives.book import Archive
from crawler.archives.wayback import Wayback
from crawler.spiders.replay_handler import MOST_HOPS, Asked, Held, Outcome, Replay
from pipelines.exceptions import ReplayFailed
from pipelines.formats.digests import cdx_digest
from pipelines.formats.surt import urlkey
from pipelines.formats.timestamps import as_datetime
from pipelines.items.captures import (
    ArchivedRedirect,
    Capture,
    Decision,
    DocumentKey,
    HttpAnswer,
    Memento,
    NoPage,
    State,
)
from pipelines.items.readings import Failure, Refusal
from pipelines.store.readings import count_unread
from tests.desk import NOW, URL, Desk, reading, row

BASE = "http://127.0.0.1:8390"
PAGE = b"<html><body><h1>Privacy</h1><p>We keep it for a year.</p></body></html>"
MOVED = "http://shop.example/legal/privacy"
LATER = "2026-01-03T00:00:00Z"


def page(timestamp: str, original: str = URL, body: bytes = PAGE, status: str = "200") -> Capture:
    """A row whose digest is that of the page."""
    timestamp = timestamp + "20000101000000"[len(timestamp) :]
    return Capture(urlkey(original), timestamp, original, "text/html", status, cdx_digest(body), "900")


def said(asked: Asked, status: int, body: bytes = b"", **headers: str) -> HttpAnswer:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpAnswer(f"{BASE}/web/{asked.timestamp}id_/{asked.original}", status, named, body, NOW)


def memento(asked: Asked, capture: Capture, body: bytes = PAGE, status: int = 200, **headers: str) -> HttpAnswer:
    moment = as_datetime(capture.timestamp)
    assert moment is not None
    own = {
        "Memento_Datetime": format_datetime(moment, usegmt=True),
        "Link": f'<{capture.original}>; rel="original"',
        "Content_Type": "text/html",
        "Content_Length": str(len(body)),
    }
    return said(asked, status, body, **{**own, **headers})


@pytest.fixture
def replay(desk: Desk) -> Replay:
    def next_try(failure: Failure, attempts: int) -> str | None:
        return LATER if attempts < 3 else None

    return Replay(desk.ledger, timedelta(hours=24), next_try)


WEB = Wayback(Archive(name="web.archive.org", address=BASE, dialect="wayback"))


def outcomes(replay: Replay, asked: Asked, answer: HttpAnswer, raw: bytes) -> Iterator[Outcome]:
    return replay.outcomes(asked, answer, raw, WEB.read_replay(answer, asked.original))


@pytest.fixture
def wanted(desk: Desk) -> Asked:
    """A selected capture, asked for the first time."""
    capture = page("2005")
    desk.listed(capture)
    desk.plan()
    return Asked.first(capture, 0)


def outcome(outcomes: Iterator[Outcome]) -> Outcome:
    (only,) = outcomes
    return only


def of(replay: Replay, asked: Asked, answer: HttpAnswer) -> Outcome:
    return outcome(outcomes(replay, asked, answer, answer.body))


def refusal(found: Outcome) -> tuple[State, str, bool, str | None]:
    assert isinstance(found, Refusal)
    return found.state, found.failure.reason, found.failure.transient, found.next_try


# ---- played


def test_the_capture_that_was_asked_for(replay: Replay, wanted: Asked) -> None:
    found = of(replay, wanted, memento(wanted, wanted.capture))
    assert isinstance(found, Memento)
    assert (found.capture, found.asked, found.digest_check) == (wanted.capture, None, "decoded")


def test_an_archived_error_is_a_memento(replay: Replay, wanted: Asked) -> None:
    found = of(replay, wanted, memento(wanted, wanted.capture, b"busy", status=429))
    assert isinstance(found, Memento)
    assert found.answer.status == 429


@pytest.mark.parametrize(
    ("status", "kind", "why"),
    [
        (404, "text/html", "status 404"),
        (200, "application/json; charset=utf-8", "no page: application/json"),
        (200, "application/pdf", ""),
        (200, "", ""),
    ],
)
def test_what_no_listing_told_is_looked_at_when_it_is_played(replay: Replay, status: int, kind: str, why: str) -> None:
    """Rows of TimeMaps, and old ones, have neither status nor type."""
    untold = replace(page("2006"), statuscode="-", mimetype="unk", digest="-")
    asked = Asked.first(untold, 0)
    answer = memento(asked, untold, status=status, Content_Type=kind)
    *kept, found = outcomes(replay, asked, answer, answer.body)
    if why:
        assert refusal(found) == (State.UNPLAYABLE, why, False, None)
        assert [(one.capture, one.answer, one.why) for one in kept if isinstance(one, NoPage)] == [
            (untold, answer, why)
        ]
    else:
        assert not kept
        assert isinstance(found, Memento)
        assert (found.capture.statuscode, found.capture.mimetype) == ("200", kind or "unk")


def test_the_nearest_capture_played_at_once_is_recorded_as_itself(desk: Desk, replay: Replay, wanted: Asked) -> None:
    near = page("20050102", body=b"another text")
    desk.listed(near)
    found = of(replay, wanted, memento(wanted, near, b"another text"))
    assert isinstance(found, Memento)
    assert (found.capture, found.asked) == (near, wanted.capture)


def test_what_is_held_already_is_not_kept_twice(desk: Desk, replay: Replay, wanted: Asked) -> None:
    near = page("20050102", body=b"another text")
    desk.listed(near)
    desk.plan()
    desk.read(near, "A")
    found = of(replay, wanted, memento(wanted, near, b"another text"))
    assert found == Decision(wanted.capture, State.DUPLICATE, same_as=near.key)


def test_bytes_of_a_capture_that_was_selected_meanwhile_are_kept(desk: Desk, replay: Replay, wanted: Asked) -> None:
    near = page("20050102", body=b"another text")
    desk.listed(near)
    desk.plan()
    assert desk.state(near)[0] == "selected"
    found = of(replay, wanted, memento(wanted, near, b"another text"))
    assert isinstance(found, Memento)
    assert (found.capture, found.asked) == (near, wanted.capture)


@pytest.mark.parametrize("headers", [{"Content_Length": "900"}, {"X_Archive_Orig_Content_Length": "900"}])
def test_a_body_that_is_cut_short_is_no_page(replay: Replay, wanted: Asked, headers: dict[str, str]) -> None:
    cut = memento(wanted, wanted.capture, PAGE[:40], **headers)
    with pytest.raises(ReplayFailed, match="body cut short") as failed:
        list(outcomes(replay, wanted, cut, cut.body))
    assert failed.value.transient


# ---- redirects


def redirect(asked: Asked, capture: Capture, to: str, timestamp: str = "") -> HttpAnswer:
    location = f"{BASE}/web/{timestamp or capture.timestamp}id_/{to}"
    return memento(asked, capture, b"", status=301, Location=location)


@pytest.fixture
def moved(desk: Desk) -> Asked:
    """A selected redirect, asked for the first time."""
    capture = row("2005", status="301")
    desk.listed(capture)
    desk.plan()
    return Asked.first(capture, 0)


def test_an_archived_redirect_is_kept_and_followed(replay: Replay, moved: Asked) -> None:
    answer = redirect(moved, moved.capture, MOVED)
    kept, on = outcomes(replay, moved, answer, b"")
    assert isinstance(kept, ArchivedRedirect)
    assert (kept.redirect_to, kept.asked) == (MOVED, moved.capture)
    assert isinstance(on, Asked)
    assert (on.capture, on.timestamp, on.original) == (moved.capture, moved.timestamp, MOVED)


def test_the_target_of_a_redirect_is_named_by_what_it_holds(replay: Replay, moved: Asked) -> None:
    _, on = outcomes(replay, moved, redirect(moved, moved.capture, MOVED), b"")
    assert isinstance(on, Asked)
    target = page("20050101000007", "https://shop.example/legal/privacy")
    found = of(replay, on, memento(on, target))
    assert isinstance(found, Memento)
    assert found.asked == moved.capture
    assert found.capture.key == target.key  # with https, as the archive calls it, though it was asked for with http


@pytest.mark.parametrize("state", ["selected", "read", "failed", "duplicate"])
def test_a_target_that_is_known_is_not_asked_for(desk: Desk, replay: Replay, moved: Asked, state: str) -> None:
    target = page("2005", MOVED)
    earlier = page("2004", MOVED)
    desk.follow((URL, desk_document("")), (MOVED, desk_document("legal")))
    desk.listed(moved.capture)
    desk.listed(*([earlier, target] if state == "duplicate" else [target]), url=MOVED)
    desk.plan()
    if state == "read":
        desk.read(target, "A")
    if state == "failed":
        desk.read(target, Failure("reading", "no text in page"))
    assert desk.state(target)[0] == state
    _, found = outcomes(replay, moved, redirect(moved, moved.capture, MOVED), b"")
    assert found == Decision(moved.capture, State.DUPLICATE, same_as=target.key)


def desk_document(variant: str) -> DocumentKey:
    return DocumentKey("shop.example", "privacy policy", variant)


def test_a_target_that_is_held_and_not_read_is_read(desk: Desk, replay: Replay, moved: Asked) -> None:
    target = page("2005", MOVED)
    snapshot = desk.hold(target)  # by a run that was killed
    _, found = outcomes(replay, moved, redirect(moved, moved.capture, MOVED), b"")
    assert found == Held(target, snapshot.location, moved.capture)


def test_an_error_behind_a_redirect_is_kept_and_not_asked_for_again(desk: Desk, replay: Replay, moved: Asked) -> None:
    answer = redirect(moved, moved.capture, MOVED)
    _, on = outcomes(replay, moved, answer, b"")
    assert isinstance(on, Asked)
    kept, told = outcomes(replay, on, memento(on, page("2005", MOVED), b"gone", status=404), b"gone")
    assert isinstance(kept, NoPage)
    assert (kept.capture.original, kept.capture.statuscode, kept.answer.body) == (MOVED, "404", b"gone")
    assert refusal(told) == (State.REDIRECT, f"moved to {MOVED} (status 404)", False, None)
    desk.corpus.set_aside(desk.hold(kept.capture, kept.asked), kept.state, kept.why)
    assert desk.state(kept.capture) == ("not replayed", "status 404")
    assert count_unread(desk.db, "reader-1") == 0
    assert list(outcomes(Replay(desk.ledger, timedelta(hours=24), lambda *_: None), moved, answer, b""))[1:] == [told]


def test_a_target_that_was_passed_over_is_asked_for(desk: Desk, replay: Replay, moved: Asked) -> None:
    desk.listed(page("2005", MOVED))
    _, found = outcomes(replay, moved, redirect(moved, moved.capture, MOVED), b"")
    assert isinstance(found, Asked)
    assert (found.capture, found.timestamp, found.original) == (moved.capture, moved.timestamp, MOVED)


def test_a_redirect_to_a_forgotten_site_is_not_followed(desk: Desk, replay: Replay, moved: Asked) -> None:
    desk.db.execute("INSERT INTO forgotten (site, since) VALUES ('forgotten.example', '2030-01-01T00:00:00Z')")
    for host, reason in {"www.forgotten.example:8080": "leads to a forgotten site", "unforgotten.example": ""}.items():
        kept, found = outcomes(replay, moved, redirect(moved, moved.capture, f"http://{host}/privacy"), b"")
        assert isinstance(kept, Memento)
        assert isinstance(found, Asked) if not reason else refusal(found)[:2] == (State.REDIRECT, reason)


def test_a_redirect_in_a_circle_is_a_redirect_all_the_same(replay: Replay, moved: Asked) -> None:
    answer = redirect(moved, moved.capture, URL)
    kept, found = outcomes(replay, moved, answer, b"")
    assert isinstance(kept, Memento)
    assert refusal(found) == (State.REDIRECT, f"moved to {URL} (redirect loop)", False, None)


def test_a_chain_may_have_ten_links(replay: Replay, moved: Asked) -> None:
    asked, links = moved, 0
    while True:
        to = f"http://shop.example/{links}"
        *_, found = outcomes(replay, asked, redirect(asked, row("2005", "-", asked.original, "301"), to), b"")
        if isinstance(found, Refusal):
            break
        assert isinstance(found, Asked)
        asked, links = found, links + 1
    reason = "moved to http://shop.example/0 (too many redirects)"
    assert (links, found.state, found.failure.reason, found.capture) == (
        MOST_HOPS,
        State.REDIRECT,
        reason,
        moved.capture,
    )


def test_a_redirect_whose_target_was_captured_too_far_away_is_no_failure(replay: Replay, moved: Asked) -> None:
    _, on = outcomes(replay, moved, redirect(moved, moved.capture, MOVED), b"")
    assert isinstance(on, Asked)
    reason = f"moved to {MOVED} (nearest capture too far)"
    assert refusal(of(replay, on, hop(on, "20060101000000", MOVED))) == (State.REDIRECT, reason, False, None)


def test_a_target_that_is_in_trouble_is_tried_again(replay: Replay, moved: Asked) -> None:
    _, on = outcomes(replay, moved, redirect(moved, moved.capture, MOVED), b"")
    assert isinstance(on, Asked)
    assert refusal(of(replay, on, said(on, 503))) == (State.FAILED, "archive trouble", True, LATER)


def test_a_redirect_that_is_held_leads_on_without_being_asked(desk: Desk, replay: Replay, moved: Asked) -> None:
    between = row("2005", "-", MOVED, "301")
    desk.hold(between, redirect_to="http://shop.example/legal/2")
    _, on = outcomes(replay, moved, redirect(moved, moved.capture, MOVED), b"")
    assert isinstance(on, Asked)
    assert (on.timestamp, on.original) == (moved.timestamp, "http://shop.example/legal/2")


def test_what_the_plan_took_for_a_repeat_of_the_asked_one_holds_nothing_for_it(desk: Desk, replay: Replay) -> None:
    """A hop from a page to its own repeat: the repeat's bytes are kept, and the asked one becomes its duplicate."""
    first, twin = page("2005"), page("20050101120000")
    desk.listed(first, twin)
    desk.plan()
    assert desk.states([first, twin]) == ["selected", "duplicate"]
    asked = Asked.first(first, 0)
    on = of(replay, asked, hop(asked, twin.timestamp))
    assert isinstance(on, Asked)
    found = of(replay, on, memento(on, twin))
    assert isinstance(found, Memento)
    assert (found.capture, found.asked) == (twin, first)


def test_a_step_that_was_answered_is_not_asked_again(desk: Desk, replay: Replay, wanted: Asked) -> None:
    second = page("2005", body=b"another row of that second")
    desk.listed(second)
    (played,) = outcomes(replay, wanted, memento(wanted, wanted.capture), PAGE)
    assert isinstance(played, Memento)
    desk.read(wanted.capture, "A")
    found = replay.steps.known(wanted.step)
    assert found is not None
    asked = Asked.first(second, 0)
    assert list(replay.again(asked, found)) == [Decision(second, State.DUPLICATE, same_as=wanted.capture.key)]


def test_addresses_that_are_one_on_the_wire_are_one_step(wanted: Asked) -> None:
    steps = {replace(wanted, original=f"{URL}{tail}").step for tail in ("?q=ä b", "?q=%C3%A4%20b#top", "?q=ä%20b#")}
    assert len(steps) == 1
    assert len({replace(wanted, original=f"{URL}{tail}").step for tail in ("", "?", ";", ";?", "?#x")}) == 1


def test_a_redirect_that_a_hop_comes_back_to_is_its_own(desk: Desk, replay: Replay) -> None:
    revisit = row("2005", status="-")
    desk.listed(revisit)
    desk.plan()
    (on,) = outcomes(replay, asked := Asked.first(revisit, 0), hop(asked, revisit.timestamp, f"{URL}/"), b"")
    assert isinstance(on, Asked)
    kept, further = outcomes(replay, on, redirect(on, revisit, MOVED), b"")
    assert isinstance(kept, ArchivedRedirect)
    assert kept.capture == revisit
    assert isinstance(further, Asked)
    assert further.moved_to == MOVED


def test_a_redirect_that_another_one_led_to_is_a_redirect(desk: Desk, replay: Replay, moved: Asked) -> None:
    """Asked for itself it ends in a circle: what is known of it stands."""
    desk.hold(moved.capture, redirect_to=MOVED)
    (found,) = outcomes(replay, moved, hop(moved, moved.timestamp), b"")
    assert refusal(found) == (State.REDIRECT, f"moved to {MOVED} (redirect loop)", False, None)


def test_a_redirect_out_of_the_archive_fails(replay: Replay, moved: Asked) -> None:
    answer = memento(moved, moved.capture, b"", status=301, Location="https://elsewhere.example/")
    assert refusal(of(replay, moved, answer)) == (State.FAILED, "redirect leads nowhere", False, None)


# ---- hops


def hop(asked: Asked, timestamp: str, original: str = URL) -> HttpAnswer:
    return said(asked, 302, Location=f"{BASE}/web/{timestamp}id_/{original}")


def test_a_hop_within_a_day_is_followed(replay: Replay, wanted: Asked) -> None:
    found = of(replay, wanted, hop(wanted, "20050101235959"))
    assert isinstance(found, Asked)
    assert (found.timestamp, found.capture) == ("20050101235959", wanted.capture)


@pytest.mark.parametrize("timestamp", ["20050103000000", "20041230000000", "20000008241731"])
def test_a_hop_further_in_time_is_not(replay: Replay, wanted: Asked, timestamp: str) -> None:
    found = of(replay, wanted, hop(wanted, timestamp))
    assert refusal(found) == (State.UNPLAYABLE, "nearest capture too far", False, None)


def test_a_hop_to_what_is_read_needs_no_request(desk: Desk, replay: Replay, wanted: Asked) -> None:
    near = page("20050101120000", body=b"x")
    desk.listed(near)
    desk.plan()
    desk.read(near, "A")
    assert of(replay, wanted, hop(wanted, near.timestamp)) == Decision(
        wanted.capture, State.DUPLICATE, same_as=near.key
    )


def test_a_hop_to_itself_fails(replay: Replay, wanted: Asked) -> None:
    assert refusal(of(replay, wanted, hop(wanted, wanted.timestamp)))[:2] == (State.FAILED, "redirect loop")


def test_a_hop_out_of_the_archive_is_tried_again(replay: Replay, wanted: Asked) -> None:
    found = of(replay, wanted, said(wanted, 302, Location="https://evil.example/web/2005id_/http://shop.example/"))
    assert refusal(found) == (State.FAILED, "led out of the archive", True, LATER)


# ---- nothing played


def test_a_limit_asks_again_and_counts_no_attempt(replay: Replay, wanted: Asked) -> None:
    assert of(replay, wanted, said(wanted, 429, b"slow down", Retry_After="60")) == wanted


def test_what_is_not_archived_is_unplayable(replay: Replay, wanted: Asked) -> None:
    assert refusal(of(replay, wanted, said(wanted, 404))) == (State.UNPLAYABLE, "not archived", False, None)


BLOCKED = b"org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error"


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (403, BLOCKED, {}),
        (200, BLOCKED, {}),
        (403, b"", {"X_Archive_Wayback_Runtime_Error": BLOCKED.decode()}),
        (200, b"<p>This URL has been excluded from the Wayback Machine.</p>", {}),
        (403, b"RobotAccessControlException: Blocked By Robots", {}),
    ],
)
def test_a_closed_site_is_blocked(
    replay: Replay, wanted: Asked, status: int, body: bytes, headers: dict[str, str]
) -> None:
    state, _, transient, next_try = refusal(of(replay, wanted, said(wanted, status, body, **headers)))
    assert (state, transient, next_try) == (State.BLOCKED, False, None)


@pytest.mark.parametrize(
    ("status", "reason"), [(503, "archive trouble"), (200, "not a memento"), (500, "archive trouble")]
)
def test_trouble_is_tried_again(replay: Replay, wanted: Asked, status: int, reason: str) -> None:
    assert refusal(of(replay, wanted, said(wanted, status, b"<html>"))) == (State.FAILED, reason, True, LATER)


def test_trouble_that_lasts_is_given_up(replay: Replay, wanted: Asked) -> None:
    tired = Asked.first(wanted.capture, attempts=3)
    assert refusal(of(replay, tired, said(tired, 503))) == (State.FAILED, "archive trouble", True, None)


def test_what_is_recorded_in_the_end(desk: Desk, replay: Replay, moved: Asked) -> None:
    """The whole way of a redirect, from its answer to the version it leads to."""
    kept, on = outcomes(replay, moved, redirect(moved, moved.capture, MOVED), b"")
    assert isinstance(kept, ArchivedRedirect)
    assert isinstance(on, Asked)
    desk.hold(kept.capture, kept.asked, kept.redirect_to)
    found = of(replay, on, memento(on, page("20050101000007", MOVED)))
    assert isinstance(found, Memento)
    desk.read(found.capture, reading("We keep it."), asked=found.asked)
    assert desk.state(moved.capture) == ("duplicate", f"redirects to {MOVED}")
    assert desk.versions("first_timestamp, original") == [("20050101000007", MOVED)]
