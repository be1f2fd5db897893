import pytest

from pipelines.extraction.form.inline import words
from pipelines.extraction.page.repeats import without_repeats
from tests.pipelines.extraction.pages import POLICY, blocks, reading

TEXT = (
    "<h1>Privacy</h1>"
    + POLICY
    + "<h2>Rights</h2><p>"
    + "You may ask for a copy of what we hold about you. " * 6
    + "</p>"
)


def left(html: str) -> str:
    return " ".join(words(cell) for block in without_repeats(blocks(html)) for cell in block.cells)


@pytest.mark.parametrize("html", ["<div>{0}</div><div>{0}</div>", "<div>{0}</div><div>{0}<p>End.</p></div>"])
def test_the_copy_for_small_screens_goes(html: str) -> None:
    assert left(html.format(TEXT)).count("personal information") == 1


@pytest.mark.parametrize(
    "html",
    [
        TEXT + "<h2>Canada</h2>" + POLICY,
        POLICY + TEXT + POLICY,
        TEXT + "<h1>Privacy</h1><p>" + "This part is another text for another country. " * 20,
        "<p>a</p>" * 9,
    ],
)
def test_what_is_said_again_stays(html: str) -> None:
    assert left(html) == " ".join(words(cell) for block in blocks(html) for cell in block.cells)


def test_a_copy_of_most_of_the_page_goes() -> None:
    parts = "".join(f"<h2>Part {n}</h2>{POLICY.replace('customers', f'customers of net {n}')}" for n in range(5))
    html = f"<h1>Privacy</h1><p>In short: we keep little.</p><div>{parts}</div><div>{parts}</div><p>Write to us.</p>"
    text = left(html)
    assert all(text.count(f"net {n}") == 1 for n in range(5))
    assert text.endswith("Write to us.")
    again = left(f"{html}<table>{'<tr><td>a session lasts an hour<td>x' * 9}</table>")
    assert again.count("a session") == 9


def test_a_banner_that_says_the_title_once_more_goes() -> None:
    assert left(f"<h1>Privacy</h1><h2>Privacy</h2>{POLICY}").count("Privacy") == 1


PARTS = [
    f"Point {n}: we collect what you write on form {n} and give it to third parties with your consent." for n in "123"
]


def test_parts_that_are_written_once_for_each_screen_are_said_once() -> None:
    html = "".join(f"<h2>{n}</h2><div><p>{part}</p></div><div><p>{part}</p></div>" for n, part in enumerate(PARTS))
    text = reading(html).body
    assert [text.count(part) for part in PARTS] == [1, 1, 1]
    assert text.count("## ") == 2  # the first is the title


def test_what_a_policy_says_twice_in_a_row_stays() -> None:
    text = reading("".join(f"<p>{part}</p>" for part in [PARTS[0], *PARTS, PARTS[2]])).body
    assert [text.count(part) for part in PARTS] == [2, 1, 2]


def test_a_heading_that_a_banner_said_before_the_date_is_said_once() -> None:
    banner = "<h1>Notice</h1><p>Last updated: 3 March 2024</p>"
    text = reading(f"<title>x</title>{banner}<h1>Notice</h1>" + "".join(f"<p>{part}</p>" for part in PARTS)).body
    assert text.startswith("## Notice\n\nLast updated: 3 March 2024\n\nPoint 1")


@pytest.mark.parametrize("between", ["", "item {}"])
def test_one_line_many_thousand_times_is_looked_through_once(between: str) -> None:
    lines = [line for n in range(4_000) for line in ("the same", between.format(n)) if line]
    many = blocks("".join(f"<p>{line}</p>" for line in lines))
    assert len(many) == len(lines)
    assert without_repeats(many) == many
