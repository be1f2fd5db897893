"""The table of families, over documents worked by hand."""

import random
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from pipelines.exceptions import WrongUse
from pipelines.formats.surt import urlkey
from pipelines.items.captures import DocumentKey
from pipelines.store.families import Sorted, families, sort_into_families, unsorted_texts
from pipelines.store.forgetting import condemn, take_out
from tests.desk import Desk, row
from tests.pipelines.analysis.families.planted import copied, original, text_of

SITES = ("ash.example", "birch.example", "cedar.example", "dogwood.example")


def url(site: str) -> str:
    return f"http://{site}/privacy"


@pytest.fixture
def grove(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "corpus", *((url(site), DocumentKey(site, "privacy policy")) for site in SITES))


def show(desk: Desk, site: str, **texts: str) -> None:
    """Let a site show texts in years: y2004="..."."""
    captures = [row(year[1:], content=f"{site}{year}", original=url(site)) for year in texts]
    desk.listed(*captures, url=url(site))
    desk.plan()
    for capture, text in zip(captures, texts.values(), strict=True):
        desk.read(capture, text)
    desk.corpus.derive_waiting()


def sort(db: Database, least: float = 0.9) -> Sorted:
    return sort_into_families(db, least, lambda *_: None)


def table(db: Database) -> list[Any]:
    return db.execute("SELECT text_digest, since, oldest, jaccard FROM family ORDER BY 1").fetchall()


def test_a_template_is_found_over_sites_with_who_had_it_first(grove: Desk) -> None:
    dice = random.Random(1)
    template = original(dice)
    near = copied(template, 0.95, dice)[0]
    show(grove, "ash.example", y2006=near)
    show(grove, "birch.example", y2004=text_of(template), y2008=text_of(original(dice)))
    show(grove, "cedar.example", y2005=text_of(original(dice)))
    assert sort(grove.db).new == 4
    [family] = families(grove.db)
    assert [(one.site, one.first_timestamp[:4], one.versions) for one in family.members] == [
        ("birch.example", "2004", 1),
        ("ash.example", "2006", 1),
    ]
    assert family.members[1].jaccard == pytest.approx(0.95, abs=0.01)
    assert [*families(grove.db, "cedar.example")] == []
    assert len([*families(grove.db, "ash.example")]) == 1


def test_only_what_is_new_is_compared_and_the_end_is_the_same_as_made_at_once(grove: Desk) -> None:
    dice = random.Random(2)
    template = original(dice)
    show(grove, "ash.example", y2006=text_of(template))
    show(grove, "birch.example", y2007=copied(template, 0.95, dice)[0])
    assert sort(grove.db) == Sorted(2, 2, 1)
    assert sort(grove.db) == Sorted(2, 0, 0)
    show(grove, "cedar.example", y2009=copied(template, 0.93, dice)[0])
    assert unsorted_texts(grove.db) == 1
    assert sort(grove.db) == Sorted(3, 1, 1)
    show(grove, "dogwood.example", y2003=copied(template, 0.97, dice)[0])  # older than all: it leads from now on
    assert sort(grove.db).new == 4
    [family] = families(grove.db)
    assert family.members[0].site == "dogwood.example"
    step_by_step = table(grove.db)
    grove.db.execute("DELETE FROM family")
    grove.db.conn.commit()
    sort(grove.db)
    assert table(grove.db) == step_by_step


def test_another_setting_sorts_all_anew(grove: Desk) -> None:
    dice = random.Random(3)
    template = original(dice)
    show(grove, "ash.example", y2006=text_of(template))
    show(grove, "birch.example", y2007=copied(template, 0.8, dice)[0])
    sort(grove.db)
    assert [*families(grove.db)] == []
    assert sort(grove.db, 0.75).new == 2
    assert len([*families(grove.db)]) == 1
    for least in (0.2, 1.5):
        with pytest.raises(WrongUse, match="FAMILY_JACCARD"):
            sort(grove.db, least)


def test_a_run_that_was_cut_short_goes_on(grove: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(4)
    template = original(dice)
    monkeypatch.setattr("pipelines.store.families._AT_ONCE", 1)
    for site, year in zip(SITES, ("y2004", "y2005", "y2006", "y2007"), strict=True):
        show(grove, site, **{year: copied(template, 0.95, dice)[0]})

    def stop(what: str, done: int, todo: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sort_into_families(grove.db, 0.8, stop)
    assert sort(grove.db, 0.8).new == 2
    assert unsorted_texts(grove.db) == 0


def test_a_site_that_is_forgotten_leaves_its_families(grove: Desk) -> None:
    dice = random.Random(5)
    template = original(dice)
    show(grove, "ash.example", y2004=text_of(template))
    show(grove, "birch.example", y2007=copied(template, 0.95, dice)[0])
    show(grove, "cedar.example", y2008=copied(template, 0.95, dice)[0])
    sort(grove.db, 0.85)
    with grove.db.atomic():
        condemn(grove.db, "ash.example", urlkey("http://ash.example/").partition(")")[0])
        take_out(grove.db, "ash.example", urlkey("http://ash.example/").partition(")")[0], "2026-01-01T00:00:00Z")
    assert table(grove.db) == [], "their oldest is gone"
    sort(grove.db, 0.85)
    [family] = families(grove.db)
    assert [one.site for one in family.members] == ["birch.example", "cedar.example"]
