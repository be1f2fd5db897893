"""What a site consists of: parts (folders), each with its pages; what changed is written anew, all of it or nothing."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import astuple, dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.export.base import Report
from pipelines.export.site import names
from pipelines.export.site.document import MOST_KIN, Near, Page, document_pages, label
from pipelines.export.site.feeds import MOST, Feeds
from pipelines.export.site.folder import SiteFolder, site_folder
from pipelines.export.site.names import SiteSettings
from pipelines.export.site.pages import Redlines, look, page, static_files
from pipelines.export.site.search import index_texts, remove_index
from pipelines.store import publishing as store
from pipelines.store.archives import Links
from pipelines.store.corpus_names import own_name
from pipelines.store.database import open_for_reading, see_one_state
from pipelines.store.families import Relatives
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
        self._by_id = {each.id: (place, each) for place, each in self.documents}
        self._redlines = Redlines(db)
        self._links = Links(settings.public_url, db)
        self._feeds = Feeds(db, settings, self._redlines, {number: place for number, (place, _) in self._by_id.items()})

    @cached_property
    def _relatives(self) -> Relatives:
        return Relatives(self._db)

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
        kin = [Near(*self._by_id[other], since) for since, other in self._relatives.of(document.id, MOST_KIN + 1)]

        def pages() -> Iterator[tuple[str, Page]]:
            rows = (document, versions, failures, kin)
            yield from document_pages(self._db, self._redlines, self._links, self._settings, place, *rows)
            found = store.found_changes(self._db, MOST, document_id=document.id)
            yield from self._feeds.files(place, f"{document.site}: {label(document)}", found)

        bases = sorted({self._links.base(version.archive) for version in versions})
        told = (document, versions, failures, bases, [(near.place, near.since) for near in kin])
        return Part(place, told, pages)

    def site(self, site: Site) -> Part:
        """The part of one site."""
        found = store.found_changes(self._db, MOST, site=site.name)
        told = {"settings": self._settings, "site": site, "root": "../", "label": label}

        def pages() -> Iterator[tuple[str, Page]]:
            yield names.START, lambda: page("site.html", told)
            yield from self._feeds.files(site.place, site.name, found)

        return Part(site.place, (site, found, own_name(self._db)), pages)

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

        return Part(names.TOP, (counted, found, ended, own_name(self._db)), pages)


Progress = Callable[[str, int, int], None]


def publish(corpus: Path, to: Path, settings: SiteSettings, progress: Progress) -> Report:
    """Bring the site in `to` to what the corpus says, as it is at one moment, also while a run writes in it.

    Raises WrongUse where there is no corpus, nothing to publish, or something else in `to`; RecordingFailed where the
    site cannot be written, which then stays as it was.
    """
    with closing(open_for_reading(corpus)) as db:
        see_one_state(db)
        contents = Contents(db, settings)
        with site_folder(to) as folder:
            _write(contents, folder, settings, progress)
            report = folder.take_places()
            if settings.search:
                index_texts(to, report)
            else:
                remove_index(to)
            return report


def _write(contents: Contents, folder: SiteFolder, settings: SiteSettings, progress: Progress) -> None:
    """Write each part that is another one than what is there."""
    total = len(contents.documents) + len(contents.sites) + 1
    for done, part in enumerate(contents.parts(), start=1):
        fingerprint = _fingerprint(settings, part.rows)
        if not folder.is_current(part.place, fingerprint):
            folder.begin(part.place, fingerprint)
            for name, make in part.pages():
                folder.write(part.place, name, make())
        progress("parts of the site", done, total)


def _fingerprint(settings: SiteSettings, rows: tuple[object, ...]) -> str:
    told = (look(), astuple(settings), rows)
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()[:32]
