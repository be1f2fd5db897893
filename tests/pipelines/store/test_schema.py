"""The layout itself: what the search index keeps in step with, and that migrations bring a new file up."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from pipelines.store.database import open_corpus, open_for_reading
from pipelines.store.schema import migrations
from pipelines.store.searching import INDEXES
from tests.desk import Desk, row


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_corpus(tmp_path)
    yield opened
    opened.close()


def _found(db: Database, words: str) -> set[str]:
    rows = db.execute(
        "SELECT digest FROM text_search JOIN text ON text.id = text_search.rowid WHERE text_search MATCH ?", [words]
    )
    return {digest for (digest,) in rows}


def _add(db: Database, digest: str, body: str) -> None:
    with db.atomic():
        db.execute("INSERT OR IGNORE INTO text (digest, body) VALUES (?, ?)", [digest, body])


def test_a_text_is_found_by_its_words_in_any_case_and_without_its_accents(db: Database) -> None:
    _add(db, "a", "We collect your *name* and address.")
    _add(db, "b", "Nous traitons vos données personnelles.")
    assert _found(db, "NAME") == {"a"}
    assert _found(db, '"donnees personnelles"') == {"b"}
    assert _found(db, "vos OR your") == {"a", "b"}


def test_a_text_that_is_there_already_is_found_once(db: Database) -> None:
    _add(db, "a", "one text")
    _add(db, "a", "one text")
    assert db.execute("SELECT count(*) FROM text_search WHERE text_search MATCH 'text'").fetchone() == (1,)


def test_a_text_that_is_changed_or_removed_is_no_longer_found_by_its_old_words(db: Database) -> None:
    _add(db, "a", "cookies and beacons")
    _add(db, "b", "cookies and pixels")
    with db.atomic():
        db.execute("UPDATE text SET body = 'storage and pixels' WHERE digest = 'a'")
        db.execute("DELETE FROM text WHERE digest = 'b'")
        for index in INDEXES:
            db.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
    assert _found(db, "cookies") == set()
    assert _found(db, "pixels") == {"a"}


def test_what_is_not_seen_parts_no_words_and_is_not_found(db: Database) -> None:
    _add(db, "a", "Daten\u00adschutz, Pri\u200bvacy and \ufeffmore")
    _add(db, "b", 'See [our notice](https://example.com/ccpa), [more](/gdpr "Rights") and the rest \\[a\\](b).')
    _add(db, "c", "[cut](https://example.com/never")
    assert _found(db, "Datenschutz Privacy more") == {"a"}
    assert _found(db, "ccpa OR gdpr OR example OR never") == set()
    assert _found(db, '"our notice more and the rest a b"') == {"b"}
    assert _found(db, "cut") == {"c"}


def test_a_text_of_nothing_but_links_takes_no_time_of_its_own(db: Database) -> None:
    _add(db, "a", "[word](/ccpa) " * 20_000)
    assert _found(db, "word") == {"a"}
    assert _found(db, "ccpa") == {"a"}, "its addresses stay: taking them out would copy it 20,000 times"
    _add(db, "b", "[word](/gdpr) " * 1_000)
    assert _found(db, "gdpr") == set()


def test_a_passage_is_shown_as_it_is_read(db: Database) -> None:
    _add(db, "a", "See [our noti\u00adce](https://example.com/ccpa) for cookies and more.")
    shown = db.execute(
        "SELECT snippet(text_search, 0, '<', '>', '', 9) FROM text_search WHERE text_search MATCH 'notice'"
    )
    assert shown.fetchone() == ("See [our <notice>] for cookies and more.",)


@pytest.mark.parametrize(
    ("word", "digest"),
    [
        ("隐私", "zh"),
        ("销毁", "zh"),
        ("方針", "ja"),
        ("개인", "ko"),
        ("ความ", "th"),
        ("个人信息", "zh"),
        ("개인정보", "ko"),
    ],
)
def test_words_of_languages_without_spaces(db: Database, word: str, digest: str) -> None:
    _add(db, "zh", "本隐私政策说明我们如何收集个人信息，然后销毁")
    _add(db, "ja", "個人情報保護方針をご覧ください。")
    _add(db, "ko", "개인정보를처리합니다")
    _add(db, "th", "นโยบายความเป็นส่วนตัว")
    _add(db, "en", "We collect personal information.")
    if len(word) > 2:
        found = db.execute("SELECT rowid FROM letter_search WHERE letter_search MATCH ?", [word])
    else:
        found = db.execute(
            "SELECT DISTINCT doc FROM letter_terms WHERE term BETWEEN ? AND ? || char(1114111)", [word] * 2
        )
    assert [db.execute("SELECT digest FROM text WHERE id = ?", row).fetchone()[0] for row in found] == [digest]


def test_texts_that_part_their_words_are_not_in_the_index_by_letters(db: Database) -> None:
    _add(db, "en", "We collect personal information.")
    assert db.execute("SELECT count(*) FROM letter_terms").fetchone() == (0,)
    db.execute("UPDATE text SET body = '本隐私政策'")
    assert db.execute("SELECT count(*) FROM letter_terms").fetchone() == (4,)
    db.execute("DELETE FROM text")
    assert db.execute("SELECT count(*) FROM letter_terms").fetchone() == (0,)


@pytest.mark.parametrize(
    ("written", "asked", "same"),
    [
        ("données", "DONNEES", True), ("Ødegård", "ødegard", True), ("άδεια", "ΆΔΕΙΑ", True), ("İzin", "izin", True),
        ("άδεια", "αδεια", False), ("ısı", "isi", False), ("łódź", "lodz", False), ("straße", "strasse", False),
    ],
)  # fmt: skip
def test_what_the_docs_say_of_accents(db: Database, written: str, asked: str, same: bool) -> None:
    _add(db, "a", written)
    assert bool(_found(db, asked)) is same


def test_compacting_the_file_leaves_the_index_right(db: Database) -> None:
    for number in range(20):
        _add(db, f"{number}", f"word{number}")
    with db.atomic():
        db.execute("DELETE FROM text WHERE digest < '15'")
    db.execute("VACUUM")
    assert _found(db, "word7") == {"7"}


def test_a_corpus_of_the_first_layout_gets_its_index_at_the_next_run(tmp_path: Path) -> None:
    with_index = open_corpus(tmp_path)
    _add(with_index, "a", "kept from before")
    for kind, name in with_index.execute(
        "SELECT type, name FROM sqlite_master WHERE name IN ('text_search', 'letter_search', 'letter_terms', "
        "'searched', 'letters', 'text_added', 'text_removed', 'text_to_change', 'text_changed', 'version_by_text') "
        "ORDER BY type = 'trigger' DESC, name = 'letter_terms' DESC, type"
    ).fetchall():
        with_index.execute(f"DROP {kind} {name}")
    with with_index.atomic():
        with_index.execute("DELETE FROM _sqlite_migrations WHERE name IN ('full_text_search', 'search_what_is_seen')")
    with_index.close()
    again = open_corpus(tmp_path)
    assert _found(again, "before") == {"a"}
    again.close()
    reading = open_for_reading(tmp_path)
    assert _found(reading, "before") == {"a"}
    reading.close()


def columns(db: Database, name: str) -> list[str]:
    return [column[0] for column in db.execute(f"SELECT * FROM {name} LIMIT 0").description]  # noqa: S608


def test_the_views_a_researcher_reads(db: Database) -> None:
    assert columns(db, "versions")[:13] == [
        "site", "kind", "variant", "number", "first_timestamp", "last_timestamp", "captures", "captures_listed",
        "original", "title", "language", "words", "text_digest",
    ]  # fmt: skip
    assert {"text", "stated_date", "stated_in", "second_in_text", "text_in_second"} <= set(columns(db, "versions"))
    assert columns(db, "captures")[:12] == [
        "site", "kind", "variant", "archive", "urlkey", "timestamp", "original", "mimetype", "statuscode", "digest",
        "state", "reason",
    ]  # fmt: skip
    assert {"id", "started_at", "outcome", "exit_code"} <= set(columns(db, "runs"))


def test_applying_again_does_nothing(db: Database) -> None:
    before = db.schema
    migrations.apply(db)
    assert db.schema == before


@pytest.mark.parametrize("column", ["key_digest", "archive", "timestamp", "original", "digest", "statuscode"])
def test_no_part_of_a_key_may_be_missing(db: Database, column: str) -> None:
    """SQLite takes two NULLs for different: a row with one would come again and again."""
    names = ["key_digest", "archive", "urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
    values = [None if name == column else "-" for name in names]
    marks = ", ".join("?" * len(names))
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"):
        db.execute(f"INSERT INTO capture ({', '.join(names)}) VALUES ({marks})", values)  # noqa: S608


def test_a_text_that_is_used_cannot_be_deleted(desk: Desk) -> None:
    desk.listed(row("2004"))
    desk.read(row("2004"), "A")
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        desk.db.execute("DELETE FROM text")


def test_the_captures_of_a_document_with_what_was_read(desk: Desk) -> None:
    desk.listed(row("2004", "one"), row("2005", "one", status="-"), row("2006", status="404"))
    desk.plan()
    desk.read(row("2004", "one"), "We keep it")
    found = desk.db.execute("SELECT timestamp, state, reason, words, verdict FROM captures ORDER BY timestamp")
    assert list(found) == [
        ("20040101000000", "read", "", 3, "policy"),
        ("20050101000000", "duplicate", "", 3, "policy"),
        ("20060101000000", "not replayed", "status 404", None, None),
    ]
