import pytest

from pipelines.extraction.form.inline import STYLES
from pipelines.extraction.form.markdown import markdown
from pipelines.extraction.page.edges import without_link_lines
from tests.pipelines.extraction.pages import POLICY, blocks, rendered

LINKS = "<p><a href=/a>Home</a> | <a href=/b>Shop</a></p>"


def left(html: str) -> str:
    return markdown(without_link_lines(blocks(html)), STYLES["corpus"])


@pytest.mark.parametrize(
    "html",
    [
        f"{LINKS}{POLICY}",
        f"{POLICY}{LINKS}",
        f"{LINKS}<hr>{POLICY}<hr>{LINKS}",
        f"<p><a href='javascript:print()'>Print this page</a></p>{POLICY}",
        f"<p><a href=/p.pdf>Download PDF</a> | <a href='#'>Print</a></p>{POLICY}",
        f"<p>Imprimer cette page</p>{POLICY}",
        f"{POLICY}<p>Share this page: <a href=/a>Home</a> <a href=/b>Shop</a></p>",
        f"{POLICY}<p><a href=/a>Home</a> <a href=/b>Shop</a><br>Copyright 1999 Example Inc.</p>",
    ],
)
def test_link_lines_around_a_text_go(html: str) -> None:
    assert left(html) == rendered(POLICY)


@pytest.mark.parametrize(
    "html",
    [
        f"{POLICY}{LINKS}{POLICY}",
        f"<ul><li><a href=/a>Home</a> <a href=/b>Shop</a></li></ul>{POLICY}",
        f"<p>See <a href=/a>our terms</a> and <a href=/b>our rules</a> as well.</p>{POLICY}",
        f"<p><a href=/a>Home</a></p>{POLICY}",
        f"<p>Share</p>{POLICY}",
        f"{POLICY}<p>We share it with <a href=/a>Home</a> <a href=/b>Shop</a></p>",
        f"<p>Print media and the press</p>{POLICY}",
        LINKS,
        f"<hr>{POLICY}<hr>",
    ],
)
def test_other_links_stay(html: str) -> None:
    assert left(html) == rendered(html)
