"""Feeds as their readers see them."""

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import feedparser

from tests.pipelines.export.site.atom import rules_broken
from tests.pipelines.export.site.invented import SOUK, TRICKS, Growing, published

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TAG = re.compile(r"tag:[\w.-]+,\d{4}(-\d\d(-\d\d)?)?:[\w./+-]+")


def read(path: Path) -> Any:
    found = feedparser.parse(path.read_bytes())
    assert not found.bozo, found.bozo_exception
    return found


@pytest.mark.parametrize("name", ["sample_site", "tricky_site"])
def test_every_feed_is_valid(name: str, request: pytest.FixtureRequest) -> None:
    root: Path = request.getfixturevalue(name)
    for path in root.rglob("feed.xml"):
        found = read(path)
        ids = [entry.id for entry in found.entries]
        assert len(ids) == len(set(ids))
        assert found.feed.title
        assert _TAG.fullmatch(found.feed.id)
        for entry in found.entries:
            assert _TAG.fullmatch(entry.id), entry.id
            assert _RFC3339.fullmatch(entry.updated)
            assert _RFC3339.fullmatch(entry.published)
            assert entry.updated <= found.feed.updated
            assert entry.author
            assert entry.content[0].type == "text/html"
            assert (path.parent / entry.link).resolve().is_file()


@pytest.mark.parametrize("name", ["sample_site", "tricky_site"])
def test_feeds_keep_the_rules_of_atom(name: str, request: pytest.FixtureRequest) -> None:
    feeds = sorted(request.getfixturevalue(name).rglob("feed.xml"))
    assert feeds
    for path in feeds:
        assert (path, rules_broken(path.read_bytes())) == (path, [])


_BROKEN = (
    (b"<id>", b"<id> tag"),
    (b"<title>", b"<title/><title>"),
    (b"</updated>", b" </updated>"),
    (b"<author><name>", b"<author><name/><name>"),
    (b'<link rel="alternate"', b'<link rel="alternate" hreflang=""'),
    (b"<summary>", b"<summary><b/>"),
    (b"&lt;ins&gt;", b"&lt;script&gt;"),
    (b"<published>", b"<published>0"),
    (b"</entry>", b"<entry/></entry>"),
    (b'xml:lang="', b'xml:lang="?'),
)


@pytest.mark.parametrize(("one", "other"), _BROKEN)
def test_the_rules_find_what_is_broken(one: bytes, other: bytes, tricky_site: Path) -> None:
    feed = (tricky_site / "souk.example/feed.xml").read_bytes()
    assert one in feed
    assert rules_broken(feed.replace(one, other))


def test_the_feeds_of_a_site_and_its_json_tell_the_same(sample_site: Path) -> None:
    for path in sample_site.rglob("feed.json"):
        told = json.loads(path.read_text())
        atom = read(path.with_name("feed.xml"))
        assert told["version"] == "https://jsonfeed.org/version/1.1"
        assert [item["id"] for item in told["items"]] == [entry.id for entry in atom.entries]
        assert all(item["content_html"] for item in told["items"])


def test_each_change_comes_once_over_three_runs(tmp_path: Path) -> None:
    corpus, to = tmp_path / "corpus", tmp_path / "to"
    grown = Growing(corpus)
    seen: dict[str, tuple[str, str]] = {}
    new = []
    for texts in (
        [(SOUK, "2018", "en", "We keep names.\n"), (SOUK, "2020", "en", "We keep all.\n")],
        [(TRICKS, "2019", "en", "Be kind.\n"), (SOUK, "2021", "en", "We keep <all> & more.\n")],
        [(TRICKS, "2021", "en", "Be kind, or leave.\n"), (SOUK, "2012", "en", "We keep nothing.\n")],
    ):
        grown.run(*texts)
        published(corpus, to)
        entries = {entry.id: (entry.published, entry.updated) for entry in read(to / "feed.xml").entries}
        assert {name: entries[name] for name in seen} == seen
        new.append(sorted(name.rpartition(":")[2] for name in set(entries) - set(seen)))
        seen = entries
    souk = "souk.example/privacy-policy"
    assert new == [
        [f"{souk}/20200101000000"],
        [f"{souk}/20210101000000"],
        [f"{souk}/20180101000000", "tricks.example/terms-of-service-b/20210101000000"],
    ]
    entry = next(entry for entry in read(to / souk / "feed.xml").entries if entry.id.endswith("20210101000000"))
    assert entry.published == "2021-01-01T00:00:00Z"
    assert "<ins> &lt;all&gt; &amp; more</ins>" in entry.content[0].value
    grown.close()


def test_links_are_whole_where_the_address_of_the_site_is_known(tmp_path: Path) -> None:
    grown = Growing(tmp_path / "corpus")
    grown.run((SOUK, "2018", "en", "We keep names.\n"), (SOUK, "2020", "en", "We keep all.\n"))
    grown.close()
    published(tmp_path / "corpus", tmp_path / "to", url="https://policies.example/")
    found = read(tmp_path / "to/souk.example/feed.xml")
    base = "https://policies.example/souk.example/"
    assert {link.rel: link.href for link in found.feed.links} == {
        "self": base + "feed.xml",
        "alternate": base + "index.html",
    }
    assert found.entries[0].link == base + "privacy-policy/20200101000000-changes.html"
