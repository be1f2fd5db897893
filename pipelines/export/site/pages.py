"""The pages of a site, rendered: templates beside this module, escaped on their own."""

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlite_utils import Database

from pipelines.analysis.comparison.compare import compare
from pipelines.analysis.comparison.model import Section
from pipelines.analysis.redline.html import redline_html
from pipelines.analysis.redline.lines import total_line
from pipelines.export.site import names
from pipelines.formats.terminal import counted
from pipelines.store.readings import text_with_digest

_HERE = Path(__file__).parent
_STATIC = _HERE / "static"
_UNWRITABLE = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010fffd]")
_RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ku", "ps", "sd", "syr", "ug", "ur", "yi"}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # templates do not change while a site is made
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "day": names.day,
        "moment": names.moment,
        "reading": _reading,
        "percent": _percent,
        "counted": counted,
    }
    made.globals |= {"version_page": names.version_page, "changes_page": names.changes_page}
    return made


@lru_cache(maxsize=128)
def _reading(language: str) -> Markup:
    """The attributes that say in which language and direction a text is to be read."""
    if not _LANGUAGE.fullmatch(language):
        return Markup('dir="auto"')
    direction = "rtl" if language.split("-")[0] in _RIGHT_TO_LEFT else "ltr"
    return Markup('lang="{}" dir="{}"').format(language, direction)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


_ENVIRONMENT = _environment()


def page(template: str, told: Mapping[str, Any]) -> bytes:
    """A page of a template. What no page may hold (controls, halves of surrogates) is shown as U+FFFD."""
    return clean(_ENVIRONMENT.get_template(template).render(told)).encode()


def clean(text: str) -> str:
    """A text with nothing in it that HTML or XML may not hold."""
    return _UNWRITABLE.sub("\ufffd", text)


def text_script(name: str, body: str) -> bytes:
    """A text as a script that hands it to compare.js: from a file system pages cannot read each other otherwise."""
    return f"policyCorpus.take({json.dumps(name)}, {json.dumps(body)});\n".encode()


def static_files() -> dict[str, bytes]:
    """Style and scripts by name."""
    return {path.name: path.read_bytes() for path in sorted(_STATIC.iterdir()) if path.is_file()}


_MAKERS = ("analysis/comparison", "analysis/redline", "extraction/form", "formats")
"""Rooms whose code makes a part of the pages."""


@lru_cache(maxsize=1)
def look() -> str:
    """A digest of all that makes pages of rows: where it differs, all pages are made anew."""
    seen = hashlib.sha256("".join(installed(name) for name in ("jinja2", "markdown-it-py")).encode())
    beside = [*(_HERE / "templates").iterdir(), *_STATIC.iterdir(), *_HERE.glob("*.py"), _HERE.parent / "paths.py"]
    rules = [path for name in _MAKERS for path in (_HERE.parents[1] / name).rglob("*.py")]
    for path in sorted([*beside, *rules]):
        if path.is_file():
            seen.update(path.read_bytes())
    return seen.hexdigest()


CONTEXT = 2  # unchanged blocks shown around each change
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Redline:
    """What changed: all figures in one line, the sections touched, and safe HTML."""

    figures: str
    sections: tuple[Section, ...]
    html: str


class Redlines:
    """Compares texts of a corpus by their digests."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: OrderedDict[tuple[str, str], Redline] = OrderedDict()

    def between(self, before: str, after: str) -> Redline:
        """What changed from the text of one digest to that of another."""
        key = (before, after)
        if key not in self._known:
            self._known[key] = self._made(before, after)
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return self._known[key]

    def _made(self, before: str, after: str) -> Redline:
        comparison = compare(text_with_digest(self._db, before), text_with_digest(self._db, after))
        touched = tuple(section for section in comparison.sections if section.touched)
        return Redline(total_line(comparison), touched, redline_html(comparison, context=CONTEXT))
