"""A corpus as a site of static pages: what changed is written anew, all of it or nothing."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import astuple, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.export.base import Report
from pipelines.export.site import feeds, names
from pipelines.export.site.document import document_pages, label
from pipelines.export.site.folder import SiteFolder, site_folder
from pipelines.export.site.pages import look, page, static_files
from pipelines.export.site.redlines import Redlines
from pipelines.export.site.settings import SiteSettings
from pipelines.store import publishing as store
from pipelines.store.database import open_for_reading
from pipelines.store.publishing import PublishedDocument

NEWEST = 30  # changes that the start page shows

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class _Site:
    """What the start page says of a site."""

    name: str
    place: str
    documents: list[tuple[str, PublishedDocument]] = field(default_factory=list)

    @property
    def versions(self) -> int:
        return sum(document.versions for _, document in self.documents)


@dataclass(slots=True)
class _Publishing:
    """One publishing on its way."""

    db: Database
    settings: SiteSettings
    folder: SiteFolder
    progress: Progress
    feeds: feeds.Feeds

    def __call__(self) -> Report:
        documents = list(store.published_documents(self.db))
        if not documents:
            raise WrongUse("The corpus has no versions to publish yet: crawl first, or see `status`.")
        taken: set[str] = set()
        placed = [(names.document_place(document.key, taken), document) for document in documents]
        sites = [
            _Site(name, names.site_place(group[0][0]), group)
            for name, group in ((name, list(them)) for name, them in groupby(placed, key=lambda each: each[1].site))
        ]
        self.feeds.places |= {document.id: place for place, document in placed}
        for done, (place, document) in enumerate(placed, start=1):
            self._document(place, document)
            self.progress("documents published", done, len(placed))
        for site in sites:
            self._site(site)
        self._start(sites)
        return self.folder.take_places()

    def _document(self, place: str, document: PublishedDocument) -> None:
        versions = store.published_versions(self.db, document.id)
        failures = store.failed_days(self.db, document.id)
        pages = self._document_with_feed(place, document, versions, failures)
        self._part(place, pages, document, versions, failures)

    def _document_with_feed(self, place: str, document: PublishedDocument, *rows: Any) -> Iterator[tuple[str, bytes]]:
        yield from document_pages(self.db, self.feeds.redlines, self.settings, place, document, *rows)
        found = store.found_changes(self.db, feeds.MOST, document_id=document.id)
        yield from self.feeds.files(place, f"{document.site}: {label(document)}", found)

    def _site(self, site: _Site) -> None:
        found = store.found_changes(self.db, feeds.MOST, site=site.name)
        told = {"settings": self.settings, "site": site, "root": "../", "label": label}

        def pages() -> Iterator[tuple[str, bytes]]:
            yield names.START, page("site.html", told)
            yield from self.feeds.files(site.place, site.name, found)

        self._part(site.place, pages(), site, found)

    def _start(self, sites: list[_Site]) -> None:
        found = store.found_changes(self.db, feeds.MOST)
        ended = store.last_run_ended(self.db)
        counted = [(site.name, site.place, len(site.documents), site.versions, _newest(site)) for site in sites]

        def pages() -> Iterator[tuple[str, bytes]]:
            newest = list(self.feeds.changes(found[:NEWEST]))
            told = {"settings": self.settings, "sites": counted, "newest": newest, "root": "", "ended": ended}
            yield names.START, page("start.html", told)
            yield ".nojekyll", b""
            yield from static_files().items()
            yield from self.feeds.files(names.TOP, self.settings.title, found)

        self._part(names.TOP, pages(), counted, found, ended)

    def _part(self, place: str, pages: Iterator[tuple[str, bytes]], *rows: object) -> None:
        """Write a part where it is another one than what is there."""
        fingerprint = _fingerprint(self.settings, rows)
        if not self.folder.is_current(place, fingerprint):
            self.folder.begin(place, fingerprint)
            for name, content in pages:
                self.folder.write(place, name, content)


def _newest(site: _Site) -> str:
    return max(document.newest for _, document in site.documents)


def _fingerprint(settings: SiteSettings, rows: tuple[object, ...]) -> str:
    told = (look(), astuple(settings), rows)
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def publish(corpus: Path, to: Path, settings: SiteSettings, progress: Progress) -> Report:
    """Bring the site in `to` to what the corpus says, as it is at one moment, also while a run writes in it.

    Raises WrongUse where there is no corpus, nothing to publish, or something else in `to`; RecordingFailed where the
    site cannot be written, which then stays as it was.
    """
    with closing(open_for_reading(corpus)) as db:
        db.execute("BEGIN")  # one state of all tables
        with site_folder(to) as folder:
            made = feeds.Feeds(db, settings, Redlines(db), {})
            return _Publishing(db, settings, folder, progress, made)()
