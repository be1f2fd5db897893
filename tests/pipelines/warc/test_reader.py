import base64
import gzip
import hashlib
import json
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipelines.exceptions import RecordingFailed, ReplayFailed
from pipelines.formats.digests import warc_digest
from pipelines.items.captures import WarcLocation
from pipelines.warc.held import Foreign, ForeignRevisit, Held, HeldMemento
from pipelines.warc.members import Damage, members
from pipelines.warc.reader import read_memento, scan
from pipelines.warc.sidecar import Headers
from pipelines.warc.writer import WarcWriter
from tests.pipelines.store.samples import PAGE, a_memento


class ForeignFile:
    """A WARC as other programs write it."""

    def __init__(self, path: Path, *, compressed: bool = True, version: str = "WARC/1.0") -> None:
        self.path = path
        self.file = path.open("wb")
        self.writer = WARCWriter(self.file, gzip=compressed, warc_version=version)

    def add(self, kind: str, body: bytes, http: Headers = (), uri: str = "http://shop.example/", **named: str) -> None:
        headers = {"WARC-Date": "2004-01-01T12:30:00Z"} | {
            name.replace("_", "-"): value for name, value in named.items()
        }
        lines = StatusAndHeaders("200 OK", list(http), protocol="HTTP/1.1") if http or kind == "response" else None
        record = self.writer.create_warc_record(
            uri, kind, payload=BytesIO(body), length=len(body), http_headers=lines, warc_headers_dict=headers
        )
        self.writer.write_record(record)

    def held(self, **options: object) -> list[Held]:
        self.file.close()
        return list(scan(self.path, **options))  # type: ignore[arg-type]


@pytest.fixture
def foreign(tmp_path: Path) -> ForeignFile:
    return ForeignFile(tmp_path / "foreign.warc.gz")


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("version", ["WARC/1.0", "WARC/1.1"])
def test_a_response_of_another_program(tmp_path: Path, compressed: bool, version: str) -> None:
    foreign = ForeignFile(tmp_path / "foreign.warc", compressed=compressed, version=version)
    foreign.add("request", b"GET / HTTP/1.1\r\n\r\n")
    foreign.add("response", PAGE, (("Content-Type", "Text/HTML; charset=utf-8"),), "http://shop.example/p q")
    foreign.add("response", b"more")
    first, second = foreign.held()
    assert isinstance(first, Foreign)
    memento, location = first.snapshot.memento, first.snapshot.location
    assert memento.answer.body == PAGE
    assert memento.answer.status == 200
    assert (memento.capture.timestamp, memento.capture.original) == ("20040101123000", "http://shop.example/p%20q")
    assert (memento.capture.urlkey, memento.capture.mimetype, memento.capture.statuscode) == ("", "text/html", "200")
    assert "sha1:" + memento.capture.digest == warc_digest(PAGE)
    assert first.snapshot.payload_digest == hashlib.sha256(PAGE).hexdigest()
    assert read_memento(tmp_path, location) == memento
    assert isinstance(second, Foreign)
    assert second.snapshot.memento.answer.body == b"more"
    assert read_memento(tmp_path, second.snapshot.location).answer.body == b"more"


def test_chunks_are_joined_and_encodings_left_to_who_can_undo_them(foreign: ForeignFile) -> None:
    packed = gzip.compress(PAGE)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    foreign.add("response", chunked, (("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")))
    (plain,) = foreign.held()
    assert isinstance(plain, Foreign)
    assert plain.snapshot.memento.answer.body == packed
    (opened,) = foreign.held(decode=lambda body, headers: gzip.decompress(body))
    assert isinstance(opened, Foreign)
    assert opened.snapshot.memento.answer.body == PAGE
    assert opened.snapshot.payload_digest == hashlib.sha256(PAGE).hexdigest()


def test_a_body_that_cannot_be_decoded_is_damage(foreign: ForeignFile) -> None:
    def decode(body: bytes, headers: Headers) -> bytes:
        raise ReplayFailed("undecodable body")

    foreign.add("response", PAGE)
    (damage,) = foreign.held(decode=decode)
    assert isinstance(damage, Damage)
    assert damage.reason == "undecodable body"


