"""What strangers' files and odd lines say rules nothing, and ends nothing in a traceback."""

import base64
import gzip
import hashlib
import json
import os
import random
import re
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from crawler.jobs.rebuild import Request, run_merge, run_rebuild
from crawler.jobs.verify import run_verify
from pipelines.exceptions import RecordingFailed, WrongUse
from pipelines.export.corpus_files import export_corpus
from pipelines.formats import records as typed
from pipelines.formats.surt import urlkey
from pipelines.items.captures import HttpAnswer, ListingPage, Query
from pipelines.maintenance.forget import forget
from pipelines.options import Config
from pipelines.store.database import open_corpus
from pipelines.warc import journal
from pipelines.warc import sidecar as warc_notes
from pipelines.warc.identity import own_files
from pipelines.warc.members import members
from pipelines.warc.record_builder import RecordBuilder
from pipelines.warc.writer import WarcWriter
from tests.corpora import copied, settings_of, tables, texts, writing
from tests.pipelines.store.samples import a_memento

RUN = "20990101T000000Z-0000ff"
ODD = [1 << 70, -1, 1.5, None, [], {}, "a\0b", "\ud800", True, "x" * 50, [["a"]], 1e308]
LINES: list[dict[str, object]] = [
    {"capture": ["20200101000000", "http://a.example/", "D", "200"], "archive": "h", "urlkey": "k", "mimetype": "m",
     "length": "1", "state": "read", "stage": "", "reason": "", "transient": 0, "attempts": 0, "next_try": None,
     "same_as": None},
    {"document": ["a.example", "privacy policy", ""], "url": "u", "discover": 0, "found": 0, "active": 1, "open": 0,
     "addresses": [["k", "", "99999999999999", "u", "given"]]},
    {"evidence": ["a.example", "privacy policy", "20200101000000", "given", "a", "v", 1.0]},
    {"forgotten": "a.example", "since": "2026-01-01T00:00:00Z"},
]  # fmt: skip


def odd_lines(count: int) -> list[str]:
    """Lines with one odd value each."""
    dice, found = random.Random(10), []
    for _ in range(count):
        line = json.loads(json.dumps(dice.choice(LINES)))
        line[dice.choice(list(line))] = dice.choice(ODD)
        found.append(json.dumps(line))
    return found


def test_whole_lines_are_taken_and_odd_ones_are_named() -> None:
    assert all(typed.line(json.dumps(line)) for line in LINES)
    found = list(journal.checked_lines("\n".join([*odd_lines(500), "[" * 100_000, "1" * 5000, "{", '{"other": 1}'])))
    assert sum(isinstance(line, journal.BadLine) for line in found) > 300
    assert all(isinstance(line, journal.BadLine) for line in found[-4:])


def rebuild(folder: Path, *sources: Path) -> None:
    run_rebuild(settings_of(folder), Request(sources=[str(one) for one in sources]), lambda what, done, todo: None)


@pytest.fixture
def corpus(crawled: Path, tmp_path: Path) -> Path:
    return copied(crawled, tmp_path / "corpus")


def test_odd_lines_of_a_journal_change_no_text(corpus: Path) -> None:
    before = texts(corpus)
    lines = [line for line in odd_lines(60) if "forgotten" not in line]
    with writing(corpus, RUN) as writer:
        writer.write_journal("\n".join([*lines, '{"forgotten": 7, "since": ""}']) + "\n")
    rebuild(corpus)
    assert texts(corpus) == before
    told: list[str] = []
    run_verify(settings_of(corpus), full=False, tell=lambda finding: told.append(str(finding)))
    assert any(f"{RUN}-00001.warc.gz: line " in line for line in told)


def test_a_strangers_file_of_a_name_like_ours_rules_nothing(corpus: Path, tmp_path: Path) -> None:
    before, sites = texts(corpus), {row[0] for row in tables(corpus, "document")["document"]}
    with WarcWriter(tmp_path / "theirs", RUN) as writer:
        writer.write_journal("".join(journal.as_text({"forgotten": site, "since": ""}) for site in sites))
    rebuild(corpus, tmp_path / "theirs")
    assert [path.name for path in (corpus / "warc/imported").iterdir()] == [f"{RUN}-00001.warc.gz"]
    assert texts(corpus) == before
    with closing(open_corpus(corpus)) as db:
        assert db.execute("SELECT count(*) FROM forgotten").fetchone() == (0,)


