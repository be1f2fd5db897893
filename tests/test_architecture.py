"""What docs/architecture.md and CONTRIBUTING.md say of the code: the trip of a capture, the rooms, the recipes."""

import ast
import re
from collections.abc import Iterator
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


# -- SQL

SQL = re.compile(
    r"\bSELECT\s[^=]*\sFROM\s+['a-z(]|\A\s*SELECT\s|\bINSERT\b[\w\s]*\bINTO\s|\bDELETE\s+FROM\s|\bUPDATE\s+\w+\s+SET\s"
    r"|\A\s*((CREATE|DROP|ALTER|ATTACH|DETACH|REINDEX)\s+[A-Z]|PRAGMA\s|WITH\s+(RECURSIVE\s|\w+\s+AS\s))"
    r"|\A\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|VACUUM|ANALYZE)\b[A-Z\s]*\Z"
)
ASKS = {"execute", "executemany", "executescript", "enable_wal", "atomic", "table_names", "create_function"}
NOT_THE_STORES = {
    "pipelines/export/dataset/card.py",  # shows readers of a data set how DuckDB reads its Parquet files
}


def sql_in(source: str) -> Iterator[int]:
    """Lines with a string that is SQL, or where a database is asked."""
    tree = ast.parse(source)
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            text = node.value
        else:
            text = ""
        is_asked = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS
        if is_asked or SQL.search(text):
            yield getattr(node, "lineno", 0)


def test_sql_stands_in_the_store_alone() -> None:
    paths = [path for room in ("crawler", "pipelines") for path in (ROOT / room).rglob("*.py")]
    others = {str(path.relative_to(ROOT)): path for path in (*paths, ROOT / "policy_corpus.py")}
    found = {name: [*sql_in(path.read_text())] for name, path in others.items() if "pipelines/store/" not in name}
    assert {name: lines for name, lines in found.items() if lines and name not in NOT_THE_STORES} == {}
    assert all(found[name] for name in NOT_THE_STORES)


ONES = (
    '_HELD = "SELECT 1 FROM a"', 'f"INSERT {how} INTO a ({b})"', 'x = """UPDATE a\n  SET b = 1"""',
    'go("BEGIN IMMEDIATE")', "db.execute(read)", "self._db.conn.executemany(sql, rows)",
)  # fmt: skip
OTHERS = (
    'x = "SELECT"', 'x = "not needed for SELECT, FROM and TO"', "execute([PROGRAM])",
    'def f():\n  """SELECT a FROM b"""',
)  # fmt: skip


@pytest.mark.parametrize(("line", "is_one"), [*((one, True) for one in ONES), *((one, False) for one in OTHERS)])
def test_the_rule_sees_what_it_looks_for(line: str, is_one: bool) -> None:
    assert bool([*sql_in(line)]) is is_one
