"""What docs/operations.md promises to explain, and whether the files of docs/deploy can be used."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
DEPLOY = ROOT / "docs" / "deploy"

_RAISED = re.compile(r'(?:Failed|Failure|_refused|Refused|_failure)\(\s*(?:\w+(?:\.\w+)*,\s*)*"([a-zA-Z][^"{]+)"')
_IN_TABLES = re.compile(r'\(\w+Error, "([^"]+)", (?:True|False)\)')


def reasons() -> set[str]:
    """The stable reasons that stand in the code."""
    sources = [path.read_text() for folder in ("crawler", "pipelines") for path in (ROOT / folder).rglob("*.py")]
    return {reason for text in sources for form in (_RAISED, _IN_TABLES) for reason in form.findall(text)}


def test_the_search_for_reasons_finds_them() -> None:
    assert {"redirect loop", "no answer in time", "nearest capture too far", "not archived"} <= reasons()


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_every_reason_is_explained(reason: str) -> None:
    assert f"`{reason}`" in OPERATIONS


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4", "5", "130"])
def test_every_exit_code_is_explained(code: str) -> None:
    assert re.search(rf"^\| {code}[ ,]", OPERATIONS, re.MULTILINE)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    units = ("policy-corpus.service", "policy-corpus.timer", "policy-corpus-site.service", "policy-corpus-site.timer")
    for unit in units:
        text = (
            (DEPLOY / unit)
            .read_text()
            .replace("/opt/policy-corpus/.venv/bin/policy-corpus", shutil.which("true") or "")
        )
        (tmp_path / unit).write_text(text)
    ended = subprocess.run(
        ["systemd-analyze", "verify", *(tmp_path / unit for unit in units)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    told = [line for line in ended.stderr.splitlines() if "policy-corpus" in line]
    assert not told, ended.stderr


def test_the_crontab_line_has_five_times_and_a_command() -> None:
    [line] = [line for line in (DEPLOY / "crontab").read_text().splitlines() if not line.startswith("#")]
    *times, command = line.split(maxsplit=5)
    assert all(re.fullmatch(r"[\d*/,-]+", time) for time in times)
    assert command.startswith("cd ")


def test_the_crontab_line_keeps_the_code_and_sets_the_state_folder(tmp_path: Path) -> None:
    """Run by sh as cron does, with a crawl and a logger of our own."""
    [line] = [line for line in (DEPLOY / "crontab").read_text().splitlines() if not line.startswith("#")]
    assert "%" not in line, "cron makes new lines of them"
    command = line.split(maxsplit=5)[5]
    for place in ("/opt", "/var/lib", "/etc"):
        command = command.replace(f"{place}/policy-corpus", f"{tmp_path}{place}/policy-corpus")
    python = tmp_path / "opt/policy-corpus/.venv/bin/policy-corpus"
    logger = tmp_path / "bin/logger"
    for script, text in (
        (python, 'echo "state $XDG_STATE_HOME"; echo "run: $4" >&2; exit 4'),
        (logger, f"cat > {tmp_path}/log"),
    ):
        script.parent.mkdir(parents=True)
        script.write_text(f"#!/bin/sh\n{text}\n")
        script.chmod(0o755)
    (tmp_path / "var/lib/policy-corpus").mkdir(parents=True)
    environ = {"PATH": f"{logger.parent}:/usr/bin:/bin"}
    ended = subprocess.run(["sh", "-c", command], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (4, "", "")
    assert (tmp_path / "log").read_text() == f"run: targets={tmp_path}/etc/policy-corpus/targets.txt\n"
    told = (tmp_path / "var/lib/policy-corpus/last.log").read_text()
    assert told.startswith(f"state {tmp_path}/var/lib/policy-corpus/state\n")


def test_the_service_says_how_it_is_installed() -> None:
    steps = [line for line in (DEPLOY / "policy-corpus.service").read_text().splitlines() if line.startswith("#   ")]
    for name in re.findall(r"docs/deploy/\S+", "\n".join(steps)):
        assert (ROOT / name).exists()
    assert any("enable --now policy-corpus.timer" in step for step in steps)


def test_the_workflow_installs_the_program_and_runs_it_where_it_lies() -> None:
    yaml = pytest.importorskip("yaml", reason="no YAML parser is installed")
    [job] = yaml.safe_load((DEPLOY / "github-actions.yml").read_text())["jobs"].values()
    [taken] = [step["with"] for step in job["steps"] if step.get("with", {}).get("path") == "program"]
    assert taken["repository"] == "${{ vars.PROGRAM }}"
    steps = {step["name"]: step for step in job["steps"] if "name" in step}
    assert "-r program/requirements.lock" in steps["Install"]["run"]
    assert "pip install --no-deps --no-build-isolation ./program" in steps["Install"]["run"]
    assert '"$GITHUB_WORKSPACE/corpus"' in steps["Crawl"]["run"]


def test_the_container_copies_what_is_there() -> None:
    for line in (DEPLOY / "Containerfile").read_text().splitlines():
        if line.startswith("COPY"):
            assert all((ROOT / name).exists() for name in line.split()[1:-1])


def test_the_workflow_is_sound_yaml_with_the_steps_that_it_needs() -> None:
    yaml = pytest.importorskip("yaml", reason="no YAML parser is installed")
    workflow = yaml.safe_load((DEPLOY / "github-actions.yml").read_text())
    [job] = workflow["jobs"].values()
    assert workflow["permissions"] == {"contents": "write"}
    assert workflow["concurrency"]["cancel-in-progress"] is False
    assert [step["name"] for step in job["steps"] if "name" in step][-1] == "Commit the texts"
    assert all("run" in step or "uses" in step for step in job["steps"])


def test_the_workflow_keeps_the_corpus_however_a_crawl_ends() -> None:
    steps = re.split(r"^      - ", (DEPLOY / "github-actions.yml").read_text(), flags=re.MULTILINE)
    [crawl, keep] = [step for step in steps if "policy-corpus crawl" in step or "actions/cache/save@" in step]
    assert steps.index(keep) == steps.index(crawl) + 1
    assert "if: always()" in keep
    [taken] = [step for step in steps if "actions/cache/restore@" in step]
    assert re.findall(r"path: .*|\bkey: .*", keep) == re.findall(r"path: .*|\bkey: .*", taken)
    assert not any("actions/cache@" in step for step in steps)
