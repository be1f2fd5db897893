"""datapackage.json: the files of a data set as a Data Package (https://specs.frictionlessdata.io/data-package/).

How many bytes a file has is not told here: frictionless counts those of Parquet as none, and finds every number wrong.
"""

from collections.abc import Iterable
from typing import Any

from pipelines.export.dataset.citation import NOBODY, abstract
from pipelines.export.dataset.croissant import Digests, name_of
from pipelines.export.dataset.facts import Facts
from pipelines.export.tables import Column, Kind, Table

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