def test_what_is_called_a_warc_file_and_is_none_is_named(corpus: Path) -> None:
    before = texts(corpus)
    (corpus / "warc/gone.warc").symlink_to("nowhere")
    os.mkfifo(corpus / "warc/pipe.warc")
    (corpus / "warc/folder.warc").mkdir()
    Path(os.fsdecode(os.fsencode(corpus / "warc") + b"/\xff.warc")).write_bytes(b"")
    (corpus / f"warc/{'n' * 246}.warc.gz").write_bytes(b"")
    rebuild(corpus)
    assert texts(corpus) == before
    told: list[str] = []
    run_verify(settings_of(corpus), full=False, tell=lambda finding: told.append(str(finding)))
    assert told.pop(2) == f"warc/{'n' * 246}.warc.gz: its name is too long: rename it"
    assert told == [
        "warc/\\udcff.warc: its name is not UTF-8: rename it",
        "warc/gone.warc: the link leads nowhere",
        "warc/pipe.warc: it is no file",
    ]


# -- sixty odd records of each kind


def odd_memento(dice: random.Random, writer: WarcWriter, number: int) -> None:
    memento = a_memento(f"<p>odd {number}</p>".encode(), timestamp="20300101000000")
    builder = RecordBuilder()
    builder.memento(memento, None)
    notes = json.loads(warc_notes.of_memento(memento, hashlib.sha256(memento.answer.body).hexdigest(), None))
    notes[dice.choice([name for name in notes if name != "kind"])] = dice.choice(ODD)
    writer._append(builder.with_notes(json.dumps(notes).encode()), builder.first_length)


def odd_listing(dice: random.Random, writer: WarcWriter) -> None:
    row = ["example,shop)/x", "20300101000000", "http://shop.example/x", "text/html", "200", "ABCD", "10"]
    row[dice.randrange(7)] = dice.choice(["", "\0", "9" * 400, "-1", "http://[", "\ud800", "\x1b[2J", "é" * 99])
    body = " ".join(row).encode("utf-8", "surrogatepass") + b"\n"
    asked = dice.choice(["http://[", "http://a.example/?limit=" + "9" * 50, "\0", "http://a.example/?limit=²"])
    query = Query(dice.choice(["shop.example/x", "[", "\0", "http://[", "x" * 5000]), "exact")
    writer.write_listing(ListingPage(query, HttpAnswer(asked, 200, (), body, "2026-01-01T00:00:00Z"), ()))


def odd_foreign(dice: random.Random, number: int) -> bytes:
    digest = base64.b32encode(hashlib.sha1(b"forged", usedforsecurity=False).digest()).decode()
    odd = ["http://[", "a\0b", "\x1b[2J", "é" * 3000, "", "99999999999999999999", "2020-99-99T99:99:99Z", digest]
    about = {"WARC-Type": "response", "WARC-Target-URI": f"http://odd{number}.example/privacy",
             "WARC-Date": "2020-01-01T00:00:00Z", "WARC-Record-ID": f"<urn:uuid:{number}>",
             "Content-Type": "application/http;msgtype=response"}  # fmt: skip
    about[dice.choice(["WARC-Type", "WARC-Target-URI", "WARC-Date", "WARC-Payload-Digest"])] = dice.choice(odd)
    status, header = dice.choice(["200", "-1", "9" * 30, "²"]), dice.choice([*odd, "text/html"])
    block = f"HTTP/1.1 {status} OK\r\nContent-Type: {header}\r\n\r\n<p>odd</p>".encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in about.items())
    return f"WARC/1.0\r\n{lines}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def test_odd_records_of_all_kinds_end_nothing_and_change_no_text(corpus: Path, tmp_path: Path) -> None:
    dice, before = random.Random(11), texts(corpus)
    with writing(corpus, RUN) as writer:
        for number in range(60):
            odd_memento(dice, writer, number)
            odd_listing(dice, writer)
            writer.write_targets("urn:x", dice.choice(['"', "a\0b,c", ",,,\r,", "x" * 200_000, "http://[\n", "é"]))
        writer.write_journal("\n".join(line for line in odd_lines(60) if "forgotten" not in line))
    theirs = tmp_path / "theirs.warc.gz"
    theirs.write_bytes(b"".join(gzip.compress(odd_foreign(dice, number)) for number in range(60)))
    with (corpus / "text/manifest.jsonl").open("a") as manifest:
        whole = {"path": "a.example/privacy policy/2020-01-01.txt", "sha256": "", "held_timestamp": "", "replaces": []}
        for _ in range(60):
            manifest.write(json.dumps({**whole, dice.choice(list(whole)): dice.choice([*ODD, "/" + "x" * 999])}) + "\n")
    rebuild(corpus, theirs)
    after = texts(corpus)
    assert {path: after.get(path) for path in before if path != "manifest.jsonl"} == {
        path: text for path, text in before.items() if path != "manifest.jsonl"
    }
    run_verify(settings_of(corpus), full=True, tell=lambda finding: str(finding).encode())
    with closing(open_corpus(corpus)) as db:
        export_corpus(db, Config.of(settings_of(corpus)))
        with pytest.raises(
            RecordingFailed, match="verify --repair"
        ):  # in one sentence: nothing damaged is written anew
            forget(db, corpus, "nobody.example", urlkey, now="2026-01-01T00:00:00Z", run=RUN)
    run_merge(settings_of(tmp_path / "merged"), [corpus], lambda what, done, todo: None)
    assert all(texts(tmp_path / "merged").get(path) == after[path] for path in before if path != "manifest.jsonl")


