"""A memory changes no reading and stays in its bounds."""

import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.reader import Reader
from pipelines.formats.memory import A_KEY, Memory, key_of
from pipelines.items.readings import Page, Reading
from tests.pipelines.extraction.pages import POLICY, page


def failing() -> str:
    raise ReadingFailed("no text in page", detail="frames only")


def test_what_is_known_is_not_made_again() -> None:
    memory: Memory[str] = Memory(2, len)
    made: list[str] = []
    for key in (b"a", b"b", b"a", b"c", b"a", b"b"):
        assert memory.get(key, lambda key=key: made.append(key) or str(key)) == str(key)  # type: ignore[misc]
    assert made == [b"a", b"b", b"c", b"b"]  # what was asked for longest ago goes first
    assert memory.spared == 2


def test_failures_are_known_too() -> None:
    memory: Memory[str] = Memory(2, len)
    for _ in range(3):
        with pytest.raises(ReadingFailed) as failure:
            memory.get(b"a", failing)
        assert (failure.value.reason, failure.value.detail) == ("no text in page", "frames only")
    assert memory.spared == 2


def test_its_bytes_are_bounded() -> None:
    memory: Memory[str] = Memory(1000, len, most_bytes=10_000)
    for number in range(100):
        memory.get(b"%d" % number, lambda: "x" * 900)
        assert memory.size <= 10_000
    assert memory.size > 10_000 - 900 - A_KEY
    assert memory.get(b"large", lambda: "x" * 20_000) == "x" * 20_000  # not kept, and nothing has to go for it
    assert memory.get(b"99", failing) == "x" * 900


def test_without_room_nothing_is_kept() -> None:
    memory: Memory[str] = Memory(0, len)
    assert [memory.get(b"a", lambda: "x") for _ in range(2)] == ["x", "x"]
    assert (memory.spared, memory.size) == (0, 0)


def test_where_parts_end_counts() -> None:
    assert key_of("ab", "c") != key_of("a", "bc") != key_of("abc")
    assert key_of("\ud800") != key_of("?")


def captures() -> list[Page]:
    """Pages of two documents that share much: their bytes, their trees, the part with the text, or none of it."""
    found = []
    for number in range(6):
        menu = f"<nav><a href=/{number}>Page {number}</a></nav>"
        text = f"<h1>Privacy</h1>{POLICY * 3}<p>Version {number // 3}, see <a href=x>there</a>.</p>"
        html = f"<title>Privacy</title><script>{number % 2}</script>{menu if number % 2 else ''}<main>{text}</main>"
        for url in ("http://a.example/p", "http://b.example/p"):
            found += [
                page(html, url),
                page(html.encode("utf-16"), url),
                page("<frameset><frame src=a></frameset>", url),
            ]
    return found * 2


def outcome(reader: Reader, one: Page) -> Reading | str:
    try:
        return reader.read(one)
    except ReadingFailed as failure:
        return str(failure)


@pytest.mark.parametrize("style", ["corpus", "princeton"])
def test_pages_read_the_same_with_a_memory_in_any_order(style: str) -> None:
    pages = captures()
    alone: dict[tuple[bytes, str], Reading | str] = {}
    for one in pages:
        if (one.body, one.original) not in alone:
            alone[one.body, one.original] = outcome(Reader(style, 0), one)
    for remembered in (256, 3):
        reader = Reader(style, remembered)
        random.Random(remembered).shuffle(pages)
        assert all(outcome(reader, one) == alone[one.body, one.original] for one in pages)
    assert Reader(style, 0).spared == 0 < reader.spared


PIECES = (
    POLICY, "<p>We keep it.", "<p>We keep <b>it</b>.", "<b>We keep", "</b>", "<i>it</i>", "<p>We * keep_it_",
    "<ul><li>", "<li>We keep it", "</ul>", "<ol type=a><li>We keep it<li>and more</ol>", "<blockquote>",
    "</blockquote>", "<br>", "<br><br>", "<table><tr><td>We keep it<td>for a year<tr><td>We keep it<td></table>",
    "<h2>We keep it</h2>", "<a href=/x>We keep it</a>", "<p>\u2022 We keep it<br>\u2022 and more<br>",
    "<p>1. We keep it", "<p>Updated 3 March 2020", "<pre>We keep it</pre>", "<hr>",
)  # fmt: skip


def forget() -> None:
    """Let go of all that functions of lines, blocks and texts remember."""
    for name, module in list(sys.modules.items()):
        for found in list(vars(module).values()) if name.startswith("pipelines.extraction.") else ():
            parameters = getattr(found, "cache_parameters", None)
            if parameters is not None and parameters()["maxsize"] is not None:
                found.cache_clear()


@pytest.mark.parametrize("style", ["corpus", "princeton", "whole"])
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=12), min_size=2, max_size=5))
@settings(max_examples=12, deadline=None)
def test_pages_read_the_same_whatever_blocks_were_met_before(style: str, made: list[list[str]]) -> None:
    pages = [page(f"<title>Privacy</title>{''.join(pieces)}") for pieces in made]
    alone = []
    for one in pages:
        forget()
        alone.append(outcome(Reader(style, 0), one))
    reader = Reader(style)
    assert [outcome(reader, one) for one in reversed(pages)] == alone[::-1]
    assert [outcome(reader, one) for one in pages] == alone
