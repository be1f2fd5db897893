"""`policy-corpus serve-archive DIR`: a web archive on loopback. Scrapy names a command after its file."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.cli.command import CorpusCommand, add_examples
from pipelines.formats.terminal import say

if TYPE_CHECKING:  # all commands are loaded for each of them
    from crawler.local_archive.embedded import EmbeddedArchive, Wrapper

_EXAMPLES = """\
examples:
  policy-corpus serve-archive output/warc --port 8390
      what a crawl has kept, served as the archive it came from
  curl 'http://127.0.0.1:8390/cdx/search/cdx?url=*.example.com&limit=5'
  curl -i http://127.0.0.1:8390/web/20150101000000id_/http://example.com/terms
  curl 'http://127.0.0.1:8390/__requests__'
      what was asked so far, and what was answered
  policy-corpus serve-archive output/warc --dialect pywb
      the same as a pywb collection; commoncrawl and timemap are the others
  policy-corpus serve-archive output/warc --limit-cdx 30 \\
      --limit-replay 600 --time-scale 10
      with the real archive's limits, ten times as fast
  policy-corpus serve-archive output/warc --fault all:0.1 \\
      --fault unavailable:0.2:3 --seed 7
      one address in ten fails in one way or another, one in five with three
      times 503
"""
_PARENT_CHECK_SECONDS = 0.5
DIALECTS = ("wayback", "pywb", "commoncrawl", "timemap")


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False
    reads_corpus = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012 (as Scrapy declares it)

    def syntax(self) -> str:
        return "[options] DIR"

    def short_desc(self) -> str:
        return "Serve a folder of WARC files as a web archive on 127.0.0.1"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, _EXAMPLES)
        group = parser.add_argument_group("Serving")
        group.add_argument("--port", type=int, default=8390, help="port to listen on, 0 for a free one (default: 8390)")
        group.add_argument("--with-parent", action="store_true", help="end when the process that started this ends")
        _add_form(group)
        _add_trouble(parser.add_argument_group("Trouble on purpose"))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.local_archive.server.faults import faults_of

        if opts.list_faults:
            known = faults_of(opts.dialect)
            print("\n".join(f"{name:<24} {fault.about}" for name, fault in sorted(known.items())))
        elif len(args) != 1:
            self._refuse("serve-archive takes one folder of WARC files, as in: policy-corpus serve-archive DIR")
        elif not Path(args[0]).is_dir():
            self._refuse(f"{args[0]} is no folder: name one that holds WARC, ARC, WACZ or CDX files.")
        else:
            self._serve(Path(args[0]), opts)

    def _refuse(self, sentence: str) -> None:
        say(sentence, file=sys.stderr)
        self.exitcode = 2

    def _serve(self, folder: Path, opts: argparse.Namespace) -> None:
        from crawler.local_archive.server.faults import UnknownFault

        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        parent = os.getppid()
        try:
            with _opened(folder, opts) as archive:
                say(f"Serving {folder} at {archive.address}")
                if not opts.with_parent:  # who starts it knows what lies there
                    say(*_left_out(archive, opts.dialect), file=sys.stderr)
                while not stop.wait(_PARENT_CHECK_SECONDS):
                    if opts.with_parent and os.getppid() != parent:
                        break
        except UnknownFault as error:
            self._refuse(str(error))
        except (OSError, OverflowError) as error:
            self._refuse(f"{folder} cannot be served on port {opts.port}: {error}.")


def _opened(folder: Path, opts: argparse.Namespace) -> "EmbeddedArchive":
    from crawler.local_archive.embedded import PAGINGS, EmbeddedArchive
    from crawler.local_archive.server.blocks import Paging

    usual, is_given = PAGINGS[opts.dialect], opts.block_lines or opts.page_blocks
    paging = Paging(opts.block_lines or usual.lines, opts.page_blocks or usual.blocks) if is_given else None
    return EmbeddedArchive(
        folder, opts.port, dialect=opts.dialect, wrappers=_wrappers(opts), max_rows=opts.max_rows, paging=paging
    )


def _left_out(archive: "EmbeddedArchive", dialect: str) -> list[str]:
    """What is not served, line by line."""
    from crawler.local_archive.embedded import NOT_OFFERED

    return [
        *(f"left out, no archive or index file: {name}" for name in sorted(archive.left_out)),
        *(
            [f"left out: {archive.skipped} lines of indexes or parts of archive files that cannot be read"]
            * bool(archive.skipped)
        ),
        *([f"left out: {archive.posted} answers to forms, which no address alone leads to"] * bool(archive.posted)),
        f"not offered: {NOT_OFFERED[dialect]}",
    ]


def _add_form(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--dialect",
        choices=DIALECTS,
        default=DIALECTS[0],
        help="how the archive speaks: as web.archive.org (default), a pywb collection, Common Crawl or a bare TimeMap",
    )
    group.add_argument(
        "--max-rows", type=_count, default=0, metavar="N", help="rows of a listing at most (default: the dialect's)"
    )
    group.add_argument(
        "--block-lines", type=_count, default=0, metavar="N", help="lines of a block of a paged index (default: 3000)"
    )
    group.add_argument(
        "--page-blocks",
        type=_count,
        default=0,
        metavar="N",
        help="blocks of a page (default: the dialect's); with pywb, this or --block-lines makes it a ZipNum collection",
    )


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) < 1_000_000_000:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1")
    return int(text)


def _add_trouble(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:SHARE[:TIMES]]",
        help="strike that share of addresses (default: 1), each so many times (default: 1) or 'permanent'; repeatable",
    )
    group.add_argument("--list-faults", action="store_true", help="print the names of all faults and end")
    group.add_argument("--seed", type=int, default=0, help="which addresses are struck (default: 0)")
    group.add_argument("--limit-cdx", type=int, default=0, metavar="N", help="CDX requests in any minute, then 429")
    group.add_argument("--limit-replay", type=int, default=0, metavar="N", help="replays in any minute, then 429")
    group.add_argument(
        "--limit-connections", type=int, default=0, metavar="N", help="new connections in any minute, then refused"
    )
    group.add_argument("--retry-after", default="", metavar="TEXT", help="Retry-After of those 429s (default: none)")
    group.add_argument("--time-scale", type=_scale, default=1.0, metavar="X", help="divide all these times by X")
    group.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="wait before each answer")


def _scale(text: str) -> float:
    scale = float(text)
    if not 0 < scale < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no number above 0")
    return scale


def _wrappers(opts: argparse.Namespace) -> "list[Wrapper]":
    """What stands in front of the archive, outermost first."""
    from crawler.local_archive.server.asked import CDX, REPLAY
    from crawler.local_archive.server.faults import Faults
    from crawler.local_archive.server.limits import CONNECTIONS, Latency, SlidingLimits

    limits = {CDX: opts.limit_cdx, REPLAY: opts.limit_replay, CONNECTIONS: opts.limit_connections}
    return [
        Latency(opts.latency),
        SlidingLimits(limits, time_scale=opts.time_scale, retry_after=opts.retry_after, dialect=opts.dialect),
        Faults.of(*opts.fault, seed=opts.seed, time_scale=opts.time_scale, dialect=opts.dialect),
    ]
