#!/usr/bin/env bash
# lxml 6.1.3 with libxml2 2.14: `<embed>`, `<wbr>`, `<source>` and `<track>` swallow the text that follows them.
#
# These elements have no content and no end tag in HTML5, and libxml2 2.14 reads the signs of HTML5 but does not build its
# tree: it does not know that they are empty. Expected: `drop_tree()`, which keeps the tail, removes the element alone.
# Seen: the text behind it is the element's own content, and is removed with it, up to the end of the parent. Use
# `drop_tag()` for these, or move their content out first.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "lxml==6.1.3"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys
PAGES = {
    "embed": "<div><embed src='logo.svg'>We share nothing.</div><p>End.</p>",
    "wbr": "<p>We share no<wbr>thing.</p><p>End.</p>",
    "source": "<div><source src='logo.svg'>We share nothing.</div><p>End.</p>",
    "track": "<div><track src='words.vtt'>We share nothing.</div><p>End.</p>",
    "br": "<p>We share<br>nothing.</p><p>End.</p>",
}

NOTED = {"embed": "End.", "wbr": "We share noEnd.", "source": "End.", "track": "End.", "br": "We sharenothing.End."}


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


import lxml.html

seen = {}
for name, page in PAGES.items():
    root = lxml.html.document_fromstring(page)
    for element in root.findall(f".//{name}"):
        element.drop_tree()
    seen[name] = root.text_content()
compare(seen, NOTED)
PY
