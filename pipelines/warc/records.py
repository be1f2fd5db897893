"""One WARC record as plain values: its headers, those of HTTP, its body, and whether its digests hold."""

import base64
import hashlib
import re
from collections.abc import Iterable
from io import BytesIO
from typing import NamedTuple

from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException

from pipelines.formats.media_types import is_page
from pipelines.items.captures import WarcLocation
from pipelines.warc.held import PassedOver
from pipelines.warc.members import Damage, Member
from pipelines.warc.plain_records import plain
from pipelines.warc.sidecar import FOLLOW, Headers

_PARSER = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], False)
_HTTP = b"HTTP/"
_GZIP = b"\x1f\x8b\x08"


def give_head(record: ArcWarcRecord) -> bytes:
    """Gives a record, read without parsing, its HTTP head; returns the bytes of the body that were read with it.

    Of several heads (`100 Continue`) the last counts. A record without one, as servers of the 1990s answered, is a
    page with 200; a `resource` has the type of its record. A revisit may have none at all.
    """
    line = record.raw_stream.readline()
    if record.rec_type == "resource" or not line.startswith(_HTTP):
        status = "200 OK" if line or record.rec_type != "revisit" else ""
        record.http_headers = StatusAndHeaders(
            status, [("Content-Type", _type_of(record))] if status else [], "HTTP/0.9"
        )
        return bytes(line)
    record.http_headers = _PARSER.parse(record.raw_stream, full_statusline=line)
    while record.http_headers.get_statuscode().startswith("1"):
        line = record.raw_stream.readline()
        if not line.startswith(_HTTP):
            return bytes(line)
        record.http_headers = _PARSER.parse(record.raw_stream, full_statusline=line)
    return b""


def _type_of(record: ArcWarcRecord) -> str:
    named = record.rec_headers.get_header("Content-Type") or ""
    return named if record.rec_type == "resource" and named else "text/html"


_LOADER = ArcWarcRecordLoader(verify_http=False, arc2warc=False)
_MALFORMED = (
    ArchiveLoadFailed,
    StatusAndHeadersParserException,
    EOFError,
    ValueError,  # with what cannot be decoded
    AttributeError,  # a record without a target where one is needed
    AssertionError,
    OverflowError,  # a length of many digits
)


