import gzip
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.archives.answers import EXCLUDED, ROBOTS
from crawler.archives.memento import (
    Hop,
    Limited,
    Played,
    Refused,
    cdx_digest,
    digest_check,
    played_capture,
    read_answer,
)
from pipelines.exceptions import ReplayFailed
from pipelines.items.captures import EMPTY_DIGEST, ArchivedRedirect, Capture, HttpAnswer, Memento, State

BASE = "https://web.archive.org"
ORIGINAL = "http://shop.example/privacy"
HERE = f"{BASE}/web/20040101123000id_/{ORIGINAL}"
PAGE = b"<html><body><h1>Privacy</h1><p>We keep nothing.</p></body></html>"
CAPTURE = Capture("example,shop)/privacy", "20040101123000", ORIGINAL, "text/html", "200", cdx_digest(PAGE), "1811")
DATE = ("memento-datetime", "Thu, 01 Jan 2004 12:30:00 GMT")
LINK = ("link", f'<{ORIGINAL}>; rel="original", <{BASE}/web/timemap/link/{ORIGINAL}>; rel="timemap"')
HTML = ("content-type", "text/html; charset=utf-8")


def answer(status: int, *headers: tuple[str, str], body: bytes = b"") -> HttpAnswer:
    return HttpAnswer(HERE, status, headers, body, "2026-01-01T00:00:00Z")


def refused(given_answer: HttpAnswer) -> Refused:
    found = read_answer(given_answer, BASE)
    assert isinstance(found, Refused)
    return found


# -- what an answer is


@pytest.mark.parametrize("status", [200, 404, 403, 410, 429, 500, 503])
def test_whatever_has_a_memento_datetime_is_a_memento(status: int) -> None:
    found = read_answer(answer(status, DATE, LINK, ("retry-after", "6"), body=PAGE), BASE)
    assert found == Played("20040101123000", ORIGINAL)


@pytest.mark.parametrize("status", [200, 302, 403, 404, 429, 452, 500, 502, 503, 504])
def test_whatever_has_none_is_no_memento(status: int) -> None:
    assert not isinstance(read_answer(answer(status, LINK, HTML, body=PAGE), BASE), Played)


def test_the_archives_own_limit_is_told_with_its_wait() -> None:
    assert read_answer(answer(429), BASE) == Limited(None)
    assert read_answer(answer(429, ("Retry-After", "120")), BASE) == Limited(120.0)
    dated = answer(429, ("retry-after", "Thu, 01 Jan 1970 00:02:00 GMT"))
    assert read_answer(dated, BASE, now=60.0) == Limited(60.0)


@pytest.mark.parametrize("start", [BASE, "//web.archive.org", ""])
def test_a_hop_to_the_nearest_capture(start: str) -> None:
    hop = answer(
        302, ("location", f"{start}/web/20040102000000id_/{ORIGINAL}"), body=b"found capture at 20040102000000"
    )
    assert read_answer(hop, BASE) == Hop("20040102000000", ORIGINAL)


