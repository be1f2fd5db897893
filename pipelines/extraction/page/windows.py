"""Windows that ask for consent, told by what they are: a few words on cookies, something to press that says yes or no,
and a place beside the text. Their names differ from site to site.
"""

import re

from lxml.html import HtmlElement

from pipelines.extraction.page.layout import HEADINGS
from pipelines.extraction.page.weights import Weights

LONGEST = 1200  # characters of such a window
LONGEST_ANSWER = 40  # characters of what is pressed
MOST_PROSE = 0.5  # of a page's: a page may be nothing else
MAIN = ("main", "article")
TEXT = frozenset({"p", "ul", "ol", "dl", "table", "blockquote", *HEADINGS})
BLOCKS = ("div", "section", "aside", "form", "dialog", "nav", "footer", "header", "center")
ANSWER = re.compile(
    r"\W*(?:(?:yes,? )?(?:i )?(?:accept|agree|allow|consent|understand)(?: (?:to )?(?:all|and (?:close|continue)|it))?"
    r"(?: cookies)?|ok(?:ay)?|got it|understood|(?:reject|decline|deny|refuse)(?: all)?(?: cookies)?|no,? thanks"
    r"|(?:alle |cookies )*(?:akzeptieren|zulassen|annehmen|ablehnen|erlauben)|einverstanden|zustimmen|verstanden"
    r"|(?:tout |j.)?accepter?(?: tout)?|(?:tout )?refuser|d.accord|j.ai compris"
    r"|(?:aceptar|rechazar|acepto|permitir)(?: todo| todas)?(?: las cookies)?|entendido|de acuerdo"
    r"|(?:accetta|rifiuta|accetto)(?: tutti| tutto)?(?: i cookie)?|ho capito"
    r"|(?:aceitar|rejeitar|aceito|concordo|permitir)(?: todos)?(?: os cookies)?|entendi"
    r"|(?:alles )?(?:accepteren|weigeren|toestaan)|akkoord|begrepen|(?:acceptera|godkänn|neka|tillåt)(?: alla)?"
    r"|(?:accepter|tillad|afvis|godta|avvis)(?: alle)?|hyväksy(?: kaikki)?|akceptuj[ęe]?(?: wszystkie)?|zgadzam się"
    r"|odrzuć|rozumiem|(?:přijmout|souhlasím|prijať|súhlasím)(?: vše)?|elfogad(?:om)?|rendben|accept|de acord"
    r"|принять(?: все)?|согласен|принимаю|прийняти|приемам|хорошо|понятно|kabul (?:et|ediyorum)|αποδοχή|συμφωνώ"
    r"|同意(?:する|します)?|承諾する|接受|全部接受|拒绝|拒否する|동의(?:함|합니다)?|수락|אישור|מסכים|موافق|قبول|ยอมรับ"
    r"|đồng ý)\W*",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"cookie|consent|çerez|eväste|süti|küpsis|slapuk|sīkdat|ciasteczk|куки|кукі|クッキー|쿠키|כוגי|עוגי|كوكي|คุกกี้", re.I
)


def window_around(pressed: HtmlElement, page: int, weights: Weights) -> HtmlElement | None:
    """The window that a button or a link to nowhere answers, if it lies in one; `page` is the prose of all of it."""
    if not _is_answer(pressed):
        return None
    window = None
    for outer in pressed.iterancestors():
        size = weights.total.get(outer, LONGEST + 1)
        if outer.tag in (*MAIN, "body") or size > LONGEST or outer.find(".//h1") is not None:
            break
        window = outer if outer.tag in BLOCKS else window
    if window is None or weights.prose[window] > MOST_PROSE * page or _is_in_text(window, weights):
        return None
    return window if SUBJECT.search("".join(window.itertext())) else None


def leads_away(link: HtmlElement) -> bool:
    href = link.get("href")
    return href is not None and href != "" and not href.startswith(("#", "javascript:", "JavaScript:"))


def _is_answer(pressed: HtmlElement) -> bool:
    """Whether it says yes or no."""
    text = "".join(pressed.itertext())
    return len(text) <= LONGEST_ANSWER and ANSWER.fullmatch(" ".join(text.split())) is not None


def _is_in_text(element: HtmlElement, weights: Weights) -> bool:
    """Whether it lies in the main part, between paragraphs, or behind one with a title of its own."""
    if any(outer.tag in MAIN for outer in element.iterancestors()) or is_between_text(element, weights):
        return True
    titled = any(element.find(f".//{heading}") is not None for heading in HEADINGS)
    return titled and _is_text_beside(element, weights, preceding=True)


def is_between_text(element: HtmlElement, weights: Weights) -> bool:
    """Whether it stands right between two paragraphs, headings, lists or tables."""
    return all(_is_text_beside(element, weights, preceding=preceding) for preceding in (True, False))


def _is_text_beside(element: HtmlElement, weights: Weights, *, preceding: bool) -> bool:
    siblings = element.itersiblings(preceding=preceding)
    beside = next((one for one in siblings if weights.total.get(one)), None)
    return beside is not None and beside.tag in TEXT
