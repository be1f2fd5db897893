#!/usr/bin/env bash
# lxml 6.1.3 with libxml2 2.14: pages that are nested deeply lose all text, without an error.
#
# Page builders and unclosed `<font>` or `<div>` tags make trees of some hundred levels, which browsers show. Expected:
# the text, or an exception. Seen: at 253 divisions below the body everything is there; at 254 the parser stops, and
# `document_fromstring` returns a tree with what came before: no exception, no warning, the reason only in `error_log` of
# a parser that one has kept. `HTMLParser(huge_tree=True)` reads the page whole.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "lxml==6.1.3"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys
def page(depth: int) -> str:
    return f"<!doctype html><title>T</title>{'<div>' * depth}<p>Privacy.</p>{'</div>' * depth}<p>After.</p>"


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


import lxml.html

parser = lxml.html.HTMLParser(huge_tree=True)
seen = {
    "253": lxml.html.document_fromstring(page(253)).text_content(),
    "254": lxml.html.document_fromstring(page(254)).text_content(),
    "254, huge_tree": lxml.html.document_fromstring(page(254), parser=parser).text_content(),
}
compare(seen, {"253": "TPrivacy.After.", "254": "T", "254, huge_tree": "TPrivacy.After."})
PY
