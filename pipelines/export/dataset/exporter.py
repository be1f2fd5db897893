"""A folder ready for the Hugging Face hub: Parquet below `data/`, and all that a data set says of itself beside it."""

import pyarrow as pa

from ...store import atomic
from ..base import Order, Report
from ..parquet import write_table
from ..selection import CorpusView, asked_for
from ..staged import Staged, staged
from .card import card
from .citation import citation
from .croissant import croissant, to_json
from .datapackage import datapackage
from .facts import facts_of

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
    facts, title, digests = facts_of(corpus), order.title or TITLE, files.digests()
    left_out = ", ".join(f"{name} {value}" for name, value in asked_for(corpus.selection).items())
    contents = {
        "README.md": card(facts, corpus.tables, title, order.authors, left_out).encode("utf-8", "replace"),
        "CITATION.cff": citation(facts, title, order.authors).encode("utf-8", "replace"),
        "croissant.json": to_json(croissant(facts, corpus.tables, title, order.authors, digests)),
        "datapackage.json": to_json(datapackage(facts, corpus.tables, title, order.authors, digests)),
    }
    for name, content in contents.items():
        atomic.write_part(files.part(name), [content], durable=False)
    sums = "".join(f"{sha256}  {name}\n" for name, (sha256, _) in files.digests().items())
    atomic.write_part(files.part("SHA256SUMS"), [sums.encode()], durable=False)
