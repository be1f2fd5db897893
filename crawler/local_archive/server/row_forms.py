"""Rows as pywb and its forks show them, objects of text values with names of their own; and as TimeMaps (RFC 7089)."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from crawler.local_archive.server.playback import http_date, quoted
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


LINK_FORMAT = "application/link-format"


def timemap(rows: Sequence[Fields], url: str, prefix: str, collection: str) -> str:
    """As pywb writes one: `self` with `from`, TimeGate, original, and the mementos by time."""
    itself = f"{prefix}/timemap/link/{quoted(url)}"
    head = [
        link(itself, "self", type=LINK_FORMAT, **{"from": http_date(rows[0]["timestamp"])}),
        link(f"{prefix}/{quoted(url)}", "timegate"),
        link(quoted(url), "original"),
    ]
    return written([*head, *_mementos(rows, collection, lambda row: f"{prefix}/{row['timestamp']}mp_/{row['url']}")])


def bare_mementos(rows: Iterable[Fields], collection: str) -> str:
    """As pywb's `/cdx?output=link` writes them: the originals stand where the archive's addresses should."""
    return written(_mementos(rows, collection, lambda row: row["url"]))


def _mementos(rows: Iterable[Fields], collection: str, target: Callable[[Fields], str]) -> Iterator[str]:
    for row in rows:
        when = http_date(row["timestamp"])
        yield link(quoted(target(row)), "memento", datetime=when, collection=collection)


def link(target: str, rel: str, **attributes: str) -> str:
    """One link, without the comma that follows it."""
    return "; ".join([f"<{target}>", f'rel="{rel}"', *(f'{name}="{value}"' for name, value in attributes.items())])


def written(links: Iterable[str]) -> str:
    """The document: one link a line, a comma after all but the last."""
    return ",\n".join(links) + "\n"
