"""What Datasette is to say of a corpus: the descriptions beside this module, put where Datasette looks for them.

Its 0.65 line reads all of it as metadata, its 1.0 line wants the canned questions as configuration.
"""

import json
from pathlib import Path
from typing import Any

from pipelines.exceptions import RecordingFailed
from pipelines.formats import atomic

METADATA = "metadata.json"
CONFIGURATION = "datasette.json"
_DESCRIPTIONS = Path(__file__).with_suffix(".json")


def metadata() -> dict[str, Any]:
    """Descriptions of tables, columns and questions, for both lines."""
    told: dict[str, Any] = json.loads(_DESCRIPTIONS.read_bytes())
    return told


def configuration() -> dict[str, Any]:
    """What the 1.0 line does not take from metadata: the canned questions."""
    databases = metadata()["databases"]
    return {"databases": {name: {"queries": told["queries"]} for name, told in databases.items()}}


def describe(folder: Path) -> None:
    """Write `metadata.json` and `datasette.json` to the corpus's folder, for `datasette FOLDER`; one that is there and
    differs is replaced.

    Raises RecordingFailed where it cannot be written.
    """
    _keep(folder / METADATA, _DESCRIPTIONS.read_bytes())
    _keep(folder / CONFIGURATION, json.dumps(configuration(), indent=4, ensure_ascii=False).encode() + b"\n")


def _keep(target: Path, content: bytes) -> None:
    try:
        if not target.is_file() or target.read_bytes() != content:
            atomic.write_whole(target, [content])
    except OSError as error:
        raise RecordingFailed(f"Cannot write {target}: {error.strerror}. Free space, then export again.") from error
