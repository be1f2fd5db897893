import os
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from pipelines.exceptions import RecordingFailed
from pipelines.items.captures import Capture, HttpAnswer, Memento, WarcLocation
from pipelines.warc.cdxj import cdxj_path
from pipelines.warc.held import HeldListing, HeldMemento, HeldTargets
from pipelines.warc.reader import read_memento, scan, write_index
from pipelines.warc.writer import WarcWriter
from tests.launching import launched
from tests.pipelines.store.samples import FETCHED, PAGE, a_listing, a_memento, as_kept, redirecting

Records = list[tuple[str, dict[str, str], dict[str, str], bytes]]


def records(path: Path) -> Records:
    """Type, WARC headers, HTTP headers and body of each record, as warcio alone sees them."""
    with path.open("rb") as file:
        return [
            (
                record.rec_type,
                {name.lower(): value for name, value in record.rec_headers.headers},
                {name.lower(): value for name, value in record.http_headers.headers} if record.http_headers else {},
                record.raw_stream.read(),
            )
            for record in ArchiveIterator(file)
        ]


def written(folder: Path, *mementos: Memento) -> list[WarcLocation]:
    with WarcWriter(folder, "run") as writer:
        return [writer.write_memento(memento)[0] for memento in mementos]


def passes_check(*paths: Path) -> bool:
    command = [sys.executable, "-m", "warcio.cli", "check", *map(str, paths)]
    return launched(command, dict(os.environ), 60).returncode == 0


# -- mementos


def test_a_memento_is_a_response_as_it_was_captured(tmp_path: Path) -> None:
    written(tmp_path, a_memento())
    path = tmp_path / "run-00001.warc.gz"
    info, (kind, about, http, body), (notes_kind, notes_about, _, _) = records(path)
    assert info[0] == "warcinfo"
    assert kind == "response"
    assert about["warc-target-uri"] == "http://shop.example/privacy"
    assert about["warc-date"] == "2004-01-01T12:30:00Z"
    assert about["warc-creation-date"] == FETCHED
    assert about["warc-source-uri"] == "http://127.0.0.1:8390/web/20040101123000id_/http://shop.example/privacy"
    assert about["warc-payload-digest"] == f"sha1:{a_memento().capture.digest}"
    assert "warc-block-digest" in about
    assert body == PAGE
    assert http == {
        "server": "Apache/1.3",
        "content-type": "text/html; charset=utf-8",
        "content-length": str(len(PAGE)),
    }
    assert notes_kind == "metadata"
    assert notes_about["warc-concurrent-to"] == about["warc-record-id"]
    assert path.read_bytes()[:2] == b"\x1f\x8b"
    assert passes_check(path)


def test_a_memento_comes_back_as_it_was(tmp_path: Path) -> None:
    memento = replace(a_memento(), requested="20040101000000", asked=a_memento(timestamp="20040101000000").capture)
    (location,) = written(tmp_path, memento)
    assert read_memento(tmp_path, location) == as_kept(memento)


def test_nothing_that_tells_of_the_client_is_kept(tmp_path: Path) -> None:
    written(tmp_path, a_memento())
    blocks = b"".join(body for _, _, _, body in records(tmp_path / "run-00001.warc.gz"))
    assert b"x-archive-src" in blocks
    assert b"AS64500" not in blocks
    assert b"wwwb-app1" not in blocks


def test_an_archived_redirect_leads_where_it_led(tmp_path: Path) -> None:
    memento = redirecting(a_memento(b""), "https://shop.example/privacy")
    memento = replace(memento, answer=replace(memento.answer, status=301))
    (location,) = written(tmp_path, memento)
    _, _, http, _ = records(tmp_path / "run-00001.warc.gz")[1]
    assert http["location"] == "https://shop.example/privacy"
    assert read_memento(tmp_path, location) == as_kept(memento)
    assert passes_check(tmp_path / "run-00001.warc.gz")


@pytest.mark.parametrize(
    ("dated", "timestamp", "date"),
    [
        ("Sun, 17 Dec 2000 04:49:00 GMT", "20000012170449", "2000-12-17T04:49:00Z"),
        ("soon", "20040101123000", "2004-01-01T12:30:00Z"),
        ("", "20000012170449", FETCHED),
    ],
)
def test_a_record_has_a_date_whatever_the_timestamp(tmp_path: Path, dated: str, timestamp: str, date: str) -> None:
    memento = a_memento(timestamp=timestamp)
    memento = replace(memento, answer=replace(memento.answer, headers=(("Memento-Datetime", dated),)))
    (location,) = written(tmp_path, memento)
    assert records(tmp_path / "run-00001.warc.gz")[1][1]["warc-date"] == date
    assert read_memento(tmp_path, location).capture.timestamp == timestamp


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Café au lait", "Caf%C3%A9 au lait"),
        ("Café; version=2", "Caf%C3%A9; version=2"),
        ('attachment; filename="résumé.html"', 'attachment; filename="r%C3%A9sum%C3%A9.html"'),
        ("a\ud800b; c=1", "a?b; c=1"),
    ],
)
def test_headers_beyond_ascii_are_kept(tmp_path: Path, value: str, kept: str) -> None:
    memento = a_memento()
    memento = replace(memento, answer=replace(memento.answer, headers=(("X-Archive-Orig-X-Powered-By", value),)))
    written(tmp_path, memento)
    assert records(tmp_path / "run-00001.warc.gz")[1][2]["x-powered-by"] == kept


