"""The shared cases that concern the archive on loopback: what each is to hold stands in their README."""

import contextlib
from pathlib import Path
from urllib.parse import quote

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from tests.crawler.local_archive.server.archive_client import Client

CASES = {
    "sha256-served": 3,
    "revisit-sha256": 5,
    "hex-payload-digest": 4,
    "post-answer": 2,
    "mixed-folder": 5,
    "one-member": 1,
    "headless-response": 2,
    "odd-headers": 11,
    "dir-named": 1,
    "zstd-body": 1,
    "revisit-304": 5,
    "truncated": 3,
}
"""How many captures each case lists."""


@pytest.mark.parametrize("name", CASES)
def test_what_is_listed_can_be_played(shared: Path, name: str) -> None:
    with EmbeddedArchive(shared / "cases" / "archive" / name) as archive:
        with contextlib.closing(Client(archive)) as client:
            rows = [line.split(" ") for line in client.cdx("*.example").lines + client.cdx("*.example.com").lines]
            replies = [client.replay(row[1], quote(row[2], safe="/:?=&%")) for row in rows]
        assert (len(rows), archive.left_out, archive.skipped) == (CASES[name], [], 0)
        assert all(reply.headers["memento-datetime"] for reply in replies)
        assert archive.posted == (name == "post-answer")
    by_digest: dict[str, set[bytes]] = {}
    for row, reply in zip(rows, replies, strict=True):
        if len(row[5]) == 32:
            by_digest.setdefault(row[5], set()).add(reply.body)
    assert all(len(bodies) == 1 for bodies in by_digest.values())
