"""The dialect of pywb on a real socket. `test_like_pywb.py` asks pywb itself the same, where it is installed."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.server.asked import PYWB
from crawler.local_archive.server.blocks import Paging
from tests.crawler.local_archive.server.archive_client import Client, Reply
from tests.crawler.local_archive.server.dialects.museum import SITE, TWO

PRIVACY = f"{SITE}/privacy"


@pytest.fixture(scope="module")
def served(museum: Path) -> Iterator[EmbeddedArchive]:
    with EmbeddedArchive(museum, dialect=PYWB, blocked=["sub.museum.example.org"]) as archive:
        yield archive


def listed(client: Client, query: str) -> Reply:
    return client.get(f"/collection/cdx?url=museum.example.org/{query}")


def years(client: Client, query: str) -> list[str]:
    """The years of what a query gives, in order."""
    return [json.loads(line)["timestamp"][:4] for line in listed(client, f"{query}&output=json").lines]


def replayed(client: Client, time: str, url: str, **headers: str) -> Reply:
    return client.get(f"/collection/{time}id_/{url}", **headers)


def test_rows_have_pywbs_names_and_revisits_no_status(asking: Client) -> None:
    reply = listed(asking, "privacy&output=json")
    assert reply.headers["content-type"] == "text/x-ndjson"
    assert reply.headers["cache-control"] == "max-age=86400, must-revalidate"
    first, _, revisit = (json.loads(line) for line in reply.lines)
    assert list(first)[:6] == ["urlkey", "timestamp", "url", "mime", "status", "digest"]
    assert (first["url"], first["source-coll"], first["access"]) == (PRIVACY, "collection", "allow")
    assert (revisit["mime"], "status" in revisit) == ("warc/revisit", False)


def test_forms_of_output(asking: Client) -> None:
    key, time, text = listed(asking, "privacy").lines[0].split(" ", 2)
    assert (key, time, json.loads(text)["status"]) == ("org,example,museum)/privacy", "20120301100000", "200")
    assert [len(line.split(" ")) for line in listed(asking, "privacy&output=text").lines] == [12, 12, 11]
    chosen = listed(asking, "privacy&output=text&fl=timestamp,status,nonsense").lines
    assert chosen[2] == "20150502100000 - -"
    few = listed(asking, "privacy&output=json&fields=timestamp,original,status").lines
    assert json.loads(few[2]) == {"timestamp": "20150502100000"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("privacy", "2012 2014 2015"),
        ("privacy&limit=2", "2012 2014"),
        ("privacy&limit=0", "2012 2014 2015"),
        ("privacy&limit=-1", ""),
        ("privacy&from=2014&to=2014", "2014"),
        ("privacy&sort=reverse&limit=2", "2015 2014"),
        ("privacy&closest=2013", "2014 2015 2012"),  # from the end of 2013
        ("privacy&sort=closest", "2012 2014 2015"),
        ("privacy&filter=statuscode:200", "2012 2014"),
        ("privacy&filter=!~mime:warc", "2012 2014"),
        ("privacy&filter=%3Dstatus:20&allowFuzzy=false", ""),
        ("privacy&filter=~url:https", "2014 2015"),
        ("privacy&collapse=digest", "2012 2014 2015"),
        ("privacy&page=7", "2012 2014 2015"),
        ("privacy&showNumPages=true", "2012 2014 2015"),
        ("never", ""),
        ("privacy/", "2012 2014 2015"),
        ("p*", "2012 2014 2015"),
        ("privacy&url=museum.example.org/terms", "2016"),
    ],
)
def test_parameters(asking: Client, query: str, found: str) -> None:
    assert " ".join(years(asking, query)) == found


@pytest.mark.parametrize(
    ("target", "status", "message"),
    [
        ("/collection/cdx?output=json", 400, 'The "url" param is required'),
        ("/collection/cdx?url=x.example&output=csv", 400, "output=csv not supported"),
        ("/collection/cdx?url=x.example&matchType=near", 400, "Invalid match_type: near"),
        ("/collection/cdx?url=x.example&limit=x", 500, "Internal Error: invalid literal for int() with base 10: 'x'"),
        ("/collection/cdx?url=museum.example.org/*&filter=~url:(", 400, "Not a regular expression: ("),
    ],
)
def test_bad_queries_have_a_message(asking: Client, target: str, status: int, message: str) -> None:
    reply = asking.get(target)
    assert (reply.status, json.loads(reply.body)) == (status, {"message": message})


def test_what_is_not_there_is_said_with_nothing(asking: Client) -> None:
    """A collection of another name and a port without a scheme look like an address that was never archived."""
    for target in ("/other/cdx?url=museum.example.org/privacy", "/collection/cdx?url=museum.example.org:80/privacy"):
        reply = asking.get(target)
        assert (reply.status, reply.body) == (200, b"")
    assert len(asking.get(f"/collection/cdx?url={quote('http://museum.example.org:80/privacy')}").lines) == 3
    assert asking.get(f"/other/20120301100000id_/{PRIVACY}").status == 404


def test_where_nothing_matches_similar_rows_come_marked(asking: Client) -> None:
    rows = [json.loads(line) for line in listed(asking, "privacy&output=json&filter=%3Dstatus:500").lines]
    assert [row["is_fuzzy"] for row in rows] == ["1", "1", "1"]
    assert listed(asking, "privacy&filter=%3Dstatus:500&allowFuzzy=false").body == b""
    file = asking.get(f"/collection/cdx?url={quote('https://museum.example.org/file.pdf?v=9', safe='')}")
    assert '"is_fuzzy": "1"' in file.lines[0]


def test_a_plain_collection_ends_at_its_maximum_without_a_sign(museum: Path) -> None:
    with EmbeddedArchive(museum, dialect=PYWB, max_rows=2) as archive:
        client = Client(archive)
        assert years(client, "privacy") == ["2012", "2014"]
        client.close()


def test_a_zipnum_collection_has_pages_and_gives_the_first_unasked(museum: Path) -> None:
    with EmbeddedArchive(museum, dialect=PYWB, paging=Paging(lines=3, blocks=2)) as archive:
        client = Client(archive)

        def page(query: str) -> list[str]:
            return client.get(f"/collection/cdx?url=*.museum.example.org&fl=urlkey,timestamp&output=text{query}").lines

        counted = json.loads(page("&showNumPages=true")[0])
        assert counted == {"pages": 4, "pageSize": 2, "blocks": 7}
        pages = [page(f"&page={number}") for number in range(4)]
        assert [len(rows) for rows in pages] == [6, 6, 6, 1]
        assert page("") == pages[0]
        rows = [row for found in pages for row in found]
        assert rows == sorted(rows)
        beyond = client.get("/collection/cdx?url=*.museum.example.org&page=4")
        assert json.loads(beyond.body)["message"] == "Page 4 invalid: First Page is 0, Last Page is 3"
        assert beyond.status == 400
        none = client.get("/collection/cdx?url=zebra.example.org&showNumPages=true")
        assert json.loads(none.body) == {"pages": 0, "pageSize": 2, "blocks": 0}
        client.close()


@pytest.mark.parametrize(("asked", "found"), [("20120302", 2012), ("20300101000000", 2015), ("2013", 2014), ("", 2015)])
def test_the_nearest_comes_at_once_however_far(asking: Client, asked: str, found: int) -> None:
    reply = replayed(asking, asked, PRIVACY)
    assert reply.status == 200
    assert f" {found} " in reply.headers["memento-datetime"]
    assert f"/collection/{found}" in reply.headers["content-location"]
    assert ("vary" in reply.headers) is (not asked)


def test_a_memento_has_the_archived_headers(asking: Client) -> None:
    reply = replayed(asking, "20120301100000", PRIVACY)
    assert (reply.headers["content-type"], reply.headers["x-archive-orig-server"]) == (
        "text/html; charset=utf-8",
        "kite",
    )
    assert reply.headers["link"].startswith(f'<{PRIVACY}>; rel="original", ')
    assert "/collection/20120301100000mp_/" in reply.headers["link"]
    assert reply.headers["content-length"] == str(len(reply.body))


def test_a_revisit_has_its_own_head_and_time_and_the_body_of_the_original(asking: Client) -> None:
    reply = replayed(asking, "20150502100000", "https://www.museum.example.org/privacy")
    assert reply.body == TWO
    assert reply.headers["memento-datetime"] == "Sat, 02 May 2015 10:00:00 GMT"


def test_location_stays_as_it_was_archived_in_raw_replay_alone(asking: Client) -> None:
    raw = replayed(asking, "20160201000000", "https://museum.example.org/moved")
    assert (raw.status, raw.headers["location"]) == (301, "/privacy")
    led = asking.get("/collection/20160201000000mp_/https://museum.example.org/moved")
    assert led.headers["location"] == "/collection/20160201000000mp_/https://museum.example.org/privacy"


def test_a_last_slash_is_added_by_a_307(asking: Client) -> None:
    reply = replayed(asking, "20150201000000", "https://museum.example.org/dir")
    assert reply.status == 307
    assert reply.headers["location"].endswith("/collection/20150201000000id_/https://museum.example.org/dir/")
    assert "memento-datetime" not in reply.headers


def test_what_leads_to_itself_is_never_played(asking: Client) -> None:
    other = replayed(asking, "20160101000000", f"{SITE}/self")
    assert (other.status, other.body) == (200, b"<html>real</html>")
    only = replayed(asking, "20160101000000", f"{SITE}/only")
    assert (only.status, "memento-datetime" in only.headers) == (400, False)
    assert b"Self Redirect http://museum.example.org/only -&gt; https://www." in only.body


def test_of_one_second_the_first_answers_for_both(asking: Client) -> None:
    for scheme in ("http", "https"):
        reply = replayed(asking, "20180101000000", f"{scheme}://museum.example.org/same")
        assert reply.body == b"<html>A</html>"
        assert reply.headers["link"].startswith('<http://museum.example.org/same>; rel="original"')


@pytest.mark.parametrize(
    ("url", "status"), [("lost", 503), ("never", 404), ("gone", 404)], ids=["lost original", "not held", "archived 404"]
)
def test_what_is_no_page_says_so(asking: Client, url: str, status: int) -> None:
    reply = replayed(asking, "20170101000000", f"https://museum.example.org/{url}")
    assert (reply.status, "memento-datetime" in reply.headers) == (status, url == "gone")


def test_encoded_bodies_come_decoded_unless_the_client_takes_them(asking: Client) -> None:
    plain = replayed(asking, "20160201000000", "https://museum.example.org/gz")
    assert (plain.body, plain.headers["x-archive-orig-content-encoding"]) == (b"<html>zipped</html>", "gzip")
    packed = replayed(asking, "20160201000000", "https://museum.example.org/gz", Accept_Encoding="br, gzip;q=0.5")
    assert (packed.headers["content-encoding"], packed.body[:2]) == ("gzip", b"\x1f\x8b")
    assert replayed(asking, "20190101000000", "https://museum.example.org/chunks").body == b"<p>one</p"


def test_parts_and_frames(asking: Client) -> None:
    part = replayed(asking, "20120301100000", PRIVACY, Range="bytes=0-9")
    assert (part.status, part.body, part.headers["content-range"]) == (206, b"<html>poli", "bytes 0-9/23")
    assert replayed(asking, "20120301100000", PRIVACY, Range="bytes=50-").status == 416
    frame = asking.get(f"/collection/20120301100000/{PRIVACY}")
    assert (frame.status, "memento-datetime" in frame.headers, b"iframe" in frame.body) == (200, True, True)
    gate = asking.get(f"/collection/{PRIVACY}", Accept_Datetime="Fri, 02 May 2014 10:00:00 GMT")
    assert "20140502100000mp_" in gate.headers["link"]
    assert "memento-datetime" not in gate.headers


def test_what_is_closed_is_listed_and_not_played(asking: Client) -> None:
    url = "https://sub.museum.example.org/privacy"
    assert '"access": "block"' in asking.get(f"/collection/cdx?url={url}").lines[0]
    assert replayed(asking, "20190101000000", url).status == 451


def test_timemaps(asking: Client) -> None:
    link = asking.get(f"/collection/timemap/link/{PRIVACY}")
    assert link.headers["content-type"] == "application/link-format"
    assert link.body.count(b'rel="memento"') == 3
    assert link.lines[0].endswith('from="Thu, 01 Mar 2012 10:00:00 GMT",')
    assert len(asking.get(f"/collection/timemap/json/{PRIVACY}").lines) == 3
    none = asking.get(f"/collection/timemap/link/{SITE}/never")
    assert (none.status, none.body) == (404, b"")
    assert json.loads(asking.get("/collinfo.json").body) == {"fixed": [], "dynamic": ["collection"]}


def test_accounting_knows_the_dialect(museum: Path) -> None:
    with EmbeddedArchive(museum, dialect=PYWB) as archive:
        client = Client(archive)
        listed(client, "privacy")
        replayed(client, "20120301100000", PRIVACY)
        client.close()
        assert (archive.requests.count("cdx", 200), archive.requests.count("replay", 200)) == (1, 1)
        assert archive.requests.replayed() == {("20120301100000", PRIVACY): 1}
        assert archive.address == f"{archive.url}/collection"
