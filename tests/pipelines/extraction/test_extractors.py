"""All extractors behind the one seam."""

import pytest
import trafilatura

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.base import Extractor
from pipelines.extraction.extractors import extractor, names
from pipelines.extraction.judgement.normal import reading_key
from pipelines.extraction.version import NUMBERS, reader_version
from pipelines.items.readings import Verdict
from tests.pipelines.extraction.pages import ADDRESS, POLICY, page

HTML = (
    f"<html><head><title>Privacy policy of Example</title></head><body><h1>Privacy policy</h1>{POLICY * 5}"
    f"<h2>What we collect</h2><ul><li>your name</li><li>your <a href='/x'>address</a></li></ul>{POLICY * 5}"
    "</body></html>"
)


@pytest.fixture(params=NUMBERS)
def each(request: pytest.FixtureRequest) -> Extractor:
    return extractor(request.param)


def test_the_names_that_are_told_are_those_that_there_are() -> None:
    assert names() == tuple(NUMBERS) == ("corpus", "princeton", "trafilatura")


def test_each_tells_who_it_is_and_reads(each: Extractor) -> None:
    assert each.version == reader_version(each.name)
    found = each.read(page(HTML))
    assert found == each.read(page(HTML))
    assert (found.title, found.language, found.charset) == ("Privacy policy of Example", "en", "utf-8")
    assert (found.verdict, found.reading_key) == (Verdict.POLICY, reading_key(found.body))
    assert "We collect personal information" in found.body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<html><body></body></html>", "no text in page"),
        (b"GIF89a\x01\x00", "not a page"),
        (b"<p>" + bytes(range(1, 9)) * 100, "not a page"),
        (b"x" * (17 << 20), "page too large"),
    ],
)
def test_each_fails_with_the_same_reasons(each: Extractor, body: str | bytes, reason: str) -> None:
    with pytest.raises(ReadingFailed) as failure:
        each.read(page(body))
    assert failure.value.reason == reason


def test_trafilatura_is_its_own_markdown_word_for_word() -> None:
    published = trafilatura.extract(HTML, url=ADDRESS, output_format="markdown", include_links=True)
    found = extractor("trafilatura").read(page(HTML))
    assert found.body == published.strip()
    assert found.body.startswith("# Privacy policy\n"), "a heading that ours drops: it says what the title says"


def test_trafilatura_reads_no_pdf() -> None:
    with pytest.raises(ReadingFailed, match="not a page"):
        extractor("trafilatura").read(page(b"%PDF-1.4 and more"))


def test_what_goes_wrong_in_trafilatura_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trafilatura.extract", lambda html, **options: {}[html])
    with pytest.raises(ReadingFailed, match="reading raised"):
        extractor("trafilatura").read(page(HTML))
