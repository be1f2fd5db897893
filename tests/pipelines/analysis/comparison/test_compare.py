"""What a comparison says of two texts, and that it leaves nothing out."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.analysis.comparison.blocks import blocks_of
from pipelines.analysis.comparison.compare import apply, compare, revert
from pipelines.analysis.comparison.model import Comparison
from pipelines.analysis.comparison.runs import runs_of
from pipelines.analysis.comparison.tokens import count_words, tokens_of
from tests.pipelines.analysis.comparison.markdowns import ANY, edited

PAIRS = st.one_of(edited(), st.tuples(ANY, ANY))


def _ops(comparison: Comparison) -> list[str]:
    return [change.op for change in comparison.changes]


@given(ANY)
@settings(max_examples=300)
def test_blocks_and_tokens_lose_nothing(text: str) -> None:
    blocks = blocks_of(text)
    assert "".join(block.raw for block in blocks) == text
    for block in blocks:
        tokens = tokens_of(block.body)
        assert tokens.text(0, len(tokens.raw)) + tokens.glue[-1] == block.body
        assert tokens.words(0, len(tokens.raw)) == count_words(block.body)


@given(PAIRS)
@settings(max_examples=400)
def test_the_one_text_is_made_of_the_other(pair: tuple[str, str]) -> None:
    before, after = pair
    comparison = compare(before, after)
    assert apply(comparison, before) == after
    assert revert(comparison, after) == before
    for change in comparison.changes:
        if change.pieces:
            assert change.before is not None
            assert "".join(piece.before for piece in change.pieces) == change.before.body


@given(PAIRS)
@settings(max_examples=400)
def test_words_are_accounted_for(pair: tuple[str, str]) -> None:
    before, after = pair
    told = compare(before, after)
    assert told.words_before == sum(count_words(block.body) for block in blocks_of(before))
    assert told.words_after == sum(count_words(block.body) for block in blocks_of(after))
    assert told.words_before - told.words_removed == told.words_after - told.words_added, "what stayed is the same"
    assert told.words_added == sum(change.words_added for change in told.changes)
    assert told.words_removed == sum(section.words_removed for section in told.sections)
    assert 0 <= told.share <= 1
    if before == after:
        assert told.words_added + told.words_removed + told.words_moved == 0
        assert set(_ops(told)) <= {"equal"}


@given(PAIRS)
def test_it_is_shown_and_written_whole(pair: tuple[str, str]) -> None:
    told = compare(*pair)
    assert msgspec.json.decode(msgspec.json.encode(told), type=Comparison) == told
    for change in told.changes:
        if change.op in ("added", "equal", "changed") and change.after and change.after.kind != "code":
            shown = "".join(run.text for run in runs_of(change) if run.op != "delete")
            words = tokens_of(change.after.body).raw
            signs = [word[1:] if word[0] == "\\" and len(word) > 1 else word.strip("<>") or word for word in words]
            assert "".join(shown.split()).replace("<", "").replace(">", "") == "".join("".join(signs).split()).replace(
                "<", ""
            ).replace(">", "")


def test_a_text_that_is_not_the_one_is_refused() -> None:
    comparison = compare("One.\n", "Two.\n")
    with pytest.raises(ValueError, match="not those of this text"):
        apply(comparison, "Three.\n")
    with pytest.raises(ValueError, match="not those of this text"):
        revert(comparison, "Three.\n")


@pytest.mark.parametrize("after", ["", "x" * 5])
def test_empty_texts(after: str) -> None:
    assert apply(compare("", after), "") == after