class Record(NamedTuple):
    """`status` is 0 and `headers` empty where the record is no HTTP answer."""

    kind: str
    location: WarcLocation
    about: dict[str, str]  # the WARC headers, names in small letters
    status: int
    headers: Headers
    body: bytes
    method: str = ""  # of a request
    concurrent: tuple[str, ...] = ()  # the names of the records beside it; there may be several

    def named(self, name: str) -> str:
        """A WARC header in any case; empty where there is none."""
        return self.about.get(name.lower(), "")

    def header(self, name: str) -> str:
        """The first HTTP header of that name in any case; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def truncated(self) -> str:
        """Why its body is not whole, as the record says or its lengths show; empty where nothing shows it."""
        if self.kind != "response" or not self.status:
            return ""
        if said := self.named("WARC-Truncated").strip():
            return said[:100]
        if "chunked" in self.header("Transfer-Encoding").lower():
            return "" if has_last_chunk(self.body) else "its chunks have no end"
        if self.header("Content-Encoding") and not self.body.startswith(_GZIP):
            return ""  # some programs keep bodies decoded, with the length that they had
        length = self.header("Content-Length").strip()
        is_short = length.isascii() and length.isdigit() and len(self.body) < int(length[:15])
        return "shorter than its Content-Length" if is_short else ""

    @property
    def unchunked(self) -> bytes:
        """The body without the chunks that some programs record with it."""
        if "chunked" not in self.header("Transfer-Encoding").lower():
            return self.body
        return bytes(ChunkedDataReader(BytesIO(self.body), decomp_type=None).read())


_CHUNK = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")


def has_last_chunk(body: bytes) -> bool:
    """Whether a body that is announced in chunks has the last one, of no bytes; one without any chunk is whole, as
    many programs record it."""
    at, found = 0, _CHUNK.match(body)
    if found is None:
        return True
    while found:
        size = int(found[1], 16)
        if not size:
            return True
        at = found.end() + size
        if at >= len(body):
            return False
        at += 2 if body[at : at + 2] == b"\r\n" else 1
        found = _CHUNK.match(body, at)
    return at < len(body)  # no chunk begins there: what was announced is not what it is


def parse(member: Member, file: str) -> Record | PassedOver | Damage:
    """The record in a member of `file`, its block digest checked; of ours, the payload digest too. One that is too
    large is passed over where its type is none of a page."""
    if not member.is_complete:
        return _too_large(member, file)
    found = plain(member, file)
    return Record(*found) if found else _parsed(member, file)


def _parsed(member: Member, file: str) -> Record | Damage:
    """The same of any record, however odd."""
    member.data.seek(0)
    try:
        odd = _has_odd_head(member)
        parsed = _LOADER.parse_record_stream(member.data, known_format="warc", check_digests=True, no_record_parse=odd)
        body = (give_head(parsed) if odd else b"") + parsed.raw_stream.read()
    except _MALFORMED:
        return Damage(member.offset, member.length, "not a WARC record")
    problem = _problem(parsed, member.data.read())
    record = _as_record(parsed, member, file, body)
    if problem and not (problem == _BLOCK and _is_proved(record)):
        return Damage(member.offset, member.length, problem)
    return record


def _as_record(parsed: ArcWarcRecord, member: Member, file: str, body: bytes) -> Record:
    http = parsed.http_headers
    return Record(
        kind=parsed.rec_type or "",
        location=WarcLocation(file, member.offset, member.length),
        about={name.lower(): value for name, value in parsed.rec_headers.headers},
        status=_number(http.get_statuscode()) if http else 0,
        headers=tuple(http.headers) if http else (),
        body=body,
        method=http.protocol.upper() if http and parsed.rec_type == "request" else "",
        concurrent=tuple(value for name, value in parsed.rec_headers.headers if name.lower() == "warc-concurrent-to"),
    )


def _too_large(member: Member, file: str) -> PassedOver | Damage:
    with member.data.getbuffer() as whole:
        start = bytes(whole[:_HEAD])
    if is_page_at(start):
        return Damage(member.offset, member.length, "record too large to be read")
    return PassedOver(WarcLocation(file, member.offset, member.length), "too large to be read, and by its type no page")


def is_page_at(start: bytes) -> bool:
    """Whether a WARC record that begins with these bytes is called a page of a site, by its head or that of HTTP."""
    about, _, block = _BLANK.sub(b"\n\n", start, count=2).partition(b"\n\n")
    if not _ANSWER.search(about) or not _OF_A_SITE.search(about):
        return False
    is_answer = block.startswith(b"HTTP/")
    found = _TYPE.findall(block.partition(b"\n\n")[0] if is_answer else about)
    told = found[-1].decode("latin-1").strip() if found else ""
    return not told or told.lower().startswith("application/http") or is_page(told)


_TYPE = re.compile(rb"^Content-Type:[ \t]*([^\r\n]*)", re.MULTILINE | re.IGNORECASE)
_ANSWER = re.compile(rb"^WARC-Type:[ \t]*(?:response|revisit|resource)[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_OF_A_SITE = re.compile(rb"^WARC-Target-URI:[ \t]*<?https?:", re.MULTILINE | re.IGNORECASE)
_HEAD = 1 << 16  # bytes within which the headers of a record end
_OURS = f"\r\n{FOLLOW}: ".encode()  # whose head is what was archived, whatever it is
_BLANK = re.compile(rb"\r?\n\r?\n")


def _has_odd_head(member: Member) -> bool:
    """Whether a record of a site does not begin with the head of a final answer: servers of the 1990s sent none,
    others one of `100 Continue` before."""
    with member.data.getbuffer() as whole:
        start = bytes(whole[:_HEAD])
    end = _BLANK.search(start)
    if (
        end is None
        or _OURS in start[: end.end()]
        or not _ANSWER.search(start, 0, end.end())
        or not _OF_A_SITE.search(start, 0, end.end())
    ):
        return False
    first = start[end.end() : end.end() + 12]
    return not first.startswith(b"HTTP/") or first[8:10] == b" 1"


def _problem(parsed: ArcWarcRecord, rest: bytes) -> str:
    """What is wrong with a record that was read to its end; `rest` follows it in its member."""
    if not parsed.rec_type or parsed.length is None:
        return "not a WARC record"
    if parsed.raw_stream.limit > 0:
        return "record shorter than it says"
    if rest.strip(b"\r\n"):
        return "record longer than it says"
    failed = [problem for problem in parsed.digest_checker.problems if problem.startswith("block digest failed")]
    return _BLOCK if failed else ""


_BLOCK = "block digest does not hold"


def _number(status: str) -> int:
    return int(status) if status.isascii() and status.isdigit() and len(status) == 3 else 0


def named_digest(named: str) -> tuple[str, str]:
    """The algorithm of a payload digest, in small letters, and what it says: a SHA-1 in base 32, others in small
    letters. Both are empty where it is none."""
    algorithm, _, told = named.strip().partition(":")
    algorithm, told = algorithm.strip().lower().replace("-", ""), told.strip()
    if algorithm != "sha1":
        return (algorithm, told.lower()) if told else ("", "")
    if re.fullmatch(r"[A-Z2-7]{32}", told.upper()):
        return algorithm, told.upper()
    if re.fullmatch(r"[0-9a-fA-F]{40}", told):
        return algorithm, base64.b32encode(bytes.fromhex(told)).decode("ascii")
    return "", ""


def payload_digest_holds(record: Record, decoded: bytes) -> bool:
    """Whether a record's payload is what its digest says. Programs differ in what they count as payload: as it was
    sent, without its chunks, or decoded; of a cut one, and by an unknown algorithm, nothing can be said."""
    name, _, told = record.named("WARC-Payload-Digest").partition(":")
    algorithm = _ALGORITHMS.get(name.strip().lower().replace("-", ""))
    if not algorithm or record.named("WARC-Truncated"):
        return True
    if record.named("WARC-Block-Digest").strip().lower() == f"{name}:{told}".strip().lower():
        return True  # some programs count the head in, and that one was looked at
    return _is_digest_of(algorithm, told, (record.body, record.unchunked, decoded))


def _is_digest_of(algorithm: str, told: str, bodies: Iterable[bytes]) -> bool:
    return any(told.strip().lower() in _spelled(hashlib.new(algorithm, body).digest()) for body in bodies)


def _is_proved(record: Record) -> bool:
    """Whether the payload is what its digest says, though that of the whole block does not hold: the recorder of
    Webrecorder wrote such."""
    name, _, told = record.named("WARC-Payload-Digest").partition(":")
    algorithm = _ALGORITHMS.get(name.strip().lower().replace("-", ""))
    if not algorithm or not record.status or not record.body or FOLLOW.lower() in record.about:
        return False
    return _is_digest_of(algorithm, told, (record.body, record.unchunked))


_ALGORITHMS = {"sha1": "sha1", "sha256": "sha256", "sha512": "sha512", "md5": "md5"}


def _spelled(digest: bytes) -> set[str]:
    letters = base64.b32encode(digest).decode("ascii").lower()
    return {digest.hex(), letters, letters.rstrip("=")}
