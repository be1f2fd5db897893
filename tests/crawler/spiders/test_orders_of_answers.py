"""The order of answers changes nothing of a corpus: a feed by hand, with a real ledger, plan and discovery."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.spiders.planner import Planner, Selection
from crawler.spiders.site_discovery import Discovery
from pipelines.formats.surt import urlkey
from pipelines.items.captures import Capture, Decision, DocumentKey, State
from pipelines.items.readings import Failure
from pipelines.store.moves import Moves
from tests.corpora import TABLES
from tests.desk import ARCHIVE, Desk, row

SITE = "shop.example"
PATHS = ("privacy", "legal", "en/privacy")
URLS = [f"http://{SITE}/{path}" for path in PATHS]
# without what tells which of several equal pages was read: any of them shows the text
_VERSION = TABLES["version"].replace("held_timestamp, ", "").replace("v.original, ", "")
MONTHS = [f"20{year:02}{month:02}" for year in (4, 5, 7) for month in (1, 6)]


@dataclass(frozen=True)
class Archived:
    """What was captured at one moment: a page, or a redirect that leads to another address."""

    at: str
    url: int
    leads_to: int | None
    text: int

    def row(self) -> Capture:
        status = "200" if self.leads_to is None else "301"
        return row(self.at, f"{self.text} {self.leads_to} {self.url}", URLS[self.url], status)


class Feeding:
    """One corpus, fed with answers as `pick` chooses among what could come next."""

    def __init__(self, folder: str, archived: list[Archived], given: list[int], pick: "Pick") -> None:
        documents = [
            (URLS[n], DocumentKey(SITE, "privacy policy", PATHS[n] if at else "")) for at, n in enumerate(given)
        ]
        self.desk = Desk(Path(folder), *documents)
        self.by_key = {one.row().key: one for one in archived}
        moves = Moves(self.desk.db, ARCHIVE)
        self.discovery = Discovery(moves, self.desk.listings, self.desk.corpus, "", "")
        self.planner = Planner(self.desk.ledger, self.discovery, Selection("all"))
        self.pick = pick
        self.to_plan: dict[int, None] = {}

    def run(self) -> None:
        for _ in range(500):
            if not (steps := [*self.steps()]):
                break
            what, which = self.pick(steps)
            getattr(self, what)(which)
        else:
            raise AssertionError("it does not end")
        self.desk.corpus.derive_waiting()

    def steps(self) -> Iterator[tuple[str, Any]]:
        """Listings come first; a plan may be asked while answers are still on their way."""
        if listing := self.desk.listings.next_open("9"):
            yield "listing", listing.query
            return
        work = self.desk.ledger.next_work("9", 100)
        yield from (("answer", one) for one in work)
        if self.to_plan:
            yield "plan", next(iter(self.to_plan))
        elif not work and sum(self.plan(number) for number in self.desk.ledger.documents_to_plan()):
            yield from self.steps()

    def wait(self, numbers: list[int]) -> None:
        self.to_plan.update((number, None) for number in numbers if self.desk.ledger.is_listed(number))

    def listing(self, query: Any) -> None:
        url = query.url
        self.desk.listed(*(key for one in self.by_key.values() if (key := one.row()).original == url), url=url)
        listed = self.desk.ledger.documents_listed(query)
        self.wait([*self.discovery.after_listing(query, listed), *listed])

    def plan(self, number: int) -> bool:
        self.to_plan.pop(number, None)
        if self.planner.plan(number):
            return True
        moved = self.discovery.after_captures([number])
        self.wait(moved)
        return bool(moved)

    def answer(self, work: Any) -> None:
        capture = work.capture
        one = self.by_key[capture.key]
        if one.leads_to is None:
            self.desk.read(capture, f"text {one.text}")
        else:
            self.desk.hold(capture, redirect_to=URLS[one.leads_to])
            self.moved(capture, one.leads_to)
        ledger = self.desk.ledger
        self.wait([number for number in ledger.documents_of(capture.key) if not ledger.has_pending(number)])

    def moved(self, capture: Capture, leads_to: int) -> None:
        pages = [one.row() for one in self.by_key.values() if one.leads_to is None and one.url == leads_to]
        near = [page for page in pages if page.timestamp[:8] == capture.timestamp[:8]]
        if near and self.desk.ledger.rows_of(near[0].key) and self.desk.state(near[0])[0] in ("read", "selected"):
            self.desk.corpus.settle(Decision(capture, State.DUPLICATE, same_as=near[0].key))
        elif near:
            self.desk.read(near[0], f"text {self.by_key[near[0].key].text}", asked=capture)
        else:
            why = "nearest capture too far" if pages else "not archived"
            failure = Failure("replay", f"moved to {URLS[leads_to]} ({why})")
            self.desk.ledger.fail(capture, State.REDIRECT, failure, None)

    def result(self) -> dict[str, list[tuple[object, ...]]]:
        db = self.desk.db
        # of pages of equal bytes one is read, whichever an address still held when it was to be fetched
        state = "CASE WHEN statuscode = '200' AND state IN ('read', 'duplicate') THEN 'held' ELSE state END"
        own = f"SELECT site, variant, timestamp, original, statuscode, {state}, reason FROM captures WHERE site <> ''"  # noqa: S608
        found = {name: sorted(db.execute(TABLES[name])) for name in ("document", "address", "evidence")}
        found["version"] = sorted(db.execute(_VERSION))
        return found | {"captures": sorted(db.execute(own))}


class Pick:
    """Chooses among steps: the first, or as numbers say."""

    def __init__(self, numbers: Iterator[int] | None = None) -> None:
        self.numbers = numbers

    def __call__(self, steps: list[tuple[str, Any]]) -> tuple[str, Any]:
        return steps[next(self.numbers) % len(steps)] if self.numbers else steps[0]


def fed(archived: list[Archived], given: list[int], pick: Pick) -> dict[str, list[tuple[object, ...]]]:
    with tempfile.TemporaryDirectory() as folder:
        feeding = Feeding(folder, archived, given, pick)
        feeding.run()
        result = feeding.result()
        played = feeding.desk.db.execute(
            "SELECT timestamp, urlkey FROM evidence JOIN capture USING (timestamp) WHERE source = 'redirect' "
            "AND capture.original = via AND NOT EXISTS (SELECT 1 FROM address WHERE address.urlkey = capture.urlkey "
            "AND timestamp BETWEEN first_timestamp AND last_timestamp)"
        ).fetchall()
        feeding.desk.close()
    assert played == [], "a redirect that moved a document stands in its time line"
    return result


captured = st.builds(
    Archived,
    at=st.tuples(st.sampled_from(MONTHS), st.integers(1, 2), st.integers(0, 3)).map(
        lambda at: f"{at[0]}0{at[1]}0{at[2]}"
    ),
    url=st.integers(0, 2),
    leads_to=st.none() | st.integers(0, 2),
    text=st.integers(0, 2),
)
archives = st.lists(captured, min_size=2, max_size=9, unique_by=lambda one: (one.at, one.url)).map(
    lambda found: [one for one in found if one.leads_to != one.url]
)


@settings(max_examples=int(os.environ.get("ORDERS", "12")), deadline=None)
@given(archives, st.permutations(range(3)), st.integers(1, 3), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(
    archived: list[Archived], order: list[int], many: int, dice: Random
) -> None:
    numbers = iter(lambda: dice.randrange(1000), -1)
    assert fed(archived, order[:many], Pick(numbers)) == fed(archived, order[:many], Pick())


DEPARTURES = {
    "of an address that was given, too, and joined before it was planned": (
        [0, 1, 2], 60,
        [Archived("2004010102", 2, None, 1), Archived("2004010200", 0, 2, 2), Archived("2005010100", 0, None, 2),
         Archived("2005010102", 2, 0, 2)],
    ),
    "of equal bytes, of which the first was played": (
        [2, 0], 330,
        [Archived("2004010200", 2, 1, 0), Archived("2004060101", 2, 1, 0), Archived("2004060200", 1, None, 0),
         Archived("2007010201", 2, None, 0)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DEPARTURES)
def test_a_redirect_that_waits_for_its_plan_is_played_whatever_moves_meanwhile(case: str) -> None:
    order, seed, archived = DEPARTURES[case]
    dice = Random(seed)
    anyhow = fed(archived, order, Pick(iter(lambda: dice.randrange(1000), -1)))
    assert anyhow == fed(archived, order, Pick())
    redirects = [one for one in archived if one.leads_to is not None]
    assert len(anyhow["evidence"]) - len(order) == len(redirects), "all are known to have led elsewhere"


def test_the_redirect_that_moves_a_document_at_its_own_second_stays_its_own() -> None:
    archived = [Archived("2004010100", 0, None, 1), Archived("2005060100", 0, 1, 0), Archived("2007010100", 1, None, 2)]
    result = fed(archived, [0], Pick())
    assert ("20050601000000", URLS[0], "redirect") in [(one[2], one[3], one[5]) for one in result["captures"]]
    assert [one[3:6] for one in result["address"] if "redirect of" not in str(one[7])] == [
        (urlkey(URLS[1]), "20050601000000", "99999999999999"),
        (urlkey(URLS[0]), "", "20050600999999"),
        (urlkey(URLS[0]), "20050601000000", "20050601000000"),
    ]


@pytest.mark.parametrize("seed", [1, 4])
def test_what_a_redirect_of_a_joined_document_led_to_stays_whichever_came_first(seed: int) -> None:
    archived = [
        Archived("2004010100", 0, None, 0), Archived("2004010100", 1, None, 0), Archived("2004010102", 2, None, 0),
        Archived("2007060100", 2, None, 1), Archived("2004010100", 2, 0, 0), Archived("2004010101", 2, 1, 0),
    ]  # fmt: skip
    dice = Random(seed)
    anyhow = fed(archived, [0, 2], Pick(iter(lambda: dice.randrange(1000), -1)))
    assert anyhow == fed(archived, [0, 2], Pick())
    assert URLS[1] in [one[3] for one in anyhow["captures"]], "it was read"
