import pytest

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.judgement.normal import reading_key
from pipelines.extraction.reader import Reader, read
from pipelines.items.readings import Verdict
from tests.pipelines.extraction.pages import POLICY, page, reading


def failure_of(html: str | bytes) -> ReadingFailed:
    with pytest.raises(ReadingFailed) as failure:
        reading(html)
    return failure.value


def test_a_reading_is_whole() -> None:
    found = reading(f"<title>Privacy</title><h1>Privacy</h1>{POLICY * 10}")
    assert found.title == "Privacy"
    assert found.body.startswith("We collect personal information")
    assert (found.language, found.language_probability, found.charset) == ("en", 1.0, "utf-8")
    assert found.words == 261
    assert found.reading_key == reading_key(found.body)
    assert (found.verdict, found.reasons) == (Verdict.POLICY, ())


def test_styles_differ_in_the_first_heading_and_in_links() -> None:
    html = f"<title>A</title><h1>Other</h1>{POLICY}<p><a href=/x>link</a> and a text around it</p>"
    corpus, princeton = reading(html), reading(html, "princeton")
    assert corpus.body.startswith("## Other\n")
    assert "(http://www.example.com/x)" in corpus.body
    assert "Other" not in princeton.body
    assert "(https://web.archive.org/x)" in princeton.body


def test_a_base_of_the_page_counts_in_the_corpus_style() -> None:
    html = f"<base href='http://b.example/d/'>{POLICY}<p><a href=x>link</a> and a text around it</p>"
    assert "(http://b.example/d/x)" in reading(html).body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "no text in page"),
        ("<html><body></body></html>", "no text in page"),
        ("<html><body><script>x</script></body></html>", "no text in page"),
        ("<html><frameset><frame src=a.html></frameset></html>", "no text in page"),
        (b"GIF89a\x01\x00", "not a page"),
        (b"PK\x03\x04rest", "not a page"),
        (b"\x1f\x8b\x08rest", "not a page"),
        (b"<p>" + bytes(range(1, 9)) * 100, "not a page"),
        (b"x" * (17 << 20), "page too large"),
        (b"%PDF-1.4", "broken PDF"),
    ],
)
def test_failures_have_short_reasons(body: str | bytes, reason: str) -> None:
    assert failure_of(body).reason == reason


def test_a_page_that_only_frames_says_so() -> None:
    assert failure_of("<html><frameset><frame src=a></frameset></html>").detail == "frames only"


def test_what_goes_wrong_inside_is_a_failure_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.extraction.reader.parse", lambda html: {}[html])
    assert failure_of(POLICY).reason == "reading raised"
    monkeypatch.setattr("pipelines.extraction.reader.parse", lambda html: bytearray(1 << 62))
    assert failure_of(POLICY).reason == "reading took too much memory"


def test_failures_are_remembered_as_readings_are() -> None:
    reader = Reader()
    for token in "12":
        with pytest.raises(ReadingFailed, match="no text in page"):
            reader.read(page(f"<html><body><!--{token}--></body></html>"))
    assert reader.spared == 1


def test_the_memory_is_bounded() -> None:
    reader = Reader(remembered=2)
    for number in (1, 2, 3, 1):
        reader.read(page(f"{POLICY} number {number}"))
    assert reader.spared == 0
    reader.read(page(f"{POLICY} number 3"))
    assert reader.spared == 1


def test_one_tree_at_two_addresses_is_read_twice() -> None:
    reader = Reader()
    html = f"{POLICY}<p><a href=x>link</a> and a text around it</p>"
    one = reader.read(page(html, "http://a.example/"))
    other = reader.read(page(html, "http://b.example/"))
    assert one.body != other.body
    assert reader.spared == 0


def test_equal_trees_keep_their_own_charset() -> None:
    reader = Reader()
    text = f"{POLICY}<p>café</p>"
    charsets = [reader.read(page(text.encode(name))).charset for name in ("utf-8", "cp1252")]
    assert charsets == ["utf-8", "cp1252"]
    assert reader.spared == 1


def test_an_unknown_style_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        read(page(POLICY), "unknown")


def test_what_a_page_says_without_scripts_is_no_text_but_tells_of_a_shell() -> None:
    shell = reading("<noscript>You need to enable JavaScript to run this app.</noscript><p>Privacy policy</p>")
    assert "JavaScript" not in shell.body
    assert "script shell" in shell.reasons


def test_a_second_document_has_no_title_of_its_own() -> None:
    whole = reading(f"<title>Privacy</title><body>{POLICY}</body></html><html><title>zzz</title><body>{POLICY}")
    assert whole.body.count("personal information") == 2
    assert "zzz" not in whole.body
