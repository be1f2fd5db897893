"""What an extractor is, and what all of them do alike: bytes of an archived page -> Reading.

A new one is a class in a module of this folder, a row in `extractors.py` and a number in `version.py`.
"""

import errno
from collections.abc import Callable
from typing import Protocol

from pipelines.exceptions import ReadingFailed
from pipelines.items.readings import Page, Reading

MOST_BYTES = 16 << 20
SAMPLE = 4096  # characters
MOST_CONTROLS = 0.05  # share of a text
CONTROLS = bytes((*range(0x01, 0x09), *range(0x0E, 0x20)))  # beside NUL, which broken pages are full of
NO_PAGES = (
    b"GIF8", b"\x89PNG", b"\xff\xd8\xff", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"\x1f\x8b", b"CWS", b"FWS",
    b"RIFF", b"OggS", b"ID3", b"MZ", b"\x7fELF",
)  # fmt: skip
NOT_THE_PAGE = frozenset(
    {errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.EROFS}
)


class Extractor(Protocol):
    """Reads pages. Pure: the same page gives the same reading, as long as `version` stays the same."""

    @property
    def name(self) -> str:
        """As the setting EXTRACTOR names it."""

    @property
    def version(self) -> str:
        """Of what its readings depend on: see `reader_version`."""

    def read(self, page: Page) -> Reading:
        """Read one page. Raises ReadingFailed where there is no text or it cannot be read; OSError, and nothing else,
        where the machine is in trouble: that says nothing of the page."""


def guarded(read: Callable[[Page], Reading], page: Page) -> Reading:
    """Read a page; whatever goes wrong is told as `Extractor.read` promises."""
    try:
        return read(page)
    except ReadingFailed:
        raise
    except MemoryError:
        raise ReadingFailed("reading took too much memory") from None
    except Exception as error:
        if getattr(error, "errno", None) in NOT_THE_PAGE:
            raise
        raise ReadingFailed("reading raised", detail=f"{type(error).__name__}: {error}"[:200]) from error


def refuse_body(body: bytes) -> None:
    """Raises ReadingFailed for bytes that are too many, or an image, archive or program."""
    if len(body) > MOST_BYTES:
        raise ReadingFailed("page too large", detail=f"{len(body)} bytes")
    if body.startswith(NO_PAGES):
        raise ReadingFailed("not a page", detail=f"starts with {body[:8]!r}")


def refuse_binary(text: str) -> None:
    """Raises ReadingFailed for decoded bytes that are no text."""
    sample = text[:SAMPLE].encode("utf-8", "surrogatepass")
    if len(sample) - len(sample.translate(None, CONTROLS)) > MOST_CONTROLS * min(SAMPLE, len(text)):
        raise ReadingFailed("not a page", detail="binary")
