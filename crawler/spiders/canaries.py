"""Whether an empty listing can be believed: where emptiness says nothing, an address known to be held is asked as well.

A pywb answers "no captures" with 200 and no rows, and so it answers for a collection that does not exist, and when its
index is down; a TimeMap's 404 may be any server's. An entry of the book names its canary for that. The archive is
believed for a while after it has listed something, whatever it was.
"""

import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.spiders.options import Options
from crawler.spiders.requests import listing_page, listing_request
from pipelines.exceptions import ListingFailed
from pipelines.items.captures import ListingPage, Query
from pipelines.items.readings import ListingRefusal
from pipelines.store.listing_pages import OpenListing

log = logging.getLogger(__name__)

BELIEVED = 20
"""Empty listings that are believed of an archive after it has listed something."""

SILENT = "nothing listed, and nothing of the canary"
_SAYING_NOTHING = ("pywb", "timemap")  # the dialects in which an empty answer does not tell that the index works


class Canaries:
    """The archives of a crawl, and how many empty listings of each can still be believed."""

    def __init__(self, options: Options) -> None:
        self._options = options
        archives = options.archives.items()
        self._archives = {name: one for name, one in archives if one.dialect in _SAYING_NOTHING}
        self._left = dict.fromkeys(self._archives, 0)
        self._empty = dict.fromkeys(self._archives, 0)

    def sift(
        self, page: ListingPage, silent: Callable[[ListingFailed], ListingRefusal], failed: Callable[..., Any]
    ) -> Iterator[Request | ListingPage]:
        """A page as it came; before an empty one that cannot be believed, the request for the canary. Where that is
        not listed, what `silent` makes of it comes in the page's place; `failed` is told of no answer at all."""
        if not self._doubts(page):
            yield page
            return
        answered = partial(self._answered, page=page, silent=silent)
        request = listing_request(self._options, self._listing(page.query.archive), answered, failed)
        yield request.replace(meta=request.meta | {"purpose": "cdx canary"})

    def _doubts(self, page: ListingPage) -> bool:
        archive = page.query.archive
        if archive not in self._archives:
            return False
        if _is_alive(page):
            self._left[archive] = BELIEVED
        if page.outcome != "empty":
            return False
        self._empty[archive] += 1
        self._left[archive] -= 1
        return bool(self._archives[archive].canary) and self._left[archive] < 0

    def _answered(
        self, response: Response, page: ListingPage, silent: Callable[[ListingFailed], ListingRefusal]
    ) -> Iterator[ListingPage | ListingRefusal]:
        archive = page.query.archive
        try:
            if not _is_alive(listing_page(self._options, self._listing(archive), response)):
                raise ListingFailed(SILENT, transient=True, detail=self._archives[archive].canary)
        except ListingFailed as error:
            yield silent(error)
        else:
            self._left[archive] = BELIEVED
            yield page

    def tell(self) -> None:
        """Warn of archives without a canary of which nothing but emptiness was heard in a whole run."""
        for name, archive in self._archives.items():
            if self._empty[name] and self._left[name] < 0 and not archive.canary:
                log.warning(
                    "%s listed nothing of all that was asked. So answers a wrong collection, too: name an address that "
                    "it holds as `canary` in its entry, and `policy-corpus archives check` tells.", name,
                )  # fmt: skip

    def _listing(self, archive: str) -> OpenListing:
        return OpenListing(0, Query(self._archives[archive].canary, archive=archive), "", "", 0)


def _is_alive(page: ListingPage) -> bool:
    """Whether an answer shows that an index works; the number of its pages does as well as rows."""
    return bool(page.rows or page.resume_key)
