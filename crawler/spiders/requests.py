"""Requests to the archives, as Scrapy sends them, and their answers: for a page of a listing, and for a capture."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.archives.base import Ask, Found
from crawler.archives.wayback import stamped
from crawler.spiders.options import Options
from crawler.spiders.replay_handler import Asked
from crawler.spiders.responses import http_answer, replayed_answer
from crawler.spiders.site_discovery import listing_purpose
from pipelines.exceptions import ListingFailed, WrongUse
from pipelines.items.captures import HttpAnswer, ListingPage, Query
from pipelines.store.listing_pages import OpenListing

Call = Callable[..., Any]


def listing_request(options: Options, listing: OpenListing, answered: Call, failed: Call) -> Request:
    """For the next page of a listing. Raises ListingFailed where its archive does not offer such a one."""
    query = _narrowed(listing)
    dialect = options.dialects[query.archive]
    try:
        ask = dialect.ask_listing(query, options.page_rows, listing.resume_key)
    except WrongUse as error:
        raise ListingFailed(f"no listing by {query.match} is offered", detail=str(error)) from error
    return _request(query.archive, ask, "cdx", listing_purpose(query), options.cdx_timeout, answered, failed)


def listing_page(options: Options, listing: OpenListing, response: Response) -> ListingPage:
    """What stands in the answer to that. Raises ListingFailed."""
    archive = listing.query.archive
    answer = http_answer(response, ListingFailed)
    page = options.dialects[archive].read_listing(_narrowed(listing), answer, options.page_rows, listing.resume_key)
    return stamped(page, listing.query, options.archives[archive].dialect)


def _narrowed(listing: OpenListing) -> Query:
    return replace(listing.query, since=max(listing.query.since, listing.asked_from))


def replay_request(options: Options, asked: Asked, answered: Call, failed: Call) -> Request:
    """For the bytes of a capture. Raises ReplayFailed for an address that cannot be replayed."""
    ask = options.dialects[asked.archive].ask_replay(asked.capture, asked.timestamp, asked.original)
    purpose = "home page" if asked.home_of else "document"
    return _request(asked.archive, ask, "replay", purpose, options.replay_timeout, answered, failed)


def replay_answer(options: Options, asked: Asked, response: Response) -> tuple[HttpAnswer, bytes, Found]:
    """The answer to that, its body as it came over the wire, and what it is. Raises ReplayFailed."""
    dialect = options.dialects[asked.archive]
    answer, raw = dialect.unwrapped(replayed_answer(response, asked.capture.digest), response.body)
    return answer, raw, dialect.read_replay(answer, asked.original)


def _request(archive: str, ask: Ask, kind: str, purpose: str, timeout: float, answered: Call, failed: Call) -> Request:
    meta = {
        "kind": kind,
        "archive": archive,
        "headers": ask.headers,
        "purpose": f"{kind} {purpose}",
        "download_slot": f"{kind} {archive}",
        "download_timeout": timeout,
        "verbatim_url": True,
        "download_fail_on_dataloss": kind != "replay",  # of a capture the digest tells: see `replayed_answer`
    }
    return Request(ask.url, callback=answered, errback=failed, meta=meta, dont_filter=True)
