"""The rules of Atom (RFC 4287) that W3C's feed validator checks, as far as they can be checked without a network."""

import re
from collections import Counter
from collections.abc import Iterator

import html5lib
from lxml import etree

_ATOM = "{http://www.w3.org/2005/Atom}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_DATE = re.compile(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d\d:\d\d)")
_IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_REFERENCE = re.compile(r"[^\s<>\"{}|\\^`]+")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8})*")
_MEDIA = re.compile(r"[\w.+-]+/[\w.+-]+")
_ONCE = ("id", "title", "updated")
_AT_MOST_ONCE = {
    "feed": ("generator", "icon", "logo", "rights", "subtitle"),
    "entry": ("content", "published", "rights", "source", "summary"),
}
_MANY = ("author", "category", "contributor", "link")
_NEVER_RUN = {"script", "object", "embed", "iframe", "frame", "applet", "meta", "link", "style", "base", "form"}


def rules_broken(feed: bytes) -> list[str]:
    """What is wrong with a feed, each in a few words."""
    root = etree.fromstring(feed, etree.XMLParser(resolve_entities=False))
    if root.tag != f"{_ATOM}feed":
        return [f"the document is a {root.tag!r}"]
    entries = root.findall(f"{_ATOM}entry")
    broken = [*_of_container(root, "feed")]
    for entry in entries:
        broken += _of_container(entry, "entry")
        if entry.find(f"{_ATOM}author") is None and root.find(f"{_ATOM}author") is None:
            broken.append("an entry without author")
        if entry.find(f"{_ATOM}content") is None and not _alternates(entry):
            broken.append("an entry without content and address")
    told = Counter((entry.findtext(f"{_ATOM}id"), entry.findtext(f"{_ATOM}updated")) for entry in entries)
    return broken + [f"{number} entries {one}" for one, number in told.items() if number > 1]


def _of_container(of: etree._Element, kind: str) -> Iterator[str]:
    names = Counter(map(_name, of))
    single = (*_ONCE, *_AT_MOST_ONCE[kind])
    for name, number in names.items():
        if name not in (*single, *_MANY) and (kind, name) != ("feed", "entry"):
            yield f"{name} in {kind}"
        if name in single and number > 1:
            yield f"{number} times {name} in {kind}"
    yield from (f"no {name} in {kind}" for name in _ONCE if not names[name])
    alternates = Counter((link.get("type"), link.get("hreflang")) for link in _alternates(of))
    yield from (f"{number} alternates {which}" for which, number in alternates.items() if number > 1)
    for child in of:
        if _name(child) != "entry":
            yield from _of_element(child)


def _of_element(child: etree._Element) -> Iterator[str]:
    name, said = _name(child), child.text or ""
    if name == "id" and not _IRI.fullmatch(said):
        yield f"id {said!r}"
    elif name in ("updated", "published") and not _DATE.fullmatch(said):
        yield f"{name} {said!r}"
    elif name in ("title", "subtitle", "summary", "rights", "content"):
        yield from _of_text(name, child)
    elif name in ("author", "contributor"):
        yield from _of_person(child)
    elif name == "link":
        yield from _of_link(child)
    language = child.get(f"{_XML}lang")
    if language is not None and not _LANGUAGE.fullmatch(language):
        yield f"language {language!r}"


def _of_text(name: str, child: etree._Element) -> Iterator[str]:
    kind = child.get("type", "text")
    if kind not in ("text", "html"):
        yield f"{name} of type {kind}, which this program does not write"
    if len(child):
        yield f"elements in {name}"
    if not (child.text or "").strip():
        yield f"an empty {name}"
    if kind == "html":
        yield from _of_html(child.text or "")


def _of_html(text: str) -> Iterator[str]:
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    for element in parser.parseFragment(f"<div>{text}</div>")[0].iter():
        if element.tag in _NEVER_RUN or any(name.startswith("on") for name in element.attrib):
            yield f"{element.tag} in HTML"
        for name in ("href", "src"):
            if element.get(name) and not _IRI.fullmatch(element.get(name)):
                yield f"a relative address in HTML: {element.get(name)!r}"
    yield from (f"HTML: {error}" for error in parser.errors)


def _of_person(child: etree._Element) -> Iterator[str]:
    names = list(map(_name, child))
    if names.count("name") != 1 or set(names) - {"name", "uri", "email"} or not child.findtext(f"{_ATOM}name"):
        yield f"a person of {names}"


def _of_link(child: etree._Element) -> Iterator[str]:
    for name, pattern in (("href", _REFERENCE), ("type", _MEDIA), ("hreflang", _LANGUAGE)):
        said = child.get(name, "" if name == "href" else None)
        if said is not None and not pattern.fullmatch(said):
            yield f"{name} {said!r} of a link"


def _alternates(of: etree._Element) -> list[etree._Element]:
    return [link for link in of.findall(f"{_ATOM}link") if link.get("rel", "alternate") == "alternate"]


def _name(element: etree._Element) -> str:
    return str(element.tag).removeprefix(_ATOM)
