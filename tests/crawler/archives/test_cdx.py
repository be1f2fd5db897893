import json
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.archives.cdx import MAX_LINE, MAX_MALFORMED, MAX_ROWS, parse_page, query_url
from pipelines.exceptions import ListingFailed, WrongUse
from pipelines.items.captures import Capture, HttpAnswer, ListingPage, Query

QUERY = Query("http://shop.example/privacy")
DIGEST = "MGIGF4GRGGF5GKV6VNCBAXOE3OR5BTZC"
ROW = f"example,shop)/privacy 20040101123000 http://shop.example/privacy text/html 200 {DIGEST} 1811"
BLOCKED = (
    b"org.archive.util.io.RuntimeIOException: org.archive.wayback.exception."
    b"AdministrativeAccessControlException: Blocked Site Error"
)


def answer(body: bytes | str, status: int = 200, **headers: str) -> HttpAnswer:
    raw = body.encode() if isinstance(body, str) else body
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpAnswer("http://archive.example/cdx/search/cdx?url=x", status, named, raw, "2026-01-01T00:00:00Z")


def parsed(body: bytes | str, status: int = 200, **headers: str) -> ListingPage:
    return parse_page(QUERY, answer(body, status, **headers))


def failed(body: bytes | str, status: int = 200, **headers: str) -> ListingFailed:
    with pytest.raises(ListingFailed) as caught:
        parsed(body, status, **headers)
    return caught.value


def row(**changed: str) -> str:
    names = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
    return " ".join({**dict(zip(names, ROW.split(" "), strict=True)), **changed}.values())


# -- asking


def test_a_query_asks_for_all_seven_fields_in_bounded_gzipped_pages_of_text() -> None:
    url = query_url("https://archive.example/", Query("http://shop.example/p?a=1&b=2#c"), page_rows=5000)
    assert url.startswith("https://archive.example/cdx/search/cdx?")
    asked = parse_qs(urlsplit(url).query)
    assert asked["url"] == ["http://shop.example/p?a=1&b=2#c"]
    assert asked["fl"] == ["urlkey,timestamp,original,mimetype,statuscode,digest,length"]
    assert asked["limit"] == ["5000"]
    assert asked["showResumeKey"] == asked["gzip"] == ["true"]
    assert asked["matchType"] == ["exact"]
    assert not {"output", "collapse", "page", "resumeKey", "from", "to"} & asked.keys()


def test_range_filters_and_match_are_passed_on() -> None:
    query = Query("shop.example", "domain", ("urlkey:.*privacy.*", "!statuscode:404"), "2004", "201012")
    asked = parse_qsl(urlsplit(query_url("http://a.example", query, page_rows=10)).query)
    assert [value for name, value in asked if name == "filter"] == ["urlkey:.*privacy.*", "!statuscode:404"]
    assert {("from", "2004"), ("to", "201012"), ("matchType", "domain")} <= set(asked)


@pytest.mark.parametrize(
    ("printed", "sent"),
    [
        ("com%2Ccnn%29%2F+2001041400593%3A", "com%252Ccnn%2529%252F%2B2001041400593%253A"),
        ("eJxLzy_TyUssTtTUVzAyMDAxsDQw", "eJxLzy_TyUssTtTUVzAyMDAxsDQw"),
    ],
)
def test_a_resume_key_is_encoded_once_more_than_printed(printed: str, sent: str) -> None:
    assert query_url("http://a.example", QUERY, page_rows=10, resume_key=printed).endswith(f"&resumeKey={sent}")


def test_a_star_in_an_address_is_no_wildcard() -> None:
    asked = parse_qs(urlsplit(query_url("http://a.example", Query("http://shop.example/*"), page_rows=10)).query)
    assert asked["url"] == ["http://shop.example/%2A"]


@pytest.mark.parametrize("query", [Query("a.example", "nearly"), Query("a.example", filters=("200",)), Query("\ud800")])
def test_a_query_the_server_would_misread_is_refused(query: Query) -> None:
    with pytest.raises(WrongUse, match="cannot be asked for"):
        query_url("http://a.example", query, page_rows=10)


# -- rows


