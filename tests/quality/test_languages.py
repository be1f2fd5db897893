"""The verdict over short texts of many languages, without titles. A start: the set of the issue is far larger."""

from pathlib import Path

import pytest

from crawler.items import Verdict
from tests.pipelines.text.pages import reading

TEXTS = (Path(__file__).parent / "languages" / "texts.txt").read_text("utf-8").split("= ")[1:]


@pytest.mark.parametrize("entry", TEXTS, ids=lambda entry: entry.partition("\n")[0])
def test_verdict(entry: str) -> None:
    name, _, text = entry.partition("\n")
    found = reading(f"<p>{text}</p>")
    wanted = Verdict.POLICY if name.endswith("policy") else Verdict.NOT_A_POLICY
    assert (found.verdict, found.language, found.reasons)[0] == wanted, (found.language, found.reasons)
