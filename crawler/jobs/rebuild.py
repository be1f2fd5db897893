"""What a rebuild needs of the crawler, and the rebuild as the settings ask for it. What the `rebuild` command calls."""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from scrapy.settings import Settings
from sqlite_utils import Database

from crawler.archives.wayback import parse_held
from crawler.discovery import candidates as discovery
from crawler.jobs import configuration
from crawler.jobs.configuration import extractor_name, reader_of
from crawler.jobs.register import holds_sample
from crawler.jobs.reread import cluster_readers, decoded, read_again, readers
from crawler.jobs.run_record import noted
from crawler.jobs.settling import add_derived
from crawler.selection.payloads import obstacle
from crawler.spiders.site_discovery import Discovery, is_likely, own_address
from crawler.targets import urls as addresses
from crawler.targets.document_kinds import known_kinds
from crawler.targets.target_list import BadLine, read_targets
from pipelines.exceptions import WrongUse
from pipelines.executors.read_all import Progress
from pipelines.export.corpus_files import export_corpus
from pipelines.export.files import Counts
from pipelines.formats.surt import urlkey
from pipelines.items.captures import DocumentKey, Target
from pipelines.maintenance.first_pass import Knowledge
from pipelines.maintenance.forget import forget_again
from pipelines.maintenance.merge import take_files, tell_joined
from pipelines.maintenance.rebuild import Rebuilt, rebuild
from pipelines.options import Config
from pipelines.store import forgetting
from pipelines.store.corpus import Corpus
from pipelines.store.corpus_names import mark_sample
from pipelines.store.database import DATABASE, open_corpus
from pipelines.store.listings import Listings
from pipelines.store.moves import Moves
from pipelines.warc import bringing
from pipelines.warc.files import warc_files
from pipelines.warc.lock import only_run
from pipelines.warc.turn import Turn, brought_in

UNKNOWN = "unknown"
_LEAST_SCORE = 0.5  # of an address, to be taken for a kind of document


@dataclass(frozen=True, slots=True)
class Request:
    """What a user asked for on the command line, besides the settings."""

    sources: Sequence[str] = ()
    targets: str = ""
    kind: str = "privacy policy"
    only_changed: bool = False
    accept_losses: bool = False
    cluster: str = ""


def run_rebuild(settings: Settings, request: Request, progress: Progress) -> tuple[Rebuilt, Counts]:
    """Make the corpus again, and export it. Raises CorpusError; the corpus then stays as it was."""
    configuration.check_offline(settings)
    if not Config.of(settings).run_id:
        add_derived(settings)
    settings.set("EXTRACTOR", extractor_name(settings), priority="cmdline")  # before the database is another one
    folder = Config.of(settings).folder
    targets, digest = _targets(request)
    _refuse_nothing(folder, request)
    with only_run(folder), noted(settings, "rebuild", digest) as note:
        if request.only_changed:
            with closing(open_corpus(folder)) as db:
                rebuilt = Rebuilt(0, 0, read_again(db, settings, progress, request.cluster))
        else:
            # a corpus that is made of these files knows no others: those in the form of ours are its own
            is_new = not (folder / DATABASE).is_file() and not warc_files(folder / "warc")
            with brought_in(folder) as brought:
                sources = [*map(Path, request.sources), *bringing.packed_in(folder / "warc")]
                unread = _Unread()
                brought.extend(bringing.bring_in(folder / "warc", sources, trusted=is_new, complain=unread.add))
                rebuilt = _rebuild(
                    folder,
                    settings,
                    progress,
                    brought,
                    (targets, digest),
                    accept_losses=request.accept_losses,
                    cluster=request.cluster,
                )
                rebuilt = replace(rebuilt, unread=unread.count)
        with closing(open_corpus(folder)) as db:
            counts = export_corpus(db, Config.of(settings))
        note.exit_code = rebuilt.exit_code
    return rebuilt, counts


