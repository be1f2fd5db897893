"""`compact`: few large WARC files instead of many small ones."""

import argparse
from contextlib import closing

from crawler.cli.command import CorpusCommand, add_examples, refuse, take_none
from pipelines.exceptions import CorpusError
from pipelines.formats.terminal import counted

EXAMPLES = """
examples:
  policy-corpus compact -s CORPUS_DIR=output
      the WARC files of all runs so far into files of WARC_MAX_MB
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "Join many small WARC files into a few large ones"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.jobs import configuration
        from crawler.jobs.run_record import noted
        from crawler.jobs.settling import add_derived
        from pipelines.maintenance.merge import compact
        from pipelines.store.database import open_existing
        from pipelines.warc.lock import only_run

        assert self.settings is not None
        try:
            take_none(args)
            configuration.check_offline(self.settings)
            add_derived(self.settings)
            folder = self.config.folder
            with only_run(folder), closing(open_existing(folder)) as db, noted(self.settings, "compact"):
                before, after = compact(db, folder, max_size=self.config.warc_size)
            print(f"{counted(before, 'WARC file')}: {after:,} now")
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
