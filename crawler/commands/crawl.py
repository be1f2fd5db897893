"""`crawl`: the main job, from targets to text files."""

import argparse

from scrapy.commands.crawl import Command as StockCrawl
from scrapy.exceptions import UsageError

from crawler.commandline import add_examples, refuse
from crawler.commands.rebuild import Told
from crawler.exceptions import CorpusError

EXAMPLES = """
examples:
  python -m scrapy crawl policies -a targets=sites.txt -s CONTACT=me@example.org
  python -m scrapy crawl policies -a targets=example.com/privacy \\
      -s CONTACT=me@example.org -s FROM=2015 -s TO=2020
  python -m scrapy crawl policies -a targets=terms.csv \\
      -a kind="terms of service" -s CORPUS_DIR=terms -s SELECT=year
  python -m scrapy crawl policies -a targets=domains.txt \\
      -s CONTACT=me@example.org --dry-run

exit codes:
  0 done, 1 finished with failures that a later run tries again, 2 wrong use,
  3 corpus busy, 4 archive blocked or unreachable, 5 recording failed,
  130/143 stopped by SIGINT/SIGTERM
"""


class Command(StockCrawl):
    """Stock `scrapy crawl` ends with 0 whatever happened; this one tells."""

    def syntax(self) -> str:
        return "policies -a targets=FILE_OR_URL [-a kind=KIND] [-s NAME=VALUE]"

    def short_desc(self) -> str:
        return "List, fetch, read and export the policies of a target list"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add_examples(parser, EXAMPLES)
        parser.add_argument("--strict", action="store_true", help="stop at the first target line that cannot be used")
        parser.add_argument("--max-requests", type=int, metavar="N", help="end after so many; the next run goes on")
        parser.add_argument("--max-time", metavar="TIME", help="end after 90s, 45m, 6h ...; the next run goes on")
        parser.add_argument("--language", metavar="CODE", help="only documents in this language, e.g. en (ISO 639-1)")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would be asked and how long it would take"
        )
        parser.add_argument("--retry-failed", action="store_true", help="ask again also what failed for good")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.dryrun import forecast
        from crawler.report import forecast_lines, tell_outcome
        from crawler.runner import Request, run_crawl

        if len(args) != 1:
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
        )
        try:
            if opts.dry_run:
                print("\n".join(forecast_lines(forecast(self.settings, request))))
                return
            outcome = run_crawl(self.crawler_process, self.settings, request, Told())
        except CorpusError as error:
            refuse(self, error)
            return
        tell_outcome(outcome, self.settings["CORPUS_DIR"])
        self.exitcode = outcome.exit_code
