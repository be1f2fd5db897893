"""Which archived addresses are a site's policy: by the rows of its listing, and by the links of its home pages. Pure.

Scores go from 0 to 1; from LIKELY on an address is taken for the document. The words lie in words.toml.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from crawler.discovery.links import Link, site_of
from crawler.discovery.vocabulary import LONGEST, Naming, address_naming, naming, table
from pipelines.items.captures import Capture

LIKELY: Final = 0.5

_SEARCHES = frozenset(("q", "s", "search", "query", "keyword", "keywords", "tag", "utm_source", "utm_campaign", "ref"))
_DEEPEST = 20  # parts of a path that are looked at
_PAGES = ("text/html", "application/xhtml+xml", "application/pdf", "text/plain", "warc/revisit", "unk", "-")
_DATED = re.compile(r"/(?:19|20)\d\d/\d{1,2}(?:/|$)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+$", re.IGNORECASE)
_RELS = {"privacy-policy": "privacy policy", "terms-of-service": "terms of service"}  # IANA link relations, RFC 6903
_HOSTS = ("privacy", "legal", "terms", "policies", "policy")
_RANK = {"footer": 0, "body": 1, "frame": 2, "script": 3}


@dataclass(frozen=True, slots=True)
class Found:
    """An address that looks like a document of that kind; `first` and `last` are timestamps of its rows."""

    url: str
    urlkey: str
    kind: str
    score: float
    captures: int
    first: str
    last: str


def domain_filter(kinds: Iterable[str]) -> str:
    """One CDX filter for the rows of a domain that may be documents of these kinds.

    A full-match regular expression on the urlkey, of what Java and Python have in common: a part of the path, or a
    host of its own (`privacy.example.com`). Kinds without stems are found by name.
    """
    stems, kinds = table()["stems"], list(kinds)
    shapes = [f"(?:{'|'.join(_piece(stem) for kind in kinds for stem in stems.get(kind, (kind.replace(' ', '-'),)))})"]
    if whole := [_piece(stem) for kind in kinds for stem in stems["whole"].get(kind, ())]:
        shapes.append(f"(?<![a-z])(?:{'|'.join(whole)})(?![a-z])")
    return rf"urlkey:[^)]*(?:,[^)]*,(?:{'|'.join(_HOSTS)})\).*|\)/.*(?:{'|'.join(shapes)}).*)"


@cache
def _piece(stem: str) -> str:
    """A piece as it stands in a urlkey; a hyphen is one character or none."""
    return ".?".join(quote(part).lower() for part in stem.split("-"))


def policy_rows(rows: Iterable[Capture], kind: str) -> list[Found]:
    """The addresses among the rows of a domain that look like a document of that kind, the likeliest first.

    One for each urlkey. Rows of files that are no pages and of errors do not count.
    """
    found: dict[str, Found] = {}
    for row in rows:
        if not _is_page(row):
            continue
        before = found.get(row.urlkey)
        score = before.score if before else address_score(row.original, kind)
        if score >= LIKELY:
            found[row.urlkey] = _joined(before, row, kind, score)
    return sorted(_plain(found).values(), key=lambda each: (-each.score, -each.captures, len(each.url), each.url))


def _is_page(row: Capture) -> bool:
    mimetype = row.mimetype.lower().partition(";")[0].strip()
    return mimetype in _PAGES and (row.statuscode[:1] in "23" or row.statuscode == "-")


def _joined(before: Found | None, row: Capture, kind: str, score: float) -> Found:
    if before is None:
        return Found(row.original, row.urlkey, kind, score, 1, row.timestamp, row.timestamp)
    late = row.timestamp >= before.last
    return Found(
        row.original if late else before.url,
        row.urlkey,
        kind,
        score,
        before.captures + 1,
        min(before.first, row.timestamp),
        max(before.last, row.timestamp),
    )


def _plain(found: dict[str, Found]) -> dict[str, Found]:
    """Without the addresses that only add a query to another one."""
    return {key: each for key, each in found.items() if "?" not in key or key.partition("?")[0] not in found}


def address_score(url: str, kind: str) -> float:
    """How much an address looks like that of such a document."""
    try:
        parts = urlsplit(url[:2000])
        host = parts.hostname or ""
    except ValueError:
        return 0.0
    segments = [unquote(part, errors="replace")[:LONGEST] for part in parts.path.split("/") if part][-_DEEPEST:]
    if segments and _is_file(segments):
        return 0.0
    scores = [_path_score(segments, kind), 0.9 * _query_score(parts.query, kind)]
    if not any(address_naming(part).rest for part in segments):
        scores.append(0.85 * _part_score(address_naming(host.partition(".")[0]), kind))
    return max(scores) * (0.4 if _is_elsewhere(url) else 1.0)


def _is_elsewhere(url: str) -> bool:
    """Whether an address lies where there are articles and goods."""
    path = urlsplit(url).path
    return any(_key(part) in _elsewhere() for part in path.split("/")[1:-1]) or bool(_DATED.search(path))


def _path_score(segments: list[str], kind: str) -> float:
    """The last part that says something decides; the same word further to the front is a folder of several texts."""
    best, weight = 0.0, 1.0
    for segment in reversed(segments):
        found = address_naming(segment.rsplit(".", 1)[0] if "." in segment[1:] else segment)
        best = max(best, weight * _part_score(found, kind))
        if found.kinds or found.rest or found.other:
            weight *= 0.4
    return best


def _query_score(query: str, kind: str) -> float:
    pairs = parse_qsl(query[:500], keep_blank_values=True, max_num_fields=None)[:10]
    values = [value or key for key, value in pairs if key.lower() not in _SEARCHES and "/" not in value]
    return max((_part_score(address_naming(value[:LONGEST]), kind) for value in values), default=0.0)


def _part_score(found: Naming, kind: str) -> float:
    if kind not in found.kinds:
        return 0.0
    if found.other:
        return 0.2
    if found.kinds[kind]:
        return 1.0 if found.rest < 1 else 0.8 if found.rest <= 2 else 0.4
    return 0.95 if found.rest < 1 else 0.35 if found.rest <= 1 else 0.1


def _is_file(segments: list[str]) -> bool:
    return segments[-1].rpartition(".")[2].lower() in table()["elsewhere"]["endings"]


@cache
def _elsewhere() -> frozenset[str]:
    return frozenset(table()["elsewhere"]["parts"])


def _key(part: str) -> str:
    return re.sub(r"[^a-z_]", "", part.lower().replace("-", ""))


def score(link: Link, kind: str) -> float:
    """How much a link looks as if it led to such a document: by its text, then its address, then title and rel."""
    if _is_anothers(link):
        return 0.0
    address = address_score(link.href, kind)
    title = max(0.9 * _text_score(naming(link.title[:LONGEST]), kind), 0.9 * (_RELS.get(link.rel.lower()) == kind))
    text = naming("" if _ADDRESS.match(link.text) else link.text[:LONGEST])
    if text.other:
        found = 0.2 * max(address, _text_score(text, kind))
    elif kind in text.kinds:
        found = _told(_text_score(text, kind), address, link)
    elif text.kinds:
        found = 0.45 * max(address, title)  # the text names another kind
    else:
        found = max(address * (0.9 if not text.rest else 0.65), title)
    return min(found, 1.0) * _nearness(link, text, kind)


def _text_score(found: Naming, kind: str) -> float:
    if kind not in found.kinds:
        return 0.0
    if found.other:
        return 0.2
    if found.kinds[kind]:
        return 1.0 if found.rest < 1 else 0.75 if found.rest <= 2 else 0.55 if found.rest <= 3 else 0.35
    return 0.9 if found.rest < 1 else 0.35 if found.rest <= 1 else 0.15


def _told(text: float, address: float, link: Link) -> float:
    """A text that names the kind; what is not plain needs an address that says so too."""
    sure = text * (0.55 if _is_elsewhere(link.href) else 1.0)
    if text >= 0.9:
        return sure
    return sure + (0.25 if text > 0.2 else 0.4) * address


def _is_anothers(link: Link) -> bool:
    return link.offsite and not is_hosted(link.href) and site_of(link.href) in table()["others"]["hosts"]


def _nearness(link: Link, text: Naming, kind: str) -> float:
    """Less than 1 for other sites: there, the text must say plainly that it is this site's document."""
    if _is_own(link):
        return 1.0
    if kind not in text.kinds or text.rest >= 1:
        return 0.5
    return 1.0 if link.place == "footer" else 0.6


def _is_own(link: Link) -> bool:
    return not link.offsite or is_hosted(link.href)


def is_hosted(url: str) -> bool:
    """Whether an address lies at a service that keeps policies for others."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return any(host == each or host.endswith(f".{each}") for each in table()["hosted"]["hosts"])


def best_links(found: Iterable[Link], kind: str) -> list[tuple[float, Link]]:
    """The links that lead to such a document, the likeliest first, the footer's before others; one for each address.

    Links to other sites count only where the site has none of its own.
    """
    scored = [(score(link, kind), link) for link in found if link.place in _RANK]
    likely = [(points, link) for points, link in scored if points >= LIKELY]
    if any(_is_own(link) for _, link in likely):
        likely = [(points, link) for points, link in likely if _is_own(link)]
    likely.sort(key=lambda each: (-round(each[0], 1), _RANK[each[1].place], -each[0]))
    best: dict[str, tuple[float, Link]] = {}
    for points, link in likely:
        best.setdefault(link.href, (points, link))
    return list(best.values())
