#!/usr/bin/env bash
# trafilatura 2.3.1: sections of a policy are lost when their ids say what they are about.
#
# Sections have ids so that one can link to them: `#data`, `#cookies`, `#sharing`. Expected: all of them are text of the
# page, in prose below headings of their own. Seen: those called `cookies` and `sharing` are taken for a cookie notice and
# a row of share buttons and are gone with their headings, also with `favor_recall`; the same prose under `id="data"`
# stays. Take ids and classes off prose before extraction, or compare the headings of the result with those of the page.
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
SECTIONS = {
    "data": "We keep your name and your address.",
    "cookies": "We set one cookie, which keeps you signed in.",
    "sharing": "We give your address to the carrier who delivers your order.",
    "rights": "You may ask us for a copy of all that we keep.",
}
PARTS = "".join(f'<section id="{name}"><h2>On {name}</h2><p>{text}</p></section>' for name, text in SECTIONS.items())
PAGE = f"""<!doctype html><html lang="en"><head><title>Privacy</title></head><body><main><h1>Privacy policy</h1>
<p>{SENTENCE * 4}</p>{PARTS}<p>{SENTENCE * 4}</p></main></body></html>"""

NOTED = [["data", "rights"], ["data", "rights"]]


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


texts = [extract(PAGE) or "", extract(PAGE, favor_recall=True) or ""]
compare([[name for name, words in SECTIONS.items() if words in text] for text in texts], NOTED)
PY
