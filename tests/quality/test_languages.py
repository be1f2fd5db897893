"""The verdict over short texts of many languages, without titles. Fewer texts than one would wish: see the docs."""

import pytest

from tests.quality.language_table import PAGE, Counts, measured, page, total

FLOOR = 0.97
FLOOR_BY_LANGUAGE = 0.9
LANGUAGES = 40
KINDS = 3
TEXTS = 3
OTHERS = 120


@pytest.fixture(scope="module")
def table() -> dict[str, Counts]:
    return measured()


def test_the_verdict_over_all(table: dict[str, Counts]) -> None:
    every = total(table)
    assert len(table) >= LANGUAGES
    assert every.policies >= LANGUAGES * KINDS * TEXTS
    assert every.others >= OTHERS
    assert (every.precision >= FLOOR, every.recall >= FLOOR, every.refused >= FLOOR * every.telling) == (True,) * 3


def test_no_policy_is_thrown_away_in_any_language(table: dict[str, Counts]) -> None:
    assert {name: counts.thrown for name, counts in table.items() if counts.thrown} == {}


def test_no_language_is_far_below(table: dict[str, Counts]) -> None:
    low = {name: counts for name, counts in table.items() if min(counts.precision, counts.recall) < FLOOR_BY_LANGUAGE}
    assert low == {}


def test_the_page_of_the_docs_says_what_is_measured(table: dict[str, Counts]) -> None:
    """Where this fails: `python -m tests.quality.language_table`."""
    assert PAGE.read_text("utf-8") == page(table)