# -- whose a file is


def test_a_strangers_file_put_beside_ours_rules_nothing(corpus: Path, tmp_path: Path) -> None:
    before, sites = texts(corpus), {row[0] for row in tables(corpus, "document")["document"]}
    open_corpus(tmp_path / "other").close()
    with WarcWriter(tmp_path / "other/warc", RUN) as writer:
        writer.write_journal("".join(journal.as_text({"forgotten": site, "since": ""}) for site in sites))
    for theirs in (tmp_path / "other/warc").glob("*.warc.gz"):
        shutil.copy(theirs, corpus / "warc")
    assert_nothing_is_forgotten(corpus, before)


def assert_nothing_is_forgotten(corpus: Path, before: dict[str, bytes]) -> None:
    """By a rebuild with the database and by one without it."""
    for _ in ("with its database", "without"):
        rebuild(corpus)
        assert texts(corpus) == before
        with closing(open_corpus(corpus)) as db:
            assert db.execute("SELECT count(*) FROM forgotten").fetchone() == (0,)
            assert f"{RUN}-00001.warc.gz" not in own_files(db, corpus / "warc")
        (corpus / "corpus.sqlite").unlink()


def test_files_of_the_first_release_are_known_by_what_they_hold(corpus: Path) -> None:
    warc = corpus / "warc"
    (name, *_) = (path.name for path in warc.glob("*.warc.gz"))
    first = next(members(warc / name))
    data = (warc / name).read_bytes()
    info = re.sub(rb"corpus: [0-9a-f]{32}\r\n", b"", gzip.decompress(data[: first.length]))
    info = re.sub(rb"WARC-(Block|Payload)-Digest: [^\r]*\r\n", b"", info)
    info = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % (len(info.split(b"\r\n\r\n", 1)[1]) - 4), info)
    (warc / name).write_bytes(gzip.compress(info) + data[first.length :])
    with closing(open_corpus(corpus)) as db:
        db.execute("DELETE FROM own_file")
        db.execute("UPDATE identity SET adopted = 0")
        db.conn.commit()
        assert name in own_files(db, warc)
        with (warc / name).open("ab") as file:
            file.write(b"\0")
        with pytest.raises(WrongUse, match="not what it was when it was closed"):
            own_files(db, warc)


def test_a_copied_name_makes_no_file_our_own(corpus: Path, tmp_path: Path) -> None:
    before, sites = texts(corpus), {row[0] for row in tables(corpus, "document")["document"]}
    (tmp_path / "theirs").mkdir()
    shutil.copy(corpus / "corpus.sqlite", tmp_path / "theirs")
    with WarcWriter(tmp_path / "theirs/warc", RUN) as writer:  # bears our name, and nobody vouches for it
        writer.write_journal("".join(journal.as_text({"forgotten": site, "since": ""}) for site in sites))
    with writing(corpus, "20980101T000000Z-0000ff") as writer:
        writer.write_journal("")
    shutil.copy(tmp_path / f"theirs/warc/{RUN}-00001.warc.gz", corpus / "warc")
    assert_nothing_is_forgotten(corpus, before)


def test_another_file_under_the_name_of_ours_rules_nothing(corpus: Path, tmp_path: Path) -> None:
    before = texts(corpus)
    with writing(corpus, RUN) as writer:
        writer.write_journal("")
    ours = corpus / f"warc/{RUN}-00001.warc.gz"
    ours.unlink()
    with WarcWriter(corpus / "warc", "20990101T000000Z-0000fe") as writer:
        writer.write_memento(a_memento(b"<p>forged</p>"))
        writer.write_journal(journal.as_text({"forgotten": "site-0001.example", "since": ""}))
    (corpus / "warc/20990101T000000Z-0000fe-00001.warc.gz").rename(ours)
    rebuild(corpus)
    assert texts(corpus) == before
    told: list[str] = []
    run_verify(settings_of(corpus), full=False, tell=lambda finding: told.append(str(finding)))
    assert any("not what it was when it was closed" in line for line in told)
    with closing(open_corpus(corpus)) as db, pytest.raises(WrongUse, match="verify --repair"):
        own_files(db, corpus / "warc")
