import pytest

from pipelines.extraction.form.inline import STYLES
from pipelines.extraction.form.markdown import markdown
from pipelines.extraction.form.typed import typed_lists
from tests.pipelines.extraction.pages import blocks, reading

LETTERS_ARE_KEPT = "The post office keeps what you send for as long as the law of the county asks for it."


def typed(html: str) -> str:
    return markdown(typed_lists(blocks(html)), STYLES["corpus"])


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("&#8226; a<br>&#8226; b", "  * a\n  * b"),
        ("<p>• a</p><p>• b</p>c", "  * a\n  * b\n\n\n\nc"),
        ("before<br>- a<br>- b<br>after", "before\n\n  * a\n  * b\n\n\n\nafter"),
        ("<p>·&nbsp;&nbsp; a</p><p>·&nbsp;&nbsp; b</p>", "  * a\n  * b"),
        ("<p>o&nbsp;&nbsp; a</p><p>o&nbsp;&nbsp; b</p>", "  * a\n  * b"),
        ("<p>o a</p><p>o b</p>", "o a\n\no b"),
        ("<p>• <b>a</b>: b</p><p>• c</p>", "  * **a**: b\n  * c"),
        ("<p>one • a</p>", "one • a"),
        ("<p>• alone</p><p>b</p>", "• alone\n\nb"),
        ("<p>-5 degrees</p><p>-6 degrees</p>", "-5 degrees\n\n-6 degrees"),
        ("<ul><li>• a</li><li>• b</li></ul>", "  * • a\n  * • b"),
        ("<h2>• a</h2><h2>• b</h2>", "## • a\n\n## • b"),
    ],
)
def test_typed_bullets(html: str, text: str) -> None:
    assert typed(html) == text


def test_titles_that_are_numbered_on_are_items() -> None:
    titles = ("1. What we keep", "2. For how long", "3. Whom to ask")
    html = "".join(f"<div>{title}</div><p>{LETTERS_ARE_KEPT}</p>" for title in titles)
    text = reading(html).body
    assert [line for line in text.splitlines() if line.startswith("  ")] == [f"  {title}" for title in titles]


@pytest.mark.parametrize(
    "titles",
    [
        ("1. What we keep", "2. For how long"),  # too few to be sure
        ("1. What we keep", "3. For how long", "4. Whom to ask"),
        ("1. We keep letters.", "2. We burn them.", "3. We tell nobody."),  # sentences are paragraphs
    ],
)
def test_other_numbers_are_escaped(titles: tuple[str, ...]) -> None:
    text = reading("".join(f"<div>{title}</div><p>{LETTERS_ARE_KEPT}</p>" for title in titles)).body
    assert [line for line in text.splitlines() if line[:1].isdigit()] == [
        title.replace(".", r"\.", 1) for title in titles
    ]
