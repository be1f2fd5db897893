"""The target list of a crawl: read, kept, and made the list that a corpus follows."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from scrapy.settings import Settings
from sqlite_utils import Database

from crawler.archives.asked import archives, is_short_form
from crawler.jobs import configuration
from crawler.targets.target_list import BadLine, read_targets
from pipelines.exceptions import WrongUse
from pipelines.formats.surt import urlkey
from pipelines.formats.timestamps import utc
from pipelines.items.captures import DocumentKey, Target
from pipelines.options import Config
from pipelines.store import runs
from pipelines.store.archives import keep_archives
from pipelines.store.corpus_names import is_sample, mark_sample
from pipelines.store.imported import refuse_imported
from pipelines.store.ledger import Ledger
from pipelines.store.listings import Listings
from pipelines.store.selection import sites
from pipelines.store.target_lists import TargetFile

log = logging.getLogger(__name__)

_LONGEST_WAIT = 30 * 86400.0  # seconds until a failure is tried again, whatever the settings say
_NONE = DocumentKey("", "")


@dataclass(frozen=True, slots=True)
class Request:
    """What a user asked for on the command line, besides the settings."""

    spider: str
    targets: str
    kind: str = "privacy policy"
    strict: bool = False
    retry_failed: bool = False
    sample: bool = False  # the archive is the embedded one of invented sites


@contextmanager
def listed(request: Request) -> Iterator[tuple[TargetFile, str]]:
    """The targets in a file that is gone afterwards, and a digest of them. Raises WrongUse where there are none.

    Bad lines are named on the log and passed over, unless `strict`.
    """
    if not request.targets:
        raise WrongUse("No targets: give a file or an address with -a targets=..., e.g. -a targets=sites.txt.")
    with TemporaryDirectory(prefix="policy-corpus-targets-") as folder:
        targets = TargetFile(Path(folder) / "targets.jsonl")
        digest = targets.write(_lines(request))
        if not digest:
            raise WrongUse(f"No targets in {request.targets}: give one address a line, e.g. example.com/privacy.")
        yield targets, digest


def _lines(request: Request) -> Iterator[Target]:
    """All lines of the list, those that cannot be used with the reason."""
    for target in read_targets(request.targets, kind=request.kind, strict=request.strict, repeats=True):
        if isinstance(target, BadLine):
            log.warning("%s", target)
            yield Target(target.text, _NONE, source=f"{target.source}:{target.line}", problem=target.reason)
        else:
            yield target


def register(db: Database, settings: Settings, targets: Iterable[Target], request: Request, digest: str = "") -> None:
    """Make the targets the list that is followed, and open the listings that they need or that have grown old.

    Raises WrongUse where they do not belong in this corpus.
    """
    _tell_apart(db, settings, request)
    config = Config.of(settings)
    asked = archives(config)
    names = [archive.name for archive in asked]
    ledger, listings = Ledger(db, *names), Listings(db, *names)
    keep_archives(db, [(one.name, one.called, one.public_replay) for one in asked if not is_short_form(one)])
    ledger.register(targets, urlkey, digest)
    if request.retry_failed:
        ledger.retry_failed()
    listings.open_for_addresses(config.from_, config.to)
    now = datetime.now(UTC)
    longest = config.retry_wait * 2**config.retry_limit
    ledger.forget_waits_beyond(utc(now + timedelta(seconds=min(longest, _LONGEST_WAIT))))
    # moments are kept in whole seconds: an answer of this very second is older than none, too
    fresh = utc(now + timedelta(seconds=1) - timedelta(hours=config.relist_fresh_hours))
    listings.reopen(
        min(fresh, runs.unfinished_since(db, "crawl") or fresh),
        utc(now - timedelta(days=config.relist_whole_days)),
        config.relist_overlap_days,
    )


def _tell_apart(db: Database, settings: Settings, request: Request) -> None:
    """Raises WrongUse where invented sites and others would come together: the corpus says which it holds."""
    refuse_imported(Config.of(settings).folder)
    configuration.check_mixture(settings, holds_sample(db), sample=request.sample)
    mark_sample(db, sample=request.sample)


def holds_sample(db: Database) -> bool | None:
    """Whether a corpus holds the invented sites of the sample; None for one that holds nothing yet."""
    if (marked := is_sample(db)) is not None:
        return marked
    return configuration.holds_sample({*sites(db)})
