"""Keeps the corpus: bytes in WARC, rows in SQLite, texts read and derived versions. Imports nothing of `crawler`."""

__version__ = "0.1.0"
