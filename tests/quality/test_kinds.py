"""Kinds of page that lost text, or kept what is none, in the mark-up of tools in wide use: words that are read, and no
others. The pages lie in kinds.txt; what stands there in an element with the attribute `gone` is no part of a document.
"""

import re
from collections import Counter
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.quality.readers import read_case

WORD = re.compile(r"[^\W_]+")
TARGET = re.compile(r"\]\((?:[^()\\]|\\.)*\)")
PARTS = (
    "<p>Fernhill Ferry carries people and bicycles over the loch. This policy explains what personal information we"
    " collect when you buy a ticket, why we need it and whom we tell.</p>",
    "<p>We collect your name, the boat you took and how many bicycles you brought. We keep the ticket book for five"
    " years, since the harbour office asks for it, and then burn it in the stove.</p>",
    "<p>We never sell personal information and we do not share it with third parties without your consent. The harbour"
    " master may look at the book on Mondays.</p>",
    "<p>You may ask for a copy of your page, have it corrected or erased, and object to its use. Write to the purser at"
    " the pier and we answer within four weeks.</p>",
    "<p>If we change this policy we pin the new one to the door of the ticket office at least a month before it"
    " applies, and we say what is different.</p>",
)
ALL = "".join(PARTS)
NAV = "<nav gone><ul><li><a href=/>Home</a></li><li><a href=/t>Tickets</a></li></ul></nav>"
FOOT = "<footer gone><p>© 2019 Fernhill Ferry. All rights reserved.</p><a href=/privacy>Privacy</a></footer>"
H = "<h1>Our privacy policy</h1>"
NETS = "<h2>Fish and nets</h2><p>The crew may note who brought a net on board, and for how long it lay there.</p>"
BAD_NAMES = (
    "gdpr-section", "ccpa", "cookie-settings", "modal-body", "alert", "consent", "popup-text", "optanon-text",
    "cky-policy", "tooltip", "overlay", "cookie-notice", "loading", "nojs", "related", "widget", "share", "header-text",
)  # fmt: skip
PIECES = {
    "ALL": ALL, "P": PARTS[0], "FLAT": "<br><br>".join(part[3:-4] for part in PARTS) + "<br><br>",
    "H": H, "NAV": NAV, "FOOT": FOOT,
}  # fmt: skip
LAST_SECTION = "{NAV}<main>{H}{ALL}<section id=%s>" + NETS + "</section></main>{FOOT}"
ENTRIES = Path(__file__).with_name("kinds.txt").read_text("utf-8").split("= ")[1:]
PAGES = {name: body for name, _, body in (entry.partition("\n") for entry in ENTRIES)} | {
    f"last section, called {name}": LAST_SECTION % name for name in BAD_NAMES
}


def page(name: str) -> str:
    """A page of the table, with what all have in common."""
    body = PAGES[name].strip()
    for piece, text in PIECES.items():
        body = body.replace(f"{{{piece}}}", text)
    return f"<!DOCTYPE html><html><head><meta charset=utf-8><title>Fernhill</title></head><body>{body}</body></html>"


def seen(html: str) -> Counter[str]:
    """The words that a person reads."""
    tree = LexborHTMLParser(html)
    for element in tree.css("[gone], head"):
        element.decompose()
    assert tree.body is not None
    return Counter(WORD.findall(tree.body.text(separator=" ")))


@pytest.mark.parametrize("name", PAGES)
def test_words_are_those_that_a_person_reads(name: str) -> None:
    html = page(name)
    body, verdict = read_case(html.replace(" gone", "").encode(), "text/html")
    want, got = seen(html), Counter(WORD.findall(TARGET.sub("]", body)))
    assert (want - got, got - want, verdict) == (Counter(), Counter(), "policy")


def test_a_page_of_frames_is_read_where_it_says_its_text_without_them() -> None:
    frames = f"<html><frameset cols='20%,80%'><frame src=a><noframes><body>{H}{ALL}</body></noframes></frameset></html>"
    body, verdict = read_case(frames.encode(), "text/html")
    assert ("harbour master" in body, verdict) == (True, "policy")
