import pytest

from pipelines.extraction.page.mainpart import main_part
from pipelines.extraction.page.weights import weigh
from tests.pipelines.extraction.pages import POLICY, body_of, reading


def main(html: str) -> str:
    body = body_of(html)
    return main_part(body, weigh(body)).text_content()


def test_goes_down_to_the_prose() -> None:
    text = main(f"<div><div>Our offices</div><div><div>{POLICY * 5}</div><div>Phone</div></div></div>")
    assert "personal information" in text
    assert "offices" not in text
    assert "Phone" not in text


def test_keeps_titles_passed_on_the_way() -> None:
    assert main(f"<div><h1>Privacy</h1></div><div>{POLICY * 5}</div>").startswith("Privacy")


def test_keeps_large_type_passed_on_the_way() -> None:
    assert main(f"<div><font size=5>Privacy</font></div><div>{POLICY * 5}</div>").startswith("Privacy")


def test_a_telephone_number_is_no_title() -> None:
    assert "555" not in main(f"<div><b>Call 1-800-555-0100</b></div><div>{POLICY * 5}</div>")


def test_the_linked_name_of_the_site_is_no_title() -> None:
    assert "Acme" not in main(f"<div><h1><a href=/>Acme</a></h1></div><div>{POLICY * 5}</div>")


def test_lesser_headings_give_way_to_an_h1() -> None:
    text = main(f"<div><h2>Choose a country</h2></div><div><h1>Privacy</h1>{POLICY * 5}</div>")
    assert "country" not in text


def test_nothing_is_left_out_between_two_pieces_of_prose() -> None:
    text = main(f"<div><div>{POLICY * 20}</div><p>Write to:</p><p>Plain Street 1</p>{POLICY}</div>")
    assert "Plain Street" in text


def test_text_beside_the_blocks_holds_it_back() -> None:
    loose = "This text stands loose in the body and belongs to the policy as much as anything that is in a block."
    assert loose in main(f"{loose}<div>{POLICY * 20}</div>")


def test_columns_of_short_lines_weigh_nothing() -> None:
    lines = "Local news<br>Sports<br>Weather<br>Classified ads<br>Obituaries<br>" * 3
    assert "Sports" not in main(f"<div><div>{lines}</div><div>{POLICY}</div><div>{lines}</div></div>")


def test_short_items_beside_the_text_stay() -> None:
    items = "<li>session</li><li>language</li>" * 5
    assert "session" in main(f"<div><div>{POLICY}</div><div><ul>{items}</ul></div></div>")


def test_a_flat_page_is_taken_whole() -> None:
    assert main(f"{POLICY}{POLICY}").count("personal information") == 2


@pytest.mark.parametrize(
    "section",
    [
        "<div><h2>Contact</h2><p>KEPT Officer</p><p>1 Quay Street</p></div>",
        "<div><h2>Cookies</h2><table><tr><td>KEPT</td><td>counts</td></tr></table></div>",
        "<p>KEPT: 1 April 2023</p>",
    ],
)
def test_short_sections_after_the_text_stay(section: str) -> None:
    assert "KEPT" in main(f"<main><h1>Privacy</h1><div>{POLICY * 10}</div>{section}</main>")


def test_a_date_before_the_text_stays() -> None:
    html = f"<div><div><h1>Privacy</h1></div><div>KEPT 3 March 2023</div><div>{POLICY * 10}</div></div>"
    assert "KEPT" in main(html)


def test_a_date_before_a_link_to_other_versions_stays() -> None:
    date = "<div>Last updated: 3 March 2023. <a href=/old>KEPT See earlier versions of this very policy</a></div>"
    assert "KEPT" in main(f"<main><h1>Privacy</h1>{POLICY * 10}</main>{date}")
    assert "KEPT" not in main(
        f"<main><h1>Privacy</h1>{POLICY * 10}</main>{date.replace('<div>', '<div><a href=/>A</a>')}"
    )


@pytest.mark.parametrize(
    "rest",
    ["<div>GONE © 2023 Example Ltd</div>", "<div><h4>GONE</h4><a href=/a>Jobs</a> <a href=/b>Shop</a></div>"],
)
def test_small_print_and_links_after_the_text_go(rest: str) -> None:
    assert "GONE" not in main(f"<div><h1>Privacy</h1><div>{POLICY * 10}</div>{rest}</div>")


def test_a_menu_of_plain_blocks_before_the_title_goes() -> None:
    card = "<div><a href=/a>GONE</a><div>Where you find it and what it costs in a year.</div></div>"
    text = f"<h1>Privacy</h1>{POLICY}"
    html = f"<div><div><div><h4>Area</h4>{card * 3}</div><div>{card * 3}</div></div><div>{text}</div></div>"
    assert "GONE" not in main(html)
    assert "GONE" in main(f"<div><h1>Privacy</h1>{POLICY}<div>{card * 3}</div>{POLICY}</div>")


AFTER = f"<div><h1>Privacy</h1><h2>What we keep</h2>{POLICY * 4}</div>"


@pytest.mark.parametrize(
    "section",
    [
        "<div><h2>Contact us</h2><p>Birch Lane 4, Heronport</p></div>",
        "<div><h2>Cookies</h2><table><tr><th>Name</th><th>For</th></tr><tr><td>_ga</td><td>1 y</td></tr></table></div>",
    ],
)
def test_a_short_section_behind_the_text_goes_on_as_the_text_did(section: str) -> None:
    title = section[len("<div><h2>") : section.index("</h2>")]
    assert f"## {title}" in reading(f"{AFTER}{section}<div>© 2020 Acme</div>").body


@pytest.mark.parametrize(
    "block",
    [
        "<div><h2>Newsletter</h2><p>Never miss it!</p><form><input type=email><button>Go</button></form></div>",
        "<div><h2>Latest news</h2><a href=/1>Bees fly again today</a> <a href=/2>Ferry is late</a></div>",
        "<div><h2>Acme Shop</h2><p>© 2020 Acme Shop, Heronport</p></div>",
    ],
)
def test_blocks_of_the_site_behind_the_text_are_left_out(block: str) -> None:
    body = reading(f"{AFTER}{block}").body
    assert not [word for word in ("Newsletter", "Latest", "Shop") if word in body]


BANNER = '<div><a href="/"><img src="logo.gif"></a> <font size=6><b>Privacy</b></font></div>'


def test_the_published_texts_have_no_banner_beside_a_linked_picture() -> None:
    body = body_of(f"{BANNER}<div>{POLICY * 5}</div>")
    assert "Privacy" in main(f"{BANNER}<div>{POLICY * 5}</div>")
    assert "Privacy" not in main_part(body, weigh(body), faithful=True).text_content()


def test_the_published_texts_go_on_in_the_line_before_the_main_part() -> None:
    start = "<title>x</title><table><tr><td><center><b>Privacy</b></center><font><b>Parents:</b>"
    html = f"{start}<br>We ask you first.{POLICY * 5}</font></table>"
    assert reading(html, "princeton").body.startswith("**Privacy** **Parents:**  \nWe ask")
    assert reading(html).body.startswith("**Privacy**\n\n**Parents:**")