def test_a_revisit_of_another_program_tells_what_it_repeats(foreign: ForeignFile) -> None:
    foreign.add(
        "revisit", b"", (("Content-Type", "text/html"),), WARC_Payload_Digest="sha1:" + "A" * 32,
        WARC_Refers_To_Target_URI="http://shop.example/old", WARC_Refers_To_Date="2003-01-01T00:00:00.123456Z",
    )  # fmt: skip
    foreign.add("revisit", b"", WARC_Payload_Digest="sha1:" + "B" * 32)
    first, second = foreign.held()
    assert isinstance(first, ForeignRevisit)
    assert (first.refers_to_uri, first.refers_to_timestamp) == ("http://shop.example/old", "20030101000000")
    assert (first.capture.digest, first.capture.mimetype, first.capture.statuscode) == ("A" * 32, "warc/revisit", "200")
    assert isinstance(second, ForeignRevisit)
    assert (second.capture.digest, second.capture.statuscode, second.refers_to_uri) == ("B" * 32, "-", "")


def test_other_records_are_left_out(foreign: ForeignFile) -> None:
    foreign.writer.write_record(foreign.writer.create_warcinfo_record("x", {"software": "other"}))
    foreign.add("response", b"1.2.3.4", uri="dns:shop.example")
    foreign.add("resource", b"\x89PNG", uri="urn:view:http://shop.example/")
    foreign.add("metadata", b"fetchTimeMs: 7")
    foreign.add("metadata", json.dumps({"kind": "memento"}).encode())
    foreign.add("conversion", b"x")
    assert foreign.held() == []


@pytest.mark.parametrize(
    ("date", "timestamp"),
    [("2004", "20040101000000"), ("2004-05", "20040501000000"), ("2004-05-06T07:08Z", "20040506070800"),
     ("2004-05-06T07:08:09.123456789Z", "20040506070809"), ("2004-05-06T23:08:09-07:00", "20040507060809")],
)  # fmt: skip
def test_dates_may_be_coarse_or_fine(foreign: ForeignFile, date: str, timestamp: str) -> None:
    foreign.add("response", PAGE, WARC_Date=date)
    (held,) = foreign.held()
    assert isinstance(held, Foreign)
    assert held.snapshot.memento.capture.timestamp == timestamp


@pytest.mark.parametrize("date", ["yesterday", "2004-05-127T10:00:00Z", "2004-05-32T10:00:00+09:00"])
def test_a_record_without_a_date_is_damage(foreign: ForeignFile, date: str) -> None:
    foreign.add("response", PAGE, WARC_Date=date)
    (held,) = foreign.held()
    assert held == Damage(0, foreign.path.stat().st_size, "it has no date")


def _of_head_and_body() -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(b"HTTP/1.1 200 OK\r\n\r\n" + PAGE).digest()).decode()


def test_bytes_that_do_not_fit_their_digest_are_damage(foreign: ForeignFile) -> None:
    foreign.add("response", PAGE, WARC_Block_Digest="sha1:" + "A" * 32, WARC_Payload_Digest="sha1:" + "A" * 32)
    foreign.add("response", PAGE, WARC_Payload_Digest="sha1:" + "A" * 32)
    foreign.add("response", PAGE, WARC_Block_Digest="sha1:" + "A" * 32)  # its payload's, which warcio adds, holds
    foreign.add("response", PAGE, WARC_Payload_Digest=_of_head_and_body())
    foreign.add("response", PAGE, WARC_Payload_Digest="crc7:99")  # of which nothing can be said
    foreign.add("response", PAGE, WARC_Payload_Digest="sha-256:" + hashlib.sha256(PAGE).hexdigest().upper())
    block, payload, *held = foreign.held()
    assert isinstance(block, Damage)
    assert block.reason == "block digest does not hold"
    assert isinstance(payload, Damage)
    assert payload.reason == "payload digest does not hold"
    assert all(isinstance(one, Foreign) for one in held)


