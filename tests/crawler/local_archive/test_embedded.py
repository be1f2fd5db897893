import gzip
import json
from pathlib import Path

import pytest

from crawler.local_archive.embedded import BLOCKED_SITE, EmbeddedArchive
from crawler.local_archive.server.loopback import Answer, Handler, Request
from tests.crawler.local_archive.server.archive_client import Client, unzipped


def test_listing_and_replay_meet(client: Client, archive: EmbeddedArchive) -> None:
    rows = [line.split(" ") for line in client.cdx("*.waldkauz-verlag.example").lines]
    for _, timestamp, original, *_ in rows:
        assert client.replay(timestamp, original).headers["memento-datetime"]
    assert len(rows) == 17
    assert archive.requests.count("replay") == 17
    assert max(archive.requests.replayed().values()) == 1
    assert archive.requests.connections == 1


def test_listing_is_gzipped_when_the_client_takes_it(client: Client) -> None:
    plain = client.cdx("*.inkwell-post.example")
    assert plain.headers["content-encoding"] is None
    assert plain.headers["content-type"] == "text/plain"
    for packed in (
        client.cdx("*.inkwell-post.example", gzip="true"),
        client.get("/cdx/search/cdx?url=*.inkwell-post.example", Accept_Encoding="deflate, gzip"),
    ):
        assert packed.headers["content-encoding"] == "gzip"
        assert unzipped(packed) == plain.body
    forbidden = client.get("/cdx/search/cdx?url=*.inkwell-post.example&gzip=false", Accept_Encoding="gzip")
    assert forbidden.body == plain.body
    empty = client.cdx("nothing.example", gzip="true")
    assert (len(empty.body), gzip.decompress(empty.body)) == (20, b"")


@pytest.mark.parametrize(
    "url", ["closedgarden.example/privacy", "*.closedgarden.example", "http://closedgarden.example:80/*"]
)
def test_blocked_site_is_refused_everywhere(client: Client, url: str) -> None:
    for reply in (client.cdx(url), client.replay("20080301101500", url.strip("*."))):
        assert reply.status == 403
        assert reply.headers["X-Archive-Wayback-Runtime-Error"] == BLOCKED_SITE
        assert reply.body == f"{BLOCKED_SITE}\n".encode()
        assert len(reply.body) == 127
        assert "memento-datetime" not in reply.headers


def test_blocked_hosts_can_be_given(sample: Path) -> None:
    with EmbeddedArchive(sample, blocked=["www.inkwell-post.example"]) as archive:
        client = Client(archive)
        assert client.cdx("inkwell-post.example/terms").status == 403
        assert client.cdx("letters.inkwell-post.example").status == 403
        assert client.cdx("inkwell-post-two.example").status == 200
        client.close()


def test_bad_requests_are_told_so(client: Client) -> None:
    assert client.get("/cdx/search/cdx").status == 400
    assert client.get("/cdx/search/cdx?url=x&filter=a:(").body.startswith(b"Not a regular expression")
    assert client.get("/").status == 404
    assert client.get("/web/nonsense").status == 404


def test_accounting_is_exact_and_readable_over_http(client: Client) -> None:
    client.cdx("inkwell-post.example/privacy", limit="1")
    client.replay("20060510083000", "http://inkwell-post.example/privacy", User_Agent="me")
    client.get("/other")
    report = json.loads(client.get("/__requests__").body)
    assert report["counts"] == {"cdx 200": 1, "other 404": 1, "replay 200": 1}
    assert report["connections"] == 1
    cdx, replay, _ = report["requests"]
    assert (cdx["kind"], cdx["url"], cdx["memento"]) == ("cdx", "inkwell-post.example/privacy", False)
    assert (replay["timestamp"], replay["url"]) == ("20060510083000", "http://inkwell-post.example/privacy")
    assert (replay["memento"], replay["whole"], replay["user_agent"]) == (True, True, "me")
    assert replay["at"] > cdx["at"]
    assert len(json.loads(client.get("/__requests__?since=2").body)["requests"]) == 1


def test_wrappers_stand_in_front_first_one_outermost(sample: Path) -> None:
    def named(name: str, path: str) -> object:
        def wrap(inner: Handler) -> Handler:
            return lambda request: Answer(418, cause=name) if path in request.target else inner(request)

        return wrap

    wrappers = [named("outer", "/both"), named("inner", "/")]
    with EmbeddedArchive(sample, wrappers=wrappers) as archive:  # type: ignore[arg-type]
        client = Client(archive)
        assert client.get("/both").status == client.get("/any").status == 418
        client.close()
        assert archive.requests.causes() == {"inner": 1, "outer": 1}


def test_missing_folder_and_taken_port_are_errors(archive: EmbeddedArchive, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="absent"):
        EmbeddedArchive(tmp_path / "absent")
    with pytest.raises(OSError, match="in use"):
        EmbeddedArchive(tmp_path, archive.port)


def test_requests_reach_the_handler_verbatim(tmp_path: Path) -> None:
    seen: list[Request] = []

    def wrap(inner: Handler) -> Handler:
        return lambda request: seen.append(request) or inner(request)  # type: ignore[func-returns-value]

    with EmbeddedArchive(tmp_path, wrappers=[wrap]) as archive:
        client = Client(archive)
        client.get("/web/2004id_/http://example.com/a|b%20c?x=[1]&y=%26")
        client.close()
        assert archive.requests.all[0].url == "http://example.com/a|b%20c?x=[1]&y=%26"
    assert seen[0].target.endswith("y=%26")


def test_real_snapshots_are_served_whole(shared: Path) -> None:
    """Every record of the shared archive: listed once, played with its own time."""
    with EmbeddedArchive(shared / "archive") as archive:
        client = Client(archive)
        known = (shared / "archive" / "policies.cdxj").read_text().splitlines()
        keys = sorted({line.split(" ")[0] for line in known})
        rows = [line for key in keys for line in client.cdx(key).lines]
        assert len(rows) == len(known) == 1_309
        assert len({tuple(row.split(" ")[1:3]) for row in rows}) == 1_290
        for row in rows[::40]:
            _, timestamp, original, *_ = row.split(" ")
            assert client.replay(timestamp, original).headers["memento-datetime"]
        client.close()
