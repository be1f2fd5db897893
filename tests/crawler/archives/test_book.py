import json
from pathlib import Path

import pytest

from crawler.archives import book
from crawler.archives.wayback import dialect_of
from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.exceptions import WrongUse
from tests.conftest import Run, refusal

MINE = 'name = "mine"\naddress = "http://127.0.0.1:8080/museum"\ndialect = "pywb"\n'
ELSEWHERE = 'name = "far"\naddress = "https://archive.example/all"\ndialect = "pywb"\n'
RATES = '[rates]\nlisting = 20\nreplay = 20\nsource = "our own"\n'


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_three_lines_are_enough_for_ones_own_pywb(tmp_path: Path) -> None:
    [archive] = book.chosen(str(written(tmp_path, MINE)))
    assert archive.listing_template == "http://127.0.0.1:8080/museum/cdx"
    assert archive.replay_template == "http://127.0.0.1:8080/museum/{timestamp}id_/{url}"
    assert (archive.rates.listing, archive.called) == (0, "mine")


def test_every_entry_that_comes_along_is_whole() -> None:
    entries = book.shipped()
    assert {path.stem for path in book.SHIPPED.glob("*.toml")} == {entry.name for entry in entries}
    assert {"web.archive.org", "arquivo.pt", "commoncrawl.org", "webarchive.org.uk"} <= {one.name for one in entries}
    for entry in entries:
        assert dialect_of(entry)
        assert entry.address.startswith("https://")
        assert entry.contact
        assert entry.terms
        assert entry.rates.source
        assert entry.title


def test_the_rates_of_the_internet_archive_are_four_fifths_of_its_limits() -> None:
    rates = book.find("web.archive.org").rates
    assert (rates.listing, rates.replay) == (0.8 * 30, 0.8 * 600)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (MINE + 'dialekt = "x"\n', 4, "dialekt"),
        (MINE.replace('"pywb"', '"wget"'), 3, "dialect: Invalid enum value 'wget'"),
        (MINE.replace('"mine"', "7"), 1, "name: Expected `str`, got `int`"),
        (MINE.replace('"mine"', '"My Own"'), 1, "name: Expected `str` matching regex"),
        ('name = "mine"\ndialect = "pywb"\n', 1, "missing required field `address`"),
        (MINE + '\n[rates]\nlisting = "many"\n', 6, "listing: Expected `float`, got `str`"),
        (MINE + "[rates]\nlisting = -1\n", 5, "listing: Expected `float` >= 0"),
        (MINE.replace("http://127", "ftp://127"), 2, "address: 'ftp://127.0.0.1:8080/museum' is no address"),
        (MINE.replace("127.0.0.1", "me:secret@127.0.0.1"), 2, "is no address"),
        (MINE + 'replay = "{address}/{when}/{url}"\n', 4, "replay: {when} stands for nothing"),
        (MINE + 'replay = "{address}/{url}"\n', 4, "replay: it needs {timestamp} and {url}"),
        (MINE + 'raw = "range"\n', 4, "raw: range is not how dialect pywb gives bytes"),
        (ELSEWHERE, 1, "rates: an archive elsewhere needs listing, replay"),
        (ELSEWHERE + "[rates]\nlisting = 20\nreplay = 20\n", 4, "rates: an archive elsewhere needs"),
    ],
)
def test_a_broken_entry_is_told_by_file_and_line(text: str, line: int, said: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(WrongUse) as refused:
        book.read(path)
    assert str(refused.value).startswith(f"{path}, line {line}: ")
    assert said in str(refused.value)
    assert refused.value.exit_code == 2


def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"mine\.toml: .*line 2, column"):
        book.read(written(tmp_path, 'name = "mine"\naddress = \n'))


@pytest.mark.parametrize("data", [b"\xff\xfe", b"#" * (book.LARGEST + 1)])
def test_what_is_no_entry_at_all_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(data)
    with pytest.raises(WrongUse, match="entry of the book"):
        book.read(path)


def test_a_file_that_is_not_there_and_an_unknown_name_are_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"nowhere\.toml cannot be read .*No such file"):
        book.find(str(tmp_path / "nowhere.toml"))
    with pytest.raises(WrongUse, match=r"no archive 'arkivo' in the book; it has arquivo\.pt, "):
        book.chosen("arkivo")
    with pytest.raises(WrongUse, match="ARCHIVES is empty"):
        book.chosen(" , ")


def test_two_archives_with_one_name_are_refused(tmp_path: Path) -> None:
    one, other = written(tmp_path, MINE, "a.toml"), written(tmp_path, MINE.replace("museum", "x"), "b.toml")
    with pytest.raises(WrongUse, match="two archives with the name mine"):
        book.chosen(f"{one}, {other}")


def test_an_archive_is_asked_at_all_its_servers_and_nowhere_else() -> None:
    assert book.origins(book.find("commoncrawl.org")) == {
        ("https", "index.commoncrawl.org", 443),
        ("https", "data.commoncrawl.org", 443),
    }
    assert book.origins(book.find("arquivo.pt")) == {("https", "arquivo.pt", 443)}


def test_an_archive_elsewhere_needs_rates_with_their_source(tmp_path: Path) -> None:
    assert book.read(written(tmp_path, ELSEWHERE + RATES)).rates.replay == 20


# -- the command


def test_the_book_is_listed_for_people_and_for_programs(scrapy: Run) -> None:
    told = scrapy("archives")
    assert told.code == 0
    assert "arquivo.pt" in told.out
    assert "320 replays a minute" in told.out
    [first, *_] = json.loads(scrapy("archives", "--json").out)
    assert first["name"] == "arquivo.pt"


def test_an_archive_is_asked_whether_it_works(archive: EmbeddedArchive, scrapy: Run, tmp_path: Path) -> None:
    mine = 'name = "mine"\ndialect = "wayback"\n'
    path = written(tmp_path, f'{mine}address = "{archive.url}"\ncanary = "www.harbourlight.example/privacy.html"\n')
    well = scrapy("archives", "check", str(path))
    assert (well.code, well.out.splitlines()[1].split()[-1]) == (0, "played"), well
    ill = scrapy("archives", "check", str(path), "--address", "nowhere.example/x")
    assert ill.code == 4
    assert "its emptiness proves nothing" in ill.out
    assert "has no canary" in refusal(scrapy("archives", "check", str(written(tmp_path, MINE))))


def test_an_archive_without_unchanged_bytes_is_no_archive_of_a_crawl(scrapy: Run) -> None:
    ended = scrapy(
        "crawl", "policies", "-a", "targets=example.com/privacy", ARCHIVES="perma.cc", CONTACT="me@example.org"
    )
    assert "gives no unchanged bytes" in refusal(ended)
