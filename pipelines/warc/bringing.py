"""Archive files brought into a corpus, beside those that it has, as parts of a turn."""

import hashlib
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.formats import atomic
from pipelines.warc import forms
from pipelines.warc.adopting import Adopted, Complain, adopted
from pipelines.warc.files import IMPORTED, is_ours, odd_files, place_of

log = logging.getLogger(__name__)

_LONGEST_NAME = 220  # bytes; file systems take 255


def warn(name: str, why: str) -> None:
    """Tell of a file that is not read."""
    log.warning("%s is not read: %s", name.encode("utf-8", "backslashreplace").decode(), why)


def packed_in(folder: Path) -> list[Path]:
    """The archive files in a corpus's `warc` folder that cannot be read where they lie: somebody put them there."""
    named = (path for path in sorted(folder.rglob("*")) if path.is_file() and _is_printable(path))
    return [path for path in named if not is_ours(path.name) and forms.is_packed(path)]


def bring_in(folder: Path, sources: list[Path], *, trusted: bool, complain: Complain = warn) -> list[str]:
    """Copy archive files, or all those in a folder, beside those in a corpus's `warc` folder, as parts of a turn.

    Only where they are `trusted` do files in the form of ours become the corpus's own; else all are strangers', but
    for those that the corpus has already. Files in a form that cannot be read by offset are written anew. Returns the
    names of those that were not there yet; `complain` is told of what is not read. Raises WrongUse where there are no
    files, or where another file of the same run is there already; RecordingFailed.
    """
    files = [path for source in sources for path in _files_of(source, complain)]
    names = [name for path in files for name in _brought(path, folder, trusted, complain)]
    return list(dict.fromkeys(name for name in names if name))


def _files_of(source: Path, complain: Complain) -> list[Path]:
    if source.is_dir():
        found = sorted(path for path in source.rglob("*") if path.is_file() and not path.name.endswith(atomic.PART))
        files = [path for path in found if forms.ending_of(path.name) and _is_printable(path)]
        if files:
            for path in found:
                if not forms.ending_of(path.name) and not forms.is_companion(path) and not path.name.startswith("."):
                    complain(str(path.relative_to(source)), "it is no archive file by its name")
            brought = {path.relative_to(source).as_posix() for path in files}  # under shorter names, where they need be
            for name, why in odd_files(source):
                if name not in brought:
                    complain(name, why)
    else:
        files = [source] if source.is_file() and forms.ending_of(source.name) else []
    if not files:
        raise WrongUse(
            f"{source} is no WARC file and no folder of them: name files that end in .warc, .warc.gz, .warc.zst, .arc, "
            ".arc.gz or .wacz."
        )
    return files


def _is_printable(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _brought(path: Path, folder: Path, trusted: bool, complain: Complain) -> Iterator[str]:
    """The names of the copies; empty where one was there."""
    if path.resolve().is_relative_to(folder.resolve()) and not forms.is_packed(path):
        return
    if is_ours(path.name) and (trusted or _is_a_copy(path, place_of(folder, path.name))):
        yield _own(path, folder)
        return
    try:
        with tempfile.TemporaryDirectory(prefix="archive-") as beside:
            for one in adopted(path, Path(beside), complain):
                yield _stranger(one, folder)
    except OSError as error:
        raise RecordingFailed(f"Cannot copy {path} to {folder / IMPORTED}: {error.strerror}.") from error


def _own(path: Path, folder: Path) -> str:
    held = place_of(folder, path.name)
    if held.exists() and not _has_grown(path, held):
        return ""
    return _copy(path, folder, path.name)


def _stranger(one: Adopted, folder: Path) -> str:
    """A file that begins with one that is held takes its place."""
    one = one._replace(name=_shortened(one.name))
    stem, _, ending = one.name.partition(".")
    digest = _digest(one.path)
    for name in (f"{IMPORTED}/{one.name}", *_of_that_name(folder, stem, ending)):
        held = place_of(folder, name)
        if not held.exists():
            return _copy(one.path, folder, name)
        if _begins(held, one.path, digest):
            return "" if held.stat().st_size == one.path.stat().st_size else _copy(one.path, folder, name)
        if one.path.stat().st_size < held.stat().st_size and _digest(held, one.path.stat().st_size) == digest:
            return ""  # an earlier state of what is held
    return _copy(one.path, folder, f"{IMPORTED}/{stem}-{digest[:8]}.{ending}")


def _shortened(name: str) -> str:
    """A name that a folder takes, also with what is put behind it: those in a WACZ may have any length."""
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    ending = forms.ending_of(name)
    start = name.removesuffix(ending).encode()[: _LONGEST_NAME - 40].decode("utf-8", "ignore")
    return f"{start}-{hashlib.sha256(name.encode()).hexdigest()[:8]}{ending}"


def _of_that_name(folder: Path, stem: str, ending: str) -> list[str]:
    """Other files that came under one name, told apart by what they held when they first came."""
    found = (path.name.removesuffix(atomic.PART) for path in (folder / IMPORTED).glob("*"))
    cut = len(f"-00000000.{ending}")
    return sorted({f"{IMPORTED}/{name}" for name in found if name[:-cut] == stem and name.endswith(f".{ending}")})


def _begins(held: Path, path: Path, digest: str) -> bool:
    size = held.stat().st_size
    if size == path.stat().st_size:
        return _digest(held) == digest
    return 0 < size < path.stat().st_size and _digest(held) == _digest(path, size)


def _copy(path: Path, folder: Path, name: str) -> str:
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
