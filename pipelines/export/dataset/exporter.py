"""A folder ready for the Hugging Face hub: Parquet below `data/`, and all that a data set says of itself beside it.

datapackage.json is a Data Package (https://specs.frictionlessdata.io/data-package/). How many bytes a file has is not
told there: frictionless counts those of Parquet as none, and finds every number wrong.
"""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from pipelines.export.base import Order, Report
from pipelines.export.dataset.card import card
from pipelines.export.dataset.croissant import Digests, croissant, name_of, to_json
from pipelines.export.dataset.facts import NOBODY, Facts, abstract, citation, facts_of
from pipelines.export.parquet import write_table
from pipelines.export.selection import CorpusView, asked_for
from pipelines.export.staged import Staged, staged
from pipelines.export.tables import Column, Kind, Table
from pipelines.formats import atomic

_TYPES = {
    Kind.TEXT: "string",
    Kind.WHOLE: "integer",
    Kind.REAL: "number",
    Kind.FLAG: "boolean",
    Kind.MOMENT: "datetime",
    Kind.LIST: "any",  # frictionless takes a list of Parquet for no array
}


def datapackage(
    facts: Facts, tables: Iterable[Table], title: str, authors: tuple[str, ...], digests: Digests
) -> dict[str, Any]:
    """The whole file, for JSON."""
    return {
        "profile": "data-package",
        "name": "policy-corpus",
        "title": title,
        "description": abstract(facts),
        "version": facts.day,
        "contributors": [{"title": author, "role": "author"} for author in authors or (NOBODY,)],
        "licenses": [{"name": "other", "title": "The texts belong to the sites that published them"}],
        "resources": [
            _resource(table, path, digests[path][0])
            for table in tables
            for path in sorted(digests)
            if path.startswith(f"data/{table.name}-")
        ],
    }


def _resource(table: Table, path: str, sha256: str) -> dict[str, Any]:
    return {
        "name": name_of(path),
        "title": table.description or table.name,
        "path": path,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "hash": f"sha256:{sha256}",
        "schema": {"fields": [_field(column) for column in table.columns]},
    }


def _field(column: Column) -> dict[str, str]:
    return {"name": column.name, "type": _TYPES[column.kind], "description": column.description}


TITLE = "Versions of privacy policies and terms"
_LAYOUT = 1


def export_dataset(corpus: CorpusView, order: Order) -> Report:
    """Write the data set to a folder. Raises WrongUse, RecordingFailed."""
    with staged(order.to, "dataset") as files:
        fingerprint = corpus.fingerprint("dataset", _LAYOUT, pa.__version__, order.title, order.authors)
        if files.has(fingerprint):
            return Report(files=files.count)
        for table in corpus.tables:
            write_table(corpus, table, files, "data/")
        _describe(corpus, order, files)
        return files.take_places(fingerprint)


def _describe(corpus: CorpusView, order: Order, files: Staged) -> None:
    facts, digests = facts_of(corpus), files.digests()
    title, authors = _one_line(order.title) or TITLE, tuple(filter(None, map(_one_line, order.authors)))
    left_out = ", ".join(f"{name} {value}" for name, value in asked_for(corpus.selection).items())
    contents = {
        "README.md": card(facts, corpus.tables, title, authors, left_out).encode("utf-8", "replace"),
        "CITATION.cff": citation(facts, title, authors).encode("utf-8", "replace"),
        "croissant.json": to_json(croissant(facts, corpus.tables, title, authors, digests)),
        "datapackage.json": to_json(datapackage(facts, corpus.tables, title, authors, digests)),
    }
    for name, content in contents.items():
        atomic.write_part(files.part(name), [content], durable=False)
    sums = "".join(f"{sha256}  {name}\n" for name, (sha256, _) in files.digests().items())
    atomic.write_part(files.part("SHA256SUMS"), [sums.encode()], durable=False)


def _one_line(text: str) -> str:
    return " ".join(text.split())
