import tracemalloc
from pathlib import Path

import pytest

from crawler.jobs.register import Request, listed
from pipelines.exceptions import WrongUse
from pipelines.formats.surt import urlkey
from tests.desk import Desk

LINES = 10_000


def peak_of(desk: Desk, path: Path, lines: int) -> int:
    """Bytes at most that reading and registering a list of so many lines takes."""
    path.write_text("".join(f"{rank},site{rank}.example\n" for rank in range(1, lines + 1)))
    tracemalloc.start()
    try:
        with listed(Request("policies", str(path))) as (targets, _):
            assert desk.ledger.register(targets, urlkey) == lines
            assert sum(text.count("\n") - 1 for text in targets.texts()) == lines
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_list_is_read_and_registered_in_little_memory(desk: Desk, tmp_path: Path) -> None:
    peak_of(desk, tmp_path / "few.csv", 10)  # what is loaded once
    more = peak_of(desk, tmp_path / "many.csv", LINES) - peak_of(desk, tmp_path / "few.csv", 10)
    assert more / LINES < 250  # bytes a target; where the targets are held, 900


def test_its_file_is_gone_afterwards(tmp_path: Path) -> None:
    with listed(Request("policies", "shop.example")) as (targets, _):
        assert [target.document.site for target in targets] == ["shop.example"]
    assert not targets.path.exists()


@pytest.mark.parametrize(("source", "said"), [("", "give a file or an address"), ("nosuch.txt", "does not exist")])
def test_what_cannot_be_read_is_refused(source: str, said: str) -> None:
    with pytest.raises(WrongUse, match=said), listed(Request("policies", source)):
        pass
