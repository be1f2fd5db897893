"""TimeMaps in the link format of RFC 7089."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from crawler.local_archive.server.cdxj import Fields
from crawler.local_archive.server.playback import http_date, quoted

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
