"""Many texts at once are indexed as one by one."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from pipelines.store import searching
from pipelines.store.database import open_corpus

PIECES = ["](", ")", "\\", "[a](http://x.example/y) ", "word ", "\u00ad", "\u200b", "個人情報", "\n", "(", "]"]
BODIES = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return open_corpus(tmp_path_factory.mktemp("searching"))


def shown(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """What both indexes know of each text: its terms with their places."""
    found = {}
    for index in searching.INDEXES:
        db.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{index}_terms USING fts5vocab (main, {index}, instance)")
        found[index] = sorted(db.execute(f"SELECT term, doc, offset FROM temp.{index}_terms"))  # noqa: S608
    return found


@given(body=BODIES)
def test_a_text_is_shown_as_the_view_shows_it(db: Database, body: str) -> None:
    with db.atomic():
        db.execute("DELETE FROM text")
        db.execute("INSERT INTO text (digest, body) VALUES ('x', ?)", [body])
        assert searching.seen(body) == db.execute("SELECT body FROM searched").fetchone()[0]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(BODIES.filter(bool), max_size=8, unique=True))
def test_indexes_are_the_same_one_by_one_or_at_once(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_AT_ONCE", 3)
    found = []
    for at_once in (False, True):
        db = Database(memory=True)
        db.execute("CREATE TABLE text (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, body TEXT NOT NULL)")
        searching.lay_out(db)
        db.execute("INSERT INTO text (digest, body) VALUES ('first', ?)", ["Was there before. \x00 [b](c)"])
        if at_once:
            searching.pause(db)
        for body in (*bodies, "with \x00 [a](b) it"):
            db.execute("INSERT INTO text (digest, body) VALUES (?, ?)", [body, body])
        while at_once and searching.put_in_some(db):
            pass
        searching.resume(db)
        db.execute("INSERT INTO text (digest, body) VALUES ('last', '[a](http://b) 個人 last')")
        found.append(shown(db))
        for index in searching.INDEXES:
            db.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
        db.close()
    assert found[0] == found[1]
    assert found[0]["letter_search"]


def test_what_has_too_many_addresses_keeps_them(monkeypatch: pytest.MonkeyPatch, db: Database) -> None:
    body = "[a](http://x.example/y) " * 9_000
    assert searching.seen(body) == body
    assert searching.seen(body[:1000]) != body[:1000]
