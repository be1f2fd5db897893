"""The extractors there are, by the names that the setting EXTRACTOR takes. `version.py` tells of them unloaded."""

from collections.abc import Callable, Mapping

from pipelines.extraction.base import Extractor
from pipelines.extraction.reader import Reader
from pipelines.extraction.stock import Trafilatura

_MAKERS: Mapping[str, Callable[[int], Extractor]] = {
    "corpus": lambda remembered: Reader("corpus", remembered),
    "princeton": lambda remembered: Reader("princeton", remembered),
    "trafilatura": lambda remembered: Trafilatura(),
}


def extractor(name: str, remembered: int = 0) -> Extractor:
    """The extractor of that name. Ours spare equal pages by the last `remembered` ones they read."""
    return _MAKERS[name](remembered)


def names() -> tuple[str, ...]:
    return tuple(_MAKERS)
