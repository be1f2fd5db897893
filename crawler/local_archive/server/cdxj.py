"""Rows as pywb and its forks show them: objects of text values with names of their own."""

import json
from collections.abc import Mapping

from crawler.local_archive.server.rows import Row

Fields = dict[str, str]

OTHER_NAMES: Mapping[str, str] = {"original": "url", "mimetype": "mime", "statuscode": "status"}
"""Names of other dialects, understood in filters and nowhere else."""

TYPES: Mapping[str, str] = {
    "cdxj": "text/x-cdxj",
    "json": "text/x-ndjson",
    "text": "text/plain",
    "link": "application/link-format",
}
"""Content types of the forms of output."""


def fields_of(row: Row) -> Fields:
    """A row as pywb's own indexer writes it: a revisit has no status."""
    fields = {"urlkey": row.urlkey, "timestamp": row.timestamp, "url": row.original, "mime": row.mimetype}
    if row.statuscode != "-":
        fields["status"] = row.statuscode
    return fields | {"digest": row.digest, "length": row.length, "offset": row.offset, "filename": row.filename}


def line(row: Fields, wanted: list[str], output: str) -> str:
    """One row; a field that is not there is left out, but for text, where it is `-` if the fields were chosen."""
    chosen: Fields = {name: row[name] for name in wanted if name in row} if wanted else row
    if output == "text":
        return " ".join([row.get(name, "-") for name in wanted] if wanted else row.values()) + "\n"
    if output == "json":
        return json.dumps(chosen) + "\n"
    head = f"{row['urlkey']} {row['timestamp']} "
    return (
        head + json.dumps({name: text for name, text in chosen.items() if name not in ("urlkey", "timestamp")}) + "\n"
    )
