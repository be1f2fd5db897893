"""What other programs record, played by a real pywb: a crawl of it gives what a rebuild of the same files gives.

GNU Wget, warcio's `capture_http` and pywb's own recorder visit a site on loopback one after the other, each of which
finds other texts. Runs with CLIENTS=1, since pywb has to be installed.
"""

import gzip
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from crawler.jobs.rebuild import Request, run_rebuild
from crawler.local_archive.server.blocks import Paging
from tests.corpora import settings_of
from tests.crawler.local_archive.server.dialects.test_like_pywb import write_zipnum
from tests.crawls.crawling import Crawling
from tests.crawls.test_archives import entry
from tests.pipelines.warc.test_pywb import _free_port, _wait_for, pywb

__all__ = ["pywb"]

pytestmark = pytest.mark.skipif(os.environ.get("CLIENTS") != "1", reason="a pywb is needed: set CLIENTS=1")

SITE = "http://kites.example"
PATHS = ("/privacy", "/legal/privacy", "/terms", "/gone")
TARGETS = f"{SITE}/privacy\n{SITE}/terms\n"
_OF = "WHERE kind IN ('privacy policy', 'terms of service') ORDER BY 1, 2, 3"
_TEXTS = f"SELECT site, kind, first_timestamp, original, text_digest FROM versions {_OF}"  # noqa: S608
_LISTED = f"SELECT timestamp, original, digest FROM captures {_OF}"  # noqa: S608
_PAGE = (
    "<html><head><title>{title}</title></head><body><h1>{title}</h1><p>This {title} tells which personal data we "
    "collect, how we use it, and with whom we share it. We collect your name and address when you order a kite of the "
    "{round}. make. We use cookies to count visits. You may ask us at any time which information we hold about you, "
    "and have it corrected or deleted. We do not sell personal information to third parties.</p></body></html>"
)
_RECORD = """
from warcio.capture_http import capture_http
import sys, requests
with capture_http(sys.argv[2]):
    for url in sys.argv[3:]:
        requests.get(url, proxies={"http": sys.argv[1]}, allow_redirects=False)
"""
_NAMES = """
import _socket
known = _socket.getaddrinfo
def found(host, port, *more, **named):
    name = host.decode() if isinstance(host, bytes) else host
    here = str(name).endswith(".example")
    return known("127.0.0.1" if here else host, PORT if here else port, *more, **named)
_socket.getaddrinfo = found
"""


class Site(BaseHTTPRequestHandler):
    """The site, also as a proxy that knows no other: one page that moves, packed, and one in chunks."""

    protocol_version = "HTTP/1.1"
    round = 0

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/privacy" and Site.round > 1:
            self._send(301, b"", Location="/legal/privacy")
        elif path in ("/privacy", "/legal/privacy"):
            self._send(200, gzip.compress(self._page("Privacy Policy"), mtime=0), Content_Encoding="gzip")
        elif path == "/terms":
            page = self._page("Terms of Use")
            self._send(200, b"%x\r\n%b\r\n0\r\n\r\n" % (len(page), page), Transfer_Encoding="chunked")
        else:
            self._send(404, b"gone")

    @staticmethod
    def _page(title: str) -> bytes:
        return _PAGE.format(title=title, round=Site.round if title.startswith("P") else "same").encode()

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Transfer_Encoding" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def recorded(pywb: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the files that three programs recorded, a second or more between them."""
    if not shutil.which("wget"):
        pytest.skip("GNU Wget is not installed")
    folder, home = tmp_path_factory.mktemp("recorded"), tmp_path_factory.mktemp("recorder")
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        _record(pywb, folder, home, server.server_address[1])
        server.shutdown()
    for path in (home / "collections" / "own" / "archive").iterdir():
        shutil.copy(path, folder / f"pywb-{path.name}")
    return folder


