"""The search for changes in real documents. `make bench` does it with texts as the reader gives them."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import lxml.html
import pytest

from pipelines.items.readings import Page
from tests.bench.real_changes import Found, documents, payloads, search, share_of_lasting


def words_of(page: Page) -> str:
    """The digest of a page's words: quick, and with more changes in it than there are in what a reader keeps."""
    if page.body.startswith(b"%PDF"):
        return hashlib.sha256(page.body).hexdigest()
    root = lxml.html.document_fromstring(page.body)
    for element in list(root.iter("script", "style", "noscript", "nav", "header", "footer", "form")):
        element.drop_tree()
    return hashlib.sha256(" ".join(re.findall(r"\w+", root.text_content())).encode()).hexdigest()


@pytest.fixture(scope="module")
def found(shared: Path) -> list[Found]:
    texts = {(page.original, digest): words_of(page) for digest, page in payloads(shared)}
    return [search(listing, texts) for listing in documents(shared)]


def test_every_change_is_found_but_for_what_lies_between_two_equal_texts(found: list[Found]) -> None:
    assert sum(len(one.versions) for one in found) > 250
    assert [str(miss) for one in found for miss in one.missed if not miss.is_excused] == []
    assert all(one.is_closed for one in found)


def test_versions_that_lasted_over_a_day_are_found(found: list[Found]) -> None:
    assert any(version.lasted > timedelta(days=1) for one in found for version in one.versions)
    assert share_of_lasting(found) >= 0.97


def test_no_document_takes_more_fetches_than_all_and_together_they_take_fewer(found: list[Found]) -> None:
    assert all(one.fetched <= one.payloads for one in found)
    assert sum(one.fetched for one in found) <= 0.8 * sum(one.payloads for one in found)
