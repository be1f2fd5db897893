"""What a history has, and what of the corpus is still to be added to it. Pure.

A commit is known by the last line of its message: the path of its file, the time of its capture and the digest of its
text. A history that is no longer how the corpus tells it, because a version was found between those it has, is not
rewritten: a new one is begun beside it.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pipelines.export.paths import document_folder
from pipelines.export.selection import Moment
from pipelines.items.captures import DocumentKey

TRAILER = "Policy-Corpus-Version"

PathOf = Callable[[DocumentKey], str]
Known = dict[str, list[str]]
"""Digests of the texts that a history has of each path, in order."""


def site_path(document: DocumentKey) -> str:
    """`site/kind[-variant].md`, as in the export of texts."""
    return f"{document_folder(document)}.md"


def princeton_path(document: DocumentKey) -> str:
    """`0/00/000/000site.example.md`, by the first letters of the site; other kinds than privacy policies behind a +."""
    folder = document_folder(document)
    site, kind = folder.parent.name, folder.name
    rest = "" if kind == "privacy-policy" else f"+{kind}"
    return f"{site[:1]}/{site[:2]}/{site[:3]}/{site}{rest}.md"


LAYOUTS: dict[str, PathOf] = {"site": site_path, "princeton": princeton_path}


def trailer(path: str, held_timestamp: str, text_digest: str) -> str:
    """The line by which a commit is known."""
    return f"{TRAILER}: {json.dumps([path, held_timestamp, text_digest])}"


def known(trailers: Iterable[str]) -> Known:
    """What a history has, of the values of its trailers, the first commit first. Raises ValueError for one that is
    no trailer of ours, with its place."""
    found: Known = {}
    for place, value in enumerate(trailers):
        try:
            path, _, digest = json.loads(value)
        except (ValueError, TypeError):
            raise ValueError(str(place)) from None
        found.setdefault(path, []).append(digest)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a history beside the corpus: the first path about which they differ, "" where there is none."""

    differs: str = ""
    is_gone: bool = False  # the corpus tells nothing of that path any more


def compare(has: Known, timeline: Iterable[Moment], path_of: PathOf) -> Standing:
    """Whether all that a history has is still what the corpus begins with."""
    at = dict.fromkeys(has, 0)
    for moment in timeline:
        path = path_of(moment.document)
        place = at.get(path)
        if place is None or place >= len(has[path]):
            continue
        if has[path][place] != moment.text_digest:
            return Standing(path)
        at[path] = place + 1
    return next((Standing(path, not place) for path, place in at.items() if place < len(has[path])), Standing())


def missing(has: Known, timeline: Iterable[Moment], path_of: PathOf) -> Iterator[Moment]:
    """The versions that a history does not have yet, the earliest first."""
    to_pass = {path: len(digests) for path, digests in has.items()}
    for moment in timeline:
        path = path_of(moment.document)
        left = to_pass.get(path, 0)
        if left:
            to_pass[path] = left - 1
        else:
            yield moment
