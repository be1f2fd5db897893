"""Names of exported files: `{site}/{kind}[-{variant}]/{date}.txt`, safe whatever the site calls itself. Pure."""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from pipelines.items import DocumentKey

_UNSAFE = re.compile(r"[^a-z0-9._-]+")
_LONGEST = 100  # characters; file systems take 255 bytes a name
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d{6})?(-\d+)?\.txt")


def document_folder(document: DocumentKey) -> PurePosixPath:
    """The folder of a document, relative to the export: two names of `[a-z0-9._-]`, never hidden, never empty."""
    kind = _safe(document.kind.replace(" ", "-"))
    variant = f"-{_safe(document.variant)}" if document.variant else ""
    return PurePosixPath(_safe(document.site)) / f"{kind}{variant}"


def unused(folder: PurePosixPath, document: DocumentKey, taken: Collection[str]) -> str:
    """That folder, or where another document has it (a kind may be called like a kind and a variant) one beside it."""
    if str(folder) not in taken:
        return str(folder)
    told = repr((document.site, document.kind, document.variant)).encode("utf-8", "surrogatepass")
    return f"{folder}-{hashlib.sha256(told).hexdigest()[:8]}"


def _safe(name: str) -> str:
    """The name itself where it is harmless; else what is harmless of it and a digest that keeps it apart."""
    harmless = _UNSAFE.sub("-", name.lower()).strip("-.")[:_LONGEST]
    if harmless == name and harmless:
        return harmless
    return f"{harmless or 'x'}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def version_names(timestamps: Sequence[str]) -> list[str]:
    """File names for versions first held at these 14-digit times, in order: the date; with the time of day where two
    fall on one day, and a number where even that is the same."""
    days = Counter(timestamp[:8] for timestamp in timestamps)
    seen: Counter[str] = Counter()
    names = []
    for timestamp in timestamps:
        name = f"{timestamp[:4]}-{timestamp[4:6]}-{timestamp[6:8]}"
        if days[timestamp[:8]] > 1:
            name += f"T{timestamp[8:]}"
        seen[name] += 1
        names.append(f"{name}-{seen[name]}.txt" if seen[name] > 1 else f"{name}.txt")
    return names


def is_version_name(name: str) -> bool:
    """Whether a file of that name was written by an export."""
    return bool(_DATE.fullmatch(name))
