import pytest

from tests.pipelines.extraction.pages import reading

NAMES = ("parcels", "stamps", "cellars", "ferries", "letters")
TEXT = "".join(
    f"<h2>Part {n}</h2><p>Point {n}: we collect what you write on form {n} of our office, keep it for a year and give "
    "it to third parties with your consent alone.</p>"
    for n in range(1, 6)
)


def links(start: str = "/", names: tuple[str, ...] = NAMES) -> str:
    return "".join(f"<div><a href='{start}{name}'>All about {name}</a></div>" for name in names)


def test_a_menu_of_plain_blocks_before_the_text_goes() -> None:
    body = reading(f"<div>{links()}<h1>Privacy</h1>{TEXT}</div>").body
    assert "All about" not in body
    assert body.count("Point") == 5


@pytest.mark.parametrize("teaser", ["", "<div>What there is to know of it.</div>"])
def test_related_pages_behind_the_text_go(teaser: str) -> None:
    related = "".join(f"<div><a href=/{name}>All about {name}</a>{teaser}</div>" for name in NAMES)
    body = reading(f"<main><h1>Privacy</h1>{TEXT}<div><h2>Related articles</h2>{related}</div></main>").body
    assert "All about" not in body
    assert "Related" not in body
    assert "What there is" not in body
    assert body.count("Point") == 5


@pytest.mark.parametrize(
    "listing",
    [
        links("https://partner.example.org/"),  # other companies
        links("/legal/privacy.html#"),  # contents
        links(names=NAMES[:3]),
        f"{links()}<p>Write to privacy@example.com</p>",
        f"{links()}<p>Last updated: 3 March 2024</p>",
    ],
)
def test_other_lists_of_links_stay(listing: str) -> None:
    body = reading(f"<main><h1>Privacy</h1>{TEXT}<div><h2>More</h2>{listing}</div></main>").body
    assert "All about parcels" in body
    assert "More" in body


def test_pages_without_prose_are_left_alone() -> None:
    assert "All about parcels" in reading(f"<main>{links()}</main>").body


def test_the_last_line_of_the_text_stays_above_them() -> None:
    body = reading(f"<main><h1>Privacy</h1>{TEXT}<p>Mill Lane 4</p>{links()}</main>").body
    assert body.endswith("Mill Lane 4")


def test_a_page_of_nothing_but_short_lines_takes_no_time_of_its_own() -> None:
    lines = "".join(f"<p>{number}</p>" for number in range(5_000))
    assert "4999" in reading(f"<main><h1>Privacy</h1>{TEXT}{lines}</main>").body
