"""`crawl`: the main job, from targets to text files."""

import argparse
from collections.abc import Mapping

from scrapy.exceptions import UsageError
from scrapy.utils.conf import arglist_to_dict

from crawler.cli.command import CorpusCommand, ProgressLines, add_examples, refuse, take_none
from pipelines.exceptions import CorpusError, WrongUse
from pipelines.formats.terminal import say

EXAMPLES = """
examples:
  policy-corpus crawl policies -a targets=sites.txt -s CONTACT=me@example.org
  policy-corpus crawl policies -a targets=example.com/privacy \\
      -s CONTACT=me@example.org -s FROM=2015 -s TO=2020
  policy-corpus crawl policies -a targets=terms.csv \\
      -a kind="terms of service" -s CORPUS_DIR=terms -s SELECT=year \\
      -s CONTACT=me@example.org
  policy-corpus crawl policies -a targets=domains.txt \\
      -s CONTACT=me@example.org --dry-run

exit codes:
  0 done, 1 finished with failures that a later run tries again, 2 usage error,
  3 corpus in use, 4 archive blocked or unreachable, 5 recording failed,
  130/143 stopped by SIGINT/SIGTERM
"""


ARGUMENTS = ("targets", "kind")


class Command(CorpusCommand):
    """Stock `scrapy crawl` ends with 0 whatever happened and hands on arguments that nobody reads; this one tells.

    Its `-o` and `-O` are left out: what is found goes to the corpus, and from there to text files.
    """

    requires_project = True
    is_sample = False

    def syntax(self) -> str:
        return "policies -a targets=FILE_OR_URL [-a kind=KIND] [options]"

    def short_desc(self) -> str:
        return "List, fetch, read and export the policies of a target list"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument(
            "-a",
            dest="spargs",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="targets=FILE_OR_URL, kind=KIND (of targets that name none)",
        )
        parser.add_argument("--strict", action="store_true", help="stop at the first target line that cannot be used")
        parser.add_argument(
            "--max-requests", type=int, metavar="N", help="stop after N requests; the next run continues"
        )
        parser.add_argument("--max-time", metavar="TIME", help="stop after 90s, 45m, 6h ...; the next run continues")
        parser.add_argument("--language", metavar="CODE", help="only documents in this language, e.g. en (ISO 639-1)")
        parser.add_argument("--dry-run", action="store_true", help="estimate requests and time, and send nothing")
        parser.add_argument("--retry-failed", action="store_true", help="also retry what failed for good")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        try:
            opts.spargs = arglist_to_dict(opts.spargs)
        except ValueError:
            raise UsageError("-a takes NAME=VALUE: -a targets=sites.txt", print_help=False) from None

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        # first: it looks at all of the stack and of what is loaded, which takes a tenth of a second deep in a crawl
        import scrapy.core.downloader.contextfactory  # noqa: F401

        from crawler.jobs.crawl import run_crawl
        from crawler.jobs.estimate import forecast
        from crawler.jobs.register import Request
        from crawler.reporting.progress_state import forecast_lines
        from crawler.reporting.summary import tell_outcome

        if not args:
            raise UsageError("give the spider's name: crawl policies", print_help=False)
        assert self.crawler_process is not None
        assert self.settings is not None
        for name in ("max_requests", "max_time", "language"):
            if (value := getattr(opts, name)) is not None:
                self.settings.set(name.upper(), value, priority="cmdline")
        request = Request(
            spider=args[0],
            targets=opts.spargs.get("targets", ""),
            kind=opts.spargs.get("kind", "privacy policy"),
            strict=opts.strict,
            retry_failed=opts.retry_failed,
            sample=self.is_sample,
        )
        try:
            take_none(_surplus(args), "`crawl --help` names all options")
            _refuse_unknown(opts.spargs)
            if opts.dry_run:
                say(*forecast_lines(forecast(self.settings, request)))
                return
            outcome = run_crawl(self.crawler_process, self.settings, request, ProgressLines())
        except CorpusError as error:
            refuse(self, error)
            return
        tell_outcome(outcome, self.config.corpus_dir)
        self.exitcode = outcome.exit_code


def _surplus(args: list[str]) -> list[str]:
    """What stands beside the spider's name; Scrapy puts options there that are none."""
    return [arg for arg in args if arg.startswith("-")] or args[1:]


def _refuse_unknown(given: Mapping[str, str]) -> None:
    for name in given:
        if name not in ARGUMENTS and not name.startswith("_"):  # scrapyd gives its jobs an -a _job=...
            raise WrongUse(f"There is no -a {name}=...: give {' or '.join(f'-a {known}=...' for known in ARGUMENTS)}.")
