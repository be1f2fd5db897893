import pytest
import trafilatura
from trafilatura.metadata import Document

from pipelines.extraction.form.parse import parse
from pipelines.extraction.page.second_reader import Agreement, _simplified, agreement, second_text
from pipelines.formats.memory import Memory
from tests.pipelines.extraction.pages import POLICY, reading

PARAGRAPHS = "".join(
    f"<p>Point {n}: we collect what you give us on form {n} and disclose it to third parties with your consent.</p>"
    for n in range(20)
)
LINES = "<p>We collect:</p><p>Name</p><p>Email</p><dl><dt>Facebook<dd>adverts</dl>"


def test_the_tree_is_left_as_it_is() -> None:
    root = parse(f"<nav>Menu</nav>{POLICY * 5}<footer>Rights</footer>")
    before = root.text_content()
    assert "personal information" in second_text(root)
    assert root.text_content() == before


def test_where_it_finds_no_text_there_is_none() -> None:
    assert second_text(parse("<body></body>")) == ""
    assert reading("<p>Privacy").second_in_text in (None, 1.0)


@pytest.mark.parametrize(
    ("text", "second", "shares"),
    [
        ("One two  two", "two ONE", (1.0, 0.67)),
        ("one two", "- one\n| two |", (1.0, 1.0)),
        ("one", "one two three", (0.33, 1.0)),
        ("個人情報", "個人", (1.0, 0.5)),
        ("", "one", (0.0, None)),
        ("one", "", (None, 0.0)),
    ],
)
def test_words_are_compared_as_often_as_they_stand(
    text: str, second: str, shares: tuple[float | None, float | None]
) -> None:
    assert agreement(text, second) == Agreement(*shares)


def test_a_page_that_both_read_alike() -> None:
    read = reading(f"<title>Privacy</title><h1>Privacy</h1>{PARAGRAPHS}")
    assert (read.second_in_text, read.text_in_second) == (1.0, 1.0)


def test_a_text_that_the_second_reader_finds_and_we_do_not_shows() -> None:
    notice = "".join(f"<p>Notice {n}: this site says that year {n} was a good one.</p>" for n in "345")
    read = reading(f"{PARAGRAPHS}<div role=dialog>{notice}</div>")
    assert "a good one" not in read.body
    assert read.second_in_text is not None
    assert read.second_in_text < 1


def test_lines_of_text_have_no_second_reader() -> None:
    assert reading("We collect your name and keep it for a year. " * 9).second_in_text is None


def test_prose_items_links_and_addresses_stay_whatever_the_second_reader_says() -> None:
    text = reading(
        f"{POLICY * 5}{LINES}<ul><li>Twitter</li></ul><h3>Print</h3><p><a href=/x>Google</a></p><p>a@b.example</p>"
        f"<table><tr><td>Mail</td><td>PDF</td></tr></table>{POLICY}"
    ).body
    for word in ("Email", "Facebook", "Twitter", "Print", "Google", "a@b.example", "Mail"):
        assert word in text


def test_a_page_of_very_many_elements_is_read_once() -> None:
    read = reading(PARAGRAPHS + "<p>a</p>" * 10_000)
    assert read.second_in_text is None
    assert "Point 19" in read.body


@pytest.mark.parametrize(
    "html",
    [
        f"<main>{PARAGRAPHS}</main><div><a href=/x>A</a> <a href=/y>B</a></div>",
        f"<article>{PARAGRAPHS}<ul><li><a href=/x>A</a><li>B</ul><table><tr><td>C<td>D</table></article>",
        f"<div>{PARAGRAPHS}</div><p><a href=/x>A link alone</a></p><form><p>Search</p></form>",
        "<div>Short <p>text</div>",
    ],
)
def test_it_says_what_trafilatura_says(html: str) -> None:
    root = parse(html)
    found = trafilatura.bare_extraction(_simplified(root), fast=True, include_comments=False)
    assert second_text(root) == (found.text if isinstance(found, Document) else "")


def test_it_is_asked_once_for_what_is_the_same_to_it() -> None:
    memory: Memory[str] = Memory(9, len)
    texts = [second_text(parse(f"<nav>Menu {n}</nav>{PARAGRAPHS}<a href=/{n}>x</a>"), memory) for n in range(3)]
    assert (len(set(texts)), memory.spared) == (1, 2)
