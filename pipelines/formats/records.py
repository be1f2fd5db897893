"""What files may tell us, as types: lines of a journal and notes beside a record, checked by msgspec as they are read.

Whatever comes from a file may be damaged, or written by somebody who wishes us ill. What does not fit raises
msgspec.ValidationError, a ValueError that says what was expected and where.
"""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from pipelines.items.captures import Source, State

Text = Annotated[str, Meta(max_length=1 << 20)]
Name = Annotated[str, Meta(pattern=r"\A[^\x00]*\Z", max_length=4096)]  # becomes a part of a path, which a NUL would cut
Count = Annotated[int, Meta(ge=0, lt=1 << 53)]  # far below what SQLite holds, and exact in any reader of JSON
Timestamp = Annotated[str, Meta(pattern=r"\A[0-9]{14}\Z")]
Bound = Annotated[str, Meta(pattern=r"\A[0-9]{0,14}\Z")]
Moment = Annotated[str, Meta(pattern=r"\A[-0-9TZ:.+]{0,40}\Z")]
Score = Annotated[float, Meta(ge=-1e9, le=1e9)]
Flag = Annotated[int, Meta(ge=0, le=1)]
Key = tuple[Timestamp, Text, Text, Text]
Match = Literal["exact", "host", "domain", "prefix"]

Checked = TypeVar("Checked")


def check(value: object, kind: type[Checked]) -> Checked:
    """The value as that type. Raises ValueError where it is none."""
    return msgspec.convert(value, kind)


# -- lines of a journal: the first field is what a line is about


class CaptureLine(Struct):
    capture: Key
    archive: Text
    urlkey: Text
    mimetype: Text
    length: Text
    state: State
    stage: Text
    reason: Text
    transient: Flag
    attempts: Count
    next_try: Moment | None
    same_as: Key | None
    same_as_in: Text = ""  # its archive, where that is another one


class QueryLine(Struct):
    query: tuple[Text, Match, Text, Bound, Bound]
    archive: Text
    urlkey: Text
    collapses: Text
    state: Literal["open", "done", "blocked", "failed", "split", "covered"]
    reason: Text
    asked_from: Text
    resume_key: Text
    pages: Count
    rows: Count
    malformed: Count
    attempts: Count
    next_try: Moment | None
    answered_at: Moment
    whole_at: Moment

    def __post_init__(self) -> None:
        for texts in (self.query[2], self.collapses):
            msgspec.json.decode(texts, type=list[Text])


DocumentName = tuple[Name, Name, Name]


class DocumentLine(Struct):
    document: DocumentName
    url: Text
    discover: Flag
    found: Flag
    active: Flag
    open: Flag
    addresses: list[tuple[Text, Bound, Bound, Text, Text]]
    same_as: DocumentName | None = None  # 0.1.0 knew none


class TargetLine(Struct):
    target: tuple[Text, Count]
    list: Text
    line: Count
    address: Text
    problem: Text
    document: DocumentName | None


class EvidenceLine(Struct):
    evidence: tuple[Name, Name, Bound, Source, Text, Text, Score]


class ForgottenLine(Struct):
    forgotten: Annotated[str, Meta(pattern=r"\A[^\x00]+\Z", max_length=253)]
    since: Moment
    corpus: Name = ""  # 0.1.0 had no names


class ArchiveLine(Struct):
    archive: Annotated[str, Meta(pattern=r"\A[^\x00]+\Z", max_length=253)]
    title: Annotated[str, Meta(max_length=2000)]
    replay: Annotated[str, Meta(pattern=r"\A(https?://.*)?\Z", max_length=4000)]


class SavedLine(Struct):
    saved: tuple[Text, Moment]
    archive: Text
    job: Text
    state: Literal["asked", "saved", "held", "failed"]
    timestamp: Bound
    original: Text
    reason: Text


LINES: dict[str, type[Struct]] = {
    "capture": CaptureLine,
    "query": QueryLine,
    "document": DocumentLine,
    "evidence": EvidenceLine,
    "target": TargetLine,
    "forgotten": ForgottenLine,
    "archive": ArchiveLine,
    "saved": SavedLine,
}


def line(data: str) -> dict[str, Any]:
    """A line of a journal as plain values, what it is about first. Raises ValueError where it is none."""
    found = msgspec.json.decode(data)
    kind = LINES.get(next(iter(found), "")) if isinstance(found, dict) else None
    if kind is None:
        raise msgspec.ValidationError("it is about nothing that a journal tells of")
    return msgspec.structs.asdict(check(found, kind))


# -- notes beside a record


class CaptureNote(Struct):
    urlkey: Text
    timestamp: Bound
    original: Text
    mimetype: Text
    statuscode: Text
    digest: Text
    length: Text = "-"
    archive: Text = ""  # 0.1.0 knew one alone
    record_at: Text = ""


class EvidenceNote(Struct):
    timestamp: Timestamp
    source: Source
    address: Text
    via: Text = ""
    score: Score = 1.0
    site: Name = ""
    kind: Name = ""


class PlaceNote(Struct):
    file: Annotated[str, Meta(pattern=r"\A[^\x00]+\Z", max_length=4096)]
    offset: Count
    length: Count


class AnswerNotes(Struct):
    request_url: Text
    status: Annotated[int, Meta(ge=0, le=999)]
    fetched_at: Moment
    headers: list[tuple[Text, Text]]


class MementoNotes(AnswerNotes, tag_field="kind", tag="memento"):
    capture: CaptureNote
    asked: CaptureNote | None
    requested: Text
    digest_check: Text
    redirect_to: Text
    evidence: list[EvidenceNote]
    is_home: bool
    payload_digest: Text
    payload: PlaceNote | None
    truncated: Text = ""


class QueryNote(Struct):
    url: Text
    match: Match
    filters: tuple[Text, ...]
    since: Bound
    until: Bound
    collapses: tuple[Text, ...]
    archive: Text = ""  # 0.1.0 knew one alone


class ListingNotes(AnswerNotes, tag_field="kind", tag="listing"):
    query: QueryNote
    outcome: Text
    resume_key: Text
    dialect: Text = "wayback"
