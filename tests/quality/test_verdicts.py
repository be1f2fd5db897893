"""The verdict over pages with titles, as most policies have one: plain words in 47 languages, of kinds other than the
three that languages/ has, policies that say what notices say, and notices that are called policies.

`verdicts.txt` holds them: language and kind, title and, where it is another, heading; then the text.
"""

from collections import Counter
from pathlib import Path

import pytest

from pipelines.items.readings import Verdict
from tests.pipelines.extraction.pages import reading

FOUND = 0.95
ENTRIES = Path(__file__).with_name("verdicts.txt").read_text("utf-8").removeprefix("= ").split("\n= ")
Verdicts = dict[str, Counter[Verdict]]


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    found: Verdicts = {"policy": Counter(), "no-policy": Counter()}
    for entry in ENTRIES:
        head, _, text = entry.partition("\n")
        (_, kind), title, heading = _parts(head)
        page = f"<html><head><title>{title}</title></head><body><h1>{heading}</h1><p>{text}</p></body></html>"
        found[kind if kind in found else "policy"][reading(page).verdict] += 1
    return found


def _parts(head: str) -> tuple[list[str], str, str]:
    names, title, *heading = (part.strip() for part in head.split("|"))
    return names.split(), title, heading[0] if heading else title


def test_no_policy_is_thrown_away(verdicts: Verdicts) -> None:
    found = verdicts["policy"]
    assert (found[Verdict.NOT_A_POLICY], found[Verdict.POLICY] >= FOUND * found.total()) == (0, True)


def test_no_other_page_is_a_policy(verdicts: Verdicts) -> None:
    found = verdicts["no-policy"]
    assert (found[Verdict.POLICY], found[Verdict.NOT_A_POLICY] >= FOUND * found.total()) == (0, True)
