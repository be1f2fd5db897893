"""Full text search of a site by Pagefind (MIT), an extra: an index of its own that pages load piece by piece."""

import shutil
import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from pipelines.exceptions import RecordingFailed
from pipelines.export.base import Report
from pipelines.formats.terminal import printable

INDEX = "pagefind"
_FRESH, _OLD = "pagefind.new", "pagefind.old"  # no names of sites: they have no such ending
_LONGEST = 3600  # seconds


def is_installed() -> bool:
    """Whether texts can be made searchable here."""
    return find_spec("pagefind") is not None and find_spec("pagefind_bin") is not None


def index_texts(root: Path, report: Report) -> None:
    """Make the index of a site anew where pages were written or it is not there; whoever reads meanwhile sees the old
    one or the new one. Raises RecordingFailed where it cannot be made: the site is whole all the same."""
    if not (report.written or report.removed) and (root / INDEX).is_dir():
        return
    try:
        shutil.rmtree(root / _FRESH, ignore_errors=True)
        _run(root)
        _swap(root)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(root / _FRESH, ignore_errors=True)
        raise RecordingFailed(
            f"The site in {root} is published, but its texts could not be indexed: {_why(error)}. "
            "Free space, remove its folder pagefind, then publish again."
        ) from error


def remove_index(root: Path) -> None:
    """Take away what a search was made of: its texts may be forgotten since. Raises RecordingFailed."""
    if not (root / INDEX).is_dir():
        return
    try:
        for name in (INDEX, _FRESH, _OLD):
            if (root / name).exists():
                shutil.rmtree(root / name)
        (root / "search.html").unlink(missing_ok=True)
    except OSError as error:
        raise RecordingFailed(f"The old search in {root} cannot be removed: {error}. Remove its folder.") from error


def _run(root: Path) -> None:
    command = [sys.executable, "-m", "pagefind", "--site", str(root), "--output-path", str(root / _FRESH)]
    subprocess.run(command, check=True, capture_output=True, timeout=_LONGEST)


def _swap(root: Path) -> None:
    shutil.rmtree(root / _OLD, ignore_errors=True)
    with suppress(FileNotFoundError):
        (root / INDEX).rename(root / _OLD)
    (root / _FRESH).rename(root / INDEX)
    shutil.rmtree(root / _OLD, ignore_errors=True)


def _why(error: Exception) -> str:
    told = (getattr(error, "stderr", None) or b"").decode("utf-8", "replace").strip().splitlines()
    return printable(told[-1] if told else error)
