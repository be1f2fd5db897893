"""`terms`: how often texts mention the terms of a lexicon, and since when."""

import argparse
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.cli.command import CorpusCommand, ProgressLines, add_examples, refuse
from pipelines.exceptions import CorpusError, WrongUse

if TYPE_CHECKING:
    from sqlite_utils import Database

EXAMPLES = """
examples:
  policy-corpus terms -s CORPUS_DIR=output
      the lexicon that comes with the program: laws, techniques, rights
  policy-corpus terms --term GDPR
      of each document the first version that mentions it
  policy-corpus terms my-terms.toml --json | jq '.terms[] | {name, documents}'

A lexicon is a TOML file:
  [[term]]
  name = "cookies"
  [term.patterns]
  any = ['\\bcookies?\\b']
  fi = ['\\bevästeet\\b']

Texts that were counted before are not counted again; another lexicon takes the
place of the last one. The view `term_mentions` of the database has all counts.

exit codes:
  0 done, 2 usage error: a lexicon or a pattern in it, with file and line,
  3 a run writes in the corpus, 5 recording failed
"""


class Command(CorpusCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[FILE] [--term NAME] [--json] [-s CORPUS_DIR=DIR]"

    def short_desc(self) -> str:
        return "Count the terms of a lexicon in all texts, with first mentions"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--term", metavar="NAME", default="", help="the documents that mention this term")
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.reporting.history import show
        from pipelines.analysis.terms.lexicon import SHIPPED, read_lexicon
        from pipelines.store.database import open_existing, see_existing
        from pipelines.store.terms import count_terms
        from pipelines.warc.lock import only_run

        folder = self.config.folder
        try:
            if len(args) > 1:
                raise WrongUse(f"Unexpected argument {args[1]!r}: terms [FILE], with all terms in one file.")
            lexicon = read_lexicon(Path(args[0]) if args else SHIPPED)
            see_existing(folder)
            with only_run(folder), closing(open_existing(folder)) as db:
                count_terms(db, lexicon, ProgressLines())
                told = _told(db, opts.term)
        except (CorpusError, KeyboardInterrupt) as error:
            refuse(self, error)
            return
        if opts.json:
            print(json.dumps(told, indent=1).replace("\x7f", "\\u007f"))
        else:
            show(_mention_lines(told) if opts.term else _lines(told))


def _told(db: "Database", asked: str) -> dict[str, Any]:
    from pipelines.store.terms import first_mentions, see_term, term_figures

    if not asked:
        return {"terms": [asdict(one) for one in term_figures(db)]}
    name = see_term(db, asked)
    return {"term": name, "documents": [asdict(one) for one in first_mentions(db, name)]}


def _lines(told: dict[str, Any]) -> Iterator[str]:
    from pipelines.formats.terminal import printable

    yield f"{'':30}  {'sites':>7}  {'documents':>9}  {'versions':>8}  first mention"
    for one in told["terms"]:
        first = f"{_day(one['first'])}  {_document(one['first'])}" if one["first"] else "nowhere"
        counts = f"{one['sites']:>7,}  {one['documents']:>9,}  {one['versions']:>8,}"
        yield f"{printable(one['name']):30}  {counts}  {first}"


def _mention_lines(told: dict[str, Any]) -> Iterator[str]:
    from pipelines.formats.terminal import counted, printable

    yield f"{printable(told['term'])}: mentioned by {counted(len(told['documents']), 'document')}, first"
    for one in told["documents"]:
        since = f"not yet in that of {_of(one['changed_after'])}" if one["changed_after"] else "since its first version"
        yield f"  {_day(one)}  {one['count']:>4} times  {_document(one)}, version {one['number']}, {since}"


def _document(mention: dict[str, Any]) -> str:
    from pipelines.formats.terminal import printable

    return printable(" ".join(filter(None, (mention["site"], mention["kind"], mention["variant"]))))


def _day(mention: dict[str, Any]) -> str:
    return _of(mention["first_timestamp"])


def _of(timestamp: str) -> str:
    from pipelines.formats.timestamps import day

    return day(timestamp)
