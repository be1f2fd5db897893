"""One version: of the program, of what it calls itself, and of what installers see."""

import tomllib

from crawler import settings
from pipelines.release import VERSION
from tests.conftest import ROOT


def test_all_say_the_same() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION
    assert f"policy-corpus/{VERSION}" == settings.USER_AGENT
