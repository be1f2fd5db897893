"""croissant.json: the data set in the terms of Croissant 1.0 (https://docs.mlcommons.org/croissant/docs/croissant-spec.html)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.export.dataset.facts import NOBODY, Facts, abstract, bibtex
from pipelines.export.tables import Column, Kind, Table

Digests = Mapping[str, tuple[str, int]]
"""SHA-256 in hex and bytes of each file, by its path in the folder."""

PARQUET = "application/x-parquet"

_TYPES = {
    Kind.TEXT: "sc:Text",
    Kind.WHOLE: "sc:Integer",
    Kind.REAL: "sc:Float",
    Kind.FLAG: "sc:Boolean",
    Kind.MOMENT: "sc:DateTime",
    Kind.LIST: "sc:Text",
}
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_LICENCE = "The texts belong to the sites that published them; see README.md, Rights and takedown."


def croissant(
    facts: Facts, tables: Iterable[Table], title: str, authors: tuple[str, ...], digests: Digests
) -> dict[str, Any]:
    """The whole file, for JSON."""
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": title,
        "description": abstract(facts),
        "citeAs": bibtex(facts, title, authors),
        "creator": [{"@type": "sc:Organization", "name": author} for author in authors or (NOBODY,)],
        "datePublished": facts.day,
        "version": f"{facts.day[:4]}.{int(facts.day[5:7])}.{int(facts.day[8:10])}",
        "license": _LICENCE,
        "inLanguage": sorted(filter(None, facts.languages)),
        "keywords": ["privacy policies", "terms of service", "web archive"],
        "distribution": [_file(path, *digests[path]) for path in sorted(digests)],
        "recordSet": [_records(table, path) for table in tables for path in sorted(digests) if _holds(path, table)],
    }


def _holds(path: str, table: Table) -> bool:
    return path.startswith(f"data/{table.name}-")


def name_of(path: str) -> str:
    """`data/versions-00000.parquet` is `versions-00000`."""
    return path.rpartition("/")[2].removesuffix(".parquet")


def _file(path: str, sha256: str, size: int) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": name_of(path),
        "contentUrl": path,
        "contentSize": f"{size} B",
        "encodingFormat": PARQUET,
        "sha256": sha256,
    }


def _records(table: Table, path: str) -> dict[str, Any]:
    name = name_of(path).removesuffix("-00000")
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": table.description or table.name,
        "field": [_field(name, path, column) for column in table.columns],
    }


def _field(records: str, path: str, column: Column) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{records}/{column.name}",
        "name": column.name,
        "description": column.description or column.name,
        "dataType": _TYPES[column.kind],
        **({"repeated": True} if column.kind is Kind.LIST else {}),
        "source": {"fileObject": {"@id": path}, "extract": {"column": column.name}},
    }


def to_json(value: dict[str, Any]) -> bytes:
    """As a file is written: the same bytes each time."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"
