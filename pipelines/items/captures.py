"""The words that crawler and pipelines share: frozen, plain, standard library only.

Times are the archive's own 14-digit UTC strings (`timestamp`, kept raw: some are not dates) or ISO 8601 UTC with a Z
(`fetched_at`). `digest` is the archive's base32 SHA-1 of the bytes as stored, `payload_digest` our hex SHA-256.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

WAYBACK = "web.archive.org"  # the archive of captures whose archive is not named: that of all corpora of version 0.1.0
EMPTY_DIGEST = "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"  # SHA-1 of nothing: never says that two captures are the same
REPEAT = "repeat"  # the problem of a line that asks for what an earlier one of its list asks for


class State(StrEnum):
    """What has become of a capture; each has exactly one."""

    SELECTED = "selected"  # to be fetched, or fetched and not read yet
    READ = "read"  # its snapshot is held and its text read
    DUPLICATE = "duplicate"  # the same bytes as a capture that is held or selected
    FAILED = "failed"  # no text; stage, reason and whether it is tried again are beside it
    PASSED_OVER = "passed over"  # not wanted by the plan so far; a later plan may select it
    NOT_REPLAYED = "not replayed"  # its status or type makes it no page: it only shows in the time line
    REDIRECT = "redirect"  # played as a redirect, which is a fact; no page was held near where it leads to
    UNPLAYABLE = "unplayable"  # listed, but the archive does not play it
    BLOCKED = "blocked"  # its owner or the archive keeps it closed


_BREAKS = 4  # between the five parts of a key


def key_digest(timestamp: str, original: str, digest: str, statuscode: str, archive: str) -> bytes:
    """18 bytes that stand for the key of a capture: its day, so that the rows of a listing come to lie together, and
    BLAKE2b of its parts."""
    text = f"{timestamp}\n{archive}\n{digest}\n{statuscode}\n{original}"
    if text.count("\n") != _BREAKS:  # no archive lists such a part, but a file may say so: no two keys make one text
        text = repr((timestamp, archive, digest, statuscode, original))
    parts = text.encode("utf-8", "surrogatepass")
    return parts[2:8] + hashlib.blake2b(parts, digest_size=12).digest()


class CaptureKey(NamedTuple):
    """What makes a capture itself; sorts by time. `archive` is the name of the one that lists it."""

    timestamp: str
    original: str
    digest: str
    statuscode: str
    archive: str = WAYBACK

    @property
    def key_digest(self) -> bytes:
        """By which the ledger finds the capture."""
        return key_digest(*self)

    @property
    def columns(self) -> tuple[bytes, str, str, str, str, str]:
        """The key as the columns key_digest, archive, timestamp, original, digest and statuscode."""
        return self.key_digest, self.archive, self.timestamp, self.original, self.digest, self.statuscode


class _Keyed:
    __slots__ = ("_key",)  # made once, when it is first asked for; it is no field
    _key: CaptureKey


@dataclass(frozen=True, slots=True)
class Capture(_Keyed):
    """One CDX row, with CDX's own field names, all text as the archive gave it (`-` is kept)."""

    urlkey: str
    timestamp: str
    original: str
    mimetype: str
    statuscode: str
    digest: str
    length: str = "-"
    archive: str = WAYBACK  # that lists it
    record_at: str = ""  # FILE?OFFSET+LENGTH, of archives that give records by range; why it was cut follows a `~`

    @property
    def key(self) -> CaptureKey:
        try:
            return self._key  # a plan asks for it some twenty times
        except AttributeError:
            key = CaptureKey(self.timestamp, self.original, self.digest, self.statuscode, self.archive)
            object.__setattr__(self, "_key", key)
            return self._key

    @property
    def is_revisit(self) -> bool:
        return self.mimetype == "warc/revisit"


