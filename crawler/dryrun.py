"""What a crawl would ask, reckoned without asking: on a copy of the ledger that is gone afterwards.

What the ledger knows is counted, or planned as the crawl would plan it. What it cannot know yet, how many addresses a
domain has and how many captures an address, is reckoned from this corpus's own averages; where it has none, the
answer is that it is not known. Of what is listed again, nothing new is expected. `changes` decides by what is read:
for it there is a least and a most.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from scrapy.settings import Settings
from sqlite_utils import Database

from crawler.items import State
from crawler.middlewares import IN_FLIGHT
from crawler.plan import plan
from crawler.runner import Request, listed, register, settle
from crawler.spiders.discovering import Discovery
from crawler.spiders.options import options_from
from crawler.spiders.planning import Planner, Selection
from pipelines.store import outlook
from pipelines.store.corpus import Corpus
from pipelines.store.database import copied
from pipelines.store.ledger import Ledger
from pipelines.store.listings import Listings
from pipelines.store.moves import Moves

LATENCY = {"cdx": 2.5, "replay": 1.5}
"""Seconds an answer takes, as measured of web.archive.org in 2026 outside its busy hours."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Requests of one purpose: surely so many, and with what is reckoned so many; None where that is not known."""

    purpose: str
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """A crawl as it would be. `rates` are requests a minute, by kind."""

    expected: tuple[Expected, ...]
    rates: dict[str, float]

    def minutes(self, kind: str) -> tuple[float, float | None]:
        """How long the requests of a kind take: at least, and at most where that is known."""
        ours = [one for one in self.expected if one.purpose.startswith(kind)]
        most = [one.most for one in ours if one.most is not None]
        least = sum(one.least for one in ours) / self.rates[kind]
        return least, sum(most) / self.rates[kind] if len(most) == len(ours) else None


def forecast(settings: Settings, request: Request) -> Forecast:
    """Reckon a crawl. Raises CorpusError where it could not begin. Nothing is asked and nothing written."""
    settle(settings)
    archive = settings["ARCHIVE"]
    with listed(request) as (targets, _), copied(Path(settings["CORPUS_DIR"])) as db:
        register(db, settings, targets, request)
        further = _planned(db, archive, options_from(settings).selection)
        return Forecast((*_listings(db, archive), *_replays(db, archive, further)), rates(settings))


def _planned(db: Database, archive: str, selection: Selection) -> int:
    """Plan all that can be planned by now. Returns how many captures more a plan may come to select."""
    ledger, listings = Ledger(db, archive), Listings(db, archive)
    moves, corpus = Moves(db, archive), Corpus(db, archive)
    discovery = Discovery(moves, listings, corpus, selection.since, selection.until)
    discovery.begin()
    planner = Planner(ledger, discovery, selection)
    documents = ledger.documents_to_plan()
    for document_id in documents:
        planner.plan(document_id)
    still_open = outlook.open_documents(db).intersection(documents)
    return sum(_further(ledger, document_id, selection.cap) for document_id in still_open)


def rates(settings: Settings) -> dict[str, float]:
    """Requests a minute, by kind: min(rate, connections / latency)."""
    allowed = {kind: settings.getfloat(f"WAYBACK_{kind.upper()}_PER_MINUTE") for kind in IN_FLIGHT}
    return {kind: min(allowed[kind] or math.inf, 60 * IN_FLIGHT[kind] / LATENCY[kind]) for kind in IN_FLIGHT}


def _further(ledger: Ledger, document_id: int, cap: int | None) -> int:
    """How many payloads of a document could still be selected."""
    listing, known = ledger.listing(document_id)
    return sum(decision.state is State.SELECTED for decision in plan("all", listing, known, cap=cap))


def _listings(db: Database, archive: str) -> list[Expected]:
    counts, pages = outlook.open_listings(db, archive), outlook.pages_a_listing(db)
    _, sites = outlook.never_listed(db, archive)
    surely = {
        "domain": counts.get("domain", 0),
        "home page": counts.get("home page", 0) + sites,
        "address": counts.get("address", 0),
    }
    a_site = outlook.addresses_a_site(db)
    later = {"domain": 0.0, "home page": 0.0, "address": _times(sites, a_site)}
    return [
        Expected(f"cdx {name}", number, _rounded(number, later[name], pages.get(name, 1.0)))
        for name, number in surely.items()
    ]


def _replays(db: Database, archive: str, further: int) -> list[Expected]:
    documents, homes = outlook.to_fetch(db)
    waiting, sites = outlook.never_listed(db, archive)
    later = _times(waiting + sites, outlook.fetched_a_document(db, home=False))
    at_home = _times(sites, outlook.fetched_a_document(db, home=True))
    return [
        Expected("replay home page", homes, _rounded(homes, at_home)),
        Expected("replay document", documents, _rounded(documents + further, later)),
    ]


def _times(number: int, average: float | None) -> float | None:
    """What so many take on average; nothing takes nothing."""
    return 0.0 if number == 0 else None if average is None else number * average


def _rounded(number: int, later: float | None, each: float = 1.0) -> int | None:
    return None if later is None else math.ceil((number + later) * each)
