"""Shards that are read together are the whole."""

import json
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.corpus import Corpus
from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.export.files import export
from pipelines.items.captures import DocumentKey
from pipelines.store.catalogue import shards_in, write_catalogue
from pipelines.store.joined import open_joined
from pipelines.store.summary import summarise_all
from tests.corpora import copied
from tests.desk import Desk, row
from tests.pipelines.export.views import PUBLIC, exported, files, seen

SITES = ("a.example", "b.example", "c.example", "d.example")


def documents(sites: Iterable[str]) -> list[tuple[str, DocumentKey]]:
    return [
        (f"http://{site}/{kind}", DocumentKey(site, f"{kind} policy")) for site in sites for kind in ("privacy", "ad")
    ]


def corpus(folder: Path, sites: Iterable[str]) -> Path:
    """Texts that change, that sites share, and rows that come to nothing."""
    desk = Desk(folder, *documents(sites))
    for url, key in documents(sites):
        captures = [row(str(2004 + year), f"{key.site} {year}", original=url) for year in range(4)]
        desk.listed(*captures, row("2010", status="404", original=url), url=url)
        desk.plan()
        for year, capture in enumerate(captures):
            desk.read(capture, f"{'Shared' if year == 1 else key.site} text {year // 2}")
    desk.corpus.derive_waiting()
    desk.close()
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus(tmp_path_factory.mktemp("whole"), SITES)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shards")
    corpus(folder / "one", [SITES[0], SITES[3]])
    corpus(folder / "two", SITES[1:3])
    write_catalogue(folder / "catalogue.toml", ["one", "two"])
    return folder / "catalogue.toml"


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "git"])
def test_an_export_of_all_shards_is_that_of_the_whole(whole: Path, catalogue: Path, tmp_path: Path, form: str) -> None:
    made = {}
    for source in (whole, catalogue):
        to = tmp_path / source.name
        exported(source, form, to, order={"plain": True} if form == "jsonl" else {})
        made[source] = files(to)
    assert made[whole] == made[catalogue]
    assert made[whole]


def test_text_files_of_all_shards_are_those_of_the_whole(whole: Path, catalogue: Path, tmp_path: Path) -> None:
    for source in (whole, catalogue):
        with closing(open_joined(source)) as joined:
            export(joined, tmp_path / source.name, public_url=PUBLIC)
    assert files(tmp_path / whole.name) == files(tmp_path / catalogue.name)


def test_counts_of_all_shards_are_those_of_the_whole(whole: Path, catalogue: Path) -> None:
    with closing(open_joined(whole)) as one, closing(open_joined(catalogue)) as both:
        of_whole, of_shards = summarise_all(one.dbs, ["reader-1"]), summarise_all(both.dbs, ["reader-1"] * 2)
    assert of_shards == of_whole
    assert of_whole.texts < of_whole.versions, "some sites share a text"


def test_rows_come_in_the_order_of_one_corpus(whole: Path, catalogue: Path) -> None:
    with Corpus.open(whole) as one, Corpus.open(catalogue) as both:
        assert [(v.site, v.kind, v.number, v.text) for v in one.versions()] == [
            (v.site, v.kind, v.number, v.text) for v in both.versions()
        ]
        assert list(one.documents()) == list(both.documents())
        assert list(one.captures()) == list(both.captures())
        assert [v.text for v in one.versions(site="d.example", as_of="2005")] == [
            v.text for v in both.versions(site="d.example", as_of="2005")
        ]
        assert len(both.databases) == 2
        with pytest.raises(WrongUse, match="names several corpora"):
            _ = both.db


def test_a_moment_leads_to_the_version_of_its_own_shard(catalogue: Path) -> None:
    with seen(catalogue) as view:
        for moment in view.timeline():
            version = view.version(moment)
            assert (version.site, version.number) == (moment.site, moment.number)
            assert version.site in view.urlkey(version).replace(",", ".") or view.urlkey(version).startswith("example,")


def test_bytes_are_looked_for_in_the_folder_of_their_shard(catalogue: Path) -> None:
    with Corpus.open(catalogue) as both:
        for version in both.versions():
            shard = "one" if version.site in ("a.example", "d.example") else "two"
            folder, _ = both._joined.location(version._capture_id)
            assert folder == catalogue.parent / shard / "warc"
            with pytest.raises(RecordingFailed):
                _ = version.snapshot


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("catalogue = 1\nshards = [", "no catalogue"),
        ("shards = ['one']", "missing required field `catalogue`"),
        ("catalogue = 1\nshards = []", "length >= 1"),
        ("catalogue = 1\nshards = 'one'", "Expected `array`"),
        ("catalogue = 2\nshards = ['one']", "form 2"),
        ("catalogue = 1\nshards = ['one', 'two/../one']", "twice"),
        ('catalogue = 1\nshards = ["one\\u0000"]', "no catalogue"),
        ("catalogue = 1\nshards = ['one']\nmore = 1", "unknown field"),
        ('{"catalogue": 1, "shards": ["one", "gone"]}', "gone, where there is no corpus"),
        ("catalogue = 1\nshards = ['one', 'copy']", "copies of one corpus"),
        ("catalogue = 1\nshards = ['one', 'other']", "a.example is in two shards"),
        ("\xff\xfe", "no catalogue"),
        ("{" * 5000, "no catalogue"),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_refused(catalogue: Path, tmp_path: Path, text: str, why: str) -> None:
    for name in ("one", "two"):
        copied(catalogue.parent / name, tmp_path / name)
    shutil.copytree(tmp_path / "one", tmp_path / "copy")
    if "other" in text:
        corpus(tmp_path / "other", SITES[:1])
    (tmp_path / "c").write_text(text, encoding="latin-1")
    with pytest.raises(WrongUse, match=why) as refused:
        open_joined(tmp_path / "c")
    assert "\n" not in str(refused.value)


def test_a_shard_of_an_older_layout_is_named(catalogue: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        copied(catalogue.parent / name, tmp_path / name)
    with closing(open_joined(tmp_path / "two")) as joined:
        [last] = joined.dbs[0].execute("SELECT name FROM _sqlite_migrations ORDER BY rowid DESC LIMIT 1").fetchone()
    with closing(sqlite3.connect(tmp_path / "two" / "corpus.sqlite")) as db, db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", [last])
    write_catalogue(tmp_path / "c.toml", ["one", "two"])
    with pytest.raises(WrongUse, match=r"two has an older layout"):
        open_joined(tmp_path / "c.toml")


def test_json_is_read_as_toml_is(catalogue: Path, tmp_path: Path) -> None:
    written = tmp_path / "c.json"
    written.write_text(json.dumps({"catalogue": 1, "shards": ["x", "y"]}))
    assert shards_in(written) == [tmp_path / "x", tmp_path / "y"]
