"""Small helpers for the tests of the reader."""

from lxml.html import HtmlElement

from pipelines.extraction.form.blocks import Block, blocks_of
from pipelines.extraction.form.inline import STYLES
from pipelines.extraction.form.markdown import markdown
from pipelines.extraction.form.parse import parse
from pipelines.extraction.reader import read
from pipelines.items.readings import Page, Reading

ADDRESS = "http://www.example.com/legal/privacy.html"
POLICY = (
    "<p>We collect personal information about our customers and use it as this privacy policy says. "
    "We do not disclose it to third parties without your consent.</p>"
)


def page(html: str | bytes, original: str = ADDRESS, content_type: str = "text/html") -> Page:
    body = html if isinstance(html, bytes) else html.encode("utf-8")
    return Page(body, original, "20050101000000", content_type)


def reading(html: str | bytes, style: str = "corpus") -> Reading:
    return read(page(html), style)


def body_of(html: str) -> HtmlElement:
    body = parse(html).find("body")
    assert body is not None
    return body


def blocks(html: str) -> list[Block]:
    return blocks_of(body_of(html), ADDRESS)


def rendered(html: str, style: str = "corpus") -> str:
    """What the renderer alone makes of a tree: nothing is left out."""
    return markdown(blocks(html), STYLES[style])
