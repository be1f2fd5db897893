#!/usr/bin/env bash
# pypdfium2 5.15.2: hyphens at the ends of lines are gone, each method of the text page has another sign in their place.
#
# In narrow columns many lines end in a hyphen: one that divides a word (`infor-mation`) or one that belongs to it
# (`e-mail`). Expected: the hyphen and a line break, as other libraries give them, or the word put together. Seen: the two
# halves with U+FFFE between them from `get_text_range` and U+0002 from `get_text_bounded`, and no line break: neither
# search nor comparison finds "information" or "e-mail". Look for both signs, and decide for each what it was.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "pypdfium2==5.15.2"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import sys

from pypdfium2 import PdfDocument

LINES = ("We keep infor-", "mation on e-", "mail for a year.")
CONTENT = "BT /F1 12 Tf 40 200 Td " + " ".join(f"({line}) Tj 0 -14 Td" for line in LINES) + " ET"
OBJECTS = (
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
    f"<< /Length {len(CONTENT)} >>\nstream\n{CONTENT}\nendstream",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
)

NOTED = ["We keep infor\ufffemation on e\ufffemail for a year.", "We keep infor\x02mation on e\x02mail for a year."]


def pdf():
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(OBJECTS, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(OBJECTS) + 1
    end = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode()


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


page = PdfDocument(pdf())[0].get_textpage()
compare([page.get_text_range(), page.get_text_bounded()], NOTED)
PY
