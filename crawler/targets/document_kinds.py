"""The kinds of document that are followed, by name. The names and their synonyms lie in document_kinds.json."""

import difflib
import json
from functools import cache
from pathlib import Path

from pipelines.exceptions import WrongUse

PRIVACY_POLICY = "privacy policy"


def normal_kind(name: str) -> str:
    """The kind of that name or synonym, in any case and spacing, hyphens for spaces too.

    Raises WrongUse naming the nearest known kinds, or all of them where none is near.
    """
    wanted = " ".join(name.lower().replace("_", " ").replace("’", "'").split())
    names = _names()
    kind = names.get(wanted) or names.get(wanted.replace("-", " "))
    if kind is None:
        raise WrongUse(f"unknown kind of document; {_advice(wanted)}")
    return kind


def known_kinds() -> tuple[str, ...]:
    """All kinds, the commonest first."""
    return tuple(_table())


def kind_synonyms() -> dict[str, tuple[str, ...]]:
    """The other names of each kind, the commonest kind first."""
    return {kind: tuple(names) for kind, names in _table().items()}


@cache
def _table() -> dict[str, list[str]]:
    table: dict[str, list[str]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return table


@cache
def _names() -> dict[str, str]:
    return {name: kind for kind, synonyms in _table().items() for name in (kind, *synonyms)}


def _advice(wanted: str) -> str:
    near = difflib.get_close_matches(wanted[:100], _names(), n=3, cutoff=0.7)
    kinds = list(dict.fromkeys(_names()[name] for name in near))
    return f"did you mean {' or '.join(kinds)}?" if kinds else f"known are {', '.join(_table())}"
