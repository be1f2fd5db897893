"""The sections that changes lie in: each the text under one heading."""

import re

from pipelines.analysis.comparison.model import Block, Section
from pipelines.analysis.comparison.tokens import INVISIBLE, LINK_END

_SIGNS = re.compile(r"\*\*|~~|(?<!\w)_|_(?!\w)|\\(?=[^\w\s])")


class Sections:
    """Finds the section of each change, which come in reading order, and adds up what changed in it.

    What is in the text after belongs to the last heading there; what was removed to the last one that it stood under.
    """

    def __init__(self) -> None:
        self._headings = [("", 0)]
        self._added, self._removed, self._moved = [0], [0], [0]
        self._now = self._then = 0

    def place(self, before: Block | None, after: Block | None) -> int:
        """The index of a change's section; a heading begins one."""
        block = after or before
        if block is not None and block.kind == "heading":
            self._headings.append((_words_of(block.body), block.level))
            for counts in (self._added, self._removed, self._moved):
                counts.append(0)
            self._now = len(self._headings) - 1 if after else self._now
            self._then = len(self._headings) - 1 if before else self._then
        return self._now if after else self._then

    def count(self, section: int, added: int, removed: int, moved: int = 0) -> None:
        self._added[section] += added
        self._removed[section] += removed
        self._moved[section] += moved

    def done(self) -> tuple[Section, ...]:
        rows = zip(self._headings, self._added, self._removed, self._moved, strict=True)
        return tuple(Section(*heading, added, removed, moved) for heading, added, removed, moved in rows)


def _words_of(body: str) -> str:
    """A heading without its markup."""
    if "](" in body:
        body = LINK_END.sub("", body).replace("[", "")
    return " ".join(INVISIBLE.sub("", _SIGNS.sub("", body)).split())
