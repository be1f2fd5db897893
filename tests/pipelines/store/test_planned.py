"""Documents of which a plan wanted nothing more are planned again once something changes of them, and only then."""

from collections.abc import Callable

import pytest

from pipelines.formats.surt import urlkey
from pipelines.items.captures import Evidence, Source, State
from pipelines.items.readings import Failure
from tests.desk import NOW, SHOP, URL, Desk, row

BY = "changes"


@pytest.fixture
def planned(desk: Desk) -> Desk:
    """A document with two captures, one of them read, of which the plan wants nothing more."""
    desk.listed(row("2004", "one"), row("2005", "one"))
    desk.plan()
    desk.read(row("2004", "one"), "A")
    desk.ledger.note_planned(1, BY)
    assert desk.ledger.documents_to_plan(BY) == []
    return desk


def test_another_selection_plans_it(planned: Desk) -> None:
    assert planned.ledger.documents_to_plan("all") == planned.ledger.documents_to_plan() == [1]


def test_a_listing_that_brings_nothing_new_does_not(planned: Desk) -> None:
    planned.listed(row("2004", "one"), row("2005", "one"))
    assert planned.ledger.documents_to_plan(BY) == []


CHANGES: dict[str, Callable[[Desk], object]] = {
    "a capture is listed": lambda desk: desk.listed(row("2006", "two")),
    "a capture fails": lambda desk: desk.ledger.fail(
        row("2004", "one"), State.FAILED, Failure("replay", "gone", transient=True), NOW
    ),
    "bytes are lost": lambda desk: desk.corpus.lose([1]),
    "it is read otherwise": lambda desk: desk.read(row("2004", "one"), "B"),
    "it moves": lambda desk: desk.ledger.add_address(1, urlkey("http://shop.example/b"), "http://shop.example/b", "x"),
    "an address is named": lambda desk: desk.db.execute(
        "INSERT INTO evidence VALUES (?, ?, '2004', 'canonical', 'http://shop.example/b', ?, 1)",
        [SHOP.site, SHOP.kind, URL],
    ),
    "a site is to be forgotten": lambda desk: desk.db.execute("INSERT INTO forgotten VALUES ('other.example', '')"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_what_changes_of_it_does(planned: Desk, change: Callable[[Desk], object]) -> None:
    change(planned)
    assert planned.db.execute("SELECT count(*) FROM planned").fetchone() == (0,)


def test_a_document_that_others_may_move_is_always_planned(desk: Desk) -> None:
    desk.db.execute(
        "INSERT INTO evidence VALUES (?, ?, '2004', ?, 'http://shop.example/b', ?, 1)",
        [SHOP.site, SHOP.kind, Source.REDIRECT, Evidence("2004", Source.REDIRECT, URL).address],
    )
    desk.ledger.note_planned(1, BY)
    assert desk.db.execute("SELECT count(*) FROM planned").fetchone() == (0,)
