"""The WARC files of a corpus: ours by the run that wrote them, those of others in a folder of their own."""

import re
from collections.abc import Iterator
from contextlib import suppress
from glob import escape
from pathlib import Path

from pipelines.formats import atomic

IMPORTED = "imported"
_OURS = re.compile(r"(\d{8}T\d{6}Z-[0-9a-f]{6})(-\d+)+\.warc\.gz")
ENDINGS = (".warc", ".warc.gz")
_LONGEST_NAME = 255 - len(atomic.PART)  # bytes, in a folder of any file system


def is_ours(name: str) -> bool:
    """Whether a file of that name was written by a run of this program. Such names sort in order of time."""
    return bool(_OURS.fullmatch(name))


def run_of(name: str) -> str:
    """The run that wrote a file of ours. Raises ValueError for another's."""
    found = _OURS.fullmatch(name)
    if not found:
        raise ValueError(name)
    return found[1]


def serial_of(run: str, name: str) -> int:
    """The serial number that a writer of `run` gave a file, or one from which it was made; 0 where none did."""
    found = re.match(r"-(\d{1,9})(?=[-.])", name.removeprefix(run)) if name.startswith(run) else None
    return int(found[1]) if found else 0


def warc_files(folder: Path) -> list[str]:
    """The names of all WARC files of a corpus below its `warc` folder: ours in order of time, then those of others."""
    found = [path.relative_to(folder).as_posix() for path in _named_like(folder) if not _oddness(path)]
    return sorted(found, key=order)


def odd_files(folder: Path) -> list[tuple[str, str]]:
    """What is called a WARC file and can be none, in printable letters, and why."""
    found = [(path.relative_to(folder).as_posix(), _oddness(path)) for path in _named_like(folder)]
    return sorted((name.encode("utf-8", "backslashreplace").decode(), why) for name, why in found if why)


def _named_like(folder: Path) -> Iterator[Path]:
    """What ends as a WARC file does; folders of such a name are gone through as any other."""
    return (path for path in folder.rglob("*") if path.name.lower().endswith(ENDINGS) and not path.is_dir())


def _oddness(path: Path) -> str:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8: rename it"
    if len(path.name.encode()) > _LONGEST_NAME:
        return "its name is too long: rename it"
    if path.is_file():
        return ""
    return "the link leads nowhere" if path.is_symlink() else "it is no file"


def is_imported(name: str) -> bool:
    """Whether a file below `warc` was brought in by `rebuild`: a stranger's, whatever it is called."""
    return name.startswith(f"{IMPORTED}/")


def stem_of(name: str) -> str:
    """What stands before the endings of a file's name: the run, to a writer that writes it anew."""
    return re.sub(r"(?i)(\.warc)?(\.gz)?\Z", "", name, count=1)


def order(name: str) -> tuple[bool, str]:
    """By which the files of a corpus are sorted."""
    return not is_ours(name), name


def place_of(folder: Path, name: str) -> Path:
    """Where a WARC file lies: under its part's name before its turn, also where it is a longer one than is there."""
    part = atomic.part_of(folder / name)
    return part if part.exists() else folder / name


def remove_begun(folder: Path) -> None:
    """Take away what is not to have a turn any more. For who holds the corpus. What cannot go stays for the next."""
    for path in sorted(folder.rglob(f"*{atomic.PART}")):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def remove_begun_of(folder: Path, run: str) -> None:
    """The same, of what a run has begun; what is brought in stays."""
    for path in sorted(folder.glob(escape(f"{run}-") + f"*{atomic.PART}")):
        with suppress(OSError):
            path.unlink(missing_ok=True)
