"""One document through its moves: which address held it when, and how we know. Pure.

Addresses are one where the archive lists them together (http or https, www, a last slash). Others are joined by
evidence only: an archived redirect, a canonical link, or home pages that linked one and later the other instead.
What nothing joins is a line of its own, a variant: so are languages that stand side by side.

Within a line each moment belongs to one address. Where two compete, the one that the home page of that time linked
wins; between two sightings the older address holds as long as it was captured, then the younger one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from urllib.parse import urlsplit

from pipelines.items.captures import Evidence, Source


@dataclass(frozen=True, slots=True)
class Tenure:
    """An address holds the document from `since` until before `until`; empty is without end."""

    address: str
    since: str
    until: str
    evidence: tuple[Evidence, ...]

    def covers(self, timestamp: str) -> bool:
        return self.since <= timestamp and (not self.until or timestamp < self.until)


Line = tuple[Tenure, ...]
_LAST = "99999999999999"
_Point = tuple[str, str]  # timestamp, key of the address
_Run = tuple[str, str, str]  # key, first and last of its sightings that no other address interrupts


def lineage(evidence: Iterable[Evidence], captures: Mapping[str, Sequence[str]]) -> list[Line]:
    """The lines of one kind of document of one site: the main one first, then the variants.

    `captures` are the timestamps of pages (status 200) of each address. The main line is the one that was given,
    else the one that home pages linked most often, else the one with most captures.
    """
    history = _History(evidence, captures)
    groups = sorted(history.groups(), key=history.weight, reverse=True)
    return [history.line(group) for group in groups]


def own_spans(key: str, line: Line, captures: Sequence[str]) -> list[tuple[str, str]]:
    """When an address was a document of its own beside the line that it belongs to: first and last timestamps.

    `key` as `same_listing` gives it, `captures` the timestamps of its pages. Nothing where it was captured outside the
    line for less than a year: then it was only about to move.
    """
    held = [tenure for tenure in line if same_listing(tenure.address) == key]
    alone = sorted(time for time in captures if not any(tenure.covers(time) for tenure in held))
    if not alone:
        return []
    if alone[-1] < f"{int(alone[0][:4]) + 1:04}{alone[0][4:]}":
        return []
    spans, since = [], ""
    for tenure in sorted(held, key=lambda tenure: tenure.since):
        if tenure.since > since:
            spans.append((since, f"{int(tenure.since) - 1:014}"))
        since = tenure.until
        if not since:
            return spans
    return [*spans, (since, _LAST)]


def same_listing(url: str) -> str:
    """A key that is the same for addresses which the archive lists together."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return url.strip()
    usual = port in (None, 80, 443)
    return f"{host}{'' if usual else f':{port}'}{parts.path.rstrip('/')}?{parts.query}".lower()


def _is_home(key: str) -> bool:
    return key.endswith("?") and "/" not in key


