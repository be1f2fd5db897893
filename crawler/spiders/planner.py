"""Asking the plan of a document, and writing down what it decides.

A search for changes goes in rounds. Its plan is kept from round to round, and is told where the ledger says something
else than the round before; all that is known is in the ledger, so that a plan may be let go at any time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap

from crawler.selection.copies import without_copies
from crawler.selection.plan import DocumentPlan, open_intervals, plan
from crawler.spiders.site_discovery import Discovery
from pipelines.formats.release import __version__
from pipelines.items.captures import Capture, CaptureKey, Decision, Known, State
from pipelines.store.ledger import Ledger, ListedRow, as_listing, capture_of, known_of

MOST_KEPT = 20_000
"""Captures of documents whose plans are kept; that of one document is, however many it has."""

_TRIED = (State.READ, State.SELECTED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which captures a crawl wants. `language`, where given, keeps documents whose text is in it."""

    strategy: str
    cap: int | None = None
    since: str = ""
    until: str = ""
    precision: str = "capture"
    language: str = ""


@dataclass(slots=True)
class _Kept:
    """The plan of a document, and the ledger's rows that it has learned."""

    plan: DocumentPlan
    rows: list[ListedRow]

    def learns(self, rows: list[ListedRow]) -> bool:
        """Tell the plan what differs now. False where it has to be made anew."""
        if len(rows) != len(self.rows):
            return False
        differing = [pair for pair in zip(self.rows, rows, strict=True) if pair[0] != pair[1]]
        self.rows = rows
        return all(starmap(self._learns, differing))

    def _learns(self, before: ListedRow, row: ListedRow) -> bool:
        capture, known = capture_of(row), known_of(row)
        return known is not None and capture == capture_of(before) and self.plan.learn(capture.key, known)


class Planner:
    """Plans documents one at a time; all it knows is in the ledger."""

    def __init__(
        self, ledger: Ledger, discovery: Discovery, selection: Selection, archives: Sequence[str] = ()
    ) -> None:
        """`archives` are those of several, the one to be asked first in front."""
        self._ledger = ledger
        self._discovery = discovery
        self._selection = selection
        self._archives = archives
        self._kept: dict[int, _Kept] = {}  # the last one used is last
        self._by = f"{__version__} {selection} {', '.join(ledger.archives)}"

    def documents(self) -> list[int]:
        """Those to be planned: of the others nothing has changed since this selection wanted nothing more of them."""
        return self._ledger.documents_to_plan(self._by)

    def plan(self, document_id: int) -> int:
        """Decide on a document's captures as far as is known by now. Returns how many were selected."""
        selected = self._plan(document_id)
        if not selected:
            self._ledger.note_planned(document_id, self._by)
        return selected

    def _plan(self, document_id: int) -> int:
        rows = self._ledger.listed(document_id)
        kept = self._kept.pop(document_id, None)
        if kept and kept.learns(rows):
            return self._go_on(document_id, kept)
        listing, known = as_listing(rows)
        if self._archives:
            listing, copies = without_copies(listing, known, self._archives)
            self._ledger.apply(copies)
        homes = self._discovery.home_candidates(document_id, listing)
        if homes is not None:
            return self._ledger.apply(plan("half-year", homes, known))
        if reason := self._other_language(document_id):
            self._ledger.set_open(document_id, True)  # which keeps it out of the export: nobody searched it
            return self._ledger.apply(list(_set_aside(listing, known, reason)))
        if self._is_kept_from_round_to_round:
            return self._go_on(document_id, _Kept(self._searched(listing, known), rows))
        selected = self._ledger.apply(self._decisions(listing, known))
        self._ledger.set_open(document_id, self._is_open(selected, listing, known))
        return selected

    @property
    def _is_kept_from_round_to_round(self) -> bool:
        """Of what has a cap, or several archives, the plan goes by more than what its captures became."""
        choice = self._selection
        return choice.strategy == "changes" and choice.cap is None and not choice.language and not self._archives

    def _searched(self, listing: list[Capture], known: dict[CaptureKey, Known]) -> DocumentPlan:
        choice = self._selection
        return DocumentPlan(
            choice.strategy, listing, known, since=choice.since, until=choice.until, precision=choice.precision
        )

    def _go_on(self, document_id: int, kept: _Kept) -> int:
        """The next round of a search for changes."""
        selected = self._ledger.apply(kept.plan.next())
        is_open = bool(selected) or bool(kept.plan.open_intervals())
        self._ledger.set_open(document_id, is_open)
        if is_open:
            self._kept[document_id] = kept
        while len(self._kept) > 1 and sum(len(one.rows) for one in self._kept.values()) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return selected

    def _other_language(self, document_id: int) -> str:
        """Why a document is not wanted: what was read of it is all in other languages. Empty where it is wanted."""
        wanted = self._selection.language
        found = self._ledger.languages(document_id) if wanted else set()
        return f"LANGUAGE={wanted}, this is {', '.join(sorted(found))}" if found and wanted not in found else ""

    def _decisions(self, listing: list[Capture], known: dict[CaptureKey, Known]) -> list[Decision]:
        if self._selection.language and not any(one.state in _TRIED for one in known.values()):
            return plan("first-last", listing, known, cap=1)  # one capture is the cheap test
        return self._planned(listing, known)

    def _planned(self, listing: list[Capture], known: dict[CaptureKey, Known]) -> list[Decision]:
        choice = self._selection
        return plan(
            choice.strategy,
            listing,
            known,
            cap=choice.cap,
            since=choice.since,
            until=choice.until,
            precision=choice.precision,
        )

    def _is_open(self, selected: int, listing: list[Capture], known: dict[CaptureKey, Known]) -> bool:
        """Whether `changes` is still halving; of other strategies each reading stands for itself."""
        choice = self._selection
        if choice.strategy != "changes" or choice.cap:
            return False
        return bool(selected) or bool(
            open_intervals(listing, known, since=choice.since, until=choice.until, precision=choice.precision)
        )


def _set_aside(listing: list[Capture], known: dict[CaptureKey, Known], reason: str) -> Iterator[Decision]:
    for row in listing:
        if row.key not in known or known[row.key].state is State.PASSED_OVER:
            yield Decision(row, State.PASSED_OVER, reason)
