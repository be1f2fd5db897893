"""Precision and recall of the verdict by language, over the texts beside this file; writes docs/languages.md.

python -m tests.quality.language_table
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.items import Verdict
from tests.pipelines.extraction.pages import reading

FOLDER = Path(__file__).parent / "languages"
PAGE = Path(__file__).parents[2] / "docs" / "languages.md"
NO_POLICIES = frozenset({"news", "shop", "help", "forum", "login", "notfound", "parked", "other"})
HEAD = """# Languages

How well the verdict tells policies from other pages, by language: measured on invented texts of 40 to 70 words (about
as many signs in pairs where words are not parted), without titles, which are harder than whole pages. Written by
`python -m tests.quality.language_table`; `tests/quality/test_languages.py` holds the floors. The texts are few: they
show that a language is known, not how often a verdict over it is wrong. At first sight,
before the lists of words were mended by them, 100 of 120 policies and all 63 other pages were judged right; the 20 were
`doubtful`, most of them in plain words that no list had.

"Found" counts the verdict `policy`; a policy that is not found is `doubtful`, and none was called `not a policy`.
"No policy" counts other pages (news, shops, help, log-in, not found) by the verdict `not a policy`.

| Language | Policies | Found | Other pages | No policy | Precision | Recall |
|---|---|---|---|---|---|---|
"""


@dataclass(slots=True)
class Counts:
    """How many policies and other pages there are, how many of each the verdict knew, and policies thrown away."""

    policies: int = 0
    found: int = 0
    others: int = 0
    refused: int = 0
    taken: int = 0
    thrown: int = 0

    @property
    def precision(self) -> float:
        """Of what is called a policy, the share that is one."""
        return self.found / (self.found + self.taken) if self.found + self.taken else 1.0

    @property
    def recall(self) -> float:
        """Of the policies, the share that is called so."""
        return self.found / self.policies if self.policies else 1.0

    def add(self, verdict: Verdict, *, policy: bool) -> None:
        """Count one text."""
        if policy:
            self.policies += 1
            self.found += verdict == Verdict.POLICY
            self.thrown += verdict == Verdict.NOT_A_POLICY
        else:
            self.others += 1
            self.refused += verdict == Verdict.NOT_A_POLICY
            self.taken += verdict == Verdict.POLICY


def texts() -> Iterator[tuple[str, str, str]]:
    """Language, kind and text of each entry."""
    for file in sorted(FOLDER.glob("*.txt")):
        for entry in file.read_text("utf-8").split("= ")[1:]:
            name, _, text = entry.partition("\n")
            language, kind = name.split()
            yield language, kind, text


def measured() -> dict[str, Counts]:
    """The counts by language."""
    table: dict[str, Counts] = defaultdict(Counts)
    for language, kind, text in texts():
        table[language].add(reading(f"<p>{text}</p>").verdict, policy=kind not in NO_POLICIES)
    return table


def total(table: dict[str, Counts]) -> Counts:
    """All languages in one."""
    names = Counts.__slots__
    return Counts(**{name: sum(getattr(counts, name) for counts in table.values()) for name in names})


def page(table: dict[str, Counts]) -> str:
    """The page of the docs."""
    rows = [(name, counts) for name, counts in sorted(table.items())]
    return HEAD + "".join(_row(name, counts) for name, counts in (*rows, ("all", total(table))))


def _row(name: str, counts: Counts) -> str:
    precision = f"{counts.precision:.2f}" if counts.others else "not measured"
    return (
        f"| {name} | {counts.policies} | {counts.found} | {counts.others} | {counts.refused} | {precision} |"
        f" {counts.recall:.2f} |\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(measured()), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} is written\n")
