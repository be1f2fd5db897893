"""The table of terms, over a document worked by hand."""

from pathlib import Path

import pytest

from pipelines.analysis.terms.lexicon import Lexicon, read_lexicon
from pipelines.exceptions import WrongUse
from pipelines.store.terms import count_terms, first_mentions, see_term, term_figures
from tests.desk import Desk, row

TERMS = "[[term]]\nname = '{}'\n[term.patterns]\nany = ['\\b{}\\b']\n"


def lexicon(folder: Path, *words: str) -> Lexicon:
    path = folder / "terms.toml"
    path.write_text("".join(TERMS.format(word, word) for word in words))
    return read_lexicon(path)


@pytest.fixture
def told(desk: Desk) -> Desk:
    desk.listed(row("2004"), row("2006"), row("2018"))
    desk.plan()
    desk.read(row("2004"), "We keep it")
    desk.read(row("2006"), "We keep cookies and cookies")
    desk.read(row("2018"), "We keep cookies by the GDPR")
    desk.corpus.derive_waiting()
    return desk


def count(desk: Desk, terms: Lexicon) -> int:
    return count_terms(desk.db, terms, lambda *_: None)


def test_first_mentions(told: Desk, tmp_path: Path) -> None:
    assert count(told, lexicon(tmp_path, "cookies", "GDPR", "beacons")) == 3
    figures = {one.name: one for one in term_figures(told.db)}
    assert list(figures) == ["cookies", "GDPR", "beacons"]
    cookies = figures["cookies"]
    assert (cookies.sites, cookies.documents, cookies.versions, cookies.mentions) == (1, 1, 2, 3)
    assert (figures["beacons"].documents, figures["beacons"].first) == (0, None)
    [first] = first_mentions(told.db, "cookies")
    assert (first.number, first.first_timestamp[:4], first.changed_after[:4], first.count) == (2, "2006", "2004", 2)
    assert first.last_timestamp[:4] == "2018"


def test_only_new_texts_are_counted_and_another_lexicon_takes_its_place(told: Desk, tmp_path: Path) -> None:
    terms = lexicon(tmp_path, "cookies")
    assert count(told, terms) == 3
    assert count(told, terms) == 0
    told.listed(row("2020"))
    told.plan()
    told.read(row("2020"), "No cookies")
    told.corpus.derive_waiting()
    assert count(told, terms) == 1
    assert count(told, lexicon(tmp_path, "GDPR")) == 4
    assert [one.name for one in term_figures(told.db)] == ["GDPR"]
    assert see_term(told.db, "gdpr") == "GDPR"
    with pytest.raises(WrongUse, match="no term 'cookies' in the lexicon: it has GDPR"):
        see_term(told.db, "cookies")


def test_counts_of_texts_that_are_gone_go(told: Desk, tmp_path: Path) -> None:
    terms = lexicon(tmp_path, "cookies")
    count(told, terms)
    with told.db.atomic():
        told.db.execute("DELETE FROM version WHERE number > 1")
    count(told, terms)
    assert told.db.execute("SELECT count(*) FROM term_counts").fetchone() == (0,)
