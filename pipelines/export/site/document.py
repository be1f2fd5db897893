"""The pages of one document: itself, its versions, what changed between them, and the comparison of any two."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup
from sqlite_utils import Database

from pipelines.export.site import names
from pipelines.export.site.names import SiteSettings
from pipelines.export.site.pages import Redlines, page, text_script
from pipelines.export.site.timeline import timeline
from pipelines.extraction.form.lines import snapshot_url
from pipelines.store.archives import Links
from pipelines.store.publishing import PublishedDocument, PublishedVersion
from pipelines.store.readings import text_with_digest

_SAFE = ("http://", "https://", "mailto:")


def _is_safe(url: str) -> bool:
    return url.lower().startswith(_SAFE)


def _renderer() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False})
    made.enable(["table", "strikethrough"]).disable(["image", "html_block", "html_inline"])
    made.validateLink = _is_safe  # type: ignore[method-assign]  # the way its documentation names
    made.add_render_rule("link_open", _link_open)
    return made


def _link_open(renderer: Any, tokens: Any, place: int, options: Any, env: Any) -> str:
    tokens[place].attrSet("rel", "nofollow noreferrer")
    return str(renderer.renderToken(tokens, place, options, env))


_MARKDOWN = _renderer()


def text_html(body: str) -> str:
    """A text as HTML that can do nothing and asks for nothing."""
    return str(_MARKDOWN.render(body)).replace(' style="text-align:', ' data-align="')


Page = Callable[[], bytes]


MOST_KIN = 20  # documents with nearly the same text that a page names


def label(document: PublishedDocument) -> str:
    """A document in words, without its site."""
    return f"{document.kind} ({document.variant})" if document.variant else document.kind


@dataclass(frozen=True, slots=True)
class Near:
    """A document with nearly the same text: where its pages lie, and since when it shows it, 14 digits."""

    place: str
    document: PublishedDocument
    since: str

    @property
    def label(self) -> str:
        return label(self.document)


def document_pages(
    db: Database,
    redlines: Redlines,
    links: Links,
    settings: SiteSettings,
    place: str,
    document: PublishedDocument,
    versions: list[PublishedVersion],
    failures: list[tuple[str, int]],
    kin: list[Near],
) -> Iterator[tuple[str, Page]]:
    """All pages of a document by their names, each made when it is called. `kin` may have one more than is shown."""
    told: dict[str, Any] = {"settings": settings, "document": document, "label": label(document), "root": "../../"}
    told |= {"place": place, "versions": versions, "failures": failures}
    told |= {"kin": kin[:MOST_KIN], "more_kin": len(kin) > MOST_KIN}
    yield names.START, lambda: page("document.html", told | {"timeline": timeline(versions, failures)})
    if len(versions) > 1:
        yield names.COMPARE, lambda: page("compare.html", told)
    for before, version, after in zip([None, *versions], versions, [*versions[1:], None], strict=False):
        near = {"previous": before, "version": version, "following": after}
        base = links.base(version.archive)
        yield names.version_page(version), partial(_version_page, db, base, told | near)
        if len(versions) > 1:
            yield names.text_script(version), partial(_script, db, version)
        if before:
            yield names.changes_page(version), partial(_changes_page, redlines, told, before, version)


def _script(db: Database, version: PublishedVersion) -> bytes:
    return text_script(version.name, text_with_digest(db, version.text_digest))


def _version_page(db: Database, base: str, told: dict[str, Any]) -> bytes:
    version = told["version"]
    text = Markup(text_html(text_with_digest(db, version.text_digest)))  # escaped by the renderer
    return page("version.html", told | {"text": text} | archived_at(version, base))


def archived_at(version: PublishedVersion, base: str) -> dict[str, str]:
    """The addresses of a capture in its archive: `raw` as it was captured, `readable` as the archive shows it. Empty
    where the archive's links are no web addresses: a corpus may come from a stranger."""
    raw = snapshot_url(version.held_timestamp, version.original, base)
    readable = raw.replace(f"/{version.held_timestamp}id_/", f"/{version.held_timestamp}/", 1)
    is_web = base.lower().startswith(("https://", "http://"))
    return {"raw": raw, "readable": readable} if is_web else {"raw": "", "readable": ""}


def _changes_page(redlines: Redlines, told: dict[str, Any], before: PublishedVersion, after: PublishedVersion) -> bytes:
    redline = redlines.between(before.text_digest, after.text_digest)
    more = {"before": before, "after": after, "figures": redline.figures, "sections": redline.sections}
    return page("changes.html", told | more | {"redline": Markup(redline.html)})  # escaped by its maker