def test_a_record_shorter_than_it_says_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "short.warc.gz"
    path.write_bytes(gzip.compress(b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99\r\n\r\nbody\r\n\r\n"))
    assert list(scan(path)) == [Damage(0, path.stat().st_size, "not a WARC record")]


@pytest.mark.parametrize(
    "content", [b"", b"no record", b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 9\r\n\r\n", b"\0" * 99]
)
def test_a_member_that_is_no_record_is_damage(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.warc.gz"
    path.write_bytes(gzip.compress(content))
    assert list(scan(path)) == [Damage(0, path.stat().st_size, "not a WARC record")]
    with pytest.raises(RecordingFailed, match="cannot be read"):
        read_memento(tmp_path, WarcLocation("odd.warc.gz", 0, 9))


# -- ours, damaged


def ours(folder: Path) -> tuple[Path, bytes, int]:
    """A file of two mementos, the bytes in it, and where the second begins."""
    with WarcWriter(folder, "run") as writer:
        writer.write_memento(a_memento())
        second, _ = writer.write_memento(a_memento(b"second"))
    path = folder / "run-00001.warc.gz"
    return path, path.read_bytes(), second.offset


def test_a_record_that_lost_its_notes_is_damage(tmp_path: Path) -> None:
    path, whole, second = ours(tmp_path)
    notes = list(members(path))[-1].offset
    path.write_bytes(whole[:notes])
    held, damage = scan(path)
    assert isinstance(held, HeldMemento)
    assert damage == Damage(second, notes - second, "its notes are missing")
    with pytest.raises(RecordingFailed, match="its notes are missing"):
        read_memento(tmp_path, WarcLocation(path.name, second, notes - second))


def test_scanning_can_begin_at_a_known_record(tmp_path: Path) -> None:
    path, _, second = ours(tmp_path)
    (held,) = scan(path, start=second)
    assert isinstance(held, HeldMemento)
    assert held.snapshot.memento.answer.body == b"second"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"capture"', b'"another"', "its notes cannot be read"),
        (b'"kind": "memento"', b'"kind": "listing"', "its notes cannot be read"),
        (b'"payload_digest": "', b'"payload_digest": "x', "payload digest does not hold"),
        (b'"kind": "memento"', b'"kind": "unknown"', "its notes are missing"),
        (b"{", b"[", "its notes are missing"),
    ],
)
def test_edited_notes_are_noticed(tmp_path: Path, old: bytes, new: bytes, reason: str) -> None:
    path, whole, second = ours(tmp_path)
    first = next(one for one in scan(path) if isinstance(one, HeldMemento)).snapshot.location
    at = first.offset + first.length
    notes = gzip.decompress(whole[at:second]).replace(old, new, 1)
    head, _, block = notes.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if b"Digest" not in line and not line.startswith(b"Content-Length")]
    block = block.removesuffix(b"\r\n\r\n")
    edited = b"\r\n".join([*lines, b"Content-Length: %d" % len(block), b"", block + b"\r\n\r\n"])
    path.write_bytes(whole[:at] + gzip.compress(edited) + whole[second:])
    damage, held = scan(path)
    assert isinstance(damage, Damage)
    assert damage[:2] == (first.offset, first.length)
    assert damage.reason.startswith(reason)
    assert isinstance(held, HeldMemento)


def test_a_revisit_whose_bytes_were_changed_is_not_given_out(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, "run") as writer:
        location, _ = writer.write_memento(a_memento())
    with WarcWriter(tmp_path, "later") as writer:
        again, _ = writer.write_memento(a_memento(), find_twin=lambda digest: location)
    with WarcWriter(tmp_path / "other", "run") as writer:
        other, _ = writer.write_memento(a_memento(PAGE[::-1]))
    exchanged = (tmp_path / "other" / other.file).read_bytes()[other.offset :]
    path = tmp_path / location.file
    path.write_bytes(path.read_bytes()[: location.offset] + exchanged)
    with pytest.raises(RecordingFailed, match="holds other bytes"):
        read_memento(tmp_path, again)


def test_real_captures_are_read_whole(shared: Path) -> None:
    path = shared / "archive" / "policies.warc.gz"
    lines = (shared / "archive" / "policies.cdxj").read_text().splitlines()
    listed = {int(json.loads(line.split(" ", 2)[2])["offset"]): line.split(" ", 2) for line in lines}
    counts: Counter[str] = Counter()
    payloads = set()
    for held in scan(path):
        counts[type(held).__name__] += 1
        assert isinstance(held, Foreign | ForeignRevisit)
        memento = held.snapshot.memento if isinstance(held, Foreign) else None
        capture = memento.capture if memento else held.capture  # type: ignore[union-attr]
        location = held.snapshot.location if isinstance(held, Foreign) else held.location
        _, timestamp, fields = listed.pop(location.offset)
        row = json.loads(fields)
        assert (capture.timestamp, capture.original) == (timestamp, row["url"])
        assert row["digest"] == f"sha1:{capture.digest}"
        assert row["length"] == str(location.length)
        if memento:
            payloads.add(memento.answer.body)
    assert counts == {"Foreign": 1182, "ForeignRevisit": 127}
    assert len(payloads) == 916
    assert listed == {}