def _record(pywb: Path, folder: Path, home: Path, port: int) -> None:
    urls, proxy = [SITE + path for path in PATHS], f"http://127.0.0.1:{port}"
    wget = ["wget", "-q", "-e", f"http_proxy={proxy}", "--max-redirect=0", f"--warc-file={folder / 'wget'}", *urls]
    _next_round()
    subprocess.run(wget, cwd=home, check=False, timeout=60)
    _next_round()
    record = [sys.executable, "-c", _RECORD, proxy, str(folder / "warcio.warc.gz"), *urls]
    subprocess.run(record, check=True, timeout=60)
    _next_round()
    (home / "sitecustomize.py").write_text(_NAMES.replace("PORT", str(port)))
    (home / "config.yaml").write_text("collections:\n  live: $live\nrecorder: live\n")
    subprocess.run([pywb / "wb-manager", "init", "own"], cwd=home, check=True, capture_output=True, timeout=60)
    with played(pywb, home, PYTHONPATH=str(home)) as address:
        for url in urls:
            _visit(f"{address}/own/record/mp_/{url}")


def _next_round() -> None:
    """What is recorded now must not be of the second in which something else was."""
    Site.round += 1
    second = int(time.time())
    while int(time.time()) == second:
        time.sleep(0.05)


def _visit(address: str) -> None:
    with suppress(HTTPError):  # what is gone is recorded as well
        urlopen(address, timeout=60).close()


@contextmanager
def played(pywb: Path, home: Path, **environ: str) -> Iterator[str]:
    port = _free_port()
    command = [pywb / "wayback", "-b", "127.0.0.1", "-p", f"{port}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=home, env=os.environ | environ, **quiet) as server:  # type: ignore[call-overload]
        try:
            _wait_for(f"http://127.0.0.1:{port}/", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def rebuilt(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Crawling:
    folder = tmp_path_factory.mktemp("rebuilt")
    (folder / "targets.txt").write_text(TARGETS)
    made, _ = run_rebuild(settings_of(folder), Request([str(recorded)], str(folder / "targets.txt")), lambda *_: None)
    assert made.exit_code == 0
    return Crawling(folder, "", folder / "targets.txt")


@pytest.fixture(scope="module")
def collections(pywb: Path, recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The addresses of two collections: one with a plain index, one with an index in blocks."""
    plain, blocks = tmp_path_factory.mktemp("plain"), tmp_path_factory.mktemp("blocks")
    for command in (["init", "collection"], ["add", "collection", *sorted(recorded.iterdir())]):
        subprocess.run([pywb / "wb-manager", *command], cwd=plain, check=True, capture_output=True, timeout=120)
    archive = plain / "collections" / "collection"
    write_zipnum(blocks, (archive / "indexes" / "index.cdxj").read_bytes(), Paging(lines=2, blocks=2))
    config = (blocks / "config.yaml").read_text()
    (blocks / "config.yaml").write_text(config.replace(f"paths: {blocks}", f"paths: {archive / 'archive'}/"))
    with ExitStack() as stack:
        started = {home.name.rstrip("0"): stack.enter_context(played(pywb, home)) for home in (plain, blocks)}
        yield {name: f"{address}/collection" for name, address in started.items()}


@pytest.mark.parametrize(
    ("index", "select"),
    [("plain", "all"), ("plain", "changes"), ("plain", "first-last"), ("blocks", "changes"), ("blocks", "year")],
)
def test_a_crawl_gives_what_a_rebuild_gives(
    collections: dict[str, str], rebuilt: Crawling, tmp_path: Path, index: str, select: str
) -> None:
    mine = entry(tmp_path, collections[index], more=f'canary = "{SITE}/terms"\n')
    crawled = Crawling(tmp_path / "crawled", "", rebuilt.targets, {"ARCHIVES": mine, "SELECT": select})
    ended = crawled.run()
    assert ended.code == 0, ended
    found, made = crawled.rows(_TEXTS), rebuilt.rows(_TEXTS)
    if select in ("all", "changes"):
        assert set(crawled.rows(_LISTED)) == set(rebuilt.rows(_LISTED))
        assert found == made
        assert len(found) >= 4
    else:
        assert found
        assert {row[-1] for row in found} <= {row[-1] for row in made}
