"""Which reader it is that reads, told without loading it."""

import hashlib
import unicodedata
from functools import cache
from importlib.metadata import version

READING = 2
"""Goes up when the same bytes can read otherwise than before, and only then: every corpus reads its pages again.

`tests/quality/test_readings_number.py` fails where readings of our pages change and this number does not.
"""

LIBRARIES = ("trafilatura", "lxml", "py3langid", "pypdfium2", "charset-normalizer", "dateparser")


@cache
def reader_version(style: str = "corpus") -> str:
    """Short hex hash of what a reading depends on: the number of our reader, the style, the libraries, Unicode."""
    digest = hashlib.sha256(f"{style} {READING}\n".encode())
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    digest.update(unicodedata.unidata_version.encode())
    return digest.hexdigest()[:16]
