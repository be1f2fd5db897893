from dataclasses import replace

import pytest

from crawler.reporting.summary import request_lines, run_lines, summary_lines, tell
from pipelines.items.captures import State
from pipelines.store.summary import Summary

PLAIN = Summary(
    documents=3,
    documents_active=3,
    without_captures=0,
    blocked=0,
    listings_open=0,
    listings_failed=0,
    malformed_rows=0,
    rows_not_asked_for=0,
    captures=12_345,
    versions=20,
    texts=20,
    to_be_tried_again=0,
    outdated=0,
    states={"read": 12_000, "duplicate": 345},
)


def test_a_plain_crawl_is_told_in_few_lines() -> None:
    assert summary_lines(PLAIN, "out") == [
        "3 documents, 12,345 captures, 20 versions",
        "     12,000  read          text is in the database",
        "        345  duplicate     the same bytes as another capture",
        "files",
        "  texts      out/text",
        "  database   out/corpus.sqlite",
        "  bytes      out/warc",
    ]


def test_texts_worth_a_second_look_are_counted() -> None:
    lines = summary_lines(replace(PLAIN, second_look=2), "out")
    assert "          2  texts         worth a second look: see docs/data-format.md" in lines


def test_what_went_wrong_is_told_with_its_first_reasons() -> None:
    failures = {f"replay: reason {number}": 9 - number for number in range(7)}
    lines = summary_lines(replace(PLAIN, blocked=1, listings_open=2, without_captures=4, failures=failures), "out")
    assert "          1  listing       blocked by the owner or the archive" in lines
    assert "          2  listings      incomplete: the next run continues" in lines
    assert "          4  documents     without a capture" in lines
    assert lines[lines.index("reasons of failure") + 1] == "          9  replay: reason 0"
    assert "  and 2 more: status --json" in lines


def test_targets_that_came_to_nothing_are_named() -> None:
    without = [(f"site{number}.example/privacy", "empty: nothing is archived") for number in range(7)]
    lines = summary_lines(replace(PLAIN, without_text=without), "out")
    start = lines.index("targets without a text")
    assert lines[start + 1] == "  site0.example/privacy".ljust(41) + "empty: nothing is archived"
    assert lines[start + 6] == "  and more: the view `targets` of the database has them all"
    long = summary_lines(replace(PLAIN, without_text=[("a" * 200, "failed: " + "b" * 200)]), "out")
    assert max(map(len, long)) <= 80


def test_versions_that_are_open_are_told_with_the_way_to_have_them() -> None:
    lines = summary_lines(replace(PLAIN, versions_open=1_500), "out")
    assert lines[-7] == "1,500 versions are open: when exactly they changed is still searched for."
    assert lines[-5] == "  policy-corpus export --include open"
    assert max(map(len, lines)) <= 80


def test_every_state_is_told_within_eighty_columns() -> None:
    states = {str(state): 123_456_789 for state in State}
    failures = {f"replay: {'long ' * 40}": 1}
    lines = summary_lines(replace(PLAIN, states=states, failures=failures, malformed_rows=5, blocked=10**8), "out")
    assert all(any(state in line for line in lines) for state in states)
    assert max(map(len, lines)) <= 80


def test_runs_and_requests_are_told_where_there_were_some() -> None:
    assert run_lines(None) == []
    assert request_lines({}) == []
    run = {"command": "crawl", "outcome": "interrupted", "exit_code": None, "started_at": "2026", "finished_at": ""}
    assert run_lines(run) == ["last run", "  crawl interrupted", "  2026 to no end: it was interrupted"]
    assert request_lines({"replay document": 48}) == ["requests", "         48  replay document"]


def test_what_is_printed_to_a_pipe_is_the_lines_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["a " * 60 + "[bold]", "  files"]
    tell(lines)
    assert capsys.readouterr().out == "".join(f"{line}\n" for line in lines)
