"""Which extractors there are and which version of one reads, told without loading it."""

import hashlib
import unicodedata
from difflib import get_close_matches
from functools import cache
from importlib.metadata import version

from pipelines.exceptions import WrongUse

READING = 4
"""Goes up when the same bytes can read otherwise than before, and only then: every corpus reads its pages again.

`tests/quality/test_readings_number.py` fails where readings of our pages change and this number does not.
"""

DEFAULT = "corpus"
NUMBERS = {DEFAULT: READING, "princeton": READING, "trafilatura": 1}
"""The extractors by name, each with its number: of another one than ours, it goes up when what we add to it changes."""


LIBRARIES = ("trafilatura", "lxml", "py3langid", "pypdfium2", "charset-normalizer", "dateparser")


@cache
def reader_version(extractor: str = DEFAULT) -> str:
    """What a reading depends on, as a short hex hash: the extractor and its number, the libraries, Unicode.

    Before it stands the extractor's name and a hyphen, but for the default.
    """
    digest = hashlib.sha256(f"{extractor} {NUMBERS[extractor]}\n".encode())
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    digest.update(unicodedata.unidata_version.encode())
    prefix = "" if extractor == DEFAULT else f"{extractor}-"
    return prefix + digest.hexdigest()[:16]


def extractor_of(reader: str) -> str:
    """The extractor that a reader's version is one of; the default where it names none that there is."""
    name = reader.rpartition("-")[0]
    return name if name in NUMBERS else DEFAULT


def check_extractor(name: str, given_as: str = "EXTRACTOR=") -> None:
    """Raises WrongUse where there is no such extractor, with the nearest that there is."""
    if name not in NUMBERS:
        near = get_close_matches(name.lower(), NUMBERS, 1)
        hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(NUMBERS)}."
        raise WrongUse(f"{given_as}{name!r} is no extractor: {hint}")