def test_a_row_is_a_capture() -> None:
    page = parsed(ROW + "\n")
    assert page.rows == (
        Capture(
            "example,shop)/privacy", "20040101123000", "http://shop.example/privacy", "text/html", "200", DIGEST, "1811"
        ),
    )
    assert (page.outcome, page.malformed, page.resume_key) == ("rows", (), "")


def test_the_query_and_the_answer_stay_with_the_page() -> None:
    given_answer = answer(ROW + "\n")
    page = parse_page(QUERY, given_answer)
    assert page.query is QUERY
    assert page.answer is given_answer


def test_what_is_missing_stays_a_dash() -> None:
    page = parsed(row(mimetype="warc/revisit", statuscode="-", digest="-", length="-") + "\n")
    assert page.rows[0].is_revisit
    assert (page.rows[0].statuscode, page.rows[0].digest, page.rows[0].length) == ("-", "-", "-")


@pytest.mark.parametrize("timestamp", ["20000008241731", "20000012170449", "20040230000000", "99999999999999"])
def test_a_row_with_an_impossible_date_is_a_row(timestamp: str) -> None:
    assert parsed(row(timestamp=timestamp) + "\n").rows[0].timestamp == timestamp


def test_further_columns_are_left_out() -> None:
    assert parsed(ROW + " 12 - more\n").rows == parsed(ROW + "\n").rows


def test_rows_that_say_the_same_are_one() -> None:
    page = parsed("\n".join([ROW, ROW, row(length="1812"), row(digest="B" * 32), row(statuscode="301"), ROW, ""]))
    assert [capture.digest for capture in page.rows] == [DIGEST, "B" * 32, DIGEST]


def test_lines_may_end_as_they_do_on_windows() -> None:
    assert parsed(ROW + "\r\n" + row(statuscode="404") + "\r\n").rows[0].length == "1811"


@pytest.mark.parametrize(
    "line",
    [
        "no row at all",
        row(timestamp="2004"),
        row(timestamp="2004010112300x"),
        row(timestamp="٢٠٠٤٠١٠١١٢٣٠٠٠"),
        row(original="http://a.example/\0"),
        row(original="http://a.example/\x1b[31m"),
        row(original="http://a.example/\x85"),
        row(urlkey=""),
        row(original=""),
        row(original="http://a.example/" + "x" * MAX_LINE),
    ],
)
def test_what_is_no_row_is_kept_aside(line: str) -> None:
    page = parsed(f"{ROW}\n{line}\n{row(statuscode='404')}\n")
    assert [capture.statuscode for capture in page.rows] == ["200", "404"]
    assert len(page.malformed) == 1
    assert len(page.malformed[0]) <= 1500
    assert page.malformed[0].isascii()
    assert page.malformed[0].isprintable()


def test_two_different_malformed_lines_are_both_kept() -> None:
    assert parsed(f"{ROW}\nfirst\nsecond\n").malformed == ("first", "second")


def test_malformed_lines_are_counted_where_they_are_too_many_to_keep() -> None:
    page = parsed(ROW + "\n" + "".join(f"junk{number}\n" for number in range(MAX_MALFORMED + 5)))
    assert len(page.malformed) == MAX_MALFORMED + 1
    assert page.malformed[-1] == "and 5 more"


@pytest.mark.parametrize("original", ["/bare/path.gif", "http://mailto:a@shop.example", "data:image/gif;base64,AA"])
def test_odd_originals_are_rows(original: str) -> None:
    assert parsed(row(original=original) + "\n").rows[0].original == original


def test_bytes_that_are_no_utf8_become_the_escapes_they_are_asked_for_with() -> None:
    body = row(original="http://shop.example/caf\xe9").encode("latin-1") + b"\n" + row(original="/é").encode() + b"\n"
    assert [capture.original for capture in parsed(body).rows] == ["http://shop.example/caf%E9", "/é"]


def test_the_names_of_the_columns_are_no_row() -> None:
    assert len(parsed("urlkey timestamp original mimetype statuscode digest length\n" + ROW + "\n").rows) == 1


# -- the end of a page


@pytest.mark.parametrize("key", ["com%2Ccnn%29%2F+2001041400593%3A", "eJxLzy_TyUssTtTUVzAyMDAxsDQw"])
def test_a_resume_key_stands_behind_an_empty_line(key: str) -> None:
    page = parsed(f"{ROW}\n\n{key}\n")
    assert page.resume_key == key
    assert (len(page.rows), page.malformed) == (1, ())


