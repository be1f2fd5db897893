"""`diff`: what changed between two versions of a document."""

import argparse
import json
from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING

from crawler.cli.command import CorpusCommand, add_examples, refuse
from pipelines.exceptions import CorpusError

if TYPE_CHECKING:
    from crawler.jobs.diff import Redline

EXAMPLES = """
examples:
  policy-corpus diff example.com -s CORPUS_DIR=output
      the last change of its privacy policy
  policy-corpus diff example.com terms first last
  policy-corpus diff example.com privacy-policy 2018-05-01 2018-06-30
      the texts in force on the evening of these days
  policy-corpus diff example.com 3 4 --format html > change.html
  policy-corpus diff example.com --stat --exit-code

A and B are a number, a date (YYYY, YYYY-MM, YYYY-MM-DD or a timestamp), first,
last or previous; a number above 999 is written as #1000

exit codes:
  0 done; 1 with --exit-code, where the two differ; 2 usage error: no such site,
  kind or version
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "SITE [KIND] [A B] [--format FORMAT] [--stat]"

    def short_desc(self) -> str:
        return "Show what changed between two versions of a document"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument(
            "--format", choices=["text", "markdown", "html", "json"], default="text", help="default: text"
        )
        parser.add_argument("--stat", action="store_true", help="only the figures, by section")
        parser.add_argument("--variant", metavar="NAME", help="which of several documents of that kind")
        parser.add_argument("--exit-code", action="store_true", help="exit with 1 if the two differ")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.jobs.diff import redline
        from crawler.reporting.history import show
        from pipelines.store.database import open_for_reading

        try:
            with closing(open_for_reading(self.config.folder)) as db:
                found = redline(db, args, opts.variant)
        except CorpusError as error:
            refuse(self, error)
            return
        show(_lines(found, opts.format, only_figures=opts.stat))
        self.exitcode = int(opts.exit_code and found.differs)


def _lines(found: "Redline", form: str, *, only_figures: bool) -> Iterable[str]:
    from crawler.reporting.history import bracketed, coloured, wants_colours
    from pipelines.analysis.redline.html import page_html
    from pipelines.analysis.redline.lines import redline_lines, redline_markdown, stat_lines, total_line
    from pipelines.formats.terminal import printable

    if form == "json":
        return [json.dumps(found.as_dict(only_figures=only_figures), indent=1).replace("\x7f", "\\u007f")]
    if only_figures:
        return [printable(found.title), *map(printable, stat_lines(found.comparison))]
    if form == "html":
        return [page_html(found.title, total_line(found.comparison), found.comparison)]
    if form == "markdown":
        return map(printable, redline_markdown(found.title, found.comparison))
    mark = coloured if wants_colours() else bracketed
    return [
        mark(found.title, "section"),
        total_line(found.comparison),
        *redline_lines(found.comparison, mark),
    ]