printable = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
answers = st.builds(
    HttpAnswer,
    printable,
    st.integers(100, 999),
    st.lists(
        st.tuples(st.sampled_from(["X-Archive-Orig-A b", "x-archive-orig-é", "Content-Type", "Link", ""]), printable)
    ).map(tuple),
    st.binary(max_size=200),
    st.just(FETCHED),
)
played = st.builds(
    Memento,
    st.builds(Capture, printable, st.just("20040101123000"), printable.map("HTTP://a.example/".__add__),
              printable, printable, printable, printable),
    printable, answers, printable,
)  # fmt: skip
mementos = played | st.builds(redirecting, played, printable.filter(bool))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(mementos, min_size=1, max_size=3))
def test_any_memento_comes_back(tmp_path: Path, given_mementos: list[Memento]) -> None:
    folder = tmp_path / os.urandom(8).hex()
    locations = written(folder, *given_mementos)
    for memento, location in zip(given_mementos, locations, strict=True):
        assert read_memento(folder, location) == memento
    held = list(scan(folder / "run-00001.warc.gz"))
    assert [one.snapshot.location for one in held if isinstance(one, HeldMemento)] == locations


# -- revisits


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    first, second = a_memento(), a_memento(timestamp="20050101000000")
    with WarcWriter(tmp_path, "run") as writer:
        location, digest = writer.write_memento(first)
        again, same = writer.write_memento(second, find_twin={digest: location}.get)
    assert same == digest
    kind, about, _, body = records(tmp_path / "run-00001.warc.gz")[3]
    assert (kind, body) == ("revisit", b"")
    assert about["warc-refers-to-target-uri"] == "http://shop.example/privacy"
    assert about["warc-refers-to-date"] == "2004-01-01T12:30:00Z"
    assert about["warc-payload-digest"] == f"sha1:{first.capture.digest}"
    assert read_memento(tmp_path, again) == as_kept(second)
    assert passes_check(tmp_path / "run-00001.warc.gz")


def test_a_revisit_may_refer_to_another_file(tmp_path: Path) -> None:
    (location,) = written(tmp_path, a_memento())
    with WarcWriter(tmp_path, "later") as writer:
        again, _ = writer.write_memento(a_memento(path="terms"), find_twin=lambda digest: location)
    assert again.file == "later-00001.warc.gz"
    assert read_memento(tmp_path, again).answer.body == PAGE


@pytest.mark.parametrize("offset", [0, 7, 10**9])
def test_a_twin_that_cannot_be_shown_is_none(tmp_path: Path, offset: int) -> None:
    (location,) = written(tmp_path, a_memento())
    with WarcWriter(tmp_path, "later") as writer:
        twin = replace(location, offset=offset)
        again, _ = writer.write_memento(a_memento(), find_twin=lambda digest: twin)
        gone, _ = writer.write_memento(a_memento(), find_twin=lambda digest: replace(location, file="gone.warc.gz"))
        other, _ = writer.write_memento(a_memento(b"other"), find_twin=lambda digest: location)
    assert [kind for kind, *_ in records(tmp_path / "later-00001.warc.gz")][1::2] == ["response"] * 3
    assert read_memento(tmp_path, again).answer.body == read_memento(tmp_path, gone).answer.body == PAGE
    assert read_memento(tmp_path, other).answer.body == b"other"


def test_a_revisit_is_no_twin(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "run") as writer:
        location, _ = writer.write_memento(a_memento())
        revisit, _ = writer.write_memento(a_memento(timestamp="2005"), find_twin=lambda digest: location)
        writer.write_memento(a_memento(timestamp="2006"), find_twin=lambda digest: revisit)
    assert [kind for kind, *_ in records(tmp_path / "run-00001.warc.gz")][1::2] == ["response", "revisit", "response"]


def test_nothing_is_the_same_as_nothing(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "run") as writer:
        location, _ = writer.write_memento(a_memento(b""))
        writer.write_memento(a_memento(b"", "2005"), find_twin=lambda digest: location)
    assert [kind for kind, *_ in records(tmp_path / "run-00001.warc.gz")][1::2] == ["response"] * 2


# -- listings and targets


def test_a_listing_comes_back_with_its_query(tmp_path: Path) -> None:
    page = a_listing()
    with WarcWriter(tmp_path, "run") as writer:
        location = writer.write_listing(page)
    (held,) = scan(tmp_path / location.file)
    assert isinstance(held, HeldListing)
    assert (held.location, held.query, held.outcome, held.resume_key) == (location, page.query, "rows", "key+1")
    assert held.answer == replace(page.answer, headers=(("Content-Type", "text/plain"),))
    kind, about, http, body = records(tmp_path / location.file)[1]
    assert (kind, about["warc-target-uri"]) == ("response", page.answer.request_url)
    assert (http["content-length"], body) == (str(len(body)), page.answer.body)
    assert passes_check(tmp_path / location.file)


