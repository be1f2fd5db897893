"""sqlite-utils 4.2: `import sqlite_utils` imports numpy and pandas wherever they are installed.

It looks out for their values, to store them as numbers. Expected: a small library over sqlite3 that loads in some tens
of milliseconds, in an environment with pandas as well. Seen: where pandas is installed, it is imported whole at once,
which takes a second, mostly more than what a short command does. Hide the two names (`sys.modules["pandas"] = None`)
while sqlite_utils is imported, if you do not give it such values.
"""

import subprocess
import sys

from harness import compare, installed

CODE = """
import sys
sys.path.insert(0, sys.argv[1])
sys.modules.update(dict.fromkeys(sys.argv[2:]))
import sqlite_utils
print(*sorted(name for name in ("numpy", "pandas") if sys.modules.get(name)))
"""

with installed("sqlite-utils==4.2", "numpy==2.4.6", "pandas==3.1.1") as folder:

    def loaded(*hidden: str) -> list[str]:
        command = [sys.executable, "-c", CODE, folder, *hidden]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    compare([loaded(), loaded("numpy", "pandas")], [["numpy", "pandas"], []])
