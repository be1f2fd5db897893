"""How long a crawl takes beside reading alone on the same pages, and beside requests one after the other."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import wait
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from crawler.archives.addresses import filled
from pipelines.executors.process_pool import Readers
from pipelines.executors.second_readings import ask_second
from pipelines.items.captures import WarcLocation
from pipelines.items.readings import Page
from pipelines.store.database import open_corpus, open_for_reading, recording
from pipelines.warc.reader import read_memento

ROOT = Path(__file__).parent.parent.parent
_LOOK = 0.1  # seconds between two looks at a process's memory


@dataclass(frozen=True)
class Crawl:
    """A crawl through the command line, from start to end. Memory in bytes: its own, and with its readers."""

    seconds: float
    memory: int
    memory_with_readers: int


@contextmanager
def served(folder: Path, latency: float = 0, trouble: Sequence[str] = ()) -> Iterator[str]:
    """The address of a process that serves a folder of WARC files; `latency` seconds before each answer, and further
    options of `serve-archive`."""
    command = [sys.executable, "-m", "scrapy", "serve-archive", str(folder), "--port", "0", "--with-parent"]
    command += ["--latency", str(latency), *trouble]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        try:
            found = re.search(r"http://\S+", server.stdout.readline())
            if found is None:
                raise RuntimeError("the archive did not start")
            yield found[0]
        finally:
            server.terminate()


def crawl(base: str, targets: Path, corpus: Path, workers: int, further: Mapping[str, object] | None = None) -> Crawl:
    settings = {
        "WAYBACK_URL": base,
        "CORPUS_DIR": corpus,
        "WAYBACK_CDX_PER_MINUTE": 0,
        "WAYBACK_REPLAY_PER_MINUTE": 0,
        "READERS": workers,
        "SELECT": "all",
        **(further or {}),
    }
    options = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "scrapy", "crawl", "policies", "-a", f"targets={targets}", *options]
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    peaks = [0, 0]
    watch = threading.Thread(target=_watch, args=(psutil.Process(process.pid), peaks))
    watch.start()
    _, errors = process.communicate()
    watch.join()
    if process.returncode not in (0, 1):
        raise RuntimeError(f"the crawl ended with {process.returncode}: {errors[-2000:]}")
    return Crawl(time.monotonic() - start, *peaks)


def _watch(process: psutil.Process, peaks: list[int]) -> None:
    try:
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            own = process.memory_info().rss
            peaks[0] = max(peaks[0], own)
            peaks[1] = max(peaks[1], own + sum(child.memory_info().rss for child in process.children(recursive=True)))
            time.sleep(_LOOK)
    except psutil.NoSuchProcess:
        return


@dataclass(frozen=True)
class Fetched:
    """A page that a crawl fetched and read: where it asked, and what it got."""

    requested: str
    page: Page


def fetched(corpus: Path) -> list[Fetched]:
    """The pages a crawl fetched, in the order they came."""
    with closing(open_for_reading(corpus)) as db:
        rows = db.execute(
            "SELECT file, offset, snapshot.length, requested, original FROM snapshot "
            "JOIN capture ON capture.id = capture_id WHERE redirect_to = '' ORDER BY file, offset"
        ).fetchall()
    return [_fetched(corpus, WarcLocation(*row[:3]), *row[3:]) for row in rows]


def _fetched(corpus: Path, location: WarcLocation, requested: str, original: str) -> Fetched:
    memento = read_memento(corpus / "warc", location)
    content_type = memento.answer.header("content-type")
    page = Page(memento.answer.body, memento.capture.original, memento.capture.timestamp, content_type)
    return Fetched(filled("/web/{timestamp}id_/{url}", requested, original), page)


def read_alone(pages: list[Page], workers: int) -> float:
    """Seconds to read all pages, the start of the workers included, as it is in a crawl."""
    start = time.monotonic()
    readers = Readers(workers)
    try:
        wait([readers.submit(page) for page in pages])
        return time.monotonic() - start
    finally:
        readers.close()


def second_alone(corpus: Path, workers: int) -> float:
    """Seconds to ask the second reader once more of all versions of a corpus, which a crawl does at its end."""
    readers = Readers(workers)
    with closing(open_corpus(corpus)) as db:
        with recording(db):
            db.execute("UPDATE extraction SET second_reading = 'due' WHERE second_reading = 'done'")
        start = time.monotonic()
        try:
            ask_second(db, corpus / "warc", readers, progress=lambda *_: None)
            return time.monotonic() - start
        finally:
            readers.close()


def one_after_the_other(base: str, paths: list[str]) -> float:
    """Seconds to ask for all paths on one kept connection, with nothing made of the answers."""
    parts = urlsplit(base)
    connection = HTTPConnection(parts.hostname or "", parts.port)
    start = time.monotonic()
    for path in paths:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 500:
            raise RuntimeError(f"{path}: {answer.status}")
    connection.close()
    return time.monotonic() - start
