"""`news`: what the last run brought."""

import argparse
import json
from contextlib import closing
from dataclasses import asdict

from crawler.cli.command import CorpusCommand, add_examples, refuse, take_none
from pipelines.exceptions import CorpusError

EXAMPLES = """
examples:
  policy-corpus news -s CORPUS_DIR=output
      what the last crawl brought
  policy-corpus news --since 2026-05-01
  policy-corpus news --since 20260501T040000Z-a1b2c3 --json | jq .versions
      since that run began; `status --json` and the view `runs` name runs
  policy-corpus news --exit-code > news.txt || mail -s news me < news.txt

exit codes:
  0 done; 1 with --exit-code, where there are new versions; 2 wrong use
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[--since DATE_OR_RUN] [--json] [-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "Show what the last run found: versions, documents, failures, gaps"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--since", metavar="DATE_OR_RUN", default="", help="default: the last crawl")
        parser.add_argument("--json", action="store_true", help="one JSON document, for programs")
        parser.add_argument("--exit-code", action="store_true", help="exit with 1 if there are new versions")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.reporting.history import show
        from crawler.reporting.news import news_lines
        from pipelines.formats.terminal import printable
        from pipelines.store.database import open_for_reading
        from pipelines.store.news import news

        try:
            take_none(args, "--since DATE_OR_RUN says since when")
            with closing(open_for_reading(self.config.folder)) as db:
                found = news(db, opts.since)
        except CorpusError as error:
            refuse(self, error)
            return
        if opts.json:
            print(json.dumps(asdict(found), indent=1).replace("\x7f", "\\u007f"))
        else:
            show(map(printable, news_lines(found)))
        self.exitcode = int(opts.exit_code and bool(found.versions))