def test_a_last_row_behind_an_empty_line_is_no_key() -> None:
    page = parsed(f"{ROW}\n\n{row(statuscode='301')}\n")
    assert (len(page.rows), page.resume_key) == (2, "")


def test_a_key_without_rows_leads_nowhere() -> None:
    page = parsed("\nkey\n")
    assert (page.outcome, page.resume_key) == ("empty", "")


def test_an_empty_page_of_html_is_no_empty_listing() -> None:
    assert failed("", Content_Type="text/html; charset=utf-8").reason == "HTML instead of rows"
    assert parsed("", Content_Type="text/plain").outcome == "empty"


@pytest.mark.parametrize(
    ("limit", "body", "is_cut"),
    [
        ("2", f"{ROW}\n{ROW}\n", True),  # the same row twice: two all the same
        ("2", f"{ROW}\n{ROW}\n\nkey\n", False),
        ("3", f"{ROW}\n{ROW}\n", False),
        ("2", "", False),
        ("none", f"{ROW}\n", False),
    ],
)
def test_a_full_page_without_a_key_is_cut(limit: str, body: str, is_cut: bool) -> None:
    url = f"http://archive.example/cdx/search/cdx?url=x&limit={limit}"
    assert parse_page(QUERY, HttpAnswer(url, 200, (), body.encode(), "2026-01-01T00:00:00Z")).is_cut == is_cut


def test_a_key_of_endless_length_is_refused() -> None:
    assert failed(f"{ROW}\n\n{'k' * 5000}\n").reason == "not CDX rows"


@pytest.mark.parametrize("cut", [1, 5, 60, len(ROW) + 3])
def test_an_answer_cut_short_is_asked_again(cut: int) -> None:
    failure = failed(f"{ROW}\n{row(statuscode='301')}\n"[:-cut])
    assert (failure.reason, failure.transient) == ("listing cut short", True)


def test_more_rows_than_a_page_can_have_are_refused() -> None:
    assert failed("x\n" * (MAX_ROWS + 5)).reason in ("listing too long", "not CDX rows")
    assert failed(ROW + "\n" + "x\n" * (MAX_ROWS + 5)).reason == "listing too long"


# -- no rows


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n",
        " \r\n\n",
        "[]",
        "[]\n",
        "[\n]\n",
        json.dumps([["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]]),
        "urlkey timestamp original mimetype statuscode digest length\n",
    ],
)
def test_nothing_is_an_outcome(body: str) -> None:
    page = parsed(body)
    assert (page.outcome, page.rows, page.resume_key) == ("empty", (), "")


def test_pywb_says_nothing_with_404() -> None:
    assert parsed('{"message": "No Captures found for: x"}', 404).outcome == "empty"


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("body", [BLOCKED, BLOCKED + b"\n", b"x.RobotAccessControlException: Blocked By Robots\n"])
def test_a_blocked_site_is_an_outcome(status: int, body: bytes) -> None:
    assert parsed(body, status).outcome == "blocked"


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize(
    "value", [BLOCKED.decode(), "AdministrativeAccessControlException", "RobotAccessControlException: x"]
)
def test_a_site_may_be_blocked_by_header_alone(status: int, value: str) -> None:
    assert parsed("", status, X_Archive_Wayback_Runtime_Error=value).outcome == "blocked"


def test_an_address_that_names_the_exception_blocks_nothing() -> None:
    page = parsed(row(original="http://shop.example/?Blocked%20Site+AdministrativeAccessControlException") + "\n")
    assert (page.outcome, len(page.rows)) == ("rows", 1)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html><title>Temporarily Offline</title></html>\n", "HTML instead of rows"),
        ("\ufeff<!doctype html>", "HTML instead of rows"),
        ("  \n<html>", "HTML instead of rows"),
        ("java.net.SocketTimeoutException: Read timed out\n", "exception instead of rows"),
        ("org.archive.wayback.exception.ResourceNotAvailableException: x", "exception instead of rows"),
        ("Requested Line is too large", "exception instead of rows"),
        ("12\n", "not CDX rows"),
        ("hello world\nhello again\n", "not CDX rows"),
        ('[["urlkey","timestamp"],["a","b"]]\n', "not CDX rows"),
    ],
)
def test_something_else_under_status_200_is_asked_again(body: str, reason: str) -> None:
    failure = failed(body)
    assert (failure.reason, failure.transient) == (reason, True)


