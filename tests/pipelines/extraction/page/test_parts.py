import pytest
from lxml.html import HtmlElement, fragment_fromstring

from pipelines.extraction.page.parts import part_of


def element(html: str) -> HtmlElement:
    return fragment_fromstring(html)


def told(html: str) -> str:
    found = element(html)
    return part_of(found.tag, dict(found.attrib))


@pytest.mark.parametrize(
    ("html", "part"),
    [
        ("<nav>x</nav>", "nav"),
        ("<footer>x</footer>", "footer"),
        ("<div role='navigation'>x</div>", "nav"),
        ("<div role='dialog' class='content'>x</div>", "dialog"),
        ("<div class='main-navigation'>x</div>", "nav?"),
        ("<div class='mainNav'>x</div>", "nav?"),
        ("<ul class='sub-menu'>x</ul>", "nav?"),
        ("<div id='onetrust-banner-sdk'>x</div>", "consent?"),
        ("<div class='cookieBanner'>x</div>", "consent?"),
        ("<div class='cmplz-cookiebanner cc-banner'>x</div>", "consent?"),
        ("<ol class='breadcrumb'>x</ol>", "crumbs?"),
        ("<div class='share-buttons'>x</div>", "share?"),
        ("<div class='footer_left'>x</div>", "footer?"),
        ("<div id='header'>x</div>", "header?"),
        ("<div class='widget-area'>x</div>", "aside?"),
        ("<div class='newsletter-signup'>x</div>", "form?"),
        ("<div class='wpml-ls-statics-footer'>x</div>", "nav?"),
        ("<button aria-expanded='false'>x</button>", "title"),
        ("<button>x</button>", ""),
    ],
)
def test_parts(html: str, part: str) -> None:
    assert told(html) == part


@pytest.mark.parametrize(
    "html",
    [
        "<div id='cookies'>x</div>",
        "<div id='sharing-your-data'>x</div>",
        "<div class='table-header'>x</div>",
        "<div class='advertising-partners'>x</div>",
        "<div class='content'>x</div>",
        "<h2 class='footer'>x</h2>",
        "<p class='nav'>x</p>",
        "<a class='nav-link'>x</a>",
        "<div class='canvas unavailable manuscript'>x</div>",
        "<div>x</div>",
    ],
)
def test_names_that_say_nothing(html: str) -> None:
    assert told(html) == ""


def test_a_long_name_costs_little() -> None:
    assert told(f"<div class='{'n-' * 100_000}'>x</div>") == ""
