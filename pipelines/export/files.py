"""The export: one text file a version, and a manifest. A function of the database alone, run as often as wanted.

Only what changed is rewritten. An export is done whole or not at all: new files wait beside the old ones for their turn
(turn.py). Files of versions that are no more are removed, and the manifest says which file replaces them.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from sqlite_utils import Database

from pipelines.exceptions import ReadingFailed, RecordingFailed
from pipelines.export.manifest import MANIFEST, Entry, OldManifest, to_line
from pipelines.export.paths import document_folder, part_of, version_names
from pipelines.export.turn import FRESH, decide, finish, take_turn
from pipelines.extraction.form.lines import exported_text, snapshot_url
from pipelines.formats import atomic
from pipelines.items.captures import DocumentKey
from pipelines.store.archives import Links
from pipelines.store.joined import Joined, alone
from pipelines.store.selection import VERSION_COLUMNS, SelectedVersion, Selection
from pipelines.warc.lock import in_turn

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Counts:
    """What an export did."""

    files: int = 0
    written: int = 0
    removed: int = 0
    unread: int = 0  # versions left out, whose pages could not be read in the style asked for
    stay: int = 0  # files of documents that are open again, as another export left them


Rendering = Callable[[SelectedVersion], tuple[str, str]]
"""Title and body of a version in another style than the one it is stored in. Raises ReadingFailed."""


def export(
    source: Database | Joined,
    folder: Path,
    *,
    public_url: str,
    style: str = "corpus",
    render: Rendering | None = None,
    include_open: bool = False,
    selection: Selection | None = None,
) -> Counts:
    """Bring `folder` to what a database, or several as one, say of the selected versions, by default of all that are
    settled.

    Raises RecordingFailed where files cannot be written.
    """
    selection = selection or Selection(include_open=include_open)
    joined = source if isinstance(source, Joined) else alone(source)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with in_turn(folder):
            return _Export(folder, Links(public_url, *joined.dbs), style, render).run(
                _documents(joined, selection), _open_folders(joined)
            )
    except OSError as error:
        raise RecordingFailed(f"Cannot export to {folder}: {error.strerror}. Free space, then export again.") from error


def _documents(joined: Joined, selection: Selection) -> Iterator[tuple[DocumentKey, list[SelectedVersion]]]:
    rows = (SelectedVersion(*row) for row in joined.versions_by_document(selection))
    for document, versions in groupby(rows, key=lambda version: version.document):
        yield document, list(versions)


def _open_folders(joined: Joined) -> set[str]:
    return {str(document_folder(document)) for document in joined.open_documents()}


class _Export:
    def __init__(self, folder: Path, links: Links, style: str, render: Rendering | None) -> None:
        self._folder = folder
        self._links = links
        self._style = style
        self._render = render
        self._counts = Counts()

    def run(self, documents: Iterator[tuple[DocumentKey, list[SelectedVersion]]], still_open: set[str]) -> Counts:
        finish(self._folder)  # what another one has left
        try:
            with OldManifest(self._folder / MANIFEST) as before:
                pieces = self._pieces(documents, before, still_open)
                atomic.write_part(self._folder / FRESH, pieces, durable=False)
            decide(self._folder)
        except BaseException:
            with suppress(OSError):
                finish(self._folder)
            raise
        self._counts.removed = take_turn(self._folder)
        return self._counts

    def _pieces(
        self,
        documents: Iterator[tuple[DocumentKey, list[SelectedVersion]]],
        before: OldManifest,
        still_open: set[str],
    ) -> Iterator[bytes]:
        """The new manifest, document by document, the files of each being written before."""
        for document, versions in documents:
            folder = str(document_folder(document))
            yield _lines(self._document(folder, versions, before.take(folder)))
        for left in before.left():
            if left in still_open:  # its files stay as they were until its changes are settled again
                entries = before.take(left)
                self._counts.stay += len(entries)
                yield _lines(entries)

    def _document(self, folder: str, versions: Sequence[SelectedVersion], before: list[Entry]) -> list[Entry]:
        names = version_names([version.held_timestamp for version in versions])
        known = {entry["path"]: entry for entry in before}
        paths = [f"{folder}/{name}" for name in names]
        tried = [self._unless_unread(path, version, known) for path, version in zip(paths, versions, strict=True)]
        entries = [entry for entry in tried if entry]
        _note_replaced(entries, before)
        self._counts.files += len(entries)
        return entries

    def _unless_unread(self, path: str, version: SelectedVersion, known: dict[str, Entry]) -> Entry | None:
        """A page that could be read in one style may take too long in another: its version alone is left out."""
        try:
            return self._version(path, version, known)
        except ReadingFailed as error:
            log.warning("%s is left out: %s. A later export tries it again.", path, error)
            self._counts.unread += 1
            return None

    def _version(self, path: str, version: SelectedVersion, known: dict[str, Entry]) -> Entry:
        entry = self._entry(path, version)
        old = known.get(path, {})
        target = self._folder / path
        same = all(old.get(name) == value for name, value in entry.items())
        if same and target.is_file():
            return old
        content = self._content(version)
        entry["sha256"] = hashlib.sha256(content).hexdigest()
        if old.get("replaces"):
            entry["replaces"] = old["replaces"]
        if old.get("sha256") != entry["sha256"] or not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            atomic.write_part(part_of(target), [content], durable=False)
            self._counts.written += 1
        return entry

    def _entry(self, path: str, version: SelectedVersion) -> Entry:
        fields = {name: getattr(version, name) for name in VERSION_COLUMNS if name not in _NOT_IN_MANIFEST}
        snapshot = snapshot_url(version.held_timestamp, version.original, self._links.base(version.archive))
        return {**fields, "path": path, "snapshot": snapshot, "style": self._style}

    def _content(self, version: SelectedVersion) -> bytes:
        title, body = self._render(version) if self._render else (version.title, version.text)
        return exported_text(
            version.site,
            version.kind,
            version.held_timestamp,
            version.original,
            title,
            body,
            self._links.base(version.archive),
            self._links.where(version.archive),
        ).encode()


_NOT_IN_MANIFEST = {"text", "reasons", "open", "capture_id"}


def _note_replaced(entries: list[Entry], before: list[Entry]) -> None:
    """Say of each file that vanished which one now covers its time: the last that begins no later, else the first."""
    paths = {entry["path"] for entry in entries}
    for entry in entries:
        if left := set(entry.pop("replaces", [])) - paths:  # what vanished once may come back
            entry["replaces"] = sorted(left)
    for gone in before if entries else ():
        if gone["path"] in paths:
            continue
        earlier = [entry for entry in entries if entry["first_timestamp"] <= gone.get("held_timestamp", "")]
        heir = earlier[-1] if earlier else entries[0]
        heir["replaces"] = sorted({*heir.get("replaces", []), gone["path"], *gone.get("replaces", [])})


def _lines(entries: list[Entry]) -> bytes:
    return "".join(map(to_line, entries)).encode()
