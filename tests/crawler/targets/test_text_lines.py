import os
from pathlib import Path

import pytest

from crawler.targets.text_lines import LONGEST_LINE, files_in, lines, sound
from pipelines.exceptions import WrongUse

TEXT = "# Datenschutz\nbücher.example\r\n\nexample.com/x\rlast.example"
LINES = [(1, "# Datenschutz"), (2, "bücher.example"), (3, ""), (4, "example.com/x"), (5, "last.example")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_lines_are_read_in_each_encoding_that_says_what_it_is(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert list(lines(path)) == LINES


def test_big_endian_with_a_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"\xfe\xff" + TEXT.encode("utf-16-be"))
    assert list(lines(path)) == LINES


def test_a_line_of_another_encoding_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(b"example.com\nb\xfccher.example\nexample.org\n")
    first, second, third = (line for _, line in lines(path))
    assert (sound(first), sound(third)) == ("example.com", "example.org")
    with pytest.raises(WrongUse, match="save the file as UTF-8"):
        sound(second)


def test_an_endless_line_is_cut_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("x" * (3 * LONGEST_LINE + 7) + "\nexample.com\n" + "y" * LONGEST_LINE)
    first, second, third = list(lines(path))
    assert second == (2, "example.com")
    assert sound(third[1]) == "y" * LONGEST_LINE
    with pytest.raises(WrongUse, match="longer than 65536"):
        sound(first[1])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("example.com\n".encode("utf-16-le"), "no text in UTF-8"),
        (b"\x1f\x8b\x08rest", "is a packed file; unpack it first"),
        (b"PK\x03\x04rest", "is a packed file; unpack it first"),
    ],
)
def test_what_is_no_text_is_refused_with_the_way_out(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes(content)
    with pytest.raises(WrongUse, match=message):
        list(lines(path))


def no(text: str) -> bool:
    """Takes nothing that ends like a file for an address."""
    return False


def test_what_is_there_is_a_file_and_what_is_not_may_be_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("shop.com").mkdir()
    assert files_in("shop.com/a.txt", lambda text: text == "shop.com/a.txt") == []
    Path("shop.com/a.txt").touch()
    assert files_in("shop.com/a.txt", lambda text: True) == [Path("shop.com/a.txt")]


def test_a_source_is_one_file_several_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b.txt", "odd,name.txt"):
        Path(name).touch()
    assert files_in("a.txt", no) == [Path("a.txt")]
    assert files_in("a.txt, b.txt", no) == [Path("a.txt"), Path("b.txt")]
    assert files_in("odd,name.txt", no) == [Path("odd,name.txt")]
    for address in ("example.com", "https://example.com/terms,a.html", "//example.com/x", "https://example.com/a.txt"):
        assert files_in(address, no) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "No targets: give a file, or one address"),
        ("  ", "No targets: give a file, or one address"),
        ("missing.txt", "missing.txt does not exist; give a file"),
        ("./missing", "missing does not exist; give a file"),
        ("a.txt,missing.csv", "missing.csv does not exist; give a file"),
        ("folder", "folder is a folder; give a file"),
        ("a.txt,a.txt", "a.txt is given twice; name each file once"),
        ("a.txt,./a.txt", "a.txt is given twice; name each file once"),
        ("a.txt,link.txt", "link.txt is given twice; name each file once"),
    ],
)
def test_a_source_that_cannot_be_used_is_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").touch()
    Path("link.txt").symlink_to("a.txt")
    Path("folder").mkdir()
    with pytest.raises(WrongUse, match=message):
        files_in(source, no)


def test_a_file_that_cannot_be_read_is_refused_with_the_way_out() -> None:
    path = Path("/proc/self/mem")  # nobody may read its start, not even root
    if not path.exists():
        pytest.skip("no /proc on this system")
    with pytest.raises(WrongUse, match=r"/proc/self/mem cannot be read \(.+\); give a file that you may read"):
        list(lines(path))


def test_a_pipe_is_a_file(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.write(write, "\ufeffexample.com\n".encode())
    os.close(write)
    try:
        assert list(lines(Path(f"/dev/fd/{read}"))) == [(1, "example.com")]
    finally:
        os.close(read)
