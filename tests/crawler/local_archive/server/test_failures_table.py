"""docs/failures.md and the catalogue of faults say the same."""

import re
from pathlib import Path

import pytest

from crawler.local_archive.server.faults import FAULTS

TABLE = Path(__file__).parents[4] / "docs" / "failures.md"
ROWS = {
    int(cells[1]): cells[3]
    for line in TABLE.read_text("utf-8").splitlines()
    if re.match(r"\| \d", line) and (cells := [cell.strip() for cell in line.split("|")])
}


def test_all_fifty_have_an_answer() -> None:
    assert sorted(ROWS) == list(range(1, 51))
    assert all(len(answer) > 5 for answer in ROWS.values())


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_faults_stand_in_their_rows(name: str) -> None:
    named = {number for number, answer in ROWS.items() if re.search(rf"`{name}`", answer)}
    assert named == set(FAULTS[name].rows)


def test_marks_are_right() -> None:
    for answer in ROWS.values():
        for name, marks in re.findall(r"`([a-z0-9-]+)`([°∞]*)", answer):
            if name in FAULTS:
                assert ("∞" in marks, "°" in marks) == (FAULTS[name].is_lasting, FAULTS[name].is_apart), name
