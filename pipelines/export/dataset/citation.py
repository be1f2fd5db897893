"""How a data set is to be cited: CITATION.cff (https://citation-file-format.github.io) and BibTeX."""

import json
import re

from pipelines.export.dataset.facts import Facts

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


def abstract(facts: Facts) -> str:
    """One sentence on what it holds."""
    return (
        f"{facts.versions} versions of {facts.documents} documents of {facts.sites} sites, from web archives, "
        f"{facts.first[:4]} to {facts.last[:4]}; made with {facts.program}."
    )


def bibtex(facts: Facts, title: str, authors: tuple[str, ...]) -> str:
    """One entry."""
    names = " and ".join(f"{{{_plain(author)}}}" for author in authors or (NOBODY,))
    return (
        f"@misc{{policycorpus{facts.day.replace('-', '')},\n  title = {{{_plain(title)}}},\n  author = {{{names}}},\n"
        f"  year = {{{facts.day[:4]}}},\n  note = {{{_plain(abstract(facts))}}}\n}}\n"
    )


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[{}\\`]", "", text).split())
