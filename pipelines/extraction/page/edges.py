"""Lines of links before and after a text: how flat pages wrote their navigation."""

import re
from dataclasses import replace

from pipelines.extraction.form.blocks import HEADINGS, Block
from pipelines.extraction.form.inline import Token, words

PROSE = 80  # characters outside links: where the text begins and ends
FEW_LETTERS = 8  # outside links, in a line of links
SMALL_PRINT = 160  # characters that may stand with such a line at the end of a page
TOOLS = re.compile(  # to print or to pass on what is on the page
    r"(?:print|share|e-?mail|save|download|tweet|pin|like|copy link|listen|read aloud|pdf|text size|a[+-]"
    r"|imprimer|partager|télécharger|drucken|teilen|herunterladen|imprimir|compartir|compartilhar|descargar|stampa"
    r"|condividi|afdrukken|delen|skriv ut|dela|udskriv|печать|поделиться|印刷|シェア|打印|分享|인쇄|공유)"
    r"(?: (?:this|the|to|on|by|via|as|in|a|ce|cette|la|le|diese|esta|questa|friend|article|policy|document|pdf|link"
    r"|pages?|seite|página|pagina|policies|version|e-?mail|facebook|twitter|x|linkedin|whatsapp))*",
    re.IGNORECASE,
)
PARTS = re.compile(r"\s*[|·•/,\n]\s*|\s{2,}")
ARROWS = re.compile(r"[>»›→]|/(?= )|(?<= )/")
LETTERS = re.compile(r"[^\W_]")


def without_link_lines(blocks: list[Block]) -> list[Block]:
    """The blocks less the lines of two or more links that stand before the first prose or after the last one."""
    places = range(len(blocks))
    first = next((place for place in places if outside_links(blocks[place].tokens) >= PROSE), None)
    if first is None:
        return blocks
    last = next(place for place in reversed(places) if outside_links(blocks[place].tokens) >= PROSE) + 1
    head = [block for block in blocks[:first] if not _is_link_line(block.tokens, block, FEW_LETTERS)]
    head = [block for block in head if not _is_tools(block)]
    tail = [block for block in blocks[last:] if not _has_link_line(block)]
    head = _without_rules(head, from_end=False) if len(head) < first else head
    tail = _without_rules(tail, from_end=True) if len(tail) < len(blocks) - last else tail
    return head + blocks[first:last] + tail


def without_way_here(blocks: list[Block]) -> list[Block]:
    """The blocks without the way to the page, as it stands before a first heading: "Home > Legal > Privacy"."""
    first = next((place for place, block in enumerate(blocks) if block.kind in HEADINGS), 0)
    return [block for place, block in enumerate(blocks) if place >= first or not _is_way(block, blocks[first])]


def _is_way(block: Block, heading: Block) -> bool:
    """Whether a block is links with arrows between them, and behind the last one at most the heading's words."""
    if block.kind != "p" or not any(token.kind == "link" for token in block.tokens):
        return False
    steps = [step.strip() for step in ARROWS.split(words(block.tokens)) if step.strip()]
    if len(steps) < 2:
        return False
    rest = outside_links(block.tokens)
    return (
        rest == 0
        or rest <= len(LETTERS.findall(steps[-1])) <= len(LETTERS.findall(words(heading.tokens))) + FEW_LETTERS
    )


def without_last_links(blocks: list[Block]) -> list[Block]:
    """The blocks, the last of which ends before its lines of links: flat pages are one block with breaks."""
    if not blocks or blocks[-1].kind != "p" or blocks[-1].path:
        return blocks
    lines = _lines(blocks[-1].tokens)
    kept = len(lines)
    while kept > 1 and (not _said(lines[kept - 1]) or _is_link_line(lines[kept - 1], blocks[-1], FEW_LETTERS)):
        kept -= 1
    rest = [token for line in lines[kept:] for token in line]
    if not any(map(_said, lines[kept:])) or sum(token.opens for token in rest) != sum(token.ends for token in rest):
        return blocks
    end = sum(map(len, lines[:kept])) + kept - 1
    return [*blocks[:-1], replace(blocks[-1], cells=[blocks[-1].tokens[:end]])]


def _said(tokens: list[Token]) -> bool:
    return any(token.value.strip() for token in tokens if token.kind == "text")


def _has_link_line(block: Block) -> bool:
    """Whether there is such a line in a block, with no more than small print around it."""
    if block.kind != "p" or outside_links(block.tokens) > SMALL_PRINT:
        return False
    return any(_is_link_line(line, block, FEW_LETTERS) for line in _lines(block.tokens))


def _is_link_line(tokens: list[Token], block: Block, most: int) -> bool:
    links = sum(token.kind == "link" and token.opens for token in tokens)
    if block.kind != "p" or block.path or links < 2:
        return False
    return outside_links(tokens) <= most or TOOLS.fullmatch(_beside_links(tokens).strip(" :\xa0")) is not None


def _beside_links(tokens: list[Token]) -> str:
    """All of a line that is no link, such as "Share this:"."""
    inside, said = False, ""
    for token in tokens:
        if token.kind == "link":
            inside = token.opens
        elif token.kind == "text" and not inside:
            said += token.value
    return " ".join(said.split())


def _is_tools(block: Block) -> bool:
    """Whether a line is what the page may be printed or passed on with; one word alone may be anything."""
    if block.kind != "p" or block.path:
        return False
    text = words(block.tokens).strip()
    parts = [part for part in PARTS.split(text) if part.strip()]
    if not parts or not all(TOOLS.fullmatch(part.strip()) for part in parts):
        return False
    return len(parts) > 1 or " " in text or any(token.kind == "link" for token in block.tokens)


def _lines(tokens: list[Token]) -> list[list[Token]]:
    lines: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind == "break":
            lines.append([])
        else:
            lines[-1].append(token)
    return lines


def outside_links(tokens: list[Token]) -> int:
    """Letters and digits outside links."""
    inside, count = False, 0
    for token in tokens:
        if token.kind == "link":
            inside = token.opens
        elif token.kind == "text" and not inside:
            count += sum(map(str.isalnum, token.value))
    return count


def _without_rules(blocks: list[Block], *, from_end: bool) -> list[Block]:
    """The blocks without the rules that set the lines off: at the start of the page, or at its end."""
    place = -1 if from_end else 0
    while blocks and blocks[place].kind == "hr":
        blocks = blocks[:-1] if from_end else blocks[1:]
    return blocks
