"""A folder ready for the Hugging Face hub: Parquet below `data/`, and all that a data set says of itself beside it."""

import pyarrow as pa

from pipelines.export.base import Order, Report
from pipelines.export.dataset.card import card
from pipelines.export.dataset.citation import citation
from pipelines.export.dataset.croissant import croissant, to_json
from pipelines.export.dataset.datapackage import datapackage
from pipelines.export.dataset.facts import facts_of
from pipelines.export.parquet import write_table
from pipelines.export.selection import CorpusView, asked_for
from pipelines.export.staged import Staged, staged
from pipelines.formats import atomic

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
