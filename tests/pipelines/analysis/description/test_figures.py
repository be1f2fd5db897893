"""Figures over rows written by hand, plots and texts made of them."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from pipelines.analysis.description.figures import Figures, describe
from pipelines.analysis.description.methods import Made, citation, methods
from pipelines.analysis.description.report import as_markdown, as_text, sections
from pipelines.analysis.description.svg import bars, lines, plots

ENGLISH = "We keep your name and your mail address for a year. " * 12


def version(site: str, number: int, first: str, last: str, **more: Any) -> dict[str, Any]:
    row = {"kind": "privacy policy", "variant": "", "language": "en", "verdict": "policy", "archive": "a.example"}
    row |= {"site": site, "number": number, "reader": "r1", "words": 132, "text": ENGLISH, "second_in_text": 1.0}
    times = {"first_timestamp": f"{first}0101000000", "last_timestamp": f"{last}0101000000"}
    return row | times | {"text_digest": f"{number:064x}"} | more


def capture(site: str, timestamp: str, state: str = "read", **more: Any) -> dict[str, Any]:
    row = {"site": site, "kind": "privacy policy", "variant": "", "timestamp": timestamp, "state": state}
    return row | {"stage": "", "reason": ""} | more


@pytest.fixture
def figures() -> Figures:
    versions = [
        version("ash.example", 1, "2004", "2006"),
        version("ash.example", 2, "2007", "2008", words=200, second_in_text=0.5),
        version("<b>.example", 1, "2006", "2006", language="pl", text="x", second_in_text=None),
    ]
    captures = [
        capture("ash.example", "20040101000000"),
        capture("ash.example", "20050601000000", "failed", stage="replay", reason="gone | away"),
        capture("ash.example", "20060101000000", "duplicate"),
        capture("ash.example", "20060201000000", "passed over"),
        capture("ash.example", "99999999999999"),
        capture("nobody.example", "20010101000000"),
    ]
    targets = [
        {"outcome": "read", "captures": 5, "versions": 2},
        {"outcome": "same", "captures": 0, "versions": 0},
        {"outcome": "empty", "captures": 0, "versions": 0},
    ]
    change = {"site": "ash.example", "kind": "privacy policy", "variant": "", "to_version": "20070101000000"}
    changes = [change | {"share": 0.25, "cosmetic": 0}, change | {"site": "nobody.example", "share": 1, "cosmetic": 0}]
    return describe(versions, captures, targets, changes, 365)


def test_everything_is_counted_once(figures: Figures) -> None:
    assert (figures.sites, figures.documents, figures.versions, figures.texts) == (2, 2, 3, 2)
    assert figures.languages == {"en": 2, "pl": 1}
    assert (figures.first[:4], figures.last[:4], figures.versions_a_document) == ("2004", "2008", 1.5)
    assert (figures.targets_with_document, figures.targets_with_version, figures.targeted) == (1, 1, 2)
    assert figures.targets == {"empty": 1, "read": 1, "same": 1}, "every line, as `status` counts them"
    assert figures.failures == {"replay: gone | away": 1}
    assert (figures.changes, figures.changes_in_words, figures.changes_a_year) == (1, 1, 0.25)
    assert figures.agreement == {"versions": 2, "median": 0.75, "below_0.9": 1}


def test_a_gap_lies_between_captures_that_show_the_page(figures: Figures) -> None:
    assert (figures.gaps, figures.documents_with_gaps) == (1, 1), "what failed shows nothing, what was passed over does"
    [gap] = figures.longest_gaps
    assert (gap.site, gap.since[:4], gap.until[:4], gap.days) == ("ash.example", "2004", "2006", 731)


def test_years_count_what_begins_and_what_is_seen(figures: Figures) -> None:
    years = {one.year: one for one in figures.years}
    assert list(years) == [2004, 2005, 2006, 2007, 2008]
    assert [(one.versions, one.documents) for one in figures.years] == [(1, 1), (0, 1), (1, 2), (1, 1), (0, 1)]
    assert years[2006].ease == {}, "no formula was made for Polish"
    assert set(years[2007].ease) == {"en"}
    assert (years[2007].changes, years[2007].share_changed, years[2005].words) == (1, 0.25, None)


def test_tables_hold_strangers_words_as_text(figures: Figures) -> None:
    markdown = "\n".join(as_markdown([*sections(figures)]))
    assert "gone \\| away" in markdown
    assert "<b>" not in markdown
    assert "  replay: gone | away" in "\n".join(as_text([*sections(figures)]))


def test_the_paragraph_says_what_the_runs_noted(figures: Figures) -> None:
    made = Made("policy-corpus 9.9", ("changes", "year"), (("2004", "2010"), ("", "")), "2026-01-02T03:04:05Z")
    told = methods(figures, made)
    for part in (
        "from a.example with policy-corpus 9.9", "halving the time", "at most one capture a year", "from 2004 to 2010",
        "on 2026-01-02", "3 versions of 2 documents", "Of 2 documents that targets name, 1 (50%)", "more than 365 days",
        "Flesch (en)", "1 capture could not be",
    ):  # fmt: skip
        assert part in told
    assert "invented" not in told
    assert "version = {9.9}" in citation(made)
    assert "imported" in methods(figures, Made("policy-corpus 9.9", sources=("a repository",)))


def test_plots_are_whole_xml_whatever_stands_in_them(figures: Figures) -> None:
    drawn = plots(figures)
    assert set(drawn) == {
        "versions.svg", "documents.svg", "changes.svg", "words.svg", "reading-ease.svg", "share-changed.svg"
    }  # fmt: skip
    hostile = '"/><script>alert(1)</script>\x00\ud800&'
    drawn["bars"], drawn["lines"] = bars(hostile, {2004: 1.0}), lines(hostile, {hostile: {2004: -3.0, 2005: 2.0}})
    for content in drawn.values():
        root = ET.fromstring(content)
        assert root.tag.endswith("}svg")
        assert not [one for one in root.iter() if one.tag.endswith("script")]
    assert ET.fromstring(bars("nothing", {})) is not None
    assert plots(Figures()) == {}


def test_bars_are_as_high_as_their_values() -> None:
    root = ET.fromstring(bars("x", {2004: 1, 2005: 4}))
    low, high = [float(one.attrib["height"]) for one in root.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert high == pytest.approx(4 * low, abs=0.3)
