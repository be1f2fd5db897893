"""`backup`: a copy of the database, also while a run is writing."""

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError

from crawler.cli.command import CorpusCommand, add_examples, refuse
from pipelines.exceptions import CorpusError

EXAMPLES = """
examples:
  policy-corpus backup /backup/corpus-2026-01-01.sqlite -s CORPUS_DIR=output
      the WARC files need no command: they only grow, so
      rsync output/warc /backup/
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "FILE [-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "Copy the database while it may be in use"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from pipelines.store.replacing import backup

        if len(args) != 1:
            raise UsageError("name the file to write: backup /backup/corpus.sqlite", print_help=False)
        try:
            size = backup(self.config.folder, Path(args[0]))
            print(f"{args[0]}: {size:,} bytes")
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
