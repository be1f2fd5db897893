import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.items.captures import Snapshot, WarcLocation
from pipelines.warc import cdxj
from pipelines.warc.held import HeldMemento
from tests.pipelines.store.samples import a_memento

LOCATION = WarcLocation("run-00001.warc.gz", 300, 512)


def a_line(payload: WarcLocation | None = None, timestamp: str = "20040101123000") -> str:
    held = HeldMemento(Snapshot(a_memento(timestamp=timestamp), LOCATION, "0" * 64), "sha1:" + "A" * 32, payload)
    return cdxj.line(held)


def test_a_line_is_what_pywb_reads() -> None:
    urlkey, timestamp, fields = a_line().split(" ", 2)
    assert (urlkey, timestamp) == ("example,shop)/privacy", "20040101123000")
    assert json.loads(fields) == {
        "url": "http://shop.example/privacy",
        "mime": "text/html",
        "status": "200",
        "digest": "sha1:" + "A" * 32,
        "length": "512",
        "offset": "300",
        "filename": "run-00001.warc.gz",
    }


def test_a_revisit_is_marked() -> None:
    assert json.loads(a_line(LOCATION).split(" ", 2)[2])["mime"] == "warc/revisit"


def test_a_memento_without_a_key_has_a_line_all_the_same() -> None:
    memento = a_memento()
    memento = replace(memento, capture=replace(memento.capture, urlkey=""))
    assert cdxj.line(HeldMemento(Snapshot(memento, LOCATION, ""), "sha1:A")).startswith("- 20040101123000 {")


@pytest.mark.parametrize("name", ["run-00001.warc.gz", "run-00001.warc"])
def test_the_index_lies_beside_its_file(tmp_path: Path, name: str) -> None:
    assert cdxj.cdxj_path(tmp_path / name) == tmp_path / "run-00001.cdxj"


def test_lines_are_sorted_by_byte_and_each_once(tmp_path: Path) -> None:
    path = tmp_path / "run.cdxj"
    path.write_bytes(b"b 2\na 10\nb 2\nB 1\n\xc3\xa9 1\na 1\n")
    cdxj.sort_file(path)
    assert path.read_bytes() == b"B 1\na 1\na 10\nb 2\n\xc3\xa9 1\n"
    assert [other.name for other in tmp_path.iterdir()] == ["run.cdxj"]


def test_where_there_is_no_index_none_is_made(tmp_path: Path) -> None:
    cdxj.sort_file(tmp_path / "run.cdxj")
    assert list(tmp_path.iterdir()) == []
