import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import settings as defaults
from crawler.jobs.configuration import (
    archive_host,
    check,
    check_offline,
    extractor_name,
    too_fast,
)
from crawler.jobs.rebuild import Request, run_rebuild
from crawler.jobs.reread import catch_up
from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.exceptions import WrongUse
from pipelines.executors.process_pool import Readers
from pipelines.extraction.version import reader_version
from pipelines.options import bounds
from pipelines.store.database import open_corpus
from pipelines.store.readings import Unread
from tests.conftest import FAST, Run, refusal, run_scrapy
from tests.corpora import copied, settings_of, tables, texts

LOOPBACK = {"WAYBACK_URL": "http://127.0.0.1:8390"}


_OURS = {
    name for name in vars(defaults) if name.startswith(("WAYBACK", "RE", "SELECT", "WARC", "PROGR", "MAX", "TIME"))
}


def given_settings(**changed: Any) -> dict[str, Any]:
    names = {name: value for name, value in vars(defaults).items() if name.isupper()}
    return {**names, **LOOPBACK, **changed}


def test_every_number_at_its_bounds_can_be_used() -> None:
    for place in (0, 1):
        numbers = {name: pair[place] for name, pair in bounds().items()}
        check(given_settings(**numbers))
        assert len(numbers) == 22


def test_every_number_of_ours_has_its_bounds() -> None:
    numbers = {name for name, value in given_settings().items() if type(value) in (int, float) and name in _OURS}
    assert numbers - bounds().keys() == {
        "WAYBACK_CDX_PER_MINUTE",
        "WAYBACK_REPLAY_PER_MINUTE",
        "TIME_SCALE",
    }  # these are checked by what the archive allows


def test_a_rate_above_the_limit_is_told_with_the_one_to_keep_to() -> None:
    fast = {"WAYBACK_CDX_PER_MINUTE": "30", "WAYBACK_REPLAY_PER_MINUTE": 480}
    assert too_fast(given_settings(**fast)) == {}
    assert too_fast(given_settings(WAYBACK_URL="https://web.archive.org", **fast)) == {
        "WAYBACK_CDX_PER_MINUTE": (30.0, 25.5)
    }


@pytest.mark.parametrize("contact", ["", " "])
def test_a_contact_of_nothing_is_none(contact: str) -> None:
    with pytest.raises(WrongUse, match="must say who is asking"):
        check(given_settings(WAYBACK_URL="https://web.archive.org", CONTACT=contact))


def test_the_defaults_can_be_used_but_for_a_contact() -> None:
    check(given_settings())
    with pytest.raises(WrongUse, match=r"A crawl of web\.archive\.org must say who is asking: set CONTACT"):
        check(given_settings(WAYBACK_URL="https://web.archive.org"))
    check(given_settings(WAYBACK_URL="https://web.archive.org", CONTACT="me@example.org"))
    check(given_settings(WAYBACK_URL="https://web.archive.org"), asks=False)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SELECT": "best"}, "SELECT='best' is not an option; choose one of all, "),
        ({"FROM": "last year"}, "FROM='last year' is not a time; give 4 to 14 digits"),
        ({"TO": "201"}, "TO='201' is not a time"),
        ({"FROM": "2020", "TO": "2019"}, "FROM=2020 lies after TO=2019: swap them, or leave one out"),
        ({"WAYBACK_CDX_PER_MINUTE": "many"}, "WAYBACK_CDX_PER_MINUTE='many' is not a number"),
        ({"RETRY_LIMIT": "1.5"}, "RETRY_LIMIT=1.5 is not a whole number"),
        ({"RETRY_LIMIT": "0"}, "RETRY_LIMIT=0 is out of bounds; give 1 to 20"),
        ({"RETRY_LIMIT": "5000"}, "RETRY_LIMIT=5000 is out of bounds; give 1 to 20"),
        ({"RELIST_WHOLE_DAYS": "1000000"}, "RELIST_WHOLE_DAYS=1000000 is out of bounds"),
        ({"RELIST_FRESH_HOURS": "1e8"}, "RELIST_FRESH_HOURS=1e8 is out of bounds"),
        ({"PROGRESS_SECONDS": "x"}, "PROGRESS_SECONDS='x' is not a number"),
        ({"RETRY_WAIT": "nan"}, "RETRY_WAIT=nan is out of bounds"),
        ({"RETRY_PATIENCE": "inf"}, "RETRY_PATIENCE=inf is out of bounds"),
        ({"READERS": "-1"}, "READERS=-1 is out of bounds; give 0 to 256"),
        ({"WARC_MAX_MB": None}, "WARC_MAX_MB=None is not a number"),
        ({"TIME_SCALE": "0"}, "TIME_SCALE is 0.0: give a number of 1 or more"),
        ({"EXTRACTOR": "corpse"}, "EXTRACTOR='corpse' is no extractor: did you mean corpus?"),
        ({"EXTRACTOR": "bs4"}, "EXTRACTOR='bs4' is no extractor: choose one of corpus, princeton, trafilatura."),
        ({"EXPORT_STYLE": "oulipo"}, "EXPORT_STYLE='oulipo' is not a style; choose one of corpus, princeton"),
        ({"WAYBACK_PUBLIC_URL": "archive"}, "WAYBACK_PUBLIC_URL='archive' is not the address of an archive"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_way_out(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(WrongUse) as refused:
        check(given_settings(**changed), asks=False)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("since", "until"), [("2015", "2015"), ("2015", "20150101"), ("", "1996"), ("20200101", "")])
def test_spans_that_overlap_themselves(since: str, until: str) -> None:
    check(given_settings(FROM=since, TO=until))
    assert since <= until or not until


@pytest.mark.parametrize("kind", ["WAYBACK_CDX_PER_MINUTE", "WAYBACK_REPLAY_PER_MINUTE"])
def test_no_limit_is_for_the_loopback_alone(kind: str) -> None:
    check(given_settings(**{kind: 0}))
    with pytest.raises(WrongUse):
        check(given_settings(WAYBACK_URL="https://web.archive.org", CONTACT="me@example.org", **{kind: 0}))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://web.archive.org", "web.archive.org"),
        ("https://web.archive.org/", "web.archive.org"),
        ("http://127.0.0.1:8390", "127.0.0.1:8390"),
        ("http://[::1]:8390/sub", "[::1]:8390"),
    ],
)
def test_the_host_of_an_archive(url: str, host: str) -> None:
    assert archive_host(url, "WAYBACK_URL") == host


