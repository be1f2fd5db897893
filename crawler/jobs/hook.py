"""ON_CHANGE: a command of the user's, run for each change that a crawl found."""

import logging
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence

from pipelines.exceptions import WrongUse
from pipelines.store.news import Row

log = logging.getLogger(__name__)

NAMES = ("site", "kind", "variant", "from", "to")
PATIENCE = 60.0  # seconds that a command may take
MOST_TOLD = 200  # characters of what a command complains

_FIELD = re.compile(r"\{([^{}]*)\}")


def checked(template: str) -> list[str]:
    """The words of a command with fields in braces. Raises WrongUse where it cannot be run."""
    try:
        words = shlex.split(template)
    except ValueError as error:
        raise WrongUse(f"ON_CHANGE={template!r} is no command: {error}.") from error
    unknown = [name for word in words for name in _FIELD.findall(word) if name not in NAMES]
    if unknown:
        fields = ", ".join(f"{{{name}}}" for name in NAMES)
        raise WrongUse(f"ON_CHANGE names {{{unknown[0]}}}: there are {fields}.")
    return words


def run_for_each(template: str, versions: Sequence[Row]) -> int:
    """Run the command for each new version that has one before it, without a shell. What fails is logged, and nothing
    else. Returns how many failed."""
    words = checked(template)
    changes = [row for row in versions if row["from_version"]] if words else []
    return sum(not _run(_filled(words, row)) for row in changes)


def _filled(words: Sequence[str], row: Row) -> list[str]:
    values: Mapping[str, str] = {
        "site": row["site"],
        "kind": row["kind"],
        "variant": row["variant"],
        "from": row["from_version"],
        "to": row["version"],
    }
    return [_FIELD.sub(lambda found: values[found[1]], word) for word in words]


def _run(command: Sequence[str]) -> bool:
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=PATIENCE,
            check=False,
        )  # fmt: skip
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        log.warning("ON_CHANGE: %s could not be run: %s", shlex.join(command), error)
        return False
    if ended.returncode:
        said = ended.stderr.strip()[:MOST_TOLD]
        log.warning("ON_CHANGE: %s ended with %d: %s", shlex.join(command), ended.returncode, said)
    return not ended.returncode
