"""Pages to measure with: those of the shared archive where it lies beside the project, else generated ones."""

import os
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = 30
CAPTURES = 20  # a document
PARAGRAPHS = 60
WORDS_A_PARAGRAPH = 55


def shared_archive() -> Path | None:
    folder = Path(os.environ.get("SHARED_DIR", ROOT.parent / "shared")) / "archive"
    return folder if folder.is_dir() else None


def addresses(folder: Path) -> list[str]:
    """The addresses of all pages in a folder's WARC files."""
    found = {}
    for path in sorted([*folder.glob("*.warc"), *folder.glob("*.warc.gz")]):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True):
                if record.rec_type == "response":
                    found[record.rec_headers.get_header("WARC-Target-URI")] = None
    return list(found)


def generate(folder: Path, documents: int = DOCUMENTS, captures: int = CAPTURES, seed: int = 0) -> None:
    """Documents of about 20,000 characters in pages three times as long; each capture has bytes of its own, and every
    third a paragraph changed."""
    chance = random.Random(seed)
    with (folder / "pages.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number in range(documents):
            for place, html in enumerate(_captures(chance, captures)):
                _write(writer, f"https://www.site{number}.example/privacy", f"{2005 + place}-06-01T12:00:00Z", html)


def _write(writer: WARCWriter, url: str, date: str, html: str) -> None:
    http = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
    body = html.encode()
    writer.write_record(
        writer.create_warc_record(
            url, "response", BytesIO(body), len(body), http_headers=http, warc_headers_dict={"WARC-Date": date}
        )
    )


def _captures(chance: random.Random, number: int) -> Iterator[str]:
    words = ["".join(chance.choices("abcdefghiklmnoprstuvw", k=chance.randint(2, 10))) for _ in range(800)]
    words += ["privacy", "information", "personal", "data", "cookies", "we", "your", "policy"] * 20
    paragraphs = [_paragraph(chance, words) for _ in range(PARAGRAPHS)]
    for place in range(number):
        if place % 3 == 2:
            paragraphs[chance.randrange(PARAGRAPHS)] = _paragraph(chance, words)
        yield _page(paragraphs, f"{chance.getrandbits(64):x}")


def _paragraph(chance: random.Random, words: list[str]) -> str:
    return " ".join(chance.choices(words, k=WORDS_A_PARAGRAPH)).capitalize() + "."


def _page(paragraphs: list[str], token: str) -> str:
    menu = "".join(f'<li class="item-{n}"><a href="/page/{n}?token={token}">Page {n}</a></li>' for n in range(120))
    parts = "".join(
        f'<h2 id="s{n}">Section {n}</h2><div class="wrap"><p class="text-{n}">{text}</p></div>'
        for n, text in enumerate(paragraphs)
    )
    script = f"<script>var session = '{token}';{'var filler = 1;' * 800}</script>"
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>Privacy Policy</title>{script}</head><body>'
        f"<nav><ul>{menu}</ul></nav><main><h1>Privacy Policy</h1>{parts}</main><footer>{menu}</footer></body></html>"
    )
