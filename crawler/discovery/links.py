"""The links of an archived page, wherever pages keep them: anchors, image maps, frames, scripts. Pure.

Pages are hostile: only http and https addresses come out, at most MOST of them, of at most LONGEST_URL characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

import tldextract
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.encoding import html_to_unicode

MOST: Final = 5000
LARGEST: Final = 4 << 20  # bytes of a page that are looked at
LONGEST_SCRIPT: Final = 1 << 18  # characters
LONGEST_URL: Final = 2000
LONGEST_TEXT: Final = 300

_FOOTER = re.compile(r"foot|bottom|colophon|copyright|legal|imprint|siteinfo|smallprint", re.IGNORECASE)
_WAYBACK = re.compile(r"^https?://web\.archive\.org/web/\d{1,14}[a-z_]*/(?=https?://)", re.IGNORECASE)
_WRITTEN = re.compile(
    r"""<a\b[^<>]{0,300}?\bhref\s*=\s*\\?["']?([^"'\\\s<>]{1,500}+)[^<>]{0,300}+>([^<]{0,200})""", re.I
)
_OPENED = re.compile(r"""(?:location(?:\.href)?\s*=|\b(?:assign|replace|open)\()\s*\\?["']([^"'\\\s]{1,500})""")
_QUOTED = re.compile(r"""["']((?:https?:)?(?:\\?/[^"'\s<>\\/]{0,200}+){1,12}+)["']""")
_REFRESH = re.compile(r"""^\s*\d*\s*[;,]\s*url\s*=\s*["']?([^"']+)""", re.IGNORECASE)
_PLAIN_REL = re.compile(rb"""[ \t\r\n]rel=(["'])canonical\1""")
_PLAIN_HREF = re.compile(rb"""[ \t\r\n]href=["'](https?://[a-z0-9.-]+/[A-Za-z0-9._/-]*)["']""")
_CANONICAL = re.compile(rb"<link\b[^<>]{0,500}\bcanonical\b[^<>]{0,2500}>", re.IGNORECASE)
_BASE = re.compile(rb"<base\b[^<>]{0,2500}>", re.IGNORECASE)
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a page. `text` is what is read or shown instead of an image, `href` a whole address without fragment.

    `place` is footer, body, frame, script, head or refresh. `offsite` is true where it leads to another site.
    """

    text: str
    href: str
    title: str = ""
    rel: str = ""
    place: str = "body"
    offsite: bool = False


def links(html: bytes, base: str, content_type: str = "") -> list[Link]:
    """The links of a page at `base`, in their order. `content_type` is the archived header, for the charset.

    Nothing that stands in a page makes this fail; a page that is none has no links.
    """
    root = _parsed(html[:LARGEST], content_type)
    if root is None:
        return []
    base = _base(root, base)
    found: dict[tuple[str, str], Link] = {}
    for link in _candidates(root):
        href = _absolute(link.href, base)
        if href and not link.href.strip().startswith("#") and (href, link.text) not in found:
            whole = Link(link.text, href, link.title, link.rel, link.place, site_of(href) != site_of(base))
            found[href, link.text] = whole
            if len(found) >= MOST:
                break
    return list(found.values())


def canonical(html: bytes, base: str, content_type: str = "") -> str:
    """The address that a page calls its own (RFC 6596), or empty. Only its `link` tags are looked at: it is asked of
    every page of a crawl."""
    found = [tag[0] for tag in _CANONICAL.finditer(html[:LARGEST])]
    if not found:
        return ""
    href = _PLAIN_HREF.search(found[0]) if len(found) == 1 and _PLAIN_REL.search(found[0]) else None
    if href and href[1].decode("ascii") == base:  # as most pages do, and nothing has to be parsed for it
        return base
    tags = b"".join(found)
    bases = b"".join(tag[0] for tag in _BASE.finditer(html[:LARGEST]))
    heads = [link for link in links(bases + tags, base, content_type) if link.place == "head"]
    return next((link.href for link in heads if "canonical" in link.rel.lower().split()), "")


@lru_cache(maxsize=4096)
def site_of(url: str) -> str:
    """The registered domain of an address, private suffixes included; of a suffix unknown, the last two names. Empty
    for what is no address."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    found = _suffixes.extract_str(host)
    if found.suffix or host[-1:].isdigit() or ":" in host:
        return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else host
    return ".".join(host.removeprefix("www.").split(".")[-2:])


