import pytest

from pipelines.text.furniture import remove_furniture
from pipelines.text.parse import parse
from pipelines.text.treekey import strip
from pipelines.text.weights import weigh
from tests.pipelines.text.pages import POLICY


def left(html: str) -> str:
    root = parse(html)
    strip(root)
    body = root.find("body")
    assert body is not None
    remove_furniture(body, weigh(body))
    return body.text_content()


@pytest.mark.parametrize(
    "furniture",
    [
        "<nav><a href=/>GONE</a></nav>",
        "<div class=menu><a href=/>GONE</a></div>",
        "<div class=cookie-banner><p>GONE We use cookies.</p></div>",
        "<div class=modal><h2>GONE</h2></div>",
        "<header><a href=/>GONE</a></header>",
        "<footer>GONE</footer>",
        "<div id=footer>GONE All rights reserved</div>",
        "<form>GONE <label>Search</label></form>",
        "<button>GONE</button>",
        "<a href=#top>Back to top</a>",
        "<div class=sidebar><a href=/a>GONE</a> <a href=/b>GONE</a></div>",
    ],
)
def test_furniture_goes(furniture: str) -> None:
    text = left(POLICY * 5 + furniture)
    assert "GONE" not in text
    assert "Back to top" not in text
    assert "personal information" in text


@pytest.mark.parametrize(
    "whole",
    ["<form>{}</form>", "<div class=modal>{}</div>", "<nav>{}</nav>", "<div id=footer>{}</div>", "<aside>{}</aside>"],
)
def test_the_page_itself_stays_whatever_it_is_called(whole: str) -> None:
    assert "personal information" in left(whole.format(POLICY * 3))


def test_a_section_with_a_heading_stays_though_its_name_is_bad() -> None:
    assert "KEPT" in left(POLICY * 20 + "<div class=social-links><h2>KEPT</h2>What we do on social networks.</div>")


def test_navigation_goes_even_where_it_is_most_of_the_page() -> None:
    menu = "<nav>" + "<h3>Products</h3>" * 20 + "<a href=/x>Another product of ours</a> " * 100 + "</nav>"
    assert "product" not in left(POLICY + menu)


def test_a_header_inside_the_main_part_is_a_title() -> None:
    assert "TITLE" in left(f"<article><header>TITLE</header>{POLICY * 5}</article>")


def test_a_button_that_titles_something_stays() -> None:
    assert "KEPT" in left(POLICY * 5 + "<h2><button>KEPT</button></h2>")


def test_a_text_in_a_textarea_stays() -> None:
    assert "personal information" in left(f"<p>Read this:</p><textarea>{POLICY * 3}</textarea>")
