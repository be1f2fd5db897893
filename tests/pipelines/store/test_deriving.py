from tests.desk import Desk, row


def test_versions_are_those_that_the_readings_give(desk: Desk) -> None:
    desk.listed(row("2004"), row("2005"))
    desk.plan()
    desk.read(row("2004"), "A")
    assert desk.corpus.is_as_derived(1)  # it waits: more is to come
    desk.read(row("2005"), "B")
    assert desk.corpus.is_as_derived(1)
    desk.db.execute("UPDATE version SET title = 'edited' WHERE number = 1")
    assert not desk.corpus.is_as_derived(1)
    desk.corpus.derive([1])
    assert desk.corpus.is_as_derived(1)


def test_a_document_is_derived_once_all_of_it_is_there(desk: Desk) -> None:
    desk.listed(row("2004"), row("2005"))
    desk.plan()
    desk.read(row("2004"), "A")
    count = "SELECT count(*) FROM version"
    assert desk.db.execute(count).fetchone() == (0,)
    desk.read(row("2005"), "B")
    assert desk.db.execute(count).fetchone() == (2,)
    assert desk.db.execute("SELECT count(*) FROM to_derive").fetchone() == (0,)
