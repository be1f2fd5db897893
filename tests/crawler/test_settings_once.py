"""Settings are read by their names at few places: below the jobs each component is given typed values."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

TYPED = {
    "crawler/politeness/wire_options.py",
    "crawler/spiders/options.py",
    "crawler/archives/asked.py",
    "pipelines/options.py",
}
ABOVE = ("crawler/jobs/", "crawler/commands/", "crawler/local_archive/", "crawler/cli/", "crawler/settings.py")


def by_name(path: Path) -> Iterator[int]:
    """Lines where a setting is asked for by its name: `settings["X"]`, `crawler.settings.getint("X")`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Subscript):
            asked, name = node.value, node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            asked, name = node.func.value, node.args[0]
        else:
            continue
        of = asked.attr if isinstance(asked, ast.Attribute) else asked.id if isinstance(asked, ast.Name) else ""
        if of == "settings" and isinstance(name, ast.Constant) and str(name.value).isupper():
            yield node.lineno


def test_no_component_below_the_jobs_reads_settings_by_name() -> None:
    paths = {
        str(path.relative_to(ROOT)): path for room in ("crawler", "pipelines") for path in (ROOT / room).rglob("*.py")
    }
    below = {name: path for name, path in paths.items() if not name.startswith(ABOVE) and name not in TYPED}
    assert {name: lines for name, path in below.items() if (lines := list(by_name(path)))} == {}
    assert all(list(by_name(paths[name])) for name in TYPED), "the test sees what it looks for"
