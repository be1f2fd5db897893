"""Which dialect an answer is in, where it is not the one that was expected."""

import re

from pipelines.items import HttpAnswer

_ROW = re.compile(rb'\s*(?:[^\s{]+ \d{14} )?\{"')
_PYWB_PAGE = re.compile(rb"[Pp]ywb|could not be found in this collection|wb_iframe|wombat")
_HTML = re.compile(rb"\s*<(?:!|html|head|body|title|\?xml)", re.IGNORECASE)
_LOOKED_AT = 1 << 16


def looks_like(answer: HttpAnswer) -> str:
    """The name of the dialect, or "" where nothing tells."""
    start = answer.body[:_LOOKED_AT]
    if _HTML.match(start):
        return "pywb" if _PYWB_PAGE.search(start) else ""
    if b"No Captures found for" in start or b"crawl-data/CC-" in start:
        return "commoncrawl"
    kind = answer.header("content-type").lower()
    if "link-format" in kind or re.search(rb'rel="(?:first |last )*memento"', start):
        return "timemap"
    return "pywb" if _ROW.match(start) or "x-cdxj" in kind or "ndjson" in kind else ""
