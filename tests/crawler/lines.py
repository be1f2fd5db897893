"""Listings for tests of the plan, and a crawl of them that needs no archive."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from crawler.selection.plan import DocumentPlan, plan
from pipelines.items.captures import EMPTY_DIGEST, Capture, CaptureKey, Known, State

URL = "http://example.com/privacy"
Outcome = Callable[[Capture], Known]


def capture(
    timestamp: str,
    digest: str = "AAAA",
    status: str = "200",
    mimetype: str = "text/html",
    original: str = URL,
    urlkey: str = "com,example)/privacy",
) -> Capture:
    return Capture(urlkey, timestamp.ljust(14, "0"), original, mimetype, status, digest, "1234")


def page(day: int, digest: str = "") -> Capture:
    """A page captured so many days after 1 January 2001; a digest of its own unless given."""
    when = datetime(2001, 1, 1) + timedelta(days=day)
    return capture(when.strftime("%Y%m%d%H%M%S"), digest or f"D{day}")


def revisit(timestamp: str, digest: str = "AAAA") -> Capture:
    return capture(timestamp, digest, "-", "warc/revisit")


def read_as_digest(row: Capture) -> Known:
    return Known(State.READ, reading_key=f"text of {row.digest}")


def selected(decisions: Sequence[Any]) -> list[Capture]:
    return [decision.capture for decision in decisions if decision.state is State.SELECTED]


class Crawl:
    """A document fetched to the end, as a run does it: the plan is asked again when nothing is left to fetch.

    `fetched` are the captures in the order in which they were asked for, `known` is what the ledger would hold.
    """

    def __init__(
        self,
        strategy: str,
        listing: Sequence[Capture],
        outcome: Outcome = read_as_digest,
        *,
        known: Mapping[CaptureKey, Known] | None = None,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        self.fetched: list[Capture] = []
        self.known = dict(known or {})
        self.rounds = 0
        while wanted := self._decided(plan(strategy, listing, self.known, **options)):
            if seed is not None:
                random.Random(seed).shuffle(wanted)
            self._fetch(wanted, outcome)

    def _decided(self, decisions: Sequence[Any]) -> list[Capture]:
        for decision in decisions:
            self.known[decision.capture.key] = Known(decision.state, same_as=decision.same_as)
        return selected(decisions)

    def _fetch(self, wanted: Sequence[Capture], outcome: Outcome) -> None:
        self.rounds += 1
        for row in wanted:
            self.fetched.append(row)
            self.known[row.key] = outcome(row)

    def texts(self, listing: Sequence[Capture]) -> list[str]:
        """The text at each capture whose bytes are known, by time."""
        by_bytes = {row.digest: self.known[row.key].reading_key for row in self.fetched}
        return [by_bytes[row.digest] for row in sorted(listing, key=lambda row: row.key) if by_bytes.get(row.digest)]


def incremental(strategy: str, listing: Sequence[Capture], outcome: Outcome, **options: Any) -> list[Capture]:
    """What is fetched where the plan of the document is kept and learns capture by capture."""
    document = DocumentPlan(strategy, listing, {}, **options)
    fetched: list[Capture] = []
    queue = selected(document.next())
    while queue:
        row = queue.pop(0)
        fetched.append(row)
        document.learn(row.key, outcome(row))
        queue += selected(document.next())
    return fetched


_days = st.integers(0, 1500)
_kinds = st.sampled_from(
    [
        ("200", "text/html"),
        ("200", "text/html"),
        ("200", "application/pdf"),
        ("-", "warc/revisit"),
        ("301", "text/html"),
        ("302", "unk"),
        ("404", "text/html"),
        ("200", "image/png"),
        ("-", "-"),
    ]
)
_digests = st.sampled_from(["A", "B", "C", "D", "E", "F", "G", EMPTY_DIGEST, "-"])
_originals = st.sampled_from([URL, "https://www.example.com/privacy"])


@st.composite
def captures(draw: st.DrawFn) -> Capture:
    status, mimetype = draw(_kinds)
    row = page(draw(_days), draw(_digests))
    return capture(row.timestamp, row.digest, status, mimetype, draw(_originals))


listings = st.lists(captures(), max_size=30)
"""Listings of up to 30 rows, with repeats, of one address."""


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    """An archive and a reader in which the same capture always ends the same way."""
    seed = draw(st.integers(0, 10_000))

    def outcome(row: Capture) -> Known:
        chance = random.Random(f"{seed} {row.key}").random()
        if chance < 0.15:
            return Known(State.UNPLAYABLE)
        if chance < 0.2:
            return Known(State.FAILED, failed_for_good=True)
        if chance < 0.25:
            return Known(State.FAILED, failed_for_good=True, held=True)
        if chance < 0.3:
            return Known(State.BLOCKED)
        if chance < 0.35:
            return Known(State.FAILED)
        if chance < 0.45 and row.statuscode in ("301", "302", "-"):
            return Known(State.REDIRECT)
        return Known(State.READ, reading_key=f"text {ord(row.digest[0]) % 4}")

    return outcome
