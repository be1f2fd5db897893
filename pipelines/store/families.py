"""The table `family`: for each text of a version the oldest text that it nearly equals, itself where there is none.

Texts join in the order of their age, so what stands before the first one that is new, gone or of another age holds:
only what comes behind is made anew, and an interrupted run goes on where it stopped.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version as release_of
from itertools import groupby, zip_longest
from operator import itemgetter

from sqlite_utils import Database

from pipelines.analysis.families.leaders import RULES, Leaders, Shingles, shingles
from pipelines.exceptions import WrongUse
from pipelines.store.database import recording
from pipelines.store.readings import text_with_digest

_AT_ONCE = 500  # texts of a transaction

_NOW = """SELECT min(first_timestamp) AS since, text_digest FROM version
GROUP BY text_digest ORDER BY since, text_digest"""
_STORED = "SELECT since, text_digest, oldest FROM family WHERE rules = ? ORDER BY since, text_digest"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Sorted:
    """How many texts there are, how many were compared now, and how many comparisons in full that took."""

    texts: int
    new: int
    compared: int


def sort_into_families(db: Database, least: float, tell: Progress) -> Sorted:
    """Bring the table up to date. `least` is the Jaccard index from which on texts are of one family, 0.5 to 1.

    Raises WrongUse for another one, RecordingFailed.
    """
    if not 0.5 <= least <= 1:
        raise WrongUse(f"FAMILY_JACCARD={least:g} cannot be used: give a number from 0.5 to 1.")
    rules = f"{RULES}; {least:g}; rensa {release_of('rensa')}"
    texts = [(str(since), str(digest)) for since, digest in db.execute(_NOW)]
    stored = [((str(since), str(digest)), str(oldest)) for since, digest, oldest in db.execute(_STORED, [rules])]
    kept = _same(texts, [key for key, _ in stored])
    _drop(db, texts, stored, kept, rules)
    if kept == len(texts):
        return Sorted(len(texts), 0, 0)
    leaders = Leaders(least, lambda number: _shingles_of(db, texts[number][1]))
    for number in range(kept):
        if stored[number][1] == texts[number][1]:
            leaders.add(number, _shingles_of(db, texts[number][1]))
    _join(db, texts, kept, leaders, rules, tell)
    return Sorted(len(texts), len(texts) - kept, leaders.compared)


def _same(texts: list[tuple[str, str]], stored: list[tuple[str, str]]) -> int:
    """How many are the same from the oldest on."""
    pairs = enumerate(zip_longest(texts, stored))
    return next((number for number, (now, before) in pairs if now != before), len(texts))


def _drop(
    db: Database, texts: list[tuple[str, str]], stored: list[tuple[tuple[str, str], str]], kept: int, rules: str
) -> None:
    """Delete what holds no more: rows of other rules, and all from the first that differs."""
    with recording(db):
        db.execute("DELETE FROM family WHERE rules <> ?", [rules])
        keys = [*texts[kept : kept + 1], *(key for key, _ in stored[kept : kept + 1])]
        if keys:
            db.execute("DELETE FROM family WHERE (since, text_digest) >= (?, ?)", [*min(keys)])


def _join(db: Database, texts: list[tuple[str, str]], begin: int, leaders: Leaders, rules: str, tell: Progress) -> None:
    for start in range(begin, len(texts), _AT_ONCE):
        end = min(start + _AT_ONCE, len(texts))
        rows = []
        for number in range(start, end):
            since, digest = texts[number]
            kin = leaders.join(number, _shingles_of(db, digest))
            rows.append((digest, since, texts[kin.leader][1] if kin else digest, kin.jaccard if kin else 1.0, rules))
        with recording(db):
            db.conn.executemany("INSERT INTO family VALUES (?, ?, ?, ?, ?)", rows)
        tell("texts compared", end, len(texts))


def _shingles_of(db: Database, digest: str) -> Shingles:
    return shingles(text_with_digest(db, digest))


@dataclass(frozen=True, slots=True)
class Member:
    """One document in a family: its first and last captures that show a text of it, and how near the nearest of its
    texts is to the oldest of the family."""

    site: str
    kind: str
    variant: str
    first_timestamp: str
    last_timestamp: str
    versions: int
    jaccard: float


@dataclass(frozen=True, slots=True)
class Family:
    """Documents that share a text, the one that had it first first. `family` is the digest of the oldest text."""

    family: str
    sites: int
    documents: int
    texts: int
    members: list[Member] = field(default_factory=list)


_FAMILIES = """SELECT family, count(DISTINCT site) AS sites,
    count(DISTINCT json_array(site, kind, variant)), count(DISTINCT text_digest) FROM families
GROUP BY family HAVING sites > 1 ORDER BY sites DESC, min(first_timestamp), family"""
_MEMBERS = """SELECT site, kind, variant, min(first_timestamp), max(last_timestamp), count(*), max(jaccard)
FROM families WHERE family = ? GROUP BY site, kind, variant ORDER BY 4, site, kind, variant LIMIT ?"""


def families(db: Database, site: str = "", most_members: int = 1000) -> Iterator[Family]:
    """The families over several sites, those of most sites first; of one site where it is given."""
    for row in db.execute(_FAMILIES).fetchall():
        members = [Member(*each) for each in db.execute(_MEMBERS, [row[0], most_members])]
        if not site or any(each.site == site for each in members):
            yield Family(row[0], row[1], row[2], row[3], members)


def unsorted_texts(db: Database) -> int:
    """How many texts of versions are in no family yet, not even one of their own."""
    (count,) = db.execute(
        "SELECT count(DISTINCT text_digest) FROM version WHERE text_digest NOT IN (SELECT text_digest FROM family)"
    ).fetchone()
    return int(count)


def least_of(db: Database) -> str:
    """The Jaccard index by which the texts were sorted; empty where none was."""
    row = db.execute("SELECT rules FROM family LIMIT 1").fetchone()
    return str(row[0]).split("; ")[1] if row else ""


_SHOWN_BY = """SELECT oldest, document_id, min(first_timestamp) AS since FROM family JOIN version USING (text_digest)
GROUP BY oldest, document_id ORDER BY oldest, since, document_id"""


class Relatives:
    """Which documents have nearly equal texts, as far as texts were sorted. A few numbers a version in memory."""

    def __init__(self, db: Database) -> None:
        self._members: list[list[tuple[str, int]]] = []
        self._families: dict[int, list[int]] = {}
        for _, rows in groupby(db.execute(_SHOWN_BY), key=itemgetter(0)):
            members = [(str(since), int(document_id)) for _, document_id, since in rows]
            if len(members) > 1:
                for _, document_id in members:
                    self._families.setdefault(document_id, []).append(len(self._members))
                self._members.append(members)

    def of(self, document_id: int, most: int) -> list[tuple[str, int]]:
        """Documents with a text that nearly equals one of this one: since when they show it, and their ids; at most so
        many, those that had it first."""
        since: dict[int, str] = {}
        for family in self._families.get(document_id, ()):
            for first, other in self._members[family][: most + 1]:
                since[other] = min(first, since.get(other, first))
        since.pop(document_id, None)
        return sorted((first, other) for other, first in since.items())[:most]
