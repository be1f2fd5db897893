"""What we depend on may be used and passed on by anybody."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

from tests.conftest import ROOT

OFFERED_OTHERWISE = {"tld"}  # MPL 1.1, GPL 2 or LGPL 2.1 at choice: taken as MPL
COPYLEFT = re.compile(r"\b(A?GPL|GNU (Affero )?General Public)", re.IGNORECASE)


def test_nothing_that_runs_is_under_a_strong_copyleft() -> None:
    found = {one.metadata["Name"].lower(): _licence(one) for one in _needed()}
    assert {"scrapy", "trafilatura", "lxml", "twisted", "warcio"} <= set(found)
    assert {name: said for name, said in found.items() if _is_copyleft(said) and name not in OFFERED_OTHERWISE} == {}


def test_licences_are_told_apart() -> None:
    assert _is_copyleft("License :: OSI Approved :: GNU General Public License v3 (GPLv3)")
    assert _is_copyleft("AGPL-3.0-or-later")
    assert not _is_copyleft("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)")
    assert not _is_copyleft("BSD-3-Clause")


def _is_copyleft(said: str) -> bool:
    return COPYLEFT.search(said.replace("LGPL", "").replace("Lesser General Public", "")) is not None


def _licence(one: Distribution) -> str:
    about = one.metadata
    classifiers = [each for each in about.get_all("Classifier") or [] if each.startswith("License")]
    expression = about.get("License-Expression") or ""
    return "; ".join([expression, *classifiers]) if expression or classifiers else (about.get("License") or "")[:200]


def _needed() -> Iterator[Distribution]:
    """Every distribution that the project needs to run here, and what those need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    waiting = list(map(Requirement, project["dependencies"]))
    seen: set[str] = set()
    while waiting:
        wanted = waiting.pop()
        if wanted.name.lower() in seen or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        seen.add(wanted.name.lower())
        try:
            found = distribution(wanted.name)
        except PackageNotFoundError:
            continue  # for another platform
        waiting += map(Requirement, found.requires or [])
        yield found
