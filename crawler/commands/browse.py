"""`browse`: look at a corpus in a browser, by Datasette on loopback."""

import argparse

from crawler.cli.command import CorpusCommand, add_examples, refuse, take_none
from pipelines.exceptions import CorpusError
from pipelines.formats.terminal import say

EXAMPLES = """
It needs Datasette: python -m pip install 'policy-corpus[browse]'

examples:
  policy-corpus browse -s CORPUS_DIR=output
      then open the address that it prints; Ctrl-C ends it
  policy-corpus browse --port 0
      on any free port

Nothing can be changed through it, and nobody but this machine is answered.
A crawl may go on meanwhile. docs/site.md tells more.

exit codes:
  0 ended, 2 usage error: no corpus, no Datasette, a port that is taken
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[--port N] [-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "Look at the corpus in a browser: documents, redlines, search, tables"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--port", metavar="N", type=int, default=8001, help="port on 127.0.0.1 (default: 8001)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from pipelines.export.browse.server import serve
        from pipelines.export.site.names import SiteSettings

        settings = SiteSettings(public_url=self.config.wayback_public_url, tables="/corpus")
        try:
            take_none(args)
            serve(self.config.folder, opts.port, settings, say)
        except CorpusError as error:
            refuse(self, error)
        except KeyboardInterrupt:
            self.exitcode = 0
