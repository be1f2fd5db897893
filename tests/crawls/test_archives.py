"""Crawls of archives other than the Wayback Machine: their own software where it can be had, else their dialects."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from crawler.local_archive.embedded import EmbeddedArchive
from tests.conftest import run_scrapy
from tests.crawls.crawling import Crawling
from tests.crawls.splitting import split
from tests.pipelines.warc.test_pywb import _free_port, _wait_for, pywb

__all__ = ["pywb"]

_SHOWN = "SELECT site, kind, variant, number, first_timestamp, last_timestamp, held_timestamp, text_digest, captures "

TARGET = Path("www.waldkauz-verlag.example/datenschutz.html")  # an address without its scheme


def entry(folder: Path, address: str, name: str = "mine", dialect: str = "pywb", more: str = "") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(f'name = "{name}"\naddress = "{address}"\ndialect = "{dialect}"\n{more}', "utf-8")
    return path


def versions(crawling: Crawling) -> list[tuple[object, ...]]:
    return crawling.rows(f"{_SHOWN} FROM versions ORDER BY 1, 2, 3, 4")


@pytest.fixture(scope="module")
def collection(pywb: Path, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real pywb over the WARC files of the sample."""
    home = tmp_path_factory.mktemp("collection")
    for command in (["init", "museum"], ["add", "museum", *sorted(sample.glob("*.warc"))]):
        subprocess.run([pywb / "wb-manager", *command], cwd=home, check=True, capture_output=True, timeout=120)
    port = _free_port()
    command = [pywb / "wayback", "-b", "127.0.0.1", "-p", f"{port}"]
    with subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(f"http://127.0.0.1:{port}/", server)
            yield f"http://127.0.0.1:{port}/museum"
        finally:
            server.terminate()


@pytest.mark.parametrize("select", ["changes", "all", "year"])
def test_a_crawl_of_pywb_gives_what_the_wayback_machine_gives(
    collection: str, sample: Path, tmp_path: Path, select: str
) -> None:
    targets = tmp_path / "targets.txt"
    lines = (sample / "targets.txt").read_text("utf-8").splitlines()
    targets.write_text("\n".join(line for line in lines if "closedgarden" not in line) + "\n", "utf-8")
    pywb = Crawling(tmp_path / "pywb", "", targets, {"ARCHIVES": entry(tmp_path, collection), "SELECT": select})
    assert pywb.run().code == 0
    with EmbeddedArchive(sample) as archive:
        web = Crawling(tmp_path / "web", archive.url, targets, {"SELECT": select})
        assert web.run().code == 0
    assert versions(pywb) == versions(web)
    assert len(versions(pywb)) >= 10
    listed = "SELECT timestamp, original, digest FROM captures WHERE site <> '' ORDER BY 1, 2, 3"
    assert pywb.rows(listed) == web.rows(listed)
    assert {archive for (archive,) in pywb.rows("SELECT DISTINCT archive FROM captures")} == {"mine"}


def test_a_crawl_of_pywb_gives_the_texts_of_a_rebuild_of_its_files(
    collection: str, sample: Path, tmp_path: Path
) -> None:
    pywb = Crawling(tmp_path / "pywb", "", sample / "targets.txt", {"ARCHIVES": entry(tmp_path, collection)})
    assert pywb.run().code == 0
    rebuilt = tmp_path / "rebuilt"
    ended = run_scrapy("rebuild", str(sample), "--targets", str(sample / "targets.txt"), CORPUS_DIR=rebuilt, READERS=1)
    assert ended.code in (0, 1), ended
    shown = "SELECT held_timestamp, original, text_digest, first_timestamp, last_timestamp, captures FROM versions"
    crawled, made = set(pywb.rows(shown)), set(Crawling(rebuilt, "", sample).rows(shown))
    assert crawled
    assert crawled - made == set()


# -- several archives in one crawl


