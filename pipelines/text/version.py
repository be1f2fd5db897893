"""Which reader it is that reads, told without loading it."""

import hashlib
import unicodedata
from functools import cache
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("trafilatura", "lxml", "py3langid", "pypdfium2", "charset-normalizer", "dateparser")


@cache
def reader_version(style: str = "corpus") -> str:
    """Short hex hash of everything a reading depends on: our source, the style, the libraries, Unicode."""
    digest = hashlib.sha256(style.encode())
    for source in sorted(Path(__file__).parent.glob("*.[pt]*")):  # Python and its word lists
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    digest.update(unicodedata.unidata_version.encode())
    return digest.hexdigest()[:16]
