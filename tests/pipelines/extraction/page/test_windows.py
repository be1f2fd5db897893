"""Windows that ask for consent go whatever they are called; what the document says of cookies stays."""

import pytest

from tests.pipelines.extraction.pages import POLICY, reading

TEXT = f"<h1>Privacy</h1>{POLICY}<h2>Nets</h2>{POLICY.replace('customers', 'fishers')}"
ASKED = "<p>GONE We set cookies on this site to count the boats and to show you nets that you may like.</p>"


@pytest.mark.parametrize(
    "window",
    [
        f"<div class=q7>{ASKED}<button>Accept all</button> <button>Reject</button></div>",
        f"<div class=q7><h3>GONE Your choice</h3>{ASKED}<div><button>OK</button></div></div>",
        f"<div role=region>{ASKED}<a href='#'>I agree</a> <a href=/cookies>GONE More</a></div>",
        f"<section>{ASKED}<a class=b>Got it!</a></section>",
        f"<div class=q7>{ASKED}<button>Alle akzeptieren</button></div>",
        f"<div class=q7>{ASKED}<button>Tout refuser</button></div>",
        "<div class=q7><p>GONE 当サイトではクッキーを使用しています。</p><button>同意する</button></div>",
    ],
)
@pytest.mark.parametrize("page", ["{0}<div>{1}</div>", "<main>{1}</main>{0}"])
def test_a_window_beside_the_text_goes(page: str, window: str) -> None:
    body = reading(page.format(window, TEXT)).body
    assert "GONE" not in body
    assert body.count("personal information") == 2


@pytest.mark.parametrize(
    "section",
    [
        f"<div class=q7>{ASKED}<a href=/shop>OK</a></div>",  # leads on
        f"<div class=q7>{ASKED.replace('cookies', 'nets')}<button>OK</button></div>",
        f"<div class=q7>{ASKED}<button>Show the cookies</button></div>",
        f"<div class=cookie-settings><h2>Cookies</h2>{ASKED}<button>Accept</button></div>",
    ],
)
def test_a_section_of_the_text_stays(section: str) -> None:
    assert "GONE" in reading(f"<main>{TEXT}{section}<h2>Rods</h2>{POLICY.replace('customers', 'sailors')}</main>").body


def test_a_last_section_of_a_flat_text_stays() -> None:
    assert "GONE" in reading(f"{TEXT}<div><h2>Cookies</h2>{ASKED}<button>Accept</button></div>").body


def test_a_page_that_is_all_about_it_stays() -> None:
    assert "GONE" in reading(f"<div>{ASKED * 3}<button>Accept</button></div>").body