class _History:
    """All that is known of the addresses of one kind, by their keys."""

    def __init__(self, evidence: Iterable[Evidence], captures: Mapping[str, Sequence[str]]) -> None:
        self.names: dict[str, str] = {}
        self.evidence: dict[str, list[Evidence]] = defaultdict(list)
        self.moves: dict[str, list[_Point]] = defaultdict(list)
        self.captures = {same_listing(url): sorted(times) for url, times in captures.items()}
        for each in sorted(evidence, key=lambda one: one.timestamp):
            self._note(each)
        self.homes = self._linked_by_homes()

    def _note(self, each: Evidence) -> None:
        key, via = same_listing(each.address), same_listing(each.via)
        if each.source in (Source.REDIRECT, Source.CANONICAL):
            if key == via or _is_home(key):
                return  # to the home page leads what is gone
            self._note_move(each, key, via)
            self.names.setdefault(via, each.via)
        self.names[key] = each.address
        self.evidence[key].append(each)

    def _note_move(self, each: Evidence, key: str, via: str) -> None:
        """A page that calls another address its own still was the document itself: it had moved only after its last
        capture, to what it named last."""
        if each.source is Source.REDIRECT:
            self.moves[via].append((each.timestamp, key))
            return
        last = max([*self.captures.get(via, ()), each.timestamp])
        self.moves[via] = [point for point in self.moves[via] if point[0] <= last]
        self.moves[via].append((f"{int(last) + 1:014}", key))

    def _linked_by_homes(self) -> list[_Point]:
        """What the home page of each time linked, the likeliest of its links."""
        seen = [(one, key) for key, all_ in self.evidence.items() for one in all_ if one.source is Source.HOME]
        seen.sort(key=lambda each: (each[0].timestamp, -each[0].score, len(each[1]), each[1]))
        return [(time, next(same)[1]) for time, same in groupby(seen, key=lambda each: each[0].timestamp)]

    # -- which addresses are one document

    def groups(self) -> list[frozenset[str]]:
        leaders = {key: key for key in self.names}
        for one, other in (*self._moved(), *self._replaced()):
            old, new = leaders[one], leaders[other]
            leaders = {key: new if leader == old else leader for key, leader in leaders.items()}
        groups: dict[str, set[str]] = defaultdict(set)
        for key, leader in leaders.items():
            groups[leader].add(key)
        return [frozenset(group) for group in groups.values()]

    def _moved(self) -> list[tuple[str, str]]:
        return [(via, key) for via, points in self.moves.items() for _, key in points]

    def _replaced(self) -> list[tuple[str, str]]:
        """Neighbours of which home pages never linked the older one again, nor the younger one before."""
        return [
            (old, new)
            for (_, old), (_, new) in pairwise(self.homes)
            if old != new and max(self._linked(old)) < min(self._linked(new))
        ]

    def _linked(self, key: str) -> list[str]:
        return [one.timestamp for one in self.evidence[key] if one.source is Source.HOME]

    def weight(self, group: frozenset[str]) -> tuple[float, ...]:
        seen = [one for key in group for one in self.evidence[key]]
        given = sum(one.source is Source.GIVEN for one in seen)
        homes = sum(key in group for _, key in self.homes)
        held = sum(len(self.captures.get(key, ())) for key in group)
        return given, homes, max((one.score for one in seen), default=0.0), held, -min(map(len, group))

    # -- which of them held it when

    def line(self, group: frozenset[str]) -> Line:
        runs = self._with_forerunners(_runs(self._sightings(group)))
        if not runs:
            runs = [(max(group, key=lambda key: (len(self.captures.get(key, ())), key)), "", "")]
        bounds = ["", *(self._change(old, new) for old, new in pairwise(runs)), ""]
        spans = zip(runs, bounds, bounds[1:], strict=False)
        return tuple(
            Tenure(self.names[key], since, until, tuple(self.evidence[key])) for (key, _, _), since, until in spans
        )

    def _sightings(self, group: frozenset[str]) -> list[_Point]:
        homes = [point for point in self.homes if point[1] in group]
        moved = [(time, self._held_by(key, time)) for via in group for time, key in self.moves.get(via, ())]
        back = [(time, via) for via in group for time in self._returns(via)]
        return sorted([*homes, *(point for point in (*moved, *back) if not _contradicts(point, homes))])

    def _returns(self, via: str) -> list[str]:
        """When an address that had led elsewhere was captured as a page again."""
        moments = sorted(
            [(time, True) for time, _ in self.moves.get(via, ())]
            + [(time, False) for time in self.captures.get(via, ())]
        )
        return [time for (_, had_moved), (time, moves) in pairwise(moments) if had_moved and not moves]

    def _held_by(self, key: str, time: str) -> str:
        """Where the address led at that time, after all moves."""
        seen = {key}
        while onward := [new for moment, new in self.moves.get(key, ()) if self._still_moved(key, moment, time)]:
            key = onward[-1]
            if key in seen:
                break
            seen.add(key)
        return key

    def _still_moved(self, key: str, moved: str, time: str) -> bool:
        return moved <= time and not any(moved < held <= time for held in self.captures.get(key, ()))

    def _with_forerunners(self, runs: list[_Run]) -> list[_Run]:
        """Before the first sighting: the addresses that were captured and later led there."""
        known = {runs[0][0]} if runs else set()
        while runs and (forerunner := self._forerunner(*runs[0][:2], known)):
            known.add(forerunner[0])
            runs = [forerunner, *runs]
        return runs

    def _forerunner(self, key: str, first: str, known: set[str]) -> _Run | None:
        found = [
            (max(times), via)
            for via, points in self.moves.items()
            if via not in known and any(new == key for _, new in points)
            if (times := [time for time in self.captures.get(via, ()) if time < first])
        ]
        return (max(found)[1], max(found)[0], max(found)[0]) if found else None

    def _change(self, old: _Run, new: _Run) -> str:
        """When the younger address took over: at its first capture after the last of the older one."""
        last = max((time for time in self.captures.get(old[0], ()) if old[2] <= time < new[1]), default=old[2])
        return min((time for time in self.captures.get(new[0], ()) if last < time <= new[1]), default=new[1])


def _contradicts(point: _Point, homes: list[_Point]) -> bool:
    """Whether the home pages before and after linked another address, the same one."""
    before = next((key for time, key in reversed(homes) if time <= point[0]), None)
    after = next((key for time, key in homes if time >= point[0]), None)
    return before is not None and before == after != point[1]


def _runs(points: list[_Point]) -> list[_Run]:
    runs = [(key, [time for time, _ in run]) for key, run in groupby(points, key=lambda point: point[1])]
    return [(key, times[0], times[-1]) for key, times in runs]
