"""An archive of TimeMaps alone, on a real socket."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.asked import TIMEMAP
from tests.crawler.local_archive.server.archive_client import Client
from tests.crawler.local_archive.server.dialects.museum import SITE, TWO

PRIVACY = f"{SITE}/privacy"
HELD = ["20120301100000", "20140502100000", "20150502100000"]


@pytest.fixture
def asking(museum: Path) -> Iterator[Client]:
    with EmbeddedArchive(museum, dialect=TIMEMAP, blocked=["sub.museum.example.org"]) as archive:
        client = Client(archive)
        yield client
        client.close()


def followed(archive: EmbeddedArchive, url: str) -> tuple[list[str], int]:
    """The times of all mementos of an address, and in how many parts they came."""
    client, target, times, parts = Client(archive), f"/timemap/link/{url}", [], 0
    while target:
        body, parts = client.get(target).body.decode(), parts + 1
        times += re.findall(r'/web/(\d{14})/[^>]*>; rel="(?:first |last )*memento"', body)
        rest = re.search(r'<http://[^/]*([^>]*)>; rel="timemap"', body)
        target = rest[1] if rest else ""
    client.close()
    return times, parts


def test_a_timemap_has_every_capture(asking: Client) -> None:
    reply = asking.get(f"/timemap/link/{PRIVACY}")
    assert reply.headers["content-type"] == "application/link-format"
    links = reply.body.decode().split(",\n")
    assert links[0] == f'<{PRIVACY}>; rel="original"'
    assert 'rel="self"' in links[1]
    assert 'until="Sat, 02 May 2015 10:00:00 GMT"' in links[1]
    assert [re.search(r'rel="([^"]*)"', link)[1] for link in links[3:]] == ["first memento", "memento", "last memento"]  # type: ignore[index]
    assert asking.get(f"/timemap/link/{SITE}/never").status == 404
    assert asking.get("/timemap/link/https://sub.museum.example.org/privacy").status == 403


@pytest.mark.parametrize(("most", "parts"), [(1, 3), (2, 2), (3, 1)])
def test_parts_lose_and_repeat_nothing(museum: Path, most: int, parts: int) -> None:
    with EmbeddedArchive(museum, dialect=TIMEMAP, max_rows=most) as archive:
        assert followed(archive, PRIVACY) == (HELD, parts)
        assert followed(archive, f"{SITE}/same") == (["20180101000000"] * 2, 1)  # a second is never split


def test_the_timegate_leads_to_the_nearest(asking: Client) -> None:
    gate = asking.get(f"/timegate/{PRIVACY}", Accept_Datetime="Thu, 01 Jan 2015 00:00:00 GMT")
    assert (gate.status, gate.headers["vary"]) == (302, "accept-datetime")
    assert "/web/20150502100000/" in gate.headers["location"]
    newest = asking.get(f"/timegate/{PRIVACY}")
    assert "/web/20150502100000/" in newest.headers["location"]
    assert asking.get(f"/timegate/{SITE}/never").status == 404


def test_raw_bytes_come_behind_the_digits(asking: Client) -> None:
    reply = asking.get("/web/20140502100000id_/https://www.museum.example.org/privacy")
    assert (reply.body, reply.headers["memento-datetime"]) == (TWO, "Fri, 02 May 2014 10:00:00 GMT")
