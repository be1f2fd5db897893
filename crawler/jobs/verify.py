"""`verify` as the settings ask for it: what is wrong, and putting it right."""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from scrapy.settings import Settings

from crawler.jobs import configuration
from crawler.jobs import rebuild as rebuilding
from crawler.jobs.configuration import reader_of
from crawler.jobs.reread import readers
from crawler.jobs.run_record import noted
from crawler.jobs.settling import add_derived
from pipelines.exceptions import RecordingFailed
from pipelines.executors.read_all import Progress
from pipelines.export.corpus_files import export_corpus
from pipelines.export.turn import settle
from pipelines.maintenance.repair import cut_out, mend, remove_changed
from pipelines.maintenance.verify import Checking, Finding, verify
from pipelines.options import Config
from pipelines.store.database import open_existing
from pipelines.store.imported import refuse_imported
from pipelines.warc.lock import only_run

Tell = Callable[[Finding], object]


def run_verify(settings: Settings, *, full: bool, tell: Tell) -> list[Finding]:
    """All that is wrong with the corpus; each finding is told as it is found. Raises CorpusError."""
    configuration.check_offline(settings)
    add_derived(settings)
    folder = Config.of(settings).folder
    refuse_imported(folder)
    knowledge = rebuilding.knowledge(settings)
    findings = []
    with only_run(folder), closing(open_existing(folder)) as db, closing(readers(settings)) as pool:
        _settle_export(folder / "text")
        checking = Checking(folder, knowledge.parse_page, knowledge.decode, reader_of(settings), pool, full)
        for finding in verify(db, checking):
            findings.append(finding)
            tell(finding)
    return findings


def _settle_export(text: Path) -> None:
    """What an export that was killed has left there is no fault of the corpus."""
    try:
        settle(text)
    except OSError as error:
        raise RecordingFailed(f"Cannot write in {text}: {error.strerror}. Make room, then start again.") from error


def put_right(
    settings: Settings, findings: list[Finding], progress: Progress, *, full: bool, tell: Tell, accept_losses: bool
) -> list[Finding]:
    """Put right what was found, and verify once more: what is left. Raises CorpusError as `run_repair`."""
    with noted(settings, "verify --repair") as note:
        run_repair(settings, findings, progress, accept_losses=accept_losses)
        left = run_verify(settings, full=full, tell=tell)
        note.exit_code = 1 if left else 0
    return left


def run_repair(settings: Settings, findings: list[Finding], progress: Progress, *, accept_losses: bool = False) -> None:
    """Put right what was found. Raises CorpusError; WrongUse where most of the WARC files are missing, unless
    `accept_losses`."""
    folder = Config.of(settings).folder
    mend(
        findings,
        cut=partial(_cut, settings, accept_losses),
        rebuild=lambda: rebuilding.run_rebuild(settings, rebuilding.Request(accept_losses=accept_losses), progress),
        remove=lambda findings: remove_changed(folder, findings),
    )
    with only_run(folder), closing(open_existing(folder)) as db:
        export_corpus(db, Config.of(settings))


def _cut(settings: Settings, accept_losses: bool, findings: list[Finding]) -> int:
    folder = Config.of(settings).folder
    with only_run(folder), closing(open_existing(folder)) as db:
        return cut_out(db, folder, findings, Config.of(settings).run_id, accept_losses=accept_losses)
