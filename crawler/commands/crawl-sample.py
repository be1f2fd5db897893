"""`crawl-sample`: the main job without a network, on the embedded archive of invented sites."""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.cli.command import add_examples, refuse, take_none
from crawler.commands.crawl import Command as Crawl
from pipelines.exceptions import ArchiveUnavailable, WrongUse

EXAMPLES = """
examples:
  policy-corpus crawl-sample
  policy-corpus crawl-sample -s CORPUS_DIR=/tmp/trial -s SELECT=year
"""


class Command(Crawl):
    is_sample = True

    def syntax(self) -> str:
        return "[-s SETTING=VALUE ...]"

    def short_desc(self) -> str:
        return "Crawl the built-in archive of invented sites; needs no network"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.local_archive.sample import make_sample

        assert self.settings is not None
        try:
            take_none(args)
        except WrongUse as error:
            refuse(self, error)
            return
        with tempfile.TemporaryDirectory(prefix="policy-corpus-sample-") as name:
            folder = Path(name)
            make_sample(folder)
            with _served(folder) as url:
                for setting, value in {
                    "WAYBACK_URL": url,
                    "WAYBACK_CDX_PER_MINUTE": 0,
                    "WAYBACK_REPLAY_PER_MINUTE": 0,
                    "STATE_DIR": str(folder / "state"),
                }.items():
                    self.settings.set(setting, value, priority="cmdline")
                opts.spargs = {"targets": str(folder / "targets.txt")} | opts.spargs
                super().run(["policies"], opts)


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The address of a process that serves `folder` as an archive, as long as it is needed."""
    command = [sys.executable, "-m", "scrapy", "serve-archive", str(folder), "--port", "0", "--with-parent"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            found = re.search(r"http://\S+", server.stdout.readline())
            if found is None:
                raise ArchiveUnavailable("The embedded archive did not start; its own message is above.")
            yield found[0]
        finally:
            server.terminate()