def _parsed(html: bytes, content_type: str) -> HtmlElement | None:
    _, text = html_to_unicode(content_type or None, html, auto_detect_fun=_guess, default_encoding="utf-8")
    data = text.replace("\0", "").encode("utf-8", "replace")
    parser = HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return document_fromstring(data, parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def _guess(html: bytes) -> str:
    try:
        html.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _base(root: HtmlElement, base: str) -> str:
    told = next((element.get("href") for element in root.iter("base") if element.get("href")), "")
    return _absolute(told or "", base) or base


def _absolute(href: str, base: str) -> str:
    """A whole http address, as it was before the archive rewrote it; empty for anything else."""
    href = re.sub(r"[\t\r\n]", "", href).strip()[: LONGEST_URL + 1]
    try:
        url = _WAYBACK.sub("", urldefrag(urljoin(base, _WAYBACK.sub("", href)))[0])
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
    except ValueError:
        return ""
    return url if usable and len(url) <= LONGEST_URL and url.isprintable() else ""


def _candidates(root: HtmlElement) -> Iterator[Link]:
    footers = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            continue
        inside = _is_footer(element)
        if event == "end":
            footers -= inside
            continue
        footers += inside
        yield from _of_element(element, "footer" if footers else "body")


def _is_footer(element: HtmlElement) -> bool:
    if element.tag in ("a", "html", "body"):
        return False
    return element.tag == "footer" or bool(_FOOTER.search(f"{element.get('id', '')} {element.get('class', '')}"))


def _of_element(element: HtmlElement, place: str) -> Iterator[Link]:
    match element.tag:
        case "a" | "area":
            yield from _of_anchor(element, place)
        case "frame" | "iframe":
            yield Link(_clean(element.get("title") or element.get("name")), element.get("src", ""), place="frame")
        case "link":
            yield Link("", element.get("href", ""), element.get("title", ""), element.get("rel", ""), "head")
        case "meta" if element.get("http-equiv", "").lower() == "refresh":
            if found := _REFRESH.match(element.get("content", "")):
                yield Link("", found[1], place="refresh")
        case "script":
            yield from _of_script((element.text or "")[:LONGEST_SCRIPT])
        case _ if element.get("onclick"):
            yield from _opened(element, place)


def _of_anchor(element: HtmlElement, place: str) -> Iterator[Link]:
    href = element.get("href", "").strip()
    if href.lower().startswith("javascript:") or href in ("", "#"):
        yield from _opened(element, place)
    else:
        yield Link(_text(element), href, _clean(element.get("title")), element.get("rel", ""), place)


def _opened(element: HtmlElement, place: str) -> Iterator[Link]:
    """What a click opens by script."""
    code = f"{element.get('href', '')} {element.get('onclick', '')}"[:LONGEST_URL]
    for found in _OPENED.finditer(code):
        yield Link(_text(element), found[1], _clean(element.get("title")), place=place)


def _of_script(code: str) -> Iterator[Link]:
    """Anchors that a script writes, and addresses that it knows."""
    for found in _WRITTEN.finditer(code):
        yield Link(_clean(found[2]), found[1], place="script")
    for found in (*_OPENED.finditer(code), *_QUOTED.finditer(code)):
        yield Link("", found[1].replace("\\/", "/"), place="script")


def _text(element: HtmlElement) -> str:
    """What is read, else what stands for an image, else what is said instead."""
    images = [image.get("alt") or image.get("title") or "" for image in element.iter("img")]
    tries = (element.text_content(), element.get("alt"), " ".join(images), element.get("aria-label"))
    return next((clean for text in tries if (clean := _clean(text))), "")


def _clean(text: str | None) -> str:
    return " ".join((text or "")[: 4 * LONGEST_TEXT].split())[:LONGEST_TEXT]
