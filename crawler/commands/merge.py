"""`merge`: the corpora of several machines in one."""

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError

from crawler.cli.command import CorpusCommand, ProgressLines, add_examples, refuse
from pipelines.exceptions import CorpusError

EXAMPLES = """
examples:
  policy-corpus merge /srv/one /srv/two -s CORPUS_DIR=all
      the same whatever the order; again, it changes nothing; all pages that
      are new here are read again, however sure the others are of their texts
  policy-corpus merge --trust-readings /srv/mine -s CORPUS_DIR=all
      the texts of corpora of your own are taken over, which is faster
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "CORPUS_DIR ... [options] [-s CORPUS_DIR=INTO]"

    def short_desc(self) -> str:
        return "Merge other corpora into this one"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument(
            "--accept-forgotten", action="store_true", help="delete here, too, what another corpus has forgotten"
        )
        parser.add_argument(
            "--trust-readings",
            action="store_true",
            help="take over the texts of the other corpora instead of reading their pages again",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.jobs.rebuild import run_merge

        assert self.settings is not None
        if not args:
            raise UsageError("name the corpora to bring in: merge /srv/one /srv/two", print_help=False)
        try:
            others = [Path(name) for name in args]
            count, exported = run_merge(
                self.settings,
                others,
                ProgressLines(),
                accept_forgotten=opts.accept_forgotten,
                trust_readings=opts.trust_readings,
            )
            print(f"{count} WARC files brought in, {exported.files} texts, {exported.written} written")
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
