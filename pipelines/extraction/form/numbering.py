"""What stands before the items of a numbered list: `start`, `value`, `reversed` and `type`, as a browser shows them."""

import re

from lxml.html import HtmlElement

ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
         (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
LARGEST_ROMAN = 3999
INTEGER = re.compile(r"\s*([+-]?\d{1,6})(?!\d)")
LETTERED = {
    "lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A", "lower-roman": "i",
    "upper-roman": "I",
}  # fmt: skip
LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:[^;]*?\b(" + "|".join(LETTERED) + r")\b", re.IGNORECASE)


OWN = re.compile(r"\s*(?:\(?(?P<first>\d{1,3}|[a-z]|[ivxlc]{1,5})[.)]|\d{1,2}(?:\.\d{1,3})+\.?)(?=\s)", re.IGNORECASE)
NO_NUMBERS = re.compile(r"list-style(?:-type)?\s*:[^;]*\bnone\b", re.IGNORECASE)
NONE = "none"  # the type of a list whose style says that it has no numbers


def without_double_numbers(body: HtmlElement) -> None:
    """Make plain lists of those that show no numbers, and of those whose items begin with numbers of their own."""
    for listing in list(body.iter("ol")):
        if listing.get("type") == NONE or _has_own_numbers(listing):
            listing.tag = "ul"


def _has_own_numbers(listing: HtmlElement) -> bool:
    items = [child for child in listing if child.tag == "li"]
    found = [OWN.match(next((text for text in item.itertext() if text.strip()), "") + " ") for item in items[:3]]
    if len(items) < 2 or not all(found):
        return False
    return found[0] is not None and (found[0]["first"] or "1").lower() in ("1", "a", "i")


class Numbers:
    """The numbers of one list, in the order of its items."""

    def __init__(self, listing: HtmlElement) -> None:
        self._type = listing.get("type", "1")
        self._step = -1 if listing.get("reversed") is not None else 1
        items = sum(child.tag == "li" for child in listing) if self._step < 0 else 1
        self._next = whole_number(listing.get("start"), items)

    def label(self, item: HtmlElement) -> str:
        """`7.`, `b.` or `iv.`; to be asked once for each item."""
        number = whole_number(item.get("value"), self._next)
        self._next = number + self._step
        return f"{written(number, item.get('type', self._type))}."


def whole_number(text: str | None, default: int) -> int:
    """The number that an attribute begins with."""
    found = INTEGER.match(text) if text else None
    return int(found[1]) if found else default


def written(number: int, kind: str) -> str:
    """A number in letters (`a`, `A`), in Roman numerals (`i`, `I`), or in digits where these have no form for it."""
    kind = kind.strip()
    if number < 1 or kind not in ("a", "A", "i", "I") or (kind in "iI" and number > LARGEST_ROMAN):
        return str(number)
    text = _letters(number) if kind in "aA" else _roman(number)
    return text.upper() if kind.isupper() else text


def styled_type(style: str) -> str:
    """The `type` that a `style` attribute amounts to, or empty."""
    found = LIST_STYLE.search(style)
    return LETTERED[found[1].lower()] if found else NONE if NO_NUMBERS.search(style) else ""


def _letters(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("a") + digit) + text
    return text


def _roman(number: int) -> str:
    text = ""
    for value, sign in ROMAN:
        count, number = divmod(number, value)
        text += sign * count
    return text
