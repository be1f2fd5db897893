import pytest

from pipelines.extraction.form.parse import parse
from pipelines.extraction.form.title import main_heading, title_of, without_title
from tests.pipelines.extraction.pages import POLICY, blocks, reading


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title> Privacy \n Policy </title>", "Privacy Policy"),
        ("<title></title><title>Second</title>", "Second"),
        ("<title>A &amp; B &lt;b&gt;</title>", "A & B <b>"),
        ("<title>a&#1;b</title>", "ab"),
        ("<p>none", ""),
        (f"<title>{'x' * 5000}</title>", "x" * 300),
    ],
)
def test_title(html: str, title: str) -> None:
    assert title_of(parse(html + "<p>x")) == title


@pytest.mark.parametrize(
    ("html", "heading"),
    [
        ("<h3>c</h3><h2>a</h2><h2>b</h2>", "a"),
        ("<p><b>Bold</b></p>x", "Bold"),
        ("<p>a <b>b</b></p>", ""),
        ("<h2> </h2>x", ""),
        ("", ""),
    ],
)
def test_main_heading(html: str, heading: str) -> None:
    assert main_heading(blocks(f"<body>{html}</body>")) == heading


def test_a_page_without_title_takes_its_heading() -> None:
    assert reading(f"<h2>Our privacy policy</h2>{POLICY}").title == "Our privacy policy"
    assert reading(f"<title> </title><p>{POLICY}").title == ""


@pytest.mark.parametrize(
    "title", ["Privacy Policy", "Privacy policy | Acme", "Acme » PRIVACY POLICY", "Acme: Privacy Policy"]
)
def test_what_repeats_the_title_goes(title: str) -> None:
    assert [block.kind for block in without_title(blocks("<h1>Privacy Policy</h1><p>text</p>"), title)] == ["p"]


def test_other_headings_stay() -> None:
    assert len(without_title(blocks("<h1>Privacy at Acme</h1><p>text</p>"), "Privacy | Acme")) == 2


def test_the_published_texts_lose_headings_only() -> None:
    found = without_title(blocks("<p><b>Privacy</b></p><h3>Privacy</h3>"), "Privacy", only_headings=True)
    assert [block.kind for block in found] == ["p"]
