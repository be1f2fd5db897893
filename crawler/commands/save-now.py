"""`save-now`: have the Wayback Machine capture the pages of a list now."""

import argparse

from crawler.cli.command import CorpusCommand, add_examples, refuse
from pipelines.exceptions import ArchiveUnavailable, CorpusError, WrongUse

EXAMPLES = """
examples:
  policy-corpus save-now sites.txt -s CONTACT=me@example.org
      a capture of each address, but for those that have one of the last day
  policy-corpus save-now example.com/privacy --within 7d \\
      -s CONTACT=me@example.org

The captures are made under your own account at archive.org, at 4 a minute. Its
keys (https://archive.org/account/s3.php) are taken from the environment:
ARCHIVE_ORG_ACCESS_KEY and ARCHIVE_ORG_SECRET_KEY. A later crawl finds the
captures listed; the view `saves` tells which are yours.

exit codes:
  0 all are captured, 1 some are not, 2 usage error, 3 another run is at work,
  4 the archive is not there
"""


class Command(CorpusCommand):
    requires_project = True

    def syntax(self) -> str:
        return "TARGETS [--within TIME] [--kind KIND]"

    def short_desc(self) -> str:
        return "Have the Wayback Machine capture pages now, with your own keys"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument(
            "--kind", default="privacy policy", help="of addresses that name none (default: %(default)s)"
        )
        parser.add_argument(
            "--within", default="1d", metavar="TIME",
            help="leave out what has a capture from so long before now: 45m, 12h, 7d (default: %(default)s)",
        )  # fmt: skip

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        try:
            if len(args) != 1:
                raise WrongUse("Name one list of targets, or one address: `save-now sites.txt`.")
            self._save(args[0], opts)
        except CorpusError as error:
            refuse(self, error)

    def _save(self, targets: str, opts: argparse.Namespace) -> None:
        from crawler.jobs.save_now import save_now
        from pipelines.formats.terminal import say

        assert self.crawler_process is not None
        assert self.settings is not None
        done = save_now(self.crawler_process, self.settings, targets, opts.kind, opts.within)
        say(*done.told, ", ".join(f"{count} {state}" for state, count in sorted(done.count.items())) or "nothing to do")
        if done.stopped:
            raise (ArchiveUnavailable if "Cannot reach" in done.stopped else WrongUse)(done.stopped)
        self.exitcode = 0 if done.is_well else 1
