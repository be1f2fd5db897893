import pytest
import trafilatura

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.second_reader import Agreement, agreement, compared, second_text
from tests.pipelines.extraction.pages import POLICY, page, reading

PARAGRAPHS = "".join(
    f"<p>Point {n}: we collect what you give us on form {n} and disclose it to third parties with your consent.</p>"
    for n in range(20)
)
LINES = "<p>We collect:</p><p>Name</p><p>Email</p><dl><dt>Facebook<dd>adverts</dl>"


def asked(html: str) -> Agreement:
    read = reading(html)
    return compared(page(html), read.title, read.body)


def test_it_reads_neither_menus_nor_the_names_of_classes() -> None:
    found = second_text(page(f"<nav>Menu</nav><div class=comments>{POLICY * 5}</div><footer>Rights</footer>"))
    assert "personal information" in found
    assert "Menu" not in found


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<body></body>", "no text found"),
        ("We collect your name and keep it for a year. " * 9, "no HTML"),
        (b"%PDF-1.4 and more", "no HTML"),
        ("<p>a</p>" * 10_001, "very many elements"),
        (b"GIF89a", "not a page"),
    ],
)
def test_where_there_is_no_text_of_its_own_the_reason_is_told(body: str | bytes, reason: str) -> None:
    assert compared(page(body), "", "one two") == Agreement(reason=reason)


def test_what_goes_wrong_in_it_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trafilatura.bare_extraction", lambda tree, **options: {}[tree])
    assert compared(page(PARAGRAPHS), "", "one") == Agreement(reason="second reader raised")
    with pytest.raises(ReadingFailed) as caught:
        second_text(page(PARAGRAPHS))
    assert "KeyError" in caught.value.detail
    assert trafilatura.bare_extraction


@pytest.mark.parametrize(
    ("text", "second", "shares"),
    [
        ("One two  two", "two ONE", (1.0, 0.67)),
        ("one **two** [three](http://x.example/)", "- one\n| two | three |", (1.0, 1.0)),
        ("one", "one two three", (0.33, 1.0)),
        ("don’t", "don't", (1.0, 1.0)),
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
    assert asked(f"<title>Privacy</title><h1>Privacy</h1>{PARAGRAPHS}") == Agreement(1.0, 1.0)


def test_a_text_that_the_second_reader_finds_and_we_do_not_shows() -> None:
    notice = "".join(f"<p>Notice {n}: this site says that year {n} was a good one.</p>" for n in "345")
    html = f"{PARAGRAPHS}<div role=dialog>{notice}</div>"
    assert "a good one" not in reading(html).body
    assert (asked(html).second_in_text or 1) < 1


def test_prose_items_links_and_addresses_stay() -> None:
    text = reading(
        f"{POLICY * 5}{LINES}<ul><li>Twitter</li></ul><h3>Print</h3><p><a href=/x>Google</a></p><p>a@b.example</p>"
        f"<table><tr><td>Mail</td><td>PDF</td></tr></table>{POLICY}"
    ).body
    for word in ("Email", "Facebook", "Twitter", "Print", "Google", "a@b.example", "Mail"):
        assert word in text
