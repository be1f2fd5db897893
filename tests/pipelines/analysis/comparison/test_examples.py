"""What a person expects a comparison to say."""

import pytest

from pipelines.analysis.comparison.compare import compare
from pipelines.analysis.comparison.model import Change, Comparison

LONG = "We keep the names and addresses of all our customers for as long as the law says."
OTHER = "Our shop in the harbour sells lanterns, ropes and everything else that a ship needs."
THIRD = "You may write to us at any time and ask what we have stored about you."


def _changed(comparison: Comparison) -> list[Change]:
    return [change for change in comparison.changes if change.op != "equal"]


def _pieces(comparison: Comparison) -> list[tuple[str, str, str]]:
    return [
        (p.op, p.before.strip(), p.after.strip()) for c in _changed(comparison) for p in c.pieces if p.op != "equal"
    ]


def test_words_inside_a_block() -> None:
    told = compare("We sell your data to nobody.\n", "We sell your data to everybody.\n")
    assert _pieces(told) == [("delete", "nobody", ""), ("insert", "", "everybody")]
    assert (told.words_added, told.words_removed, told.share) == (1, 1, 2 / 12)


def test_changes_over_an_island_of_two_words_are_one() -> None:
    told = compare("We never sell your data to other people.\n", "We often sell your goods to other people.\n")
    assert [piece[1] for piece in _pieces(told) if piece[0] == "delete"] == ["never sell your data"]
    told = compare("We never sell all your data to people.\n", "We often sell all your goods to people.\n")
    assert [piece[1] for piece in _pieces(told) if piece[0] == "delete"] == ["never", "data"]


def test_a_moved_block_is_told_as_moved() -> None:
    told = compare(f"{LONG}\n\n{OTHER}\n\n{THIRD}\n", f"{OTHER}\n\n{THIRD}\n\n{LONG}\n")
    assert [(change.op, change.move) for change in _changed(told)] == [("moved from", 1), ("moved to", 1)]
    assert (told.words_added, told.words_removed, told.words_moved) == (0, 0, 17)
    assert not told.cosmetic


def test_a_moved_block_tells_what_changed_in_it() -> None:
    told = compare(f"{LONG}\n\n{OTHER}\n\n{THIRD}\n", f"{OTHER}\n\n{THIRD}\n\n{LONG.replace('names', 'nicknames')}\n")
    assert (told.words_added, told.words_removed, told.words_moved) == (1, 1, 16)


@pytest.mark.parametrize("back", [False, True])
def test_a_paragraph_that_was_split_or_joined_changes_no_words(back: bool) -> None:
    texts = (f"{LONG} {OTHER} {THIRD}\n", f"{LONG}\n\n{OTHER}\n\n{THIRD}\n")
    told = compare(*(texts[::-1] if back else texts))
    assert (told.words_added, told.words_removed, told.words_moved) == (0, 0, 0)


def test_a_new_date_line_takes_the_place_of_the_old_one() -> None:
    told = compare(f"Last modified: 8 September 2023\n\n{LONG}\n", f"Last updated: February 15, 2024\n\n{LONG}\n")
    assert [change.op for change in _changed(told)] == ["changed"]


def test_rows_of_a_table_are_compared_cell_by_cell() -> None:
    head = "Name| Purpose| Days  \n---|---|---  \n"
    told = compare(
        f"{head}sid| login| 30  \nlang| language| 7  \n", f"{head}sid| login| 60  \nlang| your language| 7  \n"
    )
    assert [(change.op, change.after and change.after.kind) for change in _changed(told)] == [("changed", "row")] * 2
    assert _pieces(told) == [("delete", "30", ""), ("insert", "", "60"), ("insert", "", "your")]


def test_items_of_nested_lists_stay_items() -> None:
    before = "  * Names\n    * first name\n    * last name\n  * Dates\n"
    told = compare(before, before.replace("    * last name\n", "    * last name\n    * nickname\n"))
    assert [(c.op, c.after and (c.after.kind, c.after.level)) for c in _changed(told)] == [("added", ("item", 2))]


def test_sections_are_those_of_the_headings() -> None:
    before = f"## Data\n\n{LONG}\n\n## **Rights** of [yours](https://shop.example/r)\n\n{THIRD}\n"
    told = compare(before, before.replace("all our", "our").replace("any time", "all times"))
    assert [(s.heading, s.words_added, s.words_removed) for s in told.sections if s.touched] == [
        ("Data", 0, 1),
        ("Rights of yours", 2, 2),
    ]


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("Last updated: 3 March 2023.", "Last updated: 14 April 2024.", ("dates",)),
        ("Gültig ab 1. Januar 2020", "Gültig ab 15. Februar 2021", ("dates",)),
        ("© 2021 Shop", "© 2022 Shop", ("dates",)),
        ("2023年3月3日施行", "2024年4月4日施行", ("dates",)),
        ("Write to a@shop.example now", "Write to b@shop.example now", ("addresses",)),
        ("See [this](https://a.example/)", "See [this](https://b.example/)", ("links",)),
        ("OUR Policy", "Our policy", ("case",)),
        ("Our **policy**", "Our policy", ("form",)),
        ("Our “policy”", 'Our "policy"', ("form",)),
        ("Of 3 May 2021 by a@x.example", "Of 4 May 2021 by b@x.example", ("addresses", "dates")),
        ("We keep it for 30 days.", "We keep it for 60 days.", ()),
        ("It costs 2020 euros", "It costs 2021 euros", ()),
        ("Last updated: 3 March 2023. We sell.", "Last updated: 4 March 2023. We buy.", ()),
        (f"{LONG}\n\n{OTHER}\n\n{THIRD}", f"{OTHER}\n\n{THIRD}\n\n{LONG}", ()),
        ("We do not sell.", "We do sell.", ()),
        ("The same.", "The same.", ()),
    ],
)
def test_what_is_cosmetic(before: str, after: str, kinds: tuple[str, ...]) -> None:
    told = compare(f"{before}\n", f"{after}\n")
    assert (told.cosmetic, told.cosmetic_kinds) == (bool(kinds), kinds)


@pytest.mark.parametrize("sign", ["[", "](", "**", "_", "<", "| ", "> ", "  * ", "a b. "])
def test_hostile_texts_end_in_time(sign: str) -> None:
    told = compare(sign * 20_000, sign * 19_990 + "x")
    assert told.share <= 1


def test_many_blocks_of_one_kind_are_not_compared_each_with_each() -> None:
    before = "\n\n".join(f"row {number % 7} of the same words" for number in range(4_000))
    assert compare(before, before.replace("row 3", "line 3")).share < 0.5
