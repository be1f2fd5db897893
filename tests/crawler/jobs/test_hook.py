"""ON_CHANGE: a command of the user's, for each change."""

import shlex
import sys
from pathlib import Path

import pytest

from crawler.jobs.hook import checked, run_for_each
from pipelines.exceptions import WrongUse

FIRST = {"site": "shop.example", "kind": "privacy policy", "variant": "", "from_version": None, "version": "2004"}
SECOND = FIRST | {"from_version": "20040101000000", "version": "20050101000000", "kind": "$(touch x); `y` policy"}


def _writing(to: Path) -> str:
    code = "import sys; open(sys.argv[1], 'a').write(repr(sys.argv[2:]) + chr(10))"
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(code)} {shlex.quote(str(to))}"


def test_it_runs_once_a_change_without_a_shell(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run_for_each(f"{_writing(out)} {{site}} {{kind}} {{from}}..{{to}}", [FIRST, SECOND]) == 0
    assert out.read_text() == "['shop.example', '$(touch x); `y` policy', '20040101000000..20050101000000']\n"


def test_a_failure_is_told_and_not_fatal(caplog: pytest.LogCaptureFixture) -> None:
    code = "import sys; sys.exit('no post office')"
    assert run_for_each(f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}", [SECOND]) == 1
    assert "ended with 1: no post office" in caplog.text
    assert run_for_each("/nowhere/at/all {site}", [SECOND]) == 1
    assert "could not be run" in caplog.text


def test_nothing_runs_where_nothing_is_set() -> None:
    assert run_for_each("", [SECOND]) == 0


@pytest.mark.parametrize("template", ["notify {sight}", "notify {site.__class__}", "notify 'half"])
def test_a_command_that_cannot_be_meant_is_refused(template: str) -> None:
    with pytest.raises(WrongUse, match="ON_CHANGE"):
        checked(template)
