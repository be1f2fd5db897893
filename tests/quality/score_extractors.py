"""The figures of all extractors that docs/extractors.md shows, over the golden and the reading pages.

python -m tests.quality.score_extractors [SHARED_DIR]
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.extractors import extractor, names
from pipelines.extraction.form.lines import exported_text
from pipelines.items.readings import Page
from tests.quality.test_shared import load

GOLDEN = ("title", "recall", "precision", "f1", "line_f1", "headings", "items", "links", "exact")
MODERN = ("f1", "f1_p10", "precision", "recall", "order", "headings", "items", "links", "documents_per_cpu_second")


def modern(shared: Path, read: Callable[[Page], Any]) -> dict[str, float]:
    """Means over modern pages with curated texts."""

    def body(html: str, url: str) -> str:
        try:
            return str(read(Page(html.encode(), url, "20200101000000", "text/html; charset=utf-8")).body)
        except ReadingFailed:
            return ""

    _, means = load(shared / "reading" / "score.py", "reading_score").evaluate(
        body, shared / "reading" / "dev.jsonl.gz"
    )
    return {name: means[name] for name in MODERN}


def golden(shared: Path, read: Callable[[Page], Any]) -> dict[str, float]:
    """Means over old pages with published texts."""
    score, rows = load(shared / "golden" / "score.py", "golden_score"), []
    for folder in sorted(path.parent for path in (shared / "golden").glob("*/page.html")):
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        page = Page(
            (folder / "page.html").read_bytes(), meta["original"], meta["timestamp"], "text/html; charset=utf-8"
        )
        found = read(page)
        text = exported_text(meta["site"], meta["kind"], page.timestamp, page.original, found.title, found.body)
        rows.append(score.score((folder / "policy.md").read_text(encoding="utf-8"), text))
    return {name: mean(row[name] for row in rows if row[name] is not None) for name in GOLDEN}


def main() -> None:
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SHARED_DIR", "../shared"))
    for name in names():
        read = extractor(name).read
        for what, figures in (("modern", modern(shared, read)), ("golden", golden(shared, read))):
            print(name, what, " ".join(f"{key} {value:.4f}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