def test_a_target_list_comes_back(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "run") as writer:
        location = writer.write_targets("file:my targets.txt", "http://shop.example/\n# é\n")
    (held,) = scan(tmp_path / location.file)
    assert isinstance(held, HeldTargets)
    assert (held.location, held.uri, held.text) == (location, "file:my%20targets.txt", "http://shop.example/\n# é\n")
    assert passes_check(tmp_path / location.file)


# -- files


def test_no_file_is_made_before_there_is_something_to_keep(tmp_path: Path) -> None:
    WarcWriter(tmp_path / "warc", "run").close()
    assert not (tmp_path / "warc").exists()


def test_a_file_that_is_full_is_followed_by_another(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "run", max_size=1500) as writer:
        locations = [writer.write_memento(a_memento(os.urandom(400), f"{year}"))[0] for year in range(2000, 2006)]
    files = sorted(path.name for path in tmp_path.glob("*.warc.gz"))
    assert files == sorted({location.file for location in locations})
    assert len(files) > 2
    assert all(records(tmp_path / name)[0][1]["warc-filename"] == name for name in files)
    assert all(cdxj_path(tmp_path / name).exists() for name in files)
    assert [read_memento(tmp_path, location).requested for location in locations] == [str(y) for y in range(2000, 2006)]


def test_a_run_of_the_same_name_writes_behind_what_is_there(tmp_path: Path) -> None:
    before = written(tmp_path, a_memento())
    after = written(tmp_path, a_memento(b"other"))
    assert [location.file for location in before + after] == ["run-00001.warc.gz", "run-00002.warc.gz"]


def test_a_record_is_there_when_the_method_returns(tmp_path: Path) -> None:
    writer = WarcWriter(tmp_path, "run")
    location, _ = writer.write_memento(a_memento())
    assert read_memento(tmp_path, location) == as_kept(a_memento())
    writer.close()


def test_the_index_is_sorted_and_can_be_made_again(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "run") as writer:
        locations = [writer.write_memento(a_memento(year.encode(), year))[0] for year in ("2006", "2004", "2005")]
        writer.write_listing(a_listing())
    warc = tmp_path / "run-00001.warc.gz"
    index = cdxj_path(warc).read_text()
    assert [line.split()[1] for line in index.splitlines()] == ["2004", "2005", "2006"]
    assert f'"offset": "{locations[1].offset}"' in index.splitlines()[0]
    cdxj_path(warc).unlink()
    write_index(warc)
    assert cdxj_path(warc).read_text() == index


# -- what goes wrong


def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "warc").write_text("in the way")
    with pytest.raises(RecordingFailed, match=r"^Cannot write to .*warc: (Not a directory|File exists)\. "):
        WarcWriter(tmp_path / "warc", "run").write_memento(a_memento())


FULL_DISK = """
import os, resource, sys
from pathlib import Path
from pipelines.exceptions import RecordingFailed
from pipelines.warc.writer import WarcWriter
from tests.pipelines.store.samples import a_memento
writer = WarcWriter(Path(sys.argv[1]), "run")
kept = 0
resource.setrlimit(resource.RLIMIT_FSIZE, (9000, resource.RLIM_INFINITY))
try:
    while kept < 100:
        writer.write_memento(a_memento(os.urandom(1000), f"{2000 + kept}"))
        kept += 1
except RecordingFailed as error:
    print(kept, error)
writer.close()
"""


def test_a_full_disk_leaves_whole_records(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    kept, _, message = ended.stdout.partition(" ")
    assert message.startswith("Cannot write to ")
    assert "File too large" in message
    path = tmp_path / "run-00001.warc.gz"
    held = list(scan(path))
    assert [one.snapshot.memento.requested for one in held if isinstance(one, HeldMemento)] == [
        f"{2000 + number}" for number in range(int(kept))
    ]
    assert len(held) == int(kept) > 2
    assert passes_check(path)


@pytest.mark.parametrize("file", ["../outside.warc.gz", "/etc/passwd", "gone.warc.gz", "."])
def test_a_record_that_is_not_there_is_told(tmp_path: Path, file: str) -> None:
    folder = tmp_path / "warc"
    (location,) = written(tmp_path, a_memento())
    (tmp_path / location.file).rename(tmp_path / "outside.warc.gz")
    assert read_memento(tmp_path, replace(location, file="outside.warc.gz")).answer.body == PAGE
    written(folder, a_memento())
    with pytest.raises(RecordingFailed, match="cannot be read"):
        read_memento(folder, replace(location, file=file))


def test_memory_stays_flat_over_many_records(tmp_path: Path) -> None:
    body = os.urandom(1 << 20)
    with WarcWriter(tmp_path, "run") as writer:
        for number in range(4):
            writer.write_memento(a_memento(bytes([number]) + body))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in range(4, 24):
            writer.write_memento(a_memento(bytes([number]) + body))
    assert sum(1 for _ in scan(tmp_path / "run-00001.warc.gz")) == 24
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 << 10  # KiB