@pytest.fixture(scope="module")
def parts(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("parts")
    folders = [folder / dialect for dialect in ("wayback", "pywb", "commoncrawl")]
    split(sample, folders, seed=7)
    return folders


@contextmanager
def served(parts: list[Path], folder: Path) -> Iterator[tuple[dict[str, object], dict[str, EmbeddedArchive]]]:
    """The settings that name an archive for each part, and the archives."""
    with ExitStack() as stack:
        archives = {part.name: stack.enter_context(EmbeddedArchive(part, dialect=part.name)) for part in parts}
        pywb, crawls = archives["pywb"], archives["commoncrawl"]
        mine = entry(folder, pywb.address, "pywb")
        cc = entry(folder, crawls.address, "cc", "commoncrawl", f'raw = "range"\nreplay = "{crawls.address}"\n')
        yield {"ARCHIVES": f"web.archive.org,{mine},{cc}", "WAYBACK_URL": archives["wayback"].url}, archives


def test_an_archive_that_is_split_gives_the_corpus_of_the_whole(
    sample: Path, parts: list[Path], tmp_path: Path
) -> None:
    targets = tmp_path / "targets.txt"
    lines = (sample / "targets.txt").read_text("utf-8").splitlines()
    targets.write_text("\n".join(line for line in lines if "closedgarden" not in line) + "\n", "utf-8")
    with EmbeddedArchive(sample) as archive:
        whole = Crawling(tmp_path / "whole", archive.url, targets)
        assert whole.run().code == 0
    with served(parts, tmp_path) as (settings, archives):
        divided = Crawling(tmp_path / "divided", archives["wayback"].url, targets, settings)
        ended = divided.run()
    assert ended.code == 0, ended
    assert versions(divided) == versions(whole)
    assert {archive for (archive,) in divided.rows("SELECT DISTINCT archive FROM captures")} == {
        "web.archive.org",
        "pywb",
        "cc",
    }
    twice = (
        "SELECT payload_digest, urlkey FROM snapshot JOIN capture ON capture.id = capture_id WHERE redirect_to = '' "
    )
    assert divided.rows(f"{twice} GROUP BY payload_digest, urlkey HAVING count(*) > 1") == []
    assert all(archive.requests.count("replay") for archive in archives.values())
    captures = "SELECT archive, timestamp, original, digest, statuscode, state FROM captures ORDER BY 1, 2, 3, 4, 5"
    before = divided.rows(captures)
    rebuilt = run_scrapy("rebuild", CORPUS_DIR=divided.folder, READERS=1, ARCHIVES=settings["ARCHIVES"])
    assert rebuilt.code == 0, rebuilt
    assert (versions(divided), divided.rows(captures)) == (versions(whole), before)
    verified = run_scrapy("verify", CORPUS_DIR=divided.folder, READERS=1)
    assert verified.code == 0, verified


def test_an_archive_that_is_down_makes_no_gap_in_silence(sample: Path, tmp_path: Path) -> None:
    down = entry(tmp_path, f"http://127.0.0.1:{_free_port()}/c", "down")
    with EmbeddedArchive(sample) as archive:
        crawling = Crawling(
            tmp_path / "corpus",
            archive.url,
            TARGET,
            {"ARCHIVES": f"web.archive.org,{down}"},
        )
        forecast = run_scrapy(
            "crawl", "policies", "-a", f"targets={crawling.targets}", "--dry-run",
            CORPUS_DIR=crawling.folder, WAYBACK_URL=archive.url, ARCHIVES=f"web.archive.org,{down}",
        )  # fmt: skip
        ended = crawling.run()
        assert "cdx address of down" in forecast.out, forecast
        assert ended.code == 1, ended
        assert "Not heard: down" in ended.err
        assert crawling.rows("SELECT outcome, reason FROM targets") == [("read", "not heard: down")]
        assert len(versions(crawling)) > 3
        del crawling.settings["ARCHIVES"]
        assert crawling.run().code == 0
        assert crawling.rows("SELECT outcome, reason FROM targets") == [("read", "")], "it is not asked any more"


def test_an_archive_that_is_empty_by_mistake_makes_no_gap_in_silence(sample: Path, tmp_path: Path) -> None:
    """A pywb says of a collection that it does not have what it says of an address that it does not hold. Its canary
    tells them apart: what is listed nowhere is empty where the canary is listed, else nobody has heard of it."""
    (tmp_path / "nothing").mkdir()
    nowhere = Path("nowhere.example/privacy")
    for folder, code, told in (
        (tmp_path / "nothing", 4, ("failed", "nothing listed, and nothing of the canary")),
        (sample, 0, ("empty", "nothing is archived")),
    ):
        with EmbeddedArchive(folder, dialect="pywb") as archive:
            mine = entry(tmp_path, archive.address, more=f'canary = "http://{TARGET}"\n')
            crawling = Crawling(tmp_path / f"of-{folder.name}", "", nowhere, {"ARCHIVES": mine, "RETRY_LIMIT": 1})
            ended = crawling.run()
            asked = archive.requests.count("cdx")
        assert crawling.rows("SELECT outcome, reason FROM targets") == [told], ended
        assert (ended.code, asked) == (code, 2), ended
    with EmbeddedArchive(sample) as web, EmbeddedArchive(tmp_path / "nothing", dialect="pywb") as hollow:
        mine = entry(tmp_path, hollow.address, "hollow", more=f'canary = "http://{TARGET}"\n')
        crawling = Crawling(tmp_path / "both", web.url, TARGET, {"ARCHIVES": f"web.archive.org,{mine}"})
        ended = crawling.run()
    assert ended.code == 1
    assert "Not heard: hollow" in ended.err
    assert crawling.rows("SELECT outcome, reason FROM targets") == [("read", "not heard: hollow")]


def test_notes_name_and_link_the_archive_that_holds_a_capture(sample: Path, tmp_path: Path) -> None:
    with EmbeddedArchive(sample, dialect="pywb") as archive:
        mine = entry(
            tmp_path, archive.address, more='title = "My *own* archive"\npublic = "https://archive.example/c"\n'
        )
        target = TARGET
        crawling = Crawling(tmp_path / "corpus", "", target, {"ARCHIVES": mine, "SELECT": "first-last"})
        assert crawling.run().code == 0
    texts = [text for path, text in crawling.exported().items() if path.endswith(".txt")]
    assert texts
    for text in texts:
        note = text.decode().splitlines()[0]
        assert "[original snapshot in My \\*own\\* archive](https://archive.example/c/" in note
        assert "id_/http" in note


_TEXTS = "SELECT held_timestamp, text_digest, captures FROM versions ORDER BY 1"


@pytest.fixture(scope="module")
def of_the_wayback_machine(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    with EmbeddedArchive(sample) as archive:
        web = Crawling(tmp_path_factory.mktemp("web") / "corpus", archive.url, TARGET, {"SELECT": "all"})
        assert web.run().code == 0
    return web.rows(_TEXTS)


@pytest.mark.parametrize("dialect", ["pywb", "commoncrawl", "timemap"])
def test_each_dialect_gives_the_texts_that_the_wayback_machine_gives(
    sample: Path, of_the_wayback_machine: list[tuple[object, ...]], tmp_path: Path, dialect: str
) -> None:
    with EmbeddedArchive(sample, dialect=dialect) as archive:
        more = {
            "pywb": "",
            "commoncrawl": f'raw = "range"\nreplay = "{archive.address}"\n',
            "timemap": 'replay = "{address}/web/{timestamp}id_/{url}"\n',
        }[dialect]
        mine = entry(tmp_path, archive.address, dialect=dialect, more=more)
        other = Crawling(tmp_path / "other", "", TARGET, {"ARCHIVES": mine, "SELECT": "all"})
        assert other.run().code == 0
    assert len(of_the_wayback_machine) > 3
    assert other.rows(_TEXTS) == of_the_wayback_machine


def test_from_a_bare_domain_each_dialect_finds_what_it_can_list(sample: Path, tmp_path: Path) -> None:
    """A pywb lists domains as the Wayback Machine does; a TimeMap tells that it does not: home pages lead on there."""
    found = {}
    for dialect, more in (("pywb", ""), ("timemap", 'replay = "{address}/web/{timestamp}id_/{url}"\n')):
        with EmbeddedArchive(sample, dialect=dialect) as archive:
            mine = entry(tmp_path, archive.address, dialect=dialect, more=more)
            settings = {"ARCHIVES": mine, "SELECT": "first-last", "RETRY_LIMIT": 1}
            crawling = Crawling(tmp_path / dialect, "", Path("waldkauz-verlag.example"), settings)
            ended = crawling.run()
        found[dialect] = (ended.code, crawling.rows("SELECT outcome, reason FROM targets"), len(versions(crawling)))
    assert found["pywb"] == (0, [("read", "")], 2)
    assert found["timemap"] == (1, [("failed", "no listing by domain is offered")], 0)
