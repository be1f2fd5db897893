"""scrapyd, which runs spiders for people, runs ours: it gives its jobs an `-a _job=...` that they need not know."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from tests.conftest import FAST, ROOT, run_scrapy

pytest.importorskip("scrapyd", reason="scrapyd is not installed")


def test_a_job_of_scrapyd_is_a_crawl(sample: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "scrapyd.conf").write_text(
        f"[scrapyd]\nhttp_port = {port}\nbind_address = 127.0.0.1\npoll_interval = 0.2\n"
        f"logs_dir = {tmp_path}/logs\ndbs_dir = {tmp_path}/dbs\neggs_dir = {tmp_path}/eggs\n"
    )
    (tmp_path / "scrapy.cfg").write_text("[settings]\npolicies = crawler.settings\n")
    command = [sys.executable, "-m", "scrapyd"]
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    with EmbeddedArchive(sample) as archive, (tmp_path / "out").open("w") as out:
        with subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=out, stderr=out) as server:
            try:
                settings = {"CORPUS_DIR": tmp_path / "corpus", "WAYBACK_URL": archive.url, **FAST}
                given = [("project", "policies"), ("spider", "policies"), ("targets", str(sample / "targets.txt"))]
                given += [("setting", f"{name}={value}") for name, value in settings.items()]
                job = told(port, "schedule.json", given)["jobid"]
                assert job in ended_jobs(port), (tmp_path / "out").read_text()
            finally:
                server.terminate()
        log = "".join(path.read_text() for path in (tmp_path / "logs").rglob("*.log"))
        assert run_scrapy("status", CORPUS_DIR=tmp_path / "corpus").out.startswith("4 documents, "), log


def told(port: int, name: str, form: list[tuple[str, str]] | None = None) -> dict[str, object]:
    data = urlencode(form).encode() if form else None
    end = time.monotonic() + 60
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/{name}", data, timeout=60) as answer:
                found: dict[str, object] = json.load(answer)
                assert found["status"] == "ok", found
                return found
        except URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def ended_jobs(port: int) -> list[str]:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if finished := told(port, "listjobs.json?project=policies")["finished"]:
            return [job["id"] for job in finished]  # type: ignore[attr-defined]
        time.sleep(0.1)
    return []
