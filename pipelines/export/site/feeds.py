"""Feeds of changes: Atom (RFC 4287) and JSON Feed 1.1, one entry a change with its redline.

`updated` is when the change was found, `published` when the text was captured.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from pipelines.export.site import names
from pipelines.export.site.document import Page
from pipelines.export.site.names import SiteSettings
from pipelines.export.site.pages import Redlines, clean, page
from pipelines.formats.timestamps import iso
from pipelines.store import publishing as store
from pipelines.store.corpus_names import own_name
from pipelines.store.publishing import FoundChange, PublishedDocument, PublishedVersion

MOST = 50  # entries of a feed
LONGEST = 50_000  # characters of a redline in a feed; a longer one is to be read on its page
_TOO_LONG = "<p>This change is too long for a feed: see its page.</p>"
_NEVER = "1970-01-01T00:00:00Z"
_KEPT = 8  # documents whose versions are at hand: feeds of all sites go from one to another


@dataclass(frozen=True, slots=True)
class PlacedChange:
    """A change with what pages and feeds say of it. `address` is that of its page, from the top of the site."""

    place: str
    document: PublishedDocument
    before: PublishedVersion
    after: PublishedVersion
    found_at: str

    @property
    def address(self) -> str:
        return f"{self.place}/{names.changes_page(self.after)}"

    @property
    def published(self) -> str:
        return iso(self.after.held_timestamp) or self.found_at or _NEVER

    @property
    def updated(self) -> str:
        return self.found_at or self.published

    @property
    def title(self) -> str:
        variant = f" ({self.document.variant})" if self.document.variant else ""
        span = f"{names.day(self.before.held_timestamp)} to {names.day(self.after.held_timestamp)}"
        return f"{self.document.site}: {self.document.kind}{variant}, {span}"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says of one change."""

    id: str
    title: str
    address: str
    updated: str
    published: str
    summary: str
    content: str
    author: str
    language: str


@dataclass
class Feeds:
    """Makes feeds. `places` says where documents lie, by their ids."""

    db: Database
    settings: SiteSettings
    redlines: Redlines
    places: dict[int, str]
    _known: dict[int, list[PublishedVersion]] = field(default_factory=dict)

    def changes(self, found: Iterable[FoundChange]) -> Iterator[PlacedChange]:
        """Those changes with their versions."""
        for change in found:
            versions = self._versions(change.document_id)
            document = store.published_document(self.db, change.document_id)
            before, after = versions[change.number - 2 : change.number]
            yield PlacedChange(self.places[change.document_id], document, before, after, change.found_at)

    def _versions(self, document_id: int) -> list[PublishedVersion]:
        if document_id not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[document_id] = store.published_versions(self.db, document_id)
        return self._known[document_id]

    def files(self, place: str, title: str, found: list[FoundChange]) -> Iterator[tuple[str, Page]]:
        """Both feeds of a part of the site by their names, each made when it is called."""
        told: dict[str, Any] = {}

        def feed() -> dict[str, Any]:
            if not told:
                told.update(self._feed(place, title, found))
            return told

        yield names.ATOM, lambda: page("feed.xml", feed())
        yield names.JSON_FEED, lambda: _json_feed(feed())

    def _feed(self, place: str, title: str, found: list[FoundChange]) -> dict[str, Any]:
        up = "" if place == names.TOP else "../" * (place.count("/") + 1)
        base = self.settings.url or up
        entries = [self._entry(change, base) for change in self.changes(found)]
        below = "" if place == names.TOP else f"{place}/"
        return {
            "id": names.feed_id(place, own_name(self.db)),
            "title": title,
            "home": f"{base}{below}{names.START}",
            "updated": max((entry.updated for entry in entries), default=_NEVER),
            "here": f"{self.settings.url}{below}" if self.settings.url else "",
            "entries": entries,
        }

    def _entry(self, change: PlacedChange, base: str) -> Entry:
        redline = self.redlines.between(change.before.text_digest, change.after.text_digest)
        content = clean(redline.html)
        return Entry(
            id=names.change_id(change.place, change.after),
            title=change.title,
            address=base + change.address,
            updated=change.updated,
            published=change.published,
            summary=redline.figures,
            content=content if len(content) <= LONGEST else _TOO_LONG,
            author=change.document.site,
            language=change.after.language,
        )


def _json_feed(told: dict[str, Any]) -> bytes:
    here = {"feed_url": f"{told['here']}{names.JSON_FEED}"} if told["here"] else {}
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": told["title"],
        "home_page_url": told["home"],
        **here,
        "items": [_item(entry) for entry in told["entries"]],
    }
    return clean(json.dumps(feed, ensure_ascii=False, indent=1)).encode()


def _item(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "url": entry.address,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.content,
        "date_published": entry.published,
        "date_modified": entry.updated,
        "authors": [{"name": entry.author}],
        **({"language": entry.language} if entry.language else {}),
    }
