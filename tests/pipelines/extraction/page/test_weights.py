from pipelines.extraction.page.weights import is_link, length, weigh
from tests.pipelines.extraction.pages import body_of


def test_links_are_no_prose() -> None:
    body = body_of("<p>four<a href=/x>seven77</a>tail</p>")
    weights = weigh(body)
    assert weights.total[body] == 15
    assert weights.prose[body] == 8
    assert weights.link_share(body) == 7 / 15


def test_links_inside_the_page_are_prose() -> None:
    link = body_of("<a href=#part>x</a>").find("a")
    assert link is not None
    assert not is_link(link)


def test_an_empty_fragment_is_a_button_of_a_menu() -> None:
    link = body_of("<a href=#>x</a>").find("a")
    assert link is not None
    assert is_link(link)


def test_white_space_weighs_little() -> None:
    assert length("  a \n\n  b  ") == 3
    assert length(None) == 0


def test_what_leaves_makes_its_parents_lighter() -> None:
    body = body_of("<div><p>four</p><p>12345</p></div>")
    weights = weigh(body)
    weights.take(next(body.iter("p")))
    assert weights.total[body] == weights.prose[body] == 5


def test_runs_are_texts_of_some_length() -> None:
    body = body_of(f"<p>short</p><p>{'long enough ' * 5}</p><a href=/x>{'a link that is long enough ' * 3}</a>")
    assert weigh(body).runs[body] == 59
