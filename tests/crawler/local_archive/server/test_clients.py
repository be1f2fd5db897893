"""Clients that others wrote for the Wayback Machine and Common Crawl, pointed at an archive of our own.

Those that know one address only are told another one, and nothing else of them is changed.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.asked import COMMONCRAWL, PYWB
from crawler.local_archive.server.blocks import Paging
from tests.environments import needs, python_with

CLIENTS = {"cdx_toolkit": "cdx_toolkit", "waybackpack": "waybackpack", "wayback": "wayback"}
PRIVACY = "http://www.harbourlight.example/privacy.html"
LISTED = 16  # rows of it in the sample


@pytest.fixture(scope="module")
def served(sample: Path) -> Iterator[EmbeddedArchive]:
    with EmbeddedArchive(sample) as archive:
        yield archive


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory) -> str:
    return python_with("clients", CLIENTS, tmp_path_factory)


def said(python: str, program: str, *arguments: str) -> Any:
    """What a program prints as JSON."""
    done = subprocess.run([python, "-c", program, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_waybackpy_finds_the_newest_the_oldest_and_all_pages(served: EmbeddedArchive) -> None:
    program = """
import json, sys
from waybackpy import WaybackMachineCDXServerAPI as Api
from waybackpy import cdx_api, cdx_utils
def made(**more):
    api = Api(sys.argv[2], "me", **more)
    api.endpoint = sys.argv[1] + "/cdx/search/cdx"
    return api
full_url = cdx_utils.full_url
cdx_utils.full_url = lambda endpoint, params: full_url(sys.argv[1] + "/cdx/search/cdx?", params)
everything = [one.timestamp for one in made(limit=2).snapshots()]
paged = [one.timestamp for one in made(use_pagination=True).snapshots()]
print(json.dumps([made().newest().timestamp, made().oldest().timestamp, everything, paged]))
"""
    newest, oldest, everything, paged = said(sys.executable, program, served.url, PRIVACY)
    assert (oldest, newest) == ("20040312101500", "20220814103000")
    assert everything == paged == sorted(everything)
    assert len(everything) == LISTED


def test_cdx_toolkit_iterates_to_the_end(served: EmbeddedArchive, clients: str) -> None:
    needs(clients, "cdx_toolkit")
    program = """
import json, sys
import cdx_toolkit
cdx_toolkit.myrequests.retry_info["default"]["minimum_interval"] = 0
fetcher = cdx_toolkit.CDXFetcher(source=sys.argv[1] + "/cdx/search/cdx", wb=sys.argv[1] + "/web")
found = list(fetcher.iter(sys.argv[2], from_ts="1996", to="2030"))
page = found[0].content
print(json.dumps([[one["timestamp"] for one in found], len(page),
    fetcher.get_size_estimate(sys.argv[2], as_pages=True)]))
"""
    timestamps, length, pages = said(clients, program, served.url, PRIVACY)
    assert (len(timestamps), timestamps[0], pages) == (LISTED, "20040312101500", 1)
    assert length > 500


def test_cdx_toolkit_reads_records_of_a_crawl(sample: Path, clients: str) -> None:
    needs(clients, "cdx_toolkit")
    program = """
import json, sys
import cdx_toolkit
cdx_toolkit.myrequests.retry_info["default"]["minimum_interval"] = 0
fetcher = cdx_toolkit.CDXFetcher(source=sys.argv[1] + "/CC-MAIN-2004-index", warc_download_prefix=sys.argv[1])
found = list(fetcher.iter("*.harbourlight.example"))
records = [one.fetch_warc_record() for one in found]
print(json.dumps([[one["timestamp"], one.get("status"), record.rec_headers["WARC-Target-URI"]]
    for one, record in zip(found, records)]))
"""
    with EmbeddedArchive(sample, dialect=COMMONCRAWL) as archive:
        found = said(clients, program, archive.url)
    assert ["20040312101500", "200", PRIVACY] in found


def test_cdx_toolkit_reads_a_zipnum_collection(sample: Path, clients: str) -> None:
    needs(clients, "cdx_toolkit")
    program = """
import json, sys
import cdx_toolkit
cdx_toolkit.myrequests.retry_info["default"]["minimum_interval"] = 0
fetcher = cdx_toolkit.CDXFetcher(source=sys.argv[1] + "/cdx")
print(json.dumps([one["timestamp"] for one in fetcher.iter("*.harbourlight.example", allowFuzzy="false")]))
"""
    with EmbeddedArchive(sample, dialect=PYWB, paging=Paging(lines=5, blocks=1)) as archive:
        paged = said(clients, program, archive.address)
        assert archive.requests.count("cdx", 200) > 3
        assert archive.requests.count("cdx", 400) == 1
    with EmbeddedArchive(sample, dialect=PYWB, paging=Paging()) as archive:
        assert said(clients, program, archive.address) == paged
    assert len(paged) > 15


def test_waybackpack_lists_and_fetches(served: EmbeddedArchive, clients: str) -> None:
    needs(clients, "waybackpack")
    program = """
import json, sys
import waybackpack.asset, waybackpack.cdx
waybackpack.cdx.SEARCH_URL = sys.argv[1] + "/cdx/search/cdx"
waybackpack.asset.ARCHIVE_TEMPLATE = sys.argv[1] + "/web/{timestamp}{flag}/{url}"
found = waybackpack.cdx.search(sys.argv[2])
unique = waybackpack.cdx.search(sys.argv[2], uniques_only=True)
asset = waybackpack.asset.Asset(sys.argv[2], found[0]["timestamp"])
print(json.dumps([len(found), len(unique), len(asset.fetch(raw=True))]))
"""
    found, unique, length = said(clients, program, served.url, PRIVACY)
    assert found == LISTED
    assert 1 < unique < found
    assert length > 500


def test_edgis_wayback_searches_and_gets_mementos(served: EmbeddedArchive, clients: str) -> None:
    needs(clients, "wayback")
    program = """
import json, re, sys
import wayback, wayback._client, wayback._utils
wayback._client.CDX_SEARCH_URL = sys.argv[1] + "/cdx/search/cdx"
wayback._utils.MEMENTO_URL_TEMPLATE = sys.argv[1] + "/web/{timestamp}{mode}/{url}"
wayback._utils.MEMENTO_URL_PATTERN = re.compile("^" + re.escape(sys.argv[1]) + r"/web/(\\d+)(\\w\\w_)?/(.+)$")
client = wayback.WaybackClient(wayback.WaybackSession(search_calls_per_second=0, memento_calls_per_second=0))
found = list(client.search(sys.argv[2], limit=3))
memento = client.get_memento(found[0].url, timestamp=found[0].timestamp, mode=wayback.Mode.original)
moved = client.get_memento(sys.argv[2], timestamp="20140618102030", mode=wayback.Mode.original)
print(json.dumps([len(found), memento.ok, len(memento.content), memento.timestamp.isoformat(), moved.url]))
"""
    found, is_ok, length, time, moved = said(clients, program, served.url, PRIVACY)
    assert (found, is_ok, time) == (LISTED, True, "2004-03-12T10:15:00+00:00")
    assert length > 500
    assert moved.endswith("/legal/privacy")
