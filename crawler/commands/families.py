"""`families`: texts that nearly equal each other, over sites."""

import argparse
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

from crawler.cli.command import CorpusCommand, ProgressLines, add_examples, refuse, take_none
from pipelines.exceptions import CorpusError

if TYPE_CHECKING:
    from pipelines.store.families import Family

SHOWN = 12  # members of a family that are shown to a person
EXAMPLES = """
examples:
  policy-corpus families -s CORPUS_DIR=output
      who has nearly the same text as others, and who had it first
  policy-corpus families --site harbourlight.example
  policy-corpus families -s FAMILY_JACCARD=0.8 --json | jq '.families[0]'

Texts that were compared before are not compared again. The view `families` of
the database has every version with its family.

exit codes:
  0 done, 2 usage error, 3 a run writes in the corpus, 5 recording failed
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[--site SITE] [--json] [-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "Find nearly identical texts across sites: templates, copies, groups"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--site", metavar="SITE", default="", help="only families with a text of this site")
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.jobs import configuration
        from crawler.reporting.history import show
        from pipelines.store.database import open_existing, see_existing
        from pipelines.store.families import families, sort_into_families
        from pipelines.warc.lock import only_run

        assert self.settings is not None
        try:
            take_none(args, "--site SITE chooses a site, -s CORPUS_DIR=DIR the corpus")
            configuration.check_offline(self.settings)
            folder, least = self.config.folder, self.config.family_jaccard
            see_existing(folder)
            with only_run(folder), closing(open_existing(folder)) as db:
                done = sort_into_families(db, least, ProgressLines())
                found = list(families(db, opts.site.lower()))
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
            return
        if opts.json:
            told = {"texts": done.texts, "least": least, "families": [asdict(one) for one in found]}
            print(json.dumps(told, indent=1).replace("\x7f", "\\u007f"))
        else:
            show([*(line for one in found for line in _lines(one)), _closing(found, done.texts, least)])


def _lines(family: "Family") -> Iterator[str]:
    from pipelines.formats.terminal import counted, printable
    from pipelines.formats.timestamps import day

    of = counted(family.sites, "site"), counted(family.documents, "document"), counted(family.texts, "text")
    yield ", ".join(of)
    for number, one in enumerate(family.members[:SHOWN]):
        name = " ".join(filter(None, (one.site, one.kind, one.variant)))
        span = f"{day(one.first_timestamp)} to {day(one.last_timestamp)}"
        yield f"  {'oldest' if number == 0 else f'{one.jaccard:>6.1%}'}  {span}  {printable(name)}"
    if len(family.members) > SHOWN:
        yield f"          and {len(family.members) - SHOWN} more: --json names them"


def _closing(found: "list[Family]", texts: int, least: float) -> str:
    from pipelines.formats.terminal import counted

    kin = counted(len(found), "family", "families")
    return f"{kin} over several sites among {counted(texts, 'text')} (Jaccard index of {least:g} and more)"
