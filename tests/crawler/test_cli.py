"""What all commands share: unknown settings, interrupts while they start, and readers that go away."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from crawler.cli.command import CorpusCommand, _told, check_log, refuse_unknown_settings
from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.exceptions import RecordingFailed, WrongUse
from tests.conftest import FAST, ROOT, Run, refusal
from tests.corpora import copied
from tests.crawls.crawling import Crawling
from tests.launching import launched

COMMANDS = sorted(path.stem for path in (ROOT / "crawler/commands").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shares_it(name: str) -> None:
    assert issubclass(import_module(f"crawler.commands.{name}").Command, CorpusCommand)


def test_the_overview_tells_of_all_commands_and_loads_nothing_of_scrapy() -> None:
    script = "import sys; from crawler.cli.main import main; main(); print('scrapy' in sys.modules, file=sys.stderr)"
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    told = dict(line.split(maxsplit=1) for line in ended.stdout.splitlines() if line.startswith("  "))
    assert told == {name: import_module(f"crawler.commands.{name}").Command().short_desc() for name in COMMANDS}
    assert ended.stderr == "False\n"


def test_the_nearest_setting_is_named() -> None:
    with pytest.raises(WrongUse, match=r"^There is no setting 'SELCT': did you mean SELECT\?$"):
        refuse_unknown_settings(["TO", "SELCT"], {"SELECT", "TO", "LOG_LEVEL"})
    with pytest.raises(WrongUse, match="did you mean SELECT"):
        refuse_unknown_settings(["select"], {"SELECT", "TO"})
    with pytest.raises(WrongUse, match=r"'QQQ': docs/settings\.md names all"):
        refuse_unknown_settings(["QQQ"], {"SELECT", "TO"})


@pytest.mark.parametrize("command", [("crawl", "policies", "-a", "targets=example.com/a"), ("status",), ("verify",)])
def test_an_unknown_setting_is_refused_before_anything(scrapy: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    ended = scrapy(*command, SELCT="month")
    assert refusal(ended) == "error: There is no setting 'SELCT': did you mean SELECT?"
    assert (ended.err.count("\n"), ended.out) == (1, "")
    assert not (tmp_path / "corpus").exists()


@pytest.mark.parametrize(
    ("level", "file", "said"),
    [
        ("debug", None, "did you mean DEBUG?"),
        ("5", None, "CRITICAL, ERROR, WARNING, INFO, DEBUG"),
        ("INFO", "/dev/null/crawl.log", "LOG_FILE=/dev/null/crawl.log cannot be written"),
        ("INFO", "/", "LOG_FILE=/ cannot be written"),
    ],
)
def test_a_log_that_cannot_be_is_refused(level: str, file: str | None, said: str) -> None:
    check_log("INFO", "crawl.log")
    with pytest.raises(WrongUse) as refused:
        check_log(level, file)
    assert said in str(refused.value)


def test_a_name_that_no_folder_can_have_is_refused(scrapy: Run) -> None:
    assert "cannot be looked at: File name too long." in refusal(scrapy("status", CORPUS_DIR="x" * 300))


def test_a_database_that_lacks_a_table_is_no_traceback(crawled: Path, scrapy: Run, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "damaged")
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        db.execute("DROP TABLE to_derive")
    ended = scrapy("verify", CORPUS_DIR=corpus)
    assert "no such table: to_derive. If another program changed it" in refusal(ended, RecordingFailed.exit_code)


def test_a_fault_of_ours_keeps_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    fault = sqlite3.IntegrityError("NOT NULL constraint failed: version.title")
    _told(sqlite3.IntegrityError, fault, None)
    assert capsys.readouterr().err.startswith("sqlite3.IntegrityError: NOT NULL")


def test_settings_of_scrapy_are_settings(scrapy: Run) -> None:
    assert "There is no corpus in" in refusal(scrapy("status", LOG_FILE_APPEND="True"))


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_reader_that_goes_away_is_no_error(crawled: Path, options: list[str]) -> None:
    read, written = os.pipe()
    os.close(read)  # as `status | head` when head is done
    command = [sys.executable, "-m", "scrapy", "status", *options, "-s", f"CORPUS_DIR={crawled}"]
    ended = subprocess.run(command, cwd=ROOT, stdout=written, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(written)
    assert (ended.returncode, ended.stderr) == (-signal.SIGPIPE, b"")


_INTERRUPTED = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "scrapy":
            os.kill(os.getpid(), signal.SIGINT)

sys.argv = ["policy-corpus", "status"]
from crawler.cli.main import main
sys.meta_path.insert(0, Finder())
main()
"""


def test_a_command_that_is_interrupted_while_it_is_loaded() -> None:
    command = [sys.executable, "-c", _INTERRUPTED]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (130, "")
    assert ended.stderr == "error: Stopped by SIGINT; run the same command again to continue.\n"


def test_a_crawl_that_is_interrupted_while_it_starts(sample: Path, tmp_path: Path) -> None:
    """At its first sign of life, while it reads its targets, long before anything is asked."""
    os.mkfifo(tmp_path / "targets.txt")
    crawling = Crawling(tmp_path / "corpus", "http://127.0.0.1:9", tmp_path / "targets.txt")
    with crawling.started() as running:
        with (tmp_path / "targets.txt").open("w"):  # opened by it, and never a line
            running.signal(signal.SIGINT)
        # closed, since a signal that comes just before a read begins is told when that ends
        ended = running.end(60)
    assert (ended.code, ended.out) == (130, "")
    assert ended.err == "error: Stopped by SIGINT; run the same command again to continue.\n"


def test_an_interrupt_while_the_spider_is_made_is_noted(sample: Path, tmp_path: Path) -> None:
    """Scrapy has taken the signals over, and the spider is not open yet."""
    script = (
        "import os, signal, sys\n"
        "from crawler.spiders.policies import PoliciesSpider as Spider\n"
        "made = Spider.from_crawler.__func__\n"
        "def interrupted(cls, *args, **kwargs):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return made(cls, *args, **kwargs)\n"
        "Spider.from_crawler = classmethod(interrupted)\n"
        "from scrapy.cmdline import execute\n"
        "execute()\n"
    )
    settings = {"CORPUS_DIR": tmp_path / "corpus", **FAST}
    with EmbeddedArchive(sample) as archive:
        options = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
        command = ["crawl", "policies", "-a", f"targets={sample / 'targets.txt'}", "-s", f"WAYBACK_URL={archive.url}"]
        ended = launched([sys.executable, "-c", script, *command, *options], dict(os.environ), 60)
    assert (ended.returncode, ended.stderr) == (
        130,
        "error: Stopped by SIGINT; run the same command again to continue.\n",
    )
    assert not archive.requests.count("replay")
