"""The WARC files of a corpus: ours by the run that wrote them, those of others in a folder of their own."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from glob import escape
from pathlib import Path

from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.formats import atomic

IMPORTED = "imported"
_OURS = re.compile(r"(\d{8}T\d{6}Z-[0-9a-f]{6})(-\d+)+\.warc\.gz")
ENDINGS = (".warc", ".warc.gz")


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
    return (path for path in folder.rglob("*") if path.name.endswith(ENDINGS) and not path.is_dir())


def _oddness(path: Path) -> str:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8: rename it"
    if path.is_file():
        return ""
    return "the link leads nowhere" if path.is_symlink() else "it is no file"


def is_imported(name: str) -> bool:
    """Whether a file below `warc` was brought in by `rebuild`: a stranger's, whatever it is called."""
    return name.startswith(f"{IMPORTED}/")


def stem_of(name: str) -> str:
    """What stands before the endings of a file's name: the run, to a writer that writes it anew."""
    return name.removesuffix(".gz").removesuffix(".warc")


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


def bring_in(folder: Path, sources: list[Path], *, trusted: bool) -> list[str]:
    """Copy WARC files, or all those in a folder, beside those in a corpus's `warc` folder, as parts of a turn.

    Only where they are `trusted` do files in the form of ours become the corpus's own; else all are strangers', but
    for those that the corpus has already. Returns the names of those that were not there yet. Raises WrongUse where
    there are no files, or where another file of the same run is there already; RecordingFailed.
    """
    copied = (_copy(path, folder, trusted) for source in sources for path in _files_of(source))
    return list(dict.fromkeys(name for name in copied if name))


def _files_of(source: Path) -> list[Path]:
    if source.is_dir():
        found = [source / name for name in warc_files(source)]
    else:
        found = [source] if source.is_file() and source.name.endswith(ENDINGS) else []
    if not found:
        raise WrongUse(f"{source} is no WARC file and no folder of them: name files that end in .warc or .warc.gz.")
    return found


def _copy(path: Path, folder: Path, trusted: bool) -> str:
    """The name of the copy; empty where it was there."""
    if path.resolve().is_relative_to(folder.resolve()):
        return ""
    own = is_ours(path.name) and (trusted or _is_a_copy(path, place_of(folder, path.name)))
    name = path.name if own else f"{IMPORTED}/{path.name}"
    held = place_of(folder, name)
    if held.exists() and not own and _digest(held) != _digest(path):
        stem, _, ending = path.name.partition(".")
        name = f"{IMPORTED}/{stem}-{_digest(path)[:8]}.{ending}"
        held = place_of(folder, name)
    if held.exists() and not _has_grown(path, held):
        return ""
    try:
        atomic.copy_whole(path, atomic.part_of(folder / name))
    except OSError as error:
        raise RecordingFailed(f"Cannot copy {path} to {folder / name}: {error.strerror}.") from error
    return name


def _is_a_copy(path: Path, own: Path) -> bool:
    """Whether nothing stands in a file but what a file of the corpus begins with: it brings nothing in."""
    size = path.stat().st_size
    return own.is_file() and size <= own.stat().st_size and _digest(path) == _digest(own, size)


def _has_grown(path: Path, held: Path) -> bool:
    """Whether the same file, which is there already, has become longer since; then it is copied again."""
    size, known = path.stat().st_size, held.stat().st_size
    if _digest(path, min(size, known)) != _digest(held, min(size, known)):
        raise WrongUse(f"{path} and {held} have one name and differ: keep them in corpora of their own.")
    return size > known


def _digest(path: Path, length: int | None = None) -> str:
    digest = hashlib.sha256()
    left = path.stat().st_size if length is None else length
    with path.open("rb") as file:
        while left and (piece := file.read(min(left, 1 << 20))):
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest()
