"""Archive files of other programs, in every form and with every kind of record: what a rebuild makes of them."""

import gzip
import hashlib
import io
import json
import zipfile
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

from crawler.jobs.rebuild import Request, run_rebuild
from crawler.local_archive.embedded import EmbeddedArchive
from pipelines.store.database import open_corpus
from pipelines.warc import members
from pipelines.warc.forms import zstd
from tests.corpora import settings_of, tables
from tests.crawls.crawling import Crawling
from tests.pipelines.export.views import exported, files

PAGE = "<title>Privacy Policy</title><h1>Privacy Policy</h1><p>We at {} keep your data.</p>"
URL = "https://kites.example/privacy"


def answer(word: str, head: str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n") -> bytes:
    return (head + PAGE.format(word)).encode()


def record(kind: str, date: str, block: bytes, **named: str) -> bytes:
    names = {"WARC-Type": kind, "WARC-Target-URI": URL, "WARC-Date": date, "WARC-Record-ID": f"<urn:x:{kind}{date}>"}
    names |= {name.replace("_", "-"): value for name, value in named.items()} | {"Content-Length": str(len(block))}
    return ("WARC/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in names.items())).encode() + (
        b"\r\n" + block + b"\r\n\r\n"
    )


def packed(*records: bytes) -> bytes:
    return b"".join(gzip.compress(one) for one in records)


def made(tmp_path: Path, **files: bytes) -> tuple[list[tuple[str, str, str]], int, int]:
    """Timestamp, state and reason of each capture; what was not read; the exit code."""
    folder = tmp_path / "given" / "below"
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)
    settings = settings_of(tmp_path / "corpus")
    rebuilt, _ = run_rebuild(settings, Request([str(tmp_path / "given")]), lambda *_: None)
    with closing(open_corpus(tmp_path / "corpus")) as db:
        rows = db.execute("SELECT timestamp, state, reason FROM capture ORDER BY timestamp").fetchall()
    return rows, rebuilt.unread, rebuilt.exit_code


def test_files_of_every_form_are_read(tmp_path: Path) -> None:
    one, two = (record("response", f"20{year}-01-01T00:00:00Z", answer(str(year))) for year in (20, 21))
    arc_head = b"filedesc://x.arc 0.0.0.0 20040101000000 text/plain 77\n1 0 kites\n"
    arc_head += b"URL IP-address Archive-date Content-type Archive-length\n\n"
    arc_head = arc_head.replace(b" 77\n", f" {len(arc_head) - arc_head.index(b'1 0 kites') - 1}\n".encode(), 1)
    old = answer("1997", "")
    arc = arc_head + b"\n" + f"{URL} 1.2.3.4 19970101000000 text/html {len(old)}\n".encode() + old + b"\n"
    wacz = io.BytesIO()
    inner = packed(record("response", "2022-01-01T00:00:00Z", answer("22")))
    with zipfile.ZipFile(wacz, "w") as zipped:
        member = f"archive/{'x' * 300}.warc.gz"  # a ZIP takes names that no folder does
        zipped.writestr(member, inner)
        told = f"sha256:{hashlib.sha256(inner).hexdigest()}"
        zipped.writestr("datapackage.json", json.dumps({"resources": [{"path": member, "hash": told}]}))
    zst = b"".join(zstd.compress(record("response", f"202{n}-01-01T00:00:00Z", answer(str(n)))) for n in (3, 4))
    three = record("response", "2018-01-01T00:00:00Z", answer("18")) + record("request", "2018-01-01T00:00:00Z", b"")
    split = packed(three[:90], three[90:400], three[400:])  # as programs pack that know nothing of records
    run_on = arc_head[:-1] + f"{URL} 1.2.3.4 19980101000000 text/html {len(old)}\n".encode() + old
    run_on += f"{URL} 1.2.3.4 19990101000000 text/html {len(old)}\n".encode() + old
    rows, unread, code = made(
        tmp_path, A__WARC=one, whole__warc__gz=gzip.compress(two + one), c__wacz=wacz.getvalue(), d__WARC__ZST=zst,
        e__arc=arc, split__warc__gz=split, f__arc=run_on,
    )  # fmt: skip
    years = ["1997", "1998", "1999", "2018", "2020", "2021", "2022", "2023", "2024"]
    assert [row[0][:4] for row in rows] == years
    with EmbeddedArchive(tmp_path / "given") as archive:
        listed = urlopen(f"{archive.url}/cdx/search/cdx?url=kites.example/privacy&fl=timestamp").read().decode()
        assert sorted({line[:4] for line in listed.split()}) == years
        assert (archive.posted, archive.skipped) == (0, 0)
    assert {row[1] for row in rows} == {"read"}
    assert (unread, code) == (0, 0)


