"""The map: who we are, how Scrapy is set up and where that differs from its defaults, and what a corpus is made with.

Each deviation stands beside Scrapy 2.19's default and its reason. Nobody imports this module: components receive
values, in `from_crawler` alone.
"""

# ---- Identity

BOT_NAME = "policy-corpus"
CONTACT = ""  # a mail address or page where the archive's people can reach you; needed for archive.org
USER_AGENT = "policy-corpus/0.2.0.dev0"  # CONTACT is added to it

# ---- The archive

ARCHIVES = "web.archive.org"  # which are asked: names of the address book, paths of entries, with commas between
WAYBACK_URL = "https://web.archive.org"  # of web.archive.org: where its requests go
WAYBACK_PUBLIC_URL = "https://web.archive.org"  # whose captures these are: keys and links in exports name this one
WAYBACK_CDX_PER_MINUTE = 24.0  # 80 % of the hard limit of 30, as the archive asks; 0: no limit (loopback only)
WAYBACK_REPLAY_PER_MINUTE = 480.0  # 80 % of the hard limit of 600
WAYBACK_CDX_PAGE_ROWS = 15000  # rows a CDX answer; bounds memory, and large pages cost fewer queries
WAYBACK_CONNECT_TIMEOUT = 30.0  # seconds until a connection stands
WAYBACK_CDX_FIRST_BYTE_TIMEOUT = 120.0  # seconds until the headers of an answer are there; heavy listings take over 25
WAYBACK_REPLAY_FIRST_BYTE_TIMEOUT = 60.0  # seconds
WAYBACK_CDX_TIMEOUT = 150.0  # seconds in all
WAYBACK_REPLAY_TIMEOUT = 90.0  # seconds in all
WAYBACK_HOP_HOURS = 24.0  # how far from the asked time the archive's nearest capture may lie
STATE_DIR = ""  # where pace and blocks are remembered for all corpora; empty: the user's folder for such things
TIME_SCALE = 1.0  # shortens every wait, for loopback archives only

# ---- The corpus

CORPUS_DIR = "output"
SELECT = "changes"  # which captures to fetch: changes, all, year, half-year, month, first-last
PRECISION = "capture"  # of changes: how near each is to be found: capture, day or week
LANGUAGE = ""  # ISO 639-1: only documents whose text is in it; empty: all
SELECT_CAP = 0  # at most so many captures a document; 0: no cap
FROM = ""  # timestamp prefix, 4 to 14 digits
TO = ""
EXTRACTOR = ""  # what reads pages: corpus, princeton or trafilatura; empty: as before, corpus for a new one
EXPORT_STYLE = ""  # corpus, or princeton: exactly as the Princeton-Leuven corpus was written; empty: as it was
FAMILY_JACCARD = 0.9  # texts from there on are of one family: shared shingles of five words by all of both
READERS = 0  # reading processes; 0: one a core, of which a crawl leaves one for itself
READING_DEADLINE = 20.0  # seconds a page
READING_MEMORY_MB = 1024  # a reading process
WRITER_PATIENCE = 300.0  # seconds a crawl waits for another program that writes in the database
WARC_MAX_MB = 1024  # a new file begins there
RELIST_OVERLAP_DAYS = 400  # a later run asks again from so long before the newest capture: some crawls appear late
RELIST_WHOLE_DAYS = 180  # and whole so often
RELIST_FRESH_HOURS = 20.0  # a listing younger than this is not asked again
RETRY_LIMIT = 8  # attempts for what may pass, over all runs
RETRY_WAIT = 30.0  # seconds before the second attempt; doubled for each further one
PROGRESS_SECONDS = 30.0  # between two lines of progress where there is no terminal; 0: none
PROMETHEUS_FILE = ""  # where to keep counts for a monitoring system; empty: nowhere
ON_CHANGE = ""  # a command for each change that a crawl found: "notify {site} {kind} {variant} {from} {to}"
MAX_REQUESTS = 0  # a run ends after so many, and the next one goes on; 0: no limit
MAX_TIME = ""  # the same in time: 90s, 45m, 6h; empty: no limit
RETRY_PATIENCE = 900.0  # seconds a run waits for that; what is due later is left to the next run

# ---- Scrapy

SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
COMMANDS_MODULE = "crawler.commands"

# In this order: bytes are kept before they are read, and rows follow the bytes.
ITEM_PIPELINES = {
    "pipelines.stages.archive.ArchiveStage": 100,  # to WARC, first of all
    "pipelines.stages.extract.ExtractStage": 200,  # bytes to text, in processes of their own
    "pipelines.stages.record.RecordStage": 300,  # the ledger, the texts, the versions
}

# Scrapy's own are all off: they would obey robots.txt of the archive (default: off), follow redirects that are
# content here, retry unseen by the ledger, read proxies from the environment, keep cookies and decode bodies.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}  # default: 14 middlewares
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.ArchiveOnly": 100,  # first: what leads elsewhere is not even counted
    "crawler.middlewares.Pace": 200,  # last before the wire: what it lets go is sent at once
}
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}  # default: 5; HttpError would hide archived 404s from the spider

# A reset connection must not make Twisted send a request again by itself, unseen by ledger and limiter.
DOWNLOAD_HANDLERS_BASE: dict[str, str] = {}  # default: also file, data, ftp and s3
DOWNLOAD_HANDLERS = {
    "http": "crawler.handlers.OneTryHandler",
    "https": "crawler.handlers.OneTryHandler",
}
DOWNLOAD_VERIFY_CERTIFICATES = True  # default: False
DOWNLOAD_MAXSIZE = 64 << 20  # default: 1 GiB
DOWNLOAD_WARNSIZE = 0  # default: 32 MiB; a large page is no news
DOWNLOAD_FAIL_ON_DATALOSS = True  # the default, and needed: a cut body must not pass for a whole one
COMPRESSION_ENABLED = False  # default: True; Scrapy's decoder fails on the archive's double encoding headers

# The pace middleware alone decides when a request goes out; these only must not be in its way.
CONCURRENT_REQUESTS = 16  # the default
CONCURRENT_REQUESTS_PER_DOMAIN = 5  # default: 8; also how many connections are kept alive
CONCURRENT_ITEMS = 1  # default: 100; as many tasks are made for each answer, which brings one item or two
DOWNLOAD_DELAY = 0  # the default
DOWNLOAD_SLOTS = {  # default: per domain
    "cdx": {"concurrency": 1, "delay": 0},
    "replay": {"concurrency": 4, "delay": 0},
}
# default: by priority and slot, each asked once; the feed says what is next, and the ledger knows what was asked
SCHEDULER = "crawler.handlers.InOrder"
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 256 << 20  # default: 5 MB; responses are bounded by the feed, one may be 64 MiB

COOKIES_ENABLED = False  # default: True
ROBOTSTXT_OBEY = False  # the archive's robots.txt does not speak of its API
TELNETCONSOLE_ENABLED = False  # default: True
REMOTE_CONTROL_ENABLED = False  # default: True in 2.19, a local server that runs code
EXTENSIONS_BASE: dict[str, int] = {}  # default: 9; what a user wants to know is in the ledger
EXTENSIONS = {
    "crawler.reporting.progress.Progress": 100,
    "crawler.reporting.prometheus.Metrics": 200,
}
WARN_ON_GENERATOR_RETURN_VALUE = False  # default: True; it reads our source anew for each callback, 3 ms a page
LOG_LEVEL = "WARNING"  # default: DEBUG; progress has lines of its own
