"""`status`: what a corpus holds."""

import argparse
import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from crawler.cli.command import CorpusCommand, add_examples, refuse, take_none
from pipelines.exceptions import CorpusError

EXAMPLES = """
examples:
  policy-corpus status -s CORPUS_DIR=output
  policy-corpus status -s CORPUS_DIR=output --json | jq .states
  policy-corpus status -s CORPUS_DIR=shards/catalogue.toml
      all shards of a catalogue (see `policy-corpus shard --help`) as one corpus
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False
    reads_catalogues = True

    def syntax(self) -> str:
        return "[--json] [-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "Count what a corpus holds, by outcome"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.jobs.configuration import readers_of
        from crawler.reporting.summary import run_lines, summary_lines, tell
        from pipelines.store.joined import open_joined
        from pipelines.store.runs import latest
        from pipelines.store.summary import summarise_all

        assert self.settings is not None
        folder = self.config.corpus_dir
        try:
            take_none(args)
            with closing(open_joined(Path(folder))) as joined:
                summary = summarise_all(
                    joined.dbs, readers_of(self.settings, (shard.folder for shard in joined.shards))
                )
                runs = [run for run in map(latest, joined.dbs) if run]
        except CorpusError as error:
            refuse(self, error)
            return
        run = max(runs, key=lambda run: (run["started_at"], run["id"]), default=None)
        if opts.json:
            print(_as_json({**summary.as_dict(), "last_run": run}))
        else:
            tell([*summary_lines(summary, folder), *run_lines(run)])


def _as_json(counts: Mapping[str, object]) -> str:
    """JSON in ASCII, in which DEL alone of all controls would stand unescaped."""
    return json.dumps(counts, indent=1).replace("\x7f", "\\u007f")
