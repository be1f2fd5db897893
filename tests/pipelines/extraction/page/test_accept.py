from pipelines.extraction.page.accept import accepted, words
from tests.pipelines.extraction.pages import POLICY, blocks


def kept(html: str) -> tuple[str, bool]:
    found, is_text = accepted(blocks(html))
    return " ".join(words(block.tokens) for block in found), is_text


def test_a_text_is_found() -> None:
    text, found = kept(POLICY * 5)
    assert found
    assert text.count("personal information") == 5


def test_loose_lines_stay_though_each_is_a_share_word() -> None:
    text, _ = kept(f"{POLICY * 5}<p>We collect:</p><p>Name</p><p>Email</p><dl><dt>Facebook<dd>adverts</dl>{POLICY}")
    assert "Email" in text
    assert "Facebook" in text


def test_prose_items_links_and_addresses_stay_whatever_is_said_of_them() -> None:
    text, _ = kept(
        f"{POLICY * 5}<ul><li>Facebook</li></ul><h3>Print</h3><p><a href=/x>Google</a></p><p>a@b.example</p>"
        "<table><tr><td>Mail</td><td>PDF</td></tr></table>"
    )
    for word in ("Facebook", "Print", "Google", "a@b.example", "Mail"):
        assert word in text


def test_nothing_is_no_text() -> None:
    assert accepted([]) == ([], False)
