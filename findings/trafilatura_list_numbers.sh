#!/usr/bin/env bash
# trafilatura 2.3.1: numbered lists always start at 1, and letters become numbers.
#
# Contracts refer to their clauses by number ("as set out in 4 above"), and a page often continues its numbering after a
# heading or a table, with `<ol start="4">`, or counts with `type="a"`. Expected: the numbers a browser shows. Seen: each
# list counts from 1 in digits, so that references in the text point to the wrong clause.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "trafilatura==2.3.1" "lxml==6.1.3" "lxml_html_clean==0.4.6"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys
SENTENCE = "We collect the information that you give us when you create an account with us. "
PAGE = f"""<!doctype html><html lang="en"><head><title>Terms</title></head><body><main><h1>Terms of service</h1>
<p>{SENTENCE * 4}</p>
<ol start="4"><li>Payment is due in advance.</li><li>Refunds are set out in 4 above.</li></ol>
<p>{SENTENCE * 4}</p>
<ol type="a"><li>Fees include tax.</li><li>Fees under (a) may change.</li></ol>
<p>{SENTENCE * 4}</p></main></body></html>"""

NOTED = [
    "1. Payment is due in advance.",
    "2. Refunds are set out in 4 above.",
    "1. Fees include tax.",
    "2. Fees under (a) may change.",
]


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


from trafilatura import extract

text = extract(PAGE, output_format="markdown") or ""
compare([line.strip() for line in text.splitlines() if line[:1].isdigit()], NOTED)
PY