@dataclass(frozen=True, slots=True, order=True)
class DocumentKey:
    """One kind of text of one site, followed through time. Variant is empty for the first address."""

    site: str
    kind: str
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One line of a target list: an address to follow, or (`discover`) a domain whose documents are to be found."""

    url: str
    document: DocumentKey
    discover: bool = False
    source: str = ""  # "list.txt:12"
    problem: str = ""  # why the line is passed over, `url` is what stands there; empty where it is followed


@dataclass(frozen=True, slots=True)
class Query:
    """One CDX listing, however many pages it takes. `since` and `until` are timestamp prefixes, or empty."""

    url: str
    match: str = "exact"  # exact, host, domain or prefix, as the CDX server names them
    filters: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    collapses: tuple[str, ...] = ()  # of repeats the server need not send, e.g. timestamp:6 for one a month
    archive: str = WAYBACK  # whose listing it is


class Source(StrEnum):
    """Where an address was seen, the strongest first."""

    GIVEN = "given"  # by the user
    HOME = "home page"  # linked by the archived home page `via`
    REDIRECT = "redirect"  # `via` led there
    CANONICAL = "canonical"  # `via` named it as its own address
    LISTING = "listing"  # among the rows of the domain


@dataclass(frozen=True, slots=True)
class Evidence:
    """`address` was that of the document of a `site` and `kind` at some time."""

    timestamp: str  # of the capture which shows it, 14 digits
    source: Source
    address: str
    via: str = ""
    score: float = 1.0
    site: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer as the archive gave it. Header names as sent; the body decoded, at most 64 MiB."""

    request_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: str

    def header(self, name: str) -> str:
        """The first header of that name, in any case; empty where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page of a listing."""

    query: Query
    answer: HttpAnswer
    rows: tuple[Capture, ...]
    malformed: tuple[str, ...] = ()
    resume_key: str = ""  # empty: the listing is whole, unless it is cut
    outcome: str = "rows"  # rows, empty or blocked
    is_cut: bool = False  # as many rows as were asked for, and no key to go on with
    outside: tuple[str, ...] = ()  # rows that were not asked for, which is the archive's mistake
    dialect: str = "wayback"  # that the answer is in


@dataclass(frozen=True, slots=True)
class Memento:
    """A capture as replayed. `capture` is the one that was played, which may be another than was asked for."""

    capture: Capture
    requested: str  # the timestamp that was asked for
    answer: HttpAnswer
    digest_check: str = "unknown"  # where the archive's digest fits: raw, decoded, neither or unknown
    asked: Capture | None = None  # the capture the plan selected, where another one was played
    evidence: tuple[Evidence, ...] = ()  # addresses of documents that it names
    truncated: str = ""  # why its body is not whole, where it was cut when it was captured


@dataclass(frozen=True, slots=True)
class ArchivedRedirect(Memento):
    redirect_to: str = ""  # the original address to which it led when it was captured: it has no text


@dataclass(frozen=True, slots=True)
class NoPage(Memento):
    """What was played in the place of a page and is none, an error or a picture: kept, and not read. `state` is how its
    capture stands, where nobody asks for that by itself."""

    why: str = ""
    state: State = State.UNPLAYABLE


@dataclass(frozen=True, slots=True)
class HomePage(Memento):
    """One that was fetched for its links alone: it is not read. `frames` may hold them, where it has none itself."""

    frames: tuple[Capture, ...] = ()


@dataclass(frozen=True, slots=True)
class WarcLocation:
    """Where a record lies: file name below the corpus's `warc` folder, byte offset and length of its gzip member."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A memento that is held."""

    memento: Memento
    location: WarcLocation
    payload_digest: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of a capture when a plan is made."""

    state: State
    reading_key: str = ""
    failed_for_good: bool = False
    held: bool = False  # its bytes are held, whatever the reader made of them
    same_as: CaptureKey | None = None  # of a duplicate, where the ledger has it


@dataclass(frozen=True, slots=True)
class Decision:
    """What a plan makes of one capture."""

    capture: Capture
    state: State
    reason: str = ""
    same_as: CaptureKey | None = None  # whose bytes a duplicate shares
    is_copy: bool = False  # the same capture in another archive, which counts once
