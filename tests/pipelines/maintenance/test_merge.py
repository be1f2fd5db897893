"""Corpora of several machines make one corpus, whoever is brought in first and how often."""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.jobs import rebuild as rebuilding
from pipelines.executors.reading_process import Outcome
from pipelines.extraction.judgement.normal import reading_key
from pipelines.formats.content_encoding import decode
from pipelines.formats.surt import urlkey
from pipelines.items.captures import Capture, DocumentKey, HttpAnswer, Memento, Snapshot, State, Target
from pipelines.items.readings import Failure, Reading
from pipelines.maintenance.forget import forget
from pipelines.maintenance.merge import compact
from pipelines.store.corpus import Corpus
from pipelines.store.database import open_corpus
from pipelines.store.ledger import Ledger
from pipelines.store.readings import Unread
from pipelines.warc import journal
from pipelines.warc.files import warc_files
from pipelines.warc.reader import payload_at
from pipelines.warc.writer import WarcWriter
from tests.corpora import copied, settings_of, tables, texts

T = TypeVar("T")

HOST = "web.archive.org"
Fetched = tuple[int, int, int]  # site, year, which body


class ReadHere:
    """Reads in this process, so that many corpora can be made quickly."""

    pages = 0
    at_once, ahead, calls_ahead = 16, 2, 2

    def submit_held(self, folder: Path, held: Sequence[Unread]) -> "Future[list[Outcome]]":
        ReadHere.pages += len(held)
        done: Future[list[Outcome]] = Future()
        done.set_result(
            [self._read(payload_at(folder, one.location, one.payload_digest, decode=decode)) for one in held]
        )
        return done

    def submit_call(self, function: Callable[..., T], *arguments: object) -> "Future[T]":
        done: Future[T] = Future()
        done.set_result(function(*arguments))
        return done

    def _read(self, payload: bytes) -> Reading:
        body = payload.decode()
        return Reading("Title", body, "en", 1.0, "utf-8", len(body.split()), reading_key(body))

    def close(self) -> None:
        """Nothing is open."""


def memento(site: int, year: int, body: int) -> Memento:
    url = f"http://site{site}.example/privacy"
    content = f"The policy of site {site}, number {body}.".encode()
    capture = Capture(urlkey(url), f"{2000 + year}0101000000", url, "text/html", "200", f"D{site}-{year}-{body}", "99")
    headers = (("Content-Type", "text/html"), ("Memento-Datetime", "Sat, 01 Jan 2000 00:00:00 GMT"))
    return Memento(capture, capture.timestamp, HttpAnswer(url, 200, headers, content, "2026-01-01T00:00:00Z"))


def machine(folder: Path, number: int, fetched: list[Fetched]) -> Path:
    """A corpus as a crawl leaves it that fetched these; one more capture of each site failed on each machine."""
    with closing(open_corpus(folder)) as db:
        corpus, ledger = Corpus(db, HOST), Ledger(db, HOST)
        sites = sorted({site for site, _, _ in fetched})
        keys = [DocumentKey(f"site{site}.example", "privacy policy") for site in sites]
        ledger.register([Target(f"http://{key.site}/privacy", key) for key in keys], urlkey)
        with WarcWriter(folder / "warc", f"2026010{number}T000000Z-00000{number}") as writer:
            for one in fetched:
                kept = memento(*one)
                location, digest = writer.write_memento(kept, find_twin=corpus.holding)
                corpus.hold(Snapshot(kept, location, digest))
            for site in sites:
                lost = memento(site, 50, number).capture
                corpus.hold(Snapshot(memento(site, 50, number), location, hashlib.sha256().hexdigest()))
                db.execute("DELETE FROM snapshot WHERE capture_id = ?", [ledger.capture_id(lost.key)])
                ledger.fail(lost, State.UNPLAYABLE, Failure("replay", "nearest capture too far"), None)
            journal.write_out(db, writer.write_journal)
    return folder


def merged(into: Path, *others: Path, accept: bool = False, trust: bool = False) -> Path:
    rebuilding.run_merge(
        settings_of(into), list(others), lambda what, done, todo: None, accept_forgotten=accept, trust_readings=trust
    )
    return into


captures = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 2)), min_size=1, max_size=8, unique=True
)


@settings(max_examples=5, deadline=None)
@given(st.tuples(captures, captures, captures))
def test_the_order_and_the_number_of_merges_do_not_matter(split: tuple[list[Fetched], ...]) -> None:
    with tempfile.TemporaryDirectory() as name, patch.object(rebuilding, "readers", lambda settings: ReadHere()):
        at = Path(name)
        a, b, c = (machine(at / f"m{number}", number, part) for number, part in enumerate(split, start=1))
        left = merged(at / "left", merged(at / "ab", a, b), c)
        right = merged(at / "right", c, merged(at / "ba", b, a))
        once = {**tables(left), "texts": texts(left)}
        assert {**tables(right), "texts": texts(right)} == once
        merged(left, a, left, c)
        assert {**tables(left), "texts": texts(left)} == once
        held = {row[:4] for row in tables(left, "snapshot")["snapshot"]}
        assert held == {tuple(memento(*one).capture.key[:4]) for part in split for one in part}


def test_what_a_trusted_corpus_has_read_is_not_read_again(tmp_path: Path) -> None:
    with patch.object(rebuilding, "readers", lambda settings: ReadHere()):
        one = merged(tmp_path / "one", machine(tmp_path / "m1", 1, [(1, 1, 1), (2, 1, 1)]))
        before = ReadHere.pages
        merged(tmp_path / "two", one, trust=True)
        assert ReadHere.pages == before
    assert tables(tmp_path / "two") == tables(one)


