"""Text of a page as Markdown that says the same and can do nothing: no HTML, no links but ours.

Escapes stand where a renderer would see more than words: before `<` of a tag or an autolink, before the bracket that
would make a link or say where one leads, before `&` of a character reference, and before a backslash that would take
an escape away. What follows may stand in the next piece of text (`<<span>b`), so pieces are looked at together.
"""

import re
from collections import deque
from collections.abc import Sequence
from itertools import pairwise

from pipelines.extraction.form.parse import UNREADABLE

REFERENCE = r"&(?=\#?[0-9a-zA-Z]{1,32};)"
_ACTIVE = re.compile(
    rf"""\\(?=[!-/:-@\[-`{{-~]|\Z)         # a backslash that would escape
      | <(?=[a-zA-Z/!?])                 # a tag, a comment, an autolink
      | \](?=[(\[:])                     # a link, an image, where a reference leads
      | !(?=\[)                          # an image
      | {REFERENCE}
    """,
    re.VERBOSE,
)
_ANY = re.compile(r"[\\<\]&!]")


def inert(text: str) -> str:
    """One piece of text, escaped."""
    return inert_pieces([text])[0]


def inert_pieces(pieces: Sequence[str]) -> list[str]:
    """Pieces that may come to stand side by side, each escaped. A backslash at the end of one is always escaped: what
    follows may be markup of ours."""
    texts = [piece if piece.isprintable() else UNREADABLE.sub("", piece) for piece in pieces]
    whole = "".join(texts)
    if not _ANY.search(whole):
        return texts
    places = deque(found.start() for found in _ACTIVE.finditer(whole))
    start = 0
    for number, text in enumerate(texts):
        inside = []
        while places and places[0] < start + len(text):
            inside.append(places.popleft() - start)
        start += len(text)
        texts[number] = _with_backslashes(text, inside)
    return texts


def _with_backslashes(text: str, places: list[int]) -> str:
    last = len(text) - 1
    if text.endswith("\\") and places[-1:] != [last]:
        places.append(last)
    return "\\".join(text[start:end] for start, end in pairwise([0, *places, len(text)]))
