"""The package as users get it: built, installed into an environment of its own, and run from an empty folder.

The environment takes the libraries from the one that runs the tests. INSTALL=1 has them installed from an index as
well, by pip, pipx and uv, and says how many they are and how much room they take.
"""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.formats.release import __version__
from tests.conftest import ROOT, made_once
from tests.environments import needs

PACKAGES = ("crawler", "pipelines")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

PYTHON = """
from policy_corpus import Corpus
with Corpus.open("output") as corpus:
    print(sorted({document.site for document in corpus.documents()})[0])
    print(next(corpus.versions(site="harbourlight.example")).snapshot.status)
"""


def run(*command: str | Path, cwd: Path, code: int = 0, timeout: int = 120, **environ: str) -> str:
    """Run a command to its end, expect its exit code, and give what it printed."""
    ended = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=ENVIRONMENT | environ, capture_output=True, text=True,
        timeout=timeout, check=False,
    )  # fmt: skip
    assert ended.returncode == code, (ended.stdout, ended.stderr)
    return ended.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    needs(sys.executable, "hatchling")
    return made_once("built", lambda at: run(sys.executable, "-m", "hatchling", "build", "-d", at, cwd=ROOT),
                     tmp_path_factory)  # fmt: skip


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of an environment with the wheel, which sees our libraries and not our folder."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder)
    own = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    (own / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = (sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", wheel(built), cwd=folder)
    return folder / "bin"


def wheel(built: Path) -> Path:
    [found] = built.glob("*.whl")
    return found


def sources() -> Iterator[str]:
    """All files of the packages: modules, tables of words, lists of archives, sample sites."""
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file())
    return (str(path.relative_to(ROOT)) for path in files if path.suffix != ".pyc")


def test_wheel_and_sdist_hold_every_file(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with zipfile.ZipFile(wheel(built)) as archive, tarfile.open(sdist) as tar:
        in_wheel = set(archive.namelist())
        in_sdist = {name.partition("/")[2] for name in tar.getnames()}
    wanted = {*sources(), "policy_corpus.py"}
    assert {"crawler/py.typed", "crawler/targets/document_kinds.json"} <= wanted
    assert wanted - in_wheel == set()
    assert wanted | {"README.md", "LICENSE", "pyproject.toml", "docs/data-format.md"} <= in_sdist
    assert f"policy_corpus-{__version__}.dist-info/licenses/LICENSE" in in_wheel
    assert not [name for name in in_wheel if name.startswith(("tests/", "output/", "docs/"))]


def test_the_program_runs_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    _use(installed, tmp_path)
    assert "harbourlight.example" in run(installed / "policy-corpus", "log", cwd=tmp_path)


def test_the_package_says_where_it_comes_from(installed: Path, tmp_path: Path) -> None:
    code = "import crawler, sys; print(crawler.__file__)"
    assert str(installed.parent) in run(installed / "python", "-c", code, cwd=tmp_path)
    code = "from importlib.metadata import metadata; print(metadata('policy-corpus')['License-Expression'])"
    assert run(installed / "python", "-c", code, cwd=tmp_path) == "Apache-2.0\n"


def _use(bin_folder: Path, folder: Path) -> None:
    """What a new user does first: look at the version, crawl the sample, count it, read it from Python."""
    program = bin_folder / "policy-corpus"
    assert run(program, "--version", cwd=folder) == f"policy-corpus {__version__}\n"
    run(program, "crawl-sample", cwd=folder)
    assert (folder / "output" / "text" / "manifest.jsonl").is_file()
    assert "last run\n  crawl finished, exit code 0" in run(program, "status", cwd=folder)
    if (python := bin_folder / "python").exists():
        assert run(python, "-c", PYTHON, cwd=folder).splitlines()[1] == "200"


@pytest.mark.skipif(os.environ.get("INSTALL") != "1", reason="needs an index of packages: set INSTALL=1 to run it")
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("installer", ["pip", "pipx", "uv"])
def test_it_installs_from_an_index(installer: str, built: Path, tmp_path: Path) -> None:
    tools, home = tmp_path / "tools", tmp_path / "home"
    venv.create(tools, with_pip=True)
    if installer != "pip":
        run(tools / "bin" / "pip", "install", "--quiet", installer, cwd=tmp_path, timeout=300)
    command, python = {
        "pip": ((tools / "bin" / "pip", "install", "--quiet", wheel(built)), tools / "bin"),
        "pipx": ((tools / "bin" / "pipx", "install", wheel(built)), home / "venvs" / "policy-corpus" / "bin"),
        "uv": ((tools / "bin" / "uv", "tool", "install", wheel(built)), home / "policy-corpus" / "bin"),
    }[installer]
    places = {"PIPX_HOME": str(home), "PIPX_BIN_DIR": str(tmp_path / "bin"), "UV_TOOL_DIR": str(home)}
    run(*command, cwd=tmp_path, timeout=900, **places, UV_TOOL_BIN_DIR=str(tmp_path / "bin"))
    folder = tmp_path / "empty"
    folder.mkdir()
    _use(python, folder)
    code = "from importlib.metadata import distributions as d; print(*sorted({x.name.lower() for x in d()}))"
    names = run(python / "python", "-c", code, cwd=folder).split()
    size = sum(path.stat().st_size for path in (python.parent / "lib").rglob("*") if path.is_file())
    print(f"\n{installer}: {len(names)} packages, {size / 1e6:.0f} MB")
    assert not {"pytest", "mypy", "ruff", "pandas", "datasette", "scrapyd"} & set(names)
