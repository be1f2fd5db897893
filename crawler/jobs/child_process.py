"""A crawl in a process of its own: Scrapy's reactor starts once in the life of a process, and a notebook lives long."""

import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from crawler.jobs.crawl_config import CrawlConfig
from pipelines.corpus import Corpus
from pipelines.exceptions import ArchiveUnavailable, CorpusBusy, CorpusError, RecordingFailed, WrongUse

_START = "from crawler.cli.main import main; main()"
_ERRORS = {error.exit_code: error for error in (WrongUse, CorpusBusy, ArchiveUnavailable, RecordingFailed)}


@dataclass(frozen=True, slots=True)
class CrawlResult:
    """How a crawl ended. `exit_code` is 0, or 1 where a later run tries some failures again; `report` is what the
    command prints at its end."""

    exit_code: int
    report: str
    folder: Path

    def corpus(self) -> Corpus:
        """The corpus that was filled, opened for reading."""
        return Corpus.open(self.folder)


def crawl(config: CrawlConfig) -> CrawlResult:
    """Crawl as `policy-corpus crawl policies` does, and wait for the end. Progress goes to standard error.

    Raises the error that fits the command's exit code, with its sentence: WrongUse (2), CorpusBusy (3),
    ArchiveUnavailable (4), RecordingFailed (5). KeyboardInterrupt ends the crawl as Ctrl-C does.
    """
    with _targets(config) as targets, TemporaryFile("w+") as report:
        with subprocess.Popen(_command(config, targets), stdout=report, stderr=subprocess.PIPE, text=True) as child:
            told = _followed(child)
        report.seek(0)
        if child.returncode not in (0, 1):
            raise _ERRORS.get(child.returncode, CorpusError)(_sentence(told))
        return CrawlResult(child.returncode, report.read(), Path(config.folder))


def _command(config: CrawlConfig, targets: str) -> list[str]:
    command = [sys.executable, "-c", _START, "crawl", "policies"]
    command += ["-a", f"targets={targets}", "-a", f"kind={config.kind}"]
    command += ["--retry-failed"] if config.retry_failed else []
    for name, value in config.as_settings().items():
        command += ["-s", f"{name}={value}"]
    return command


def _followed(child: "subprocess.Popen[str]") -> list[str]:
    """Hand on what the process says, line by line; the last lines, for its end."""
    last: deque[str] = deque(maxlen=20)
    assert child.stderr is not None
    try:
        for line in child.stderr:
            sys.stderr.write(line)
            last.append(line.rstrip())
    except KeyboardInterrupt:
        child.send_signal(signal.SIGINT)
        child.wait()
        raise
    return list(last)


@contextmanager
def _targets(config: CrawlConfig) -> Iterator[str]:
    """The name of a file or an address for the command line."""
    if isinstance(config.targets, str | Path):
        yield str(config.targets)
        return
    with TemporaryDirectory(prefix="policy-corpus-targets-") as folder:
        path = Path(folder) / "targets.txt"
        path.write_text("\n".join(config.targets) + "\n", "utf-8")
        yield str(path)


def _sentence(told: list[str]) -> str:
    errors = [line.removeprefix("error: ") for line in told if line.startswith("error: ")]
    return errors[-1] if errors else " ".join(told[-3:])
