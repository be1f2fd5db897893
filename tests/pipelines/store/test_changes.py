"""What changed from version to version, in the database."""

from contextlib import closing

from pipelines.store import changes
from pipelines.store.corpus import Corpus
from pipelines.store.database import open_corpus
from tests.desk import ARCHIVE, Desk, row


def _grown(desk: Desk) -> None:
    texts = ["We collect data.", "We collect data and sell it.", "We collect data and SELL it."]
    rows = [row(str(2004 + number)) for number in range(3)]
    desk.listed(*rows)
    desk.plan()
    for capture, text in zip(rows, texts, strict=True):
        desk.read(capture, text)


CHANGES = """SELECT from_number, to_number, words_added, words_removed, cosmetic, cosmetic_kinds
FROM changes ORDER BY to_number"""


def test_each_change_is_a_row(desk: Desk) -> None:
    _grown(desk)
    assert desk.db.execute(CHANGES).fetchall() == [(1, 2, 3, 0, 0, ""), (2, 3, 1, 1, 1, "case")]
    row_ = next(iter(desk.db.query("SELECT * FROM changes ORDER BY to_number")))
    assert (row_["site"], row_["from_version"][:4], row_["to_version"][:4]) == ("shop.example", "2004", "2005")
    assert (row_["changed_after"][:4], row_["changed_before"][:4]) == ("2004", "2005")
    assert (row_["share"], row_["sections_touched"]) == (round(3 / 9, 4), 1)
    assert '"words_added":3' in row_["sections"]


def test_what_is_derived_again_is_the_same_and_not_compared_again(desk: Desk) -> None:
    _grown(desk)
    before = desk.db.execute("SELECT * FROM text_change").fetchall()
    desk.db.execute("UPDATE text_change SET words_moved = 77")
    desk.corpus.derive([1])
    assert {moved for (moved,) in desk.db.execute("SELECT words_moved FROM changes")} == {77}
    desk.db.execute("UPDATE text_change SET rules = 0")
    desk.corpus.derive([1])
    assert desk.db.execute("SELECT * FROM text_change").fetchall() == before, "made by other rules, it is made anew"


def test_a_corpus_without_changes_gets_them_at_its_next_run(desk: Desk) -> None:
    _grown(desk)
    found = desk.db.execute(CHANGES).fetchall()
    desk.db.conn.executescript(
        "DROP VIEW changes; DROP TABLE text_change; DROP TABLE version_found;"
        "DELETE FROM _sqlite_migrations WHERE name = 'changes_between_versions'"
    )
    desk.close()
    with closing(open_corpus(desk.folder)) as db:
        assert db.execute("SELECT count(*) FROM changes WHERE words_added IS NULL").fetchone() == (2,)
        Corpus(db, ARCHIVE).derive_waiting()
        assert db.execute(CHANGES).fetchall() == found
        assert {run for (run,) in db.execute("SELECT run FROM version_found")} == {""}, "none of them is news"


def test_what_is_no_more_is_swept_when_a_run_begins(desk: Desk) -> None:
    _grown(desk)
    desk.db.execute("DELETE FROM version WHERE number = 3")
    changes.begin_run(desk.db)
    assert desk.db.execute("SELECT count(*) FROM text_change").fetchone() == (1,)
    assert desk.db.execute("SELECT count(*) FROM version_found").fetchone() == (2,)


def test_what_stays_is_not_looked_at_when_a_run_begins(desk: Desk) -> None:
    _grown(desk)
    changes.begin_run(desk.db)
    assert desk.db.execute("SELECT count(*) FROM version_left").fetchone() == (0,)
    desk.db.execute("DELETE FROM version WHERE number = 2")
    assert desk.db.execute("SELECT count(*) FROM version_left").fetchone() == (1,)
    changes.begin_run(desk.db)
    assert desk.db.execute("SELECT count(*) FROM text_change").fetchone() == (0,), "of both pairs it was one"
    assert desk.db.execute("SELECT count(*) FROM version_left").fetchone() == (0,)
