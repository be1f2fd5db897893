"""Texts of versions as HTML: CommonMark with tables, no HTML of the text's own, links to http, https and mail alone."""

from typing import Any

from markdown_it import MarkdownIt

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