def test_headers_beyond_ascii_are_handed_on(tmp_path: Path) -> None:
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Powered-By: Café; version=2\r\n\r\n"
    made(tmp_path, one__warc=record("response", "2020-01-01T00:00:00Z", answer("home", head)))
    assert exported(tmp_path / "corpus", "warc", tmp_path / "to").written == 1
    data = gzip.decompress(files(tmp_path / "to")["pages-00000.warc.gz"])
    assert b"\r\nX-Powered-By: Caf%C3%A9; version=2\r\n" in data


def test_what_is_not_read_is_counted_and_the_rest_is_kept(tmp_path: Path) -> None:
    zst = zstd.compress(record("response", "2020-01-01T00:00:00Z", answer("a"))) + zstd.compress(b"x" * 5000)[:20]
    wacz = io.BytesIO()
    with zipfile.ZipFile(wacz, "w") as zipped:
        zipped.writestr("archive/data.warc.gz", packed(record("response", "2021-01-01T00:00:00Z", answer("b"))))
        zipped.writestr("datapackage.json", '{"resources": [{"path": "archive/data.warc.gz", "hash": "sha256:00"}]}')
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as zipped:
        zipped.writestr("pages/pages.jsonl", "{}")
    locked = bytearray(wacz.getvalue())
    locked[6] |= 1  # the member says that it is encrypted, here and in the directory
    locked[locked.index(b"PK\1\2") + 8] |= 1
    rows, unread, code = made(
        tmp_path, cut__warc__zst=zst, odd__wacz=wacz.getvalue(), no__wacz=b"PK", other__rar=b"R",
        locked__wacz=bytes(locked), empty__wacz=empty.getvalue(),
        e__warc=record("response", "2022-02-030T00:00:00Z", answer("c")),
    )  # fmt: skip
    assert [row[0][:4] for row in rows] == ["2020", "2021"]
    assert unread >= 6
    assert code == 1
    with EmbeddedArchive(tmp_path / "given") as archive:
        assert archive.left_out == ["below/other.rar", "below/empty.wacz"]
        assert archive.skipped == 4, (
            "the torn file, the locked one, the one that is no ZIP, and the record without a date"
        )


def test_records_of_every_kind_are_read(tmp_path: Path) -> None:
    body = PAGE.format("sha256").encode()
    sha256 = f"sha256:{hashlib.sha256(body).hexdigest()}"
    nothing = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    unchanged = "http://netpreserve.org/warc/1.0/revisit/server-not-modified"
    rows, _, code = made(tmp_path, a__warc__gz=packed(
        record("response", "2001-01-01T00:00:00Z", answer("headless", "")),
        record("response", "2002-01-01T00:00:00Z", b"HTTP/1.1 100 Continue\r\n\r\n" + answer("after")),
        record("resource", "2003-01-01T00:00:00Z", PAGE.format("resource").encode(), Content_Type="text/html"),
        record("response", "2004-01-01T00:00:00Z", answer("sha256"), WARC_Payload_Digest=sha256),
        record("revisit", "2005-01-01T00:00:00Z", b"", WARC_Payload_Digest=sha256),
        record("revisit", "2006-01-01T00:00:00Z", nothing, WARC_Profile=unchanged),
        record("revisit", "2007-01-01T00:00:00Z", b"", WARC_Refers_To="<urn:x:response2001-01-01T00:00:00Z>"),
        record("revisit", "2008-01-01T00:00:00Z", b""),
        record("response", "2009-01-01T00:00:00Z", answer("Mr Secret")),
        record("request", "2009-01-01T00:00:00Z", b"POST /privacy HTTP/1.1\r\n\r\nname=x",
               WARC_Concurrent_To="<urn:x:response2009-01-01T00:00:00Z>",
               Content_Type="application/http; msgtype=request"),
    ))  # fmt: skip
    assert [row[1] for row in rows] == ["read"] * 4 + ["duplicate"] * 3 + ["failed", "not replayed"]
    assert rows[-1][2] == "answer to POST"
    assert code == 0
    with closing(open_corpus(tmp_path / "corpus")) as db:
        sql = "SELECT last_timestamp FROM versions WHERE first_timestamp = '20040101000000'"
        assert db.execute(sql).fetchall() == [("20060101000000",)], "that it was not modified is a sighting, too"


