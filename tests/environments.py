"""Programs of others that tests run ours against: taken where they are installed, else put into an environment.

Installing is asked for with CLIENTS=1, since it needs an index of packages and half a minute.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.conftest import made_once


def python_with(name: str, packages: dict[str, str], factory: pytest.TempPathFactory) -> str:
    """An interpreter that has what can be had of `packages` (module: requirement); `needs` tells what is missing."""
    if all(_has(sys.executable, module) for module in packages):
        return sys.executable
    if os.environ.get("CLIENTS") != "1":
        pytest.skip(f"{', '.join(packages.values())} not installed: set CLIENTS=1 to have an environment made")

    def make(folder: Path) -> None:
        venv.create(folder, with_pip=True)
        for requirement in packages.values():  # one that cannot be had leaves the others
            pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", requirement]
            subprocess.run(pip, capture_output=True, timeout=240, check=False)

    return str(made_once(name, make, factory) / "bin" / "python")


def folder_with(name: str, requirement: str, factory: pytest.TempPathFactory) -> Path:
    """A folder with a package and what it needs, to stand before what is installed here (PYTHONPATH)."""
    if os.environ.get("CLIENTS") != "1":
        pytest.skip(f"{requirement} is not installed: set CLIENTS=1 to have it put into a folder")

    def make(folder: Path) -> None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), requirement]
        subprocess.run(pip, capture_output=True, timeout=240, check=False)

    folder = made_once(name, make, factory)
    if not any(folder.iterdir()):
        pytest.skip(f"{requirement} could not be installed")
    return folder


def needs(python: str, module: str) -> None:
    """Skips the test where `python` has no such module."""
    if not _has(python, module):
        pytest.skip(f"{module} could not be installed")


def _has(python: str, module: str) -> bool:
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0
