"""The pages of versions as WARC and WACZ, read back by warcio and, where it is installed, py-wacz."""

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipelines.exceptions import WrongUse
from pipelines.export import wacz
from pipelines.store.catalogue import write_catalogue
from pipelines.store.database import open_corpus, recording
from pipelines.store.selection import SelectedVersion
from tests.corpora import copied
from tests.pipelines.export.views import exported, files, seen


def records(data: bytes) -> list[Any]:
    """Of each record of a WARC file: its headers and its payload, digests checked."""
    found = []
    for record in ArchiveIterator(BytesIO(data), check_digests="raise"):
        found.append((record.rec_type, dict(record.rec_headers.headers), record.content_stream().read()))
    return found


def selected(corpus: Path) -> list[tuple[SelectedVersion, bytes]]:
    with seen(corpus) as view:
        return [(version, view.memento(version).answer.body) for version in view.versions()]


def test_the_pages_of_the_versions_and_nothing_else(crawled: Path, tmp_path: Path) -> None:
    assert exported(crawled, "warc", tmp_path / "to").written == 1
    data = files(tmp_path / "to")["pages-00000.warc.gz"]
    info, *pages = records(data)
    assert (info[0], {kind for kind, *_ in pages}) == ("warcinfo", {"response"})
    held = selected(crawled)
    assert [body for *_, body in pages] == [body for _, body in held]
    assert [about["WARC-Target-URI"] for _, about, _ in pages] == [version.original for version, _ in held]
    dates = [about["WARC-Date"] for _, about, _ in pages]
    assert ["".join(sign for sign in date if sign.isdigit()) for date in dates] == [v.held_timestamp for v, _ in held]
    plain = gzip.decompress(data)
    assert str(crawled).encode() not in plain
    assert b"127.0.0.1" not in plain
    assert b"x-archive" not in plain.lower()


@pytest.mark.parametrize(("name", "file"), [("warc", "one.warc.gz"), ("warc", "one.warc"), ("wacz", "one.wacz")])
def test_to_one_file(name: str, file: str, crawled: Path, tmp_path: Path) -> None:
    assert exported(crawled, name, tmp_path / file).written == 1
    first, before = (tmp_path / file).read_bytes(), (tmp_path / file).stat().st_mtime_ns
    assert exported(crawled, name, tmp_path / file).written == 0
    assert (tmp_path / file).stat().st_mtime_ns == before
    exported(crawled, name, tmp_path / "other" / file)
    assert (tmp_path / "other" / file).read_bytes() == first
    assert exported(crawled, name, tmp_path / file, site=["harbourlight.example"]).written == 1
    assert 0 < (tmp_path / file).stat().st_size < len(first)
    (tmp_path / file).write_bytes(b"mine")
    with pytest.raises(WrongUse, match="something else"):
        exported(crawled, name, tmp_path / file)
    assert sorted(path.name for path in tmp_path.iterdir()) == [file, "other"]


