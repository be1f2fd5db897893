"""A git repository, worked by `git` itself: made, read, added to, brought to a new state whole or not at all."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from pipelines.exceptions import RecordingFailed, WrongUse

NEXT = "refs/policy-corpus/next"
FIRST = "main"
_LATER = re.compile(r"history-(\d{1,6})")

# nothing of the user's own settings may change what is written, or run a program of somebody's repository
_SETTINGS = {
    "core.autocrlf": "false",
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.attributesFile": os.devnull,
    "core.logAllRefUpdates": "false",
    "gc.auto": "0",
    "log.showSignature": "false",
    "advice.detachedHead": "false",
}


class Repository:
    """The repository in a folder. All methods raise RecordingFailed where git fails."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()  # git is started in it
        if shutil.which("git") is None:
            raise WrongUse("The format git needs the program git, which is not installed: apt-get install git")

    @property
    def exists(self) -> bool:
        return (self.folder / ".git").is_dir()

    def create(self) -> None:
        self._git("init", "--quiet", "--template=", "--object-format=sha1", f"--initial-branch={FIRST}")

    def remove(self) -> None:
        shutil.rmtree(self.folder / ".git", ignore_errors=True)

    def branch(self) -> str:
        """The branch of the newest history."""
        numbers = [int(found[1]) for name in self._branches() if (found := _LATER.fullmatch(name))]
        return f"history-{max(numbers)}" if numbers else FIRST

    def head(self) -> str:
        """The branch that is checked out; empty where none is."""
        command = self._command("symbolic-ref", "--quiet", "--short", "HEAD")
        return subprocess.run(command, capture_output=True, check=False, env=_environment()).stdout.decode().strip()

    def is_ours(self, branch: str) -> bool:
        """Whether an export may have made a branch of that name."""
        return branch == FIRST or _LATER.fullmatch(branch) is not None

    def new_branch(self) -> str:
        """The name for one more history."""
        found = _LATER.fullmatch(self.branch())
        return f"history-{int(found[1]) + 1 if found else 2}"

    def _branches(self) -> list[str]:
        return self._git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").splitlines()

    def tip(self, branch: str) -> tuple[str, int]:
        """The hash of a branch's last commit and its committer's date; "" and 0 where there is none."""
        if not self._has(f"refs/heads/{branch}"):
            return "", 0
        commit, date = self._git("log", "-1", "--format=%H %ct", f"refs/heads/{branch}").split()
        return commit, int(date)

    def trailers(self, branch: str, key: str) -> Iterator[str]:
        """The value of that trailer in each commit, the first commit first; "" where it has none."""
        if not self._has(f"refs/heads/{branch}"):
            return
        form = f"%(trailers:key={key},valueonly,unfold)%x00"
        command = self._command("log", "--reverse", f"--format={form}", f"refs/heads/{branch}")
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment()) as process:
            assert process.stdout
            yield from (value.strip() for value in _between_zeros(process.stdout))
        if process.returncode:
            raise self._failed("")

    def count(self, branch: str) -> int:
        return int(self._git("rev-list", "--count", f"refs/heads/{branch}"))

    def is_changed(self) -> bool:
        """Whether files are not as the last commit has them. Files of the user's own do not count."""
        return bool(self._has("HEAD") and self._git("status", "--porcelain", "--untracked-files=no").strip())

    def add(self, stream: Iterable[bytes], branch: str) -> None:
        """Let a stream for fast-import, which writes NEXT, become the branch that is shown. Where it fails nothing is
        changed."""
        try:
            self._import(stream)
        except BaseException:
            self._clean()
            raise
        self._git("update-ref", f"refs/heads/{branch}", NEXT)  # from here on it counts
        self.finish()

    def finish(self) -> None:
        """Bring to an end what was begun, by this process or another that was killed."""
        if not self._has(NEXT):
            self._clean()
            return
        branch = self.branch()
        if self.tip(branch)[0] == self._git("rev-parse", NEXT).strip():
            self._git("symbolic-ref", "HEAD", f"refs/heads/{branch}")
            self._git("reset", "--quiet", "--hard")
        self._git("update-ref", "-d", NEXT)

    def _import(self, stream: Iterable[bytes]) -> None:
        command = self._command("fast-import", "--quiet", "--done", "--date-format=raw", "--force")
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said, env=_environment())
            assert process.stdin
            try:
                with suppress(BrokenPipeError):  # it says itself why it ended
                    for piece in stream:
                        process.stdin.write(piece)
                    process.stdin.close()
            except BaseException:
                process.kill()
                raise
            finally:
                with suppress(BrokenPipeError):
                    process.stdin.close()
                process.wait()
            if process.returncode:
                said.seek(0)
                raise self._failed(said.read().decode("utf-8", "replace"))

    def _clean(self) -> None:
        """Take away what a failed import left."""
        place = self.folder / ".git"
        for left in [*place.glob("fast_import_crash_*"), *place.glob("objects/pack/tmp_*")]:
            with suppress(OSError):
                left.unlink()

    def _has(self, ref: str) -> bool:
        command = self._command("rev-parse", "--quiet", "--verify", ref)
        return not subprocess.run(command, capture_output=True, check=False, env=_environment()).returncode

    def _git(self, *arguments: str) -> str:
        ended = subprocess.run(self._command(*arguments), capture_output=True, check=False, env=_environment())
        if ended.returncode:
            raise self._failed(ended.stderr.decode("utf-8", "replace"))
        return ended.stdout.decode("utf-8", "replace")

    def _command(self, *arguments: str) -> list[str]:
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        folder = self.folder.absolute()  # -C would be added to a relative one
        place = [f"--git-dir={folder / '.git'}", f"--work-tree={folder}"]
        return ["git", "-C", str(folder), *settings, *(place if arguments[0] != "init" else []), *arguments]

    def _failed(self, said: str) -> RecordingFailed:
        line = next((line for line in said.splitlines() if line.startswith(("fatal:", "error:"))), "it ended early")
        return RecordingFailed(f"Cannot export to {self.folder}: git says {line!r}. Make room, then export again.")


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {"LC_ALL": "C"}


def _between_zeros(file: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for piece in file:
        *whole, rest = (rest + piece).split(b"\0")
        yield from (one.decode("utf-8", "replace") for one in whole)
