"""Text files of unknown origin, read line by line in bounded memory."""

import codecs
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from pipelines.exceptions import WrongUse

LONGEST_LINE = 65_536  # characters
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf")
_FILE_ENDINGS = (".txt", ".csv", ".tsv", ".lst", ".list", ".json", ".jsonl", ".xlsx", ".xls", ".gz")
_UNDECODABLE = "\ufffd"


def files_in(source: str, is_address: Callable[[str], bool]) -> list[Path]:
    """The files that a source names, one or several with commas between; none where it may be an address.

    What is not there and ends like a file is an address if `is_address` says so. Raises WrongUse for an empty source, a
    folder, a file that is missing or given twice.
    """
    if not source.strip():
        raise WrongUse("No targets: give a file, or one address.")
    names = [source] if os.path.exists(source) else source.split(",")
    if not any(map(os.path.exists, names)) and (not _looks_like_file(names[-1]) or is_address(source.strip())):
        return []
    paths = [Path(name.strip()) for name in names]
    for path in paths:
        _refuse_unusable(path)
    _refuse_repeats(paths)
    return paths


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Each line with its number, without its end; see `sound` for those that could not be read whole.

    Raises WrongUse for a file that cannot be read or is no text.
    """
    try:
        with path.open("rb") as raw, io.TextIOWrapper(raw, _encoding(raw, path), errors="replace") as text:
            yield from enumerate(_bounded(text), 1)
    except OSError as error:
        raise WrongUse(f"{path} cannot be read ({error.strerror}); give a file that you may read.") from None


def sound(line: str) -> str:
    """The line, if it was read whole. Raises WrongUse with the reason if not."""
    if len(line) > LONGEST_LINE:
        raise WrongUse(f"longer than {LONGEST_LINE} characters")
    if _UNDECODABLE in line:
        raise WrongUse("cannot be decoded; save the file as UTF-8")
    return line


def _looks_like_file(name: str) -> bool:
    name = name.strip().lower()
    is_path = name.startswith(("/", "./", "../", "~")) and not name.startswith("//")
    return is_path or ("://" not in name and name.endswith(_FILE_ENDINGS))


def _refuse_unusable(path: Path) -> None:
    if os.path.isdir(path):
        raise WrongUse(f"{path} is a folder; give a file that lists the targets.")
    if not os.path.exists(path):
        raise WrongUse(f"{path} does not exist; give a file that lists the targets, or one address, with https://.")


def _refuse_repeats(paths: list[Path]) -> None:
    for place, path in enumerate(paths):
        if any(path.samefile(other) for other in paths[:place]):
            raise WrongUse(f"{path} is given twice; name each file once.")


def _encoding(raw: io.BufferedReader, path: Path) -> str:
    # peek, not seek: a pipe is a file too
    start = raw.peek(4096)[:4096]
    for mark, encoding in _ENCODINGS:
        if start.startswith(mark):
            return encoding
    if start.startswith(_PACKED):
        raise WrongUse(f"{path} is a packed file; unpack it first.")
    if b"\0" in start:
        raise WrongUse(f"{path} is no text in UTF-8; save it as UTF-8, or as UTF-16 with a byte order mark.")
    return "utf-8"


def _bounded(text: TextIO) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE + 1):
        if line.endswith("\n") or len(line) <= LONGEST_LINE:
            yield line.removesuffix("\n")
            continue
        yield line
        while (rest := text.readline(LONGEST_LINE)) and not rest.endswith("\n"):
            pass  # the tail of an endless line is passed over in pieces
