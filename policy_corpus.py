"""The Python face of policy-corpus: `from policy_corpus import Corpus, CrawlConfig, crawl`. See docs/python-api.md."""

from crawler.jobs.child_process import CrawlResult, crawl
from crawler.jobs.crawl_config import CrawlConfig
from pipelines.corpus import Capture, Corpus, Document, Snapshot, Version
from pipelines.exceptions import ArchiveUnavailable, CorpusBusy, CorpusError, RecordingFailed, WrongUse
from pipelines.formats.release import __version__

__all__ = [
    "ArchiveUnavailable",
    "Capture",
    "Corpus",
    "CorpusBusy",
    "CorpusError",
    "CrawlConfig",
    "CrawlResult",
    "Document",
    "RecordingFailed",
    "Snapshot",
    "Version",
    "WrongUse",
    "__version__",
    "crawl",
]
