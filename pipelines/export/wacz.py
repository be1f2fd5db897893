"""The pages of the selected versions as WACZ 1.1.1, which ReplayWeb.page opens, with a list of pages and their texts.

A WACZ is a ZIP file: the WARC, an index in blocks, the pages, and a data package that has the digest of each
(https://specs.webrecorder.net/wacz/1.1.1/). WARC and index stand in it as they are, so that they can be read in place.

ReplayWeb.page finds them by the lengths in the directory of the ZIP file, and reads nothing where the head of a member
has an extra field that the directory does not tell of. Python writes one for a member that may grow beyond 2 GB: so no
member may, and there are several WARC files.
"""

import gzip
import hashlib
import json
import uuid
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.export.base import Order, Report
from pipelines.export.selection import CorpusView
from pipelines.export.staged import staged, staged_file
from pipelines.export.tables import iso
from pipelines.export.warc import SOFTWARE, Packed, Peekable, info, records
from pipelines.store.selection import SelectedVersion

VERSION = "1.1.1"

_LAYOUT = 1
_WARC = "data-{:05}.warc.gz"
_SIZE = 1_000_000_000  # bytes of a WARC file, from which on another one is begun
_TEXTS = 1_500_000_000  # bytes in the list of pages; those that are too many are listed without theirs
_LINES = 2000  # of the index in a block
_EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file in it: the same bytes each time
_TITLE = "Versions of policies"


def export_wacz(corpus: CorpusView, order: Order) -> Report:
    """Write `corpus.wacz` to a folder, or one file where the name ends in .wacz. Raises WrongUse, RecordingFailed."""
    if order.to.name.lower().endswith(".wacz") and not order.to.is_dir():
        with staged_file(order.to, _is_ours) as (part, report):
            _write(corpus, order, part)
        return report
    with staged(order.to, "wacz") as files:
        fingerprint = corpus.fingerprint("wacz", _LAYOUT, order.title, only="versions")
        if files.has(fingerprint):
            return Report(files=files.count)
        _write(corpus, order, files.part("corpus.wacz"))
        return files.take_places(fingerprint)


def _write(corpus: CorpusView, order: Order, part: Path) -> None:
    with zipfile.ZipFile(part, "w") as file:
        package = _Package(file)
        index = _Index()
        waiting = Peekable(records(corpus))
        while waiting:
            name = _WARC.format(index.files)
            package.add(f"archive/{name}", index.following(waiting.until(_SIZE), name), zipfile.ZIP_STORED)
        lines, blocks = index.blocks()
        package.add("indexes/index.cdx.gz", blocks, zipfile.ZIP_STORED)
        package.add("indexes/index.idx", lines)
        package.add("pages/pages.jsonl", _pages(corpus))
        package.close(order.title or _TITLE, index.newest)


class _Package:
    """A ZIP file, and the data package that lists what is in it."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._resources: list[dict[str, Any]] = []

    def add(self, path: str, pieces: Iterable[bytes], how: int = zipfile.ZIP_DEFLATED) -> None:
        digest, size = self._write(path, pieces, how)
        name = path.rpartition("/")[2]
        self._resources.append({"name": name, "path": path, "hash": f"sha256:{digest}", "bytes": size})

    def close(self, title: str, created: str) -> None:
        package = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": title,
            "software": SOFTWARE,
            "created": created,
            "resources": self._resources,
        }
        digest, _ = self._write("datapackage.json", [_json(package, 2)])
        self._write("datapackage-digest.json", [_json({"path": "datapackage.json", "hash": f"sha256:{digest}"})])

    def _write(self, path: str, pieces: Iterable[bytes], how: int = zipfile.ZIP_DEFLATED) -> tuple[str, int]:
        entry = zipfile.ZipInfo(path, _EPOCH)
        entry.compress_type = how
        entry.external_attr = 0o644 << 16
        seen, size = hashlib.sha256(), 0
        with self._file.open(entry, "w") as member:
            for piece in pieces:
                member.write(piece)
                seen.update(piece)
                size += len(piece)
        return seen.hexdigest(), size


class _Index:
    """Lines of CDXJ for records as they are written, then in order, in compressed blocks with an index of these."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self.files = 0
        self.newest = ""  # when the newest page was fetched, ISO 8601

    def following(self, found: Iterable[Packed], name: str) -> Iterator[bytes]:
        """The bytes of a WARC file of that name with these records."""
        self.files += 1
        first = info()
        yield first
        offset = len(first)
        for record in found:
            yield record.data
            self._lines.append(_line(record, name, offset))
            self.newest = max(self.newest, record.fetched_at)
            offset += len(record.data)

    def blocks(self) -> tuple[list[bytes], list[bytes]]:
        """The lines of index.idx, and the blocks of index.cdx.gz."""
        self._lines.sort()
        named = {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
        lines, blocks, offset = [f"!meta 0 {json.dumps(named)}\n".encode()], [], 0
        for start in range(0, len(self._lines), _LINES):
            group = self._lines[start : start + _LINES]
            data = gzip.compress("".join(group).encode("utf-8", "replace"), mtime=0)
            place = {"offset": offset, "length": len(data), "digest": f"sha256:{hashlib.sha256(data).hexdigest()}"}
            key = " ".join(group[0].split(" ", 2)[:2])
            lines.append(f"{key} {json.dumps(place | {'filename': 'index.cdx.gz'})}\n".encode("utf-8", "replace"))
            blocks.append(data)
            offset += len(data)
        return lines, blocks


def _line(record: Packed, name: str, offset: int) -> str:
    place = {"length": str(len(record.data)), "offset": str(offset), "filename": name}
    told = {"url": record.url, "mime": record.mime, "status": str(record.status), "digest": record.digest}
    return f"{record.urlkey} {record.timestamp} {json.dumps(told | place)}\n"


def _pages(corpus: CorpusView) -> Iterator[bytes]:
    yield _json({"format": "json-pages-1.0", "id": "pages", "title": "All versions", "hasText": True})
    left = _TEXTS
    for version in corpus.versions():
        whole = _json(_page(version) | {"text": version.text})
        left -= len(whole)
        yield whole if left > 0 else _json(_page(version))


def _page(version: SelectedVersion) -> dict[str, str]:
    key = (version.site, version.kind, version.variant, version.held_timestamp)
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, repr(key))),
        "url": version.original,
        "ts": iso(version.held_timestamp) or version.held_timestamp,
        "title": version.title or version.site,
    }


def _json(value: dict[str, Any], indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8", "replace") + b"\n"


def _is_ours(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as file:
            return bool(json.loads(file.read("datapackage.json")).get("software") == SOFTWARE)
    except (OSError, ValueError, KeyError, AttributeError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return False
