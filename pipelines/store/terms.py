"""The table `term_counts`: how often each text mentions each term of the lexicon that was given last."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from pipelines.analysis.terms.lexicon import Lexicon
from pipelines.exceptions import WrongUse
from pipelines.store.database import recording
from pipelines.store.readings import text_with_digest

_AT_ONCE = 200  # texts of a transaction

_PENDING = """SELECT DISTINCT text_digest, language FROM version WHERE NOT EXISTS (SELECT 1 FROM term_text
    WHERE term_text.text_digest = version.text_digest AND term_text.language = version.language)
ORDER BY text_digest, language"""

Progress = Callable[[str, int, int], None]


def count_terms(db: Database, lexicon: Lexicon, tell: Progress) -> int:
    """Count the terms in every text that this lexicon was not used on yet; how many there were.

    Another lexicon than the last one takes its place, with all counts. Raises WrongUse, RecordingFailed.
    """
    _take_up(db, lexicon)
    pending = [(str(digest), str(language)) for digest, language in db.execute(_PENDING)]
    for start in range(0, len(pending), _AT_ONCE):
        texts = pending[start : start + _AT_ONCE]
        counts = [
            (digest, language, lexicon.count(text_with_digest(db, digest), language)) for digest, language in texts
        ]
        with recording(db):
            db.conn.executemany("INSERT INTO term_text VALUES (?, ?)", texts)
            db.conn.executemany(
                "INSERT INTO term_counts (text_digest, language, term, count) VALUES (?, ?, ?, ?)",
                [(digest, code, term, count) for digest, code, found in counts for term, count in found.items()],
            )
        tell("texts counted", start + len(texts), len(pending))
    return len(pending)


def _take_up(db: Database, lexicon: Lexicon) -> None:
    with recording(db):
        if [digest for (digest,) in db.execute("SELECT DISTINCT lexicon FROM term")] != [lexicon.digest]:
            for table in ("term", "term_text", "term_counts"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608
            db.conn.executemany(
                "INSERT INTO term VALUES (?, ?, ?)",
                [(term.name, place, lexicon.digest) for place, term in enumerate(lexicon.terms)],
            )
        for table in ("term_text", "term_counts"):
            db.execute(f"DELETE FROM {table} WHERE text_digest NOT IN (SELECT text_digest FROM version)")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Mention:
    """The first version of a document that mentions a term, how often, and between which captures it came in: `""`
    where the document's first version has it already. `last_timestamp` is of the last version that mentions it."""

    term: str
    site: str
    kind: str
    variant: str
    number: int
    first_timestamp: str
    last_timestamp: str
    changed_after: str
    count: int


@dataclass(frozen=True, slots=True)
class TermFigures:
    """How many sites, documents and versions mention a term, how often in all, and where it stands first."""

    name: str
    sites: int
    documents: int
    versions: int
    mentions: int
    first: Mention | None


_FIGURES = """SELECT name, count(DISTINCT site),
    count(DISTINCT iif(site IS NULL, NULL, json_array(site, kind, variant))), count(site), coalesce(sum(count), 0)
FROM term LEFT JOIN term_mentions ON term = name GROUP BY name ORDER BY place"""
_FIRST = """WITH placed AS (
    SELECT *, row_number() OVER (PARTITION BY site, kind, variant ORDER BY number) AS place,
        max(last_timestamp) OVER (PARTITION BY site, kind, variant) AS until
    FROM term_mentions WHERE term = ?)
SELECT term, site, kind, variant, number, first_timestamp, until, changed_after, count FROM placed WHERE place = 1
ORDER BY first_timestamp, site, kind, variant"""


def term_figures(db: Database) -> Iterator[TermFigures]:
    """What was counted, term by term in the order of the lexicon."""
    for row in db.execute(_FIGURES).fetchall():
        yield TermFigures(row[0], row[1], row[2], row[3], row[4], next(first_mentions(db, row[0]), None))


def first_mentions(db: Database, name: str) -> Iterator[Mention]:
    """Of each document that mentions a term the first version that does, the earliest first."""
    return (Mention(*row) for row in db.execute(_FIRST, [name]))


def see_term(db: Database, name: str) -> str:
    """The name of a term, in whichever case it is given. Raises WrongUse where the lexicon has none."""
    known = [str(one) for (one,) in db.execute("SELECT name FROM term ORDER BY place")]
    for one in known:
        if one.casefold() == name.casefold():
            return one
    raise WrongUse(f"There is no term {name!r} in the lexicon: it has {', '.join(known)}.")
