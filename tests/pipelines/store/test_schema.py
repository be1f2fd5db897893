"""The layout itself: what the search index keeps in step with, and that migrations bring a new file up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from pipelines.store.database import open_corpus, open_for_reading


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
        db.execute("INSERT INTO text_search (text_search, rank) VALUES ('integrity-check', 1)")
    assert _found(db, "cookies") == set()
    assert _found(db, "pixels") == {"a"}


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
        "SELECT type, name FROM sqlite_master WHERE name IN "
        "('text_search', 'text_added', 'text_removed', 'text_changed', 'version_by_text')"
    ).fetchall():
        with_index.execute(f"DROP {kind} {name}")
    with with_index.atomic():
        with_index.execute("DELETE FROM _sqlite_migrations WHERE name = 'full_text_search'")
    with_index.close()
    again = open_corpus(tmp_path)
    assert _found(again, "before") == {"a"}
    again.close()
    reading = open_for_reading(tmp_path)
    assert _found(reading, "before") == {"a"}
    reading.close()
