"""Policies found in parts of a columnar index, as Common Crawl lays it out."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import refusal, run_scrapy

pyarrow = pytest.importorskip("pyarrow")

ROWS = [
    ("https://kites.example/privacy-policy", "kites.example", 200, "text/html"),
    ("https://kites.example/privacy-policy", "kites.example", 200, "text/html"),
    ("https://kites.example/privacy-policy?print=1", "kites.example", 200, "text/html"),
    ("https://kites.example/legal/privacy", "kites.example", 404, "text/html"),
    ("https://kites.example/privacy.json", "kites.example", 200, "application/json"),
    ("https://www.lark.example/datenschutz", "lark.example", 200, "text/html"),
    ("https://other.example/privacy", "other.example", 200, "text/html"),
    ("https://kites.example/\x1b[31mprivacy", "kites.example", 200, "text/html"),
    (None, None, None, None),
]


def write(path: Path, *left_out: str) -> None:
    import pyarrow.parquet as parquet

    names = ("url", "url_host_registered_domain", "fetch_status", "content_mime_type")
    columns = {name: [row[at] for row in ROWS] for at, name in enumerate(names)}
    columns["fetch_time"] = [datetime(2024, 5, 1, tzinfo=UTC)] * len(ROWS)
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pyarrow.table({n: c for n, c in columns.items() if n not in left_out}), path)


def test_the_likeliest_address_of_each_domain_of_a_list_is_found(tmp_path: Path) -> None:
    write(tmp_path / "index" / "subset=warc" / "part-0.parquet")
    write(tmp_path / "index" / "part-1.parquet", "url_host_registered_domain")  # columns came over the years
    domains = tmp_path / "domains.txt"
    domains.write_text("kites.example\nlark.example\nnowhere.example\n")
    found = run_scrapy("archives", "find", str(tmp_path / "index"), "--targets", str(domains))
    assert found.code == 0, found
    assert found.out.splitlines() == [
        "target,kind",
        "https://kites.example/privacy-policy,privacy policy",
        "https://www.lark.example/datenschutz,privacy policy",
    ]


def test_what_is_no_part_of_an_index_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path / "index" / "a.parquet")
    write(tmp_path / "index" / "b.parquet", "fetch_status")
    (tmp_path / "index" / "c.parquet").write_bytes(b"PAR1 and no more")
    found = run_scrapy("archives", "find", str(tmp_path / "index"), "--targets", "kites.example")
    assert found.code == 1
    assert "kites.example/privacy-policy" in found.out
    assert "b.parquet is not read: it has no column fetch_status" in found.err
    assert "c.parquet is not read" in found.err
    (tmp_path / "empty").mkdir()
    assert "no Parquet files" in refusal(
        run_scrapy("archives", "find", str(tmp_path / "empty"), "--targets", "kites.example")
    )
