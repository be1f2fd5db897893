"""Makes the sample archive: WARC files of invented sites, the same byte for byte every time.

Each folder below `sample_sites` is a site: `site.toml` with its name, its addresses and its captures, and one source
text a page (see `sample_page`). A capture is one line, `timestamp what... address`:

    20040312101500 page privacy 1 tables windows-1252 http://...   version 1 of privacy.txt in a layout and charset
    20100830152233 html frames.html http://...                     a file of the site's folder, as it is
    20091124001507 pdf privacy 3 http://...                        version 3 as a PDF
    20050604172231 again http://...                                the same bytes once more
    20041120083044 revisit http://...                              a revisit record of the last bytes
    20140618102030 move 301 https://... http://...                 a redirect, with its Location
    20060118030512 error 404 http://...                            an error page
"""

import csv
import hashlib
import io
import string
import tomllib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.local_archive.sample_page import as_html, as_pdf, inline, read_text
from pipelines.formats.digests import warc_digest
from pipelines.formats.surt import urlkey

SITES = Path(__file__).with_name("sample_sites")
_LAYOUTS = SITES / "layouts"
_CODECS = {"iso-8859-1": "cp1252"}  # as browsers take it, and as such pages were written
_CHUNK = 4_096
_SERVERS = {"tables": "Apache/1.3.27 (Unix)", "xhtml": "Apache/2.2.3", "html5": "nginx", "app": "nginx"}

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: Headers
    payload: bytes  # as it came over the wire

    @property
    def digest(self) -> str:
        return warc_digest(self.payload)