def test_what_was_cut_at_capture_is_read_and_makes_no_border(tmp_path: Path) -> None:
    """Whether the record says so, its length or its chunks show it, or its compressed body has no end."""
    page = LONG.encode()
    half, head = page[: len(page) // 2], b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    short = head + b"Content-Length: %d\r\n\r\n" % len(page) + half
    chunk = head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n"
    torn = gzip.compress(page)
    found, versions = read_in(tmp_path, packed(
        record("response", "2010-01-01T00:00:00Z", head + b"\r\n" + page),
        record("response", "2011-01-01T00:00:00Z", head + b"\r\n" + half, WARC_Truncated="time"),
        record("response", "2012-01-01T00:00:00Z", short),
        record("response", "2013-01-01T00:00:00Z", chunk % (len(half), half)),
        record("response", "2014-01-01T00:00:00Z", chunk % (len(page), page) + b"0\r\n\r\n"),
        record("response", "2015-01-01T00:00:00Z", head + b"Content-Encoding: gzip\r\n\r\n" + torn[:-200]),
        record("response", "2016-01-01T00:00:00Z", head + b"\r\n" + page),
    ))  # fmt: skip
    whole, cut = ("policy", "[]"), ("doubtful", '["cut at capture"]')
    assert [row[2:] for row in found] == [
        (*whole, ""), (*cut, "time"), (*cut, "shorter than its Content-Length"), (*cut, "its chunks have no end"),
        (*whole, ""), (*cut, "its compressed form has no end"), (*whole, ""),
    ]  # fmt: skip
    assert versions == [("20100101000000", "20160101000000", 3)]


def test_where_all_is_cut_the_longest_text_counts(tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    _, versions = read_in(tmp_path, packed(*(
        record("response", f"201{n}-01-01T00:00:00Z", head + LONG.encode()[:size], WARC_Truncated="length")
        for n, size in enumerate((450, 1100, 700))
    )))  # fmt: skip
    assert versions == [("20110101000000", "20110101000000", 1)]


def test_pages_of_a_web_archive_are_captures_of_their_sites(tmp_path: Path) -> None:
    """Under `id_` as they were, else without what the archive's view put into them; its own pages are none."""
    memento = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nmemento-datetime: {}\r\nlink: <{}>; rel="original"\r\n\r\n'
    head = memento.format("Sun, 01 Mar 2015 10:00:00 GMT", URL)
    base = "https://web.archive.org/web/"
    view = LONG.replace("<body>", "<body><!-- BEGIN WAYBACK TOOLBAR INSERT --><p>Wayback Machine</p>"
                        "<!-- END WAYBACK TOOLBAR INSERT -->")  # fmt: skip
    view = view.replace('href="/', f'href="/web/20160301100000/{URL[:-8]}/')
    later = memento.format("Tue, 01 Mar 2016 10:00:00 GMT", URL)
    found, versions = read_in(tmp_path, packed(
        record("response", "2024-01-01T00:00:00Z", (head + LONG).encode(), WARC_Target_URI=f"{base}20150301id_/{URL}"),
        record("response", "2024-01-01T00:00:09Z", (later + view).encode(), WARC_Target_URI=f"{base}20160301/{URL}"),
        record("response", "2024-01-01T00:00:19Z", answer("calendar"), WARC_Target_URI=f"{base}2017/{URL}"),
    ))  # fmt: skip
    assert [row[:2] for row in found] == [("20150301100000", URL), ("20160301100000", URL)]
    assert versions == [("20150301100000", "20160301100000", 2)], "the same text, links and all"


def test_answers_to_a_pages_own_scripts_are_no_pages(tmp_path: Path) -> None:
    types = ("text/x-component", "application/json", "application/vnd.api+json; charset=utf-8", "text/html; x=y")
    rows, _, _ = made(tmp_path, a__warc__gz=packed(*(
        record("response", f"202{n}-01-01T00:00:00Z", answer("a", f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n"))
        for n, kind in enumerate(types)
    )))  # fmt: skip
    assert [row[2] for row in rows] == [*(f"no page: {kind.partition(';')[0]}" for kind in types[:3]), ""]


def test_a_film_too_large_to_be_read_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MOST", 4000)  # bytes, in the place of 80 MiB
    monkeypatch.setattr(members.members, "__defaults__", (0, 4000))
    film = b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n" + bytes(9000)
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + bytes(9000)
    for kind, damaged in ((film, 0), (page, 1)):
        folder = tmp_path / str(damaged)
        folder.mkdir()
        rows, _, code = made(folder, a__warc__gz=packed(
            record("response", "2020-01-01T00:00:00Z", answer("a")), record("response", "2021-01-01T00:00:00Z", kind)
        ))  # fmt: skip
        assert [row[1] for row in rows] == ["read"]
        assert code == damaged


def test_archive_files_that_lie_in_the_corpus_itself_are_read(tmp_path: Path) -> None:
    """Nobody brought them in: they were put there."""
    folder = tmp_path / "corpus" / "warc" / "below"
    folder.mkdir(parents=True)
    one, two = (record("response", f"202{year}-01-01T00:00:00Z", answer(str(year))) for year in (0, 1))
    (folder / "a.warc.zst").write_bytes(zstd.compress(one))
    (folder / "B.WARC.GZ").write_bytes(gzip.compress(two + one))
    (folder.parent / "torn.wacz").write_bytes(b"PK")
    settings = settings_of(tmp_path / "corpus")
    for _ in range(2):  # the second time they are known
        rebuilt, _counts = run_rebuild(settings, Request(), lambda *_: None)
        with closing(open_corpus(tmp_path / "corpus")) as db:
            assert db.execute("SELECT timestamp FROM captures WHERE state = 'read' ORDER BY 1").fetchall() == [
                ("20200101000000",), ("20210101000000",)
            ]  # fmt: skip
        assert (rebuilt.unread, rebuilt.exit_code) == (1, 1), "the torn one is named and counted"


def read_in(tmp_path: Path, data: bytes) -> tuple[list[tuple[str, ...]], list[tuple[str, str, int]]]:
    """Timestamp, address, verdict, reasons and cut of each capture; first and last day and captures of each version."""
    _, _, code = made(tmp_path, a__warc__gz=data)
    assert code == 0
    with closing(open_corpus(tmp_path / "corpus")) as db:
        sql = "SELECT timestamp, original, verdict, verdict_reasons, truncated FROM captures ORDER BY timestamp"
        found = db.execute(sql).fetchall()
        sql = "SELECT first_timestamp, last_timestamp, captures FROM versions ORDER BY number"
        return found, db.execute(sql).fetchall()


LONG = (
    '<html><head><title>Privacy Policy</title></head><body><nav><a href="/">Home</a></nav><h1>Privacy Policy</h1>'
    "<p>This privacy policy tells which personal data we collect, how we use it, and with whom we share it.</p>"
    "<p>We collect your name, your address and your e-mail address when you order a kite, and the pages you look at. "
    "We use cookies to keep you signed in and to count visits.</p><p>You may ask us at any time which information we "
    "hold about you, and have it corrected or deleted. We do not sell personal information to third parties. Our "
    '<a href="/cookies">cookie policy</a> says more.</p><p>We share personal data with those who carry our parcels, '
    "and with authorities where the law wants it. We keep personal data no longer than we need it, and answer for its "
    "security.</p><p>We may change this privacy policy; the day of the last change stands here.</p></body></html>"
)


def test_redirects_and_canonical_links_move_documents_as_in_a_crawl(tmp_path: Path) -> None:
    """The same files, rebuilt and asked of an archive on loopback: documents that have moved, their texts and their
    captures alike; a redirect to what nobody holds is a fact, and nothing has moved to a home page."""
    old, new = "https://kites.example/privacy", "https://kites.example/legal/privacy"
    here, there = "https://boats.example/privacy", "https://boats.example/legal/privacy"
    moved = f"HTTP/1.1 301 Moved Permanently\r\nLocation: {new}\r\n\r\n".encode()
    given = tmp_path / "archive"
    given.mkdir()
    (given / "a.warc.gz").write_bytes(packed(
        record("response", "2010-01-01T00:00:00Z", said("first"), WARC_Target_URI=old),
        record("response", "2012-01-01T00:00:00Z", moved, WARC_Target_URI=old),
        record("response", "2012-01-01T00:00:01Z", said("second"), WARC_Target_URI=new),
        record("response", "2013-01-01T00:00:00Z", moved, WARC_Target_URI=old),
        record("response", "2014-01-01T00:00:01Z", said("third"), WARC_Target_URI=new),
        record("response", "2015-01-01T00:00:01Z", moved, WARC_Target_URI="https://kites.example/old/privacy"),
        record("response", "2016-01-01T00:00:00Z", moved, WARC_Target_URI=old),
        record("response", "2016-01-01T00:00:01Z", said("no such").replace(b"200 OK", b"404 No"), WARC_Target_URI=new),
        record("response", "2010-01-01T00:00:00Z", said("first"), WARC_Target_URI=here),
        record("response", "2012-01-01T00:00:00Z", said("second", there), WARC_Target_URI=here),
        record("response", "2014-01-01T00:00:01Z", said("third", there), WARC_Target_URI=there),
        record("response", "2015-01-01T00:00:01Z", said("fourth", "/"), WARC_Target_URI=there),
    ))  # fmt: skip
    targets = tmp_path / "targets.txt"
    targets.write_text(f"{old}\nhttps://kites.example/old/privacy\n{here}\n")
    with EmbeddedArchive(given) as archive:
        assert Crawling(tmp_path / "crawled", archive.url, targets, {"SELECT": "all"}).run().code == 0
    run_rebuild(settings_of(tmp_path / "rebuilt"), Request([str(given)], str(targets)), lambda *_: None)
    run_rebuild(settings_of(tmp_path / "alone"), Request([str(given)]), lambda *_: None)
    assert tables(tmp_path / "rebuilt", "evidence") == tables(tmp_path / "crawled", "evidence")
    for site, texts in (("kites.example", [old, new, new]), ("boats.example", [here, here, there, there])):
        found = history(tmp_path / "rebuilt", site)
        assert found == history(tmp_path / "crawled", site)
        assert [row[3] for row in found[0]] == texts
        assert history(tmp_path / "alone", site)[0] == found[0], "also where no list says what is followed"


def said(word: str, own: str = "") -> bytes:
    link = f'<head><link rel="canonical" href="{own}">' if own else "<head>"
    page = LONG.replace("kite", f"{word} kite").replace("<head>", link, 1)
    return ("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page).encode()


def history(folder: Path, site: str) -> tuple[list[tuple[object, ...]], ...]:
    """The versions of the policy, its captures, and where it lay when."""
    questions = (
        "SELECT number, first_timestamp, last_timestamp, original, text_digest FROM versions WHERE kind LIKE 'priv%' "
        "AND site = ? ORDER BY number",
        "SELECT timestamp, original, statuscode, digest, state, reason, text_digest FROM captures "
        "WHERE kind LIKE 'privacy%' AND site = ? ORDER BY timestamp, original",
        "SELECT urlkey, first_timestamp, last_timestamp, address.url FROM address JOIN document "
        "ON document.id = document_id WHERE kind LIKE 'privacy%' AND same_as IS NULL AND site = ? ORDER BY 1, 2",
    )
    with closing(open_corpus(folder)) as db:
        return tuple(db.execute(sql, [site]).fetchall() for sql in questions)
