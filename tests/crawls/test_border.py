"""No request leaves the archive, whatever it answers: forty ways to lead a crawler away, and a proxy that waits."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.asked import REPLAY, read_target
from crawler.local_archive.server.loopback import Answer, Handler, LoopbackServer, Request
from tests.crawls.crawling import Crawling
from tests.crawls.holdings import picture, timestamp, write_sites

_WAYS = """
file:///etc/passwd
file:/etc/passwd
file://{evil}/etc/passwd
data:text/html,<h1>x</h1>
javascript:location='http://{evil}/'
ftp://{evil}/privacy
gopher://{evil}/
//{evil}/web/2004id_/http://a.example/
///{evil}/web/2004id_/http://a.example/
////{evil}/
\\\\{evil}\\web
/\\{evil}/web/2004/http://a.example/
http:/\\{evil}/
http:\\\\{evil}\\
http://{evil}/
http://{evil}/web/20040101000000id_/http://a.example/
https://{evil}/web/20040101000000id_/http://a.example/
http:{evil}
http://{host}@{evil}/web/2004id_/http://a.example/
http://{host}:80@{evil}/web/2004id_/http://a.example/
http://user:password@{host}/web/20040101000000id_/http://a.example/
http://{host}%2f@{evil}/web/2004id_/http://a.example/
http://{host}#@{evil}/web/2004id_/http://a.example/
http://{host}?@{evil}/web/2004id_/http://a.example/
http://{host}\\@{evil}/web/2004id_/http://a.example/
http://{host}.{evil}/web/2004id_/http://a.example/
http://{host}.evil.example/web/2004id_/http://a.example/
http://127.0.0.1.evil.example/web/2004id_/http://a.example/
http://evil-127.0.0.1/web/2004id_/http://a.example/
http://[::1]:{port}/web/2004id_/http://a.example/
http://[::ffff:127.0.0.1]:{port}/web/2004id_/http://a.example/
http://[fe80::1%25eth0]/web/2004id_/http://a.example/
http://0x7f000001:{port}/web/2004id_/http://a.example/
http://2130706433:{port}/web/2004id_/http://a.example/
http://127.1:{port}/web/2004id_/http://a.example/
http://0.0.0.0:{port}/web/2004id_/http://a.example/
http://localhost:{port}/web/2004id_/http://a.example/
http://169.254.169.254/latest/meta-data/
http://169.254.169.254/web/2004id_/http://a.example/
http://127.0.0.1:{port}/web/2004id_/http://a.example/
HTTP://127.0.0.1:{port}/web/2004id_/http://a.example/
http://{evil}:99999/web/2004id_/http://a.example/
http://{evil}%00.example/web/2004id_/http://a.example/
http://{host}%0d%0aHost:{evil}/web/2004id_/http://a.example/
/web/20040101000000id_/http://{evil}/../../..//{evil}/
/web/20040101000000id_/file:///etc/passwd
/web/../../{evil}
""".strip().splitlines()


class Elsewhere:
    """A server that must never hear anything, be it as a host or as a proxy."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.server = LoopbackServer(self._answer)

    def _answer(self, request: Request) -> Answer:
        self.heard.append(f"{request.method} {request.target}")
        return Answer(200, (("Memento-Datetime", "Thu, 01 Jan 2004 00:00:00 GMT"),), b"<p>You should not be here.")


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    found = Elsewhere()
    yield found
    found.server.close()


class LeadsAway:
    """Each replay is answered with the next way out: as the archive's own redirect, an archived one, or in the page."""

    def __init__(self, evil_port: int) -> None:
        self._evil = f"127.0.0.1:{evil_port}"
        self._port = str(evil_port)
        self.used: set[str] = set()

    def __call__(self, inner: Handler) -> Handler:
        def leading(request: Request) -> Answer:
            asked = read_target(request)
            given = inner(request)
            if asked.kind != REPLAY or not given.header("memento-datetime"):
                return given
            number = int(asked.timestamp) // 1_000_000  # one way a capture, all forms a way over the sites
            return self._led(given, number, asked.url, request.header("host"))

        return leading

    def _led(self, given: Answer, number: int, url: str, host: str) -> Answer:
        captures = [int(timestamp(capture)) // 1_000_000 for capture in range(len(_WAYS))]
        way = _WAYS[captures.index(number)].replace("{evil}", self._evil).replace("{port}", self._port)
        way = way.replace("{host}", host)
        self.used.add(way)
        away = (("Location", way), ("Refresh", f"0; url={way}"), ("Link", f'<{way}>; rel="original"'))
        if "site-0000" in url:
            return replace(given, status=302, headers=away, body=b"")
        if "site-0001" in url:
            kept = tuple(header for header in given.headers if header[0].lower() != "link")
            return replace(given, status=301, headers=(*kept, *away), body=b"")
        page = f'<base href="{way}"><meta http-equiv="refresh" content="0; url={way}"><iframe src="{way}"></iframe>'
        headers = tuple(header for header in given.headers if not header[0].lower().endswith("length"))
        cookie = ("Set-Cookie", f"a=b; Domain={self._evil}")
        return replace(given, headers=(*headers, *away[1:], cookie), body=page.encode() + given.body)


def test_forty_ways_to_leave_the_archive(elsewhere: Elsewhere, tmp_path: Path) -> None:
    assert len(set(_WAYS)) == len(_WAYS) >= 40
    folder = tmp_path / "holdings"
    (tmp_path / "targets.txt").write_text("\n".join(write_sites(folder, 3, len(_WAYS), every=1)))
    away = LeadsAway(elsewhere.server.port)
    proxy = f"http://user:password@127.0.0.1:{elsewhere.server.port}"
    environ = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"), proxy)
    with EmbeddedArchive(folder, wrappers=[away]) as archive:
        crawling = Crawling(
            tmp_path / "corpus",
            archive.url,
            tmp_path / "targets.txt",
            settings={"SELECT": "all", "RETRY_LIMIT": 1},
            environ=environ | {"no_proxy": "", "NO_PROXY": ""},
        )
        ended = crawling.run()
        seen = archive.requests.all
    assert elsewhere.heard == []
    assert ended.code == 0, ended
    assert len(away.used) == len(_WAYS)
    assert {one.host for one in seen} == {f"127.0.0.1:{archive.port}"}
    assert {one.user_agent for one in seen} == {"policy-corpus/0.2.0.dev0"}
    assert {one.kind for one in seen} == {"cdx", "replay"}
    told = crawling.rows("SELECT DISTINCT reason FROM capture WHERE state = 'failed'")
    assert ("led out of the archive",) in told
    assert ("redirect leads nowhere",) in told


def test_few_connections_are_made_and_the_contact_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "holdings"
    (tmp_path / "targets.txt").write_text("\n".join(write_sites(folder, 5, 80, every=1, page=picture)))
    with EmbeddedArchive(folder) as archive:
        settings = {"SELECT": "all", "CONTACT": "me@example.org"}
        ended = Crawling(tmp_path / "corpus", archive.url, tmp_path / "targets.txt", settings=settings).run()
        assert ended.code == 0, ended
        assert len(archive.requests) == 405
        assert archive.requests.connections <= 10
        assert {one.user_agent for one in archive.requests.all} == {"policy-corpus/0.2.0.dev0 (+me@example.org)"}
        print(f"{archive.requests.connections} connections for {len(archive.requests)} requests")
