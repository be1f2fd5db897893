"""`export`: hand the corpus on, as text files here or elsewhere, as tables, a data set, a history or WARC."""

import argparse
from pathlib import Path

from crawler.cli.command import CorpusCommand, add_examples, refuse, take_none
from pipelines.exceptions import CorpusError, WrongUse
from pipelines.formats.terminal import counted, say

EXAMPLES = """
formats:
  text      one file a version, and a manifest (without --format)
  parquet   tables for DuckDB, pandas, Polars
  jsonl     the same tables, one JSON object a line; csv for spreadsheets
  dataset   a folder for the Hugging Face hub, with card and descriptions
  git       a history: one commit a version
  wacz      the pages themselves, for ReplayWeb.page; warc for other players
docs/exports.md tells which is for what, and how large they are.

examples:
  policy-corpus export -s CORPUS_DIR=output
  policy-corpus export -s CORPUS_DIR=output --format parquet --to tables
  policy-corpus export -s CORPUS_DIR=output --format dataset --to data \\
      --kind "privacy policy" --language en --since 2016 --until 2020
  policy-corpus export -s CORPUS_DIR=output --format csv --to then \\
      --as-of 2018-05-25
      the version of each document that was the latest known on that day
  policy-corpus export -s CORPUS_DIR=output --format git --to history
  policy-corpus export -s CORPUS_DIR=output --format wacz --to pages.wacz \\
      --site harbourlight.example
  policy-corpus export -s CORPUS_DIR=output --to /srv/texts \\
      -s EXPORT_STYLE=princeton
      what writes there later keeps to that style, unless told another one
  policy-corpus export -s CORPUS_DIR=output --to /srv/plain \\
      --extractor trafilatura
      versions and texts as that extractor reads the pages, if it has read
      them: rebuild --only-changed -s EXTRACTOR=trafilatura
  policy-corpus export -s CORPUS_DIR=shards/catalogue.toml --format parquet \\
      --to tables
      all shards of a catalogue (see `policy-corpus shard --help`) as one corpus

exit codes:
  0 done, 1 some versions could not be read in this style, 2 usage error,
  3 a run writes in the corpus, 5 recording failed
"""

STAY = (
    "{} more stay as an export before this one left them: changes of their documents are still looked for. "
    "--include open brings them up to date."
)


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False
    reads_catalogues = True

    def syntax(self) -> str:
        return "[--format NAME] [--to DIR] [options]"

    def short_desc(self) -> str:
        return "Export the corpus: texts, tables, a data set, a git history, WARC"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--format", metavar="NAME", default="text", help="what to write (default: text)")
        parser.add_argument("--to", metavar="DIR", default="", help="folder to write to (text: CORPUS_DIR/text)")
        parser.add_argument("--include", choices=["open"], help="also versions whose date of change is still open")
        add_selection(parser)
        parser.add_argument("--extractor", metavar="NAME", default="", help="as this extractor reads the pages")
        parser.add_argument("--plain", action="store_true", help="jsonl: without compression")
        parser.add_argument("--layout", choices=["site", "princeton"], default="site", help="git: names of files")
        parser.add_argument("--title", metavar="TEXT", default="", help="dataset: what it is called")
        parser.add_argument("--author", metavar="NAME", action="append", default=[], help="dataset: who is to be cited")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.jobs import configuration

        assert self.settings is not None
        try:
            take_none(args, "-s CORPUS_DIR=DIR names the corpus, --to DIR the folder to write to")
            configuration.check_offline(self.settings)
            self.exitcode = self._texts(opts) if opts.format == "text" else self._others(opts)
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)

    def _texts(self, opts: argparse.Namespace) -> int:
        from pipelines.export.corpus_files import export_corpus, export_elsewhere
        from pipelines.export.selection import all_read_by, selection_of
        from pipelines.store.catalogue import is_catalogue

        assert self.settings is not None
        selection = selection_of(vars(opts), include_open=opts.include == "open")
        if not selection.is_whole and not opts.to:
            raise WrongUse("CORPUS_DIR/text holds all versions: give --to a folder for a selection of them.")
        if opts.extractor and not opts.to:
            raise WrongUse(
                "CORPUS_DIR/text holds what the corpus is read by: give --to a folder for what another one reads."
            )
        folder = self.config.folder
        if is_catalogue(folder) and not opts.to:
            raise WrongUse(f"{folder} is a catalogue of shards, which has no texts of its own: give --to a folder.")
        with all_read_by(folder, opts.extractor) as joined:
            if opts.to:
                counts = export_elsewhere(joined, self.config, Path(opts.to), selection)
            else:
                counts = export_corpus(joined.dbs[0], self.config, selection)
        left_out = f", {counts.unread} left out" if counts.unread else ""
        print(f"{counted(counts.files, 'file')}, {counts.written:,} written, {counts.removed:,} removed{left_out}")
        if counts.stay:
            print(STAY.format(counted(counts.stay, "file")))
        return 1 if counts.unread else 0

    def _others(self, opts: argparse.Namespace) -> int:
        from pipelines.export.base import Order, export_to, exporter
        from pipelines.export.selection import selection_of, viewing

        exporter(opts.format)  # a name that is none is told before anything else
        if not opts.to:
            raise WrongUse(f"--format {opts.format} needs --to, the folder to write to.")
        selection = selection_of(vars(opts), include_open=opts.include == "open")
        order = Order(Path(opts.to), opts.plain, opts.layout, opts.title, tuple(opts.author))
        folder, public_url = self.config.folder, self.config.wayback_public_url
        with viewing(folder, selection, public_url, opts.extractor) as corpus:
            report = export_to(corpus, opts.format, order)
        say(*report.said, report)
        return 0


def add_selection(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("which versions", "the first four may be given several times")
    add = group.add_argument
    for name, what, says in _SEVERAL:
        named = _kind if name == "--kind" else str
        add(name, metavar=what, action="append", default=[], type=named, help=says)
    for name, says in _DAYS:
        add(name, metavar="DAY", default="", help=says)


def _kind(name: str) -> str:
    """A kind by any of its names; corpora of others have kinds of their own."""
    from crawler.targets.document_kinds import normal_kind

    try:
        return normal_kind(name)
    except WrongUse:
        return name


_SEVERAL = (
    ("--site", "SITE", "only this site"),
    ("--kind", "KIND", "only this kind, e.g. 'privacy policy'"),
    ("--language", "CODE", "only versions in this language, e.g. en"),
    ("--verdict", "VERDICT", "only versions of this verdict: policy or doubtful"),
)
_DAYS = (
    ("--since", "seen on that day (2018-05-25, or 2018) or later"),
    ("--until", "seen on that day or earlier"),
    ("--as-of", "of each document the latest known on that day"),
)
