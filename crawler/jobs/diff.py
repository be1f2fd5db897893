"""Two versions of a document, found by what a person calls them and compared."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec
from sqlite_utils import Database

from pipelines.analysis.comparison.compare import compare
from pipelines.analysis.comparison.model import Comparison
from pipelines.exceptions import WrongUse
from pipelines.formats.timestamps import day
from pipelines.store.history import DocumentName, VersionRow, choose, documents_of, text_of, versions_of

USAGE = "diff SITE [KIND] [A B]"


@dataclass(frozen=True, slots=True)
class Redline:
    """What changed in a document from one version to another."""

    document: DocumentName
    before: VersionRow
    after: VersionRow
    comparison: Comparison

    @property
    def title(self) -> str:
        return f"{self.document.label}: {_named(self.before)} to {_named(self.after)}"

    @property
    def differs(self) -> bool:
        return self.before.text_digest != self.after.text_digest

    def as_dict(self, *, only_figures: bool = False) -> dict[str, Any]:
        """Natural keys, both versions and the comparison, as JSON can say it."""
        comparison = msgspec.to_builtins(self.comparison)
        if only_figures:
            del comparison["changes"]
        names = {"site": self.document.site, "kind": self.document.kind, "variant": self.document.variant}
        return {**names, "from": asdict(self.before), "to": asdict(self.after), "comparison": comparison}


def _named(version: VersionRow) -> str:
    return f"{version.number} of {day(version.version)}"


def redline(db: Database, args: Sequence[str], variant: str | None = None) -> Redline:
    """Compare what `args` name: a site, perhaps a kind, perhaps two versions (else the last two). Raises WrongUse."""
    site, kind, ends = _parted(args)
    document = documents_of(db, site, kind, variant)[0]
    versions = versions_of(db, document)
    if not ends and len(versions) < 2:
        raise WrongUse(f"There is one version of {document.label}, of {day(versions[0].version)}: nothing changed yet.")
    first, last = ends or ("previous", "last")
    before, after = choose(versions, first, document.label), choose(versions, last, document.label)
    return Redline(document, before, after, compare(text_of(db, before), text_of(db, after)))


def _parted(args: Sequence[str]) -> tuple[str, str, tuple[str, str] | None]:
    if not 1 <= len(args) <= 4:
        raise WrongUse(f"Give a site, and what of it to compare: {USAGE}.")
    site, *others = args
    if len(others) == 1:
        return site, others[0], None
    ends = (others[-2], others[-1]) if others else None
    return site, others[0] if len(others) == 3 else "", ends
