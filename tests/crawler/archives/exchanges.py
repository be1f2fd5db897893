"""Example answers as text files hold them: a title, the request, and what was answered."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipelines.items.captures import HttpAnswer

_TITLE = re.compile(r"^## (.*)\n", re.MULTILINE)
NOW = "2026-11-27T09:00:00Z"


class Exchange(NamedTuple):
    title: str
    answer: HttpAnswer


def exchanges(path: Path) -> Iterator[Exchange]:
    """The answers of a file whose bodies are there as they were."""
    _, *parts = _TITLE.split(path.read_text("utf-8"))
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        lines = text.split("\n")
        host = next((line[8:] for line in lines if line.startswith("> Host: ")), "archive.example.net")
        target = next((line.split(" ")[2] for line in lines if line.startswith(("> GET", "> POST"))), "/")
        status = next((line for line in lines if line.startswith("< HTTP/")), "")
        if not status:
            continue
        headers = tuple(
            tuple(line[2:].split(": ", 1))
            for line in lines
            if line.startswith("< ") and ": " in line and line != status
        )
        last = max(at for at, line in enumerate(lines) if line.startswith("< "))
        body = "\n".join(line for line in lines[last + 1 :]).strip("\n")
        body = "" if body == "[empty body]" else body + "\n" if body else ""
        url = f"http://{host}{target}"
        yield Exchange(title, HttpAnswer(url, int(status.split(" ")[2]), headers, body.encode(), NOW))  # type: ignore[arg-type]


def answer(
    body: bytes | str = b"", status: int = 200, url: str = "http://127.0.0.1:8080/x", **headers: str
) -> HttpAnswer:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpAnswer(url, status, named, body.encode() if isinstance(body, str) else body, NOW)