@dataclass(frozen=True, slots=True)
class _Site:
    folder: Path
    about: dict[str, Any]
    latest: dict[str, tuple[str, str, _Reply]] = field(default_factory=dict)  # by urlkey: timestamp, address, reply

    def read(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")


def sample_sites(sites: Path = SITES) -> set[str]:
    """The registered domains of the invented sites."""
    hosts = (tomllib.loads(path.read_text("utf-8"))["host"] for path in sites.glob("*/site.toml"))
    return {host.removeprefix("www.") for host in hosts}


def make_sample(folder: Path, sites: Path = SITES) -> None:
    """Writes one WARC a site to `folder`, with `blocked.txt`, `targets.txt` and `targets.csv`.

    `targets.txt` holds the addresses of the privacy policies; `targets.csv` all documents with their kinds. Raises
    ValueError, which names the site and the line, where a capture cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    blocked, targets, others = [], [], []
    for path in sorted(sites.glob("*/site.toml")):
        site = _Site(path.parent, tomllib.loads(path.read_text("utf-8")))
        with (folder / f"{path.parent.name}.warc").open("wb") as file:
            _write_site(site, file)
        blocked += [site.about["host"]] if site.about.get("blocked") else []
        targets += [(url, "privacy policy") for url in site.about.get("targets", [])]
        others += [tuple(line.rsplit(" ", 1)[::-1]) for line in site.about.get("others", [])]
    (folder / "blocked.txt").write_text("".join(f"{host}\n" for host in blocked), "utf-8")
    (folder / "targets.txt").write_text("".join(f"{url}\n" for url, _ in targets), "utf-8")
    with (folder / "targets.csv").open("w", encoding="utf-8", newline="") as file_of_targets:
        csv.writer(file_of_targets, lineterminator="\n").writerows([("target", "kind"), *targets, *others])


def _write_site(site: _Site, file: Any) -> None:
    writer = WARCWriter(file, gzip=False, warc_version="1.1")  # uncompressed: no two builds of zlib pack alike
    for line in site.about["captures"].strip().splitlines():
        try:
            timestamp, what, *details, url = line.split()
            writer.write_record(_record(writer, site, timestamp, what, details, url))
        except (ValueError, KeyError, OSError) as error:
            raise ValueError(f"{site.folder.name}: cannot make the capture {line!r}: {error!r}") from error


def _record(writer: WARCWriter, site: _Site, timestamp: str, what: str, details: list[str], url: str) -> ArcWarcRecord:
    about = {
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{timestamp} {what} {url}')}>",
        "WARC-Date": _time(timestamp).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if what == "revisit":
        first, first_url, reply = site.latest[urlkey(url)]
        date = _time(first).strftime("%Y-%m-%dT%H:%M:%SZ")
        return writer.create_revisit_record(url, reply.digest, first_url, date, _http(reply), about)
    reply = site.latest[urlkey(url)][2] if what == "again" else _reply(site, timestamp, what, details, url)
    if reply.status == 200:
        site.latest[urlkey(url)] = (timestamp, url, reply)
    payload = io.BytesIO(reply.payload)
    about["WARC-Payload-Digest"] = reply.digest
    return writer.create_warc_record(
        url, "response", payload, len(reply.payload), warc_headers_dict=about, http_headers=_http(reply)
    )


def _http(reply: _Reply) -> StatusAndHeaders:
    line = f"{reply.status} {HTTPStatus(reply.status).phrase}"
    return StatusAndHeaders(line, reply.headers, protocol="HTTP/1.1")


def _time(timestamp: str) -> datetime:
    return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _reply(site: _Site, timestamp: str, what: str, details: list[str], url: str) -> _Reply:
    date = ("Date", format_datetime(_time(timestamp), usegmt=True))
    if what == "page":
        return _page(site, timestamp, details, url, date)
    if what == "html":
        return _plain(200, [date], "text/html", site.read(details[0]).encode())
    if what == "pdf":
        return _plain(
            200, [date], "application/pdf", as_pdf(read_text(site.read(f"{details[0]}.txt"), int(details[1])))
        )
    if what == "move":
        return _plain(int(details[0]), [date, ("Location", details[1])], "text/html", b"<p>Moved.</p>\n")
    if what == "error":
        return _error(int(details[0]), date)
    raise ValueError(f"no such kind of capture: {what}")


def _plain(status: int, headers: Headers, content_type: str, body: bytes) -> _Reply:
    return _Reply(status, [*headers, ("Content-Type", content_type), ("Content-Length", str(len(body)))], body)


def _error(status: int, date: tuple[str, str]) -> _Reply:
    phrase = HTTPStatus(status).phrase
    body = f"<html><head><title>{status} {phrase}</title></head><body><h1>{phrase}</h1></body></html>\n"
    waits = [("Retry-After", "6")] if status in (429, 503) else []
    return _plain(status, [date, *waits], "text/html", body.encode())


def _page(site: _Site, timestamp: str, details: list[str], url: str, date: tuple[str, str]) -> _Reply:
    name, version, layout, charset = details
    text = read_text(site.read(f"{name}.txt"), int(version))
    token = hashlib.sha256(f"{timestamp} {url}".encode()).hexdigest()
    old = layout == "tables"
    page = string.Template((_LAYOUTS / f"{layout}.html").read_text("utf-8")).substitute(
        _furniture(site.about),
        title=text.title,
        content=as_html(text.blocks, old=old),
        charset=charset,
        url=url,
        year=timestamp[:4],
        timestamp=timestamp,
        token=token,
        short_token=token[:8],
    )
    body = page.encode(_CODECS.get(charset, charset), "xmlcharrefreplace")
    content_type = "text/html" if old else f"text/html; charset={charset}"
    headers = [date, ("Server", _SERVERS[layout])]
    if layout != "html5":
        return _plain(200, headers, content_type, body)
    chunked = [*headers, ("Content-Type", content_type), ("Transfer-Encoding", "chunked")]
    return _Reply(200, chunked, _in_chunks(body))


def _furniture(about: dict[str, Any]) -> dict[str, str]:
    """What stands around the text on every page of a site."""
    navigation, footer = ([inline(link) for link in about[name]] for name in ("navigation", "footer"))
    return {
        **{name: about[name] for name in ("name", "slogan", "language", "keywords", "cookie_notice")},
        "navigation_br": "<BR>\n".join(navigation),
        "navigation_li": "".join(f"<li>{link}</li>" for link in navigation),
        "footer_bar": " | ".join(footer),
        "footer_li": "".join(f"<li>{link}</li>" for link in footer),
    }


def _in_chunks(body: bytes) -> bytes:
    """Chunked transfer coding: stored as sent, so that the archive's digest is not that of the page."""
    parts = [body[at : at + _CHUNK] for at in range(0, len(body), _CHUNK)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
