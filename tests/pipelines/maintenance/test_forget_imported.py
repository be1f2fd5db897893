"""A site is forgotten in files of other programs, too: its records go, all others stay byte for byte."""

import gzip
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.jobs.rebuild import Request, run_rebuild
from crawler.jobs.verify import run_verify
from tests.corpora import settings_of, tables, texts
from tests.crawls.faults import run_command

SITE, OTHER = "shop.example", "garden.example"
_PAGE = (
    "<html><head><title>Privacy Policy</title></head><body><h1>Privacy Policy</h1><p>This privacy policy tells which "
    "personal data the {} collects, how it uses it, and with whom it shares it. We use cookies to keep you signed in "
    "and to count visits. You may ask us at any time which information we hold about you, and have it corrected or "
    "deleted. We do not sell personal information to third parties.</p></body></html>"
)


@pytest.fixture(params=[True, False], ids=["gz", "plain"])
def foreign(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Requests, responses, a lookup and remarks on two sites, in turns."""
    path = tmp_path / ("foreign.warc.gz" if request.param else "foreign.warc")
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=request.param)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "another"}))
        for year in (2015, 2017):
            for site in (SITE, OTHER):
                _write(writer, site, f"{year}-01-01T00:00:00Z")
    return path


def _write(writer: WARCWriter, site: str, date: str) -> None:
    def record(kind: str, url: str, body: bytes, **how: Any) -> str:
        about = {"WARC-Date": date} | how.pop("about", {})
        made = writer.create_warc_record(url, kind, BytesIO(body), len(body), warc_headers_dict=about, **how)
        writer.write_record(made)
        return str(made.rec_headers.get_header("WARC-Record-ID"))

    url = f"http://www.{site}/privacy"
    http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    record("resource", f"dns:www.{site}", b"192.0.2.7", warc_content_type="text/plain")
    of = record("response", url, _PAGE.format(f"{site} of {date}").encode(), http_headers=http)
    record("metadata", "urn:example:remark", f"seen at {site}".encode(), about={"WARC-Concurrent-To": of})


def _all_bytes(corpus: Path) -> bytes:
    found = [path.read_bytes() for path in corpus.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return b"".join(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data for data in found)


def test_its_records_go_and_all_others_stay(foreign: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "c"
    _rebuild(corpus, str(foreign))
    before = tables(corpus, "snapshot")["snapshot"]
    assert run_command(corpus, "forget", SITE).code == 0
    [file] = (corpus / "warc/imported").iterdir()
    assert file.name != foreign.name
    held = _all_bytes(corpus / "warc/imported")
    assert held.count(OTHER.encode()) == 2 * 4  # lookup, address, page, remark
    assert SITE.encode() not in held
    assert b"shop.example of 2015" not in _all_bytes(corpus)
    assert tables(corpus, "snapshot")["snapshot"] == [row for row in before if OTHER in repr(row)]
    assert run_verify(settings_of(corpus), full=True, tell=lambda finding: None) == []


def test_brought_in_again_it_is_forgotten_again(foreign: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "c"
    _rebuild(corpus, str(foreign))
    assert run_command(corpus, "forget", SITE).code == 0
    files, rows, exported = _names(corpus), tables(corpus), texts(corpus)
    _rebuild(corpus, str(foreign))
    assert (tables(corpus), texts(corpus)) == (rows, exported)
    assert _names(corpus) == files
    _rebuild(corpus)
    assert (tables(corpus), texts(corpus)) == (rows, exported)


def _names(corpus: Path) -> list[str]:
    return sorted(path.name for path in (corpus / "warc/imported").iterdir())


def _rebuild(corpus: Path, *sources: str) -> None:
    run_rebuild(settings_of(corpus), Request(sources=sources), lambda what, done, todo: None)
