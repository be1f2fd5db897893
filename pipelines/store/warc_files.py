"""The WARC files of a corpus: ours by the run that wrote them, those of others in a folder of their own."""

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from crawler.exceptions import RecordingFailed, WrongUse

IMPORTED = "imported"
_OURS = re.compile(r"(\d{8}T\d{6}Z-[0-9a-f]{6})(-\d+)+\.warc\.gz")
_ENDINGS = (".warc", ".warc.gz")


def is_ours(name: str) -> bool:
    """Whether a file of that name was written by a run of this program. Such names sort in order of time."""
    return bool(_OURS.fullmatch(name))


def run_of(name: str) -> str:
    """The run that wrote a file of ours. Raises ValueError for another's."""
    found = _OURS.fullmatch(name)
    if not found:
        raise ValueError(name)
    return found[1]


def warc_files(folder: Path) -> list[str]:
    """The names of all WARC files of a corpus below its `warc` folder: ours in order of time, then those of others."""
    found = [path.relative_to(folder).as_posix() for path in _named_like(folder) if not _oddness(path)]
    return sorted(found, key=lambda name: (not is_ours(name), name))


def odd_files(folder: Path) -> list[tuple[str, str]]:
    """What is called a WARC file and can be none, in printable letters, and why."""
    found = [(path.relative_to(folder).as_posix(), _oddness(path)) for path in _named_like(folder)]
    return sorted((name.encode("utf-8", "backslashreplace").decode(), why) for name, why in found if why)


def _named_like(folder: Path) -> Iterator[Path]:
    """What ends as a WARC file does; folders of such a name are gone through as any other."""
    return (path for path in folder.rglob("*") if path.name.endswith(_ENDINGS) and not path.is_dir())


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


def begun(folder: Path) -> list[str]:
    """The names of files below a corpus's `warc` folder whose writing was begun and not ended."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.part"))


def remove_begun(folder: Path) -> None:
    """Take away what a process that was killed left half-written. For who holds the corpus."""
    for name in begun(folder):
        (folder / name).unlink(missing_ok=True)


def bring_in(folder: Path, sources: list[Path], *, trusted: bool) -> int:
    """Copy WARC files, or all those in a folder, into a corpus's `warc` folder. Returns how many were not there yet.

    Only where they are `trusted` do files in the form of ours become the corpus's own; else all are strangers', but
    for those that the corpus has already.
    Raises WrongUse where there are none, or where another file of the same run is there already.
    """
    remove_begun(folder)
    return sum(_copy(path, folder, trusted) for source in sources for path in _files_of(source))


def _files_of(source: Path) -> list[Path]:
    if source.is_dir():
        found = [source / name for name in warc_files(source)]
    else:
        found = [source] if source.is_file() and source.name.endswith(_ENDINGS) else []
    if not found:
        raise WrongUse(f"{source} is no WARC file and no folder of them: name files that end in .warc or .warc.gz.")
    return found


def _copy(path: Path, folder: Path, trusted: bool) -> bool:
    if path.resolve().is_relative_to(folder.resolve()):
        return False
    own = is_ours(path.name) and (trusted or _is_a_copy(path, folder / path.name))
    target = folder / path.name if own else folder / IMPORTED / path.name
    if target.exists() and not own and _digest(target) != _digest(path):
        stem, _, ending = path.name.partition(".")
        target = target.with_name(f"{stem}-{_digest(path)[:8]}.{ending}")
    if target.exists():
        return _grown(path, target)
    _copy_whole(path, target)
    return True


def _is_a_copy(path: Path, own: Path) -> bool:
    """Whether nothing stands in a file but what a file of the corpus begins with: it brings nothing in."""
    size = path.stat().st_size
    return own.is_file() and size <= own.stat().st_size and _digest(path) == _digest(own, size)


def _grown(path: Path, target: Path) -> bool:
    """Whether the same file, which is there already, has become longer since; then it is copied again."""
    size, held = path.stat().st_size, target.stat().st_size
    if _digest(path, min(size, held)) != _digest(target, min(size, held)):
        raise WrongUse(f"{path} and {target} have one name and differ: keep them in corpora of their own.")
    if size > held:
        _copy_whole(path, target)
    return size > held


def _copy_whole(path: Path, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, part)
        part.replace(target)
    except OSError as error:
        raise RecordingFailed(f"Cannot copy {path} to {target}: {error.strerror}.") from error


def _digest(path: Path, length: int | None = None) -> str:
    digest = hashlib.sha256()
    left = path.stat().st_size if length is None else length
    with path.open("rb") as file:
        while left and (piece := file.read(min(left, 1 << 20))):
            digest.update(piece)
            left -= len(piece)
    return digest.hexdigest()
