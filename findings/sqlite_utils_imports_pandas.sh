#!/usr/bin/env bash
# sqlite-utils 4.2: `import sqlite_utils` imports numpy and pandas wherever they are installed.
#
# It looks out for their values, to store them as numbers. Expected: a small library over sqlite3 that loads in some tens
# of milliseconds, in an environment with pandas as well. Seen: where pandas is installed, it is imported whole at once,
# which takes a second, mostly more than what a short command does. Hide the two names (`sys.modules["pandas"] = None`)
# while sqlite_utils is imported, if you do not give it such values.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check "sqlite-utils==4.2" "numpy==2.4.6" "pandas==3.1.1" "typing_extensions==4.16.0"
cd "$place"
"$place/venv/bin/python" - <<'PY'
import subprocess
import sys


CODE = """
import sys
sys.modules.update(dict.fromkeys(sys.argv[1:]))
import sqlite_utils
print(*sorted(name for name in ("numpy", "pandas") if sys.modules.get(name)))
"""


def compare(seen, noted):
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")


def loaded(*hidden: str) -> list[str]:
    command = [sys.executable, "-c", CODE, *hidden]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

compare([loaded(), loaded("numpy", "pandas")], [["numpy", "pandas"], []])
PY
