"""Rebuild of invented captures by the hundred thousand: seconds by tenths, and the memory of parent and readers.

    python -m tests.bench.rebuild_synthetic [CAPTURES [TEXTS]]

Every page has bytes of its own: a token in a script, a comment and a hidden field change with each fetch. Its text is
one of few.
"""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import psutil

from pipelines.formats.digests import cdx_digest
from pipelines.formats.surt import urlkey
from pipelines.items.captures import Capture, DocumentKey, HttpAnswer, Memento, Target
from pipelines.warc.writer import WarcWriter
from tests.bench.rebuilding import timed_rebuild

TEXTS_A_DOCUMENT = 6
_WORDS = """we you our your personal data information policy privacy collect use share process store protect cookies
    service account address consent purposes partners rights request delete access security third parties law period
    contact visit website provide legal basis interest payment order newsletter""".split()  # noqa: SIM905 - a list would be no easier to read


@dataclass
class Measured:
    """Seconds of each tenth of the pages, and the most memory in MB of the parent and of a reader."""

    captures: int
    tenths: list[float] = field(default_factory=list)
    parent: float = 0.0
    reader: float = 0.0
    seconds: float = 0.0

    @property
    def last_beside_first(self) -> float:
        return self.tenths[-1] / self.tenths[0]

    def __str__(self) -> str:
        return (
            f"{self.captures:,} captures in {self.seconds:.0f} s; first tenth {self.tenths[0]:.1f} s, "
            f"last {self.tenths[-1]:.1f} s ({self.last_beside_first:.2f} times); "
            f"parent {self.parent:.0f} MB, reader {self.reader:.0f} MB"
        )


def page(text: int, token: int) -> bytes:
    """An invented page: its text follows from the first number, what surrounds it from the second."""
    words, noise = random.Random(text), random.Random(token)
    paragraphs = "".join(f"<p>{' '.join(words.choices(_WORDS, k=60)).capitalize()}.</p>" for _ in range(12))
    nonce = f"{noise.getrandbits(96):024x}"
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Privacy Policy</title>"
        f'<script nonce="{nonce}">var t="{nonce}";</script></head><body><!-- {nonce} --><nav><a href="/">Home</a></nav>'
        f'<main><h1>Privacy Policy</h1>{paragraphs}<form><input type=hidden name=csrf value="{nonce}"></form></main>'
        f"<footer><p>All rights reserved</p></footer></body></html>"
    ).encode()


def mementos(captures: int, texts: int) -> Iterator[Memento]:
    """Captures of many documents in turn, as a crawl of many sites meets them; each text stays for a while."""
    documents = max(texts // TEXTS_A_DOCUMENT, 1)
    each = max(captures // documents, 1)
    for number in range(each):
        for document in range(documents):
            url = f"http://site{document}.example/privacy"
            version = number * TEXTS_A_DOCUMENT // each
            body = page(document * TEXTS_A_DOCUMENT + version, document * each + number)
            timestamp = f"{2000 + number // 336:04}{number // 28 % 12 + 1:02}{number % 28 + 1:02}{document % 86400:06}"
            capture = Capture(urlkey(url), timestamp, url, "text/html", "200", cdx_digest(body), str(len(body)))
            answer = HttpAnswer(url, 200, (("Content-Type", "text/html"),), body, "2026-01-01T00:00:00Z")
            yield Memento(capture, timestamp, answer)


def _targets(texts: int) -> Iterator[Target]:
    for document in range(max(texts // TEXTS_A_DOCUMENT, 1)):
        site = f"site{document}.example"
        yield Target(f"http://{site}/privacy", DocumentKey(site, "privacy policy"))


def measure(captures: int, texts: int, workers: int) -> Measured:
    """Make the captures, and a corpus of them."""
    with tempfile.TemporaryDirectory() as name:
        count = 0
        with WarcWriter(Path(name) / "warc", "20260101T000000Z-000000") as writer:
            for memento in mementos(captures, texts):
                writer.write_memento(memento)
                count += 1
        measured, marks = Measured(count), list[tuple[int, float]]()

        def watch(what: str, done: int, todo: int) -> None:
            _weigh(measured)
            if what == "pages read":
                marks.append((done, time.perf_counter()))

        measured.seconds = timed_rebuild(Path(name), workers, targets=_targets(texts), progress=watch)
        measured.tenths = _tenths(marks, count)
        return measured


def _weigh(measured: Measured) -> None:
    parent = psutil.Process()
    measured.parent = max(measured.parent, parent.memory_info().rss / 1e6)
    for child in parent.children(recursive=True):
        try:
            measured.reader = max(measured.reader, child.memory_info().rss / 1e6)
        except psutil.NoSuchProcess:
            continue


def _tenths(marks: list[tuple[int, float]], count: int) -> list[float]:
    """Seconds between the first marks at or behind each tenth; what comes before the first mark is start-up."""
    edges = [marks[0][0] + (count - marks[0][0]) * tenth // 10 for tenth in range(11)]
    times = [next(time for done, time in marks if done >= edge) for edge in edges]
    return [later - earlier for earlier, later in pairwise(times)]


if __name__ == "__main__":
    print(measure(*(int(text) for text in [*sys.argv[1:], *("100000", "3000")[len(sys.argv) - 1 :]]), workers=2))
