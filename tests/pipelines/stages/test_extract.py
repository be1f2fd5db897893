import asyncio
from collections.abc import Iterator

import pytest

from pipelines.executors.process_pool import Readers
from pipelines.items.captures import Decision, Snapshot, State, WarcLocation
from pipelines.items.readings import Extraction, Failure, Reading
from pipelines.stages.extract import ExtractStage
from tests.desk import row
from tests.pipelines.store.samples import a_memento, redirecting

POLICY = (
    b"<html><head><title>Privacy policy</title></head><body><h1>Privacy policy</h1>"
    + b"<p>We collect your name and your address when you order, and we keep this personal data for a year.</p>" * 4
    + b"<p>You may ask us at any time what we know about you, and have it corrected or deleted.</p></body></html>"
)


@pytest.fixture(scope="module")
def stage() -> Iterator[ExtractStage]:
    made = ExtractStage(Readers(1), "reader-1")
    yield made
    made.close_spider()


def held(body: bytes, redirect_to: str = "") -> Snapshot:
    memento = redirecting(a_memento(body), redirect_to) if redirect_to else a_memento(body)
    return Snapshot(memento, WarcLocation("one-00001.warc.gz", 0, 100), "0" * 64)


def passed(stage: ExtractStage, item: object) -> object:
    return asyncio.run(stage.process_item(item))


def test_a_snapshot_is_read(stage: ExtractStage) -> None:
    found = passed(stage, held(POLICY))
    assert isinstance(found, Extraction)
    assert found.reader == "reader-1"
    assert isinstance(found.outcome, Reading)
    assert found.outcome.title == "Privacy policy"
    assert "We collect your name" in found.outcome.body


def test_a_page_without_text_is_a_failure_and_no_error(stage: ExtractStage) -> None:
    found = passed(stage, held(b"<html><body><img src='x.png'></body></html>"))
    assert isinstance(found, Extraction)
    assert isinstance(found.outcome, Failure)
    assert (found.outcome.stage, found.outcome.transient) == ("reading", False)


def test_redirects_and_other_items_pass_unread(stage: ExtractStage) -> None:
    redirect, decision = held(b"", "http://shop.example/new"), Decision(row("2004"), State.SELECTED)
    assert passed(stage, redirect) is redirect
    assert passed(stage, decision) is decision
