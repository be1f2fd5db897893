from crawler.selection.plan import open_intervals, plan
from pipelines.items.captures import Known, State
from tests.crawler.lines import Crawl, Outcome, capture, page, read_as_digest, selected


def reading(texts: dict[str, str]) -> Outcome:
    return lambda row: Known(State.READ, reading_key=texts[row.digest])


def test_captures_that_share_their_bytes_share_their_text_without_a_fetch() -> None:
    rows = [page(day, "A" if day < 40 else "B") for day in range(100)]
    crawl = Crawl("changes", rows)
    assert len(crawl.fetched) == 2
    assert open_intervals(rows, crawl.known) == []


def test_halving_counts_bytes_and_not_captures() -> None:
    many = [page(day, "A") for day in range(100)]
    rows = [*many, *(page(day) for day in range(100, 107))]
    texts = {row.digest: "old" if row.timestamp < rows[103].timestamp else "new" for row in rows}
    assert len(Crawl("changes", rows, reading(texts)).fetched) <= 2 + 3


def test_nothing_new_is_selected_while_something_is_under_way() -> None:
    rows = [page(day) for day in range(100)]
    known = {rows[0].key: read_as_digest(rows[0]), rows[-1].key: Known(State.SELECTED)}
    assert selected(plan("changes", rows, known)) == []
    assert {decision.state for decision in plan("changes", rows, known)} == {State.PASSED_OVER}


def test_a_failure_that_is_tried_again_later_holds_up_only_its_own_intervals() -> None:
    rows = [page(day) for day in range(0, 400, 10)]
    texts = {row.digest: str(place // 10) for place, row in enumerate(rows)}
    middle = selected(plan("changes", rows, {}))[1]
    crawl = Crawl(
        "changes", rows, lambda row: Known(State.FAILED) if row == middle else Known(State.READ, texts[row.digest])
    )
    ends = open_intervals(rows, crawl.known)
    assert ends
    assert all(middle.key in pair for pair in ends)


def test_a_run_next_year_goes_on_from_the_last_known_text() -> None:
    rows = [page(day) for day in range(0, 600, 5)]
    texts = {row.digest: "A" if place < 70 else "B" for place, row in enumerate(rows)}
    before = Crawl("changes", rows[:60], reading(texts))
    after = Crawl("changes", rows, reading(texts), known=before.known)
    assert not set(after.fetched) & set(before.fetched)
    assert all(row.timestamp > rows[59].timestamp for row in after.fetched)
    assert {rows[69], rows[70]} <= set(after.fetched)


def test_open_intervals_tell_what_is_still_to_be_searched() -> None:
    rows = [page(day) for day in range(100)]
    assert open_intervals(rows, {}) == [(rows[0].key, rows[-1].key)]
    known = {rows[0].key: read_as_digest(rows[0]), rows[-1].key: read_as_digest(rows[-1])}
    assert open_intervals(rows, known) == [(rows[0].key, rows[-1].key)]
    same = {row: Known(State.READ, reading_key="same") for row in known}
    assert open_intervals(rows, same) == []


def test_a_coarser_precision_needs_fewer_fetches() -> None:
    rows = [capture(f"200101{day:02}{hour:02}", f"{day} {hour}") for day in range(1, 29) for hour in range(24)]
    texts = {row.digest: "A" if row.timestamp < "2001011005" else "B" for row in rows}
    counts = [len(Crawl("changes", rows, reading(texts), precision=p).fetched) for p in ("capture", "day", "week")]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == 3


def test_a_redirect_beside_pages_is_passed_over() -> None:
    rows = [page(day) for day in range(0, 100, 10)]
    moved = [capture(row.timestamp, "R", "301", original="http://www.example.com/privacy") for row in rows[1:-1]]
    crawl = Crawl("changes", [*rows, *moved], lambda row: Known(State.READ, reading_key="same"))
    assert crawl.fetched == [rows[0], rows[-1]]


def test_a_redirect_is_followed_where_it_is_last_or_no_page_is_near() -> None:
    first, between, later, last = (
        capture("20010105", "A"),
        capture("2002", "R", "301"),
        capture("20030105", "B"),
        capture("20030505", "R", "302"),
    )
    crawl = Crawl("changes", [first, between, later, last], lambda row: Known(State.READ, reading_key=row.digest))
    assert set(crawl.fetched) == {first, between, later, last}


def test_a_document_of_which_nothing_can_be_played_is_given_up() -> None:
    rows = [page(day) for day in range(2000)]
    crawl = Crawl("changes", rows, lambda row: Known(State.UNPLAYABLE))
    assert len(crawl.fetched) < 30
    assert open_intervals(rows, crawl.known) == []


def test_a_document_of_which_nothing_can_be_read_is_given_up() -> None:
    rows = [page(day) for day in range(2000)]
    crawl = Crawl("changes", rows, lambda row: Known(State.FAILED, failed_for_good=True, held=True))
    assert len(crawl.fetched) < 30


def test_a_cap_leaves_half_for_the_search() -> None:
    rows = [page(day) for day in range(4000)]
    texts = {row.digest: "A" if place < 3210 else "B" for place, row in enumerate(rows)}
    crawl = Crawl("changes", rows, reading(texts), cap=24)
    assert len(crawl.fetched) <= 24
    assert {rows[3209], rows[3210]} <= set(crawl.fetched)
    many = Crawl("changes", rows[:800], lambda row: Known(State.READ, reading_key=row.digest), cap=20)
    assert len(many.fetched) == 20
