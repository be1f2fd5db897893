"""The way onto the wire: Scrapy's HTTP/1.1 handler, less what it does unasked."""

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler


class OneTryHandler(HTTP11DownloadHandler):
    """Sends each request once. Twisted would send it again by itself when a kept-alive connection is reset,
    unseen by the ledger and the limiter (`HTTPConnectionPool.retryAutomatically`)."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool.retryAutomatically = False
