import pytest

from pipelines.extraction.form.inline import words
from pipelines.extraction.page.repeats import without_repeats
from tests.pipelines.extraction.pages import POLICY, blocks

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


def test_a_banner_that_says_the_title_once_more_goes() -> None:
    assert left(f"<h1>Privacy</h1><h2>Privacy</h2>{POLICY}").count("Privacy") == 1
