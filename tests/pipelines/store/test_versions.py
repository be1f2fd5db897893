import random
from dataclasses import replace
from itertools import groupby, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.items.readings import Verdict
from pipelines.store.versions import DatedReading, Version, derive_versions

POLICY, DOUBTFUL, NONE = Verdict.POLICY, Verdict.DOUBTFUL, Verdict.NOT_A_POLICY


def seen(moment: int, key: str, verdict: Verdict = POLICY, *, held: bool = True) -> DatedReading:
    timestamp = f"{20040101000000 + moment}"
    return DatedReading(timestamp, "http://shop.example/", moment, held, f"text {key}", key, key, "en", 9, verdict)


def line(text: str) -> list[DatedReading]:
    """One reading a letter: the same letter is the same text, small letters are doubtful, a dot is no policy."""
    verdicts = (NONE if each == "." else DOUBTFUL if each.islower() else POLICY for each in text)
    return [
        seen(moment, each.upper(), verdict) for moment, (each, verdict) in enumerate(zip(text, verdicts, strict=True))
    ]


def shown(text: str) -> str:
    readings = line(text)
    versions = derive_versions(readings, [reading.timestamp for reading in readings])
    return " ".join(f"{version.shown.reading_key}{version.captures}" for version in versions)


@pytest.mark.parametrize(
    ("readings", "versions"),
    [
        ("", ""),
        ("A", "A1"),
        ("AAA", "A3"),
        ("AAB", "A2 B1"),
        ("ABA", "A1 B1 A1"),  # surely a policy: a revert
        ("AbA", "A2"),  # doubtful, once, between two equal ones: a page that was not the policy
        ("AbbA", "A1 B2 A1"),  # twice is no slip
        ("AbC", "A1 B1 C1"),
        ("bA", "B1 A1"),  # nothing before it to compare with
        ("Ab", "A1 B1"),
        ("A.A", "A2"),
        (".", ""),
        ("A.B", "A1 B1"),
        ("AbAbA", "A3"),
        ("A.bA", "A2"),
    ],
)
def test_runs_of_one_text_are_versions(readings: str, versions: str) -> None:
    assert shown(readings) == versions


def test_a_version_spans_from_its_first_to_its_last_reading() -> None:
    readings = line("AABB")
    first, second = derive_versions(readings, [reading.timestamp for reading in readings])
    assert (first.number, first.first_timestamp, first.last_timestamp) == (1, "20040101000000", "20040101000001")
    assert (second.number, second.first_timestamp, second.last_timestamp) == (2, "20040101000002", "20040101000003")
    assert first.changed_after == ""
    assert second.changed_after == "20040101000001"


def test_a_text_between_two_blips_is_none_itself() -> None:
    parts = enumerate(["A", "C", "A", "C", "A"])
    readings = [seen(moment, key, DOUBTFUL if 0 < moment < 4 else POLICY) for moment, key in parts]
    (version,) = derive_versions(readings, [])
    assert version.captures == 3


def test_captures_are_counted_that_were_not_read() -> None:
    listed = [f"{20040101000000 + moment}" for moment in range(10)]
    (version,) = derive_versions([seen(2, "A"), seen(7, "A")], listed)
    assert (version.captures, version.captures_listed) == (2, 6)


def test_the_text_shown_is_the_earliest_held() -> None:
    (version,) = derive_versions([seen(0, "A", held=False), seen(1, "A"), seen(2, "A")], [])
    assert version.shown.timestamp == "20040101000001"
    assert version.first_timestamp == "20040101000000"


def test_of_twins_alone_the_first_is_shown() -> None:
    (version,) = derive_versions([seen(0, "A", held=False), seen(1, "A", held=False)], [])
    assert version.shown.timestamp == "20040101000000"


_readings = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from([POLICY, POLICY, DOUBTFUL, NONE]), st.booleans()), max_size=25
).map(lambda parts: [seen(moment, key, verdict, held=held) for moment, (key, verdict, held) in enumerate(parts)])


def _of(versions: list[Version], reading: DatedReading) -> list[Version]:
    return [each for each in versions if each.first_timestamp <= reading.timestamp <= each.last_timestamp]


@settings(max_examples=150)
@given(_readings)
def test_each_reading_is_in_one_version_or_excluded_by_a_rule(readings: list[DatedReading]) -> None:
    versions = derive_versions(readings, [reading.timestamp for reading in readings])
    counted = 0
    for reading in readings:
        inside = [each for each in _of(versions, reading) if each.shown.reading_key == reading.reading_key]
        assert len(inside) <= 1
        if not inside:
            assert reading.verdict is not POLICY
        elif reading.verdict is not NONE:
            counted += 1
    assert sum(version.captures for version in versions) == counted


@settings(max_examples=100)
@given(_readings)
def test_neighbours_differ_and_times_do_not_overlap(readings: list[DatedReading]) -> None:
    versions = derive_versions(readings, [])
    assert all(len(list(run)) == 1 for _, run in groupby(version.shown.reading_key for version in versions))
    assert [version.number for version in versions] == list(range(1, len(versions) + 1))
    for one, other in pairwise(versions):
        assert one.first_timestamp <= one.last_timestamp == other.changed_after < other.first_timestamp


@settings(max_examples=50)
@given(_readings, st.integers(0, 1000))
def test_what_is_read_later_does_not_change_what_it_does_not_touch(readings: list[DatedReading], seed: int) -> None:
    """Readings made in any order, sorted by time as the database does, give the same versions."""
    shuffled = random.Random(seed).sample(readings, len(readings))
    shuffled.sort(key=lambda reading: reading.timestamp)
    assert derive_versions(shuffled, []) == derive_versions(readings, [])


def test_a_text_that_was_cut_makes_no_border() -> None:
    """Wherever it stands, and whatever whole text it is like; where nothing is whole, the longest counts."""
    whole = [seen(0, "A"), seen(2, "A"), seen(4, "B")]
    times = [f"{20040101000000 + moment}" for moment in range(6)]
    cut = [replace(seen(moment, key), is_cut=True) for moment, key in ((1, "C"), (3, "B"), (5, "A"))]
    both = sorted(whole + cut, key=lambda reading: reading.timestamp)
    assert derive_versions(both, times) == derive_versions(whole, times)
    longest = [cut[0], replace(cut[1], words=99), cut[2]]
    assert [version.shown.reading_key for version in derive_versions(longest, times)] == ["B"]
