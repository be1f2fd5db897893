import pytest
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawler.spiders.responses import Reach, http_answer, why_no_answer
from pipelines.exceptions import ReplayFailed


def test_an_answer_is_taken_over_with_its_headers_and_its_body_decoded() -> None:
    response = Response(
        "http://127.0.0.1/x", status=200, headers={"Link": ["a", "b"], "X-A": "é".encode("latin-1")}, body=b"plain",
        request=Request("http://127.0.0.1/asked"),
    )  # fmt: skip
    answer = http_answer(response, ReplayFailed)
    assert answer.request_url == "http://127.0.0.1/asked"
    assert (answer.status, answer.body) == (200, b"plain")
    assert [pair for pair in answer.headers if pair[0] == "Link"] == [("Link", "a"), ("Link", "b")]
    assert answer.header("x-a") == "é"
    assert answer.fetched_at.endswith("Z")


def test_a_body_that_cannot_be_decoded_is_a_failure_of_the_capture() -> None:
    response = Response("http://127.0.0.1/x", headers={"Content-Encoding": "gzip"}, body=b"\x1f\x8b\x08\0broken")
    with pytest.raises(ReplayFailed):
        http_answer(response, ReplayFailed)


@pytest.mark.parametrize(
    ("error", "reason", "transient"),
    [
        (DownloadConnectionRefusedError(), "connection refused", True),
        (DownloadTimeoutError(), "no answer in time", True),
        (ResponseDataLossError(), "body cut short", True),
        (DownloadCancelledError(), "body too large", False),
        (CannotResolveHostError(), "host name not found", True),
        (DownloadFailedError(), "connection lost", True),
        (IgnoreRequest("leaves the archive"), "led out of the archive", False),
        (ValueError("what"), "no answer", True),
        (None, "no answer", True),
    ],
)
def test_each_trouble_has_a_reason(error: Exception | None, reason: str, transient: bool) -> None:
    failure = why_no_answer(error, "replay")
    assert (failure.stage, failure.reason, failure.transient) == ("replay", reason, transient)
    assert len(failure.detail) <= 300


REFUSED = DownloadConnectionRefusedError()


def test_a_first_request_that_is_refused_ends_the_run() -> None:
    assert "connection refused. Check WAYBACK_URL" in Reach("http://a.example").refused(REFUSED)
    assert "host name is not known" in Reach("http://a.example").refused(CannotResolveHostError())
    assert Reach("http://a.example").refused(DownloadTimeoutError()) == ""


def test_an_archive_that_has_answered_may_refuse_for_a_while() -> None:
    reach = Reach("http://a.example", longest_row=3)
    reach.answered()
    assert [bool(reach.refused(REFUSED)) for _ in range(3)] == [False, False, True]
    reach.answered()
    assert not reach.refused(REFUSED)


@pytest.mark.parametrize("error", [DownloadTimeoutError(), DownloadFailedError()])
def test_an_archive_that_never_answers_ends_the_run_in_the_end(error: Exception) -> None:
    reach = Reach("http://a.example", longest_row=3)
    assert [bool(reach.refused(error)) for _ in range(2)] == [False, False]
    reach.answered()
    assert [bool(reach.refused(error)) for _ in range(2)] == [False, False]
    reason = why_no_answer(error, "").reason
    assert f"left 3 requests in a row without an answer, the last: {reason}." in reach.refused(error)


def test_nonsense_in_place_of_the_first_listings_ends_the_run() -> None:
    reach = Reach("http://a.example")
    assert [bool(reach.babbled(200, "not CDX rows")) for _ in range(3)] == [False, False, True]
    reach.answered()
    assert not reach.babbled(200, "not CDX rows")


def test_the_first_nonsense_is_told_at_once_and_once(caplog: pytest.LogCaptureFixture) -> None:
    reach = Reach("http://a.example")
    reach.babbled(404, "unexpected status")
    said = "http://a.example answered a listing with status 404, unexpected status; it is asked again, but check "
    said += "WAYBACK_URL"
    assert caplog.messages == [said]
    reach.babbled(404, "unexpected status")
    assert caplog.messages == [said]


def test_an_archive_that_answered_well_may_slip(caplog: pytest.LogCaptureFixture) -> None:
    reach = Reach("http://a.example")
    reach.answered()
    assert reach.babbled(200, "not CDX rows") == ""
    assert caplog.messages == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_archive_that_has_too_much_to_do_talks_no_nonsense(status: int) -> None:
    reach = Reach("http://a.example")
    assert [reach.babbled(status, "archive trouble") for _ in range(9)] == [""] * 9
