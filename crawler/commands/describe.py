"""`describe`: a corpus in figures, with plots and a paragraph on how it was made."""

import argparse
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.cli.command import CorpusCommand, add_examples, refuse, take_none
from crawler.commands.export import add_selection
from pipelines.exceptions import CorpusError, WrongUse

if TYPE_CHECKING:
    from crawler.jobs.describe import Description

MOST_DAYS = 100_000
EXAMPLES = """
examples:
  policy-corpus describe -s CORPUS_DIR=output
      how much there is, since when, in which languages; what is missing
  policy-corpus describe --format markdown --plots figures > corpus.md
      tables, a paragraph for a methods section, a citation; plots as SVG
  policy-corpus describe --json | jq '.years[] | {year, words, ease}'
  policy-corpus describe --against princeton
      held against another corpus, as `import` makes one: whose documents and
      years each has, and how alike the texts in force at one time are
  policy-corpus describe --kind "privacy policy" --language en --gap-days 180

exit codes:
  0 done, 2 usage error, 5 plots could not be written
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[--format FORMAT] [--plots DIR] [--site SITE ...] [-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "Describe a corpus: figures, coverage, gaps, plots, methods"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--format", choices=["text", "markdown", "json"], default="text", help="default: text")
        parser.add_argument("--json", action="store_true", help="the same as --format json")
        parser.add_argument("--plots", metavar="DIR", default="", help="write plots over the years there, as SVG")
        parser.add_argument("--gap-days", metavar="N", type=int, default=365, help="days of a gap (default: 365)")
        parser.add_argument("--against", metavar="DIR", default="", help="the folder of a corpus to compare with")
        add_selection(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.jobs.describe import compared, describe_corpus, write_plots
        from crawler.reporting.history import show
        from pipelines.export.selection import selection_of
        from pipelines.store.database import open_for_reading, see_one_state

        try:
            take_none(args)
            if not 1 <= opts.gap_days <= MOST_DAYS:
                raise WrongUse(f"--gap-days {opts.gap_days} cannot be used: give a number from 1 to {MOST_DAYS}.")
            selection = selection_of(vars(opts))
            with closing(open_for_reading(self.config.folder)) as db:
                see_one_state(db)
                found = describe_corpus(db, selection, opts.gap_days)
                if opts.against:
                    found = replace(found, against=compared(db, selection, Path(opts.against)))
            names = write_plots(found.figures, Path(opts.plots)) if opts.plots else []
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
            return
        form = "json" if opts.json else opts.format
        if form == "json":
            print(json.dumps(found.as_dict(), indent=1).replace("\x7f", "\\u007f"))
        else:
            show(_markdown(found, opts.plots, names) if form == "markdown" else _text(found))


def _text(found: "Description") -> Iterator[str]:
    from pipelines.analysis.description.report import as_text
    from pipelines.formats.terminal import printable

    yield from map(printable, as_text(found.sections()))
    yield from ("Methods", f"  {printable(found.methods)}")


def _markdown(found: "Description", folder: str, plots: list[str]) -> Iterator[str]:
    from pipelines.analysis.description.methods import citation
    from pipelines.analysis.description.report import as_markdown
    from pipelines.formats.terminal import printable

    yield from ("# A corpus of policies", "")
    yield from map(printable, as_markdown(found.sections()))
    yield from (f"![{name.removesuffix('.svg')}](<{printable(Path(folder, name))}>)\n" for name in plots)
    yield from ("## Methods", "", printable(found.methods), "", "```bibtex", citation(found.made), "```")
