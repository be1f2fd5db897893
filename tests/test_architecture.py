"""What docs/architecture.md and CONTRIBUTING.md say of the code: the trip of a capture, the rooms, the recipes."""

import re
from functools import reduce
from importlib import import_module
from inspect import isfunction

import pytest

from tests.conftest import ROOT

ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
TRIP = re.findall(r"^(\d+)\. `([\w.]+)`", ARCHITECTURE, re.MULTILINE)


def test_the_trip_of_a_capture_has_ten_steps_none_of_them_twice() -> None:
    assert [int(number) for number, _ in TRIP] == list(range(1, 11))
    assert len({name for _, name in TRIP}) == 10


@pytest.mark.parametrize("name", [name for _, name in TRIP])
def test_a_step_of_the_trip_is_a_function(name: str) -> None:
    parts = name.split(".")
    cut = next(at for at, part in enumerate(parts) if part[0].isupper() or at == len(parts) - 1)
    assert isfunction(reduce(getattr, parts[cut:], import_module(".".join(parts[:cut]))))


@pytest.mark.parametrize("package", ["crawler", "pipelines"])
def test_every_room_is_told(package: str) -> None:
    table = ARCHITECTURE.partition(f"| `{package}` | |")[2].partition("\n\n")[0]
    rooms = (path for path in (ROOT / package).iterdir() if path.suffix == ".py" or path.is_dir())
    names = {path.name for path in rooms} - {"__init__.py", "__pycache__"}
    assert {name for name in names if f"`{name}" not in table} == set()


def test_the_recipes_name_files_that_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = set(re.findall(r"`((?:crawler|pipelines|tests|docs|findings)/[\w./-]*)`", text))
    assert len(named) > 20
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_the_recipes_name_what_is_there() -> None:
    """`NAME` of `path`, or `NAME` in `path`."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = re.findall(r"`([A-Z_]{4,}|[A-Z]\w+\.\w+)`,? (?:of|in)\s+`([\w/]+\.py)`", text)
    assert len(named) >= 5
    for name, path in named:
        if not path.startswith(("crawler/", "pipelines/")):
            continue
        module = import_module(path.removesuffix(".py").replace("/", "."))
        assert reduce(getattr, name.split("."), module) is not None
