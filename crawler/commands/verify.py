"""`verify`: whether a corpus holds together, and putting right what does not."""

import argparse
from collections import Counter
from typing import TYPE_CHECKING

from crawler.cli.command import CorpusCommand, ProgressLines, add_examples, refuse, take_none
from pipelines.exceptions import CorpusError
from pipelines.formats.terminal import counted, say

if TYPE_CHECKING:
    from pipelines.maintenance.verify import Finding

EXAMPLES = """
examples:
  policy-corpus verify -s CORPUS_DIR=output
      bytes, rows, versions and files; a few snapshots are read once more
  policy-corpus verify --full -s CORPUS_DIR=output
      all snapshots are read once more
  policy-corpus verify --repair -s CORPUS_DIR=output
      what is wrong is put right as far as the bytes are there; the rest is
      fetched by the next crawl; where most of the WARC files are missing, as on
      a disk that is not mounted, nothing is done without --accept-losses

exit codes:
  0 all is well or was put right, 1 something is wrong, 2 usage error,
  3 corpus in use
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[--full] [--repair] [--accept-losses] [-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "Check bytes, rows, readings, versions and files against each other"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--full", action="store_true", help="check every snapshot, not only a sample")
        parser.add_argument("--repair", action="store_true", help="fix what is wrong")
        parser.add_argument(
            "--accept-losses", action="store_true", help="repair even if most of the WARC files are missing"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.jobs.verify import put_right, run_verify

        assert self.settings is not None
        try:
            take_none(args)
            findings = run_verify(self.settings, full=opts.full, tell=_tell)
            if findings and opts.repair:
                findings = put_right(
                    self.settings,
                    findings,
                    ProgressLines(),
                    full=opts.full,
                    tell=_tell,
                    accept_losses=opts.accept_losses,
                )
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
            return
        say(*_closing(findings))
        self.exitcode = 1 if findings else 0


def _tell(finding: "Finding") -> None:
    say(finding)


def _closing(findings: "list[Finding]") -> list[str]:
    if not findings:
        return ["all is well"]
    from pipelines.maintenance.verify import Mend

    ways = {
        Mend.FETCH: "verify --repair, then crawl",
        Mend.REBUILD: "rebuild",
        Mend.EXPORT: "verify --repair",
        Mend.REREAD: "rebuild --only-changed",
        Mend.NOTHING: "another copy of the file",
    }
    counts = Counter(finding.mend for finding in findings)
    return [f"{counted(count, 'finding')} to mend by: {ways[mend]}" for mend, count in sorted(counts.items())]
