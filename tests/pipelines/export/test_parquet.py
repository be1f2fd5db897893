import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.export import parquet
from pipelines.export.staged import staged
from tests.pipelines.export.views import exported, seen, versions


def test_times_are_typed_beside_the_digits_and_reasons_are_lists(hostile: Path, tmp_path: Path) -> None:
    exported(hostile, "parquet", tmp_path)
    first = pq.read_table(tmp_path / "versions-00000.parquet").to_pylist()[0]
    assert (first["first_timestamp"], first["first_time"]) == ("20050101000000", datetime(2005, 1, 1, tzinfo=UTC))
    assert first["changed_after"] == ""
    assert first["changed_after_time"] is None
    assert first["reasons"] == ["it says so", 'and "so"']
    assert first["open"] is False
    assert first["snapshot"] == "https://web.archive.org/web/20050101000000id_/http%3A//dev.to/a"


def test_rows_are_sorted_by_site_and_time_and_columns_described(hostile: Path, tmp_path: Path) -> None:
    exported(hostile, "parquet", tmp_path)
    file = pq.ParquetFile(tmp_path / "versions-00000.parquet")
    found = file.read(["site", "first_timestamp"]).to_pylist()
    assert found == sorted(found, key=lambda one: (one["site"], one["first_timestamp"]))
    assert file.schema_arrow.field("words").metadata[b"description"] == b"Number of words"
    assert json.loads(file.schema_arrow.metadata[b"columns"])["title"] == "Title of that page"
    assert {file.metadata.row_group(0).column(at).compression for at in range(3)} == {"ZSTD"}
    assert len(file.metadata.row_group(0).sorting_columns) == 2


def test_row_groups_and_files_are_bounded_by_bytes(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "_GROUP", 700)
    with seen(hostile) as corpus, staged(tmp_path / "to", "parquet") as files:
        [table] = [one for one in corpus.tables if one.name == "versions"]
        names = parquet.write_table(corpus, table, files, "", shard=4_000)
        files.take_places("x")
    assert names == [f"versions-{at:05}.parquet" for at in range(len(names))]
    assert len(names) > 2
    read = [pq.read_table(tmp_path / "to" / name, columns=["site", "number"]).to_pylist() for name in names]
    assert sum(map(len, read)) == len(versions(hostile))
    assert max(map(len, read[:-1])) < 8


def test_a_table_without_rows_has_its_columns(hostile: Path, tmp_path: Path) -> None:
    exported(hostile, "parquet", tmp_path)
    assert "settings" in pq.read_schema(tmp_path / "runs-00000.parquet").names
