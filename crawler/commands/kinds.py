"""`kinds`: the kinds of document that can be asked for, by all their names."""

import argparse
import json
import textwrap

from crawler.cli.command import CorpusCommand, add_examples, refuse, take_none
from pipelines.exceptions import WrongUse
from pipelines.formats.terminal import say

EXAMPLES = """
examples:
  policy-corpus kinds
  policy-corpus kinds --json | jq keys
"""


class Command(CorpusCommand):
    requires_crawler_process = False
    reads_corpus = False

    def syntax(self) -> str:
        return "[--json]"

    def short_desc(self) -> str:
        return "List the kinds of document and the names they go by"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs: kind: [synonyms]")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.targets.document_kinds import kind_synonyms

        try:
            take_none(args, "`kinds --help` names all options")
        except WrongUse as error:
            refuse(self, error)
            return
        if opts.json:
            say(*json.dumps(kind_synonyms(), ensure_ascii=False, indent=1).splitlines())
            return
        for kind, names in kind_synonyms().items():
            say(kind, *textwrap.wrap(", ".join(names), 78, initial_indent="  ", subsequent_indent="  "))
