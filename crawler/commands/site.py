"""`site`: publish a corpus as static pages with feeds."""

import argparse
from pathlib import Path

from crawler.cli.command import CorpusCommand, ProgressLines, add_examples, refuse, take_none
from pipelines.exceptions import CorpusError, WrongUse
from pipelines.formats.terminal import say

EXAMPLES = """
examples:
  policy-corpus site --to site -s CORPUS_DIR=output
      open site/index.html in a browser: no server is needed
  policy-corpus site --to /var/www/policies --title "Policies of banks" \\
      --url https://policies.example.org/
      --url is where it will lie: feeds and citations name it

With `pip install 'policy-corpus[search]'` the texts can be searched.
Run again, it writes only what changed. docs/site.md tells more.

exit codes:
  0 done, 2 usage error: no corpus, nothing in it, another folder,
  5 the site could not be written: the old one stays whole
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "--to DIR [--url URL] [--title TEXT] [-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "Publish the corpus as static pages with time lines, redlines and feeds"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--to", metavar="DIR", default="", help="folder of the site; made where there is none")
        parser.add_argument("--url", metavar="URL", default="", help="where the site will lie, for feeds and citations")
        parser.add_argument("--title", metavar="TEXT", default="", help="what the site is called")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from pipelines.export.site.contents import publish
        from pipelines.export.site.names import site_settings
        from pipelines.export.site.search import is_installed

        try:
            take_none(args, "--to DIR names the folder of the site")
            if not opts.to:
                raise WrongUse("Say where the site is to lie: --to DIR.")
            settings = site_settings(opts.title, opts.url, self.config.wayback_public_url, search=is_installed())
            say(publish(self.config.folder, Path(opts.to), settings, ProgressLines()))
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
