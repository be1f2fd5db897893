# ruff: noqa: S608
"""What is handed on, read back by other programs: the same versions, whatever their titles and however long.

A program that is not installed is left out. EXPORT_TOOLS names the Python of an environment that has pandas, polars,
duckdb, datasets and mlcroissant; EXPORT_TOOLS_FRICTIONLESS one that has frictionless[parquet].
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.export.views import exported, versions

_HAS = "import sys; from importlib.util import find_spec; sys.exit(not all(map(find_spec, sys.argv[1:])))"
_KEY = "['site', 'kind', 'variant', 'number', 'held_timestamp', 'title', 'text']"
_TELL = """
import hashlib, json, sys, glob
def tell(rows):
    rows = [[*row[:3], int(row[3]), str(row[4]), *row[5:]] for row in rows]
    print(json.dumps(sorted([*row[:-1], hashlib.sha256(row[-1].encode()).hexdigest()] for row in rows)))
folder = sys.argv[1]
"""
_POLARS = f".select({_KEY}).rows())"
_NAMES = f"names = ', '.join({_KEY})\n"
READERS = {
    ("parquet", "pandas"): "import pandas\n"
    f"tell(pandas.read_parquet(folder + '/versions-00000.parquet')[{_KEY}].values.tolist())",
    ("parquet", "polars"): f"import polars\ntell(polars.read_parquet(folder + '/versions-*.parquet'){_POLARS}",
    ("parquet", "duckdb"): f"import duckdb\n{_NAMES}"
    "tell(duckdb.sql(f\"SELECT {names} FROM '{folder}/versions-*.parquet'\").fetchall())",
    ("jsonl", "pandas"): "import pandas\n"
    "found = pandas.read_json(folder + '/versions.jsonl', lines=True, dtype=False, convert_dates=False)\n"
    f"tell(found[{_KEY}].values.tolist())",
    ("jsonl", "polars"): "import polars\n"
    f"tell(polars.read_ndjson(folder + '/versions.jsonl', infer_schema_length=None){_POLARS}",
    ("jsonl", "duckdb"): f"import duckdb\n{_NAMES}"
    "source = f\"read_json('{folder}/versions.jsonl', maximum_object_size=67108864)\"\n"
    "tell(duckdb.sql(f'SELECT {names} FROM {source}').fetchall())",
    ("csv", "pandas"): "import pandas\n"
    f"tell(pandas.read_csv(folder + '/versions.csv', dtype=str, keep_default_na=False)[{_KEY}].values.tolist())",
    ("csv", "polars"): "import polars\n"
    "found = polars.read_csv(folder + '/versions.csv', infer_schema=False).fill_null('')\n"
    f"tell(found{_POLARS}",
    ("dataset", "datasets"): "import datasets\n"
    "rows = datasets.load_dataset(folder, 'versions', split='train')\n"
    f"tell([row[name] for name in {_KEY}] for row in rows)",
}


pytestmark = pytest.mark.slow


def run(script: str, module: str, folder: Path, tmp_path: Path, python: str = "EXPORT_TOOLS") -> str:
    """What a script prints that reads `folder`, in an environment without a network."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    env |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub")}
    command = [os.environ.get(python, sys.executable), "-c"]
    if subprocess.run([*command, _HAS, *module.split(", ")], env=env, timeout=120, check=False).returncode:
        pytest.skip(f"{module} is not installed here: {python} may name the Python of an environment that has it")
    ended = subprocess.run(
        [*command, script, str(folder)], env=env, capture_output=True, text=True, timeout=240, check=False, cwd=tmp_path
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return ended.stdout


@pytest.mark.parametrize(("name", "module"), READERS)
def test_other_programs_read_the_same_versions(name: str, module: str, hostile: Path, tmp_path: Path) -> None:
    order: dict[str, Any] = {"plain": True} if name == "jsonl" else {}
    exported(hostile, name, tmp_path / "to", order=order)
    told = run(_TELL + READERS[name, module], module, tmp_path / "to", tmp_path)
    assert json.loads(told.splitlines()[-1]) == versions(hostile)


def test_croissant_takes_the_description_of_a_data_set(hostile: Path, tmp_path: Path) -> None:
    exported(
        hostile, "dataset", tmp_path / "to", order={"title": 'Texts: of "all" {kinds}\n---', "authors": ("A", "B\nC")}
    )
    script = """import sys, json, mlcroissant as mlc
found = mlc.Dataset(sys.argv[1] + '/croissant.json')
assert not found.metadata.ctx.issues.errors, found.metadata.ctx.issues.report()
first = next(iter(found.records('versions')))
print(first['versions/site'].decode())"""
    assert run(script, "mlcroissant", tmp_path / "to", tmp_path).strip() == "dev.to"


def test_frictionless_takes_the_data_package(hostile: Path, tmp_path: Path) -> None:
    exported(hostile, "dataset", tmp_path / "to")
    script = """import sys
from frictionless import validate
report = validate(sys.argv[1] + '/datapackage.json')
print(report.valid, report.flatten(['type', 'message']))"""
    module = "frictionless, pandas, pyarrow"
    assert run(script, module, tmp_path / "to", tmp_path, "EXPORT_TOOLS_FRICTIONLESS").startswith("True []")
