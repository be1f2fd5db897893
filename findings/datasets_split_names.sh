#!/usr/bin/env bash
# datasets 5.2.0: a data file named after a site called `test.` or `dev.` leaves all other files out, without a word.
#
# A corpus with one Parquet file a site is a folder of names like `example.com.parquet`. Expected: all files in one split,
# `train`, as for any names without a plan. Seen: words of the names are looked for between dots and dashes, and `test.de`
# or `dev.to` make a split `test` or `validation`; then only files with such names belong to the data set. The rows of
# all the others are gone, and nothing is said. List the files under `configs` in README.md, or number them.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "datasets==5.2.0" "pandas==3.1.1" "pyarrow==26.0.1"
cd "$place"
HF_HUB_OFFLINE=1 HF_HOME="$place/home" "$place/venv/bin/python" - <<'PY'
import sys
from pathlib import Path

import datasets
import pandas

FOLDERS = {
    "plain": ("example.com", "shop.example"),
    "test": ("example.com", "shop.example", "test.de"),
    "dev": ("example.com", "shop.example", "dev.to"),
}

NOTED = {
    "plain": {"train": ["example.com", "shop.example"]},
    "test": {"test": ["test.de"]},
    "dev": {"validation": ["dev.to"]},
}


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


def loaded(name, sites):
    folder = Path(name, "data")
    folder.mkdir(parents=True)
    for site in sites:
        pandas.DataFrame({"site": [site]}).to_parquet(folder / f"{site}.parquet")
    splits = datasets.load_dataset(name, cache_dir="cache")
    return {split: sorted(rows["site"]) for split, rows in splits.items()}


datasets.disable_progress_bars()
compare({name: loaded(name, sites) for name, sites in FOLDERS.items()}, NOTED)
PY
