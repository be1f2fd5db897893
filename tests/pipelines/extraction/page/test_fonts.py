import pytest

from pipelines.extraction.page.fonts import mark_headings
from tests.pipelines.extraction.pages import POLICY, body_of


def headings(html: str) -> list[tuple[str, str]]:
    body = body_of(html + POLICY * 3)
    mark_headings(body)
    return [(str(element.tag), element.text_content()) for element in body.iter("h2", "h3", "h4")]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p><font size=5>Privacy</font></p>", [("h2", "Privacy")]),
        ("<p><font size='+1'><b>Privacy</b></font></p>", [("h3", "Privacy")]),
        ("<b><font size=6>Privacy</font></b><br>text", [("h2", "Privacy")]),
        ("text<br><font size=4>Privacy</font><br>text", [("h3", "Privacy")]),
        ("<p><big><big>Privacy</big></big></p>", [("h2", "Privacy")]),
        ("<p><font size=2><font size=5>Privacy</font></font></p>", [("h2", "Privacy")]),
        ("<p><font size=5>Your <font size=6>privacy</font></font></p>", [("h2", "Your privacy")]),
        ("<font size=4>Privacy</font> of our users", []),
        ("Our <font size=4>Privacy</font>", []),
        ("<font size=2>Privacy</font>", []),
        ("<font size=x>Privacy</font>", []),
        ("<font size=+99999>Privacy</font>", []),
        ("<h2><font size=5>Privacy</font></h2>", [("h2", "Privacy")]),
        ("<ul><li><font size=5>Privacy</font></li></ul>", []),
        (f"<font size=5>{'long ' * 40}</font>", []),
    ],
)
def test_large_type(html: str, found: list[tuple[str, str]]) -> None:
    assert headings(html) == found


def test_a_page_in_large_type_has_no_headings_by_it() -> None:
    body = body_of("".join(f"<p><font size=4>A line of the text, number {number}.</font></p>" for number in range(30)))
    mark_headings(body)
    assert [element.tag for element in body.iter("h2", "h3")] == []


def test_its_weight_is_said_by_the_heading() -> None:
    body = body_of(f"<p><font size=5><b>Privacy</b></font></p>{POLICY}")
    mark_headings(body)
    assert [element.tag for element in body.iter("b", "h2")] == ["h2"]