@pytest.mark.parametrize(
    "url",
    [
        "",
        "web.archive.org",
        "ftp://a.example",
        "http://",
        "http://u:p@a.example",
        "http://a.example:x",
        "http://[",
        "/",
    ],
)
def test_what_is_no_archive(url: str) -> None:
    with pytest.raises(WrongUse, match="is not the address of an archive; give one like https"):
        archive_host(url, "WAYBACK_URL")


@given(st.text(max_size=30))
def test_any_text_is_an_archive_or_wrong_use(text: str) -> None:
    try:
        found = archive_host(text, "WAYBACK_URL")
    except WrongUse as refused:
        found = str(refused)
    assert found.startswith("WAYBACK_URL=") or found in text


def test_an_export_needs_no_archive_to_ask() -> None:
    check_offline(given_settings(WAYBACK_URL="nonsense"))
    with pytest.raises(WrongUse):
        check_offline(given_settings(EXPORT_STYLE="oulipo"))


STOCK = reader_version("trafilatura")


def chosen(corpus: Path, name: str) -> list[tuple[str, int, int]]:
    """What `rebuild --only-changed` told of its progress."""
    told: list[tuple[str, int, int]] = []
    settings = settings_of(corpus, EXTRACTOR=name)
    run_rebuild(settings, Request(only_changed=True), lambda *now: told.append(now))
    return told


