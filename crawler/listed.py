"""The target list of a run: read once and checked, before anything else is done, and kept aside in a file."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.exceptions import WrongUse
from crawler.items import Target
from crawler.targets import BadLine, read_targets
from pipelines.store.target_file import TargetFile


@dataclass(frozen=True, slots=True)
class Listed:
    """A target list: where it came from, its targets, and a digest of them."""

    source: str
    targets: TargetFile
    digest: str


@contextmanager
def target_list(source: str, kind: str, *, strict: bool) -> Iterator[Listed]:
    """Read a list; its file is gone afterwards. Raises WrongUse where nothing in it can be used.

    Bad lines are named on the log and passed over, unless `strict`.
    """
    if not source:
        raise WrongUse("No targets: give a file or an address with -a targets=..., e.g. -a targets=sites.txt.")
    with tempfile.TemporaryDirectory(prefix="policy-corpus-targets-") as folder:
        targets = TargetFile(Path(folder) / "targets.jsonl")
        digest = targets.write(_usable(source, kind, strict))
        if not digest:
            raise WrongUse(f"No targets in {source}: give one address a line, e.g. example.com/privacy.")
        yield Listed(source, targets, digest)


def _usable(source: str, kind: str, strict: bool) -> Iterator[Target]:
    for target in read_targets(source, kind=kind, strict=strict):
        if isinstance(target, BadLine):
            logging.getLogger(__name__).warning("%s", target)
        else:
            yield target
