"""Rows as pywb and its forks show them: objects of text values with names of their own."""

from collections.abc import Mapping

from crawler.wayback.server.cdxindex import Row

Fields = dict[str, str]

OTHER_NAMES: Mapping[str, str] = {"original": "url", "mimetype": "mime", "statuscode": "status"}
"""Names of other dialects, understood in filters and nowhere else."""


def fields_of(row: Row) -> Fields:
    """A row as pywb's own indexer writes it: a revisit has no status."""
    fields = {"urlkey": row.urlkey, "timestamp": row.timestamp, "url": row.original, "mime": row.mimetype}
    if row.statuscode != "-":
        fields["status"] = row.statuscode
    return fields | {"digest": row.digest, "length": row.length, "offset": row.offset, "filename": row.filename}
