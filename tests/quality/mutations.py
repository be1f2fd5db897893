"""Pages broken at random."""

import random

SNIPPETS = [
    b"<table><tr><td>", b"</div>", b"<ul><li>", b"</ul></td>", b"<b><i>", b'<a href="', b"<h1>", b"<pre>", b"<!--",
    b"<form>", b"<br><br>", b"&#0;&#x1f;&#xffff;", b"<blockquote>", b"</body></html>", b"<textarea>", b"<select>",
    b"\x00",
    b"<frameset>", b"<svg>", b"<![CDATA[", b'<?xml version="1.0" encoding="utf-16"?>', b'<ol start="-5">',
    b"<font size=+9>", b"</p>", b"<title>", b"<base href='http://[x'>", b"\xff\xfe", b"<th>", b"<tr>", b"<button>",
    b'<a href="&#1;x">', b"<img><li><dl>", b"<noscript>", b"<template>", b"\xed\xa0\x80",
]  # fmt: skip
LONGEST = 200_000


def mutated(body: bytes, chance: random.Random) -> bytes:
    """A page with up to 30 places cut, doubled, reversed, shouted, or filled with rubbish."""
    page = bytearray(body[:LONGEST])
    for _ in range(chance.randint(1, 30)):
        start = chance.randrange(len(page) or 1)
        end = min(len(page), start + chance.randint(1, 2000))
        piece = page[start:end]
        kind = chance.randrange(7)
        if kind == 0:
            del page[start:end]
        elif kind == 1:
            page[start:start] = piece
        elif kind == 2:
            page[start : start + 4] = chance.randbytes(4)
        elif kind == 3:
            page[start:start] = chance.choice(SNIPPETS) * chance.randint(1, 5)
        elif kind == 4:
            page[start:end] = piece.upper()
        elif kind == 5:
            page[start:end] = piece[::-1]
        elif chance.random() < 0.05:
            del page[start:]
    return bytes(page)
