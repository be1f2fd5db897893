#!/usr/bin/env bash
# trafilatura 2.3.1: with `deduplicate=True` a page that is read several times is empty from the fourth time on.
#
# Texts of an archive are captured again and again without a change, and templates are shared by many sites. Expected:
# duplicate passages within one document are removed, and the same call on the same bytes gives the same text. Seen: the
# counts are kept in the process from call to call, so that the result depends on what was read before, by whichever
# caller: three times the whole text, then nothing. Leave it off where documents are read by one long-lived process.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "trafilatura==2.3.1" "lxml==6.1.3" "lxml_html_clean==0.4.6"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys

from trafilatura import extract

PAGE = "<html><body><main>%s</main></body></html>" % "".join(
    f"<p>Clause {number}: we keep the data of our customers for some time, and then we delete all of it.</p>"
    for number in range(8)
)

NOTED = [8, 8, 8, 0, 0]


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


compare([(extract(PAGE, deduplicate=True) or "").count("Clause") for _ in range(5)], NOTED)
PY
