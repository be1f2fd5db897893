import json
import re

import pytest

from tests.conftest import Run
from tests.desk import Desk, row


@pytest.fixture
def told(desk: Desk) -> Desk:
    desk.listed(row("2004", "one"), row("2005", "one"), row("2006", status="404"))
    desk.plan()
    desk.read(row("2004", "one"), "A")
    desk.corpus.derive_waiting()
    return desk


def test_status_counts_what_a_corpus_holds(told: Desk, scrapy: Run) -> None:
    ended = scrapy("status", CORPUS_DIR=told.folder)
    assert (ended.code, ended.err) == (0, "")
    assert "1 document," in ended.out
    assert re.search(r"\b1 +not replayed", ended.out)


def test_status_for_programs(told: Desk, scrapy: Run) -> None:
    ended = scrapy("status", "--json", CORPUS_DIR=told.folder)
    found = json.loads(ended.out)
    assert (ended.code, found["captures"], found["versions"], found["last_run"]) == (0, 3, 1, None)
    assert found["states"] == {"duplicate": 1, "not replayed": 1, "read": 1}


@pytest.mark.parametrize("command", [("status",), ("status", "--json"), ("export",)])
def test_there_is_nothing_to_tell_of_no_corpus(scrapy: Run, command: tuple[str, ...]) -> None:
    ended = scrapy(*command)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("error: There is no corpus in ")
    assert "Crawl first, or set CORPUS_DIR" in ended.err
