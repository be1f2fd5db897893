"""The pages of one document: itself, its versions, what changed between them, and the comparison of any two."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from markupsafe import Markup
from sqlite_utils import Database

from pipelines.analysis.redline.html import redline_html
from pipelines.analysis.redline.lines import total_line
from pipelines.export.site import names
from pipelines.export.site.markdown import text_html
from pipelines.export.site.pages import page, text_script
from pipelines.export.site.redlines import Redlines
from pipelines.export.site.settings import SiteSettings
from pipelines.export.site.timeline import timeline
from pipelines.extraction.form.note import snapshot_url
from pipelines.store.publishing import PublishedDocument, PublishedVersion, text_with_digest

Page = Callable[[], bytes]

CONTEXT = 2  # unchanged blocks shown around each change


def label(document: PublishedDocument) -> str:
    """A document in words, without its site."""
    return f"{document.kind} ({document.variant})" if document.variant else document.kind


def document_pages(
    db: Database,
    redlines: Redlines,
    settings: SiteSettings,
    place: str,
    document: PublishedDocument,
    versions: list[PublishedVersion],
    failures: list[tuple[str, int]],
) -> Iterator[tuple[str, Page]]:
    """All pages of a document by their names, each made when it is called."""
    told: dict[str, Any] = {"settings": settings, "document": document, "label": label(document), "root": "../../"}
    told |= {"place": place, "versions": versions, "failures": failures}
    yield names.START, lambda: page("document.html", told | {"timeline": timeline(versions, failures)})
    yield names.COMPARE, lambda: page("compare.html", told)
    for before, version, after in zip([None, *versions], versions, [*versions[1:], None], strict=False):
        near = {"previous": before, "version": version, "following": after}
        yield names.version_page(version), partial(_version_page, db, told | near)
        yield names.text_script(version), partial(_script, db, version)
        if before:
            yield names.changes_page(version), partial(_changes_page, redlines, told, before, version)


def _script(db: Database, version: PublishedVersion) -> bytes:
    return text_script(version.name, text_with_digest(db, version.text_digest))


def _version_page(db: Database, told: dict[str, Any]) -> bytes:
    version, settings = told["version"], told["settings"]
    raw = snapshot_url(version.held_timestamp, version.original, settings.public_url)
    text = Markup(text_html(text_with_digest(db, version.text_digest)))  # escaped by the renderer
    return page("version.html", told | {"text": text, "raw": raw, "readable": raw.replace("id_/", "/", 1)})


def _changes_page(redlines: Redlines, told: dict[str, Any], before: PublishedVersion, after: PublishedVersion) -> bytes:
    comparison = redlines.between(before.text_digest, after.text_digest)
    more = {
        "before": before,
        "after": after,
        "figures": total_line(comparison),
        "redline": Markup(redline_html(comparison, context=CONTEXT)),  # escaped by its maker
        "sections": [section for section in comparison.sections if section.touched],
    }
    return page("changes.html", told | more)
