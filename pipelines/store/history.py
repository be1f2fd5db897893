"""The history of one document: its versions with their changes, and texts by version. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.formats.timestamps import day
from pipelines.store.readings import text_with_digest

NEAREST = 3  # names that are offered in place of one that is not there
DEFAULT_KIND = "privacy policy"


@dataclass(frozen=True, slots=True)
class DocumentName:
    """Which document: its id stays within the file."""

    id: int
    site: str
    kind: str
    variant: str

    @property
    def label(self) -> str:
        return " ".join(part for part in (self.site, self.kind, self.variant) if part)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version and the change that led to it: None in all figures where there is none yet. `version` names it."""

    number: int
    version: str
    first_timestamp: str
    last_timestamp: str
    changed_after: str
    changed_before: str
    original: str
    title: str
    language: str
    words: int
    text_digest: str
    words_added: int | None
    words_removed: int | None
    words_moved: int | None
    share: float | None
    sections_touched: int | None
    cosmetic_kinds: str | None


_VERSIONS = """SELECT new.number, new.held_timestamp, new.first_timestamp, new.last_timestamp, new.changed_after,
    new.changed_before, new.original, new.title, new.language, new.words, new.text_digest,
    words_added, words_removed, words_moved, share, json_array_length(sections), cosmetic_kinds
FROM version AS new LEFT JOIN version AS old ON old.document_id = new.document_id AND old.number = new.number - 1
LEFT JOIN text_change ON before_digest = old.text_digest AND after_digest = new.text_digest
WHERE new.document_id = ? ORDER BY new.number"""


def documents_of(db: Database, site: str, kind: str = "", variant: str | None = None) -> list[DocumentName]:
    """The documents of a site that have versions, privacy policies first; of one kind and variant where they are given.

    A kind may be shortened to its first letters, and written with hyphens. Raises WrongUse where there is none.
    """
    found = [DocumentName(*row) for row in db.execute(_DOCUMENTS, [site.lower(), DEFAULT_KIND])]
    if not found:
        raise WrongUse(_no_site(db, site))
    of_kind = [each for each in found if _is_called(each.kind, kind)]
    if not of_kind:
        kinds = ", ".join(dict.fromkeys(each.kind for each in found))
        raise WrongUse(f"{found[0].site} has no versions of the kind {kind!r}: it has {kinds}.")
    chosen = [each for each in of_kind if variant is None or each.variant == variant]
    if not chosen:
        variants = ", ".join(repr(each.variant) for each in of_kind)
        raise WrongUse(f"{found[0].site} has no variant {variant!r} of it: there are {variants}.")
    return chosen


_DOCUMENTS = """SELECT id, site, kind, variant FROM document
WHERE site = ? AND EXISTS (SELECT 1 FROM version WHERE document_id = document.id)
ORDER BY kind <> ?, kind, variant"""


def _is_called(kind: str, asked: str) -> bool:
    return kind.startswith(asked.lower().replace("-", " ").strip())


def _no_site(db: Database, site: str) -> str:
    (versions,) = db.execute("SELECT EXISTS (SELECT 1 FROM version)").fetchone()
    if not versions:
        return "The corpus holds no versions yet: crawl first, or see `status` for what became of the captures."
    known = [name for (name,) in db.execute("SELECT DISTINCT site FROM document")]
    if site.lower() in known:
        return f"There are no versions of {site} yet: `status` tells what became of its captures."
    near = get_close_matches(site.lower(), known, NEAREST)
    hint = f"did you mean {' or '.join(near)}?" if near else "`log` without a site lists all."
    return f"There is no site {site!r} in this corpus: {hint}"


def sites(db: Database) -> list[tuple[str, int]]:
    """All sites that have versions, with how many."""
    return db.execute(
        "SELECT site, count(*) FROM version JOIN document ON document.id = document_id GROUP BY site ORDER BY site"
    ).fetchall()


def versions_of(db: Database, document: DocumentName) -> list[VersionRow]:
    """The versions of a document in order."""
    return [VersionRow(*row) for row in db.execute(_VERSIONS, [document.id])]


def text_of(db: Database, version: VersionRow) -> str:
    """The text of a version, as Markdown without its title."""
    return text_with_digest(db, version.text_digest)


def choose(versions: Sequence[VersionRow], asked: str, label: str) -> VersionRow:
    """The version that `asked` means: a number, `first`, `last`, `previous`, or a date (YYYY[-MM[-DD]] or a timestamp):
    the one in force at its end. Raises WrongUse."""
    named = {"first": 0, "last": -1, "previous": -2}
    if asked in named:
        if named[asked] == -2 and len(versions) < 2:
            raise WrongUse(f"{label} has one version only: there is none before it.")
        return versions[named[asked]]
    digits = asked.lstrip("#").replace("-", "")
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 14 or (len(digits) > 4 and len(digits) % 2):
        raise WrongUse(f"{asked!r} is no version: give a number, a date (2019-05-25), first, last or previous.")
    if asked.startswith("#") or len(digits) < 4:
        return _numbered(versions, int(digits), label)
    return _in_force(versions, asked, digits, label)


def _numbered(versions: Sequence[VersionRow], number: int, label: str) -> VersionRow:
    if not 1 <= number <= len(versions):
        raise WrongUse(f"{label} has no version {number}: they are numbered 1 to {len(versions)}.")
    return versions[number - 1]


def _in_force(versions: Sequence[VersionRow], asked: str, digits: str, label: str) -> VersionRow:
    until = digits.ljust(14, "9")
    found = [version for version in versions if version.first_timestamp <= until]
    if not found:
        first = versions[0].first_timestamp
        raise WrongUse(f"{asked} is before the first version of {label}, which is of {day(first)}.")
    return found[-1]
