"""The same captures delivered in any order: equal tables, byte-identical exports."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.export.files import export
from pipelines.items.captures import DocumentKey
from pipelines.items.readings import Failure, Verdict
from tests.desk import SHOP, URL, Desk, reading, row

NO_TEXT = Failure("reading", "no text in page")
MOVED = "http://shop.example/legal/privacy"
LEGAL = DocumentKey("shop.example", "privacy policy", "legal")


def history(desk: Desk) -> list[Callable[[], None]]:
    """What happens to the captures of two documents, as steps that may come in any order."""
    pages = [row(f"20{year:02d}", f"page {year // 2}") for year in range(4, 20)]
    redirect = row("20190601", status="301")
    legal = [row(f"20{year:02d}0701", f"legal {year // 3}", MOVED) for year in range(10, 25)]
    desk.listed(*pages, redirect, row("20120303", status="404"))
    desk.listed(*legal, url=MOVED)
    desk.plan()
    held = [each for each in (*pages, *legal) if desk.state(each)[0] == "selected"]
    texts = {each: reading("ABBACDC"[number % 7]) for number, each in enumerate(held)}
    texts[held[2]] = reading("Domain for sale", Verdict.NOT_A_POLICY)
    texts[held[4]] = reading("Please wait", Verdict.DOUBTFUL)
    steps = [lambda each=each: desk.read(each, texts[each]) for each in held]  # type: ignore[misc]
    return [*steps[:-1], lambda: desk.read(pages[3], NO_TEXT), lambda: desk.read(held[-1], "Z", asked=redirect)]


def outcome(folder: Path, seed: int | None) -> dict[str, Any]:
    """What came of the history, in the order of a seed or straight."""
    desk = Desk(folder, (URL, SHOP), (MOVED, LEGAL))
    steps = history(desk)
    if seed is not None:
        random.Random(seed).shuffle(steps)
    for step in steps:
        step()
    desk.corpus.derive_waiting()
    export(desk.db, folder / "text", public_url="https://web.archive.org")
    found = {
        "versions": desk.versions("*"),
        "captures": list(desk.db.execute("SELECT * FROM captures ORDER BY 1, 2, 3, 5, 6, 7, 10")),
        "texts": list(desk.db.execute("SELECT digest, body FROM text ORDER BY 1")),
        "files": _below(folder / "text"),
    }
    desk.close()
    return found


def _below(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return outcome(tmp_path_factory.mktemp("straight"), None)


def test_the_history_is_rich(straight: dict[str, Any]) -> None:
    assert len(straight["versions"]) > 8
    assert len(straight["files"]) == len(straight["versions"]) + 1  # with the manifest


@pytest.mark.parametrize("seed", range(20))
def test_the_order_in_which_captures_come_leaves_no_trace(straight: dict[str, Any], tmp_path: Path, seed: int) -> None:
    assert outcome(tmp_path, seed) == straight
