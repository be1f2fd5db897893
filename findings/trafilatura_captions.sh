#!/usr/bin/env bash
# trafilatura 2.3.1: the caption of a table becomes its head, and the table is none any more.
#
# Cookie tables often have a `<caption>`. Expected: the caption somewhere, and a table whose head is the row of `<th>`.
# Seen: the caption as head row, then the real one between two rows of dashes: a renderer shows "Name", "Days" and the
# second row of dashes as data. Make the caption a paragraph before the table first.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "trafilatura==2.3.1" "lxml==6.1.3" "lxml_html_clean==0.4.6"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys

from trafilatura import extract

SENTENCE = "We collect the information that you give us when you create an account with us. "
PAGE = f"""<!doctype html><html lang="en"><head><title>Privacy</title></head><body><main><h1>Privacy policy</h1>
<p>{SENTENCE * 4}</p>
<table><caption>Cookies of our own</caption><tr><th>Name</th><th>Days</th></tr><tr><td>sid</td><td>1</td></tr></table>
<p>{SENTENCE * 4}</p></main></body></html>"""

NOTED = ["| Cookies of our own |  |", "|---|---|", "| Name | Days |", "|---|---|", "| sid | 1 |"]


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


text = extract(PAGE, output_format="markdown", include_tables=True) or ""
compare([line.strip() for line in text.splitlines() if line.startswith("|")], NOTED)
PY
