"""The history of the texts in somebody's git repository, read by git itself.

A repository of strangers is hostile input. Nothing of it is checked out, no hook, filter, pager or program that its
settings name is started, nothing is fetched from elsewhere, and what is too large is passed over.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipelines.exceptions import WrongUse

MOST_BYTES = 4 << 20
"""Of a text."""

_MOST_TOKEN = 1 << 20  # bytes of a path or of the first line of a message
_PIECE = 1 << 16
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.attributesFile": os.devnull,
    "core.pager": "cat",
    "log.showSignature": "false",
    "log.mailmap": "false",
    "protocol.allow": "never",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
_FORM = "--format=%x01%H %at %<(200,trunc)%s"


@dataclass(frozen=True, slots=True)
class Change:
    """A text as a commit left it. `seconds` is the author's time since 1970, `subject` the first line of the message,
    `blob` names the content; empty where the file was deleted."""

    commit: str
    seconds: int
    subject: str
    path: str
    blob: str


class GitHistory:
    """The repository in a folder. Raises WrongUse where there is none, or git cannot read it."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("git") is None:
            raise WrongUse("An import needs the program git, which is not installed: apt-get install git")
        if not folder.is_dir():
            raise WrongUse(f"{folder} is no folder: clone the repository first, and give the folder of the clone.")
        self.folder = folder.absolute()
        self.tip = self._said("rev-parse", "--verify", "--quiet", "HEAD^{commit}").strip()

    def holds(self, commit: str) -> bool:
        """Whether a commit is one of those that led to the tip."""
        if not _COMMIT.fullmatch(commit):
            return False
        command = self._command("merge-base", "--is-ancestor", commit, self.tip)
        return not subprocess.run(command, capture_output=True, env=self._environment(), check=False).returncode

    def count(self, since: str = "") -> int:
        """How many commits `changes` looks at."""
        span = f"{since}..{self.tip}" if since else self.tip
        return int(self._said("rev-list", "--count", "--first-parent", span, "--", "*.md"))

    def changes(self, since: str = "") -> Iterator[Change]:
        """All changes of `.md` files along the first parents, the earliest first; of those behind a commit, where it is
        given."""
        arguments = ["--reverse", "--first-parent", "-m", "--root", "--raw", "-z", "--no-abbrev", "--no-renames"]
        span = [f"{since}..{self.tip}" if since else self.tip, "--", "*.md"]
        with tempfile.TemporaryFile() as said:
            command = self._command("log", "--no-ext-diff", "--no-textconv", *arguments, _FORM, *span)
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, env=self._environment())
            assert process.stdout
            try:
                yield from _changes(_tokens(process.stdout))
            finally:
                process.stdout.close()
                process.wait()
            if process.returncode:
                said.seek(0)
                raise self._failed(said.read(_PIECE).decode("utf-8", "replace"))

    def _said(self, *arguments: str) -> str:
        ended = subprocess.run(self._command(*arguments), capture_output=True, env=self._environment(), check=False)
        if ended.returncode:
            raise self._failed(ended.stderr.decode("utf-8", "replace"))
        return ended.stdout.decode("ascii", "replace")

    def _failed(self, said: str) -> WrongUse:
        line = next((line for line in said.splitlines() if line.startswith(("fatal:", "error:"))), "it has no commits")
        return WrongUse(f"git cannot read a repository in {self.folder}: {line}. Give the folder of a whole clone.")

    def _command(self, *arguments: str) -> list[str]:
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        return ["git", "--no-pager", "--no-replace-objects", "-C", str(self.folder), *settings, *arguments]

    def _environment(self) -> dict[str, str]:
        """Nothing of the user's, nothing above the folder, nothing from the network."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return kept | {
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_CEILING_DIRECTORIES": str(self.folder.parent),
        }


def _tokens(file: IO[bytes]) -> Iterator[str]:
    """What stands between zeros."""
    rest = b""
    while piece := file.read(_PIECE):
        *whole, rest = (rest + piece).split(b"\0")
        yield from (one.decode("utf-8", "replace") for one in whole)
        if len(rest) > _MOST_TOKEN:
            raise WrongUse("A name or a message in the repository is longer than a megabyte: it holds no texts.")


def _changes(tokens: Iterator[str]) -> Iterator[Change]:
    commit, seconds, subject = "", 0, ""
    for token in tokens:
        if token.startswith("\x01"):
            commit, time, subject = (*token[1:].split(" ", 2), "", "")[:3]
            seconds = int(time) if time.removeprefix("-").isdecimal() else 0
        elif token.lstrip("\n").startswith(":"):
            fields, path = token.split(), next(tokens, "")
            is_text = len(fields) == 5 and fields[1] in ("100644", "100755")  # no link, no repository within
            yield Change(commit, seconds, subject.strip(), path, fields[3] if is_text else "")


class Contents:
    """The contents of a repository by name, as long as it is open: two processes of git that answer one by one."""

    def __init__(self, history: GitHistory) -> None:
        self._sizes, self._bytes = (self._started(history, how) for how in ("--batch-check", "--batch"))

    @staticmethod
    def _started(history: GitHistory, how: str) -> "subprocess.Popen[bytes]":
        command = history._command("cat-file", how)
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=history._environment())

    def __enter__(self) -> "Contents":
        return self

    def __exit__(self, *raised: object) -> None:
        for process in (self._sizes, self._bytes):
            assert process.stdin
            assert process.stdout
            with suppress(OSError):
                process.stdin.close()
            process.stdout.close()
            process.wait()

    def read(self, blob: str) -> bytes | None:
        """The content; None where it is missing, no file or larger than MOST_BYTES."""
        if not _COMMIT.fullmatch(blob) or not 0 < _asked(self._sizes, blob) <= MOST_BYTES:
            return None
        size = _asked(self._bytes, blob)
        assert self._bytes.stdout
        return self._bytes.stdout.read(size + 1)[:size] if size >= 0 else None


def _asked(process: "subprocess.Popen[bytes]", blob: str) -> int:
    """The size that git answers with; -1 where it has none."""
    assert process.stdin
    assert process.stdout
    try:
        process.stdin.write(f"{blob}\n".encode())
        process.stdin.flush()
    except BrokenPipeError:
        return -1
    answer = process.stdout.readline(200).split()
    return int(answer[2]) if len(answer) == 3 and answer[1] == b"blob" else -1
