"""`forget`: a site out of the corpus, for good."""

import argparse
from contextlib import closing
from datetime import UTC, datetime

from scrapy.exceptions import UsageError

from crawler.cli.command import CorpusCommand, add_examples, refuse
from pipelines.exceptions import CorpusError
from pipelines.formats.terminal import counted, say

EXAMPLES = """
examples:
  policy-corpus forget example.com -s CORPUS_DIR=output
      everything of example.com and its hosts goes: rows, WARC records, texts;
      it is not asked for again, also where another site's document lies on it
  policy-corpus forget --force example.org -s CORPUS_DIR=output
      a site that the corpus does not know: it is never asked for
this cannot be undone; SITE is a registered domain, not a host or a page of it;
copies made elsewhere (backups, other exports) are not touched
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "SITE [SITE ...] [--force] [-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "Remove a site from database, WARC files and texts for good"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--force", action="store_true", help="also a site that is not in the corpus")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.jobs import configuration
        from crawler.jobs.run_record import noted
        from crawler.jobs.settling import add_derived
        from crawler.targets import urls as addresses
        from pipelines.export.corpus_files import export_corpus
        from pipelines.export.paths import remove_unknown
        from pipelines.formats.surt import urlkey
        from pipelines.maintenance.forget import forget, refuse_unknown
        from pipelines.store.database import open_existing
        from pipelines.warc.lock import only_run

        assert self.settings is not None
        if not args:
            raise UsageError("name a site: forget example.com", print_help=False)
        try:
            configuration.check_offline(self.settings)
            add_derived(self.settings)
            folder = self.config.folder
            sites = [addresses.named_site(name) for name in args]
            with only_run(folder), closing(open_existing(folder)) as db, noted(self.settings, "forget"):
                if not opts.force:
                    refuse_unknown(db, sites, urlkey)
                for site in sites:
                    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
                    count = forget(db, folder, site, urlkey, now=now, run=self.config.run_id)
                    say(f"{site} is forgotten; {counted(count, 'WARC file')} written anew")
                export_corpus(db, self.config)
                remove_unknown(folder / "text")
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
