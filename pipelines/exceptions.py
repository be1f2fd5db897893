"""The errors of the project, one tree.

CorpusError                      everything below; `exit_code` is what a command ends with
├── WrongUse                2    a setting, an option or a target list that cannot be used
├── CorpusBusy              3    another run holds this corpus
├── ArchiveUnavailable      4    the archive cannot be reached, or has blocked this address
├── RecordingFailed         5    bytes or rows could not be kept: the run stops at once
│   └── DatabaseBusy        3    another program did not end its writing
└── CaptureFailed           -    one capture gave no text: becomes a row, never stops a run
    ├── ListingFailed            stage "listing"
    ├── ReplayFailed             stage "replay"
    └── ReadingFailed            stage "reading"
"""

from typing import ClassVar


class CorpusError(Exception):
    """Base of all errors raised on purpose. The message is one sentence: what is wrong and the way out."""

    exit_code: ClassVar[int] = 1


class WrongUse(CorpusError):
    """A setting, an option or a target list that cannot be used. Names the thing and the way out."""

    exit_code = 2


class CorpusBusy(CorpusError):
    """Another living process holds the corpus."""

    exit_code = 3


class ArchiveUnavailable(CorpusError):
    """The archive cannot be reached, answers nonsense, or has blocked this address."""

    exit_code = 4


class RecordingFailed(CorpusError):
    """Bytes or rows could not be kept (disk full, damaged file): the run stops at once."""

    exit_code = 5


class DatabaseBusy(RecordingFailed):
    """Another program wrote in the database for longer than we wait."""

    exit_code = 3


class CaptureFailed(CorpusError):
    """One capture gave no text. `reason` is a short phrase, the same for the same cause; `detail` is free. `so_far` is
    what a body gave before it broke off."""

    stage: ClassVar[str] = "capture"
    so_far: bytes = b""

    def __init__(self, reason: str, *, transient: bool = False, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.transient = transient
        self.detail = detail

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuilt, (type(self), self.reason, self.transient, self.detail))


def _rebuilt(kind: type[CaptureFailed], reason: str, transient: bool, detail: str) -> CaptureFailed:
    # keyword arguments do not survive Exception's own pickling, and failures cross process borders
    return kind(reason, transient=transient, detail=detail)


class ListingFailed(CaptureFailed):
    """A CDX answer could not be used."""

    stage = "listing"


class ReplayFailed(CaptureFailed):
    """A capture could not be replayed."""

    stage = "replay"


class ReadingFailed(CaptureFailed):
    """No text could be read in a snapshot."""

    stage = "reading"
