import pytest

from pipelines.extraction.form.parse import parse
from pipelines.extraction.page.furniture import remove_furniture
from pipelines.extraction.page.treekey import strip
from pipelines.extraction.page.weights import weigh
from tests.pipelines.extraction.pages import POLICY


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


@pytest.mark.parametrize(
    "section",
    [
        "<section id=gdpr><h2>KEPT</h2><p>You may ask for what we hold.</p></section>",
        "<div class=consent><p>KEPT We ask before we use it for anything else than what you asked for.</p></div>",
        "<div class='alert alert-info'>KEPT We never ask for a password.</div>",
        "<div class='wp-block-group social-media'><p>KEPT We answer what names us.</p></div>",
        "<div class=related><p>KEPT A related party is one that we own.</p></div>",
        "<aside><p><b>In short:</b> KEPT little.</p></aside>",
        "<menu><li>KEPT the railway company</li><li>the ferry company</li></menu>",
        "<fieldset><legend>KEPT</legend>What we do with it.</fieldset>",
        "<dialog open><p>KEPT as part of the text.</p></dialog>",
        "<ul class='nav nav-tabs'><li><a href=#a>KEPT</a></li><li><a href=#b>Two</a></li></ul>",
        "<div id=cmplz-overview><details class=cmplz-dropdown><summary>Service</summary>KEPT</details></div>",
        f"<div class=cookie-settings><h2>KEPT</h2>{POLICY}<button>Change them</button></div>",
        f"<dialog><h3>KEPT</h3>{POLICY}<button>Close</button></dialog>",
        "<button>KEPT</button><div>one panel</div><button>Other</button><div>another panel</div>",
    ],
)
def test_what_stands_in_the_text_stays_whatever_its_name(section: str) -> None:
    assert "KEPT" in left(POLICY * 10 + section + POLICY * 3)


@pytest.mark.parametrize(
    "furniture",
    [
        "<div class=gdpr><p>GONE We use cookies.</p><button>Accept</button></div>",
        "<div class=share-bar>GONE <a href=/f>Facebook</a> <a href=/t>Twitter</a></div>",
        "<nav><a href=/a>GONE</a> <a href=/b>GONE</a></nav>",
        "<form>GONE <label>Search</label></form>",
    ],
)
def test_furniture_goes_from_within_the_text(furniture: str) -> None:
    assert "GONE" not in left(POLICY * 10 + furniture + POLICY * 3)


@pytest.mark.parametrize(
    "part",
    ["<header><h1>Privacy</h1><p>{}</p></header>", "<aside><p>{}</p><a href=/a>GONE</a></aside>",
     "<footer><p>{}</p><p>GONE All rights reserved</p></footer>"],
)  # fmt: skip
def test_the_date_of_the_document_outlives_what_it_stood_in(part: str) -> None:
    text = left(part.format("Last updated: 3 March 2024") + f"<main>{POLICY * 3}</main>")
    assert "Last updated: 3 March 2024" in text
    assert "GONE" not in text


@pytest.mark.parametrize(
    ("footer", "stays"),
    [
        ("<h2>Contact</h2><p>Write to the harbour office on the old quay.</p>", True),
        ("<h4>Contact</h4><p>Write to the harbour office on the old quay.</p>", False),
        ("<h2>Contact</h2><p>Copyright of the harbour office on the old quay.</p>", False),
        ("<h2>Contact</h2><a href=/a>Write to the harbour office on the old quay.</a>", False),
    ],
)
def test_the_foot_of_an_article_stays_where_it_goes_on_with_the_text(footer: str, *, stays: bool) -> None:
    html = f"<article><h2>Nets</h2>{POLICY * 5}<footer>{footer}</footer></article>"
    assert ("harbour office" in left(html)) is stays


def test_a_link_to_the_top_goes_in_any_language() -> None:
    links = "".join(
        f"<p><a href=#top>{said}</a></p>" for said in ("↑ Nach oben", "Retour en haut", "ページトップへ戻る")
    )
    assert left(POLICY + links + POLICY).strip() == left(POLICY + POLICY).strip()


def test_titles_that_are_called_header_stay() -> None:
    parts = "".join(f"<div class=header>KEPT {number}</div><div>{POLICY}</div>" for number in range(4))
    assert left(parts).count("KEPT") == 4
