"""`rebuild`: the corpus made again from its WARC files, or from those of others, without a network."""

import argparse

from crawler.cli.command import CorpusCommand, ProgressLines, add_examples, refuse
from pipelines.exceptions import CorpusError
from pipelines.formats.terminal import counted, say

EXAMPLES = """
examples:
  policy-corpus rebuild -s CORPUS_DIR=output
      the database and the texts again, from output/warc
  policy-corpus rebuild -s CORPUS_DIR=output --only-changed
      after an upgrade: read again what an older reader read
  policy-corpus rebuild crawl.warc.gz --targets sites.csv -s CORPUS_DIR=other
      a corpus of WARC files of pywb, Browsertrix or another program
  policy-corpus rebuild -s CORPUS_DIR=output --cluster local
  policy-corpus rebuild -s CORPUS_DIR=/srv/output --cluster tcp://host:8786
      pages are read by the workers of a Dask cluster, which see the same files
  policy-corpus rebuild -s CORPUS_DIR=shards/catalogue.toml \\
      --cluster tcp://host:8786
      each shard of a catalogue is rebuilt whole by a worker
files of other programs: a page belongs to the document of its own address;
archived redirects and canonical links move documents as in a crawl; --targets
with one site, kind and variant for several addresses makes them one
where WARC files are missing or damaged, so that captures would be lost, the
corpus stays as it is; --accept-losses goes on all the same
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False
    reads_catalogues = True

    def syntax(self) -> str:
        return "[WARC_OR_DIR ...] [--targets FILE] [--cluster ADDRESS] [options]"

    def short_desc(self) -> str:
        return "Rebuild the corpus from its WARC files; needs no network"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument(
            "--targets", metavar="FILE", default="", help="list that says which document an address belongs to"
        )
        parser.add_argument("--kind", default="privacy policy", help="kind of targets that name none")
        parser.add_argument("--only-changed", action="store_true", help="only re-read what an older reader has read")
        parser.add_argument(
            "--accept-losses", action="store_true", help="rebuild even if captures that WARC files lack are lost"
        )

        parser.add_argument(
            "--cluster", metavar="ADDRESS", default="", help="read on a Dask cluster: local, or a scheduler's tcp://..."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.jobs.rebuild import Request, run_rebuild
        from crawler.jobs.rebuild_shards import rebuild_shards
        from pipelines.store.catalogue import is_catalogue

        assert self.settings is not None
        request = Request(args, opts.targets, opts.kind, opts.only_changed, opts.accept_losses, opts.cluster)
        try:
            if is_catalogue(self.config.folder):
                self.exitcode = rebuild_shards(self.settings, request, ProgressLines(), say)
                return
            rebuilt, counts = run_rebuild(self.settings, request, ProgressLines())
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
            return
        print(
            f"{counted(rebuilt.files, 'WARC file')}, {counted(rebuilt.damaged, 'damaged record')}, "
            f"{counted(rebuilt.lost, 'page')} lost, "
            f"{f'{rebuilt.unread} not read, ' if rebuilt.unread else ''}"
            f"{counted(counts.files, 'text')}, {counts.written} written, {counts.removed} removed"
        )
        self.exitcode = rebuilt.exit_code
