"""Exporters: what each is given, what it answers, and which there are.

An exporter is one function over a view of the corpus. It brings a place to what the view says: whole or not at all,
the same bytes each time, and nothing is written where nothing is new. To add one: a module with such a function, a
line in FORMATS, a test beside the others, a row in docs/exports.md.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

from pipelines.exceptions import WrongUse
from pipelines.export.selection import CorpusView
from pipelines.formats.terminal import counted


@dataclass(frozen=True, slots=True)
class Order:
    """Where an export is to go, and how: `plain` without compression (jsonl), `layout` of a history (git), and whose
    the data set is and what it is called (dataset)."""

    to: Path
    plain: bool = False
    layout: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()


@dataclass(slots=True)
class Report:
    """What an export did. `said` are sentences for whoever started it, `closing` a last line where files do not fit."""

    files: int = 0
    written: int = 0
    removed: int = 0
    said: list[str] = field(default_factory=list)
    closing: str = ""

    def __str__(self) -> str:
        return self.closing or f"{counted(self.files, 'file')}, {self.written:,} written, {self.removed:,} removed"


class Exporter(Protocol):
    """Raises WrongUse where the place holds something else, RecordingFailed where it cannot be written."""

    def __call__(self, corpus: CorpusView, order: Order) -> Report: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: in which module and under which name its exporter stands, and what it needs beside the program:
    an importable name, and the extra that brings it."""

    module: str
    function: str
    says: str
    needs: str = ""
    extra: str = ""


FORMATS: Mapping[str, Format] = {
    "parquet": Format("parquet", "export_parquet", "tables for DuckDB, pandas, Polars", "pyarrow", "tables"),
    "jsonl": Format("lines", "export_jsonl", "tables, one JSON object a line"),
    "dataset": Format("dataset.exporter", "export_dataset", "a folder for the Hugging Face hub", "pyarrow", "tables"),
    "git": Format("git.exporter", "export_git", "a history, one commit a version"),
    "warc": Format("warc", "export_warc", "the pages of the versions"),
    "wacz": Format("wacz", "export_wacz", "the same for ReplayWeb.page"),
    "csv": Format("lines", "export_csv", "tables for spreadsheets"),
}
"""By name; `text`, which is as old as the corpus, stands in corpus_files.py."""


def exporter(name: str) -> Exporter:
    """The exporter of a format, imported only now. Raises WrongUse for an unknown one, or where what it needs is not
    installed."""
    chosen = FORMATS.get(name)
    if chosen is None:
        near = get_close_matches(name, [*FORMATS, "text"], 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted([*FORMATS, 'text']))}."
        raise WrongUse(f"There is no format {name!r}: {hint}")
    if chosen.needs:
        _see_installed(name, chosen)
    found: Exporter = getattr(importlib.import_module(f"pipelines.export.{chosen.module}"), chosen.function)
    return found


def _see_installed(name: str, chosen: Format) -> None:
    try:
        importlib.import_module(chosen.needs)
    except ImportError as error:
        raise WrongUse(
            f"The format {name} needs {chosen.needs}, which is not installed: "
            f"python -m pip install 'policy-corpus[{chosen.extra}]' or python -m pip install {chosen.needs}"
        ) from error


def export_to(corpus: CorpusView, name: str, order: Order) -> Report:
    """Hand the selected part of a corpus on. Raises WrongUse, also where nothing is selected, and RecordingFailed."""
    export = exporter(name)
    corpus.refuse_nothing()
    return export(corpus, order)
