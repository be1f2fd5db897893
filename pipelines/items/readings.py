"""What comes of a capture or a listing: a page, what a reader found in it, or why there is none.

Frozen, plain, standard library only, as the words of `captures`.
"""

from dataclasses import dataclass
from enum import StrEnum

from pipelines.items.captures import Capture, Query, Snapshot, State


class Verdict(StrEnum):
    """Whether a text is the policy it is taken for."""

    POLICY = "policy"
    DOUBTFUL = "doubtful"
    NOT_A_POLICY = "not a policy"


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader is given: decoded bytes, the original address, its 14-digit timestamp and the archived type."""

    body: bytes
    original: str
    timestamp: str
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader found in one snapshot. `title` may be empty; `body` is Markdown without the title line."""

    title: str
    body: str
    language: str  # ISO 639-1, empty where there is too little text to tell
    language_probability: float  # 2 decimals
    charset: str
    words: int
    reading_key: str  # hex digest of the normalised text: it alone decides "the same"
    verdict: Verdict = Verdict.POLICY
    reasons: tuple[str, ...] = ()
    looks_like: str = ""  # the kind of document the text itself shows, empty where it does not
    stated_date: str = ""  # ISO 8601, the day from which the text says it holds or was changed; empty where not clear
    stated_in: str = ""  # the line that says so


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a capture gave no text. A transient one is tried again."""

    stage: str
    reason: str
    transient: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Extraction:
    """The outcome of reading one snapshot with one version of the reader: a reading or a failure."""

    snapshot: Snapshot
    reader: str
    outcome: Reading | Failure


@dataclass(frozen=True, slots=True)
class Refusal:
    """A capture that could not be replayed; `state` says for good (unplayable, blocked) or not (failed)."""

    capture: Capture
    state: State
    failure: Failure
    next_try: str | None = None  # ISO 8601; None: never again by itself


@dataclass(frozen=True, slots=True)
class ListingRefusal:
    """A listing that was not answered."""

    query: Query
    failure: Failure
    next_try: str | None = None
