#!/usr/bin/env bash
# htmldate 1.11.0: a date until which something holds is taken for the date of the page, though "Last updated" says another.
#
# `find_date` is made to tell when a page was published or last changed. Expected for a page with the line "Last updated:
# May 25, 2018" and no other sign: 2018-05-25. Seen: a later date in a short paragraph wins, such as the end of a term, and with
# `original_date=True` an earlier one, such as that of a law, whatever label stands before it. Look for the label
# yourself, and let the library read the date in that line alone.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "htmldate==1.11.0" "lxml==6.1.3"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys

from htmldate import find_date

PAGE = '<!doctype html><html lang="en"><body><h1>Privacy policy</h1><p>Last updated: May 25, 2018.</p><p>{}</p></body></html>'
END = PAGE.format("We keep old accounts until June 30, 2022.")
LAW = PAGE.format("Your rights follow from the Act of July 14, 1998.")

NOTED = ("2022-06-30", "1998-07-14")


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


compare((find_date(END), find_date(LAW, original_date=True)), NOTED)
PY
