"""The title of a tab stands at the head of its panel; other lists of links inside the page stay as they are."""

import pytest

from tests.pipelines.extraction.pages import POLICY, reading

PANELS = "".join(
    f'<div class="{{0}}" id="p{number}" {{1}}>{POLICY.replace("customers", f"customers of {name}")}</div>'
    for number, name in enumerate(("cheese", "bread"))
)
LINKS = '<ul class="nav nav-tabs"><li><a href="#p0">Cheese</a></li><li><a href="#p1">Bread</a></li></ul>'
BUTTONS = (
    '<div role="tablist"><button role="tab" aria-controls="p0">Cheese</button>'
    '<button role="tab" aria-controls="p1">Bread</button></div>'
)
CALLED = """<div class="tab"><button onclick="show(event, 'p0')">Cheese</button>
<button onclick="show(event, 'p1')">Bread</button></div>"""
PILLS = '<div><a data-toggle="pill" href="#p0">Cheese</a> <a data-toggle="pill" href="#p1">Bread</a></div>'


@pytest.mark.parametrize("bar", [LINKS, BUTTONS, PILLS, CALLED])
def test_titles_stand_at_the_head_of_their_panels(bar: str) -> None:
    body = reading(f"<h1>Privacy</h1>{POLICY}{bar}<div>{PANELS.format('tab-pane', 'role=tabpanel')}</div>{POLICY}").body
    order = [body.index(text) for text in ("Cheese", "customers of cheese", "Bread", "customers of bread")]
    assert order == sorted(order)
    assert "* Cheese" not in body


def test_a_title_that_the_panel_says_itself_is_not_said_twice() -> None:
    panels = PANELS.format("tab-pane", "").replace("<p>", "<h2>Cheese</h2><p>", 1)
    assert reading(f"<title>Privacy</title>{POLICY}{LINKS}{panels}").body.count("Cheese") == 1


def test_a_table_of_contents_stays() -> None:
    listing = '<ul><li><a href="#p0">Cheese</a></li><li><a href="#p1">Bread</a></li></ul>'
    assert "  * Cheese\n  * Bread" in reading(f"{POLICY}{listing}{PANELS.format('part', '')}").body
