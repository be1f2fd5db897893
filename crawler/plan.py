"""The plan: from a document's listing and what is known so far to the captures to fetch next. Pure.

A capture is decided upon once. What was read, failed for good or is kept closed stays so; what was selected is never
taken back; what one plan passed over a later one may select; a duplicate is selected where the capture that it
repeats turns out not to be played.
"""

from collections.abc import Iterable, Mapping, Sequence

from crawler.exceptions import WrongUse
from crawler.holdings import Holding
from crawler.instants import instant, within
from crawler.items import Capture, CaptureKey, Decision, Known, State
from crawler.payloads import in_order, shared
from crawler.strategies import STRATEGIES, Point, Strategy, spread


def plan(
    strategy: str,
    listing: Sequence[Capture],
    known: Mapping[CaptureKey, Known],
    *,
    cap: int | None = None,
    since: str = "",
    until: str = "",
) -> list[Decision]:
    """Each capture of one document's listing that needs a new state, in time order.

    The order of the listing does not matter, and with the decisions made known nothing is left to decide.
    `cap` is the number of captures to fetch at most; `since` and `until` are timestamp prefixes, ends included.
    Raises WrongUse for a strategy that there is not.
    """
    return DocumentPlan(strategy, listing, known, cap=cap, since=since, until=until).next()


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
    ) -> None:
        self._strategy = named(strategy)
        self._name, self._cap, self._since, self._until = strategy, cap, since, until
        captures = in_order(listing)
        payloads, self._obstacles = shared(captures)
        self._known = {row.key: known[row.key] for row in captures if row.key in known}
        self._holdings = [Holding(payload, self._known) for payload in payloads]
        self._of = {row.key: holding for holding in self._holdings for row in holding.payload.captures}
        self._line = [row for row in captures if row.key in self._of and self._is_inside(row)]
        self._undecided: dict[CaptureKey, Capture] = {row.key: row for row in captures}
        self._stale = True

    def learn(self, key: CaptureKey, known: Known) -> None:
        """What became of a capture. Of others than this document's nothing is noted."""
        holding = self._of.get(key)
        if holding is None:
            return
        self._known[key] = known
        if holding.learn(key, known):
            self._stale = True
            self._undecided.update((row.key, row) for row in holding.payload.captures)

    def next(self) -> list[Decision]:
        """The captures that need a new state now. Each is taken as known from here on."""
        if self._stale:
            self._select()
        self._stale = False
        rows = [self._undecided[key] for key in sorted(self._undecided)]
        self._undecided.clear()
        decisions = [decision for row in rows if (decision := self._decision(row))]
        for decision in decisions:
            self._known[decision.capture.key] = Known(decision.state, same_as=decision.same_as)
        for holding in self._holdings:
            holding.is_new = False
        return decisions

    def _select(self) -> None:
        wanted = [point for point in self._strategy(self._points()) if self._of[point.capture.key].is_free]
        if self._cap is not None:
            first = {id(self._of[point.capture.key]): point for point in reversed(wanted)}
            used = sum(holding.is_held for holding in self._holdings)
            wanted = spread(sorted(first.values(), key=lambda point: point.capture.key), self._cap - used)
        for holding, chosen in self._by_holding(wanted):
            holding.take(chosen, self._is_inside)
            self._undecided.update((row.key, row) for row in holding.payload.captures)

    def _by_holding(self, wanted: Iterable[Point]) -> list[tuple[Holding, list[Capture]]]:
        chosen: dict[int, tuple[Holding, list[Capture]]] = {}
        for point in wanted:
            holding = self._of[point.capture.key]
            chosen.setdefault(id(holding), (holding, []))[1].append(point.capture)
        return list(chosen.values())

    def _points(self) -> list[Point]:
        return [
            Point(row, instant(row.timestamp), not holding.payload.is_redirect, holding.is_dead(row.key))
            for row in self._line
            for holding in [self._of[row.key]]
        ]

    def _is_inside(self, row: Capture) -> bool:
        return within(row.timestamp, self._since, self._until)

    def _decision(self, row: Capture) -> Decision | None:
        before = self._known.get(row.key)
        if before and before.state not in (State.PASSED_OVER, State.DUPLICATE):
            return None
        decision = self._wish(row, before)
        if before is None or before.state is not decision.state:
            return decision
        is_moved = self._of[row.key].is_new or before.same_as not in (None, decision.same_as)
        return decision if decision.same_as and is_moved else None

    def _wish(self, row: Capture, before: Known | None) -> Decision:
        if row.key in self._obstacles:
            return Decision(row, State.NOT_REPLAYED, self._obstacles[row.key])
        holder = self._of[row.key].holder
        was_duplicate = holder is not None and before is not None and before.state is State.DUPLICATE
        if not self._is_inside(row) and not was_duplicate:
            return Decision(row, State.PASSED_OVER, "outside FROM/TO")
        if holder == row.key:
            return Decision(row, State.SELECTED)
        if holder is not None:
            return Decision(row, State.DUPLICATE, same_as=holder)
        return Decision(row, State.PASSED_OVER, self._passing_reason(row))

    def _passing_reason(self, row: Capture) -> str:
        if self._of[row.key].is_given_up:
            return "no capture of these bytes is played"
        return f"SELECT={self._name}"


def named(strategy: str) -> Strategy:
    """The strategy of that name. Raises WrongUse naming the choices."""
    try:
        return STRATEGIES[strategy]
    except KeyError:
        choices = ", ".join(STRATEGIES)
        raise WrongUse(f"SELECT={strategy!r} is no strategy; choose one of {choices}.") from None