@pytest.mark.parametrize("name", ["warc", "wacz"])
def test_to_a_folder(name: str, crawled: Path, tmp_path: Path) -> None:
    exported(crawled, name, tmp_path / "a")
    exported(crawled, name, tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert exported(crawled, name, tmp_path / "a").written == 0


def test_a_wacz_has_index_and_pages(crawled: Path, tmp_path: Path) -> None:
    exported(crawled, "wacz", tmp_path / "one.wacz")
    with zipfile.ZipFile(tmp_path / "one.wacz") as file:
        assert file.testzip() is None
        stored = {entry.filename for entry in file.infolist() if entry.compress_type == zipfile.ZIP_STORED}
        assert stored == {"archive/data-00000.warc.gz", "indexes/index.cdx.gz"}
        data = file.read("archive/data-00000.warc.gz")
        index = gzip.decompress(file.read("indexes/index.cdx.gz")).decode().splitlines()
        head, *pages = map(json.loads, file.read("pages/pages.jsonl").splitlines())
    assert head["format"] == "json-pages-1.0"
    held = selected(crawled)
    assert [(page["url"], page["title"], page["text"]) for page in pages] == [
        (version.original, version.title, version.text) for version, _ in held
    ]
    assert index == sorted(index)
    found = {}
    for line in index:
        told = json.loads(line.split(" ", 2)[2])
        place = int(told["offset"])
        [(_, about, body)] = records(data[place : place + int(told["length"])])
        found[told["url"], line.split(" ")[1]] = body
        assert about["WARC-Payload-Digest"] == told["digest"]
    assert found == {(version.original, version.held_timestamp): body for version, body in held}


def test_the_head_of_no_member_of_a_wacz_has_what_its_directory_does_not_tell(
    crawled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wacz, "_SIZE", 10_000)
    exported(crawled, "wacz", tmp_path / "one.wacz")
    data = (tmp_path / "one.wacz").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.wacz") as file:
        heads = [data[entry.header_offset + 28 : entry.header_offset + 30] for entry in file.infolist()]
        archives = [name for name in file.namelist() if name.startswith("archive/")]
        pages = [one for name in archives for one in records(file.read(name))[1:]]
    assert set(heads) == {b"\0\0"}
    assert len(archives) > 2
    assert [body for *_, body in pages] == [body for _, body in selected(crawled)]


def test_py_wacz_finds_it_valid(crawled: Path, tmp_path: Path) -> None:
    command = os.environ.get("EXPORT_TOOLS_WACZ", "wacz")
    if shutil.which(command) is None:
        pytest.skip("wacz is not installed here: EXPORT_TOOLS_WACZ may name it")
    exported(crawled, "wacz", tmp_path / "one.wacz")
    ended = subprocess.run(
        [command, "validate", "-f", str(tmp_path / "one.wacz")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ended.returncode, "is valid" in ended.stdout) == (0, True), ended


def test_a_version_whose_bytes_were_seen_before_has_a_record_of_its_own(crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "corpus")
    with closing(open_corpus(corpus)) as db:
        first, last = db.execute(
            "SELECT min(capture_id), max(capture_id) FROM version GROUP BY document_id HAVING count(*) > 2 LIMIT 1"
        ).fetchone()
        with recording(db):
            db.execute("UPDATE capture SET same_as = ? WHERE same_as = ?", [first, last])
            db.execute("DELETE FROM extraction WHERE capture_id = ?", [last])
            db.execute("DELETE FROM snapshot WHERE capture_id = ?", [last])
            db.execute("UPDATE capture SET same_as = ?, state = 'duplicate' WHERE id = ?", [first, last])
    exported(corpus, "warc", tmp_path / "to")
    _, *pages = records(files(tmp_path / "to")["pages-00000.warc.gz"])
    assert len({about["WARC-Record-ID"] for _, about, _ in pages}) == len(pages)
    listed = [(version.original, version.held_timestamp) for version, _ in selected(corpus)]
    dates = ["".join(sign for sign in about["WARC-Date"] if sign.isdigit()) for _, about, _ in pages]
    assert list(zip([about["WARC-Target-URI"] for _, about, _ in pages], dates, strict=True)) == listed


@pytest.mark.parametrize("name", ["warc", "wacz"])
def test_the_pages_of_all_shards_are_those_of_the_whole(name: str, crawled: Path, tmp_path: Path) -> None:
    for number, sign in enumerate((">", "<=")):
        shard = copied(crawled, tmp_path / f"shard-{number}")
        with closing(sqlite3.connect(shard / "corpus.sqlite")) as db, db:
            others = f"SELECT id FROM document WHERE site {sign} 'inkwell'"  # noqa: S608
            db.execute(f"DELETE FROM version WHERE document_id IN ({others})")  # noqa: S608
            db.execute(f"DELETE FROM document WHERE id IN ({others})")  # noqa: S608
            db.execute("UPDATE identity SET corpus = corpus || ?", [number])
    write_catalogue(tmp_path / "catalogue.toml", ["shard-1", "shard-0"])
    for source in (crawled, tmp_path / "catalogue.toml"):
        assert exported(source, name, tmp_path / "to" / source.name).written == 1
    assert files(tmp_path / "to" / crawled.name) == files(tmp_path / "to" / "catalogue.toml")
    assert exported(tmp_path / "catalogue.toml", name, tmp_path / "to" / "catalogue.toml").written == 0
