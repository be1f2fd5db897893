"""Comparisons of stored texts as they are shown: pages and feeds show the same ones, so the last few are kept."""

from collections import OrderedDict
from dataclasses import dataclass

from sqlite_utils import Database

from pipelines.analysis.comparison.compare import compare
from pipelines.analysis.comparison.model import Section
from pipelines.analysis.redline.html import redline_html
from pipelines.analysis.redline.lines import total_line
from pipelines.store.publishing import text_with_digest

CONTEXT = 2  # unchanged blocks shown around each change
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Redline:
    """What changed: all figures in one line, the sections touched, and safe HTML."""

    figures: str
    sections: tuple[Section, ...]
    html: str


class Redlines:
    """Compares texts of a corpus by their digests."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: OrderedDict[tuple[str, str], Redline] = OrderedDict()

    def between(self, before: str, after: str) -> Redline:
        """What changed from the text of one digest to that of another."""
        key = (before, after)
        if key not in self._known:
            self._known[key] = self._made(before, after)
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return self._known[key]

    def _made(self, before: str, after: str) -> Redline:
        comparison = compare(text_with_digest(self._db, before), text_with_digest(self._db, after))
        touched = tuple(section for section in comparison.sections if section.touched)
        return Redline(total_line(comparison), touched, redline_html(comparison, context=CONTEXT))