def test_a_forged_text_whose_digest_fits_is_not_taken_for_what_the_page_says(tmp_path: Path) -> None:
    with patch.object(rebuilding, "readers", lambda settings: ReadHere()):
        one = merged(tmp_path / "one", machine(tmp_path / "m1", 1, [(1, 1, 1), (2, 1, 1)]))
        right = texts(one)
        with closing(open_corpus(one)) as db, db.atomic():
            db.execute("PRAGMA defer_foreign_keys = ON")
            digest = hashlib.sha256(b"Forged.").hexdigest()
            (old,) = db.execute("SELECT min(digest) FROM text").fetchone()
            db.execute("UPDATE text SET body = 'Forged.', digest = ? WHERE digest = ?", [digest, old])
            db.execute("UPDATE extraction SET text_digest = ? WHERE text_digest = ?", [digest, old])
            db.execute("UPDATE version SET text_digest = ? WHERE text_digest = ?", [digest, old])
        assert texts(merged(tmp_path / "two", one)) == right


def test_a_name_is_not_given_twice_and_an_old_copy_can_be_merged(tmp_path: Path) -> None:
    with patch.object(rebuilding, "readers", lambda settings: ReadHere()):
        one = merged(tmp_path / "one", machine(tmp_path / "m1", 1, [(1, 1, 1), (2, 1, 1)]))
        old, before = copied(one, tmp_path / "old"), tables(one)
        given = [{*warc_files(one / "warc")}]
        for _ in range(3):
            with closing(open_corpus(one)) as db:
                compact(db, one, max_size=1 << 20)
            given.append({*warc_files(one / "warc")})
        assert len(set[str]().union(*given)) == sum(map(len, given))
        assert tables(merged(one, old)) == before


def test_what_one_corpus_has_forgotten_wins_where_that_is_accepted(tmp_path: Path) -> None:
    with patch.object(rebuilding, "readers", lambda settings: ReadHere()):
        one = merged(tmp_path / "one", machine(tmp_path / "m1", 1, [(1, 1, 1), (2, 1, 1)]))
        other = machine(tmp_path / "m2", 2, [(1, 2, 1), (3, 1, 1)])
        with closing(open_corpus(one)) as db:
            forget(db, one, "site1.example", urlkey, now="2026-02-01T00:00:00Z", run="20260201T000000Z-00000f")
        kept = merged(tmp_path / "kept", other, one)
        both = merged(tmp_path / "both", other, one, accept=True)
    assert {row[0] for row in tables(kept, "document")["document"]} >= {"site1.example"}
    assert {row[0] for row in tables(both, "document")["document"]} == {"site2.example", "site3.example"}
    assert not any("site1.example" in repr(rows) for rows in tables(both).values())
    held = b"".join((both / "warc" / file).read_bytes() for file in warc_files(both / "warc"))
    assert b"policy of site 1" not in held


def test_compacting_makes_few_files_and_changes_nothing_else(tmp_path: Path) -> None:
    with patch.object(rebuilding, "readers", lambda settings: ReadHere()):
        a = machine(tmp_path / "m1", 1, [(1, 1, 1), (2, 1, 1)])
        b = machine(tmp_path / "m2", 2, [(1, 2, 1), (3, 1, 1)])
        both = merged(tmp_path / "both", a, b)
        before = tables(both)
        with closing(open_corpus(both)) as db:
            assert compact(db, both, max_size=1 << 20) == (3, 1)
        assert tables(both) == before
        again = copied(both, tmp_path / "again")
        (again / "corpus.sqlite").unlink()
        rebuilding.run_rebuild(settings_of(again), rebuilding.Request(), lambda what, done, todo: None)
        assert tables(again) == before


def test_compacting_a_crawl_leaves_it_well(crawled: Path, tmp_path: Path) -> None:
    from crawler.jobs.verify import run_verify

    corpus = copied(crawled, tmp_path / "c")
    with closing(open_corpus(corpus)) as db:
        compact(db, corpus, max_size=20_000)
    assert len(warc_files(corpus / "warc")) > 1
    assert run_verify(settings_of(corpus), full=True, tell=lambda finding: None) == []
    assert tables(corpus) == tables(crawled)


def test_texts_that_are_not_what_their_digests_say_are_read_again(tmp_path: Path) -> None:
    with patch.object(rebuilding, "readers", lambda settings: ReadHere()):
        one = merged(tmp_path / "one", machine(tmp_path / "m1", 1, [(1, 1, 1), (2, 1, 1)]))
        right = texts(one)
        with closing(open_corpus(one)) as db:
            db.execute("UPDATE text SET body = 'Forged.'")
            db.conn.commit()
        assert texts(merged(tmp_path / "two", one, trust=True)) == right


def test_a_forgotten_name_as_wide_as_a_top_level_domain_is_passed_over(tmp_path: Path) -> None:
    with patch.object(rebuilding, "readers", lambda settings: ReadHere()):
        one = machine(tmp_path / "m1", 1, [(1, 1, 1)])
        other = machine(tmp_path / "m2", 2, [(2, 1, 1)])
        with closing(open_corpus(other)) as db:
            db.execute("INSERT INTO forgotten (site, since) VALUES ('example', ''), ('com', ''), ('co.uk', '')")
            db.conn.commit()
        both = merged(tmp_path / "both", one, other, accept=True)
    assert {row[0] for row in tables(both, "document")["document"]} == {"site1.example", "site2.example"}
