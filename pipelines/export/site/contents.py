"""What a site consists of: parts (folders), each with its pages, which are made when they are asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.export.site import names
from pipelines.export.site.document import Page, document_pages, label
from pipelines.export.site.feeds import MOST, Feeds
from pipelines.export.site.pages import page, static_files
from pipelines.export.site.redlines import Redlines
from pipelines.export.site.settings import SiteSettings
from pipelines.store import publishing as store
from pipelines.store.archives import Links
from pipelines.store.publishing import PublishedDocument

NEWEST = 30  # changes that the start page shows


@dataclass(frozen=True, slots=True)
class Part:
    """A folder of the site: all that its pages are made of, and its pages by name."""

    place: str
    rows: tuple[object, ...]
    pages: Callable[[], Iterator[tuple[str, Page]]]


@dataclass(slots=True)
class Site:
    """A site of the corpus: where its pages lie, and its documents with where theirs do."""

    name: str
    place: str
    documents: list[tuple[str, PublishedDocument]] = field(default_factory=list)

    @property
    def versions(self) -> int:
        return sum(document.versions for _, document in self.documents)

    @property
    def newest(self) -> str:
        return max(document.newest for _, document in self.documents)


class Contents:
    """All parts of the site of a corpus. Raises WrongUse where there are no versions to publish."""

    def __init__(self, db: Database, settings: SiteSettings) -> None:
        self._db, self._settings = db, settings
        taken: set[str] = set()
        self.documents = [(names.document_place(each.key, taken), each) for each in store.published_documents(db)]
        if not self.documents:
            raise WrongUse("The corpus has no versions to publish yet: crawl first, or see `status`.")
        groups = groupby(self.documents, key=lambda placed: placed[1].site)
        self.sites = [Site(name, names.site_place((them := list(group))[0][0]), them) for name, group in groups]
        self._redlines = Redlines(db)
        self._links = Links(settings.public_url, db)
        self._feeds = Feeds(db, settings, self._redlines, {each.id: place for place, each in self.documents})

    def parts(self) -> Iterator[Part]:
        """The documents of each site before the site itself, whose feed shows their redlines; then the start."""
        for site in self.sites:
            for place, document in site.documents:
                yield self.document(place, document)
            yield self.site(site)
        yield self.start()

    def find(self, path: str) -> bytes | None:
        """The page at an address within the site; None where there is none."""
        place, _, name = path.rpartition("/")
        part = self._part(place)
        return next((make() for known, make in part.pages() if known == name), None) if part else None

    def _part(self, place: str) -> Part | None:
        if not place:
            return self.start()
        for known, document in self.documents:
            if known == place:
                return self.document(known, document)
        return next((self.site(site) for site in self.sites if site.place == place), None)

    def document(self, place: str, document: PublishedDocument) -> Part:
        """The part of one document."""
        versions = store.published_versions(self._db, document.id)
        failures = store.failed_days(self._db, document.id)

        def pages() -> Iterator[tuple[str, Page]]:
            rows = (document, versions, failures)
            yield from document_pages(self._db, self._redlines, self._links, self._settings, place, *rows)
            found = store.found_changes(self._db, MOST, document_id=document.id)
            yield from self._feeds.files(place, f"{document.site}: {label(document)}", found)

        bases = sorted({self._links.base(version.archive) for version in versions})
        return Part(place, (document, versions, failures, bases), pages)

    def site(self, site: Site) -> Part:
        """The part of one site."""
        found = store.found_changes(self._db, MOST, site=site.name)
        told = {"settings": self._settings, "site": site, "root": "../", "label": label}

        def pages() -> Iterator[tuple[str, Page]]:
            yield names.START, lambda: page("site.html", told)
            yield from self._feeds.files(site.place, site.name, found)

        return Part(site.place, (site, found, store.corpus_name(self._db)), pages)

    def start(self) -> Part:
        """The start page, style, scripts, and the feeds of all."""
        found = store.found_changes(self._db, MOST)
        ended = store.last_run_ended(self._db)
        counted = [(site.name, site.place, len(site.documents), site.versions, site.newest) for site in self.sites]
        told: dict[str, Any] = {"settings": self._settings, "sites": counted, "root": "", "ended": ended}

        def pages() -> Iterator[tuple[str, Page]]:
            yield names.START, lambda: page("start.html", told | {"newest": list(self._feeds.changes(found[:NEWEST]))})
            if self._settings.search:
                yield "search.html", lambda: page("search.html", told)
            yield ".nojekyll", lambda: b""
            for name, content in static_files().items():
                yield name, lambda content=content: content  # type: ignore[misc]  # bound now, called later
            yield from self._feeds.files(names.TOP, self._settings.title, found)

        return Part(names.TOP, (counted, found, ended, store.corpus_name(self._db)), pages)
