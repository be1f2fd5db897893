"""What a crawl made is made again of its WARC files alone."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawler.jobs.rebuild import Request, run_rebuild
from pipelines.exceptions import WrongUse
from pipelines.store import unwritten
from pipelines.store.database import open_corpus
from pipelines.store.file_book import Book
from pipelines.warc import journal
from pipelines.warc.writer import WarcWriter
from tests.corpora import copied, settings_of, tables, texts


def silent(what: str, done: int, todo: int) -> None:
    """No progress is told."""


def rebuilt(folder: Path, *sources: str, **settings: object) -> Path:
    run_rebuild(settings_of(folder, **settings), Request(sources=sources), silent)
    return folder


def layout(folder: Path) -> set[tuple[str, str]]:
    with closing(open_corpus(folder)) as db:
        return set(db.execute("SELECT name, sql FROM sqlite_schema"))


def test_the_database_and_the_texts_come_back_from_the_warc_files(crawled: Path, tmp_path: Path) -> None:
    shutil.copytree(crawled / "warc", tmp_path / "warc")
    rebuilt(tmp_path)
    assert tables(tmp_path) == tables(crawled)
    assert texts(tmp_path) == texts(crawled)
    assert not (tmp_path / ".rebuild").exists()


def test_a_rebuild_elsewhere_takes_the_files_along(crawled: Path, tmp_path: Path) -> None:
    rebuilt(tmp_path / "new", str(crawled / "warc"), READERS=2)
    assert tables(tmp_path / "new") == tables(crawled)
    assert texts(tmp_path / "new") == texts(crawled)


def test_a_rebuild_over_a_damaged_database_heals_it(crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "c")
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray((corpus / "corpus.sqlite").read_bytes())
    data[4096 : 4096 * 3] = b"\x00" * 4096 * 2
    (corpus / "corpus.sqlite").write_bytes(data)
    rebuilt(corpus)
    assert tables(corpus) == tables(crawled)


def test_what_the_old_database_has_not_told_yet_is_told_first(crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "c")
    with closing(open_corpus(corpus)) as db, db.atomic():
        db.execute("UPDATE capture SET reason = 'seen by a test' WHERE state = 'redirect'")
    rebuilt(corpus)
    reasons = [row[10] for row in tables(corpus, "capture")["capture"] if row[8] == "redirect"]
    assert reasons == ["seen by a test"]


def test_an_interrupted_rebuild_goes_on_and_leaves_the_old_database_alone(
    crawled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = copied(crawled, tmp_path / "c")

    def stop(what: str, done: int, todo: int) -> None:
        if what == "pages read":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_rebuild(settings_of(corpus), Request(), stop)
    assert tables(corpus) == tables(crawled)
    with closing(sqlite3.connect(corpus / ".rebuild" / "corpus.sqlite")) as half:
        assert half.execute("SELECT count(*) FROM extraction").fetchone()[0] > 0
    asked = []
    run_rebuild(settings_of(corpus), Request(), lambda what, done, todo: asked.append((what, todo)))
    assert ("pages read", 0) in asked, "what was read before is not read again"
    assert tables(corpus) == tables(crawled)
    assert layout(corpus) == layout(crawled), "what watches over rows watches again"


def test_files_of_other_programs_do_not_depend_on_the_order_of_their_records(tmp_path: Path, foreign: Path) -> None:
    records = _members(foreign)
    random.Random(7).shuffle(records)
    shuffled = tmp_path / "shuffled.warc.gz"
    shuffled.write_bytes(b"".join(records))
    one, other = rebuilt(tmp_path / "a", str(foreign)), rebuilt(tmp_path / "b", str(shuffled), READERS=2)
    assert tables(one) == tables(other)
    assert texts(one) == texts(other)
    assert {row[8] for row in tables(one, "capture")["capture"]} == {"read", "duplicate", "not replayed"}


def test_site_and_kind_come_from_targets_else_from_the_address_else_are_unknown(tmp_path: Path, foreign: Path) -> None:
    targets = tmp_path / "targets.csv"
    targets.write_text("target,kind\nhttp://shop.example/p/7,terms of service\n")
    corpus = tmp_path / "c"
    run_rebuild(settings_of(corpus), Request(sources=[str(foreign)], targets=str(targets)), silent)
    found = {row[:3] for row in tables(corpus, "document")["document"]}
    assert found == {
        ("shop.example", "terms of service", ""),
        ("shop.example", "privacy policy", ""),
        ("shop.example", "unknown", ""),
    }


def test_targets_join_addresses_that_have_one_variant(tmp_path: Path, foreign: Path) -> None:
    targets = tmp_path / "targets.csv"
    line = "http://shop.example/{},privacy policy,moved\n"
    targets.write_text("target,kind,variant\n" + line.format("privacy-policy") + line.format("p/7"))
    corpus = tmp_path / "c"
    run_rebuild(settings_of(corpus), Request([str(foreign)], str(targets)), silent)
    versions = [row for row in tables(corpus, "version")["version"] if row[2] == "moved"]
    assert [row[11] for row in versions] == [*["http://shop.example/privacy-policy"] * 2, "http://shop.example/p/7"]


def test_a_source_that_is_no_warc_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no WARC file"):
        rebuilt(tmp_path / "c", str(tmp_path / "nothing"))


# -- a corpus is not given up because its files cannot be seen


def test_without_its_warc_files_a_corpus_stays_as_it_is(crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "c")
    (corpus / "warc").rename(tmp_path / "unmounted")
    for only_changed in (False, True):
        with pytest.raises(WrongUse, match="no WARC files in"):
            run_rebuild(settings_of(corpus), Request(only_changed=only_changed, accept_losses=True), silent)
    assert tables(corpus) == tables(crawled)
    assert texts(corpus) == texts(crawled)


def test_a_folder_that_is_no_corpus_does_not_become_one(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="set CORPUS_DIR"):
        rebuilt(tmp_path / "typo")
    assert not (tmp_path / "typo").exists()


def test_a_missing_warc_file_is_told_before_anything_is_done(crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "c")
    [path] = (corpus / "warc").glob("*.warc.gz")
    path.rename(path.with_name("renamed.warc.gz"))
    with pytest.raises(WrongUse, match=f"lacks 1 WARC files of this corpus, {path.name} first"):
        rebuilt(corpus)
    assert not (corpus / ".rebuild").exists()
    run_rebuild(settings_of(corpus), Request(accept_losses=True), silent)
    assert tables(corpus) == tables(crawled)


def test_captures_are_lost_only_where_that_is_asked_for(crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "c")
    [path] = (corpus / "warc").glob("*.warc.gz")
    path.write_bytes(path.read_bytes()[:-20_000])
    with pytest.raises(WrongUse, match=r"captures that the corpus holds .*--accept-losses"):
        rebuilt(corpus)
    assert tables(corpus) == tables(crawled)
    assert texts(corpus) == texts(crawled)
    asked: list[tuple[str, int]] = []
    run_rebuild(settings_of(corpus), Request(accept_losses=True), lambda what, done, todo: asked.append((what, todo)))
    assert ("pages read", 0) in asked, "it goes on with what was made before"
    assert 0 < len(tables(corpus, "snapshot")["snapshot"]) < len(tables(crawled, "snapshot")["snapshot"])


def test_only_what_an_older_reader_read_is_read_again(crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "c")
    with closing(open_corpus(corpus)) as db, db.atomic():
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("UPDATE reader SET reader = 'older'")
        db.execute("UPDATE extraction SET reader = 'older'")
        db.execute("UPDATE version SET reader = 'older'")
    run_rebuild(settings_of(corpus), Request(only_changed=True), silent)
    held = tables(corpus, "version", "extraction")
    assert held["version"] == tables(crawled, "version")["version"]
    assert len(held["extraction"]) == 2 * len(tables(crawled, "extraction")["extraction"]), "both stand side by side"


def test_a_journal_that_was_written_twice_changes_nothing(crawled: Path, tmp_path: Path) -> None:
    corpus = copied(crawled, tmp_path / "c")
    with closing(open_corpus(corpus)) as db:
        with db.atomic():
            unwritten.mark_all(db)
        with WarcWriter(corpus / "warc", "29991231T000000Z-000000", book=Book(db)) as writer:
            journal.write_out(db, writer.write_journal)
    rebuilt(corpus)
    assert tables(corpus) == tables(crawled)


def _members(path: Path) -> list[bytes]:
    from pipelines.warc.members import members

    data = path.read_bytes()
    return [data[one.offset : one.offset + one.length] for one in members(path)]


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A WARC file as another program writes it: responses, a revisit, an image, no notes."""
    from io import BytesIO

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    path = tmp_path / "foreign.warc.gz"
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)

        def response(url: str, date: str, body: bytes, kind: str = "text/html", status: str = "200 OK") -> str:
            http = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                url, "response", BytesIO(body), len(body), http_headers=http, warc_headers_dict={"WARC-Date": date}
            )
            writer.write_record(record)
            return str(record.rec_headers.get_header("WARC-Payload-Digest"))

        page = _PAGE.format("We collect your name and address.")
        digest = response("http://shop.example/privacy-policy", "2015-01-01T00:00:00Z", page.encode())
        writer.write_record(
            writer.create_revisit_record(
                "http://shop.example/privacy-policy", digest, "http://shop.example/privacy-policy",
                "2015-01-01T00:00:00Z", StatusAndHeaders("200 OK", [], protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": "2016-01-01T00:00:00Z"},
            )
        )  # fmt: skip
        response("http://shop.example/privacy-policy", "2015-01-01T00:00:00Z", page.encode(), "text/html;charset=utf-8")
        response("http://shop.example/privacy-policy", "2017-01-01T00:00:00Z", _PAGE.format("No more names.").encode())
        response("http://shop.example/p/7", "2017-01-02T00:00:00Z", _PAGE.format("Terms of use apply.").encode())
        response("http://shop.example/about", "2017-01-03T00:00:00Z", _PAGE.format("We are a shop.").encode())
        response("http://shop.example/logo.png", "2017-01-03T00:00:00Z", b"\x89PNG....", "image/png")
        response("http://shop.example/gone", "2017-01-03T00:00:00Z", b"<p>gone", status="404 Not Found")
    return path


_PAGE = (
    "<html><head><title>Privacy Policy</title></head><body><h1>Privacy Policy</h1><p>This privacy policy tells which "
    "personal data we collect, how we use it, and with whom we share it.</p><p>{} We use cookies to keep you signed in "
    "and to count visits. You may ask us at any time which information we hold about you, and have it corrected or "
    "deleted. We do not sell personal information to third parties.</p></body></html>"
)
