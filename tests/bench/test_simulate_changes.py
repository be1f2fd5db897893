"""A small version of the simulation, in the suite; `make bench` runs the whole."""

import pytest

from tests.bench.simulate_changes import simulate, table


def test_the_table_keeps_its_bound_and_misses_no_version(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = list(table([100, 1_000]))
    assert not [found for found in outcomes if found.fetches > found.bound or found.missed]
    assert len(capsys.readouterr().out.splitlines()) == 2 + len(outcomes)


@pytest.mark.parametrize("seed", range(5))
def test_fifteen_versions_in_five_thousand_captures_take_four_percent(seed: int) -> None:
    assert simulate(5_000, 15, seed=seed).share <= 0.04


def test_an_oscillating_page_costs_little_more_than_its_texts() -> None:
    calm, restless = simulate(5_000, 15), simulate(5_000, 15, oscillating=True)
    assert restless.missed == 0
    assert restless.fetches <= 2 * calm.fetches


def test_many_changes_in_one_place_are_all_found() -> None:
    assert simulate(2_000, 500, seed=3).missed == 0
