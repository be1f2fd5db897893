"""What a crawl would ask, reckoned without asking: on a copy of the ledger that is gone afterwards.

What the ledger knows is counted, or planned as the crawl would plan it. What it cannot know yet, how many addresses a
domain has and how many captures an address, is reckoned from this corpus's own averages; where it has none, from what
is assumed of an address of 300 captures with 100 different contents over 20 years, and told to be that. Of what is
listed again, nothing new is expected. `changes` decides by what is read: for it there is a least and a most.
"""

import math
from dataclasses import replace

from scrapy.settings import Settings
from sqlite_utils import Database

from crawler.jobs.register import Request, listed, register
from crawler.jobs.settling import settle
from crawler.middlewares import IN_FLIGHT
from crawler.reporting.progress_state import Expected, Forecast
from crawler.selection.plan import plan
from crawler.spiders.options import Options, options_from
from crawler.spiders.planner import Planner, Selection
from crawler.spiders.site_discovery import Discovery
from pipelines.items.captures import State
from pipelines.options import Config
from pipelines.store import outlook
from pipelines.store.corpus import Corpus
from pipelines.store.database import copied
from pipelines.store.ledger import Ledger
from pipelines.store.listings import Listings
from pipelines.store.moves import Moves

LATENCY = {"cdx": 2.5, "replay": 1.5}
"""Seconds an answer takes, as measured of web.archive.org in 2026 outside its busy hours."""

ADDRESSES_A_SITE = 1
HOME_PAGES_A_SITE = 40  # one a half-year
FETCHED_A_DOCUMENT = {"changes": 25, "all": 100, "year": 20, "half-year": 40, "month": 100, "first-last": 2}
"""What is assumed where a corpus has no averages yet; README's table says the same."""


def forecast(settings: Settings, request: Request) -> Forecast:
    """Reckon a crawl. Raises CorpusError where it could not begin. Nothing is asked and nothing written."""
    settle(settings, asks=False)
    config = Config.of(settings)
    options = options_from(config)
    with listed(request) as (targets, _), copied(config.folder) as db:
        register(db, settings, targets, request)
        further = _planned(db, options)
        replays = _replays(db, config.archive, further, options.selection)
        return Forecast((*_all_listings(db, list(options.archives)), *replays), rates(config))


def _planned(db: Database, options: Options) -> int:
    """Plan all that can be planned by now. Returns how many captures more a plan may come to select."""
    names, selection = list(options.archives), options.selection
    ledger, listings = Ledger(db, *names), Listings(db, *names)
    moves, corpus = Moves(db, *names), Corpus(db, names[0])
    discovery = Discovery(moves, listings, corpus, selection.since, selection.until)
    discovery.begin()
    planner = Planner(ledger, discovery, selection, options.several)
    documents = ledger.documents_to_plan()
    for document_id in documents:
        planner.plan(document_id)
    still_open = outlook.open_documents(db).intersection(documents)
    return sum(_further(ledger, document_id, selection.cap) for document_id in still_open)


def rates(config: Config) -> dict[str, float]:
    """Requests a minute, by kind: min(rate, connections / latency)."""
    return {kind: min(config.rates[kind] or math.inf, 60 * IN_FLIGHT[kind] / LATENCY[kind]) for kind in IN_FLIGHT}


def _further(ledger: Ledger, document_id: int, cap: int | None) -> int:
    """How many payloads of a document could still be selected."""
    listing, known = ledger.listing(document_id)
    return sum(decision.state is State.SELECTED for decision in plan("all", listing, known, cap=cap))


def _all_listings(db: Database, archives: list[str]) -> list[Expected]:
    """The listings of each archive; of several, named after it."""
    if len(archives) == 1:
        return _listings(db, archives[0])
    expected = [(archive, one) for archive in archives for one in _listings(db, archive)]
    return [replace(one, purpose=f"{one.purpose} of {archive}") for archive, one in expected if one.most]


def _listings(db: Database, archive: str) -> list[Expected]:
    counts, pages = outlook.open_listings(db, archive), outlook.pages_a_listing(db)
    _, sites = outlook.never_listed(db, archive)
    surely = {
        "domain": counts.get("domain", 0),
        "home page": counts.get("home page", 0) + sites,
        "address": counts.get("address", 0),
    }
    later, assumed = _later(sites, outlook.addresses_a_site(db), ADDRESSES_A_SITE, "site")
    return [
        Expected("cdx domain", surely["domain"], _most(surely["domain"], 0, pages.get("domain"))),
        Expected("cdx home page", surely["home page"], _most(surely["home page"], 0, pages.get("home page"))),
        Expected("cdx address", surely["address"], _most(surely["address"], later, pages.get("address")), assumed),
    ]


def _replays(db: Database, archive: str, further: int, selection: Selection) -> list[Expected]:
    documents, homes = outlook.to_fetch(db)
    waiting, sites = outlook.never_listed(db, archive)
    each = min(FETCHED_A_DOCUMENT[selection.strategy], selection.cap or math.inf)
    later, assumed = _later(waiting + sites, outlook.fetched_a_document(db, home=False), each, "document")
    at_home, at_home_assumed = _later(
        sites, outlook.fetched_a_document(db, home=True), HOME_PAGES_A_SITE, "site, one a half-year"
    )
    return [
        Expected("replay home page", homes, _most(homes, at_home), at_home_assumed),
        Expected("replay document", documents, _most(documents + further, later), assumed),
    ]


def _later(number: int, average: float | None, otherwise: float, what: str) -> tuple[float, str]:
    """What so many take, and what was assumed for it."""
    if average is not None or not number:
        return number * (average or 0.0), ""
    return number * otherwise, f"{otherwise} a {what}"


def _most(number: int, later: float, each: float | None = None) -> int:
    return math.ceil((number + later) * (each or 1.0))
