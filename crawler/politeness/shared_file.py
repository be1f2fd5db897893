"""One small text file that several processes read and write in turn.

The lock is `flock` on the file itself, so the kernel frees it when its holder dies. The text is written in place,
padded to one block, in a single write: a killed process leaves the old text or the new one. Only a power cut can
tear it, and the reader has to expect that.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.exceptions import RecordingFailed, WrongUse

BLOCK = 4096
"""Bytes the text is padded to, and the most that is read back."""


class SharedFile:
    """Read and write only inside `with file.held():`. Raises WrongUse where the file cannot be made or opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = self._open()

    def _open(self) -> int:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise WrongUse(
                f"the archive's state cannot be kept in {self.path} ({error.strerror}): set XDG_STATE_HOME"
                " to a folder that can be written"
            ) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; others wait meanwhile, so stay short."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        while self._was_replaced():
            os.close(self._fd)
            self._fd = self._open()
            fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def _was_replaced(self) -> bool:
        # somebody deleted the file: whoever starts now would lock another one
        try:
            return not os.path.samestat(os.fstat(self._fd), os.stat(self.path))
        except FileNotFoundError:
            return True

    def read(self) -> bytes:
        return os.pread(self._fd, BLOCK, 0)

    def write(self, text: str, *, durable: bool = False) -> bytes:
        """Replace the text (ASCII, at most a block); gives the bytes as `read` will.

        `durable` waits until they would survive a power cut. Raises RecordingFailed.
        """
        data = text.encode("ascii").ljust(BLOCK)
        try:
            if len(data) > BLOCK or os.pwrite(self._fd, data, 0) != BLOCK:
                raise OSError("short write")
            if durable:
                os.fsync(self._fd)
        except OSError as error:
            raise RecordingFailed(f"the archive's state could not be written to {self.path}: {error}") from error
        return data

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