class _Unread:
    """Tells of what is not read, and counts it."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, name: str, why: str) -> None:
        self.count += 1
        bringing.warn(name, why)


def _refuse_nothing(folder: Path, request: Request) -> None:
    """Raises WrongUse where there is nothing to make a corpus of, or files to make one of are not to be read."""
    if request.sources and request.only_changed:
        raise WrongUse("--only-changed reads again what the corpus holds: leave it out, or name no files.")
    if not request.sources and not warc_files(folder / "warc") and not bringing.packed_in(folder / "warc"):
        raise WrongUse(f"There are no WARC files in {folder / 'warc'}: set CORPUS_DIR, mount the disk, or name some.")


def _targets(request: Request) -> tuple[list[Target], str]:
    if not request.targets:
        return [], ""
    found, digest = [], hashlib.sha256()
    for target in read_targets(request.targets, kind=request.kind):
        if isinstance(target, BadLine):
            logging.getLogger(__name__).warning("%s", target)
            continue
        found.append(target)
        digest.update(repr((target.url, target.document)).encode())
    return found, digest.hexdigest()


def run_merge(
    settings: Settings,
    others: Sequence[Path],
    progress: Progress,
    *,
    accept_forgotten: bool = False,
    trust_readings: bool = False,
) -> tuple[int, Counts]:
    """Merge other corpora into this one. Returns how many WARC files were new, and what was exported. Their pages are
    read again, since a text and its digest say nothing of the page, unless `trust_readings`."""
    configuration.check_offline(settings)
    add_derived(settings)
    settings.set("EXTRACTOR", extractor_name(settings), priority="cmdline")
    folder = Config.of(settings).folder
    with only_run(folder), noted(settings, "merge"):
        is_new = not (folder / DATABASE).is_file()
        is_sample = _only_kind([folder, *others])
        with brought_in(folder) as brought:
            brought.extend(take_files(folder, others, Config.of(settings).run_id))
            merged = [other for other in others if other.resolve() != folder.resolve()]
            again = partial(_forget_merged, others=merged, is_new=is_new, accept=accept_forgotten)
            joined = [other / DATABASE for other in merged]
            known = [path for path in (folder / DATABASE, *(joined if trust_readings else ())) if path.is_file()]
            _rebuild(folder, settings, progress, brought, known=known, joined=joined, forget_first=again)
        with closing(open_corpus(folder)) as db:
            if is_sample is not None:
                mark_sample(db, sample=is_sample)
            tell_joined(db, folder / "warc", Config.of(settings).run_id)
            return len(brought), export_corpus(db, Config.of(settings))


def _only_kind(folders: Sequence[Path]) -> bool | None:
    """Whether corpora are all of the sample, or none of them is; None where all are empty. Raises WrongUse."""
    told: dict[bool, Path] = {}
    for folder in folders:
        if (folder / DATABASE).is_file():
            with closing(open_corpus(folder)) as db:
                if (is_sample := holds_sample(db)) is not None:
                    told.setdefault(is_sample, folder)
    if len(told) > 1:
        raise WrongUse(f"{told[True]} holds the invented sites of the sample, {told[False]} does not: keep them apart.")
    return next(iter(told), None)


def _forget_merged(db: Database, *, others: Sequence[Path], is_new: bool, accept: bool) -> None:
    """What other corpora have forgotten, before what has come back in goes again."""
    if is_new:  # what journals of the others say of it is told once more, and checked
        forgetting.remember_nothing(db)
    _take_forgotten(db, others, accept)


def _take_forgotten(db: Database, others: Sequence[Path], accept: bool) -> None:
    """Names that other corpora have forgotten, where each is one that `forget` would take; what is held stays, unless
    `accept`."""
    log = logging.getLogger(__name__)
    for other in others:
        with closing(open_corpus(other)) as named:
            found = forgetting.forgotten_since(named)
        for site, since in found:
            if not _is_site(site):
                log.warning("%s has forgotten %.80r, which is no site: passed over.", other, site)
            elif accept or not forgetting.is_held(db, site, urlkey(f"http://{site}/").partition(")")[0]):
                forgetting.note_forgotten(db, site, since)
            else:
                log.warning("%s has forgotten %s, which is held here: --accept-forgotten deletes it.", other, site)


def _is_site(name: object) -> bool:
    try:
        return isinstance(name, str) and addresses.named_site(name) == name
    except WrongUse:
        return False


def _forget_again(first: Callable[[Database], None], run: str, db: Database, warc: Path, turn: Turn) -> None:
    first(db)
    forget_again(db, warc, turn, urlkey, run)


def _rebuild(
    folder: Path,
    settings: Settings,
    progress: Progress,
    brought: Sequence[str],
    listed: tuple[Sequence[Target], str] = ((), ""),
    known: Sequence[Path] = (),
    accept_losses: bool = False,
    joined: Sequence[Path] = (),
    forget_first: Callable[[Database], None] = lambda db: None,
    cluster: str = "",
) -> Rebuilt:
    return rebuild(
        folder,
        Config.of(settings).archive,
        knowledge(settings),
        reader=reader_of(settings),
        targets=listed[0],
        targets_digest=listed[1],
        open_readers=partial(cluster_readers, settings, cluster) if cluster else partial(readers, settings),
        run=Config.of(settings).run_id,
        known=known,
        brought=brought,
        joined=joined,
        forget_again=partial(_forget_again, forget_first, Config.of(settings).run_id),
        accept_losses=accept_losses,
        progress=progress,
    )


def knowledge(settings: Settings) -> Knowledge:
    """What the crawler knows of the archive's ways."""
    window = timedelta(hours=Config.of(settings).wayback_hop_hours)
    return Knowledge(parse_held, urlkey, decoded, obstacle, keys_of, own_address, is_likely, window, _place)


def _place(db: Database, archive: str, subjects: Sequence[tuple[str, str]]) -> None:
    """Documents as a crawl would place them, by what redirects and pages told; nothing is listed for it."""
    discovery = Discovery(Moves(db, archive), Listings(db, archive), Corpus(db, archive), "", "")
    discovery.place(subjects)


def keys_of(url: str) -> list[DocumentKey]:
    """The document that an address shows by itself: its site, and its kind where a word of it tells; then the names
    to take where another address of that site and kind was first."""
    return list(_keys_of(url))


def _keys_of(url: str) -> Iterator[DocumentKey]:
    try:
        address = addresses.parse(url)
        site = addresses.site_of(address.host)
    except WrongUse:
        yield DocumentKey(UNKNOWN, UNKNOWN, hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:16])
        return
    kind = max(known_kinds(), key=lambda kind: discovery.address_score(url, kind))
    if discovery.address_score(url, kind) < _LEAST_SCORE:
        kind = UNKNOWN
    slug = addresses.slug(address, site)
    for variant in ("", slug, addresses.with_hash(slug, address)):
        yield DocumentKey(site, kind, variant)
