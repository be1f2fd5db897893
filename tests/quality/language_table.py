"""Precision and recall of the verdict by language, over the texts beside this file; writes docs/languages.md.

python -m tests.quality.language_table
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.items.readings import Verdict
from tests.pipelines.extraction.pages import reading

FOLDER = Path(__file__).parent / "languages"
PAGE = Path(__file__).parents[2] / "docs" / "languages.md"
COMMON = "common"  # who wrote it, and when it was changed: ends each longer text of its language
PLAIN = "other"  # recipes, jobs, reports: no words of theirs are known, so that they are doubtful at best
NO_POLICIES = frozenset({"news", "shop", "help", "forum", "login", "notfound", "parked", PLAIN})
HEAD = """# Languages

How well the verdict tells policies from other pages, by language: measured on invented texts without titles, which are
harder than whole pages. For each of 40 languages and three kinds (privacy, terms, guidelines) there are two texts of
about 80 to 150 words (signs in pairs where words are not parted) and one of 40 to 70; for four more languages the short
ones alone. Written by `python -m tests.quality.language_table`; `tests/quality/test_languages.py` holds the floors.

The texts are few: they show that a language is known, not how often a verdict over it is wrong. That shows better in
what was found at first sight, before the lists of words were mended by them: of the short ones 100 of 120, of the first
longer ones 114 of 120, of the second ones, which were kept back until then, 112 of 120 (0.93). The others were
`doubtful`, most of them in plain words that no list had; no policy was called `not a policy`, and no other page
`policy`.

A third set was written and measured once before any list was looked at again: 95 very plain policies of about 50 words
in 47 languages, of more kinds (refunds, cookies, data processing, children, imprint). With titles, as pages have them,
86 were found (0.91), 8 doubtful, 1 thrown away for a word of a list that was none; without titles 69 (0.73), 25
doubtful. Of 56 other pages 53 were told, 3 doubtful, none taken for a policy. By now, with titles, 92 are found and 3
doubtful, in languages without a list; without titles, which no list was mended for, 69 still. They are
`tests/quality/verdicts.txt`.

"Found" counts the verdict `policy`; a policy that is not found is `doubtful`. "Told" counts other pages with words of
their own (news, shops, help, forums, log-in, not found, parked) by the verdict `not a policy`; recipes, jobs and
reports are `doubtful`. Precision is the share of true policies among the texts called so.

| Language | Policies | Found | Other pages | Told | Precision | Recall |
|---|---|---|---|---|---|---|
"""


@dataclass(slots=True)
class Counts:
    """How many policies and other pages there are, how many of each the verdict knew, and policies thrown away."""

    policies: int = 0
    found: int = 0
    others: int = 0
    telling: int = 0  # those with words of their own
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

    def add(self, verdict: Verdict, kind: str) -> None:
        """Count one text."""
        if kind not in NO_POLICIES:
            self.policies += 1
            self.found += verdict == Verdict.POLICY
            self.thrown += verdict == Verdict.NOT_A_POLICY
        else:
            self.others += 1
            self.telling += kind != PLAIN
            self.refused += verdict == Verdict.NOT_A_POLICY
            self.taken += verdict == Verdict.POLICY


def texts() -> Iterator[tuple[str, str, str]]:
    """Language, kind and text of each entry; a longer one with what its language has in common behind it."""
    common: dict[str, str] = {}
    for file in sorted(FOLDER.rglob("*.txt")):
        for entry in file.read_text("utf-8").split("= ")[1:]:
            name, _, text = entry.partition("\n")
            language, kind = name.split()
            if kind == COMMON:
                common[language] = f"</p><p>{text}"
            elif kind in NO_POLICIES or file.parent == FOLDER:
                yield language, kind, text
            else:
                yield language, kind, text + common[language]


def measured() -> dict[str, Counts]:
    """The counts by language."""
    table: dict[str, Counts] = defaultdict(Counts)
    for language, kind, text in texts():
        table[language].add(reading(f"<p>{text}</p>").verdict, kind)
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