def test_an_exception_behind_rows_is_the_end_of_an_answer_that_broke_off() -> None:
    assert failed(f"{ROW}\njava.io.IOException: part-0208.cdx.gz\n").reason == "exception instead of rows"


def test_an_exception_in_an_address_is_none() -> None:
    hostile = [row(original="http://shop.example/java.io.IOException"), row(original="java.io.IOException\0")]
    page = parsed("\n".join([ROW, *hostile, ""]))
    assert (len(page.rows), len(page.malformed)) == (2, 1)


@pytest.mark.parametrize(
    ("status", "reason", "transient"),
    [
        (429, "rate limited", True),
        (400, "query refused", False),
        (403, "forbidden by the archive", True),
        (404, "archive trouble", True),
        (500, "archive trouble", True),
        (503, "archive trouble", True),
        (504, "query too heavy", True),
        (302, "archive trouble", True),
    ],
)
def test_other_statuses_are_failures(status: int, reason: str, transient: bool) -> None:
    failure = failed(b"<html>\xff \0 sorry</html>" * 99, status)
    assert (failure.reason, failure.transient) == (reason, transient)
    assert failure.detail.isprintable()
    assert len(failure.detail) < 1000


@given(st.binary(max_size=300), st.sampled_from([200, 200, 200, 403, 404, 503]))
def test_no_bytes_end_in_another_error(body: bytes, status: int) -> None:
    try:
        outcome = parsed(body, status).outcome
    except ListingFailed as failure:
        outcome = failure.reason
    assert outcome


columns = st.text(st.characters(exclude_characters=" \n\r", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
captures = st.builds(
    Capture, st.just("example,shop)/privacy"), st.from_regex(r"[0-9]{14}", fullmatch=True, alphabet=None),
    columns, columns, columns, columns, columns,
)  # fmt: skip


@settings(max_examples=60)
@given(
    st.lists(captures, min_size=1, max_size=8, unique_by=lambda capture: capture.key), st.sampled_from(["", "key+1"])
)
def test_rows_come_back_as_they_were_printed(listed: list[Capture], key: str) -> None:
    lines = [
        " ".join([c.urlkey, c.timestamp, c.original, c.mimetype, c.statuscode, c.digest, c.length]) for c in listed
    ]
    page = parsed("\n".join(lines) + "\n" + (f"\n{key}\n" if key else ""))
    assert page.rows == tuple(listed)
    assert page.resume_key == key


def test_a_line_of_a_megabyte_is_no_row() -> None:
    page = parsed(ROW + "\n" + "x" * (1 << 20) + "\n" + row(original="y" * (1 << 20)) + "\n")
    assert (len(page.rows), len(page.malformed)) == (1, 2)


@pytest.mark.timeout(60)  # 0.2 s, were it not quadratic; the bench measures it
def test_a_page_larger_than_the_largest_is_read_whole() -> None:
    page = parsed("".join(row(original=f"http://shop.example/{number}") + "\n" for number in range(20_000)))
    assert len(page.rows) == 20_000


# -- rows that nobody asked for


def test_rows_of_other_addresses_are_the_archives_mistake_and_left_out() -> None:
    other = row(urlkey="example,other)/privacy", original="http://other.example/privacy")
    disguised = row(timestamp="20050101000000", original="http://other.example/privacy")
    page = parsed(f"{ROW}\n{other}\n{disguised}\n")
    assert [one.original for one in page.rows] == ["http://shop.example/privacy"]
    assert page.outside == (
        "example,other)/privacy 20040101123000 http://other.example/privacy",
        "example,shop)/privacy 20050101000000 http://other.example/privacy",
    )
    assert page.malformed == ()


def test_a_page_of_other_addresses_alone_is_no_error_and_gives_nothing() -> None:
    lines = [row(urlkey="example,other)/", original=f"http://other.example/{n}", digest=f"D{n}") for n in range(1005)]
    page = parse_page(Query("shop.example", "domain"), answer("".join(f"{line}\n" for line in lines)))
    assert page.rows == ()
    assert (len(page.outside), page.outside[-1]) == (MAX_MALFORMED + 1, "and 5 more")
