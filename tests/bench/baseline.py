"""Release 0.1.0 beside this one: a worktree of this repository at its tag, in which the same scripts are run.

The packages are those of the environment that runs the bench, so that what differs is this project's own code.
"""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TAG, COMMIT = "v0.1.0", "1bdad69"
"""What 0.1.0 is called, and its commit, for clones that were made without tags."""


class NoBaseline(Exception):
    """There is no 0.1.0 to be had: no git, no repository, or a shallow clone of it."""


@dataclass(frozen=True)
class Tree:
    """A folder with the code of a release. What is run in it imports that code."""

    folder: Path

    def run(self, *arguments: str, timeout: float = 3600) -> str:
        """What `python ARGUMENTS` prints. Raises RuntimeError where it ends with another code than 0 or 1."""
        done = subprocess.run(
            [sys.executable, *arguments], check=False, cwd=self.folder, capture_output=True, text=True,
            timeout=timeout, env=self.environment,
        )  # fmt: skip
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def cpu_seconds(self, *arguments: str) -> float:
        """CPU seconds of `python ARGUMENTS`, its children included, from its start to its end."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.run(*arguments)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    @property
    def environment(self) -> dict[str, str]:
        # what is compiled may be kept, as where a release is installed
        kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": str(self.folder), "OPENBLAS_NUM_THREADS": "1"}
        return {**os.environ, **kept}


HERE = Tree(ROOT)
"""This release."""


@contextmanager
def baseline() -> Iterator[Tree]:
    """0.1.0 in a folder that is gone afterwards. Raises NoBaseline."""
    with tempfile.TemporaryDirectory(prefix="policy-corpus-0.1.0-") as place:
        folder = Path(place, "tree")
        _git("worktree", "add", "--detach", str(folder), _commit())
        try:
            yield Tree(folder)
        finally:
            _git("worktree", "remove", "--force", str(folder))


def _commit() -> str:
    """The commit of the tag, where there is one."""
    for name in (TAG, COMMIT):
        try:
            return _git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip()
        except NoBaseline:
            continue
    raise NoBaseline(f"this clone has neither the tag {TAG} nor the commit {COMMIT}")


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], check=False, cwd=ROOT, capture_output=True, text=True, timeout=120
        )  # fmt: skip
    except OSError as error:
        raise NoBaseline(f"git: {error.strerror}") from error
    if done.returncode:
        raise NoBaseline(f"git {arguments[0]}: {done.stderr.strip() or done.returncode}")
    return done.stdout
