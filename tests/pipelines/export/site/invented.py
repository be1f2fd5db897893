"""A corpus of texts that try to run something, of one in Arabic, and what tests read in a site."""

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin

from pipelines.export.base import Report
from pipelines.export.site.contents import publish
from pipelines.export.site.names import SiteSettings
from pipelines.items.captures import DocumentKey
from pipelines.items.readings import Reading, Verdict
from pipelines.store import runs
from tests.desk import Desk, row

SOUK = "http://souk.example/privacy"
TRICKS = "http://tricks.example/terms"
DOCUMENTS = (
    (SOUK, DocumentKey("souk.example", "privacy policy")),
    (TRICKS, DocumentKey("tricks.example", "terms of service", "b")),
)
ARABIC = "## ما نجمعه\n\nنحن نجمع اسمك{} وعنوانك عندما تطلب منا شيئا.\n\n* الاسم\n* العنوان\n"
HOSTILE = (
    "<script>ran(1)</script>",
    "<img src=x onerror=ran(2)>",
    "[a](javascript:ran(3))",
    "![a](http://elsewhere.example/a.png)",
    "![a](x.png)",
    "<svg onload=ran(4)>",
    "</title></article></main><script>ran(5)</script>",
    "[a](JaVaScRiPt:ran(6))",
    "[a](data:text/html,<script>ran(7)</script>)",
    "<iframe src=//elsewhere.example></iframe>",
    "<a href=javascript:ran(8)>a</a>",
    "[a](vbscript:ran(9))",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//elsewhere.example/a.css>",
    "<meta http-equiv=refresh content=0;url=//elsewhere.example>",
    "<base href=//elsewhere.example/>",
    "`<script>ran(10)</script>`",
    "```\n</pre><script>ran(11)</script>\n```",
    "<!-- <script>ran(12)</script> -->",
    "<![CDATA[<script>ran(13)</script>]]>",
    "]]><script>ran(14)</script>",
    '[a](http://a.example/"onmouseover="ran(15))',
    "[a](http://a.example 'x\" onclick=\"ran(16)')",
    '<http://a.example/"onclick=ran(17)>',
    "<javascript:ran(18)>",
    '"); ran(19); ("',
    "'); ran(20); ('",
    "`${ran(21)}`",
    "</script><script>ran(22)</script>",
    "\u2028ran(23)\u2028",
    "{{ ran(24) }} {% raw %}",
    "&lt;script&gt;ran(25)&lt;/script&gt;",
    "&#60;script&#62;ran(26)&#60;/script&#62;",
    "# </h1><script>ran(27)</script>",
    "* <details open ontoggle=ran(28)>",
    "| <script>ran(29)</script> | b |\n|---|---|\n| <img src=x onerror=ran(30)> | c |",
    "> <video><source onerror=ran(31)></video>",
    "**<b onclick=ran(32)>**",
    "~~<input autofocus onfocus=ran(33)>~~",
    "[ref]: javascript:ran(34)\n\n[ref]",
    "<math><mtext></mtext><mglyph><style></math><img src onerror=ran(35)>",
    "\x00\x01\x0b\x1b[31m\x7f\x9b",
    "\u202e\u2066\ufffe\ufeff",
    "\U0001f468\u200d\U0001f469 \U000e0001",
    "<xmp><p title='</xmp><img src onerror=ran(36)>'>",
    "<form action=//elsewhere.example><button>a</button></form>",
    "<object data=//elsewhere.example></object>",
    "<noscript><p title='</noscript><img src onerror=ran(37)>'>",
    "<textarea></textarea><script>ran(38)</script>",
    "<plaintext>",
)


class Growing:
    """A corpus of DOCUMENTS that grows run by run."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk(folder, *DOCUMENTS)
        self._runs = 0

    def run(self, *texts: tuple[str, str, str, str]) -> None:
        """A run that reads these: address, time, language and text."""
        self._runs += 1
        day = f"2026-01-{self._runs:02}"
        runs.begin(self.desk.db, runs.RunStart(f"run-{self._runs}", "crawl", f"{day}T00:00:00Z"))
        for url, moment, language, text in texts:
            capture = row(moment, text, original=url)
            self.desk.listed(capture, url=url)
            self.desk.plan()
            digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
            title = text.splitlines()[0][:80]
            how = Reading(title, text, language, 0.9, "utf-8", len(text.split()), digest, Verdict.POLICY, ("so",))
            self.desk.read(capture, how)
        self.desk.corpus.derive_waiting()

    def close(self) -> None:
        self.desk.close()


def make_hostile(folder: Path) -> None:
    """A corpus of all HOSTILE texts, one a version, and of two in Arabic."""
    made = Growing(folder)
    tricks = [
        (TRICKS, f"2004{at // 28 + 1:02}{at % 28 + 1:02}", "en", f"Text {at}\n\n{text}\n")
        for at, text in enumerate(HOSTILE)
    ]
    made.run((SOUK, "2019", "ar", ARABIC.format("")), (SOUK, "2021", "ar", ARABIC.format(" ورقم هاتفك")), *tricks)
    made.close()


def published(corpus: Path, to: Path, *, search: bool = False, **settings: str) -> Report:
    """Publish without a word."""
    return publish(corpus, to, SiteSettings(**settings, search=search), lambda *_: None)


class _Addresses(HTMLParser):
    """What a page asks for, and where its links lead; the names of its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attributes:
            if name in ("src", "srcset", "data", "poster") or (name == "href" and tag == "link"):
                self.asked.append(value or "")
            elif name == "href":
                self.links.append(value or "")
            elif name.startswith("on") or name in ("style", "srcdoc", "action"):
                self.handlers.append(name)


def addresses(page: Path) -> _Addresses:
    """What a page asks for and links to."""
    found = _Addresses()
    found.feed(page.read_text("utf-8"))
    return found


def dead_links(root: Path) -> list[tuple[str, str]]:
    """Links and requests within a site that lead nowhere, or out of it."""
    dead = []
    for page in sorted(root.rglob("*.html")):
        found = addresses(page)
        for link in [*found.asked, *found.links]:
            if re.match(r"(https?|mailto|data):", link):
                continue
            target = unquote(urljoin(page.as_uri(), link).removeprefix("file://").partition("#")[0])
            if not Path(target).is_file() or root not in Path(target).parents:
                dead.append((str(page.relative_to(root)), link))
    return dead
