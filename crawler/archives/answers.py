"""What an answer tells beside what was asked for: captures that are closed, exceptions in plain text, its dialect."""

import re

from pipelines.items.captures import HttpAnswer

EXCLUDED = "excluded from the archive"
ROBOTS = "closed by robots.txt"

_LOOKED_AT = 1 << 18  # bytes of a body; the excluding page is about 100 kB of HTML
_ERROR_HEADER = "X-Archive-Wayback-Runtime-Error"
_EXCLUSIONS = (
    b"AdministrativeAccessControlException",
    b"Blocked Site Error",
    b"has been excluded from the Wayback Machine",
)
_ROBOTS = (b"RobotAccessControlException", b"Blocked By Robots")
_EXCEPTION = re.compile(rb"\b(java|javax|org\.archive)\.[\w.$]+(Exception|Error)\b|Requested Line is too large")


def why_closed(answer: HttpAnswer, text: bytes) -> str:
    """Why the archive keeps something closed, or "" where it does not.

    The exceptions' names come in a header or as text, whole or in part, under status 200 or 403: so they are looked
    for anywhere. `text` is the part of the body that is the archive's own voice, never an archived page or row.
    """
    said = answer.header(_ERROR_HEADER).encode() + b"\n" + text[:_LOOKED_AT]
    if any(mark in said for mark in _EXCLUSIONS):
        return EXCLUDED
    if any(mark in said for mark in _ROBOTS) or (answer.status == 403 and b"robots.txt" in said):
        return ROBOTS
    return ""


def is_exception(text: bytes) -> bool:
    """Whether this is a server's exception in plain text, sent where rows or a page should be."""
    return _EXCEPTION.search(text[:_LOOKED_AT]) is not None


_ROW = re.compile(rb'\s*(?:[^\s{]+ \d{14} )?\{"')
_PYWB_PAGE = re.compile(rb"[Pp]ywb|could not be found in this collection|wb_iframe|wombat")
_HTML = re.compile(rb"\s*<(?:!|html|head|body|title|\?xml)", re.IGNORECASE)
_START = 1 << 16


def looks_like(answer: HttpAnswer) -> str:
    """The name of the dialect, or "" where nothing tells."""
    start = answer.body[:_START]
    if _HTML.match(start):
        return "pywb" if _PYWB_PAGE.search(start) else ""
    if b"No Captures found for" in start or b"crawl-data/CC-" in start:
        return "commoncrawl"
    kind = answer.header("content-type").lower()
    if "link-format" in kind or re.search(rb'rel="(?:first |last )*memento"', start):
        return "timemap"
    return "pywb" if _ROW.match(start) or "x-cdxj" in kind or "ndjson" in kind else ""
