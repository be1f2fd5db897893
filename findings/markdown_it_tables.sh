#!/usr/bin/env bash
# markdown-it-py 4.3.0: a table that begins an item of a list takes the sign of the item for a part of its first cell.
#
# In CommonMark containers are opened before what is inside them, so that `* one | two` with a row of dashes below, in the
# column of the item's text, is an item which holds a table: so GitHub's own renderer (cmarkgfm) reads it. Seen: a
# table without a list, whose first cell is `* one`; in an item of an inner list the inner list is gone in the same way.
# A text before the table, or the sign on a line of its own, makes both renderers agree.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "markdown-it-py==4.3.0" "cmarkgfm==2025.10.22"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import re
import sys

import cmarkgfm
from markdown_it import MarkdownIt

TEXTS = {
    "item": "* one | two\n  ---|---\n  three | four\n",
    "inner item": "* * one | two\n    ---|---\n    three | four\n",
    "sign alone": "*\n  one | two\n  ---|---\n  three | four\n",
}

NOTED = {
    "item": [("table", "* one"), ("ul li table", "one")],
    "inner item": [("ul li table", "* one"), ("ul li ul li table", "one")],
    "sign alone": [("ul li table", "one"), ("ul li table", "one")],
}


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


def outline(html):
    return " ".join(re.findall(r"<(ul|li|table)>", html)), re.search(r"<th>(.*?)</th>", html).group(1)


render = MarkdownIt("commonmark").enable("table").render
compare({name: [outline(render(text)), outline(cmarkgfm.github_flavored_markdown_to_html(text))] for name, text in TEXTS.items()}, NOTED)
PY