@pytest.mark.parametrize("location", ["https://evil.example/web/2004id_/http://a.example/", "", "file:///etc/passwd"])
def test_a_hop_out_of_the_archive_is_not_taken(location: str) -> None:
    found = refused(answer(302, ("Location", location)))
    assert (found.state, found.failure.reason, found.failure.transient) == (
        State.FAILED,
        "led out of the archive",
        True,
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_archived_redirect_leads_to_an_original(status: int) -> None:
    found = read_answer(answer(status, DATE, LINK, ("Location", "/web/20040101123000id_/https://shop.example/p")), BASE)
    assert found == Played("20040101123000", ORIGINAL, "https://shop.example/p")


def test_an_archived_redirect_to_nowhere_is_a_failure_for_good() -> None:
    found = refused(answer(301, DATE, LINK, ("Location", "javascript:history.back()")))
    assert (found.failure.reason, found.failure.transient) == ("redirect leads nowhere", False)


@pytest.mark.parametrize(
    ("status", "body", "state", "reason", "transient"),
    [
        (404, b"<p>The Wayback Machine has not archived that URL.</p>", State.UNPLAYABLE, "not archived", False),
        (200, b"<p>This URL has been excluded from the Wayback Machine.</p>", State.BLOCKED, EXCLUDED, False),
        (403, b"AdministrativeAccessControlException: Blocked Site Error", State.BLOCKED, EXCLUDED, False),
        (403, b"<p>due to robots.txt</p>", State.BLOCKED, ROBOTS, False),
        (403, b"<h1>403 Forbidden</h1>", State.FAILED, "archive trouble", True),
        (200, PAGE, State.FAILED, "not a memento", True),
        (200, b"", State.FAILED, "not a memento", True),
        (503, b"No server is available", State.FAILED, "archive trouble", True),
        (504, b"", State.FAILED, "archive trouble", True),
        (452, b"", State.FAILED, "archive trouble", True),
        (999, b"", State.FAILED, "archive trouble", True),
    ],
)  # fmt: skip
def test_refusals(status: int, body: bytes, state: State, reason: str, transient: bool) -> None:
    found = refused(answer(status, HTML, body=body))
    assert (found.state, found.failure.reason, found.failure.transient) == (state, reason, transient)
    assert found.failure.stage == "replay"


@pytest.mark.parametrize(
    "body",
    [
        b"<p>Got an HTTP 302 response at crawl time</p><p>Redirecting to...</p><a>Impatient?</a>",
        b"found capture at 20040102000000",
        b"\nfound capture at 20040102000000\n",
    ],
)
@pytest.mark.parametrize("headers", [(), (DATE, LINK)])
def test_the_archives_own_pages_are_never_taken_for_the_capture(
    body: bytes, headers: tuple[tuple[str, str], ...]
) -> None:
    found = refused(answer(200, *headers, body=body))
    assert found.failure.transient


def test_a_policy_may_say_impatient() -> None:
    found = read_answer(answer(200, DATE, LINK, body=b"Impatient? We found capture at 2004"), BASE)
    assert found == Played("20040101123000", ORIGINAL)


@pytest.mark.parametrize(
    ("link", "original"),
    [
        ('<http://a.example/?x=1&amp;y=2>; rel="original"', "http://a.example/?x=1&y=2"),
        ("<http://a.example/,b>;rel=original", "http://a.example/,b"),
        ('<http://t.example/>; rel="timegate", <http://a.example/>; rel="original"', "http://a.example/"),
        ('<http://a.example/?copy=1&copy;=2>; rel="original"', "http://a.example/?copy=1&copy;=2"),
        ('<javascript:x>; rel="original"', ""),
        ('<http://a.example/>; rel="memento"', ""),
        ("nonsense", ""),
    ],
)
def test_the_true_address_is_in_the_link(link: str, original: str) -> None:
    assert read_answer(answer(200, DATE, ("Link", link), body=PAGE), BASE) == Played("20040101123000", original)


def test_a_memento_without_a_usable_date_is_one() -> None:
    assert read_answer(answer(200, ("Memento-Datetime", "soon"), LINK, body=PAGE), BASE) == Played("", ORIGINAL)


@given(
    st.integers(100, 999),
    st.lists(st.tuples(st.sampled_from(["Location", "Link", "Memento-Datetime", "Retry-After"]), st.text(max_size=60))),
    st.binary(max_size=80),
)
def test_no_answer_ends_in_an_error(status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    found = read_answer(answer(status, *headers, body=body), BASE)
    assert isinstance(found, Played | Hop | Limited | Refused)
    has_date = any(name == "Memento-Datetime" and value for name, value in headers[:1])
    assert not has_date or isinstance(found, Played | Refused)


# -- which capture it is


def played(
    body: bytes = PAGE, *headers: tuple[str, str], requested: Capture = CAPTURE, raw: bytes | None = None,
    listed: tuple[Capture, ...] = (), timestamp: str = "20040101123000", original: str = ORIGINAL, status: int = 200,
) -> Memento:  # fmt: skip
    given_answer = answer(status, DATE, LINK, *headers, body=body)
    wire = body if raw is None else raw
    return played_capture(requested, Played(timestamp, original), given_answer, wire, listed)


def test_the_capture_that_was_asked_for() -> None:
    memento = played()
    assert (memento.capture, memento.requested, memento.digest_check) == (CAPTURE, "20040101123000", "decoded")


def test_a_capture_with_an_impossible_date_keeps_its_timestamp() -> None:
    requested = replace(CAPTURE, timestamp="20000012170449")
    assert played(requested=requested, timestamp="20001217044900").capture == requested
    nowhen = replace(CAPTURE, timestamp="20040230000000")
    assert played(requested=nowhen, timestamp="20040301000000").capture == nowhen


def test_a_memento_without_a_date_is_the_capture_that_was_asked_for() -> None:
    assert played(timestamp="").capture == CAPTURE


def test_of_two_captures_of_one_second_the_digest_tells_which_was_played() -> None:
    other = replace(CAPTURE, digest="B" * 32)
    assert played(requested=other, listed=(other, CAPTURE)).capture == CAPTURE
    assert played(requested=other, listed=(other,)).capture == other
    assert played(requested=other).digest_check == "neither"


def test_where_no_digest_fits_address_and_status_tell() -> None:
    redirect = replace(CAPTURE, original="https://shop.example/terms", statuscode="301", digest="C" * 32)
    page = replace(CAPTURE, digest="D" * 32)
    assert played(requested=redirect, listed=(page,)).capture == page
    moved = replace(page, statuscode="301")
    assert played(requested=moved, listed=(page,)).capture == page


def test_no_digest_makes_a_redirect_of_a_page() -> None:
    """A row of that second with equal bytes may be a redirect from the same address by another scheme."""
    page = replace(CAPTURE, original="https://shop.example/privacy", digest="D" * 32)
    redirect = replace(CAPTURE, statuscode="301")
    assert played(requested=page, listed=(redirect,), original=page.original).capture == page


def test_a_hop_leads_to_a_listed_capture() -> None:
    other = replace(CAPTURE, timestamp="20040102000000")
    memento = played(timestamp="20040102000000", listed=(CAPTURE, other))
    assert (memento.capture, memento.requested) == (other, "20040101123000")


def test_a_hop_to_what_no_listing_shows_makes_a_capture() -> None:
    memento = played(PAGE, HTML, timestamp="20040102000000", original="https://www.shop.example/privacy")
    assert memento.capture == Capture(
        "example,shop)/privacy", "20040102000000", "https://www.shop.example/privacy", "text/html", "200",
        cdx_digest(PAGE),
    )  # fmt: skip
    assert memento.digest_check == "unknown"


@pytest.mark.parametrize("link", ["https://www.shop.example:443/privacy/", "http://SHOP.example/privacy", ORIGINAL])
def test_the_listed_address_stays_where_link_writes_the_same_another_way(link: str) -> None:
    other = replace(CAPTURE, original="http://shop.example/other", digest="E" * 32)
    assert played(b"changed", requested=CAPTURE, listed=(other,), original=link).capture == CAPTURE


def test_a_redirect_keeps_where_it_leads() -> None:
    given_answer = answer(301, DATE, LINK)
    memento = played_capture(
        replace(CAPTURE, statuscode="301", digest=EMPTY_DIGEST),
        Played("20040101123000", ORIGINAL, "https://shop.example/p"),
        given_answer,
        b"",
    )
    assert isinstance(memento, ArchivedRedirect)
    assert memento.redirect_to == "https://shop.example/p"


# -- whether it is whole


def test_a_body_shorter_than_it_says_is_asked_again() -> None:
    with pytest.raises(ReplayFailed) as caught:
        played(PAGE[:20], ("Content-Length", str(len(PAGE))))
    assert (caught.value.reason, caught.value.transient) == ("body cut short", True)


def test_the_length_is_that_of_the_wire() -> None:
    packed = gzip.compress(PAGE)
    assert played(PAGE, ("Content-Length", str(len(packed))), raw=packed).digest_check == "decoded"


def test_the_original_length_counts_where_nothing_was_encoded() -> None:
    longer = ("x-archive-orig-content-length", str(len(PAGE) + 5))
    with pytest.raises(ReplayFailed, match="body cut short"):
        played(PAGE, longer, requested=replace(CAPTURE, digest="B" * 32))
    unchecked = replace(CAPTURE, digest="B" * 32)
    assert played(PAGE, longer).truncated == "shorter than its Content-Length"  # so it was archived, says its digest
    assert played(PAGE, longer, requested=unchecked, raw=gzip.compress(PAGE)).capture == unchecked
    assert played(PAGE, longer, ("X-Archive-Orig-Content-Encoding", "gzip"), requested=unchecked).capture == unchecked
    assert played(PAGE, longer, requested=unchecked, status=404).capture == unchecked


def test_what_was_cut_at_capture_is_told_by_its_digest_or_its_archive() -> None:
    assert played().truncated == ""
    assert played(PAGE, ("WARC-Truncated", "length")).truncated == "length"
    assert played(requested=replace(CAPTURE, record_at="x.warc.gz?1+2~time")).truncated == "time"
    longer = ("X-Archive-Orig-Content-Length", str(len(PAGE) + 5))
    for header in (("X-Archive-Orig-Transfer-Encoding", "chunked"), ("X-Archive-Orig-Content-Encoding", "gzip")):
        assert played(PAGE, longer, header).truncated == "", "the length is that of something else"


@pytest.mark.parametrize("length", ["", "-1", "many", "9" * 40, "٣"])
def test_a_length_that_is_none_is_ignored(length: str) -> None:
    assert played(PAGE, ("Content-Length", length)).capture == CAPTURE


def test_an_empty_page_is_no_success() -> None:
    with pytest.raises(ReplayFailed) as caught:
        played(b"")
    assert (caught.value.reason, caught.value.transient) == ("empty body", True)


def test_what_was_archived_empty_stays_empty() -> None:
    with pytest.raises(ReplayFailed) as caught:
        played(b"", requested=replace(CAPTURE, digest=EMPTY_DIGEST))
    assert (caught.value.reason, caught.value.transient) == ("empty body", False)


# -- digests


def test_where_a_digest_fits() -> None:
    packed = gzip.compress(PAGE)
    assert digest_check(cdx_digest(PAGE), packed, PAGE) == "decoded"
    assert digest_check(cdx_digest(packed), packed, PAGE) == "raw"
    assert digest_check("B" * 32, packed, PAGE) == "neither"
    assert digest_check("-", packed, PAGE) == "unknown"
    assert digest_check("sha1:" + cdx_digest(PAGE), packed, PAGE) == "unknown"


def test_the_digest_of_nothing_is_the_known_one() -> None:
    assert cdx_digest(b"") == EMPTY_DIGEST
