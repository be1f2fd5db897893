"""Another program plays what we keep: pywb, in an environment and processes of its own (it is GPL, and never ours)."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from pipelines.store.database import open_for_reading
from tests.bench.crawling import fetched
from tests.conftest import ROOT
from tests.corpora import copied

PYWB = "pywb==2.10.0"
PATIENCE = 60.0  # seconds until it serves


@pytest.fixture(scope="module")
def pywb() -> Path:
    """The folder of its programs. Installed once into the user's cache; PYWB_BIN names another installation."""
    if given := os.environ.get("PYWB_BIN"):
        return Path(given)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "policy-corpus" / PYWB.replace("==", "-")
    if not (folder / "ready").exists():
        _install(folder)
    return folder / "bin"


def _install(folder: Path) -> None:
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYWB]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True, capture_output=True, timeout=120)
        subprocess.run([folder / "bin/python", *pip], check=True, capture_output=True, timeout=200)
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", b"") or b""
        pytest.skip(f"{PYWB} cannot be installed here: {told.decode(errors='replace').strip()[-200:] or error}")
    (folder / "ready").touch()


@pytest.fixture(scope="module")
def corpus(crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(crawled, tmp_path_factory.mktemp("pywb") / "corpus")


@pytest.fixture(scope="module")
def player(pywb: Path, corpus: Path) -> Iterator[str]:
    """The address of a collection that holds the corpus's WARC files."""
    home = corpus.parent / "player"
    home.mkdir()
    for command in (["init", "c"], ["add", "c", *sorted((corpus / "warc").glob("*.warc.gz"))]):
        subprocess.run([pywb / "wb-manager", *command], cwd=home, check=True, capture_output=True, timeout=60)
    port = _free_port()
    with subprocess.Popen(
        [pywb / "wayback", "-b", "127.0.0.1", "-p", f"{port}"],
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait_for(f"http://127.0.0.1:{port}/", server)
            yield f"http://127.0.0.1:{port}/c"
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < end:
        try:
            urlopen(address, timeout=5).close()
        except URLError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"pywb did not begin to serve ({server.poll()})")


def test_every_page_that_is_held_plays_byte_for_byte(player: str, corpus: Path) -> None:
    pages = [one.page for one in fetched(corpus)]
    assert len(pages) >= 3
    for page in pages:
        with urlopen(f"{player}/{page.timestamp}id_/{page.original}", timeout=30) as answer:
            assert answer.read() == page.body
            assert answer.headers["Memento-Datetime"]


def test_a_time_line_of_the_player_is_that_of_the_corpus(player: str, corpus: Path) -> None:
    with closing(open_for_reading(corpus)) as db:
        [(original, held)] = db.execute(
            "SELECT original, count(*) FROM snapshot JOIN capture ON capture.id = capture_id "
            "GROUP BY original ORDER BY 2 DESC LIMIT 1"
        ).fetchall()
    with urlopen(f"{player}/cdx?url={original}&output=json", timeout=30) as answer:
        rows = [line for line in answer.read().decode().splitlines() if f'"url": "{original}"' in line]
    assert len(rows) == held


def test_it_is_no_part_of_the_project() -> None:
    assert "pywb" not in (ROOT / "requirements.lock").read_text() + (ROOT / "pyproject.toml").read_text()
