"""`browse`, as a process of its own: pages of documents, rows that lead to them, nobody else answered."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from pipelines.export.datasette import configuration, metadata
from tests.conftest import ROOT, Run, refusal
from tests.corpora import copied
from tests.desk import Desk
from tests.environments import folder_with

QUESTIONS = (
    ("search?words=cookies", "passage"),
    ("changed_around?day=2018-05-25&days=30", "words_added"),
    ("mentions?phrase=cookies", "first_mention"),
    ("in_force?day=2018-05-25", "version"),
    ("longest_without_change", "years"),
    ("versions_by_year", "mean_words"),
)


@pytest.fixture(scope="module")
def corpus(crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(crawled, tmp_path_factory.mktemp("browse") / "corpus")


@pytest.fixture(scope="module", params=["0.65", "1.0"])
def served(corpus: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that the command prints, with each line of Datasette. DATASETTE_1: a folder that has 1.0."""
    environment = os.environ | {}
    if request.param == "1.0":
        newer = os.environ.get("DATASETTE_1") or folder_with("datasette-1", "datasette>=1.0a30", tmp_path_factory)
        environment["PYTHONPATH"] = f"{newer}:{environment.get('PYTHONPATH', '')}"
    command = [sys.executable, "-m", "scrapy", "browse", "--port", "0", "-s", f"CORPUS_DIR={corpus}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert json.loads(_get(f"{address}-/versions.json"))["datasette"]["version"].startswith(request.param)
        yield address
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0


def _get(address: str, **headers: str) -> str:
    with urlopen(Request(address, headers=headers), timeout=30) as answer:
        return str(answer.read().decode())


def test_documents_come_first(served: str) -> None:
    start = _get(served)
    assert "Search the texts" in start
    assert "waldkauz-verlag.example" in start
    page = _get(f"{served}-/pages/waldkauz-verlag.example/privacy-policy/index.html")
    assert "20180523220004-changes.html" in page
    assert "<ins>" in _get(f"{served}-/pages/waldkauz-verlag.example/privacy-policy/20180523220004-changes.html")


@pytest.mark.parametrize(("question", "column"), QUESTIONS)
def test_canned_questions_have_answers(question: str, column: str, served: str) -> None:
    name, _, values = question.partition("?")
    rows = json.loads(_get(f"{served}corpus/{name}.json?_shape=array&{values}"))
    assert rows
    assert column in rows[0]


def test_rows_are_short_and_lead_to_pages(served: str) -> None:
    page = _get(f"{served}corpus/versions?site=waldkauz-verlag.example")
    links = set(re.findall(r'href="(/-/pages/[^"]+)"', page))
    assert "/-/pages/waldkauz-verlag.example/privacy-policy/20180523220004.html" in links
    assert [_get(served.rstrip("/") + link) for link in sorted(links)]
    assert max(len(cell) for cell in re.findall(r'<td class="col-text[ "].*?</td>', page, re.DOTALL)) < 300
    assert "redline</a>" in _get(f"{served}corpus/changes")
    assert "cookies" in _get(f"{served}corpus/text?_search=cookies")


def test_a_browser_is_led_from_rows_and_searches_to_pages(served: str, chromium: Any) -> None:
    page = chromium.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith(served) or told.append(asked.url))
    page.on("response", lambda answer: answer.status < 400 or told.append(answer.url))
    page.goto(f"{served}corpus/versions?site=waldkauz-verlag.example")
    page.locator('td a[href^="/-/pages/"]').first.click()
    page.wait_for_url("**/-/pages/waldkauz-verlag.example/**.html")
    page.goto(served)
    page.fill("input[name=words]", "cookies")
    page.keyboard.press("Enter")
    page.wait_for_url("**/corpus/search?words=cookies")
    page.locator("td", has_text="[cookies]").first.wait_for()
    page.close()
    assert told == []


def test_nobody_else_is_answered(served: str) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", ""):
        with pytest.raises(HTTPError, match="403"):
            _get(served, Host=host)
    port = int(served.rstrip("/").rpartition(":")[2])
    with closing(socket.socket()) as other, pytest.raises(OSError, match="refused"):
        other.connect(("127.0.0.2", port))


def test_nothing_can_be_changed(served: str, corpus: Path) -> None:
    with pytest.raises(HTTPError, match="400"):
        _get(f"{served}corpus.json?sql=delete+from+text")
    with closing(sqlite3.connect(corpus / "corpus.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM text").fetchone()[0]


@pytest.mark.parametrize("path", ["nothing", "../corpus.sqlite", "%2e%2e/corpus.sqlite", "a/b/c.html", "a/index.html"])
def test_a_page_that_is_none_is_told(path: str, served: str) -> None:
    with pytest.raises(HTTPError, match="404"):
        _get(f"{served}-/pages/{path}")


def test_the_questions_are_told_to_both_lines() -> None:
    queries = metadata()["databases"]["corpus"]["queries"]
    assert configuration() == {"databases": {"corpus": {"queries": queries}}}
    assert {question.partition("?")[0] for question, _ in QUESTIONS} == set(queries)


def test_bad_input_gets_one_sentence(scrapy: Run, desk: Desk, tmp_path: Path) -> None:
    assert "There is no corpus" in refusal(scrapy("browse", CORPUS_DIR=tmp_path / "none"))
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"Port {port} cannot be used" in refusal(scrapy("browse", "--port", port))
    assert "Port 99999 cannot be used" in refusal(scrapy("browse", "--port", "99999"))


def test_a_missing_datasette_is_told_with_what_to_install(scrapy: Run, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden/datasette.py").write_text("raise ImportError\n")
    environment = os.environ | {"PYTHONPATH": f"{tmp_path / 'hidden'}:{os.environ.get('PYTHONPATH', '')}"}
    command = [sys.executable, "-m", "scrapy", "browse", "-s", f"CORPUS_DIR={desk.folder}"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    assert ended.returncode == 2
    assert "policy-corpus[browse]" in ended.stderr
