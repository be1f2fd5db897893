# ruff: noqa: PLW0108 - what is called is built first
"""Pages made to harm: each ends with a text or a failure that has a reason, and the next page is read."""

import gzip
from collections.abc import Callable, Iterator

import pytest

from pipelines.exceptions import ReadingFailed
from pipelines.executors.process_pool import Readers
from tests.pipelines.extraction.pages import POLICY, page

MB = 1 << 20
BOMB = "".join(f'<!ENTITY c{level} "{f"&c{level - 1};" * 10}">' for level in range(1, 20))
PAGES: dict[str, Callable[[], bytes]] = {
    "nested 100,000 deep": lambda: ("<div>" * 100_000 + POLICY).encode(),
    "lists nested 100,000 deep": lambda: ("<ul><li>" * 100_000 + POLICY).encode(),
    "tables nested 30,000 deep": lambda: ("<table><tr><td>" * 30_000 + POLICY).encode(),
    "emphasis nested 100,000 deep": lambda: ("<b><i>" * 100_000 + POLICY).encode(),
    "50 MB": lambda: POLICY.encode() * (50 * MB // len(POLICY)),
    "4 MB of one word": lambda: b"<p>" + b"a" * (4 * MB),
    "a million attributes": lambda: "".join(
        f"<div {' '.join(f'a{n}=1' for n in range(1000))}>{POLICY}</div>" for _ in range(1000)
    ).encode(),
    "entity bomb": lambda: f'<!DOCTYPE html [<!ENTITY c0 "aaaaaaaaaa">{BOMB}]><body>&c19;{POLICY}'.encode(),
    "NULs": lambda: b"\0<p>a\0b</p>" * 1000 + POLICY.encode(),
    "lone surrogates": lambda: b"<p>a\xed\xa0\x80b\xed\xbf\xbf" + POLICY.encode() * 20,
    "mixed charsets": lambda: b"<p>caf\xe9 \xc3\xa9 \xff\xfe" + POLICY.encode() + "права".encode("cp1251"),
    "gzip of 200 MB": lambda: gzip.compress(b"privacy " * (25 * MB), 1),
    "control characters by reference": lambda: ("".join(f"&#{code};" for code in range(300)) + POLICY).encode(),
    "200,000 breaks": lambda: ("<br>" * 200_000 + POLICY).encode(),
    "50,000 items": lambda: ("<ul>" + "<li>a" * 50_000 + POLICY).encode(),
    "80,000 cells": lambda: ("<table>" + "<tr><td>a<td>b" * 40_000).encode(),
    "80,000 links": lambda: ("<a href=/x>b</a> " * 80_000).encode(),
    "a class of a megabyte": lambda: f'<div class="{"nav-" * (MB // 4)}">{POLICY}'.encode(),
    "an address of a megabyte": lambda: f'<a href="{"x" * MB}">{POLICY}</a>'.encode(),
    "brackets": lambda: ("[" * 100_000 + "](" * 100_000 + POLICY).encode(),
    "stamps": lambda: ("<p>" + "page was generated on " * 50_000 + POLICY).encode(),
    "a PDF of rubbish": lambda: b"%PDF-1.4\n" + bytes(range(256)) * 400,
    "no end of a tag": lambda: b"<a href='" + POLICY.encode() * 1000,
}


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    started = Readers(2)
    yield started
    started.close()


@pytest.mark.parametrize("name", PAGES)
def test_hostile_pages_end(readers: Readers, name: str) -> None:
    future = readers.submit(page(PAGES[name](), f"http://hostile.example/{name}"))
    after = readers.submit(page(POLICY, f"http://hostile.example/{name}"))
    try:
        assert future.result(timeout=45).body
    except ReadingFailed as failure:
        assert failure.reason != "reading raised", failure.detail  # noqa: PT017 - either end is right, this one is not
    assert after.result(timeout=45).body
