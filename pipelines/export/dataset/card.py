"""README.md of a data set: what the Hugging Face hub reads at its head, and what a person should know below.

The files of each table are named by globs (https://huggingface.co/docs/datasets/repository_structure): the hub would
else guess splits from file names.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from pipelines.analysis.description.methods import selected
from pipelines.export.dataset.facts import Facts, bibtex, size_of
from pipelines.export.tables import Table
from pipelines.extraction.form.parse import inert
from pipelines.formats.timestamps import day

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def card(facts: Facts, tables: Iterable[Table], title: str, authors: tuple[str, ...], left_out: str) -> str:
    """The whole file. `left_out` says what was selected, empty where all was."""
    tables = list(tables)
    parts = [
        _head(facts, tables, title),
        f"# {inert(title)}\n",
        _summary(facts, left_out),
        _loading(tables),
        _columns(tables),
        _making(facts),
        _missing(facts),
        _BIASES,
        _RIGHTS,
        f"## Citation\n\n```bibtex\n{bibtex(facts, title, authors)}```\n",
    ]
    return "\n".join(parts)


def _head(facts: Facts, tables: list[Table], title: str) -> str:
    languages = [code for code in sorted(facts.languages) if code.isascii() and code.isalpha() and len(code) == 2]
    lines = [
        "---",
        f"pretty_name: {json.dumps(title)}",
        f"language: {json.dumps(languages)}",
        "license: other",
        "license_name: rights-of-the-publishers",
        "license_link: '#rights-and-takedown'",
        f"size_categories: [{json.dumps(_size(facts.versions))}]",
        'tags: ["privacy-policies", "terms-of-service", "web-archive", "legal", "longitudinal"]',
        "configs:",
    ]
    for table in tables:
        lines.append(f"- config_name: {table.name}")
        if table.name == "versions":
            lines.append("  default: true")
        lines += ["  data_files:", "  - split: train", f"    path: data/{table.name}-*.parquet"]
    return "\n".join([*lines, "---", ""])


def _size(rows: int) -> str:
    return next((name for most, name in _SIZES if rows < most), "1M<n<10M" if rows < 10_000_000 else "10M<n<100M")


def _summary(facts: Facts, left_out: str) -> str:
    said = [
        f"{size_of(facts)}, {facts.words:,} "
        f"words, seen in web archives from {day(facts.first)} to {day(facts.last)}. A version is a run of captures "
        "of a document that show one text.\n"
    ]
    if left_out:
        said.append(f"It is a part of a corpus, selected by {inert(left_out)}.\n")
    said += [_counts("Kind", facts.kinds), _counts("Language", facts.languages), _counts("Verdict", facts.verdicts)]
    return "\n".join(said)


def _loading(tables: list[Table]) -> str:
    names = ", ".join(f"`{table.name}`" for table in tables)
    return _LOADING.format(tables=names)


_LOADING = """## How to load it

```python
from datasets import load_dataset

versions = load_dataset("path/to/this/folder", "versions", split="train")
```

There are {tables}. With DuckDB: `SELECT site, kind, first_time, words FROM 'data/versions-*.parquet'`.
"""


def _columns(tables: list[Table]) -> str:
    lines = ["## Columns\n", "Texts are Markdown. Times are UTC; those of 14 digits are the archive's own keys.\n"]
    for table in tables:
        lines.append(f"### {table.name}\n\n{table.description}\n\n| Column | Type | |\n|---|---|---|")
        lines += [f"| `{one.name}` | {one.kind.value} | {_cell(one.description)} |" for one in table.columns]
        lines.append("")
    return "\n".join(lines)


def _making(facts: Facts) -> str:
    archives = ", ".join(inert(name) for name in sorted(facts.archives))
    used = ", ".join(
        f"{name} {version}" for name, version in sorted(facts.libraries.items()) if name != "policy-corpus"
    )
    lines = [
        "## How it was made\n",
        f"{inert(facts.program)} listed the captures of each document in {archives}, fetched those that were needed, "
        "kept every byte, and read the text of each page and PDF; navigation, banners and footers are left out. What "
        "became of each capture stands in `captures`.\n",
        *(f"* Selection `{inert(name)}`: {selected(name)}." for name in sorted(facts.selects)),
        f"* Readers: {', '.join(f'`{inert(name)}`' for name in sorted(facts.readers))}.",
        f"* The last run ended {inert(facts.made) or 'at a time nobody noted'}.",
    ]
    return "\n".join([*lines, *([f"* With {inert(used)}."] if used else []), ""])


def _missing(facts: Facts) -> str:
    lines = ["## What is missing, and why\n"]
    missing = {key: count for key, count in facts.outcomes.items() if key[0] != "read"}
    if missing:
        lines.append(
            "Documents that were looked for and have no version:\n\n| Documents | Outcome | Why |\n|---|---|---|"
        )
        in_order = sorted(missing.items(), key=lambda item: (-item[1], item[0]))
        lines += [f"| {count:,} | {_cell(outcome)} | {_cell(reason)} |" for (outcome, reason), count in in_order[:30]]
    else:
        lines.append("Every document that was looked for has a version.")
    lines += ["", _counts("State of captures", facts.states), _GAPS]
    return "\n".join(lines)


def _counts(name: str, counts: Counter[str] | Mapping[str, int]) -> str:
    in_order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [f"| {_cell(value) or 'not known'} | {count:,} |" for value, count in in_order]
    return "\n".join([f"| {name} | |", "|---|---|", *rows, ""])


def _cell(text: str) -> str:
    return inert(" ".join(text.split())).replace("|", "\\|")


_GAPS = """Between `changed_after` and `changed_before` of a version nobody looked: the change lies somewhere in
between. A version that was never captured is not here.
"""

_BIASES = """## Biases

* Web archives capture popular sites more often, and those in English most of all; before 2005 captures are rare. That
  a document has few versions may mean that it was seldom captured: compare `captures` before versions.
* Sites that keep archives out, or had themselves taken out, are missing, and not at random.
* Pages that are made by scripts alone often have no text in an archive.
* `doubtful` texts may be something else than the kind they are listed under; languages are told by a program.
"""

_RIGHTS = """## Rights and takedown

The texts belong to the sites that published them. They are handed on for research; that gives nobody a licence to
them. A site that wants its texts taken out, or a person named in one, writes to whoever published this data set; with
`policy-corpus forget SITE` they leave the corpus for good, and the next export.
"""
