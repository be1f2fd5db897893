"""Files that may not be written, and processes that keep to that, which those of root else do not."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import Ended
from tests.launching import launched

_RIGHTS = (1, 2)  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, capabilities(7)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder and all in it without write bits."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            if path.exists():
                path.chmod(mode)


def run_without_privileges(command: list[str]) -> Ended:
    """Run a command that is kept off by missing bits, as any user's is."""
    ended = launched(command, dict(os.environ), 120, without=_RIGHTS if os.getuid() == 0 else ())
    return Ended(ended.returncode, ended.stdout, ended.stderr)
