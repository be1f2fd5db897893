"""`import`: texts that others published, as a corpus to compare with."""

import argparse
from contextlib import closing
from pathlib import Path

from crawler.cli.command import CorpusCommand, ProgressLines, add_examples, refuse
from pipelines.exceptions import CorpusError, WrongUse
from pipelines.formats.terminal import say

EXAMPLES = """
examples:
  git clone https://github.com/citp/privacy-policy-historical
  policy-corpus import princeton privacy-policy-historical \\
      -s CORPUS_DIR=princeton
      texts with header notes, one file a site: documents and versions
  policy-corpus import ota contrib-versions -s CORPUS_DIR=ota
      Open Terms Archive: one folder a service, one file a kind
  policy-corpus describe -s CORPUS_DIR=output --against princeton
      one's own crawl held against it

Give it a corpus folder of its own. Run again, it takes what is new. Nothing of
the repository is checked out or started.

exit codes:
  0 done, 2 usage error: no repository, or one with other commits; a folder that
  holds something else, 3 a run writes in the corpus, 5 recording failed
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "princeton|ota REPO -s CORPUS_DIR=DIR"

    def short_desc(self) -> str:
        return "Import texts that others published, to compare with"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from pipelines.maintenance.imports.git_history import GitHistory
        from pipelines.maintenance.imports.importing import import_texts
        from pipelines.store.database import open_corpus
        from pipelines.warc.lock import only_run

        folder = self.config.folder
        try:
            source, repository = _named(args)
            GitHistory(repository)  # before a folder is made for what is none
            with only_run(folder), closing(open_corpus(folder)) as db:
                report = import_texts(db, folder, source, repository, ProgressLines())
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
            return
        say(f"{report.texts:,} texts imported into {folder}")
        for reason, count in report.passed_over.most_common():
            say(f"{count:,} passed over: {reason}")


def _named(args: list[str]) -> tuple[str, Path]:
    from pipelines.maintenance.imports.published import PUBLISHERS

    if len(args) != 2 or args[0] not in PUBLISHERS:
        raise WrongUse(f"Say whose texts and where they are: import {'|'.join(PUBLISHERS)} FOLDER_OF_THE_CLONE.")
    return args[0], Path(args[1])
