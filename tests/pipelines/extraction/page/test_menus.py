import pytest

from pipelines.exceptions import ReadingFailed
from pipelines.items.readings import Verdict
from tests.pipelines.extraction.pages import POLICY, reading

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
    "related",
    [
        "<h3>Related articles</h3><ul><li><a href=/a>All about nets</a></li></ul>",
        "<h2>You may also like</h2><a href=/a><h3>All about nets</h3></a><p>What there is to know of nets.</p>",
        "<p><b>Ähnliche Beiträge</b></p><p><a href=/a>All about nets</a></p>",
        links(),
    ],
)
def test_what_is_called_related_goes_however_little_it_is(related: str) -> None:
    body = reading(f"<main><h1>Privacy</h1>{TEXT}<div>{related}</div></main>").body
    assert body.rstrip().endswith("consent alone.")


@pytest.mark.parametrize(
    "after", ["<h2>Contact</h2><p>Quay 4</p>", "<p>privacy@example.com</p>", f"<h2>Part 9</h2>{TEXT * 2}"]
)
def test_related_things_with_text_behind_them_stay(after: str) -> None:
    assert "Related" in reading(f"<main><h1>Privacy</h1>{TEXT}<h2>Related topics</h2><p>Nets</p>{after}</main>").body


def test_the_title_of_a_menu_goes_with_it() -> None:
    listing = "".join(f"<li><a href=/{name}>All about {name}</a></li>" for name in NAMES)
    assert "Our rules" not in reading(f"<div><h3>Our rules</h3><ul>{listing}</ul><h1>Privacy</h1>{TEXT}</div>").body


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


APP = '<div id="root"></div><script src="/app.js"></script>'


def test_a_page_that_scripts_fill_says_so() -> None:
    with pytest.raises(ReadingFailed) as failure:
        reading(f"<title>Privacy policy</title>{APP}")
    assert failure.value.detail == "script shell"
    found = reading(f"<title>Privacy policy</title><p>Chargement en cours</p>{APP}")
    assert (found.verdict, "script shell" in found.reasons) == (Verdict.NOT_A_POLICY, True)


def test_a_page_that_sends_on_says_so() -> None:
    with pytest.raises(ReadingFailed) as failure:
        reading('<meta http-equiv="Refresh" content="0; url=/check?r=1"><body></body>')
    assert failure.value.detail == "sends on to another page"


def test_a_policy_that_stands_in_noscript_is_read() -> None:
    whole = "".join(POLICY.replace("customers", f"customers of shop {number}") for number in range(8))
    found = reading(f"<title>Privacy policy</title>{APP}<noscript><h2>What we keep</h2>{whole}</noscript>")
    assert (found.verdict, found.body.count("personal information")) == (Verdict.POLICY, 8)


def test_what_stands_in_noscript_beside_a_text_is_none() -> None:
    whole = "".join(POLICY.replace("customers", f"customers of shop {number}") for number in range(8))
    found = reading(f"{whole}<noscript>{POLICY.replace('customers', 'nobody') * 9}</noscript>")
    assert "nobody" not in found.body


def test_a_short_page_with_a_script_is_none() -> None:
    found = reading(f"<title>Privacy policy</title>{POLICY}{POLICY.replace('customers', 'guests')}<script>1</script>")
    assert (found.verdict, found.reasons) == (Verdict.POLICY, ())
