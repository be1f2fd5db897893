import random

from hypothesis import given
from hypothesis import strategies as st

from crawler.selection.payloads import Payload, in_order, shared
from pipelines.items.captures import EMPTY_DIGEST, Capture
from tests.crawler.lines import capture, listings, revisit

HTTPS = "https://example.com/privacy"


def redirect(timestamp: str, digest: str = EMPTY_DIGEST, status: str = "301", original: str = HTTPS) -> Capture:
    return capture(timestamp, digest, status, "text/html", original)


def groups(*rows: Capture) -> list[list[Capture]]:
    payloads, _ = shared(in_order(rows))
    return [list(payload.captures) for payload in payloads]


def test_rows_that_differ_only_beside_the_key_are_one_capture() -> None:
    row = capture("2001")
    longer = Capture(row.urlkey, row.timestamp, row.original, row.mimetype, row.statuscode, row.digest, "9")
    assert in_order([longer, row]) == in_order([row, longer]) == [row]


def test_redirects_that_follow_each_other_are_one_fetch_a_half_year() -> None:
    rows = [redirect(timestamp) for timestamp in ("20010101", "20010301", "20010630", "20010701", "20011231")]
    assert groups(*rows) == [rows[:3], rows[3:]]


def test_a_row_of_the_same_original_between_two_redirects_parts_them() -> None:
    before, between, after = redirect("200101"), capture("200102", original=HTTPS), redirect("200103")
    assert groups(before, between, after) == [[before], [between], [after]]
    gone = capture("200102", status="404", original=HTTPS)
    assert groups(before, gone, after) == [[before], [after]]


def test_a_row_of_another_original_between_two_redirects_does_not() -> None:
    before, between, after = redirect("200101"), capture("200102"), redirect("200103")
    assert groups(before, between, after) == [[before, after], [between]]


def test_redirects_of_another_status_digest_or_original_are_fetched_for_themselves() -> None:
    rows = [
        redirect("200101"),
        redirect("200102", status="302"),
        redirect("200103", "ABC", "302"),
        redirect("200104", "ABC", "302", "http://example.com/privacy"),
    ]
    assert groups(*rows) == [[row] for row in rows]


def test_a_digest_that_two_redirects_have_in_common_does_not_make_them_one() -> None:
    assert groups(redirect("200101", "ABC"), redirect("200201", "ABC")) == [
        [redirect("200101", "ABC")],
        [redirect("200201", "ABC")],
    ]


def test_nothing_is_shared_through_the_digest_of_nothing() -> None:
    rows = [revisit("200101", EMPTY_DIGEST), revisit("200201", EMPTY_DIGEST), redirect("200202")]
    assert groups(*rows) == [[row] for row in rows]


def test_a_digest_that_is_missing_is_no_digest() -> None:
    rows = [capture("2001", "-"), capture("2002", "-"), capture("2003", ""), capture("2004", "")]
    assert groups(*rows) == [[row] for row in rows]


def test_a_revisit_of_an_error_or_an_image_is_not_replayed() -> None:
    rows = [capture("2001", "ERR", "404"), revisit("2002", "ERR"), capture("2003", "PNG", mimetype="image/png")]
    rows.append(revisit("2000", "PNG"))
    payloads, obstacles = shared(in_order(rows))
    assert payloads == []
    assert obstacles[rows[1].key] == "repeats a capture of status 404"
    assert obstacles[rows[3].key] == "repeats a capture of no page: image/png"


def test_a_revisit_of_bytes_that_were_also_sent_as_a_page_is_replayed() -> None:
    rows = [capture("2001", "X", "404"), capture("2002", "X"), revisit("2003", "X")]
    assert groups(*rows) == [rows[1:]]


def test_old_rows_without_a_status_are_replayed() -> None:
    row = capture("1997", "A", "-", "text/html")
    assert shared([row]) == ([Payload((row,))], {})


@given(listings, st.randoms())
def test_each_row_has_either_a_payload_or_an_obstacle_in_any_order(
    listing: list[Capture], chance: random.Random
) -> None:
    payloads, obstacles = shared(in_order(listing))
    rows = [row.key for payload in payloads for row in payload.captures]
    assert sorted([*rows, *obstacles]) == sorted({row.key for row in listing})
    chance.shuffle(listing)
    assert shared(in_order(listing)) == (payloads, obstacles)
