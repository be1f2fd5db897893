"""Names of versions, which their pages are called by: they stay, whatever is found later."""

from dataclasses import fields
from typing import Any

from pipelines.store.publishing import PublishedVersion, with_names

BLANK: dict[str, Any] = dict.fromkeys((one.name for one in fields(PublishedVersion)), "") | {"name": "20200101000000"}


def named(*found: tuple[str, str]) -> dict[str, str]:
    """Names by the letter of the text; each was found on a day."""
    versions = [PublishedVersion(**BLANK | {"text_digest": text * 64, "found_at": day}) for text, day in found]
    return {one.text_digest[0]: one.name for one in with_names(versions)}


def test_of_one_second_the_one_that_was_found_first_keeps_its_name() -> None:
    before = named(("b", "2026-01-01"))
    assert before == {"b": "20200101000000"}
    assert named(("a", "2026-02-01"), ("b", "2026-01-01")) == before | {"a": "20200101000000-aaaaaaaa"}
