"""How others publish the histories of policies: what a path and a text of theirs say of document, time and address."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from pipelines.extraction.form.parse import UNREADABLE
from pipelines.formats.timestamps import as_datetime, from_datetime
from pipelines.maintenance.imports.git_history import Change

_SITE = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9-]{2,63}")
_NOTE = re.compile(
    r"> \*The following text is extracted and transformed from the .{1,400}? that was archived on \d{4}-\d\d-\d\d\."
    r".{0,200}?"
    r"\(https?://web\.archive\.org/web/(\d{14})(?:id_)?/(\S{1,4000})\) for the most accurate reproduction\.\*\s*\Z"
)
_HEADING = re.compile(r"#{1,2} +(\S.*)")
_MOST_NAME = 150  # letters of the name of a service or a kind
_KINDS = {"trackers policy": "cookie policy"}
_TECHNICAL = ("Apply technical or declaration upgrade on", "Refilter")


@dataclass(frozen=True, slots=True)
class Published:
    """A text that somebody published. `replaces` where it is the last one of its document again, read anew."""

    site: str
    kind: str
    variant: str
    timestamp: str
    original: str
    title: str
    body: str
    replaces: bool = False


class Unusable(Exception):
    """What cannot be taken, and why."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """One way to publish: the archive and the reader under which its texts are kept, and how a text is taken."""

    archive: str
    title: str
    reader: str
    take: Callable[[Change, str], Published]


def princeton(change: Change, text: str) -> Published:
    """`0/00/000/SITE.md` with a header note, of which time and address are taken. Raises Unusable."""
    site = change.path.rpartition("/")[2].removesuffix(".md").lower()
    if not _SITE.fullmatch(site):
        raise Unusable("its name is no site")
    note, _, rest = text.lstrip("\ufeff\n").partition("\n")
    found = _NOTE.match(note)
    if found is None or as_datetime(found[1]) is None:
        raise Unusable("it has no header note")
    title, body = _titled(rest)
    return Published(site, "privacy policy", "", found[1], unquote(found[2]), title or site, body)


def _titled(text: str) -> tuple[str, str]:
    first, _, rest = text.lstrip("\n").partition("\n")
    return (first[2:].strip(), rest.strip("\n")) if first.startswith("# ") else ("", text.strip("\n"))


def open_terms_archive(change: Change, text: str) -> Published:
    """`SERVICE/TYPE.md` or `SERVICE/TYPE #PART.md`; the commit's author date is when it was fetched. Raises Unusable.

    A service has a name and no site: `Example` is kept as `example`. What was only read anew, by other rules, is no
    new version: it replaces the text before.
    """
    service, _, file = change.path.partition("/")
    kind, _, part = file.removesuffix(".md").lower().partition(" #")
    names = (service, kind)
    if "/" in file or not all(name.strip() and name.isprintable() and len(name) <= _MOST_NAME for name in names):
        raise Unusable("its path names no service and type")
    heading = next((found for line in text.split("\n", 50)[:50] if (found := _HEADING.match(line))), None)
    title = heading[1].strip() if heading else f"{service} {file.removesuffix('.md')}"
    return Published(
        service.strip().lower(),
        _KINDS.get(kind.strip(), kind.strip()),
        part.strip()[:_MOST_NAME] if part.isprintable() else "",
        _timestamp(change.seconds),
        f"urn:opentermsarchive:{quote(change.path)}",
        title,
        text.strip("\n"),
        replaces=change.subject.startswith(_TECHNICAL),
    )


def _timestamp(seconds: int) -> str:
    try:
        return from_datetime(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, ValueError, OSError):
        raise Unusable("its commit has no time") from None


def readable(raw: bytes) -> str:
    """Bytes of a text as they are kept: UTF-8, with plain line ends and without unseen controls."""
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return UNREADABLE.sub("", text)


PUBLISHERS = {
    "princeton": Publisher(
        "princeton-leuven", "Princeton-Leuven Longitudinal Corpus of Privacy Policies", "princeton-leuven", princeton
    ),
    "ota": Publisher("opentermsarchive", "Open Terms Archive", "opentermsarchive", open_terms_archive),
}