@pytest.fixture(scope="module")
def stock(crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, read by trafilatura after it was read by ours. Not to be changed."""
    corpus = copied(crawled, tmp_path_factory.mktemp("stock") / "c")
    chosen(corpus, "trafilatura")
    return corpus


@pytest.fixture
def submitted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """The pages that were given to reading processes."""
    found: list[object] = []
    genuine, of_held = Readers.submit, Readers.submit_held

    def noting(self: Readers, page: object) -> object:
        found.append(page)
        return genuine(self, page)  # type: ignore[arg-type]

    def noting_held(self: Readers, folder: Path, held: Sequence[Unread]) -> object:
        found.extend(held)
        return of_held(self, folder, held)

    monkeypatch.setattr(Readers, "submit", noting)
    monkeypatch.setattr(Readers, "submit_held", noting_held)
    return found


def readers_of(corpus: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        return {reader for (reader,) in db.execute(f"SELECT DISTINCT reader FROM {table}")}  # noqa: S608


def test_versions_and_texts_are_those_of_the_chosen_one(stock: Path, crawled: Path) -> None:
    assert readers_of(stock, "version") == {STOCK}
    assert texts(stock) != texts(crawled)
    manifest = [json.loads(line) for line in (stock / "text" / "manifest.jsonl").read_text().splitlines()]
    assert {entry["reader"] for entry in manifest} == {STOCK}


def test_what_others_have_read_stands_beside(stock: Path, crawled: Path) -> None:
    before, after = (set(tables(corpus, "extraction")["extraction"]) for corpus in (crawled, stock))
    assert before < after
    assert len(after) == 2 * len(before)


def test_a_corpus_keeps_to_its_extractor(stock: Path, crawled: Path, tmp_path: Path, submitted: list[object]) -> None:
    assert extractor_name(settings_of(stock)) == "trafilatura"
    assert extractor_name(settings_of(crawled)) == extractor_name(settings_of(tmp_path / "none")) == "corpus"
    assert extractor_name(settings_of(stock, EXTRACTOR="corpus")) == "corpus"
    corpus = copied(stock, tmp_path / "c")
    assert chosen(corpus, "") == [("pages read", 0, 0)]
    assert (readers_of(corpus, "version"), submitted) == ({STOCK}, [])


def test_the_way_back_reads_nothing(stock: Path, crawled: Path, tmp_path: Path, submitted: list[object]) -> None:
    corpus = copied(stock, tmp_path / "c")
    assert chosen(corpus, "corpus") == [("pages read", 0, 0)]
    assert submitted == []
    assert tables(corpus, "version", "capture") == tables(crawled, "version", "capture")
    assert {path: text for path, text in texts(corpus).items() if path != "manifest.jsonl"} == {
        path: text for path, text in texts(crawled).items() if path != "manifest.jsonl"
    }


def test_a_crawl_turns_to_the_chosen_one_too(
    stock: Path, crawled: Path, tmp_path: Path, submitted: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    corpus = copied(stock, tmp_path / "c")
    settings = settings_of(corpus, EXTRACTOR="corpus", ARCHIVE="web.archive.org")
    with closing(open_corpus(corpus)) as db:
        catch_up(db, settings, lambda what, done, todo: None)
        catch_up(db, settings, lambda what, done, todo: None)
    assert (submitted, caplog.text.count("Texts are those of corpus again")) == ([], 1)
    assert tables(corpus, "version") == tables(crawled, "version")


def test_a_whole_rebuild_keeps_to_the_extractor(stock: Path, tmp_path: Path) -> None:
    corpus = copied(stock, tmp_path / "c")
    run_rebuild(settings_of(corpus), Request(), lambda what, done, todo: None)
    assert readers_of(corpus, "version") == {STOCK}
    assert tables(corpus, "version") == tables(stock, "version")


def test_exports_take_one_that_has_read_all(stock: Path, crawled: Path, tmp_path: Path, scrapy: Run) -> None:
    before = tables(stock)
    assert scrapy("export", "--extractor", "corpus", "--to", str(tmp_path / "text"), CORPUS_DIR=stock).code == 0
    assert texts(tmp_path) == texts(crawled)
    for corpus, options in ((stock, ("--extractor", "corpus")), (crawled, ())):
        to = str(tmp_path / corpus.parent.name)
        assert scrapy("export", "--format", "jsonl", "--plain", "--to", to, *options, CORPUS_DIR=corpus).code == 0
    versions = [(tmp_path / corpus.parent.name / "versions.jsonl").read_bytes() for corpus in (stock, crawled)]
    assert versions[0] == versions[1]
    assert tables(stock) == before


def test_what_cannot_be_chosen_is_told_in_a_sentence(crawled: Path, tmp_path: Path, scrapy: Run) -> None:
    to = ("--to", str(tmp_path / "t"))
    wrong = "EXTRACTOR='trafilatra' is no extractor: did you mean trafilatura?"
    for command in (("rebuild", "--only-changed"), ("status",), ("verify",)):
        assert wrong in refusal(scrapy(*command, CORPUS_DIR=crawled, EXTRACTOR="trafilatra"))
    assert "--extractor 'ours' is no extractor" in refusal(
        scrapy("export", "--extractor", "ours", *to, CORPUS_DIR=crawled)
    )
    unread = refusal(scrapy("export", "--extractor", "princeton", *to, CORPUS_DIR=crawled))
    assert (
        "pages are not read by princeton yet: `policy-corpus rebuild --only-changed -s EXTRACTOR=princeton`" in unread
    )
    assert "give --to a folder" in refusal(scrapy("export", "--extractor", "corpus", CORPUS_DIR=crawled))
    assert list(tmp_path.iterdir()) == []


def test_a_crawl_reads_by_the_chosen_one_and_says_so(archive: EmbeddedArchive, tmp_path: Path) -> None:
    corpus = tmp_path / "c"
    given = {"CORPUS_DIR": corpus, "STATE_DIR": tmp_path / "state", "WAYBACK_URL": archive.url, "TO": "2008", **FAST}
    targets = "targets=http://inkwell-post.example/privacy"
    ended = run_scrapy("crawl", "policies", "-a", targets, **given, EXTRACTOR="trafilatura")
    assert ended.code == 0, ended
    assert readers_of(corpus, "version") == readers_of(corpus, "extraction") == {STOCK}
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        [(reader, settings)] = db.execute("SELECT reader, settings FROM runs").fetchall()
    assert (reader, json.loads(settings)["EXTRACTOR"]) == (STOCK, "trafilatura")
