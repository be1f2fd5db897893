"""Requests to the archive, as Scrapy sends them: for a page of a listing, and for a capture."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from scrapy import Request

from crawler.archives import cdx
from crawler.archives.addresses import replay_url
from crawler.spiders.options import Options
from crawler.spiders.replay_handler import Asked
from crawler.spiders.site_discovery import listing_purpose
from pipelines.store.cursors import OpenListing

Call = Callable[..., Any]


def listing_request(options: Options, listing: OpenListing, answered: Call, failed: Call) -> Request:
    """For the next page of a listing."""
    query = replace(listing.query, since=max(listing.query.since, listing.asked_from))
    url = cdx.query_url(options.base, query, page_rows=options.page_rows, resume_key=listing.resume_key)
    return _request(url, "cdx", listing_purpose(query), options.cdx_timeout, answered, failed)


def replay_request(options: Options, asked: Asked, answered: Call, failed: Call) -> Request:
    """For the bytes of a capture. Raises ReplayFailed for an address that cannot be replayed."""
    url = replay_url(options.base, asked.timestamp, asked.original)
    purpose = "home page" if asked.home_of else "document"
    return _request(url, "replay", purpose, options.replay_timeout, answered, failed)


def _request(url: str, kind: str, purpose: str, timeout: float, answered: Call, failed: Call) -> Request:
    meta = {
        "kind": kind,
        "purpose": f"{kind} {purpose}",
        "download_slot": kind,
        "download_timeout": timeout,
        "verbatim_url": True,
    }
    return Request(url, callback=answered, errback=failed, meta=meta, dont_filter=True)
