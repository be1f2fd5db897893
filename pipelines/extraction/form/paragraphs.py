"""Two line breaks in a row end a paragraph: how the old web wrote them."""

from dataclasses import replace

from pipelines.extraction.form.inline import Token


def paragraphs(tokens: list[Token]) -> list[list[Token]]:
    """Split the tokens of a block at two or more breaks; what is open goes on in the next paragraph."""
    if _breaks(tokens) < 2:
        return [tokens]
    found: list[list[Token]] = []
    now: list[Token] = []
    opened: list[Token] = []
    waiting: list[Token] = []  # breaks and what stands between them, until it is known whether they split
    for token in tokens:
        if token.kind == "break" or (waiting and not _is_content(token)):
            waiting.append(token)
            continue
        if _breaks(waiting) > 1:
            found.append(_ended(now, opened, waiting))
            now = [replace(token) for token in opened]
        else:
            _follow(opened, waiting)
            now.extend(waiting)
        waiting = []
        _follow(opened, [token])
        now.append(token)
    if _breaks(waiting) > 1:
        waiting = [token for token in waiting if token.ends]
    return [*found, now + waiting]


def _is_content(token: Token) -> bool:
    return token.kind == "image" or (token.kind == "text" and bool(token.value.strip()))


def _breaks(tokens: list[Token]) -> int:
    return sum(token.kind == "break" for token in tokens)


def _follow(opened: list[Token], tokens: list[Token]) -> None:
    for token in tokens:
        if token.opens:
            opened.append(token)
        elif token.ends and opened:
            opened.pop()


def _ended(now: list[Token], opened: list[Token], waiting: list[Token]) -> list[Token]:
    """The paragraph before the breaks, closed; `opened` becomes what is open after them."""
    closing = [Token(token.kind, ends=True) for token in reversed(opened)]
    _follow(opened, waiting)
    return now + closing
