"""Comparisons of stored texts: pages and feeds show the same ones, so the last few are kept."""

from collections import OrderedDict

from sqlite_utils import Database

from pipelines.analysis.comparison.compare import compare
from pipelines.analysis.comparison.model import Comparison
from pipelines.store.publishing import text_with_digest

_KEPT = 64


class Redlines:
    """Compares texts of a corpus by their digests."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: OrderedDict[tuple[str, str], Comparison] = OrderedDict()

    def between(self, before: str, after: str) -> Comparison:
        """What changed from the text of one digest to that of another."""
        key = (before, after)
        if key not in self._known:
            self._known[key] = compare(*(text_with_digest(self._db, digest) for digest in key))
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return self._known[key]
