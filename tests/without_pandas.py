"""Loaded first of all: sqlite-utils loads pandas wherever it is found, half a second for each process,
and makes no use of it here. Who wants it, loads it."""

import sys

if "pandas" not in sys.modules:
    sys.modules["pandas"] = None  # type: ignore[assignment]
    import sqlite_utils  # noqa: F401

    del sys.modules["pandas"]
