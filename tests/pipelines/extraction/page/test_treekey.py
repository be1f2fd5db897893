import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extraction.form.parse import parse
from pipelines.extraction.page.treekey import strip, tree_key
from tests.pipelines.extraction.pages import POLICY, page, reading


def key(html: str, *context: str) -> bytes:
    root = parse(html)
    strip(root)
    return tree_key(root, *context)


PLAIN = f"<html><head><title>Privacy</title></head><body><div>{POLICY}</div></body></html>"


@pytest.mark.parametrize(
    "noise",
    [
        "<script nonce='{}'>var t = '{}'</script>",
        "<style>.a{} {{ color: red }}</style>",
        "<!-- served at {} -->",
        "<input type=hidden name=csrf value='{}'>",
        "<iframe src='https://ads.example/{}'></iframe>",
        "<svg id='{}'><path d='M{}'/></svg>",
        "<link rel=stylesheet href='/a.css?{}'>",
        "<meta name=token content='{}'>",
        "<select><option>{}</option></select>",
    ],
)
def test_what_no_reader_reads_does_not_count(noise: str) -> None:
    one = PLAIN.replace("</div>", noise.replace("{}", "1f3a") + "</div>")
    other = PLAIN.replace("</div>", noise.replace("{}", "99ce") + "</div>")
    assert key(one) == key(other)


@pytest.mark.parametrize(
    "attribute", ["class='row-{}'", "id='x{}'", "data-token='{}'", "style='top:{}px'", "onclick='f({})'"]
)
def test_unread_attributes_do_not_count(attribute: str) -> None:
    one = PLAIN.replace("<div>", f"<div {attribute.replace('{}', '1')}>")
    other = PLAIN.replace("<div>", f"<div {attribute.replace('{}', '2')}>")
    assert key(one) == key(other) == key(PLAIN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("customers", "clients"),
        ("<title>Privacy", "<title>Terms"),
        ("<div>", "<div class='navigation'>"),
        ("<div>", "<div role='dialog'>"),
        ("<div>", "<ul><li>"),
        ("<p>", "<p><a href='/one'>one</a>"),
        ("<p>", "<h2>Privacy</h2><p>"),
        ("<p>", "<p><b>b</b>"),
    ],
)
def test_what_is_read_counts(old: str, new: str) -> None:
    assert key(PLAIN) != key(PLAIN.replace(old, new, 1))


def test_where_links_lead_and_what_they_are_called_counts() -> None:
    base = f'{POLICY}<a href="/a" title="t">x</a>'
    assert len({key(base), key(base.replace("/a", "/b")), key(base.replace('"t"', '"u"'))}) == 3


def test_the_context_counts() -> None:
    contexts = [
        ("http://a.example/", "corpus"),
        ("http://b.example/", "corpus"),
        ("http://a.example/", "princeton"),
        (),
    ]
    assert len({key(PLAIN, *context) for context in contexts}) == 4


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([" class='{}'", " id='{}'", " data-a='{}'", " name='{}'"]), st.integers(0, 10**9))
def test_pages_with_one_key_read_the_same(attribute: str, token: int) -> None:
    noisy = PLAIN.replace("<div>", f"<div{attribute.replace('{}', str(token))}>").replace("<p>", f"<!--{token}--><p>")
    if key(noisy) == key(PLAIN):
        assert reading(noisy) == reading(PLAIN)


@settings(max_examples=40, deadline=None)
@given(st.text("abcdefgh ", min_size=3).filter(str.strip), st.integers(0, 150))
def test_a_change_of_the_words_changes_the_key(words: str, place: int) -> None:
    inside = PLAIN.index("We collect") + place
    assert key(PLAIN[:inside] + " xyz" + words + PLAIN[inside:]) != key(PLAIN)


def test_an_unclosed_element_does_not_swallow_the_page() -> None:
    root = parse(f"<select><option>Jump{POLICY}")
    strip(root)
    assert "personal information" in root.text_content()


def test_equal_trees_are_read_once() -> None:
    from pipelines.extraction.reader import Reader

    reader = Reader()
    first = reader.read(page(PLAIN.replace("<p>", "<!-- 1 --><p>")))
    assert reader.read(page(PLAIN.replace("<p>", "<!-- 2 --><p>"))) == first
    assert reader.spared == 1
