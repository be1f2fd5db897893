"""Pages of the sample archive: one source text, many versions of it, each marked up as pages of its year were.

A source is a small Markdown. Its first line is `# Title`; a line `@ 2-4` says in which versions what follows stands
(`@ 3`, `@ 3-` and `@ 1-` for always); blocks are parted by empty lines. A list or table that follows another of its
kind goes on with it. Inline: `**bold**`, `*italic*`, `[text](address "title")`; a backslash ends a line.
"""

import html
import re
import textwrap
from collections.abc import Iterator
from typing import NamedTuple

_SECTION = re.compile(r"@ (\d+)(?:(-)(\d*))?\s*\Z")
_ITEM = re.compile(r"( *)(\*|\d+\.) (.*)")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)(?: &quot;(.*?)&quot;)?\)")
_LINES_A_PAGE = 52
_MERGED = frozenset({"list", "table"})


class Block(NamedTuple):
    kind: str  # heading, quote, table, list or paragraph
    lines: list[str]


class Text(NamedTuple):
    title: str
    blocks: list[Block]


def read_text(source: str, version: int) -> Text:
    """One version of a source. Raises ValueError where the source has no title."""
    first, _, rest = source.partition("\n")
    if not first.startswith("# "):
        raise ValueError(f"a source begins with '# Title', not with {first[:40]!r}")
    blocks: list[Block] = []
    for lines in _paragraphs(_of_version(rest, version)):
        kind = _kind(lines[0])
        if blocks and kind in _MERGED and blocks[-1].kind == kind:
            blocks[-1].lines.extend(lines)
        else:
            blocks.append(Block(kind, lines))
    return Text(first[2:].strip(), blocks)


def _of_version(source: str, version: int) -> Iterator[str]:
    wanted = True
    for line in source.splitlines():
        if section := _SECTION.match(line):
            low, dash, high = int(section[1]), section[2], section[3]
            wanted = low <= version <= (int(high) if high else 10_000 if dash else low)
            yield ""
        elif wanted:
            yield line


def _paragraphs(lines: Iterator[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            block.append(line.rstrip())
        elif block:
            yield block
            block = []


def _kind(line: str) -> str:
    if line.startswith("## "):
        return "heading"
    if line.startswith("> "):
        return "quote"
    return "table" if line.startswith("| ") else "list" if _ITEM.match(line) else "paragraph"


def as_html(blocks: list[Block], *, old: bool = False) -> str:
    """The blocks as HTML; `old` writes it as it was written in 1999."""
    return "\n".join(_block(block, old) for block in blocks)


def _block(block: Block, old: bool) -> str:
    if block.kind == "heading":
        text = inline(block.lines[0][3:], old=old)
        return f'<H2><FONT COLOR="#003366">{text}</FONT></H2>' if old else f"<h2>{text}</h2>"
    if block.kind == "table":
        return _table(block.lines, old)
    if block.kind == "list":
        return _list([match.groups() for line in block.lines if (match := _ITEM.match(line))], old)
    lines = [line.removeprefix("> ") for line in block.lines]
    text = "\n".join(inline(line, old=old) for line in lines)
    if block.kind == "quote":
        return f"<BLOCKQUOTE>{text}</BLOCKQUOTE>" if old else f"<blockquote><p>{text}</p></blockquote>"
    return f"<P>{text}" if old else f"<p>{text}</p>"


def _table(lines: list[str], old: bool) -> str:
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]
    names = ("th", *["td"] * (len(rows) - 1))
    body = "\n".join(
        "<tr>" + "".join(f"<{name}>{inline(cell, old=old)}</{name}>" for cell in row) + "</tr>"
        for name, row in zip(names, rows, strict=True)
    )
    return f'<TABLE BORDER="1" CELLPADDING="3">\n{body}\n</TABLE>' if old else f"<table>\n{body}\n</table>"


def _list(items: list[tuple[str, ...]], old: bool) -> str:
    """Items as (indent, marker, text); a deeper indent makes a list within the item before."""
    name = "ol" if items[0][1][0].isdigit() else "ul"
    level, out = len(items[0][0]), []
    at = 0
    while at < len(items):
        text, below = inline(items[at][2], old=old), at + 1
        while below < len(items) and len(items[below][0]) > level:
            below += 1
        nested = "\n" + _list(items[at + 1 : below], old) if below > at + 1 else ""
        out.append(f"<LI>{text}{nested}" if old else f"<li>{text}{nested}</li>")
        at = below
    body = "\n".join(out)
    return f"<{name.upper()}>\n{body}\n</{name.upper()}>" if old else f"<{name}>\n{body}\n</{name}>"


def inline(text: str, *, old: bool = False) -> str:
    """One line of source as HTML."""
    strong, em, br = ("B", "I", "<BR>") if old else ("strong", "em", "<br>")
    text = html.escape(text)
    text = _LINK.sub(_anchor, text)
    text = re.sub(r"\*\*(.+?)\*\*", rf"<{strong}>\1</{strong}>", text)
    text = re.sub(r"\*(.+?)\*", rf"<{em}>\1</{em}>", text)
    return text[:-1] + br if text.endswith("\\") else text


def _anchor(match: re.Match[str]) -> str:
    title = f' title="{match[3]}"' if match[3] else ""
    return f'<a href="{match[2]}"{title}>{match[1]}</a>'


def plain(text: str) -> str:
    """One line of source without its marks."""
    return re.sub(r"\*+", "", re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)).rstrip("\\")


def as_pdf(text: Text) -> bytes:
    """The text as a PDF 1.4 in one typeface, a page for every 52 lines, without compression."""
    lines = [text.title, ""]
    for block in text.blocks:
        for line in block.lines:
            marked = line.replace("* ", "- ", 1) if re.match(r" *\* ", line) else line.removeprefix("## ")
            lines += textwrap.wrap(plain(marked), 88, subsequent_indent="  " if block.kind == "list" else "")
        lines.append("")
    pages = [lines[at : at + _LINES_A_PAGE] for at in range(0, len(lines), _LINES_A_PAGE)]
    return _pdf_file(_pdf_objects(text.title, pages))


def _pdf_objects(title: str, pages: list[list[str]]) -> list[bytes]:
    """Objects 1 to 4 are catalogue, page tree, font and title; each page follows with its content."""
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (" + _pdf_string(title) + b") >>",
    ]
    for number, lines in enumerate(pages):
        page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"{page} /Contents {6 + 2 * number} 0 R >>".encode())
        shown = b"\n".join(b"(" + _pdf_string(line) + b") Tj T*" for line in lines)
        stream = b"BT /F1 11 Tf 14 TL 60 780 Td\n" + shown + b"\nET"
        objects.append(b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream")
    return objects


def _pdf_string(text: str) -> bytes:
    return re.sub(rb"([()\\])", rb"\\\1", text.encode("cp1252", "replace"))


def _pdf_file(objects: list[bytes]) -> bytes:
    out, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)
