import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.export.git.commits import message, stream
from pipelines.export.git.history import known, site_path
from pipelines.store.archives import Links
from pipelines.store.database import open_corpus
from pipelines.store.selection import SelectedVersion

PUBLIC = "https://web.archive.org"
VERSION = SelectedVersion(
    *(
        "shop.example",
        "privacy policy",
        "",
        1,
        "20040101000000",
        "20040101000000",
        1,
        1,
        "http://shop.example/a?b=1&c=ü",
    ),
    *("Title", "en", 3, "d1", "We keep it.\n", "policy", "[]", "", "", "20040101000000", "web.archive.org", "r1", 0),
    *("", "", None, None, 1),
)


def dates(folder: Path, *timestamps: str, since: int = 0) -> list[tuple[int, int]]:
    versions = [replace(VERSION, held_timestamp=timestamp) for timestamp in timestamps]
    with closing(open_corpus(folder)) as db:
        told = b"".join(stream(versions, "refs/x", site_path, Links(PUBLIC, db), since=since)).decode()
    found = re.findall(r"^author .*> (\d+) \+0000\ncommitter .*> (\d+) \+0000$", told, re.MULTILINE)
    return [(int(authored), int(committed)) for authored, committed in found]


@pytest.mark.parametrize("timestamp", ["00000000000000", "19691231235959", "19951231000000", "20040231000000"])
def test_nothing_is_dated_before_there_was_an_archive(timestamp: str, tmp_path: Path) -> None:
    assert dates(tmp_path, timestamp) == [(820454400, 820454400)]


def test_the_committers_date_never_goes_back(tmp_path: Path) -> None:
    assert dates(tmp_path, "20040101000000", "20030101000000", "not a date", since=1072915300) == [
        (1072915200, 1072915300),
        (1041379200, 1072915300),
        (1072915300, 1072915300),
    ]


def test_a_message_has_links_and_is_known_by_its_last_line() -> None:
    said = message(replace(VERSION, site="a\nb"), "a/b.md", PUBLIC)
    assert said.startswith("a b privacy policy: 2004-01-01\n\n")
    assert "/web/20040101000000/http://shop.example/a?b=1&c=%C3%BC\n" in said
    assert "/web/20040101000000id_/http%3A//shop.example/a%3Fb%3D1%26c%3D%C3%BC\n" in said
    assert known([said.splitlines()[-1].partition(": ")[2]]) == {"a/b.md": ["d1"]}
    with pytest.raises(ValueError, match="1"):
        known(['["a", "b", "c"]', ""])
