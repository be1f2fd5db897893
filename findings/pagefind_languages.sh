#!/usr/bin/env bash
# pagefind 1.5.2: pages in several languages make several indexes, and a search sees only the one of its own page.
#
# A site of texts marks each page with its language, as accessibility asks for. Expected: one search over the site. Seen:
# pages are sorted by the `lang` of their `html` element, and the search loaded by an English page knows the English pages
# alone: the others are never found from there, without a word. Run it with `--force-language`, or leave the `html`
# element in the language of the interface and mark the text inside, as our own site does.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "pagefind==1.5.2" "pagefind-bin==1.5.2"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import json
import subprocess
import sys
from pathlib import Path

PAGES = {
    "en": "We keep your data for a year. Example Ltd",
    "de": "Wir speichern Ihre Daten ein Jahr lang. Example Ltd",
    "fr": "Nous gardons vos informations un an. Example Ltd",
}

NOTED = {"plain": {"de": 1, "en": 1, "fr": 1}, "forced": {"en": 3}}


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


def indexes(name, *options):
    folder = Path(name)
    folder.mkdir()
    for language, text in PAGES.items():
        page = f'<!doctype html><html lang="{language}"><head><title>P</title></head><body><main><p>{text}</p></main></body>'
        (folder / f"{language}.html").write_text(page, "utf-8")
    command = [sys.executable, "-m", "pagefind", "--site", str(folder), *options]
    subprocess.run(command, check=True, capture_output=True)
    entry = json.loads((folder / "pagefind" / "pagefind-entry.json").read_bytes())
    return {language: index["page_count"] for language, index in sorted(entry["languages"].items())}


compare({"plain": indexes("plain"), "forced": indexes("forced", "--force-language", "en")}, NOTED)
PY
