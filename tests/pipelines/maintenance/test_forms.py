"""Archive files of other programs, in every form and with every kind of record: what a rebuild makes of them."""

import gzip
import hashlib
import io
import json
import zipfile
from contextlib import closing
from pathlib import Path

from crawler.jobs.rebuild import Request, run_rebuild
from pipelines.store.database import open_corpus
from pipelines.warc.forms import zstd
from tests.corpora import settings_of

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
        zipped.writestr("archive/data.warc.gz", inner)
        told = f"sha256:{hashlib.sha256(inner).hexdigest()}"
        zipped.writestr("datapackage.json", json.dumps({"resources": [{"path": "archive/data.warc.gz", "hash": told}]}))
    zst = b"".join(zstd.compress(record("response", f"202{n}-01-01T00:00:00Z", answer(str(n)))) for n in (3, 4))
    rows, unread, code = made(
        tmp_path, A__WARC=one, whole__warc__gz=gzip.compress(two + one), c__wacz=wacz.getvalue(), d__WARC__ZST=zst,
        e__arc=arc,
    )  # fmt: skip
    assert [row[0][:4] for row in rows] == ["1997", "2020", "2021", "2022", "2023", "2024"]
    assert {row[1] for row in rows} == {"read"}
    assert (unread, code) == (0, 0)


def test_what_is_not_read_is_counted_and_the_rest_is_kept(tmp_path: Path) -> None:
    zst = zstd.compress(record("response", "2020-01-01T00:00:00Z", answer("a"))) + zstd.compress(b"x" * 5000)[:20]
    wacz = io.BytesIO()
    with zipfile.ZipFile(wacz, "w") as zipped:
        zipped.writestr("archive/data.warc.gz", packed(record("response", "2021-01-01T00:00:00Z", answer("b"))))
        zipped.writestr("datapackage.json", '{"resources": [{"path": "archive/data.warc.gz", "hash": "sha256:00"}]}')
    rows, unread, code = made(tmp_path, cut__warc__zst=zst, odd__wacz=wacz.getvalue(), no__wacz=b"PK", other__rar=b"R")
    assert [row[0][:4] for row in rows] == ["2020", "2021"]
    assert unread >= 4
    assert code == 1


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
