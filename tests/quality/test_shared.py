"""The ratchet on real pages, where they lie beside the project. A floor is lowered only by an edit that says why."""

import importlib.util
import json
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from pipelines.exceptions import ReadingFailed
from pipelines.extraction.form.blocks import Block
from pipelines.extraction.form.inline import Style
from pipelines.extraction.form.markdown import markdown
from pipelines.extraction.form.parse import parse
from pipelines.extraction.page.charset import decode
from pipelines.extraction.page.treekey import strip, tree_key
from pipelines.extraction.pdf.pdf import is_pdf
from pipelines.extraction.reader import Reader
from pipelines.items.readings import Page, Reading
from tests.pipelines.extraction.pages import page
from tests.quality.mutations import mutated
from tests.quality.readers import exported_file, policy_markdown
from tests.quality.structure import block_units, rendered_units

READING_FLOORS = {"f1": 0.999, "f1_p10": 0.998, "headings": 0.999, "items": 0.98, "links": 0.971}
GOLDEN_FLOORS = {
    "recall": 0.999,
    "precision": 0.998,
    "line_f1": 0.99,
    "headings": 0.9995,
    "items": 0.9995,
    "links": 0.9995,
}
EQUAL_BODIES = 15
OTHER_CAPTURE = "atomisystems.com"  # its page is another capture than its text: header and title differ
WITHOUT_TITLE = ("kidzone.ws", "mashaworld.com")  # published with the title None, and with an empty one
KEY_GROUPS = int(os.environ.get("KEY_GROUPS", "40"))
KEY_PAGES = int(os.environ.get("KEY_PAGES", "600"))
STRUCTURES = int(os.environ.get("STRUCTURES", "20"))
MUTATIONS = int(os.environ.get("MUTATIONS", "60"))


def load(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


def test_modern_pages(shared: Path) -> None:
    score = load(shared / "reading" / "score.py", "reading_score")
    _, means = score.evaluate(policy_markdown, shared / "reading" / "dev.jsonl.gz")
    assert {name: means[name] for name, floor in READING_FLOORS.items() if means[name] < floor} == {}


def golden(shared: Path) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Meta data, what was published, and what we make of the page."""
    for folder in sorted(path.parent for path in (shared / "golden").glob("*/page.html")):
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        ours = exported_file((folder / "page.html").read_text(encoding="utf-8"), meta)
        yield meta, (folder / "policy.md").read_text(encoding="utf-8"), ours


def test_old_pages_read_as_published(shared: Path) -> None:
    score = load(shared / "golden" / "score.py", "golden_score")
    rows = {meta["site"]: score.score(published, ours) for meta, published, ours in golden(shared)}
    values = {name: [row[name] for row in rows.values() if row[name] is not None] for name in GOLDEN_FLOORS}
    means = {name: sum(found) / len(found) for name, found in values.items()}
    assert {name: means[name] for name, floor in GOLDEN_FLOORS.items() if means[name] < floor} == {}
    assert sum(row["exact"] for row in rows.values()) >= EQUAL_BODIES
    assert [site for site, row in rows.items() if row["header"] < 1 and site != OTHER_CAPTURE] == []
    assert [site for site, row in rows.items() if row["title"] < 1] == sorted([OTHER_CAPTURE, *WITHOUT_TITLE])


def test_no_mutation_of_a_page_gets_past_the_reader(shared: Path) -> None:
    """`MUTATIONS=2000` (make torture) runs as many as were run before this was published."""
    score = load(shared / "reading" / "score.py", "reading_score")
    pages = [row["html"].encode() for row in score.load(shared / "reading" / "dev.jsonl.gz")]
    pages += [path.read_bytes() for path in (shared / "golden").glob("*/page.html")]
    raised, chance = [], random.Random(20050101)
    readers = [Reader("corpus"), Reader("princeton")]
    for number in range(MUTATIONS):
        body = mutated(chance.choice(pages), chance)
        try:
            readers[number % 2].read(page(body))
        except ReadingFailed as failure:
            if failure.reason == "reading raised":
                raised.append(f"{number}: {failure.detail}")
    assert raised == []


def snapshots(shared: Path) -> Iterator[Page]:
    with (shared / "archive" / "policies.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                address = record.rec_headers.get_header("WARC-Target-URI")
                kind = record.http_headers.get_header("Content-Type") or ""
                yield Page(record.content_stream().read(), address, "20220101000000", kind)


def test_pages_with_one_key_read_the_same(shared: Path) -> None:
    """`KEY_PAGES=100000` looks at all pages, `KEY_GROUPS=100000` reads all of them."""
    groups: dict[bytes, list[Page]] = defaultdict(list)
    count = 0
    for snapshot in islice(snapshots(shared), KEY_PAGES):
        if not is_pdf(snapshot.body):
            root = parse(decode(snapshot.body, snapshot.content_type)[0])
            strip(root)
            groups[tree_key(root, snapshot.original)].append(snapshot)
            count += 1
    assert count - len(groups) >= 0.2 * count  # so many readings are spared
    equal = [group for group in groups.values() if len({one.body for one in group}) > 1]
    chance = random.Random(1)
    for group in chance.sample(equal, min(KEY_GROUPS, len(equal))):
        readings = {outcome(Reader(remembered=0), one) for one in (group if KEY_GROUPS > 1000 else group[:2])}
        assert len(readings) == 1, group[0].original


def test_a_renderer_finds_the_structure_of_each_text(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`STRUCTURES=100000` renders all of the archive too."""
    written: list[tuple[list[Block], str]] = []

    def remembered(blocks: list[Block], style: Style) -> str:
        written.append((blocks, markdown(blocks, style)))
        return written[-1][1]

    monkeypatch.setattr("pipelines.extraction.page.page.markdown", remembered)
    score = load(shared / "reading" / "score.py", "reading_score")
    pages = [page(path.read_bytes()) for path in (shared / "golden").glob("*/page.html")]
    pages += [page(row["html"].encode()) for row in score.load(shared / "reading" / "dev.jsonl.gz")][::10]
    pages += list(islice(snapshots(shared), STRUCTURES))
    reader = Reader()
    for one in pages:
        outcome(reader, one)
    assert len(written) > 40
    differing = [text[:80] for blocks, text in written if rendered_units(text) != block_units(blocks)]
    assert differing == []


def outcome(reader: Reader, snapshot: Page) -> Reading | str:
    try:
        return reader.read(snapshot)
    except ReadingFailed as failure:
        return failure.reason
