import csv
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.local_archive.sample import SITES, make_sample
from tests.crawler.local_archive.server.archive_client import Client

SITE = """
host = "www.example.org"
name = "N"
slogan = "S"
language = "en"
keywords = "k"
cookie_notice = "c"
navigation = []
footer = []
captures = '''
{captures}
'''
"""


def test_sample_is_the_same_byte_for_byte(sample: Path, tmp_path: Path) -> None:
    make_sample(tmp_path)
    files = sorted(path.name for path in sample.iterdir())
    assert files == sorted(path.name for path in tmp_path.iterdir())
    assert all((sample / name).read_bytes() == (tmp_path / name).read_bytes() for name in files)


def test_records_are_sound(sample: Path) -> None:
    for path in sample.glob("*.warc"):
        with path.open("rb") as file:
            records = list(ArchiveIterator(file, check_digests="raise"))
        assert len(records) > 1
        assert {record.rec_type for record in records} <= {"response", "revisit"}


def test_sites_have_five_versions_over_fifteen_years(client: Client, sample: Path) -> None:
    for host in ("harbourlight.example", "waldkauz-verlag.example", "inkwell-post.example"):
        rows = [line.split(" ") for line in client.cdx(f"*.{host}").lines]
        years = [int(row[1][:4]) for row in rows]
        assert max(years) - min(years) >= 15
        assert len({row[5] for row in rows if row[4] == "200"}) >= 5
        assert any(row[3] == "warc/revisit" for row in rows)
        assert {"200", "404", "302"} <= {row[4] for row in rows}
    statuses = {line.split(" ")[4] for line in client.cdx("*.example", filter="!original:.*closed.*").lines}
    assert {"301", "302", "404", "429", "503", "-"} <= statuses


def test_old_german_pages_are_not_what_they_say(client: Client) -> None:
    body = client.replay("20070921224500", "http://www.waldkauz-verlag.example/datenschutz.html").body
    assert b"charset=iso-8859-1" in body
    assert "„Nachtbrief“" in body.decode("cp1252")


def test_targets_are_listed(sample: Path) -> None:
    urls = (sample / "targets.txt").read_text().splitlines()
    with (sample / "targets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(urls) == {row["target"] for row in rows if row["kind"] == "privacy policy"}
    assert {row["kind"] for row in rows} == {"privacy policy", "terms of service", "cookie policy"}
    assert (sample / "blocked.txt").read_text() == "www.closedgarden.example\n"


def test_own_sites_can_be_made(tmp_path: Path) -> None:
    site = tmp_path / "sites" / "own"
    site.mkdir(parents=True)
    (site / "frames.html").write_text("<frameset><frame src=a.html></frameset>")
    (site / "site.toml").write_text(SITE.format(captures="19990101000000 html frames.html http://www.example.org/"))
    make_sample(tmp_path / "out", tmp_path / "sites")
    with EmbeddedArchive(tmp_path / "out") as archive:
        client = Client(archive)
        assert client.replay("19990101000000", "http://www.example.org/").body.startswith(b"<frameset>")
        client.close()


@pytest.mark.parametrize(
    "line",
    [
        "19990101000000 html absent.html http://www.example.org/",
        "19990101000000 dance http://www.example.org/",
        "199 error 404 http://www.example.org/",
        "19990101000000 revisit http://www.example.org/",
        "nonsense",
    ],
)
def test_bad_captures_are_named(tmp_path: Path, line: str) -> None:
    site = tmp_path / "sites" / "own"
    site.mkdir(parents=True)
    (site / "site.toml").write_text(SITE.format(captures=line))
    with pytest.raises(ValueError, match=f"own: cannot make the capture '{line}"):
        make_sample(tmp_path / "out", tmp_path / "sites")


def test_texts_lie_beside_the_maker() -> None:
    assert {path.parent.name for path in SITES.glob("*/site.toml")} >= {"harbourlight", "inkwell", "waldkauz"}
