"""No word that a browser would show is lost in parsing: broken pages, seen by another parser that follows HTML's rules.

`MUTATIONS=2000` runs as many as were run before this was published.
"""

import os
import random
import re
from collections import Counter
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from pipelines.extraction.form.parse import UNREADABLE, parse
from tests.quality.mutations import mutated
from tests.quality.test_shared import load

MUTATIONS = int(os.environ.get("MUTATIONS", "120"))
LETTER = re.compile(r"\w")
FEW = 30  # behind a tag that is never closed and whose quoted values hold many tags
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
UNSEEN = "head, title, script, style, template, noscript, iframe, noframes, noembed"
ENDS = [
    b"</body></html>", b"</html><html><head><title>x</title></head><body bgcolor=white>", b"<wbr>", b"<embed src=a>",
    b"<source src=a>", b"<track>", b"<keygen>", b"<param name=a>", b"</body>", b"<wbr/>", b"<body>", b"</head>",
    b"<div>" * 300, b"<b>" * 260, b"<ul><li>" * 140,
]  # fmt: skip
OURS = [path.read_bytes() for path in sorted((Path(__file__).parent / "pages").glob("*.html"))]


def letters(html: str) -> Counter[str]:
    """What a browser shows of a page; letters, since a tag cut in two may end a word elsewhere."""
    tree = LexborHTMLParser(html)
    for element in tree.css(UNSEEN):
        element.decompose()
    if not tree.body:
        return Counter()
    # a text field shows tags as they are written: they are no words of a page, and its text is in the tree without them
    fields = [TAG.sub(" ", field.text()) for field in tree.css("textarea")]
    for field in tree.css("textarea"):
        field.decompose()
    return Counter(LETTER.findall(" ".join([tree.body.text(separator=" "), *fields])))


def lost(html: str) -> str:
    """The letters that are shown and are not in the tree."""
    html = UNREADABLE.sub("", html).replace("\ufffd", "")
    seen = letters(html)
    return "".join((seen - Counter(LETTER.findall("".join(parse(html).itertext())))).elements()) if seen else ""


def broken(pages: list[bytes], chance: random.Random) -> str:
    page = bytearray(mutated(chance.choice(pages), chance))
    for _ in range(chance.randint(0, 3)):
        place = chance.randrange(len(page) + 1)
        page[place:place] = chance.choice(ENDS)
    return page.decode("utf-8", "replace")


def test_broken_pages_keep_their_words() -> None:
    chance = random.Random(20120101)
    found = [lost(broken(OURS, chance)) for _ in range(MUTATIONS)]
    assert [letters for letters in found if len(letters) > FEW] == []


def test_broken_real_pages_keep_their_words(shared: Path) -> None:
    score = load(shared / "reading" / "score.py", "reading_score")
    pages = [row["html"].encode() for row in score.load(shared / "reading" / "dev.jsonl.gz")][::9]
    pages += [path.read_bytes() for path in sorted((shared / "golden").glob("*/page.html"))]
    chance = random.Random(20030101)
    found = [lost(broken(pages, chance)) for _ in range(MUTATIONS // 3)]
    assert [letters for letters in found if len(letters) > FEW] == []


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.decode()[:12])
def test_what_follows_such_a_tag_stays(end: bytes) -> None:
    assert lost(f"<html><body><p>one {end.decode()}two</p><p>three</p><h2>four</h2></body></html><p>five") == ""


@pytest.mark.parametrize(
    "told",
    ["wider <<wbr>than that", "one &<wbr>lt; two", "one &am<embed src=a>p; two",
     'one <a href=">"<wbr>two three</a> four', 'one <a title="<b><i>x</i>"</body>two three</a> four',
     "one <b< <keygen>two</b> three", "one <textarea>two <b>three</b></body> four</textarea> five"],
)  # fmt: skip
def test_a_tag_that_is_taken_out_makes_no_markup_of_the_text_around_it(told: str) -> None:
    assert lost(f"<html><body><p>{told}</p><p>and more</p></body></html>") == ""
