"""Settings are read by their names at one place: everybody else is given typed values."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import default_settings

from crawler import settings
from pipelines.exceptions import WrongUse
from pipelines.options import Config, setting
from tests.conftest import ROOT

THE_ONE = "pipelines/options.py"
DEFAULTS = {name: value for name, value in vars(settings).items() if name.isupper()}


def is_of_scrapy(name: str) -> bool:
    """Whether it is a setting that Scrapy has; or none at all, but a key of what is recorded of a run."""
    return name.islower() or (hasattr(default_settings, name) and name != "USER_AGENT")


def read_by_name(source: str) -> Iterator[int]:
    """Lines where a setting is asked for by its name: `settings["X"]`, `crawler.settings.getint("X")`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript):
            asked, name = node.value, node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr == "set":  # that is no reading: jobs add what follows from the settings
                continue
            asked, name = node.func.value, node.args[0]
        else:
            continue
        of = asked.attr if isinstance(asked, ast.Attribute) else asked.id if isinstance(asked, ast.Name) else ""
        if of == "settings" and not (isinstance(name, ast.Constant) and is_of_scrapy(str(name.value))):
            yield node.lineno


def test_nobody_else_reads_settings_by_name() -> None:
    paths = [path for room in ("crawler", "pipelines") for path in (ROOT / room).rglob("*.py")]
    found = {str(path.relative_to(ROOT)): list(read_by_name(path.read_text())) for path in paths}
    assert [name for name, lines in found.items() if lines] == [THE_ONE]


@pytest.mark.parametrize("line", ['settings["A_B"]', 'crawler.settings.getint("A_B")', "self.settings[name]"])
def test_the_test_sees_what_it_looks_for(line: str) -> None:
    assert list(read_by_name(line)) == [1]


def test_every_setting_of_ours_has_its_field_and_type() -> None:
    ours = {name for name in DEFAULTS if name != "FEED_EXPORT_ENCODING" and not hasattr(default_settings, name)}
    ours = {name for name in ours if not name.endswith("_BASE")} | {"USER_AGENT"}
    named = {setting(one.name) for one in fields(Config)}
    assert named - ours == {"ARCHIVE", "RUN_ID", "TARGET_LIST"}
    assert ours - named == set()
    config = Config.of(DEFAULTS)
    assert {name: config.by_name()[name] for name in ours} == {name: DEFAULTS[name] for name in ours}


@pytest.mark.parametrize(
    ("name", "value", "typed"),
    [("READERS", "2", 2), ("READERS", " 2 ", 2), ("RETRY_WAIT", "1.5", 1.5), ("CORPUS_DIR", Path("a/b"), "a/b"),
     ("FROM", 2015, "2015"), ("LANGUAGE", None, "")],
)  # fmt: skip
def test_values_of_a_command_line_and_of_python_get_their_types(name: str, value: Any, typed: object) -> None:
    [found] = [value for given, value in Config.of({**DEFAULTS, name: value}).by_name().items() if given == name]
    assert (found, type(found)) == (typed, type(typed))


@pytest.mark.parametrize(
    ("value", "told"),
    [("two", "READERS='two' is not a number"), ("300", "out of bounds"), ("1.5", "not a whole number")],
)
def test_a_number_that_cannot_be_used_is_named(value: str, told: str) -> None:
    with pytest.raises(WrongUse, match=told):
        Config.of({**DEFAULTS, "READERS": value})
