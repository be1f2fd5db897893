import gzip
import io
import sys
import zipfile
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from tests.crawler.local_archive.server.archive_client import Client
from tests.crawler.local_archive.server.foreign import HTTP, arc, page

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ONE, TWO = page(b"<p>one", date="2020-01-01T00:00:00Z"), page(b"<p>two", date="2021-01-01T00:00:00Z")


def members(*records: bytes) -> bytes:
    return b"".join(gzip.compress(record) for record in records)


def with_dictionary(*records: bytes) -> bytes:
    """As crawlers write `.warc.zst`: a dictionary, packed itself, and a frame a record."""
    words = zstd.train_dict([page(b"<p>%d" % number) for number in range(500)], 4096)
    packed = zstd.compress(words.dict_content)
    frames = b"".join(zstd.compress(record, zstd_dict=words) for record in records)
    return b"\x5d\x2a\x4d\x18" + len(packed).to_bytes(4, "little") + packed + frames


def wacz(*records: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("archive/data.warc.gz", members(*records))
        packed.writestr("pages/pages.jsonl", "{}\n")
    return target.getvalue()


OLD = arc(
    [
        ("http://kites.example/", "20200101000000", b"<p>one"),
        ("http://kites.example/", "20210101000000", HTTP + b"<p>two"),
    ]
)
FORMS = {
    "a.warc": ONE + TWO,
    "b.warc.gz": members(ONE, TWO),
    "C.WARC.GZ": members(ONE, TWO),
    "one-member.warc.gz": gzip.compress(ONE + TWO),
    "d.warc.zst": zstd.compress(ONE) + zstd.compress(TWO),
    "e.warc.zst": with_dictionary(ONE, TWO),
    "f.wacz": wacz(ONE, TWO),
    "g.arc": OLD,
    "h.arc.gz": gzip.compress(OLD),
    "folder.warc/of files/i.warc": ONE + TWO,
}


def texts(folder: Path) -> list[bytes]:
    with EmbeddedArchive(folder) as archive:
        client = Client(archive)
        rows = [line.split(" ") for line in client.cdx("kites.example/").lines]
        found = [client.replay(row[1], row[2]).body for row in rows]
        client.close()
        assert (archive.left_out, archive.skipped) == ([], 0)
    return found


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_listed_and_played(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(FORMS[name])
    assert texts(tmp_path) == [b"<p>one", b"<p>two"]


@pytest.mark.parametrize("name", ["d.warc.zst", "one-member.warc.gz", "f.wacz"])
def test_what_breaks_off_is_counted_and_its_beginning_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FORMS[name][:-20])
    with EmbeddedArchive(tmp_path) as archive:
        assert archive.skipped >= 1


def test_other_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "page.html").write_text("x")
    with EmbeddedArchive(tmp_path) as archive:
        assert archive.left_out == ["b/page.html", "notes.txt"]
