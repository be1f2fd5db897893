import contextlib
import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.local_archive.server import rows as row_files
from crawler.local_archive.server.cdxindex import CdxIndex
from crawler.local_archive.server.rows import Row

LINE = "com,example)/ {time} http://example.com/ text/html 200 {digest} 100\n"


def index_of(folder: Path, *times: str) -> CdxIndex:
    (folder / "rows.cdx").write_text("".join(LINE.format(time=time, digest=f"D{time}") for time in times))
    return CdxIndex(folder)


def times_of(index: CdxIndex) -> list[str]:
    return [Row.parse(line).timestamp for _, line in index.lines(0, index.size)]


def test_rows_of_any_number_of_runs_are_sorted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_files, "_RUN", 3)
    with contextlib.closing(index_of(tmp_path, *"7294163850")) as index:
        assert times_of(index) == list("0123456789")


def test_empty_folder_has_an_empty_index(tmp_path: Path) -> None:
    with contextlib.closing(CdxIndex(tmp_path)) as index:
        assert (index.size, index.find(b"x"), index.rows_of("com,example)/")) == (0, 0, [])


def test_lines_run_both_ways(tmp_path: Path) -> None:
    with contextlib.closing(index_of(tmp_path, "1", "2", "3")) as index:
        forward = list(index.lines(0, index.size))
        assert list(index.lines_back(0, index.size)) == forward[::-1]
        assert len(forward) == 3


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.integers(0, 99), max_size=30), wanted=st.integers(-1, 100))
def test_find_gives_the_first_line_not_less(
    tmp_path_factory: pytest.TempPathFactory, rows: list[int], wanted: int
) -> None:
    folder = tmp_path_factory.mktemp("find")
    with contextlib.closing(index_of(folder, *(f"{row:03d}" for row in rows))) as index:
        at = index.find(f"com,example)/ {max(wanted, 0):03d} ".encode())
        expected = sum(len(line) for _, line in index.lines(0, index.size) if int(line.split()[1]) < max(wanted, 0))
        assert at == expected


def test_index_files_of_all_forms_are_read_and_others_counted(tmp_path: Path) -> None:
    (tmp_path / "a.cdx").write_text(
        " CDX N b a m s k r M S V g\n"
        "com,example)/11 2011 http://example.com/11 text/html 200 D - - 77 5 gone.warc.gz\n"
        "com,example)/9 2009 http://example.com/9 text/html 200 D - 5 gone.warc.gz\n"
        "com,example)/7 2007 http://example.com/7 text/html 200 D 99\n"
        "not a row\n\n"
    )
    (tmp_path / "b.cdxj").write_text(
        'com,example)/j 2020 {"url": "http://www.example.com/j", "mime": "warc/revisit", "status": "200",'
        ' "digest": "sha1:ABC", "length": "9", "filename": "gone.warc.gz"}\n'
        "com,example)/k 2020 {broken\n"
        'com,example)/l 2020 {"url": ' + "[" * 100_000 + "\n"
    )
    with contextlib.closing(CdxIndex(tmp_path)) as index:
        rows = {line.split()[0].decode(): Row.parse(line) for _, line in index.lines(0, index.size)}
        assert [rows[f"com,example)/{name}"].length for name in ("11", "9", "7")] == ["77", "-", "99"]
        assert rows["com,example)/j"][1:6] == ("2020", "http://www.example.com/j", "warc/revisit", "-", "ABC")
        assert not any(row.is_playable for row in rows.values())
        assert index.skipped == 3


def test_rows_of_warc_files_present_are_taken_from_the_files(sample: Path, tmp_path: Path) -> None:
    packed = gzip.compress((sample / "waldkauz.warc").read_bytes())  # one member: not the usual way
    (tmp_path / "inkwell.warc").write_bytes((sample / "inkwell.warc").read_bytes())
    (tmp_path / "inkwell.cdxj").write_text(
        'x 20060510083000 {"url": "http://inkwell-post.example/privacy", "filename": "inkwell.warc"}\n'
    )
    (tmp_path / "notes.txt").write_bytes(packed)
    with contextlib.closing(CdxIndex(tmp_path)) as index:
        rows = index.rows_of("example,inkwell-post)/privacy")
        assert rows[0].timestamp == "20060510083000"
        assert all(row.is_playable for row in rows)
        assert len({row.timestamp for row in rows}) == len(rows)
        revisits = [row for row in rows if row.is_revisit]
        assert [row.statuscode for row in revisits] == ["-"]
        assert revisits[0].digest in {row.digest for row in rows if not row.is_revisit}


def test_rows_with_a_digest_are_found_anywhere(tmp_path: Path) -> None:
    with contextlib.closing(index_of(tmp_path, "1", "2", "2", "3")) as index:
        assert [row.timestamp for row in index.rows_with_digest("D2")] == ["2", "2"]
        assert list(index.rows_with_digest("D9")) == []


@settings(max_examples=60, deadline=None)
@given(data=st.data(), packed=st.booleans())
def test_torn_files_give_what_is_whole(
    sample: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, packed: bool
) -> None:
    records = [b"WARC/1.1\r\n" + rest for rest in (sample / "inkwell.warc").read_bytes().split(b"WARC/1.1\r\n")[1:]]
    parts = [gzip.compress(record) for record in records] if packed else records
    whole, rest = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 600))
    folder = tmp_path_factory.mktemp("torn")
    torn = b"".join(parts[:whole]) + parts[whole][:rest]
    (folder / ("torn.warc.gz" if packed else "torn.warc")).write_bytes(torn)
    with contextlib.closing(CdxIndex(folder)) as index:
        assert whole <= len(list(index.lines(0, index.size))) <= whole + 1


@pytest.mark.parametrize("rest", [b"WA", b"WARC/1.", b"WARC/1.1\r\nWARC-Type: response\r\n"])
def test_torn_tails_are_counted(sample: Path, tmp_path: Path, rest: bytes) -> None:
    (tmp_path / "torn.warc").write_bytes((sample / "inkwell.warc").read_bytes() + rest)
    with contextlib.closing(CdxIndex(tmp_path)) as index:
        assert len(list(index.lines(0, index.size))) == 21
        assert index.skipped == 1
