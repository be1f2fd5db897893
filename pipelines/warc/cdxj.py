"""The CDXJ file beside a WARC file: one line a capture, `urlkey timestamp {json}`, sorted, as pywb reads it.

Only an index: it can be made again from the WARC at any time. While a WARC is being written its lines stand in the
order of writing; they are sorted when it is closed.
"""

import json
import operator
import os
from pathlib import Path

from pipelines.formats import atomic
from pipelines.warc.held import HeldMemento


def cdxj_path(warc: Path) -> Path:
    """`x.warc.gz` has its index in `x.cdxj`."""
    return warc.with_name(warc.name.removesuffix(".gz").removesuffix(".warc") + ".cdxj")


def line(held: HeldMemento) -> str:
    """One line without its end."""
    memento, location = held.snapshot.memento, held.snapshot.location
    mime = memento.answer.header("Content-Type").partition(";")[0].strip() or "unk"
    fields = {
        "url": memento.capture.original,
        "mime": "warc/revisit" if held.payload else mime,
        "status": str(memento.answer.status),
        "digest": held.digest,
        "length": str(location.length),
        "offset": str(location.offset),
        "filename": location.file,
    }
    return f"{memento.capture.urlkey or '-'} {memento.capture.timestamp} {json.dumps(fields)}"


def append(path: Path, held: HeldMemento) -> None:
    """Add a line to a CDXJ file, made where there is none. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        atomic.write(descriptor, line(held).encode("utf-8", "replace") + b"\n")
    finally:
        os.close(descriptor)


def is_whole(warc: Path, records: int) -> bool:
    """Whether the index of a WARC file is in order and has so many lines, as when the file was closed well."""
    path = cdxj_path(warc)
    lines = path.read_bytes().splitlines() if path.exists() else []
    return len(lines) == records and all(map(operator.lt, lines, lines[1:]))


def sort_file(path: Path) -> None:
    """Put the lines of a CDXJ file in order, whole or not at all."""
    if path.exists():
        write(path, path.read_bytes().splitlines())


def write(path: Path, lines: list[bytes]) -> None:
    """Write a CDXJ file of these lines, sorted by byte and each once, whole or not at all."""
    atomic.write_whole(path, [b"".join(entry + b"\n" for entry in sorted(set(lines)))])
