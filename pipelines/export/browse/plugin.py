"""Our plugin for Datasette: the pages of the site, made as they are asked for, and rows that lead to them.

It serves this machine alone: whoever asks by another name (a page of a stranger that a name was turned to) is refused.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import closing
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from datasette import hookimpl
from datasette.utils.asgi import Response
from markupsafe import Markup

from pipelines.exceptions import CorpusError
from pipelines.export.paths import document_folder
from pipelines.export.site.contents import Contents
from pipelines.export.site.names import SiteSettings
from pipelines.formats.timestamps import iso
from pipelines.items.captures import DocumentKey
from pipelines.store.database import open_for_reading, see_one_state

PAGES = "/-/pages/"
_STYLED = "/-/policy-corpus.css"
_STYLE = """time { white-space: nowrap; }
dl.column-descriptions { max-height: 9rem; overflow: auto; border: 1px solid #ccc; padding: 0.5rem; }
"""
_LONGEST = 160  # characters of a text that a row shows
_TIMESTAMP = re.compile(r"\d{14}", re.ASCII)
_OURS = re.compile(rb"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?", re.IGNORECASE)
_VERSIONS = ("version", "held_timestamp", "to_version", "from_version")

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


class CorpusPages:
    """The hooks, for one corpus."""

    def __init__(self, corpus: Path, settings: SiteSettings) -> None:
        self._corpus, self._settings = corpus, settings
        self.__name__ = __package__  # Datasette takes plugins for modules, and looks for templates beside them

    @hookimpl  # type: ignore[untyped-decorator]
    def register_routes(self) -> list[tuple[str, Callable[..., Any]]]:
        async def start() -> Response:
            return Response.redirect(f"{PAGES}index.html")

        async def show(request: Any) -> Response:
            path = unquote(request.url_vars["path"]) or "index.html"
            return await asyncio.to_thread(self._answer, path)

        async def style() -> Response:
            return Response(_STYLE, content_type="text/css; charset=utf-8")

        # the 1.0 line takes plain functions alone, no methods
        return [(r"^/$", start), (rf"^{_STYLED}$", style), (rf"^{PAGES}(?P<path>.*)$", show)]

    @hookimpl  # type: ignore[untyped-decorator]
    def render_cell(self, row: Any, value: Any, column: str) -> Markup | None:
        if not isinstance(value, str):
            return None
        if _TIMESTAMP.fullmatch(value) and (moment := iso(value)):
            return self._moment(row, value, column, moment)
        if column in ("text", "body", "passage") and len(value) > _LONGEST:
            return Markup("{}…").format(value[:_LONGEST])
        return None

    def _moment(self, row: Any, value: str, column: str, moment: str) -> Markup:
        """A date as a date; that of a version leads to its page."""
        shown = Markup('<time datetime="{}" title="{}">{}</time>').format(moment, value, moment[:10])
        keys = set(row.keys())
        if column not in _VERSIONS or not {"site", "kind", "variant"} <= keys:
            return shown
        place = document_folder(DocumentKey(row["site"], row["kind"], row["variant"]))
        changes = ""
        if column == "to_version":
            changes = Markup(' <a href="{}{}/{}-changes.html">redline</a>').format(PAGES, place, value)
        return Markup('<a href="{}{}/{}.html">{}</a>{}').format(PAGES, place, value, shown, changes)

    @hookimpl  # type: ignore[untyped-decorator]
    def extra_css_urls(self) -> list[str]:
        return [_STYLED]

    @hookimpl  # type: ignore[untyped-decorator]
    def menu_links(self) -> list[dict[str, str]]:
        return [{"href": f"{PAGES}index.html", "label": "Documents"}]

    @hookimpl  # type: ignore[untyped-decorator]
    def asgi_wrapper(self) -> Callable[[App], App]:
        return _only_this_machine

    def _answer(self, path: str) -> Response:
        try:
            with closing(open_for_reading(self._corpus)) as db:
                see_one_state(db)
                found = Contents(db, self._settings).find(path)
        except CorpusError as error:
            return Response.text(str(error), status=500)
        if found is None:
            return Response.text("There is no such page.", status=404)
        kind = guess_type(path)[0] or "text/plain"
        headers = {"x-content-type-options": "nosniff"}
        return Response(found, headers=headers, content_type=f"{kind}; charset=utf-8")


def _only_this_machine(app: App) -> App:
    async def guarded(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _OURS.fullmatch(dict(scope["headers"]).get(b"host", b"")):
            await Response.text("Ask for 127.0.0.1.", status=403).asgi_send(send)
        else:
            await app(scope, receive, send)

    return guarded
