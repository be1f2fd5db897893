"""An export as the settings ask for it: where to, in which style. The style the corpus is stored in needs no reading;
any other one is rendered again from the snapshots."""

from pathlib import Path

from sqlite_utils import Database

from pipelines.executors.process_pool import Readers
from pipelines.export.datasette import describe
from pipelines.export.files import Counts, Rendering, export
from pipelines.export.manifest import MANIFEST, entries
from pipelines.export.unchanged import LastExport
from pipelines.extraction.form.inline import STYLES
from pipelines.items.readings import Page
from pipelines.options import Config
from pipelines.store.joined import Joined, alone
from pipelines.store.publishing import standing
from pipelines.store.selection import SelectedVersion, Selection
from pipelines.warc.reader import read_memento

STORED_STYLE = "corpus"
_ALL = Selection()


def export_corpus(db: Database, config: Config, selection: Selection = _ALL) -> Counts:
    """Export the selected versions, by default all that are settled, to the corpus's own `text` folder, in the style it
    has unless another one is asked for. Raises RecordingFailed."""
    describe(config.folder)
    style = config.export_style or style_of(config.folder / "text")
    if style == STORED_STYLE:
        return _if_changed(db, config.folder, config.wayback_public_url, selection)
    return export_elsewhere(alone(db, config.folder), config, config.folder / "text", selection)


def export_elsewhere(joined: Joined, config: Config, folder: Path, selection: Selection) -> Counts:
    """The same to any folder, of one corpus or several as one."""
    style = config.export_style or style_of(folder)
    if style == STORED_STYLE:
        return export(joined, folder, public_url=config.wayback_public_url, selection=selection)
    readers = Readers(1, deadline=config.reading_deadline, memory=config.reading_memory, extractor=style)
    try:
        return export(
            joined,
            folder,
            public_url=config.wayback_public_url,
            style=style,
            render=_rendered_again(joined, readers),
            selection=selection,
        )
    finally:
        readers.close()


def _if_changed(db: Database, corpus_folder: Path, public_url: str, selection: Selection) -> Counts:
    folder = corpus_folder / "text"
    # told before the rows are read: what changes meanwhile makes another difference the next time
    last = LastExport(corpus_folder, folder, f"{standing(db)} {public_url} {selection}")
    if (same := last.counts()) is not None:
        return same
    counts = export(db, folder, public_url=public_url, selection=selection)
    last.keep(counts)
    return counts


def style_of(folder: Path) -> str:
    """The style in which the files of an export are written; the stored one where there are none."""
    manifest = folder / MANIFEST
    first = next(entries(manifest), {}) if manifest.is_file() else {}  # every export writes all, in one style
    return next((style for style in STYLES if first.get("style") == style), STORED_STYLE)


def _rendered_again(joined: Joined, readers: Readers) -> Rendering:
    def render(version: SelectedVersion) -> tuple[str, str]:
        memento = read_memento(*joined.location(version.capture_id))
        page = Page(
            memento.answer.body, version.original, version.held_timestamp, memento.answer.header("content-type")
        )
        reading = readers.submit(page).result()
        return reading.title, reading.body

    return render
