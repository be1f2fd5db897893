import pytest

from pipelines.extraction.form.markdown import markdown
from pipelines.extraction.form.styles import STYLES
from pipelines.extraction.form.typed import typed_lists
from tests.pipelines.extraction.pages import blocks


def typed(html: str) -> str:
    return markdown(typed_lists(blocks(html)), STYLES["corpus"])


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("&#8226; a<br>&#8226; b", "  * a\n  * b"),
        ("<p>• a</p><p>• b</p>c", "  * a\n  * b\n\n\n\nc"),
        ("before<br>- a<br>- b<br>after", "before\n\n  * a\n  * b\n\n\n\nafter"),
        ("<p>·&nbsp;&nbsp; a</p><p>·&nbsp;&nbsp; b</p>", "  * a\n  * b"),
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
