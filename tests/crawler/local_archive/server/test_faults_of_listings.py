import gzip

import pytest

from crawler.local_archive.server.fault_kinds import Case
from crawler.local_archive.server.faults import FAULTS, Faults
from crawler.local_archive.server.loopback import Answer
from tests.crawler.local_archive.server.test_asked import request

ROWS = "".join(
    f"com,example)/ 200{year}0101000000 http://example.com/ text/html 200 {'A' * 31}{year} 10{year}\n"
    for year in range(6)
)
WITH_KEY = f"{ROWS}\nKEY==\n"
TEXT = (("Content-Type", "text/plain"),)
PACKED = (*TEXT, ("Content-Encoding", "gzip"))


def listed(name: str, body: str = WITH_KEY, query: str = "url=example.com") -> Answer:
    """What the fault makes of a listing with this body; packed, as most are."""
    packed = Answer(200, PACKED, gzip.compress(body.encode()))
    return Faults.of(name)(lambda _: packed)(request(f"/cdx/search/cdx?{query}"))


def text(name: str, body: str = WITH_KEY, query: str = "url=example.com") -> str:
    given = listed(name, body, query)
    assert given.cause == name
    return gzip.decompress(given.body).decode() if given.header("content-encoding") else given.body.decode()


def test_rows_change_and_the_key_stays() -> None:
    for name in ("repeated-rows", "other-lengths", "impossible-dates", "dashes", "malformed-rows", "header-row"):
        changed = text(name)
        assert changed.endswith("\n\nKEY==\n")
        assert changed != WITH_KEY
        assert FAULTS[name].is_harmless


def test_repeated_rows_are_the_same_rows() -> None:
    rows = text("repeated-rows").partition("\n\n")[0].splitlines()
    assert set(rows) == set(ROWS.splitlines())
    assert len(rows) > 6


def test_other_lengths_and_dashes_change_the_last_column_only() -> None:
    for name in ("other-lengths", "dashes"):
        rows = text(name).partition("\n\n")[0].splitlines()
        assert {row.rpartition(" ")[0] for row in rows} == {row.rpartition(" ")[0] for row in ROWS.splitlines()}
    assert all(row.endswith(" -") for row in rows)


def test_odd_rows_leave_the_right_ones_in_place() -> None:
    for name in ("malformed-rows", "malformed-addresses", "impossible-dates", "header-row"):
        rows = [" ".join(row.split(" ")[:7]) for row in text(name).splitlines()]
        assert set(ROWS.splitlines()) <= set(rows)
        assert len(rows) > 6


def test_short_listing_ends_within_a_row_and_has_no_key() -> None:
    short = text("short-listing")
    assert WITH_KEY.startswith(short)
    assert not short.endswith("\n")
    assert listed("short-listing").is_whole


def test_keys_get_lost_or_stick() -> None:
    assert text("lost-resume-key") == ROWS
    assert text("stuck-cursor", query="url=example.com&resumeKey=OLD%3D").endswith("\n\nOLD=\n")
    assert text("exception-between-rows").count("SocketTimeoutException") == 1


@pytest.mark.parametrize("name", ["lost-resume-key", "stuck-cursor"])
def test_keys_that_are_not_there_cannot(name: str) -> None:
    assert listed(name, ROWS, "url=example.com&resumeKey=OLD").cause == ""
    assert listed("stuck-cursor", WITH_KEY).cause == ""


def test_emptiness_has_three_forms() -> None:
    forms = {Faults.of("odd-emptiness", seed=seed)(lambda _: Answer(200, TEXT))(request("/cdx/search/cdx")).body
             for seed in range(20)}  # fmt: skip
    assert forms == {b"[]\n", b"\n", b"[]"}
    assert listed("odd-emptiness").cause == ""
    assert text("no-rows") == ""


@pytest.mark.parametrize(
    ("query", "cause"),
    [
        ("url=*.example.com", "heavy-query"),
        ("url=example.com/*&from=2004&to=2005", "heavy-query"),
        ("url=example.com&matchType=host&from=2004", "heavy-query"),
        ("url=example.com/*&from=2004&to=2004", ""),
        ("url=example.com/*&from=20040101&to=20041231", ""),
        ("url=example.com", ""),
    ],
)
def test_heavy_queries_are_those_over_more_than_a_year(query: str, cause: str) -> None:
    assert listed("heavy-query", query=query).cause == cause


def test_collapsing_is_heavy() -> None:
    assert listed("heavy-collapse", query="url=x&collapse=digest").status == 504
    assert listed("heavy-collapse", query="url=x").status == 200


def test_json_is_left_alone() -> None:
    case = Case(request("/"), None, Answer(200, (("Content-Type", "application/json"),), b"[]"), None, 1)  # type: ignore[arg-type]
    assert FAULTS["repeated-rows"].change(case) is case.given
