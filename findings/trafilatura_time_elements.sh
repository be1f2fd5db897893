#!/usr/bin/env bash
# trafilatura 2.3.1: what stands in a `<time>` element disappears, in the middle of a sentence.
#
# Editors of content systems mark dates with `<time datetime="...">`, and the dates that matter most in a policy are these:
# when it was updated, from when it holds. Expected: the words that a reader sees. Seen: the sentences without the dates,
# in plain text and in Markdown, also with `favor_recall`. Call `drop_tag()` on all `time` elements before extraction.
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
<p>Last updated: <time datetime="2019-05-01">1 May 2019</time>. It holds from <time>2 June 2019</time> on.</p>
<p>{SENTENCE * 4}</p></main></body></html>"""

NOTED = ["Last updated: . It holds from on."] * 2


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


texts = [extract(PAGE) or "", extract(PAGE, output_format="markdown", favor_recall=True) or ""]
compare([line for text in texts for line in text.splitlines() if "updated" in line], NOTED)
PY
