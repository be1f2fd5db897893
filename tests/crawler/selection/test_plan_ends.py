"""Plans against a thousand archives that answer with something else than was asked: each crawl comes to its end."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from crawler.selection.plan import CHOICES, REVISABLE, DocumentPlan, open_intervals, plan
from pipelines.items.captures import Capture, CaptureKey, Decision, Known, State
from tests.crawler.lines import capture, selected

ARCHIVES = 1000
_STEPS = (1, 3600, 30 * 3600, 20 * 86400, 200 * 86400)  # seconds
_KINDS = (("200", "text/html"), ("301", "text/html"), ("-", "warc/revisit"), ("404", "text/html"), ("-", "-"))
_DAY = 86400


class World:
    """An archive of some addresses, and two documents that share one of them."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        paths = [f"com,example)/{name}" for name in "abc"]
        moment = datetime(2010, 1, 1)
        self.rows: list[Capture] = []
        for _ in range(self._dice.randint(4, 40)):
            moment += timedelta(seconds=self._dice.choice(_STEPS))
            key = self._dice.choice(paths)
            status, mimetype = self._dice.choice(_KINDS)
            digest, when = self._dice.choice("ABCDEFG"), moment.strftime("%Y%m%d%H%M%S")
            self.rows.append(capture(when, digest, status, mimetype, f"http://example.com/{key[-1]}", key))
        self.documents = [[row for row in self.rows if row.urlkey in keys] for keys in (paths[:2], paths[1:])]
        self.known: dict[CaptureKey, Known] = {}
        self.asked: Counter[CaptureKey] = Counter()
        self._again: set[CaptureKey] = set()
        self._plans: dict[int, DocumentPlan] = {}
        self.went_on = 0  # rounds that a plan was kept for

    def crawl(self, strategy: str) -> int:
        """To the end; gives how many were asked."""
        before = self.asked.total()
        while wanted := [row for document in self.documents for row in self._plan(strategy, document)]:
            for row in wanted:
                self._ask(row)
            assert self.asked.total() < 10 * len(self.rows), "a crawl without an end"
        return self.asked.total() - before

    def _plan(self, strategy: str, document: list[Capture]) -> list[Capture]:
        known = {row.key: self.known[row.key] for row in document if row.key in self.known}
        decisions = plan(strategy, document, known)
        if strategy == "changes":
            self._go_on(document, known, decisions)
        for decision in decisions:
            self.known[decision.capture.key] = Known(decision.state, same_as=decision.same_as)
        return [decision.capture for decision in decisions if decision.state is State.SELECTED]

    def _go_on(self, document: list[Capture], known: dict[CaptureKey, Known], decisions: list[Decision]) -> None:
        """The plan that was kept from the last round wants what one that is made anew wants."""
        number = id(document)
        kept = self._plans.get(number)
        if kept and all(kept.learn(key, one) for key, one in known.items()):
            self.went_on += 1
        else:
            self._plans[number] = kept = DocumentPlan("changes", document, known)
        is_open = bool(open_intervals(document, known))
        assert kept.next() == decisions
        assert selected(decisions) or bool(kept.open_intervals()) == is_open

    def _ask(self, row: Capture) -> None:
        if self.known[row.key].state is not State.SELECTED:
            return  # another document's capture led to it meanwhile
        self.asked[row.key] += 1
        turn = self._dice.random()
        if turn < 0.1 and self.asked[row.key] < 3:  # trouble: tried again
            self._again.add(row.key)
            self._ask(row)
        elif turn < 0.2:
            self.known[row.key] = Known(self._dice.choice((State.UNPLAYABLE, State.BLOCKED)))
        elif turn < 0.55:
            self._hop(row, self._dice.choice(self.rows))
        else:
            self.known[row.key] = Known(State.READ, reading_key=f"text of {row.digest}", held=True)

    def _hop(self, row: Capture, found: Capture) -> None:
        """Another capture is played: it is kept as what it is, and the asked one is as the ledger shows it then."""
        if abs(_seconds(row) - _seconds(found)) > _DAY:
            self.known[row.key] = Known(State.REDIRECT if row.statuscode != "200" else State.UNPLAYABLE)
            return
        text = f"text of {found.digest}"
        is_free = self.known.get(found.key, Known(State.PASSED_OVER)).state in (*REVISABLE, State.SELECTED)
        if found is not row and is_free and found.statuscode in ("200", "-"):
            self.known[found.key] = Known(State.READ, reading_key=text, held=True)
        is_same = found.digest == row.digest or row.statuscode == "301"
        self.known[row.key] = Known(State.READ, text, same_as=found.key) if is_same else Known(State.UNPLAYABLE)

    @property
    def asked_twice(self) -> set[CaptureKey]:
        return {key for key, number in self.asked.items() if number > 1} - self._again


def _seconds(row: Capture) -> float:
    return datetime.strptime(row.timestamp, "%Y%m%d%H%M%S").timestamp()


@pytest.mark.parametrize("strategy", CHOICES)
def test_every_crawl_ends_asks_nothing_twice_and_is_followed_by_none(strategy: str) -> None:
    asked = went_on = 0
    for seed in range(CHOICES.index(strategy), ARCHIVES, len(CHOICES)):
        world = World(seed)
        asked += world.crawl(strategy)
        assert world.asked_twice == set(), seed
        assert world.crawl(strategy) == 0, seed
        assert not [key for key, known in world.known.items() if known.state is State.SELECTED], seed
        went_on += world.went_on
    assert asked > ARCHIVES / len(CHOICES)
    assert went_on > asked / 10 or strategy != "changes", "plans are kept"
