import pytest

from crawler.archives.answers import EXCLUDED, ROBOTS, is_exception, why_closed
from pipelines.items.captures import HttpAnswer


def answer(status: int, *headers: tuple[str, str]) -> HttpAnswer:
    return HttpAnswer("http://archive.example/", status, headers, b"", "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error", EXCLUDED),
        (b"Blocked Site Error", EXCLUDED),
        (b"<p>This URL has been excluded from the Wayback Machine.</p>", EXCLUDED),
        (b"org.archive.wayback.exception.RobotAccessControlException: x", ROBOTS),
        (b"Blocked By Robots", ROBOTS),
        (b"<p>Page cannot be displayed due to robots.txt.</p>", ROBOTS),
        (b"Forbidden", ""),
        (b"", ""),
    ],
)
def test_closed_captures_are_known_by_what_is_said(text: bytes, why: str) -> None:
    assert why_closed(answer(403), text) == why


def test_the_header_says_it_as_well() -> None:
    header = ("x-archive-wayback-runtime-error", "AdministrativeAccessControlException: x")
    assert why_closed(answer(200, header), b"") == EXCLUDED


def test_a_page_that_speaks_of_robots_is_not_closed_by_them() -> None:
    assert why_closed(answer(200), b"we honour robots.txt") == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"java.net.SocketTimeoutException: Read timed out", True),
        (b"java.lang.IllegalArgumentException: fromKey > toKey", True),
        (b"org.archive.wayback.exception.WaybackException: Unexpected Error", True),
        (b"Requested Line is too large", True),
        (b"exceptional prices, java and more", False),
        (b"", False),
    ],
)
def test_exceptions_in_plain_text_are_known(text: bytes, found: bool) -> None:
    assert is_exception(text) is found
