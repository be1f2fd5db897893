"""What Datasette is to say of a corpus: the descriptions beside this module, put where Datasette looks for them."""

from pathlib import Path

from pipelines.exceptions import RecordingFailed
from pipelines.formats import atomic

METADATA = "metadata.json"
_DESCRIPTIONS = Path(__file__).with_suffix(".json")


def describe(folder: Path) -> None:
    """Write `metadata.json` to the corpus's folder, for `datasette FOLDER`; one that is there and differs is replaced.

    Raises RecordingFailed where it cannot be written.
    """
    target, content = folder / METADATA, _DESCRIPTIONS.read_bytes()
    try:
        if not target.is_file() or target.read_bytes() != content:
            atomic.write_whole(target, [content])
    except OSError as error:
        raise RecordingFailed(f"Cannot write {target}: {error.strerror}. Free space, then export again.") from error
