"""A corpus as a site of static pages: what changed is written anew, all of it or nothing."""

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import astuple
from pathlib import Path

from pipelines.export.base import Report
from pipelines.export.site.contents import Contents
from pipelines.export.site.folder import SiteFolder, site_folder
from pipelines.export.site.pages import look
from pipelines.export.site.search import index_texts, remove_index
from pipelines.export.site.settings import SiteSettings
from pipelines.store.database import open_for_reading

Progress = Callable[[str, int, int], None]


def publish(corpus: Path, to: Path, settings: SiteSettings, progress: Progress) -> Report:
    """Bring the site in `to` to what the corpus says, as it is at one moment, also while a run writes in it.

    Raises WrongUse where there is no corpus, nothing to publish, or something else in `to`; RecordingFailed where the
    site cannot be written, which then stays as it was.
    """
    with closing(open_for_reading(corpus)) as db:
        db.execute("BEGIN")  # one state of all tables
        contents = Contents(db, settings)
        with site_folder(to) as folder:
            _write(contents, folder, settings, progress)
            report = folder.take_places()
            if settings.search:
                index_texts(to, report)
            else:
                remove_index(to)
            return report


def _write(contents: Contents, folder: SiteFolder, settings: SiteSettings, progress: Progress) -> None:
    """Write each part that is another one than what is there."""
    total = len(contents.documents) + len(contents.sites) + 1
    for done, part in enumerate(contents.parts(), start=1):
        fingerprint = _fingerprint(settings, part.rows)
        if not folder.is_current(part.place, fingerprint):
            folder.begin(part.place, fingerprint)
            for name, make in part.pages():
                folder.write(part.place, name, make())
        progress("parts of the site", done, total)


def _fingerprint(settings: SiteSettings, rows: tuple[object, ...]) -> str:
    told = (look(), astuple(settings), rows)
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()[:32]
