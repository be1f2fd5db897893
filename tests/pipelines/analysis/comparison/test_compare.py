"""What a comparison says of two texts, and that it leaves nothing out."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.analysis.comparison.blocks import Chunks, blocks_of, parse
from pipelines.analysis.comparison.codes import Codes, Words, _Letters
from pipelines.analysis.comparison.compare import apply, compare, revert
from pipelines.analysis.comparison.model import Comparison
from pipelines.analysis.comparison.runs import runs_of
from pipelines.analysis.comparison.tokens import count_words, keys_of, tokens_of
from tests.pipelines.analysis.comparison.markdowns import ANY, edited

PAIRS = st.one_of(edited(), st.tuples(ANY, ANY))


def test_threads_that_compare_at_once_hide_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where threads shared their words, two that were met at one moment had one letter."""
    meeting = Barrier(2)

    def late(letters: _Letters, token: str) -> str:
        number = len(letters)
        with suppress(BrokenBarrierError):
            meeting.wait(0.05)
        letters[token] = letter = chr(number)
        return letter

    monkeypatch.setattr(_Letters, "__missing__", late)
    with ThreadPoolExecutor(2) as both:
        texts = [(f"We {name} it", f"We {name} all") for name in ("sell", "keep")]
        list(both.map(compare, *zip(*texts, strict=True)))
        told = list(both.map(compare, ["You sell", "You sell"], ["You keep", "You keep"]))
    assert [(one.words_added, one.words_removed) for one in told] == [(1, 1), (1, 1)]


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


@given(ANY, st.booleans())
@settings(max_examples=400)
def test_codes_say_the_same_as_tokens(text: str, has_letters: bool) -> None:
    words = Words(has_letters=has_letters)
    for body in [text, *(block.body for block in blocks_of(text))]:
        codes = Codes(words)
        assert codes(body) == words.code(keys_of(tokens_of(body).raw))
        assert (codes(body), codes.sentences(body)) == codes.of_tokens(body)


@given(st.lists(ANY, max_size=4))
def test_what_is_known_of_one_text_changes_nothing_in_the_next(texts: list[str]) -> None:
    chunks: Chunks = {}
    for text in texts:
        blocks, chunks = parse(text, chunks)
        assert blocks == blocks_of(text) == parse(text, {})[0]


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
