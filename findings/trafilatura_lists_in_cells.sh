#!/usr/bin/env bash
# trafilatura 2.3.1: a list inside a table cell disappears.
#
# Privacy policies like to put a list of purposes beside each category of data. Expected: the items in the cell, however
# they are separated. Seen: an empty cell, and no sign that anything is missing. To be safe, replace lists in cells by
# lines of text before extraction, or compare the words of the result with those of the page.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "trafilatura==2.3.1" "lxml==6.1.3" "lxml_html_clean==0.4.6"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys
SENTENCE = "We collect the information that you give us when you create an account with us. "
PAGE = f"""<!doctype html><html lang="en"><head><title>Privacy</title></head><body><main><h1>Privacy policy</h1>
<p>{SENTENCE * 4}</p>
<table>
<tr><th>Data</th><th>Purposes</th></tr>
<tr><td>Card number</td><td><ul><li>Billing</li><li>Preventing fraud</li></ul></td></tr>
<tr><td>Name</td><td>Support</td></tr>
</table>
<p>{SENTENCE * 4}</p></main></body></html>"""

NOTED = ["| Data | Purposes |", "|---|---|", "| Card number |  |", "| Name | Support |"]


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


from trafilatura import extract

text = extract(PAGE, output_format="markdown", include_tables=True) or ""
compare([line.strip() for line in text.splitlines() if line.startswith("|")], NOTED)
PY
