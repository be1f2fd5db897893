"""`archives`: which archives can be asked, and whether one answers."""

import argparse
import csv
import json
import sys
from pathlib import Path

from crawler.cli.command import CorpusCommand, add_examples, refuse, take_none
from pipelines.exceptions import ArchiveUnavailable, CorpusError, WrongUse

EXAMPLES = """
examples:
  policy-corpus archives
      the address book: names for ARCHIVES, with dialect, rates and limits
  policy-corpus archives check arquivo.pt -s CONTACT=me@example.org
  policy-corpus archives check ./mine.toml --address example.com/privacy
      a few requests: is a known address listed, and does a capture play
  policy-corpus archives find cc-index/ --targets domains.txt > found.csv
      policies of many domains, from Common Crawl's columnar index as Parquet
      files that lie here: no server is asked

exit codes of find: 0 done, 1 a file could not be read, 2 usage error
exit codes of check: 0 all works, 2 usage error, 4 it answers otherwise
"""


class Command(CorpusCommand):
    requires_project = True
    reads_corpus = False

    def syntax(self) -> str:
        return "[check NAME_OR_FILE] [--address URL] [find FOLDER --targets LIST] [--json]"

    def short_desc(self) -> str:
        return "List the archives of the address book, or ask one whether it works"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--address", default="", metavar="URL", help="what to ask for (default: its canary)")
        parser.add_argument("--targets", default="", metavar="LIST", help="of find: the domains")
        parser.add_argument("--kind", default="privacy policy", help="of find (default: %(default)s)")
        parser.add_argument("--most", type=int, default=1, help="of find: addresses a domain (default: %(default)s)")
        parser.add_argument("--json", action="store_true", help="the whole book as JSON, for programs")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        try:
            if args[:1] == ["check"] and len(args) > 1:
                take_none(args[2:], "one archive at a time")
                self._check(args[1], opts.address)
            elif args[:1] == ["find"] and len(args) > 1:
                take_none(args[2:], "one folder at a time")
                self._find(args[1], opts)
            else:
                take_none(args, "`archives check NAME` asks one")
                self._list(opts.json)
        except CorpusError as error:
            refuse(self, error)

    def _list(self, as_json: bool) -> None:
        from crawler.archives.book import as_dict, shipped
        from pipelines.formats.terminal import say

        archives = shipped()
        if as_json:
            print(json.dumps([as_dict(archive) for archive in archives], indent=1))
            return
        for one in archives:
            say(f"{one.name:<18} {one.dialect:<12} {one.title}")
            say(
                f"{'':<18} {one.rates.listing:g} listings and {one.rates.replay:g} replays a minute: {one.rates.source}"
            )
            say(f"{'':<18} {'verified: ' + one.verified if one.verified else 'unverified'}")

    def _check(self, name: str, address: str) -> None:
        from crawler.jobs.check_archive import check_archive
        from pipelines.formats.terminal import say

        assert self.crawler_process is not None
        assert self.settings is not None
        checked = check_archive(self.crawler_process, self.settings, name, address)
        say(*checked.told)
        if not checked.is_well:
            raise ArchiveUnavailable(f"{name} does not answer as its entry says.")

    def _find(self, folder: str, opts: argparse.Namespace) -> None:
        from crawler.jobs.columnar import Columnar, as_lines

        if not opts.targets:
            raise WrongUse("Name the domains: `archives find FOLDER --targets domains.txt`.")
        index = Columnar(Path(folder))
        csv.writer(sys.stdout, lineterminator="\n").writerows(
            as_lines(index.places(opts.targets, opts.kind, max(opts.most, 1)))
        )
        self.exitcode = 1 if index.unread else 0
