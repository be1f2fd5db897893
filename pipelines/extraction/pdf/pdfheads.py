"""Running heads, running feet and page numbers: what stands at the edge of page after page."""

import re
from collections import Counter

from pipelines.extraction.judgement.dates import states_a_date
from pipelines.extraction.pdf.line import Line

EDGE = 0.09  # share of a page's height, at the top and at the bottom
SHARE = 0.4  # of the pages; heads of odd and even pages may differ, and the first often has none
NUMBER = re.compile(r"\d+")
ONLY_A_NUMBER = re.compile(
    r"(?:\w+\.?\s)?[-–—|(\[]*\s*(\d{1,3})(?:\s?(?:/|of|von|de|sur|di|van|av|z|из|、|,)\s?\d{1,3})?\s*[-–—|)\]]*",
    re.IGNORECASE,
)

Key = tuple[bool, str]


def without_running_heads(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without them. One that states a date stays once, where it first stood."""
    counts = Counter(key for number, page in enumerate(pages) for key in _keys_of_page(page, number))
    least = max(2.0, len(pages) * SHARE)
    running = {key for key, count in counts.items() if count >= least}
    kept: set[str] = set()
    return [[line for line in page if _stays(line, number, running, kept)] for number, page in enumerate(pages)]


def _stays(line: Line, number: int, running: set[Key], kept: set[str]) -> bool:
    if not _at_edge(line):
        return True
    if _is_number_of(line, number):
        return False
    if running.isdisjoint(_keys(line, number)):
        return True
    if not states_a_date(line.text) or line.text in kept:
        return False
    kept.add(line.text)
    return True


def _is_number_of(line: Line, number: int) -> bool:
    found = ONLY_A_NUMBER.fullmatch(line.text)
    return found is not None and int(found[1]) == number + 1


def _at_edge(line: Line) -> bool:
    return not EDGE < line.place < 1 - EDGE


def _keys_of_page(page: list[Line], number: int) -> set[Key]:
    return {key for line in page if _at_edge(line) for key in _keys(line, number)}


def _keys(line: Line, number: int) -> set[Key]:
    """What two pages agree in: the words as they stand, or with numbers that count the pages."""
    top = line.place > 0.5
    counted = NUMBER.sub(lambda found: f"#{int(found[0]) - number}" if len(found[0]) < 5 else found[0], line.text)
    return {(top, line.text), (top, counted)}
