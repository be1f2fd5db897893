"""`shard`: split a target list by site, so that each part can be crawled by itself."""

import argparse
from pathlib import Path

from crawler.cli.command import CorpusCommand, add_examples, refuse
from pipelines.exceptions import CorpusError, WrongUse
from pipelines.formats.terminal import complain, say

EXAMPLES = """
examples:
  policy-corpus shard sites.txt --into 4
      shards/shard-1.csv to shard-4.csv, and shards/catalogue.toml
  policy-corpus crawl policies -a targets=shards/shard-1.csv \\
      -s CORPUS_DIR=shards/shard-1
      each shard is crawled by itself, on one machine or several
  policy-corpus status -s CORPUS_DIR=shards/catalogue.toml
  policy-corpus export -s CORPUS_DIR=shards/catalogue.toml \\
      --format parquet --to tables
      all shards read as one corpus, without a merge
all addresses of a site go to one shard, and stay there when a list that has
changed is split again; crawl on several addresses only where the operators of
an archive allow it: its limits are per client, and are not to be got around
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False
    reads_corpus = False

    def syntax(self) -> str:
        return "TARGETS --into N [--to DIR] [--kind KIND]"

    def short_desc(self) -> str:
        return "Split a target list by site into shards that are crawled apart and read as one"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--into", metavar="N", type=int, default=0, help="number of shards")
        parser.add_argument("--to", metavar="DIR", default="shards", help="folder of the lists (default: shards)")
        parser.add_argument("--kind", default="privacy policy", help="kind of targets that name none")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.jobs.shard import split

        try:
            if len(args) != 1 or not opts.into:
                raise WrongUse("Give one target list and --into N: policy-corpus shard sites.txt --into 4")
            found = split(args[0], opts.into, Path(opts.to), kind=opts.kind, complain=complain)
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
            return
        unusable = f", {found.unusable} lines that are no targets (in the first list)" if found.unusable else ""
        say(
            f"{sum(found.counts)} targets in {len(found.counts)} lists of {min(found.counts)} to {max(found.counts)}"
            f"{unusable}",
            f"{found.catalogue} joins what is crawled: -s CORPUS_DIR={found.catalogue}",
        )
