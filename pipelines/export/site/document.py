"""The pages of one document: itself, its versions, what changed between them, and the comparison of any two."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from markupsafe import Markup
from sqlite_utils import Database

from pipelines.analysis.comparison.model import Comparison
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
) -> Iterator[tuple[str, bytes]]:
    """All pages of a document with their names, one at a time."""
    told: dict[str, Any] = {"settings": settings, "document": document, "label": label(document), "root": "../../",
                            "place": place}  # fmt: skip
    picture = timeline(versions, failures)
    yield names.START, page("document.html", told | {"versions": versions, "timeline": picture, "failures": failures})
    yield names.COMPARE, page("compare.html", told | {"versions": versions})
    for at, version in enumerate(versions):
        body = text_with_digest(db, version.text_digest)
        yield names.text_script(version), text_script(version.name, body)
        near = {
            "previous": versions[at - 1] if at else None,
            "following": versions[at + 1] if at + 1 < len(versions) else None,
        }
        yield names.version_page(version), page("version.html", told | near | _version(settings, version, body))
    for before, after in pairwise(versions):
        comparison = redlines.between(before.text_digest, after.text_digest)
        yield names.changes_page(after), page("changes.html", told | _changes(before, after, comparison))


def _version(settings: SiteSettings, version: PublishedVersion, body: str) -> dict[str, Any]:
    raw = snapshot_url(version.held_timestamp, version.original, settings.public_url)
    return {
        "version": version,
        "text": Markup(text_html(body)),  # escaped by the renderer
        "raw": raw,
        "readable": raw.replace("id_/", "/", 1),
    }


def _changes(before: PublishedVersion, after: PublishedVersion, comparison: Comparison) -> dict[str, Any]:
    return {
        "before": before,
        "after": after,
        "figures": total_line(comparison),
        "redline": Markup(redline_html(comparison, context=CONTEXT)),  # escaped by its maker
        "sections": [section for section in comparison.sections if section.touched],
    }
