"""The reading key: one normalisation decides everywhere whether two texts are the same.

What it folds, and nothing else: white space and line ends; invisible characters; composed and decomposed letters;
variants of quotes, dashes and the ellipsis; Markdown's marks, escapes and link targets (a redesign or a session id in
a link is no new text); stamps that a server writes at each
request, at the start or the end (when the page was generated, how long it took, by which machine, today's date,
visitor counters), and lines that only say how long ago the page was changed. Case and words are never
folded, nor a policy's own dates.
"""

import hashlib
import re
import unicodedata
from functools import lru_cache

from pipelines.extraction.judgement.dates import is_relative
from pipelines.formats.memory import LINES, LONGEST_LINE

INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
APOSTROPHES = re.compile("[‘’‚‛′´ʼ＇‹›]")
QUOTES = re.compile("[“”„‟″«»＂]")
DASHES = re.compile("[‐‑‒–—―−﹘﹣－]")
LINK = re.compile(r'\[((?:\\.|[^\[\]\\])*)\]\((?:\\.|[^()\s\\])*(?:\s+"(?:\\.|[^"\\])*")?\)')
AUTOLINK = re.compile(r"<((?:https?|ftp)://[^<>\s]+)>")
MARKS = re.compile(
    r"^[ \t]*(?:> ?)*[ \t]*(?:#{1,6}[ \t]+|(?:\* \* \*|\|?(?:---\|)*---\|?)[ \t]*$|(?:[*-]|\d{1,9}[.)])[ \t]+)?",
    re.MULTILINE,
)
EMPHASIS = re.compile(r"\\?_(?:(?!\w)|(?<!\w_))")  # not the one inside a word
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")

EDGE = 12  # lines at either end of a text, empty ones too, where a server writes its stamps
_WHEN = r"""(?:(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mai|juin|juil|dez|okt|mär)
    [a-zû]*\.?|\d+(?:st|nd|rd|th|\.(?=\ ?[a-z0-9]))?|[ap]\.?m\.?|gmt|utc|[ceps][sde]?t|at|um|uhr|à|[,:/+-]|\s)+"""
STAMPS = re.compile(
    rf"""\b(?:this\ )?(?:page|document|file)\ (?:was\ |is\ )?
            (?:generated|rendered|created|produced|served|printed|retrieved)\ (?:on|at|in|by|from)\ {_WHEN}
      | \b(?:generated|rendered|loaded|executed|processed)\ in\ (?:about\ )?[\d.,]+\ ?(?:ms|s|secs?|seconds?)\b
      | \b(?:server|host|hostname|node|machine)\ ?[:=]\ ?[a-z.-]*\d[\w.-]*
      | \bserved\ by:?\ [a-z.-]*\d[\w.-]*
      | \b(?:today\ is|today's\ date(?:\ is)?|current\ (?:date|time)(?:\ is)?|local\ time(?:\ is)?|it\ is\ now)
            \ ?:?\ {_WHEN}
      | \byou\ are\ (?:visitor|guest)\ (?:number\ |no\.?\ |\#\ ?)?[\d,.]+
      | \b[\d,.]+\ (?:visitors|visits|hits|page\ views)\ since\ {_WHEN}
      | \b(?:diese\ )?seite\ (?:wurde\ )?(?:erstellt|generiert|erzeugt)\ am\ {_WHEN}
      | \bpage\ générée?\ (?:le|en)\ {_WHEN}
    """,
    re.IGNORECASE | re.VERBOSE,
)


def reading_key(body: str) -> str:
    """Hex digest (32 digits) of the normalised text of a Markdown body."""
    return hashlib.blake2b(normal(body).encode("utf-8", "replace"), digest_size=16).hexdigest()


def normal(body: str) -> str:
    """The text that is compared: words and punctuation on one line."""
    lines = body.split("\n")
    if "[" in body and any("[" in line and _goes_on(line) for line in lines):
        lines = [" ".join(line.split()) for line in _without_marks(body).split("\n")]
    else:
        lines = [_known_line(line) if len(line) <= LONGEST_LINE else _normal_line(line) for line in lines]
    end = max(EDGE, len(lines) - EDGE)
    lines[:EDGE] = map(_without_stamps, lines[:EDGE])
    lines[end:] = map(_without_stamps, lines[end:])
    return " ".join(filter(None, lines))


def _goes_on(line: str) -> bool:
    """Whether a link may begin in a line that ends in another one: those that we write end where they began."""
    return line.rfind("[") > line.rfind("]") or line.rfind("](") > line.rfind(")")


def _without_marks(text: str) -> str:
    """Lines without Markdown's marks and what is only form: nothing of it reaches over a line's end but a link."""
    text = unicodedata.normalize("NFC", text).replace("`", "'")
    if not text.isascii():
        text = INVISIBLE.sub("", text).replace("…", "...")
        text = DASHES.sub("-", QUOTES.sub('"', APOSTROPHES.sub("'", text)))
    text = LINK.sub(r"\1", text) if "](" in text else text
    text = AUTOLINK.sub(r"\1", text) if "<" in text else text
    text = MARKS.sub("", text, count=0 if "\n" in text else 1).replace("**", "")  # each line has its own at its start
    text = EMPHASIS.sub("", text) if "_" in text else text
    return (ESCAPE.sub(r"\1", text) if "\\" in text else text).replace("|", " ")


def _normal_line(line: str) -> str:
    return " ".join(_without_marks(line).split())


_known_line = lru_cache(LINES)(_normal_line)


def _without_stamps(line: str) -> str:
    """A line at either end, white space collapsed before and after."""
    return _known_edge(line) if len(line) <= LONGEST_LINE else _edge_line(line)


def _edge_line(line: str) -> str:
    line = STAMPS.sub(" ", line)
    return "" if is_relative(line) else " ".join(line.split())


_known_edge = lru_cache(LINES)(_edge_line)
