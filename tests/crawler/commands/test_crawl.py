"""Whole crawls through the command line, against the embedded archive."""

import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.formats.release import __version__
from pipelines.warc.lock import only_run
from tests.conftest import FAST, ROOT, Ended, Run, refusal, run_scrapy
from tests.fixtures.make_sample_export import EXPECTED, texts_of

ONE = "http://inkwell-post.example/privacy"


def rows(corpus: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        return db.execute(query).fetchall()


def versions(corpus: Path) -> list[Any]:
    return rows(corpus, "SELECT * FROM versions ORDER BY site, kind, variant, number")


@dataclass(frozen=True)
class Crawled:
    """A finished crawl of the sample, and the archive that answered it."""

    folder: Path
    ended: Ended
    archive: EmbeddedArchive

    def again(self, *args: str, **settings: object) -> Ended:
        return crawl(self.archive, self.folder, *args, **settings)


def crawl(archive: EmbeddedArchive, folder: Path, *args: str, targets: str = "", **settings: object) -> Ended:
    given = {"CORPUS_DIR": folder / "corpus", "STATE_DIR": folder / "state", "WAYBACK_URL": archive.url, **FAST}
    asked = ("crawl", "policies", "-a", f"targets={targets or folder / 'targets.txt'}", *args)
    return run_scrapy(*asked, **{**given, **settings})


@pytest.fixture(scope="module")
def crawled(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("crawled")
    (folder / "targets.txt").write_bytes((sample / "targets.txt").read_bytes())
    with EmbeddedArchive(sample) as archive:
        yield Crawled(folder, crawl(archive, folder, READERS=2), archive)


def test_a_crawl_of_the_sample_ends_well_and_tells_what_came_of_it(crawled: Crawled) -> None:
    assert (crawled.ended.code, crawled.ended.err) == (0, "")
    assert crawled.ended.out.startswith("4 documents, ")
    assert "read" in crawled.ended.out
    assert f"texts      {crawled.folder}/corpus/text\n" in crawled.ended.out


def test_every_version_of_the_sample_is_a_file_as_reviewed(crawled: Crawled) -> None:
    found = texts_of(crawled.folder / "corpus" / "text")
    assert len(found) == rows(crawled.folder / "corpus", "SELECT count(*) FROM version")[0][0]
    expected = texts_of(EXPECTED)
    assert sorted(found) == sorted(expected)
    differing = [name for name in found if found[name] != expected[name]]
    assert differing == [], "look at them, then run python -m tests.fixtures.make_sample_export"


def test_no_byte_was_fetched_twice(crawled: Crawled) -> None:
    counts = crawled.archive.requests.replayed()
    assert set(counts.values()) == {1}
    held = rows(crawled.folder / "corpus", "SELECT count(*) FROM snapshot")[0][0]
    assert len(counts) == held


def test_each_capture_has_one_state_and_nothing_is_left_to_do(crawled: Crawled) -> None:
    states = Counter(dict(rows(crawled.folder / "corpus", "SELECT state, count(*) FROM capture GROUP BY state")))
    assert states["read"] > 10
    assert states["selected"] == 0
    pending = rows(crawled.folder / "corpus", "SELECT count(*) FROM capture WHERE next_try IS NOT NULL")
    assert pending == [(0,)]
    reasons = rows(crawled.folder / "corpus", "SELECT DISTINCT state FROM capture WHERE reason = ''")
    assert {state for (state,) in reasons} <= {"read", "duplicate"}


def test_the_blocked_site_is_told_and_not_asked_twice(crawled: Crawled) -> None:
    found = rows(crawled.folder / "corpus", "SELECT state FROM query WHERE url LIKE '%closedgarden%'")
    assert {state for (state,) in found} == {"blocked"}
    assert "1  listing       blocked" in crawled.ended.out
    assert not [seen for seen in crawled.archive.requests.of("replay") if "closedgarden" in seen.url]


def test_the_warc_files_hold_to_the_standard(crawled: Crawled) -> None:
    files = sorted((crawled.folder / "corpus" / "warc").glob("*.warc.gz"))
    checked = subprocess.run([sys.executable, "-m", "warcio.cli", "check", *files], capture_output=True, check=False)
    assert len(files) == 1
    assert (checked.returncode, checked.stdout) == (0, b"")


def test_the_run_is_told_by_its_row(crawled: Crawled) -> None:
    ended = run_scrapy("status", "--json", CORPUS_DIR=crawled.folder / "corpus")
    run = json.loads(ended.out)["last_run"]
    assert (run["command"], run["outcome"], run["exit_code"]) == ("crawl", "finished", 0)
    assert run["settings"]["WAYBACK_URL"] == crawled.archive.url
    assert run["libraries"]["scrapy"].startswith("2.")
    assert run["libraries"]["policy-corpus"] == __version__
    assert run["pace"]["replay"]["requests"] == crawled.archive.requests.count("replay")


def test_another_order_of_work_gives_the_same_texts_and_versions(crawled: Crawled, tmp_path: Path) -> None:
    lines = (crawled.folder / "targets.txt").read_text().splitlines()
    lines.sort(key=lambda line: urlsplit(line).hostname or "", reverse=True)  # of a site the first stays the first
    (tmp_path / "targets.txt").write_text("\n".join(lines))
    ended = crawl(crawled.archive, tmp_path, READERS=1, WAYBACK_CDX_PAGE_ROWS=3)
    assert (ended.code, ended.err) == (0, "")
    one, other = crawled.folder / "corpus", tmp_path / "corpus"
    assert texts_of(other / "text") == texts_of(one / "text")
    assert (other / "text" / "manifest.jsonl").read_bytes() == (one / "text" / "manifest.jsonl").read_bytes()
    assert versions(other) == versions(one)


def test_a_second_crawl_asks_for_no_page(crawled: Crawled) -> None:
    corpus = crawled.folder / "corpus"
    before = (versions(corpus), texts_of(corpus / "text"), crawled.archive.requests.count("replay"))
    ended = crawled.again()
    assert (ended.code, ended.err) == (0, "")
    assert (versions(corpus), texts_of(corpus / "text"), crawled.archive.requests.count("replay")) == before


def test_an_export_in_another_style_is_read_again_from_what_is_held(crawled: Crawled, tmp_path: Path) -> None:
    asked = crawled.archive.requests.count("replay")
    corpus = crawled.folder / "corpus"
    ended = run_scrapy("export", "--to", str(tmp_path / "p"), CORPUS_DIR=corpus, EXPORT_STYLE="princeton")
    assert (ended.code, ended.err) == (0, "")
    found = texts_of(tmp_path / "p")
    assert list(found) == list(texts_of(corpus / "text"))
    assert all(b"(https://web.archive.org/web/" in content for content in found.values())
    assert crawled.archive.requests.count("replay") == asked


# ---- bad input


@pytest.mark.parametrize(
    ("args", "settings", "said"),
    [
        ((), {}, "No targets: give a file"),
        (("-a", "targets="), {}, "No targets: give a file"),
        (("-a", "targets=not a url"), {}, "'not a url' is neither a file nor an address"),
        (("-a", f"targets={ONE}", "-a", "kind=recipes"), {}, "unknown kind of document"),
        (("-a", f"targets={ONE}"), {"SELECT": "some"}, "SELECT='some' is not an option; choose one of all, "),
        (("-a", f"targets={ONE}"), {"FROM": "2020", "TO": "2015"}, "FROM=2020 lies after TO=2015: swap them"),
        (("-a", f"targets={ONE}"), {"FROM": "last year"}, "FROM='last year' is not a time; give 4 to 14 digits"),
        (("-a", f"targets={ONE}"), {"WAYBACK_URL": "ftp://a.example"}, "is not the address of an archive"),
        (("-a", f"targets={ONE}"), {"WAYBACK_URL": "https://web.archive.org"}, "set CONTACT"),
        (("-a", f"targets={ONE}"), {"RETRY_LIMIT": "many"}, "RETRY_LIMIT='many' is not a number"),
        (("-a", f"targets={ONE}"), {"EXPORT_STYLE": "oulipo"}, "EXPORT_STYLE='oulipo' is not a style"),
    ],
)
def test_wrong_use_is_told_in_one_sentence(
    scrapy: Run, args: tuple[str, ...], settings: dict[str, str], said: str
) -> None:
    assert said in refusal(scrapy("crawl", "policies", *args, **{"WAYBACK_URL": "http://127.0.0.1:9", **settings}))


def test_an_unknown_spider_is_told(scrapy: Run) -> None:
    assert "no spider 'recipes'" in refusal(
        scrapy("crawl", "recipes", "-a", f"targets={ONE}", WAYBACK_URL="http://127.0.0.1:9"), 2
    )


def test_a_list_of_junk_is_told_line_by_line(scrapy: Run, tmp_path: Path) -> None:
    (tmp_path / "junk.txt").write_text("# nothing\n:::\n")
    ended = scrapy("crawl", "policies", "-a", f"targets={tmp_path / 'junk.txt'}", WAYBACK_URL="http://127.0.0.1:9")
    assert "holds no target" in refusal(ended)
    assert "junk.txt, line 2" in ended.err


def test_an_archive_that_is_not_there_ends_the_run_and_keeps_what_is_held(crawled: Crawled) -> None:
    corpus = crawled.folder / "corpus"
    before = (versions(corpus), texts_of(corpus / "text"))
    ended = crawled.again(WAYBACK_URL="http://127.0.0.1:9", RELIST_FRESH_HOURS=0)
    assert "Cannot reach the archive at http://127.0.0.1:9: connection refused. Check WAYBACK_URL" in refusal(ended, 4)
    assert (versions(corpus), texts_of(corpus / "text")) == before
    last = json.loads(run_scrapy("status", "--json", CORPUS_DIR=corpus).out)["last_run"]
    assert (last["outcome"], last["exit_code"]) == ("failed", 4)
    assert crawled.again().code == 0


def test_a_server_that_is_no_archive_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<html><body>A page about lamps.</body></html>")
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        port = server.stdout.readline().split("port ")[1].split()[0]
        settings = {"CORPUS_DIR": tmp_path / "c", "STATE_DIR": tmp_path / "s", "RETRY_WAIT": 0.01, **FAST}
        ended = run_scrapy(
            "crawl", "policies", "-a", f"targets={ONE}", WAYBACK_URL=f"http://127.0.0.1:{port}", **settings
        )
        server.terminate()
    assert f"What answers at http://127.0.0.1:{port} is no CDX server" in refusal(ended, 4)


def test_a_corpus_that_is_in_use_is_left_alone(crawled: Crawled) -> None:
    with only_run(crawled.folder / "corpus"):
        assert "is in use by process" in refusal(crawled.again(), 3)


def test_bytes_that_cannot_be_kept_end_the_run(crawled: Crawled, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "warc").write_text("a file where a folder should be")
    assert "warc" in refusal(crawl(crawled.archive, tmp_path, targets=ONE), 5)


# ---- ours are the modules that run


def test_the_script_imports_this_checkout(tmp_path: Path) -> None:
    """Scrapy appends the project to sys.path: an installed `crawler` would win over ours under its own script."""
    for name in ("crawler", "pipelines"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('an impostor was imported')")
    script = (
        "from crawler import settings; from pipelines.stages import archive; print(settings.__file__, archive.__file__)"
    )
    (tmp_path / "ours.py").write_text(script)
    ended = subprocess.run(
        [sys.executable, "-m", "scrapy", "settings", "--get", "BOT_NAME"],
        cwd=ROOT, env={"PYTHONPATH": str(tmp_path), "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout.strip()) == (0, "policy-corpus"), ended.stderr
