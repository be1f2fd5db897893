"""Faults of the whole service and of the network, the same for listings and replays."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from crawler.local_archive.server.fault_kinds import BOTH, LISTING, Case, Catalogue
from crawler.local_archive.server.limits import too_many_requests
from crawler.local_archive.server.loopback import Answer, Delivery

CONNECTIONS = Catalogue()
_HTML = (("Content-Type", "text/html"),)
_TEXT = (("Content-Type", "text/plain"),)
_DAY = 86_400.0
_JAVA = b"org.apache.http.conn.ConnectTimeoutException: Connect to index.example:80 timed out after 2000 ms: part-0208"


@CONNECTIONS.add(1, 28, on=BOTH)
def too_many(case: Case) -> Answer:
    """429 of the archive itself, without Retry-After"""
    return too_many_requests()


@CONNECTIONS.add(1, on=BOTH)
def too_many_with_seconds(case: Case) -> Answer:
    """429 with Retry-After in seconds"""
    return too_many_requests("30")


@CONNECTIONS.add(1, on=BOTH)
def too_many_with_date(case: Case) -> Answer:
    """429 with Retry-After as a date"""
    return too_many_requests(format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True))


@CONNECTIONS.add(2, 3, on=BOTH)
def refused(case: Case) -> Answer:
    """The firewall: every connection cut and refused for a minute"""
    return Answer(503, delivery=Delivery(refuse=case.scaled(60)))


@CONNECTIONS.add(50, on=BOTH, lasting=True, apart=True)
def address_refused(case: Case) -> Answer:
    """Every connection refused from now on, as for some cloud addresses"""
    return Answer(503, delivery=Delivery(refuse=30 * _DAY))


@CONNECTIONS.add(4, 28, on=BOTH)
def unavailable(case: Case) -> Answer:
    """500, 502 or 503 with a small page"""
    status = case.dice.choice((500, 502, 503))
    body = f"<html><body><h1>{status}</h1>\nNo server is available to handle this request.\n</body></html>\n"
    return Answer(status, _HTML, body.encode())


@CONNECTIONS.add(4, on=BOTH)
def java_trouble(case: Case) -> Answer:
    """503 with an exception of Java as plain text"""
    return Answer(503, _TEXT, _JAVA + b"\n")


@CONNECTIONS.add(6, 48, on=BOTH)
def gateway_timeout(case: Case) -> Answer:
    """504 of the gateway"""
    return Answer(504, _HTML, b"<html><head><title>504 Gateway Time-out</title></head><body>nginx</body></html>\n")


@CONNECTIONS.add(47, on=LISTING, lasting=True, apart=True)
def listing_down(case: Case) -> Answer:
    """503 for every listing while replays are well"""
    return Answer(503, _TEXT, _JAVA + b"\n")


@CONNECTIONS.add(20, on=BOTH)
def exception_text(case: Case) -> Answer:
    """200 with one line of an exception"""
    return Answer(200, _TEXT, b"java.net.SocketTimeoutException: Read timed out\n")


@CONNECTIONS.add(21, on=BOTH)
def html_page(case: Case) -> Answer:
    """200 with a page that says the service is offline"""
    body = b"<!DOCTYPE html>\n<html><head><title>Temporarily Offline</title></head><body>Back soon.</body></html>\n"
    return Answer(200, _HTML, body)


@CONNECTIONS.add(3, on=BOTH)
def nothing(case: Case) -> Answer:
    """200 with no bytes at all where there should be some"""
    return Answer(200, _HTML) if case.given.body else case.given


@CONNECTIONS.add(40, on=BOTH)
def status_452(case: Case) -> Answer:
    """A status that no standard knows"""
    return Answer(452, _TEXT, b"\n")


@CONNECTIONS.add(18, on=BOTH, lasting=True)
def blocked_site(case: Case) -> Answer:
    """403: closed by its owner, in the long form"""
    text = "org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error"
    return _closed(f"org.archive.util.io.RuntimeIOException: {text}", with_body=True)


@CONNECTIONS.add(18, on=BOTH, lasting=True)
def blocked_site_short(case: Case) -> Answer:
    """403: closed by its owner, a header only"""
    return _closed("AdministrativeAccessControlException: Blocked Site Error", with_body=False)


@CONNECTIONS.add(19, on=BOTH, lasting=True)
def blocked_by_robots(case: Case) -> Answer:
    """403: closed by robots.txt"""
    return _closed("org.archive.wayback.exception.RobotAccessControlException: Blocked By Robots", with_body=True)


def _closed(text: str, *, with_body: bool) -> Answer:
    headers = (*_TEXT, ("X-Archive-Wayback-Runtime-Error", text))
    return Answer(403, headers, f"{text}\n".encode() if with_body else b"")


@CONNECTIONS.add(33, on=BOTH)
def closed_early(case: Case) -> Answer:
    """The connection closes before the first byte"""
    return replace(case.given, headers=(), body=b"", delivery=Delivery(without_head=True))


@CONNECTIONS.add(2, 33, on=BOTH)
def reset_early(case: Case) -> Answer:
    """The connection is reset before the first byte"""
    return replace(case.given, delivery=Delivery(reset=True))


@CONNECTIONS.add(33, on=BOTH, harmless=True)
def closed_after(case: Case) -> Answer:
    """The kept connection closes after the answer, without a word"""
    return replace(case.given, delivery=Delivery(cut_after=len(case.given.body)))


@CONNECTIONS.add(31, on=BOTH)
def cut_body(case: Case) -> Answer:
    """The connection closes in the middle of the body"""
    return _cut(case, reset=False)


@CONNECTIONS.add(31, 33, on=BOTH)
def reset_midway(case: Case) -> Answer:
    """The connection is reset in the middle of the body"""
    return _cut(case, reset=True)


def _cut(case: Case, *, reset: bool) -> Answer:
    if len(case.given.body) < 2:
        return case.given
    return replace(case.given, delivery=Delivery(cut_after=len(case.given.body) // 2, reset=reset))


@CONNECTIONS.add(31, on=BOTH)
def cut_chunks(case: Case) -> Answer:
    """A chunked body ends without its last chunk"""
    if not case.given.body:
        return case.given
    kept = tuple(pair for pair in case.given.headers if pair[0].lower() != "content-length")
    body = b"%x\r\n%b\r\n" % (len(case.given.body), case.given.body)
    headers = (*kept, ("Transfer-Encoding", "chunked"))
    return replace(case.given, headers=headers, body=body, delivery=Delivery(cut_after=len(body) // 2))


@CONNECTIONS.add(32, on=BOTH)
def silence(case: Case) -> Answer:
    """The request is taken and never answered"""
    return replace(case.given, delivery=Delivery(silent=True))


@CONNECTIONS.add(32, on=BOTH)
def drip(case: Case) -> Answer:
    """16 bytes a second: never quite silent"""
    return replace(case.given, delivery=Delivery(pause=case.scaled(1), chunk=16)) if case.given.body else case.given


@CONNECTIONS.add(34, on=BOTH)
def endless_headers(case: Case) -> Answer:
    """Two megabytes of headers"""
    more = tuple((f"x-filler-{number}", "x" * 1_000) for number in range(2_000))
    return replace(case.given, headers=(*case.given.headers, *more))


@CONNECTIONS.add(48, on=LISTING, harmless=True)
def slow_listing(case: Case) -> Answer:
    """Half a minute before the first byte"""
    return replace(case.given, delivery=Delivery(wait=case.scaled(30)))
