"""`export`: write the text files again, here or elsewhere."""

import argparse
from contextlib import closing
from pathlib import Path

from crawler.commandline import CorpusCommand, add_examples, refuse, take_none
from crawler.exceptions import CorpusError

EXAMPLES = """
examples:
  python -m scrapy export -s CORPUS_DIR=output
  python -m scrapy export -s CORPUS_DIR=output --to /srv/texts \\
      -s EXPORT_STYLE=princeton
      what writes there later keeps to that style, unless told another one

exit codes:
  0 done, 1 some versions could not be read in this style, 2 wrong use,
  5 recording failed
"""

STAY = (
    "{} files more stay as an export before this one left them: changes of their documents are still looked for. "
    "--include open brings them up to date."
)


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[--to DIR] [-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "Write one text file a version, and the manifest"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--to", metavar="DIR", default="", help="folder to write to (default: CORPUS_DIR/text)")
        parser.add_argument("--include", choices=["open"], help="also versions whose time of change is not settled yet")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler import configuration
        from pipelines.export.corpus_files import export_corpus
        from pipelines.store.database import open_for_reading

        assert self.settings is not None
        try:
            take_none(args, "-s CORPUS_DIR=DIR names the corpus, --to DIR the folder to write to")
            configuration.check_offline(self.settings)
            with closing(open_for_reading(Path(self.settings["CORPUS_DIR"]))) as db:
                counts = export_corpus(db, self.settings, opts.to, include_open=opts.include == "open")
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
            return
        left_out = f", {counts.unread} left out" if counts.unread else ""
        print(f"{counts.files} files, {counts.written} written, {counts.removed} removed{left_out}")
        if counts.stay:
            print(STAY.format(counts.stay))
        self.exitcode = 1 if counts.unread else 0
