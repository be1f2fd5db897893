"""What a data set says of itself, counted over all that is handed on, and how it is cited.

CITATION.cff: https://citation-file-format.github.io.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipelines.export.selection import CorpusView
from pipelines.formats.terminal import counted


@dataclass(slots=True)
class Facts:
    """Counts of the selected part. Times are 14 digits, or ISO 8601 for `made`, when the last run over it ended."""

    versions: int = 0
    words: int = 0
    sites: int = 0
    documents: int = 0
    first: str = ""
    last: str = ""
    languages: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    archives: Counter[str] = field(default_factory=Counter)
    readers: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)  # of documents: outcome and reason
    states: Counter[str] = field(default_factory=Counter)  # of captures
    selects: Counter[str] = field(default_factory=Counter)  # of crawls: the setting SELECT
    libraries: dict[str, str] = field(default_factory=dict)  # of the newest run that says so
    made: str = ""

    @property
    def program(self) -> str:
        """This program, with the version that crawled last."""
        return f"policy-corpus {self.libraries.get('policy-corpus', '')}".strip()

    @property
    def day(self) -> str:
        """The day of `made`, or that of the newest capture, as YYYY-MM-DD."""
        return self.made[:10] or f"{self.last[:4]}-{self.last[4:6]}-{self.last[6:8]}"


def facts_of(corpus: CorpusView) -> Facts:
    """Count everything; each table is read once, without texts."""
    facts = Facts()
    _count_versions(facts, corpus)
    for row in _rows(corpus, "documents"):
        facts.outcomes[row["outcome"], row["reason"]] += 1
    for row in _rows(corpus, "captures"):
        facts.states[row["state"]] += 1
    for row in _rows(corpus, "runs"):
        _note_run(facts, row)
    return facts


def _count_versions(facts: Facts, corpus: CorpusView) -> None:
    site = ""
    documents: set[tuple[str, str]] = set()
    for version in corpus.versions(texts=False):
        if version.site != site:  # they come site by site
            site, facts.sites = version.site, facts.sites + 1
            facts.documents += len(documents)
            documents = set()
        documents.add((version.kind, version.variant))
        facts.versions += 1
        facts.words += version.words
        facts.first = min(facts.first or version.first_timestamp, version.first_timestamp)
        facts.last = max(facts.last, version.last_timestamp)
        facts.languages[version.language] += 1
        facts.kinds[version.kind] += 1
        facts.verdicts[version.verdict] += 1
        facts.archives[version.archive] += 1
        facts.readers[version.reader] += 1
    facts.documents += len(documents)


def _note_run(facts: Facts, row: dict[str, Any]) -> None:
    facts.made = max(facts.made, row["finished_at"])
    if chosen := json.loads(row["settings"]).get("SELECT"):
        facts.selects[str(chosen)] += 1
    if libraries := json.loads(row["libraries"] or "{}"):
        facts.libraries = {str(name): str(version) for name, version in libraries.items()}


def _rows(corpus: CorpusView, name: str) -> Iterator[dict[str, Any]]:
    for table in corpus.tables:
        if table.name == name:
            yield from (dict(zip(table.given, row, strict=True)) for row in corpus.rows(table, texts=False))


NOBODY = "The makers of this corpus"


def citation(facts: Facts, title: str, authors: tuple[str, ...]) -> str:
    """CITATION.cff, version 1.2.0. Its texts are JSON strings, which YAML reads."""
    lines = [
        "cff-version: 1.2.0",
        "message: If you use this data set, please cite it as below.",
        "type: dataset",
        f"title: {json.dumps(title)}",
        "authors:",
        *(f"  - name: {json.dumps(author)}" for author in authors or (NOBODY,)),
        f"date-released: {json.dumps(facts.day)}",
        f"version: {json.dumps(facts.day)}",
        f"abstract: {json.dumps(abstract(facts))}",
        "keywords:",
        "  - privacy policies",
        "  - web archive",
    ]
    return "\n".join(lines) + "\n"


def size_of(facts: Facts) -> str:
    """How many versions of how many documents of how many sites."""
    documents, sites = counted(facts.documents, "document"), counted(facts.sites, "site")
    return f"{counted(facts.versions, 'version')} of {documents} of {sites}"


def abstract(facts: Facts) -> str:
    """One sentence on what it holds."""
    return f"{size_of(facts)}, from web archives, {facts.first[:4]} to {facts.last[:4]}; made with {facts.program}."


def bibtex(facts: Facts, title: str, authors: tuple[str, ...]) -> str:
    """One entry."""
    names = " and ".join(f"{{{_plain(author)}}}" for author in authors or (NOBODY,))
    return (
        f"@misc{{policycorpus{facts.day.replace('-', '')},\n  title = {{{_plain(title)}}},\n  author = {{{names}}},\n"
        f"  year = {{{facts.day[:4]}}},\n  note = {{{_plain(abstract(facts))}}}\n}}\n"
    )


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[{}\\`]", "", text).split())
