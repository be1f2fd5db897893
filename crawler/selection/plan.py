"""The plan: from a document's listing and what is known so far to the captures to fetch next. Pure.

A capture is decided upon once. What was read, failed for good or is kept closed stays so; what was selected is never
taken back; what one plan passed over a later one may select; a duplicate is selected where the capture that it
repeats turns out not to be played.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from crawler.selection.change_search import PRECISIONS, Changes
from crawler.selection.payload_states import Holding, is_lost
from crawler.selection.payloads import in_order, shared
from crawler.selection.strategies import STRATEGIES, Choice, points_of
from pipelines.exceptions import WrongUse
from pipelines.formats.timestamps import within
from pipelines.items.captures import Capture, CaptureKey, Decision, Known, State

CHOICES = (*STRATEGIES, "changes")
REVISABLE = (State.PASSED_OVER, State.DUPLICATE, State.NOT_REPLAYED)


def plan(
    strategy: str,
    listing: Sequence[Capture],
    known: Mapping[CaptureKey, Known],
    *,
    cap: int | None = None,
    since: str = "",
    until: str = "",
    precision: str = "capture",
) -> list[Decision]:
    """Each capture of one document's listing that needs a new state, in time order.

    The order of the listing does not matter, and with the decisions made known nothing is left to decide.
    `cap` is the number of captures to fetch at most; `since` and `until` are timestamp prefixes, ends included;
    `precision` is for `changes`: how near a change is to be found, capture, day or week.
    Raises WrongUse for a strategy or a precision that there is not.
    """
    document = DocumentPlan(strategy, listing, known, cap=cap, since=since, until=until, precision=precision)
    return document.next()


def open_intervals(
    listing: Sequence[Capture],
    known: Mapping[CaptureKey, Known],
    *,
    since: str = "",
    until: str = "",
    precision: str = "capture",
) -> list[tuple[CaptureKey, CaptureKey]]:
    """The captures, in pairs, between which `changes` may still find a change; none where all is closed."""
    document = DocumentPlan("changes", listing, known, since=since, until=until, precision=precision)
    return document.open_intervals()


class Chooser(Protocol):
    """A strategy at work on one document."""

    def learn(self, holding: Holding) -> None:
        """Note that something became of a payload."""

    def wanted(self, budget: int | None) -> Iterator[Capture]:
        """The captures to select now, within a number of payloads to fetch."""


class DocumentPlan:
    """The plan of one document, kept while it is fetched: `next` gives what `plan` would, without starting anew."""

    def __init__(
        self,
        strategy: str,
        listing: Sequence[Capture],
        known: Mapping[CaptureKey, Known],
        *,
        cap: int | None = None,
        since: str = "",
        until: str = "",
        precision: str = "capture",
    ) -> None:
        check(strategy, precision)
        self._name, self._cap, self._since, self._until = strategy, cap, since, until
        captures = in_order(listing)
        payloads, self._obstacles = shared(captures)
        self._known = {row.key: known[row.key] for row in captures if row.key in known}
        self._holdings = [Holding(payload, self._known) for payload in payloads]
        self._of = {row.key: holding for holding in self._holdings for row in holding.payload.captures}
        line = [(row, self._of[row.key]) for row in captures if row.key in self._of and self._is_inside(row)]
        points = points_of(line)
        self._chooser: Chooser = (
            Changes(points, precision, cap) if strategy == "changes" else Choice(STRATEGIES[strategy], points)
        )
        self._rows = {row.key: row for row in captures}
        self._in_doubt = set(self._rows)  # whose state may have to change

    def learn(self, key: CaptureKey, known: Known) -> bool:
        """Note what became of a capture; of one that is not this document's, nothing.

        False where that takes back what was built upon: a text is another one now, or what was dead is not. Then the
        document is to be planned anew.
        """
        before = self._known.get(key)
        if key not in self._rows or before == known:
            return True
        self._known[key] = known
        self._in_doubt.add(key)
        holding = self._of.get(key)
        if holding is None:
            return True
        text, holder = holding.text, holding.holder
        holding.learn(key, known)
        self._chooser.learn(holding)
        if holding.holder != holder:
            self._doubt(holding)
        is_alive_again = before is not None and is_lost(before) and not is_lost(known)
        return text in ("", holding.text) and not is_alive_again

    def next(self) -> list[Decision]:
        """The captures that need a new state now, in time order. From here on they are taken as known."""
        taken = list(self._take())
        rows = [self._rows[key] for key in sorted(self._in_doubt)]
        self._in_doubt.clear()
        decisions = [decision for row in rows if (decision := self._decision(row))]
        for decision in decisions:
            self._known[decision.capture.key] = Known(decision.state, same_as=decision.same_as)
        for holding in taken:
            holding.is_new = False
        return decisions

    def _take(self) -> Iterator[Holding]:
        for capture in self._chooser.wanted(self._budget()):
            holding = self._of[capture.key]
            holding.take(capture, self._is_inside)
            self._chooser.learn(holding)
            self._doubt(holding)
            yield holding

    def open_intervals(self) -> list[tuple[CaptureKey, CaptureKey]]:
        """The captures, in pairs, between which `changes` may still find a change; none of other strategies."""
        return self._chooser.open(self._budget() == 0) if isinstance(self._chooser, Changes) else []

    def _budget(self) -> int | None:
        """How many payloads may still be fetched; None where there is no cap."""
        if self._cap is None:
            return None
        return max(self._cap - sum(holding.is_held for holding in self._holdings), 0)

    def _doubt(self, holding: Holding) -> None:
        self._in_doubt.update(row.key for row in holding.payload.captures)

    def _is_inside(self, row: Capture) -> bool:
        return within(row.timestamp, self._since, self._until)

    def _decision(self, row: Capture) -> Decision | None:
        before = self._known.get(row.key)
        if before and before.state not in REVISABLE:
            return None
        decision = self._wish(row, before)
        if before is None or before.state is not decision.state:
            return decision
        if decision.state is not State.DUPLICATE:
            return None
        is_moved = self._of[row.key].is_new or before.same_as not in (None, decision.same_as)
        return decision if is_moved else None

    def _wish(self, row: Capture, before: Known | None) -> Decision:
        if row.key in self._obstacles:
            return Decision(row, State.NOT_REPLAYED, self._obstacles[row.key])
        holding = self._of[row.key]
        was_duplicate = holding.is_held and before is not None and before.state is State.DUPLICATE
        if not self._is_inside(row) and not was_duplicate:
            return Decision(row, State.PASSED_OVER, "outside FROM/TO")
        if holding.holder == row.key:
            return Decision(row, State.SELECTED)
        if holding.is_held:
            return Decision(row, State.DUPLICATE, same_as=holding.holder)
        given_up = "no capture of these bytes is played"
        return Decision(row, State.PASSED_OVER, given_up if holding.is_given_up else f"SELECT={self._name}")


def check(strategy: str, precision: str = "capture") -> None:
    """Raises WrongUse, naming the choices, for a strategy or a precision that there is not."""
    for setting, value, choices in (("SELECT", strategy, CHOICES), ("PRECISION", precision, PRECISIONS)):
        if value not in choices:
            raise WrongUse(f"{setting}={value!r} is not an option; choose one of {', '.join(choices)}.")
