"""What a corpus holds, in numbers: for the closing lines of a run and for `status`."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from heapq import merge
from itertools import groupby
from typing import Any

from sqlite_utils import Database

from pipelines.items.captures import State
from pipelines.store.listings import OF_ACTIVE_DOCUMENT
from pipelines.store.readings import count_outdated
from pipelines.store.views import OF_NONE

# what a later run of the same target list asks again
_ASKED = "(:archives = '[]' OR archive IN (SELECT value FROM json_each(:archives)))"
_CAPTURES_DUE = f"""SELECT count(*) FROM capture WHERE state = 'failed' AND next_try IS NOT NULL AND {_ASKED}
    AND EXISTS (
    SELECT 1 FROM address JOIN document ON document.id = document_id AND active
    WHERE address.urlkey = capture.urlkey AND timestamp BETWEEN first_timestamp AND last_timestamp)"""  # noqa: S608
_LISTINGS = f"SELECT count(*) FROM query WHERE {OF_ACTIVE_DOCUMENT} AND "  # noqa: S608
_LISTINGS_DUE = f"{_LISTINGS} (state = 'failed' OR state = 'open' AND attempts > 0) AND {_ASKED}"
_LEFT_OUT = "SELECT count(*) FROM malformed_row WHERE reason"
# of what was listed: the others may have some
_WITHOUT_CAPTURES = "SELECT count(*) FROM document_standing WHERE active AND outcome = 'empty'"
LEAST_AGREEMENT = 0.9
"""Share of a second reader's words below which a text is worth a look; 8 of 191 right texts lie there."""
_SECOND_LOOK = f"""SELECT count(*) FROM extraction CROSS JOIN version ON version.reader = extraction.reader
    AND version.capture_id IN (SELECT id FROM capture WHERE id = extraction.capture_id AND same_as IS NULL
        UNION ALL SELECT id FROM capture WHERE same_as = extraction.capture_id)
WHERE second_in_text < {LEAST_AGREEMENT}"""  # noqa: S608
# address by address, for an address that is a document's through all time needs no look at its captures
_OF_NONE = f"""WITH RECURSIVE listed (urlkey) AS (SELECT min(urlkey) FROM capture UNION ALL
    SELECT (SELECT min(urlkey) FROM capture WHERE capture.urlkey > listed.urlkey) FROM listed WHERE urlkey IS NOT NULL)
SELECT coalesce(sum((SELECT count(*) FROM capture WHERE capture.urlkey = listed.urlkey AND {OF_NONE})), 0) FROM listed
WHERE urlkey IS NOT NULL AND NOT EXISTS (SELECT 1 FROM address WHERE address.urlkey = listed.urlkey
    AND first_timestamp = '' AND last_timestamp = '99999999999999')"""  # noqa: S608


