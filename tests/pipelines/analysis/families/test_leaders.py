"""Families that were planted are found, and nothing else."""

import random

import pytest

from pipelines.analysis.families.leaders import BANDS, MOST_MISSED, Leaders, jaccard, rows_of_bands, shingles
from tests.pipelines.analysis.families.planted import copied, original, text_of

LEAST = 0.9


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_families_are_found_whole_and_nobody_else_joins(seed: int) -> None:
    dice = random.Random(seed)
    texts = [original(dice) for _ in range(250)]
    found = [shingles(text_of(words)) for words in texts]
    planted = []  # number of the first, and how alike the copy is
    for number, words in enumerate(texts):
        for wanted in (0.95, 0.9, 0.8):
            copy, index = copied(words, wanted, dice)
            planted.append((number, index))
            found.append(shingles(copy))
    leaders = Leaders(LEAST, found.__getitem__)
    joined = [leaders.join(number, one) for number, one in enumerate(found)]
    assert joined[: len(texts)] == [None] * len(texts)
    right = [(kin is not None and kin.leader == first) for kin, (first, _) in zip(joined[250:], planted, strict=True)]
    near = [ok for ok, (_, index) in zip(right, planted, strict=True) if index >= LEAST]
    just = [index for _, index in planted if LEAST <= index < LEAST + 0.013]
    assert len(near) >= 490
    assert len(just) >= 200, "some lie just at the setting"
    assert sum(near) / len(near) >= 0.99, "recall"
    wrong = [kin for kin, (_, index) in zip(joined[250:], planted, strict=True) if kin and index < LEAST]
    assert wrong == [], "precision"
    assert all(kin is None or kin.jaccard >= LEAST for kin in joined)


def test_a_text_joins_the_nearest_leader_and_of_equal_ones_the_oldest() -> None:
    dice = random.Random(3)
    words = original(dice)
    first, far, near = text_of(words), copied(words, 0.8, dice)[0], copied(words, 0.97, dice)[0]
    found = [shingles(text) for text in (first, far, first, near)]
    leaders = Leaders(LEAST, found.__getitem__)
    assert [leaders.join(number, one) for number, one in enumerate(found[:2])] == [None, None]
    again = leaders.join(2, found[2])
    assert again is not None
    assert (again.leader, again.jaccard) == (0, 1.0)
    joined = leaders.join(3, found[3])
    assert joined is not None
    assert joined.leader == 0


@pytest.mark.parametrize("least", [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0])
def test_bands_fit_the_setting(least: float) -> None:
    assert (1 - least ** rows_of_bands(least)) ** BANDS <= MOST_MISSED


def test_texts_without_words_are_of_no_family() -> None:
    found = [shingles("***"), shingles("  ")]
    leaders = Leaders(LEAST, found.__getitem__)
    assert [leaders.join(number, one) for number, one in enumerate(found)] == [None, None]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We *collect* your [name](https://a.example/x) and address.", "we collect your NAME and address"),
        ("See <https://a.example/long> for more of it all", "see for more of it all"),
        ("本隐私政策说明我们如何收集", "本 隐私政策 说明我们 如何收集"),
    ],
)
def test_layout_case_and_link_addresses_make_no_difference(one: str, other: str) -> None:
    assert jaccard(shingles(one), shingles(other)) == 1.0


def test_the_order_of_words_counts() -> None:
    assert jaccard(shingles("a b c d e"), shingles("e d c b a")) == 0.0
    assert jaccard(shingles(""), shingles("")) == 0.0
