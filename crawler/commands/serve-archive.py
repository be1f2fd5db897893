"""`python -m scrapy serve-archive DIR`: a Wayback Machine on loopback. Scrapy names a command after its file."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter

from crawler.wayback.embedded import EmbeddedArchive

_EXAMPLES = """\
examples:
  python -m scrapy serve-archive output/warc --port 8390
      what a crawl has kept, served as the archive it came from
  curl 'http://127.0.0.1:8390/cdx/search/cdx?url=*.example.com&limit=5'
  curl -i 'http://127.0.0.1:8390/web/20150101000000id_/http://example.com/privacy'
  curl 'http://127.0.0.1:8390/__requests__'
      what was asked so far, and what was answered
"""
_PARENT_CHECK_SECONDS = 0.5


class _Help(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the examples."""


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012 (as Scrapy declares it)

    def syntax(self) -> str:
        return "[options] DIR"

    def short_desc(self) -> str:
        return "Serve a folder of WARC files as a Wayback Machine on 127.0.0.1"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.formatter_class = _Help
        parser.epilog = _EXAMPLES
        group = parser.add_argument_group("Serving")
        group.add_argument("--port", type=int, default=8390, help="port to listen on, 0 for a free one (default: 8390)")
        group.add_argument("--with-parent", action="store_true", help="end when the process that started this ends")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            self._refuse("serve-archive takes one folder of WARC files, as in: python -m scrapy serve-archive DIR")
        elif not Path(args[0]).is_dir():
            self._refuse(f"{args[0]} is no folder: name one that holds *.warc, *.warc.gz or *.cdx files.")
        else:
            self._serve(Path(args[0]), opts)

    def _refuse(self, sentence: str) -> None:
        print(sentence, file=sys.stderr)
        self.exitcode = 2

    def _serve(self, folder: Path, opts: argparse.Namespace) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        parent = os.getppid()
        try:
            with EmbeddedArchive(folder, opts.port) as archive:
                print(f"Serving {folder} at {archive.url}", flush=True)
                while not stop.wait(_PARENT_CHECK_SECONDS):
                    if opts.with_parent and os.getppid() != parent:
                        break
        except (OSError, OverflowError) as error:
            self._refuse(f"{folder} cannot be served on port {opts.port}: {error}.")
