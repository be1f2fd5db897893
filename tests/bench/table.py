"""The table that `make bench` ends with: what was measured, beside 0.1.0 in the same run and what is aimed at."""

import os
import platform
import sqlite3
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("policy-corpus", "scrapy", "twisted", "trafilatura", "lxml", "pypdfium2", "warcio", "zlib-ng")
_CPU = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of this release and of 0.1.0, in the same unit; None where 0.1.0 has none. `aim` in words."""

    what: str
    here: float
    before: float | None
    aim: str

    def __str__(self) -> str:
        before = "" if self.before is None else f"{self.before:,.3g}"
        times = "" if not self.before else f"{self.here / self.before:.2f}"
        return f"| {self.what} | {self.here:,.3g} | {before} | {times} | {self.aim} |"


_lines: list[Line] = []


def add(what: str, here: float, before: float | None = None, aim: str = "") -> None:
    """Keep a line for `show`."""
    _lines.append(Line(what, here, before, aim))


def show() -> None:
    """Print where this runs, and all lines that were kept."""
    print(machine())
    print("\n| | now | 0.1.0 | now / 0.1.0 | aimed at |\n|---|---|---|---|---|")
    for line in _lines:
        print(line)


def machine() -> str:
    """The processor, its cores, and the versions of what is measured."""
    models = [line.partition(":")[2].strip() for line in _text(_CPU).splitlines() if line.startswith("model name")]
    name = next(iter(models), platform.processor() or platform.machine())
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return (
        f"{name}, {os.cpu_count()} cores, {platform.system()}; Python {sys.version.split()[0]}, "
        f"SQLite {sqlite3.sqlite_version}, {versions}"
    )


def _text(path: Path) -> str:
    return path.read_text() if path.is_file() else ""
