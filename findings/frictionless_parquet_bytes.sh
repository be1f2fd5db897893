#!/usr/bin/env bash
# frictionless 5.21.0: a data package that tells the size of a Parquet file is never valid.
#
# `bytes` of a resource is the size of its file, by the Data Package specification. Expected: `validate` compares it with
# the file, as it does for CSV. Seen: for Parquet nobody counts, and the number is compared with none, so that the right
# one is an error as any other is. A right `hash` is passed over in the same way: it is not looked at. Leave `bytes` out, or
# check it by other means.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "frictionless[parquet]==5.21.0" "pandas==3.1.1" "pyarrow==26.0.1"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import json
import sys
from pathlib import Path

import pandas
from frictionless import validate

TABLE = pandas.DataFrame({"site": ["example.com", "shop.example"], "versions": [1, 2]})

NOTED = {
    "table.csv": [],
    "table.parquet": [["byte-count", 'expected is "SIZE" and actual is "None"']],
    "table.parquet, no size and a wrong hash": [],
}


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


def errors(name, **told):
    file = name.partition(",")[0]
    resource = {"name": "table", "path": file, "format": file.rpartition(".")[2], **told}
    Path("datapackage.json").write_text(json.dumps({"name": "corpus", "resources": [resource]}))
    size = str(Path(file).stat().st_size)
    return [[kind, note.replace(size, "SIZE")] for kind, note in validate("datapackage.json").flatten(["type", "note"])]


TABLE.to_csv("table.csv", index=False)
TABLE.to_parquet("table.parquet")
seen = {name: errors(name, bytes=Path(name).stat().st_size) for name in list(NOTED)[:2]}
seen[list(NOTED)[2]] = errors(list(NOTED)[2], hash="sha256:" + "0" * 64)
compare(seen, NOTED)
PY