# the user asked for these and has no text of them; not those that are still to come, or are told with another line
_WITHOUT_TEXT = ("unusable", "forgotten", "empty", "blocked", "failed", "other", "moved", "unread")
_MOST_NAMED = 20
_FAILURES = """SELECT stage || ': ' || reason, count(*) FROM capture WHERE state IN ('failed', 'unplayable', 'blocked')
    GROUP BY 1 UNION ALL SELECT 'listing: ' || reason, count(*) FROM query
    WHERE state = 'failed' OR state = 'open' AND attempts > 0 GROUP BY 1"""


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts over all documents. `states` and `failures` count captures, each once however many documents hold it;
    `failures` counts listings too. What is still to come is counted of documents that are followed alone."""

    documents: int
    documents_active: int
    without_captures: int
    blocked: int  # listings the archive keeps closed
    listings_open: int
    listings_failed: int
    malformed_rows: int
    rows_not_asked_for: int  # of other addresses, which the archive listed all the same
    captures: int
    versions: int
    texts: int
    to_be_tried_again: int
    outdated: int  # snapshots that only older readers have read
    captures_of_none: int = 0  # that no document holds: the view `captures` says why
    second_look: int = 0  # versions whose text lacks words that a second reader found in the page
    versions_open: int = 0  # around whose borders captures are still to be looked at: not exported
    without_text: list[tuple[str, str]] = field(default_factory=list)  # the first targets so: address, and why
    targets: dict[str, int] = field(default_factory=dict)  # lines of all lists, by outcome: the view `targets`
    states: dict[str, int] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def summarise(db: Database, reader: str = "", archives: Sequence[str] = ()) -> Summary:
    """Count everything once; it takes as long as there are documents, not captures. `reader` is the present one. What
    is to be tried again is counted of these `archives`, by default of all: others are not asked any more."""
    asked = {"archives": json.dumps(list(archives))}
    states = _states(db)
    targets = _counts(db, "SELECT outcome, count(*) FROM targets GROUP BY outcome ORDER BY outcome")
    return Summary(
        documents=_one(db, "SELECT count(*) FROM document_standing"),
        documents_active=_one(db, "SELECT count(*) FROM document_standing WHERE active"),
        without_captures=_one(db, _WITHOUT_CAPTURES),
        blocked=_one(db, "SELECT count(*) FROM query WHERE state = 'blocked'"),
        listings_open=_one(db, f"{_LISTINGS} state = 'open'"),
        listings_failed=_one(db, f"{_LISTINGS} state = 'failed'"),
        malformed_rows=_one(db, f"{_LEFT_OUT} <> 'not asked for'"),
        rows_not_asked_for=_one(db, f"{_LEFT_OUT} = 'not asked for'"),
        captures=sum(states.values()),
        versions=_one(db, "SELECT count(*) FROM version"),
        texts=_one(db, "SELECT count(*) FROM text"),
        to_be_tried_again=_one(db, _CAPTURES_DUE, asked) + _one(db, _LISTINGS_DUE, asked),
        second_look=_one(db, _SECOND_LOOK),
        outdated=count_outdated(db, reader) if reader else 0,
        captures_of_none=_one(db, _OF_NONE),
        versions_open=_one(db, "SELECT count(*) FROM version JOIN document ON document.id = document_id WHERE open"),
        without_text=_without_text(db) if not targets.keys().isdisjoint(_WITHOUT_TEXT) else [],
        targets=targets,
        states=states,
        failures=_commonest(db.execute(_FAILURES)),
    )


def summarise_all(dbs: Sequence[Database], readers: Sequence[str]) -> Summary:
    """The same over shards that are read as one, each with its present reader. A capture of another site to which
    documents of two shards were redirected counts in each."""
    found = [summarise(db, reader) for db, reader in zip(dbs, readers, strict=True)]
    if len(found) == 1:
        return found[0]
    whole = {one.name: _together([getattr(each, one.name) for each in found]) for one in fields(Summary)}
    digests = merge(*(db.execute("SELECT digest FROM text ORDER BY digest") for db in dbs))
    failures = _commonest(row for db in dbs for row in db.execute(_FAILURES))
    return Summary(**whole | {"texts": sum(1 for _ in groupby(digests)), "failures": failures})


def _together(values: list[Any]) -> Any:
    if isinstance(values[0], dict):
        return dict(sorted(sum(map(Counter, values), Counter()).items()))
    if isinstance(values[0], list):
        return [one for each in values for one in each][:_MOST_NAMED]
    return sum(values)


def _commonest(rows: Iterable[Sequence[Any]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for name, count in rows:
        counts[str(name)] += int(count)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_NAMED])


def _without_text(db: Database) -> list[tuple[str, str]]:
    """The first targets that came to nothing: the address as given, and what became of it."""
    marks = ", ".join("?" * len(_WITHOUT_TEXT))
    sql = f"SELECT address, outcome, reason FROM targets WHERE outcome IN ({marks}) LIMIT ?"  # noqa: S608
    rows = db.execute(sql, [*_WITHOUT_TEXT, _MOST_NAMED])
    return [
        (address, outcome if reason in ("", outcome) else f"{outcome}: {reason}") for address, outcome, reason in rows
    ]


def _states(db: Database) -> dict[str, int]:
    """How many captures are in each state: counted as they change, but for those that are passed over."""
    counted = _counts(db, "SELECT state, captures FROM state_count WHERE captures")
    left = _one(db, "SELECT count(*) FROM capture") - sum(counted.values())
    return dict(sorted({**counted, **({State.PASSED_OVER.value: left} if left else {})}.items()))


def _one(db: Database, sql: str, named: Mapping[str, str] | None = None) -> int:
    return int(db.execute(sql, dict(named or {})).fetchone()[0])


def _counts(db: Database, sql: str) -> dict[str, int]:
    return {str(name): int(count) for name, count in db.execute(sql)}
