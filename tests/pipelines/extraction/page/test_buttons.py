"""Buttons that open a panel are its title, however they are put beside it; those that do something else are not."""

import pytest

from tests.pipelines.extraction.pages import POLICY, reading


def parts(form: str) -> str:
    return "".join(form.format(f"Title {n}", POLICY.replace("customers", f"customers of net {n}")) for n in range(3))


@pytest.mark.parametrize(
    "form",
    [
        "<button>{0}</button><div>{1}</div>",
        "<div><button>{0}</button><div>{1}</div></div>",
        "<div><div><button><span>{0}</span></button></div><div>{1}</div></div>",
        "<div><div><div><button>{0}</button></div></div><section>{1}</section></div>",
        "<button>{0}</button>{1}",
        "<button>{0}</button><ul><li>{1}</ul>",
        "<h3><button>{0}</button></h3>{1}",
        "<details><summary><button>{0}</button></summary>{1}</details>",
    ],
)
def test_titles_of_panels_stay(form: str) -> None:
    body = reading(f"<main><h1>Privacy</h1>{POLICY}{parts(form)}</main>").body
    order = [body.index(said) for n in range(3) for said in (f"Title {n}", f"customers of net {n}")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    "form",
    ["<h3>{0} <button>Copy</button></h3>{1}", "<h3>{0}</h3>{1}<div><button>Copy</button></div>"],
)
def test_other_buttons_go(form: str) -> None:
    body = reading(f"<main><h1>Privacy</h1>{POLICY}{parts(form)}</main>").body
    assert "Title 2" in body
    assert "Copy" not in body


def test_one_button_before_a_panel_may_be_anything() -> None:
    assert "Go" not in reading(f"<main><h1>Privacy</h1>{POLICY}<button>Go</button><div>{POLICY}</div></main>").body
