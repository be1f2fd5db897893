"""Which rows of a listing are replayed, and which of them one replay serves.

Rows of status 200, redirects, revisits and rows without a status (old ARC files) are replayed, where their type may
be a page's. Rows with one urlkey and one digest hold the same bytes. Two things are not told by a digest:

* the digest of nothing (EMPTY_DIGEST) only says that a body was empty;
* a redirect's content is its Location, which the digest does not cover (a server sends the same short body
  wherever it leads to). Redirects are shared by runs instead: rows of one original that follow each other with the
  same status and digest within one calendar half-year, with no other row of that original between. A calendar
  half-year rather than 180 days from the first row, so that rows indexed later do not move the borders.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipelines.formats.media_types import bare, may_be_page
from pipelines.items.captures import EMPTY_DIGEST, ArchivedRedirect, Capture, CaptureKey, Memento, NoPage, State

TELLING = 60  # characters of a hostile field that a reason may repeat


@dataclass(frozen=True, slots=True)
class Payload:
    """Captures, in time order, that one replay serves."""

    captures: tuple[Capture, ...]
    is_redirect: bool = False


def in_order(listing: Iterable[Capture]) -> list[Capture]:
    """The listing by time, each capture once; where rows differ only beside their key, the smallest counts."""
    unique: dict[CaptureKey, Capture] = {}
    for row in listing:
        held = unique.setdefault(row.key, row)
        if held is not row and _beside_key(row) < _beside_key(held):
            unique[row.key] = row
    return [unique[key] for key in sorted(unique)]


def obstacle(capture: Capture) -> str:
    """Why a row is not replayed; empty for one that is."""
    if capture.is_revisit and capture.statuscode != "304":
        return ""
    status = capture.statuscode
    if status not in ("200", "-") and not is_redirect(capture):
        return f"status {status[:TELLING]}"
    if status == "200" and capture.digest == EMPTY_DIGEST:
        return "empty content"
    if not is_redirect(capture) and not may_be_page(capture.mimetype):
        return f"no page: {bare(capture.mimetype)[:TELLING]}"
    return ""


def is_redirect(capture: Capture) -> bool:
    """A 304 is none: it says "not modified" and has neither Location nor body."""
    status = capture.statuscode
    return len(status) == 3 and status.startswith("3") and status.isdigit() and status != "304"


def half_year_of(capture: Capture) -> tuple[str, bool]:
    """The calendar half-year of a capture, for comparing."""
    return capture.timestamp[:4], capture.timestamp[4:6] <= "06"


def shared(captures: Sequence[Capture]) -> tuple[list[Payload], dict[CaptureKey, str]]:
    """The payloads of a listing as `in_order` gives it, by their first capture, and why the other rows have none."""
    obstacles = {row.key: reason for row in captures if (reason := obstacle(row))}
    obstacles |= _repeats_of_obstacles(captures, obstacles)
    groups: dict[object, list[Capture]] = {}
    for row, run in _runs(captures):
        if row.key not in obstacles:
            groups.setdefault(run if _is_silent(row) else _content(row), []).append(row)
    return [Payload(tuple(rows), _is_silent(rows[0])) for rows in groups.values()], obstacles


def _beside_key(row: Capture) -> tuple[str, str, str]:
    return row.urlkey, row.mimetype, row.length


def _is_silent(row: Capture) -> bool:
    # what a redirect, or a revisit or an old row of an empty body, holds is not told by its digest
    return is_redirect(row) or row.digest == EMPTY_DIGEST


def _content(row: Capture) -> tuple[object, ...]:
    if row.digest in ("-", ""):
        return row.urlkey, row.digest, row.key
    return row.urlkey, row.digest


def _repeats_of_obstacles(captures: Sequence[Capture], obstacles: dict[CaptureKey, str]) -> dict[CaptureKey, str]:
    """Revisits whose every full row is not replayed: they repeat an error page or an image."""
    full = [row for row in captures if not row.is_revisit and row.digest != EMPTY_DIGEST]
    pages = {_content(row) for row in full if row.key not in obstacles}
    reasons = {_content(row): obstacles[row.key] for row in reversed(full) if row.key in obstacles}
    return {
        row.key: f"repeats a capture of {reasons[_content(row)]}"
        for row in captures
        if row.is_revisit and _content(row) in reasons and _content(row) not in pages
    }


def _runs(captures: Iterable[Capture]) -> Iterator[tuple[Capture, object]]:
    """Each row with the run it stands in among the rows of its original."""
    last: dict[str, tuple[object, CaptureKey]] = {}
    for row in captures:
        likeness = (row.statuscode, row.digest, half_year_of(row))
        if row.original not in last or last[row.original][0] != likeness:
            last[row.original] = (likeness, row.key)
        yield row, last[row.original]


def why_no_page(found: Memento) -> str:
    """Why what was played is no page; empty where it is one, or a redirect."""
    return "" if isinstance(found, ArchivedRedirect) else obstacle(_as_played(found))


def set_aside(found: Memento, why: str) -> NoPage:
    """A memento that is kept though it is no page. Where its row tells so, a plan would say the same."""
    state = State.NOT_REPLAYED if obstacle(found.capture) else State.UNPLAYABLE
    told = found.capture, found.requested, found.answer, found.digest_check, found.asked
    return NoPage(*told, truncated=found.truncated, why=why, state=state)


def _as_played(found: Memento) -> Capture:
    """The row of a memento; what no listing told of it, as replay shows it."""
    row, kind = found.capture, found.answer.header("Content-Type")
    status = row.statuscode if row.statuscode.isdigit() else str(found.answer.status)
    is_told = "/" in row.mimetype and not row.is_revisit
    return replace(row, statuscode=status, mimetype=row.mimetype if is_told else kind or row.mimetype)
