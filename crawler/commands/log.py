"""`log`: the versions of a site's documents with their changes."""

import argparse
import json
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

from crawler.cli.command import CorpusCommand, add_examples, refuse
from pipelines.exceptions import CorpusError, WrongUse

if TYPE_CHECKING:
    from sqlite_utils import Database

EXAMPLES = """
examples:
  policy-corpus log -s CORPUS_DIR=output
      the sites, with how many versions each has
  policy-corpus log example.com -s CORPUS_DIR=output
  policy-corpus log example.com terms --json

exit codes:
  0 done, 2 usage error: no such site or kind
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[SITE [KIND]] [--json] [-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "List the versions of a site's documents with their changes"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--variant", metavar="NAME", help="which of several documents of that kind")
        parser.add_argument("--json", action="store_true", help="one JSON object per version, one per line")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.reporting.history import show
        from pipelines.store.database import open_for_reading

        try:
            if len(args) > 2:
                raise WrongUse(f"Unexpected argument {args[2]!r}: the command is log [SITE [KIND]].")
            with closing(open_for_reading(self.config.folder)) as db:
                lines = _history(db, args, opts) if args else _sites(db)
        except CorpusError as error:
            refuse(self, error)
            return
        show(lines)


def _history(db: "Database", args: list[str], opts: argparse.Namespace) -> list[str]:
    from crawler.reporting.history import log_lines
    from pipelines.store.history import documents_of, versions_of

    lines: list[str] = []
    for document in documents_of(db, args[0], args[1] if len(args) > 1 else "", opts.variant):
        versions = versions_of(db, document)
        name = {"site": document.site, "kind": document.kind, "variant": document.variant}
        if opts.json:
            lines += [json.dumps(name | asdict(version)).replace("\x7f", "\\u007f") for version in reversed(versions)]
        else:
            lines += log_lines(document, versions)
    return lines


def _sites(db: "Database") -> list[str]:
    from pipelines.formats.terminal import printable
    from pipelines.store.history import sites

    found = sites(db)
    if not found:
        raise WrongUse(
            "The corpus holds no versions yet: crawl first, or see `status` for what became of the captures."
        )
    return [f"  {count:>6,}  {printable(site)}" for site, count in found]
