"""Policies of many domains, found in Common Crawl's columnar index: in Parquet files that lie here, nobody is asked.

Who looks for the policies of a million domains would ask the index server for weeks; its operators point to these files
(https://commoncrawl.org/columnar-index). What comes of it is a target list. What the `archives find` command calls.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from crawler.discovery.candidates import LIKELY, Found, address_score, policy_rows
from crawler.discovery.links import site_of
from crawler.targets import urls as addresses
from crawler.targets.document_kinds import normal_kind
from crawler.targets.target_list import BadLine, read_targets
from pipelines.exceptions import WrongUse
from pipelines.formats.surt import urlkey
from pipelines.items.captures import Capture

log = logging.getLogger(__name__)

MOST_ROWS = 1000
"""Rows of one domain that are kept in memory; of more, which look like a policy, the first."""
_BATCH = 1 << 16  # rows
_NEEDED = ("url", "fetch_time", "fetch_status")
_FURTHER = ("url_host_registered_domain", "content_mime_type")


class Place(NamedTuple):
    """A policy of a domain, as an address for a target list."""

    site: str
    found: Found


class Columnar:
    """The Parquet files in a folder. `unread` names those that could not be read, and why."""

    def __init__(self, folder: Path) -> None:
        """Raises WrongUse where there are none, or nothing to read them with."""
        try:
            import pyarrow.parquet as parquet
        except ImportError:
            raise WrongUse("Parquet files are read with pyarrow: pip install 'policy-corpus[tables]'.") from None
        self._parquet: Any = parquet
        self._files = sorted(folder.rglob("*.parquet")) if folder.is_dir() else [folder] * folder.is_file()
        if not self._files:
            raise WrongUse(f"There are no Parquet files in {folder}: download parts of Common Crawl's columnar index.")
        self.unread: dict[str, str] = {}

    def places(self, targets: str, kind: str, most: int) -> Iterator[Place]:
        """The likeliest `most` addresses of that kind on each domain of a list that the files tell of. Raises WrongUse
        for a list or a kind that cannot be used."""
        kind = normal_kind(kind)
        sites = {one.document.site for one in read_targets(targets, kind=kind) if not isinstance(one, BadLine)}
        rows: dict[str, list[Capture]] = {}
        for path in self._files:
            for site, row in self._likely(path, sites, kind):
                if len(known := rows.setdefault(site, [])) < MOST_ROWS:
                    known.append(row)
        for site in sorted(rows):
            yield from (Place(site, found) for found in policy_rows(rows[site], kind)[:most])

    def _likely(self, path: Path, sites: set[str], kind: str) -> Iterator[tuple[str, Capture]]:
        """The rows of pages on these domains whose address looks like a policy's."""
        try:
            for url, moment, mimetype, domain in self._pages(path):
                site = domain or site_of(url)
                if site in sites and address_score(url, kind) >= LIKELY and (row := _row(url, moment, mimetype)):
                    yield site, row
        except (OSError, ValueError, KeyError) as error:  # pyarrow's own are of these
            self.unread[str(path)] = ascii(str(error))[1:-1][:200]
            log.warning("%s is not read: %s", path, self.unread[str(path)])

    def _pages(self, path: Path) -> Iterator[tuple[str, object, str, str]]:
        """Address, time, type and domain of each page that was fetched well. Columns that came later may be missing."""
        with self._parquet.ParquetFile(path) as file:
            there = set(file.schema_arrow.names)
            if missing := [name for name in _NEEDED if name not in there]:
                raise ValueError(f"it has no column {missing[0]}, and is no part of a columnar index")
            columns = [name for name in (*_NEEDED, *_FURTHER) if name in there]
            for batch in file.iter_batches(batch_size=_BATCH, columns=columns):
                told = {name: batch.column(name).to_pylist() for name in columns}
                blank = [""] * batch.num_rows
                parts = (told.get(name, blank) for name in (*_NEEDED, *_FURTHER))
                for url, moment, status, domain, mimetype in zip(*parts, strict=True):
                    if status == 200 and isinstance(url, str):
                        yield url, moment, str(mimetype or "unk"), str(domain or "")


def _row(url: str, moment: object, mimetype: str) -> Capture | None:
    """A row as a capture; None for what is no address of a page, or has no time."""
    try:
        addresses.parse(url)
    except WrongUse:
        return None
    if not isinstance(moment, datetime):
        return None
    at = moment.astimezone(UTC) if moment.tzinfo else moment
    return Capture(urlkey(url), at.strftime("%Y%m%d%H%M%S"), url, mimetype, "200", "-")


def as_lines(places: Iterable[Place]) -> Iterator[tuple[str, str]]:
    """Lines of a target list: address and kind, under a line that names them."""
    yield "target", "kind"
    for place in places:
        yield place.found.url, place.found.kind
